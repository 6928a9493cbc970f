"""Extraction against gold: how much of what people annotated was found, and how much of what was found is true.

Gold and system are annotations in one JSON format (the format of `kg extract`): events with triggers, participants,
status, place and date; statements with speaker and trigger. What counts as equal:

- triggers: their characters overlap; counted once each, whichever event they belong to;
- names: equal after folding (case, quotes, punctuation, hyphens), or one is the last words of the other ("Мей" and
  "Тереза Мей"), or either stands for the other ("Белият дом" for "САЩ"); only named participants count;
- actor pairs: every two named participants of one event, without order; with status as a second figure;
- a statement: its trigger overlaps and its speaker's name matches;
- status, kind, place and date are judged on the events that share a trigger with a gold event.

Intervals are bootstrap percentiles over documents, from a fixed seed: the same input gives the same bytes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from kg.errors import InputError
from kg.model import ENCOUNTERS, STATUSES

FIGURES = ("trigger", "participant", "pair", "pair+status", "speaker", "statement")
SHARES = ("status", "kind", "place", "date")
SEED = 20251125

Annotation = dict[str, Any]
Name = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one figure: found and true, found and false, missed."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hits + other.hits, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.hits + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.hits / max(1, 2 * self.hits + self.false + self.missed)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the matched events have an attribute right."""

    right: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.of + other.of)

    @property
    def value(self) -> float:
        return self.right / max(1, self.of)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing missed or wrongly found; `start` is the offset of the word that shows where, or None."""

    doc: str
    figure: str
    missed: bool
    what: str
    start: int | None


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """The counts of one document. `kinds` holds the triggers and pairs of the events of each kind alone."""

    doc: str
    register: str | None
    tallies: dict[str, Tally]
    shares: dict[str, Share]
    kinds: dict[str, dict[str, Tally]]
    faults: tuple[Fault, ...] = field(repr=False)


def fold(name: str) -> tuple[str, ...]:
    """The words of a name without case, quotes, punctuation and hyphens.

    >>> fold('„Си Би Ес“-Нюз')
    ('си', 'би', 'ес', 'нюз')
    """
    return tuple(re.sub(r"[„“”\"«»'().,\-–]", " ", name.lower()).replace("ѝ", "и").split())


def name_of(participant: Annotation) -> Name:
    """The folded names that a participant answers to: its own and that of what it stands for."""
    return frozenset(fold(participant[key]) for key in ("name", "stands_for") if participant.get(key))


def same_name(one: Name, other: Name) -> bool:
    """True when two folded names are equal or one is the last words of the other."""
    return any(
        a == b or (len(a) < len(b) and b[-len(a) :] == a) or (len(b) < len(a) and a[-len(b) :] == b)
        for a in one
        for b in other
        if a and b
    )


def same_place(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    return same_name(frozenset({fold(one)}), frozenset({fold(other)}))


def overlap(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """True when two [start, end, text] triggers share a character."""
    return one[0] < other[1] and other[0] < one[1]


def _unique(items: Iterable[Any], equal: Callable[[Any, Any], bool]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(equal(item, other) for other in kept):
            kept.append(item)
    return kept


def _align(gold: list[Any], system: list[Any], equal: Callable[[Any, Any], bool]) -> tuple[int, list[Any], list[Any]]:
    """Pair items one to one in reading order: (number of pairs, gold left over, system left over)."""
    free = list(system)
    missed = []
    for item in gold:
        found = next((index for index, other in enumerate(free) if equal(item, other)), None)
        if found is None:
            missed.append(item)
        else:
            del free[found]
    return len(gold) - len(missed), missed, free


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to be matched: `value` for the comparison, `words` and `start` for people."""

    value: Any
    words: str
    start: int | None


def _first(event: Annotation) -> int | None:
    return event["triggers"][0][0] if event["triggers"] else None


def _label(event: Annotation) -> str:
    trigger = event["triggers"][0][2] if event["triggers"] else "no trigger"
    return f"{event['kind']} {event['status']} ({trigger})"


def _triggers(events: list[Annotation]) -> list[_Item]:
    return [_Item(t, f"{t[2]}: {_label(event)}", t[0]) for event in events for t in event["triggers"]]


def _named(event: Annotation) -> list[Annotation]:
    named = [p for p in event["participants"] if p.get("named", True)]
    return _unique(named, lambda a, b: same_name(name_of(a), name_of(b)))


def _participants(events: list[Annotation]) -> list[_Item]:
    named = [(p, event) for event in events for p in event["participants"] if p.get("named", True)]
    return [_Item(name_of(p), f"{p['name']}: {_label(event)}", _first(event)) for p, event in named]


def _pairs(events: list[Annotation]) -> list[_Item]:
    return [
        _Item((name_of(a), name_of(b), event["status"]), f"{a['name']} + {b['name']}: {_label(event)}", _first(event))
        for event in events
        for a, b in combinations(_named(event), 2)
    ]


