"""Stages that need no model: a sentence a line, a meeting wherever two capitalised names stand with "среща".

Quick enough to build hundreds of times, and real enough for the graph: their extractions go through the real
`kg.graph`. Kept in a module of its own so that worker processes can import it.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterable, Sequence
from functools import cache

from kg import graph
from kg.model import Argument, Chain, Claim, Document, Entity, Event, Extraction, Link, Mention, Sentence, Span, Word
from kg.resolve.values import Resolution
from kg.stages import Settings, Stages
from kg.versions import Versions

NAME = re.compile(r"[А-Я][а-я]+")


@cache
def model() -> int:
    """The process that loaded the "model"."""
    return os.getpid()


def parse_by_model(documents: Sequence[Document], settings: Settings) -> Iterable[tuple[Sentence, ...]]:
    """One word each: the process that loaded the model, and as its lemma the one that reads."""
    loaded = str(model())
    return [(Sentence(one.id, 0, (Word(1, loaded, str(os.getpid()), "X", "_", (), 0, "dep", 0, 1),)),) for one in documents]


def versions(settings: Settings) -> Versions:
    return Versions("m", "p", settings.rules or "r", "g", "e", settings.verdicts or "", "s", "q")


def parse(documents: Sequence[Document], settings: Settings) -> Iterable[tuple[Sentence, ...]]:
    for document in documents:
        if "KILL" in document.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "ORPHAN" in document.text:
            os.kill(os.getppid(), signal.SIGKILL)
        if "FAULT" in document.text:
            raise ValueError("the parser met what it cannot bear")
        sentences, id = [], document.id
        for line in re.finditer(r"[^\n]+", document.text):
            words = tuple(
                Word(i, word.group(), word.group().lower(), "X", "_", (), 0 if i == 1 else 1, "dep",
                     line.start() + word.start(), line.start() + word.end())
                for i, word in enumerate(re.finditer(r"\S+", line.group()), 1)
            )  # fmt: skip
            if words:
                sentences.append(Sentence(id, len(sentences), words))
        yield tuple(sentences)


def extract(document: Document, sentences: tuple[Sentence, ...], settings: Settings) -> Extraction:
    if "BUG" in document.text:
        raise ZeroDivisionError("a fault of the rules")
    chains, claims, mentions, skipped, id = [], [], [], [], document.id
    for sentence in sentences:
        found = []
        for word in sentence.words:
            if word.form == "SKIP":
                skipped.append(f"sentence {sentence.index}: a fault")
            if NAME.fullmatch(word.form):
                span = Span(id, sentence.index, word.start, word.end)
                found.append(Mention(span, word.id, word.form, word.form, "Person", True))
        mentions += found
        chains += [Chain(mention.base, "Person", True, (mention,)) for mention in found]
        trigger = next((word for word in sentence.words if word.form == "среща"), None)
        if trigger and len(found) > 1:
            span = Span(id, sentence.index, trigger.start, trigger.end)
            arguments = tuple(Argument("participant", mention, mention.span, "с") for mention in found)
            status = settings.rules or "held"
            claims.append(Claim(span, "meet", "Meeting", status, "default", arguments, None, None, None, (), False))
    spans = tuple((sentence.start, sentence.end) for sentence in sentences)
    return Extraction(document, spans, tuple(mentions), tuple(chains), (), tuple(claims), (), tuple(skipped))


def resolve(extractions: Iterable[Extraction], settings: Settings) -> Resolution:
    names: dict[str, set[str]] = {}
    met: dict[tuple[str, ...], list[Claim]] = {}
    for extraction in extractions:
        for chain in extraction.chains:
            names.setdefault(chain.base, set()).add(chain.key)
        for claim in extraction.claims:
            met.setdefault(tuple(sorted(a.mention.base for a in claim.arguments)), []).append(claim)
    return Resolution(
        tuple(Entity(f"person/{name}", "Person", name, (name,), True) for name in sorted(names)),
        tuple(Link(key, f"person/{name}", "name", 1.0, False) for name in sorted(names) for key in sorted(names[name])),
        tuple(
            Event("Meeting", tuple(sorted(c.id for c in claims)), "held", tuple(f"person/{n}" for n in who), None, None)
            for who, claims in sorted(met.items())
        ),
    )


FAKES = Stages(versions, parse, extract, resolve, graph.document_quads, graph.resolution_quads)
