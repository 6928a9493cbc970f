"""The examples of the rule files, run: each fires its frame with the roles in brackets, no counter-example does.

An example is written as "[agent Прага] изгони [recipient двама дипломати].": the brackets name the roles that the frame
must find in those words. A counter-example must leave no trace of the frame: no claim, no statement, no status.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.extract import extract
from kg.gazetteer import Gazetteer
from kg.lexicon import Frame, Lexicon
from kg.match import Match, attempts
from kg.model import Document, Sentence
from kg.repairs import repair
from kg.tree import Tree

BRACKET = re.compile(r"\[(\w+) ([^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of a frame: its plain text and role, start and end of each bracket. `counter`: it must not fire."""

    frame: Frame
    text: str
    roles: tuple[tuple[str, int, int], ...]
    counter: bool


def read_example(frame: Frame, marked: str, counter: bool = False) -> Example:
    """Take the brackets off: "[agent Прага] изгони" -> "Прага изгони" with agent at 0..5."""
    text, roles, position = "", [], 0
    for bracket in BRACKET.finditer(marked):
        text += marked[position : bracket.start()]
        roles.append((bracket[1], len(text), len(text) + len(bracket[2])))
        text += bracket[2]
        position = bracket.end()
    return Example(frame, text + marked[position:], tuple(roles), counter)


def examples(lexicon: Lexicon) -> tuple[Example, ...]:
    """All examples and counter-examples in the order of the rule files."""
    return tuple(
        read_example(frame, marked, counter)
        for frame in lexicon.frames
        for counter, sentences in ((False, frame.examples), (True, frame.counter))
        for marked in sentences
    )


def example_findings(
    lexicon: Lexicon, gazetteer: Gazetteer, parse: Callable[[Sequence[Document]], Iterable[tuple[Sentence, ...]]]
) -> Iterator[str]:
    """What fails, a line each: file, frame, sentence and why. `parse` is a parser of documents, such as
    `kg.parse.parse` with its pipeline bound."""
    todo = examples(lexicon)
    documents = [Document(example.text) for example in todo]
    for example, document, sentences in zip(todo, documents, parse(documents), strict=True):
        fault = (
            _traces(example, document, sentences, lexicon, gazetteer) if example.counter
            else _missing(example, sentences, lexicon)
        )  # fmt: skip
        if fault:
            yield f"{example.frame.file}, frame {example.frame.id!r}: {example.text!r} {fault}"


def _missing(example: Example, sentences: Sequence[Sentence], lexicon: Lexicon) -> str | None:
    """Why the example does not show its frame; None if it does."""
    reason = "has none of the frame's words as the parser reads it; see kg explain"
    for sentence in sentences:
        tree = Tree(repair(sentence))
        for result in attempts(tree, lexicon):
            if result.frame is not example.frame:
                continue
            if not isinstance(result, Match):
                reason = f"does not fire: {result.reason}"
                continue
            absent = [
                f"{role} {example.text[start:end]!r}"
                for role, start, end in example.roles
                if not any(start <= tree.word(id).start < end for id in result.ids(role))
            ]
            if not absent:
                return None
            reason = f"fires without {', '.join(absent)}"
    return reason


def _traces(
    example: Example, document: Document, sentences: tuple[Sentence, ...], lexicon: Lexicon, gazetteer: Gazetteer
) -> str | None:
    """What the frame wrongly left of a counter-example; None if nothing."""
    found = extract(document, sentences, lexicon, gazetteer)
    id = example.frame.id
    for claim in found.claims:
        if claim.frame == id or id in re.sub(r"^(not|might)-", "", claim.status_rule).split("+"):
            return f"should not fire, but gives {claim.kind} ({claim.status})"
    if any(statement.frame == id and statement.speaker for statement in found.statements):
        return "should not fire, but gives a statement"
    return None