def _speakers(statements: list[Annotation]) -> list[_Item]:
    return [_Item(frozenset({fold(s["speaker"])}), s["speaker"], s["trigger"][0]) for s in statements]


def _statements(statements: list[Annotation]) -> list[_Item]:
    return [
        _Item((s["trigger"], frozenset({fold(s["speaker"])})), f"{s['speaker']}: {s['trigger'][2]}", s["trigger"][0])
        for s in statements
    ]


def _same_trigger(a: _Item, b: _Item) -> bool:
    return overlap(a.value, b.value)


def _same_actor(a: _Item, b: _Item) -> bool:
    return same_name(a.value, b.value)


def _same_pair(a: _Item, b: _Item) -> bool:
    (a1, a2, _), (b1, b2, _) = a.value, b.value
    return (same_name(a1, b1) and same_name(a2, b2)) or (same_name(a1, b2) and same_name(a2, b1))


def _same_pair_and_status(a: _Item, b: _Item) -> bool:
    return _same_pair(a, b) and a.value[2] == b.value[2]


def _same_statement(a: _Item, b: _Item) -> bool:
    return overlap(a.value[0], b.value[0]) and same_name(a.value[1], b.value[1])


# figure -> (key of the annotation, how to list its items, when two are the same, whether repeated items count once)
_HOW: dict[str, tuple[str, Callable[[list[Annotation]], list[_Item]], Callable[[_Item, _Item], bool], bool]] = {
    "trigger": ("events", _triggers, _same_trigger, True),
    "participant": ("events", _participants, _same_actor, True),
    "pair": ("events", _pairs, _same_pair, True),
    "pair+status": ("events", _pairs, _same_pair_and_status, True),
    "speaker": ("statements", _speakers, _same_actor, True),
    "statement": ("statements", _statements, _same_statement, False),
}


def _compare(figure: str, gold: Annotation, system: Annotation) -> tuple[Tally, list[_Item], list[_Item]]:
    key, items, equal, once = _HOW[figure]
    ours, theirs = items(gold[key]), items(system[key])
    if once:
        ours, theirs = _unique(ours, equal), _unique(theirs, equal)
    hits, missed, false = _align(ours, theirs, equal)
    return Tally(hits, len(false), len(missed)), missed, false


def counterpart(event: Annotation, system: Annotation) -> Annotation | None:
    """The system's event that shares a trigger with a gold event and has most of its participants, or None."""

    def met(other: Annotation) -> bool:
        return any(overlap(a, b) for a in event["triggers"] for b in other["triggers"])

    def shared(other: Annotation) -> int:
        theirs = [name_of(p) for p in other["participants"]]
        return sum(any(same_name(name_of(p), name) for name in theirs) for p in event["participants"])

    return max(filter(met, system["events"]), key=shared, default=None)


def _edtf(event: Annotation) -> str | None:
    return (event.get("date") or {}).get("edtf")


def _attributes(gold: Annotation, system: Annotation) -> tuple[dict[str, Share], list[Fault]]:
    """Status, kind, place and date on matched events. Place and date are asked only where gold states them."""
    shares = dict.fromkeys(SHARES, Share())
    faults = []
    for event in gold["events"]:
        other = counterpart(event, system)
        if other is None:
            continue
        asked = {
            "status": (event["status"], other["status"], event["status"] == other["status"]),
            "kind": (event["kind"], other["kind"], event["kind"] == other["kind"]),
        }
        if event.get("place"):
            asked["place"] = (event["place"], other.get("place"), same_place(event["place"], other.get("place")))
        if _edtf(event):
            asked["date"] = (_edtf(event), _edtf(other), _edtf(event) == _edtf(other))
        for name, (expected, actual, right) in asked.items():
            shares[name] += Share(int(right), 1)
            if not right:
                what = f"expected {expected}, found {actual}: {_label(event)}"
                faults.append(Fault(gold["doc"], name, True, what, _first(event)))
    return shares, faults


def _of_kind(annotation: Annotation, kind: str) -> Annotation:
    return {**annotation, "events": [event for event in annotation["events"] if event["kind"] == kind]}


def score_document(gold: Annotation, system: Annotation) -> DocumentScore:
    """Compare the annotations of one document."""
    tallies: dict[str, Tally] = {}
    faults: list[Fault] = []
    for figure in FIGURES:
        tallies[figure], missed, false = _compare(figure, gold, system)
        faults += [Fault(gold["doc"], figure, True, item.words, item.start) for item in missed]
        faults += [Fault(gold["doc"], figure, False, item.words, item.start) for item in false]
    shares, wrong = _attributes(gold, system)
    kinds = {
        kind: {
            figure: _compare(figure, _of_kind(gold, kind), _of_kind(system, kind))[0] for figure in ("trigger", "pair")
        }
        for kind in ENCOUNTERS
    }
    return DocumentScore(gold["doc"], gold.get("register"), tallies, shares, kinds, tuple(faults + wrong))


