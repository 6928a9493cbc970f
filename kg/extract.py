"""All that is understood of one document: trees -> mentions -> matches -> statements, claims -> events. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kg import coref, events, kinds, match, mentions
from kg.claims import Draft, find_claims
from kg.dates import aim, find_dateline, find_dates
from kg.discourse import Discourse, surname
from kg.gazetteer import Gazetteer
from kg.lexicon import Lexicon
from kg.match import Match
from kg.mentions import Found
from kg.model import ENCOUNTERS, Argument, Chain, Document, Extraction, Mention, Sentence
from kg.names import fold
from kg.plans import Plans, find_plans
from kg.quotes import find_quotes
from kg.repairs import repair
from kg.statements import find_statements, speaker_words
from kg.tree import AGENT, OBJECT, Tree

ACTING = frozenset({"participant", "visitor"})
ACTING_SLOTS = frozenset({AGENT, "с", "между", "заедно с"})


def extract(document: Document, sentences: Sequence[Sentence], lexicon: Lexicon, gazetteer: Gazetteer) -> Extraction:
    """Understand one document. A sentence that a fault of the program costs is left out and counted in `skipped`."""
    trees, skipped = [], []
    found: list[Found] = []
    matches: list[tuple[Match, ...]] = []
    for sentence in sentences:
        try:
            tree = Tree(repair(sentence))
            here = mentions.find_mentions(tree, document.text, lexicon, gazetteer)
            fired = match.find(tree, lexicon)
        except (IndexError, KeyError, ValueError, RecursionError) as error:
            skipped.append(f"sentence {sentence.index}: {type(error).__name__}: {error}")
            continue
        trees.append(tree)
        found.append(here)
        matches.append(fired)
    decided = kinds.decide(trees, found, matches, lexicon, gazetteer)
    surnames: frozenset[str] = frozenset()
    for _ in range(2):  # with the kinds that all sentences decide, then with the surnames that follow from them
        looks = zip(trees, found, strict=True)
        found = [mentions.find_mentions(tree, document.text, lexicon, gazetteer, surnames, decided, here) for tree, here in looks]
        surnames = _surnames(found)
    quotes = find_quotes(document.text)
    speakers = tuple(speaker_words(here) for here in matches)
    found = _people_by_deed(_media_by_deed(found, matches), matches, gazetteer)
    agreed = _agreed(found, gazetteer)
    named = [m for here in agreed for m in here.mentions if m.named]
    discourse = Discourse(tuple(trees), agreed, lexicon, gazetteer, coref.chains(named, document, gazetteer), quotes, speakers)
    stated = find_dateline(document.text)
    dates = [find_dates(tree.sentence, document.text, document.published, dateline=stated) for tree in trees]
    statements = find_statements(discourse, matches, document.text, quotes)
    drafts = tuple(_aimed(draft, document, stated) for draft in find_claims(discourse, matches, dates, statements))
    claims, groups = events.find_events(discourse, drafts)
    planned = find_plans(trees, agreed, document.text, lexicon, gazetteer)
    spoken = _mentions(discourse, claims, statements, planned)
    chains = coref.chains(spoken, document, gazetteer, planned.named_by)
    keys = {mention: chain.key for chain in chains for mention in chain.mentions}
    found_events = []
    for kind, drafted in groups:
        people = events.participants(discourse, drafted)
        found_events.append(events.event_of(kind, drafted, tuple(dict.fromkeys(keys[a.mention] for a in people if a.mention in keys))))
    return Extraction(
        document=document,
        sentences=tuple((tree.sentence.start, tree.sentence.end) for tree in trees),
        mentions=spoken,
        chains=chains,
        statements=statements,
        claims=claims,
        events=tuple(found_events),
        skipped=tuple(skipped),
        subjects=planned.subjects,
    )


def _surnames(found: Iterable[Found]) -> frozenset[str]:
    """The folded surnames of people whom the document names in full."""
    return frozenset(surname(m) for f in found for m in f.mentions if m.kind == "Person" and len(m.base.split()) > 1) - {""}


# A chronicle tells in the present tense what was on a day with its year: "9 декември 2025 г. Арсой се среща с Дмитриев".
FULL_DAY = re.compile(r"\d{4}-\d\d-\d\d(/\d{4}-\d\d-\d\d)?")
FAR_DATE = 300  # days; nobody writes of "12 март" on 13 March and means that of next year ("отложената от 12 март среща")


def _aimed(draft: Draft, document: Document, stated: date | None) -> Draft:
    """Its date read in the direction of its status: "ще се срещнат на 24 октомври" points on, "срещнаха се" back. Where
    only the present tense or nothing at all gave the status, the date gives it: "вчера Арсой се среща с Прескот"."""
    claim, today = draft.claim, stated or document.published
    when = claim.when
    if when is None:
        return draft
    if claim.status_rule.split("+")[-1] in ("default", "present") and claim.kind in ENCOUNTERS:
        if (when.end and today and when.end < today) or (today is None and FULL_DAY.fullmatch(when.edtf or "")):
            claim = replace(claim, status="held", status_rule="date")
        elif when.start and today and when.start > today:
            claim = replace(claim, status="planned", status_rule="date")
    elif claim.status in ("held", "planned"):
        aimed = aim(when, document.published, claim.status == "planned", dateline=stated)
        if not (today and aimed.start and abs((aimed.start - today).days) > FAR_DATE):
            claim = replace(claim, when=aimed)
    return replace(draft, claim=claim)


def _media_by_deed(found: Sequence[Found], matches: Sequence[Sequence[Match]]) -> list[Found]:
    """A thing that reports is a medium: in 'пише „Телеграф“' the tagger sees a product."""
    media: set[str] = set()
    for here, fired in zip(found, matches, strict=True):
        for one in fired:
            if one.frame.says and (one.frame.media or one.part == "verb"):
                named = (here.by_word.get(id) for id in one.ids("speaker"))
                kinds = ("Plan", "NamedEvent", "Organization") if one.frame.media else ("Plan",)
                media |= {m.base for m in named if m and m.named and m.kind in kinds}
    swapped = []
    for here in found:
        swap = {m: replace(m, kind="Media") for m in here.mentions if m.base in media and m.kind in ("Plan", "NamedEvent")}
        swapped.append(_swapped(here, swap))
    return swapped


def _people_by_deed(
    found: Sequence[Found], matches: Sequence[Sequence[Match]], gazetteer: Gazetteer
) -> list[Found]:
    """Whoever meets somebody is no unknown place: in "Дмитриев се срещна с Уиткоф" the tagger sees two towns."""
    people: set[str] = set()
    for here, fired in zip(found, matches, strict=True):
        for one in fired:
            acting = [f.id for f in one.fills if f.role in ACTING and f.slot in ACTING_SLOTS]
            if acting and one.frame.event != "Visit":  # "срещата на Уиткоф с президента"
                acting += [f.id for f in one.fills if f.role in ACTING and f.slot == "на"]
            if one.frame.event == "Call" or one.part == "verb":  # "звънял на Прескот", "прие Прескот"
                acting += [f.id for f in one.fills if f.slot in ("на", OBJECT) and f.role in ACTING]
            if one.frame.event in ENCOUNTERS:
                named = (here.by_word.get(id) for id in acting)
                people |= {m.base for m in named if m and m.named and m.kind == "Place" and not gazetteer.kind(m.base)}
    swaps = ({m: replace(m, kind="Person", country=None) for m in f.mentions if m.base in people and m.kind == "Place"} for f in found)
    return [_swapped(here, swap) for here, swap in zip(found, swaps, strict=True)]


def _swapped(found: Found, swap: dict[Mention, Mention]) -> Found:
    if not swap:
        return found
    mentions = tuple(swap.get(m, m) for m in found.mentions)
    return Found(mentions, {id: swap.get(m, m) for id, m in found.by_word.items()})


def _agreed(found: Iterable[Found], gazetteer: Gazetteer) -> tuple[Found, ...]:
    """One reading of a name in one document: "Уиткоф" tagged as a place is the person "Стив Уиткоф" named elsewhere, and
    "Войнова" beside "Ралица Войнова" is no form of "Войнов"."""
    found = list(found)
    people = set(_surnames(found))
    people |= {surname(m) for f in found for m in f.mentions if m.kind == "Person" and m.title}
    out = []
    for here in found:
        swap = {
            m: replace(m, base=m.text if fold(m.text) in people else m.base, kind="Person", country=None, stands_for=None)
            for m in here.mentions
            if m.named and m.kind in ("Person", "Place", "Organization", "Plan", "NamedEvent") and len(m.base.split()) == 1
            and (surname(m) in people or fold(m.text) in people) and not gazetteer.kind(m.base)
        }  # fmt: skip
        out.append(_swapped(here, swap))
    return tuple(out)


def _mentions(discourse: Discourse, claims: Iterable[Any], statements: Iterable[Any], plans: Plans) -> tuple[Mention, ...]:
    """Every mention of the document, with the readings that claims and statements gave them."""
    planned = {m.span for m in plans.mentions}
    every = {m for found in discourse.found for m in found.mentions if m.named and m.span not in planned} | {*plans.mentions}
    for claim in claims:
        every |= {a.mention for a in claim.arguments} | ({claim.place.mention} if claim.place else set())
    for statement in statements:
        arguments: tuple[Argument, ...] = (*((statement.speaker,) if statement.speaker else ()), *statement.via)
        every |= {a.mention for a in arguments}
    return tuple(sorted(every, key=lambda m: (m.span.start, m.span.end, m.kind, m.base)))


# ---- the exchange format


def annotation(extraction: Extraction, name: str) -> dict[str, Any]:
    """The document in the format of the annotation guidelines: encounters and named speakers' statements.

    `name` becomes "doc". Offsets count characters of the document's text.
    """
    text = extraction.document.text
    chains = {chain.key: chain for chain in extraction.chains}
    by_mention = {mention: chain for chain in extraction.chains for mention in chain.mentions}
    claims = {claim.id: claim for claim in extraction.claims}
    statements = {statement.id: statement for statement in extraction.statements}
    published = find_dateline(text)
    out: list[dict[str, Any]] = []
    for event in extraction.events:
        if event.kind not in ENCOUNTERS:
            continue
        told = [claims[id] for id in event.claims]
        reporters = [
            by_mention[s.speaker.mention].base
            for claim in told for id in claim.said_in
            if (s := statements[id]).speaker and s.speaker.mention.named and s.speaker.mention in by_mention
        ]  # fmt: skip
        topic = next((claim.topic for claim in told if claim.topic), None)
        out.append({
            "id": f"e{len(out) + 1}",
            "kind": event.kind,
            "status": event.status,
            "participants": [_participant(chains[key]) for key in event.participants],
            "place": event.place,
            "date": {"text": event.when.text, "edtf": event.when.edtf} if event.when else None,
            "topic": text[topic.start : topic.end] if topic else None,
            "triggers": [[t.start, t.end, text[t.start : t.end]] for t in (c.trigger for c in told if not c.status_rule.startswith("again+"))],
            "reported_by": list(dict.fromkeys(reporters)),
        })  # fmt: skip
    said = [
        {
            "speaker": _name(s.speaker.mention, by_mention),
            "trigger": [s.trigger.start, s.trigger.end, text[s.trigger.start : s.trigger.end]],
            "via": _name(s.via[0].mention, by_mention) if s.via else None,
        }
        for s in extraction.statements
        if s.speaker and s.speaker.mention.named
    ]
    return {"doc": name, "published": published.isoformat() if published else None, "events": out, "statements": said}


def _name(mention: Mention, chains: Mapping[Mention, Chain]) -> str:
    """The fullest name of the document; a seat keeps its own ("Лондон", not "Великобритания")."""
    return mention.base if mention.stands_for or mention not in chains else chains[mention].base


def _participant(chain: Chain) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": chain.base, "named": chain.named}
    if chain.stands_for:
        entry["stands_for"] = chain.stands_for
    return entry