def _interval(values: list[float]) -> tuple[float, float]:
    """The middle 95 % of `values`."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.025 * last)], ordered[round(0.975 * last)]


def report(documents: Sequence[DocumentScore], resamples: int = 1000) -> dict[str, Any]:
    """Add the documents up: figures and shares with 95 % intervals, rows per kind and per register. Plain data."""
    draws = _draws(len(documents), resamples)

    def total(figure: str, of: Sequence[DocumentScore]) -> Tally:
        return sum((document.tallies[figure] for document in of), Tally())

    def shared(name: str, of: Sequence[DocumentScore]) -> Share:
        return sum((document.shares[name] for document in of), Share())

    figures: dict[str, Any] = {}
    for figure in FIGURES:
        samples = [sum((documents[i].tallies[figure] for i in draw), Tally()) for draw in draws]
        tally = total(figure, documents)
        figures[figure] = _row(tally) | {
            f"{measure}_95": _interval([getattr(sample, measure) for sample in samples])
            for measure in ("precision", "recall", "f1")
        }
    shares = {}
    for name in SHARES:
        drawn = [sum((documents[i].shares[name] for i in draw), Share()) for draw in draws]
        share = shared(name, documents)
        interval = _interval([sample.value for sample in drawn])
        shares[name] = {"value": share.value, "right": share.right, "of": share.of, "value_95": interval}
    kinds = {
        kind: {figure: _row(sum((d.kinds[kind][figure] for d in documents), Tally())) for figure in ("trigger", "pair")}
        for kind in ENCOUNTERS
    }
    registers = {}
    for register in sorted({document.register for document in documents if document.register}):
        of = [document for document in documents if document.register == register]
        registers[register] = {"documents": len(of), **{figure: _row(total(figure, of)) for figure in FIGURES}}
    return {"documents": len(documents), "figures": figures, "shares": shares, "kinds": kinds, "registers": registers}


def _row(tally: Tally) -> dict[str, Any]:
    return {
        "precision": tally.precision,
        "recall": tally.recall,
        "f1": tally.f1,
        "hits": tally.hits,
        "false": tally.false,
        "missed": tally.missed,
    }


def _draws(size: int, resamples: int) -> list[list[int]]:
    """`resamples` samples of document numbers, drawn with replacement from a fixed seed."""
    dice = random.Random(SEED)
    return [dice.choices(range(size), k=size) for _ in range(resamples)]


def check(annotation: Any, text: str | None, where: str) -> Annotation:
    """The annotation itself, or InputError that names the file and the entry that breaks the format.

    Every trigger must quote the document: `text[start:end]` is its third element.
    """

    def fail(what: str) -> InputError:
        return InputError(f"{where}: {what}; the format is described in data/gold/README.md")

    if not isinstance(annotation, dict) or not {"doc", "events", "statements"} <= annotation.keys():
        raise fail('an annotation is an object with "doc", "events" and "statements"')
    for number, event in enumerate(annotation["events"], 1):
        lacking = [key for key in ("kind", "status", "participants", "triggers") if key not in event]
        if lacking:
            raise fail(f"event {number} has no {', '.join(lacking)}")
        if event["kind"] not in ENCOUNTERS:
            raise fail(f"event {number} is of the unknown kind {event['kind']!r} (one of {', '.join(ENCOUNTERS)})")
        if event["status"] not in STATUSES:
            raise fail(f"event {number} has the unknown status {event['status']!r} (one of {', '.join(STATUSES)})")
        if not all("name" in participant for participant in event["participants"]):
            raise fail(f"a participant of event {number} has no name")
    for number, statement in enumerate(annotation["statements"], 1):
        if "speaker" not in statement or "trigger" not in statement:
            raise fail(f"statement {number} lacks its speaker or its trigger")
    if text is not None:
        said = [t for event in annotation["events"] for t in event["triggers"]]
        for start, end, quoted in said + [statement["trigger"] for statement in annotation["statements"]]:
            if text[start:end] != quoted:
                raise fail(f"[{start}, {end}] reads {text[start:end]!r} in the text, not {quoted!r}")
    return annotation


def sentence_at(text: str, offset: int) -> str:
    """The sentence around an offset, near enough for a person who reads a list of faults.

    >>> sentence_at("Мей отпътува. Тя се срещна с Меркел. Край.", 20)
    'Тя се срещна с Меркел.'
    """
    border = re.compile(r"(?<=[.!?…])[\"“”»]?\s+(?=[„\"«–—-]?\s?[А-ЯA-Z0-9])|\n+")
    start = max((m.end() for m in border.finditer(text) if m.end() <= offset), default=0)
    end = next((m.start() for m in border.finditer(text, offset)), len(text))
    return text[start:end].strip()
