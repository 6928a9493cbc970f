"""What a page shows, as frozen values, and the one way to get it: SPARQL over a store.

An actor takes part in events; an event rests on claims; a claim stands in a sentence of a document and may be inside
statements, innermost first. Everything refers to everything else by id, so a Network can be made by hand in a test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from kg.model import ENCOUNTERS

QUERIES = Path(__file__).parent / "queries"
Row = dict[str, str]  # variable -> value
Groups = dict[str, list[Row]]  # value of the first variable -> rows
Rows = Mapping[str, Groups]  # name of the query -> its rows


class Store(Protocol):
    """Anything that answers SPARQL SELECT with `variables` and `rows` of terms (kg.store gives such)."""

    def query(self, text: str, bindings: Mapping[str, Any] | None = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """One entity. `country` is an ISO 3166 alpha-2 code, `offices` are titles with their state or body."""

    id: str
    kind: str
    name: str
    names: tuple[str, ...] = ()
    named: bool = True
    country: str | None = None
    offices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """An actor (by id) in a role of the ontology."""

    actor: str
    role: str = "participant"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, in its present status. `encounter` is True for meetings, calls, negotiations and visits."""

    id: str
    kind: str
    encounter: bool
    status: str
    participants: tuple[Participant, ...]
    place: str | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The words for a date, what they state (EDTF), the days that follow, and whether something of it is inferred."""

    text: str
    edtf: str | None
    start: date | None
    end: date | None
    inferred: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Words inside a sentence (offsets into the document) that fill a role, and the actor that they are, if known."""

    start: int
    end: int
    role: str
    actor: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What the sentence `document.text[start:end]` says of `event`; `statements` are ids, innermost first."""

    id: str
    event: str
    document: str
    start: int
    sentence: str
    trigger: Mark
    status: str
    rule: str
    marks: tuple[Mark, ...] = ()
    when: When | None = None
    topic: str | None = None
    statements: tuple[str, ...] = ()
    renarrative: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker or a medium: the words, and the actor that they are, if known."""

    words: str
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's act of saying: who, through whom in order, how (`mode`) and with what attitude (`stance`)."""

    id: str
    document: str
    start: int
    sentence: str
    trigger: Mark
    mode: str
    stance: str
    speaker: Voice | None = None
    media: tuple[Voice, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One article with its full text, which only the pages of a site show."""

    id: str
    text: str
    title: str | None = None
    published: date | None = None
    source: str | None = None
    url: str | None = None


Thing = TypeVar("Thing", Actor, Event, Claim, Statement, Document)


@dataclass(frozen=True, slots=True)
class Network:
    """All of it, each tuple in the order of its ids. `labels` has the words of the ontology: (Bulgarian, English)."""

    actors: tuple[Actor, ...]
    events: tuple[Event, ...]
    claims: tuple[Claim, ...]
    statements: tuple[Statement, ...]
    documents: tuple[Document, ...]
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def load_network(store: Store) -> Network:
    """Ask `store` for everything that a page shows.

    Each query asks for one kind of thing and its own properties, which every engine answers in linear time, two at a
    time; they are joined here, by IRI.
    """
    names = [query.stem for query in sorted(QUERIES.glob("*.rq")) if query.stem != "labels"]
    with ThreadPoolExecutor(2) as asking:
        rows = dict(zip(names, asking.map(lambda name: _grouped(store, name), names), strict=True))
    entities, documents, events, claims = (_first(rows[name]) for name in ("entities", "documents", "events", "claims"))
    ids = {iri: row["id"] for table in (entities, documents, events) for iri, row in table.items()}
    words = _Words(_first(rows["spans"]), _first(rows["sentences"]), _first(rows["mentions"]), ids)
    return Network(
        actors=_ordered(_actors(rows, entities)),
        events=_ordered(_events(rows, events, entities, claims, words)),
        claims=_ordered(_claims(rows, claims, words)),
        statements=_ordered(_statements(rows, words)),
        documents=_ordered(_documents(documents)),
        labels=load_labels(),
    )


def load_labels() -> dict[str, tuple[str, str]]:
    """The words of every class, role and status of the ontology by local name: (Bulgarian, English)."""
    import pyoxigraph

    from kg import resources

    ontology = pyoxigraph.Store()
    ontology.load(path=resources.path("ontology") / "kg.ttl", format=pyoxigraph.RdfFormat.TURTLE)
    solutions: Any = ontology.query((QUERIES / "labels.rq").read_text("utf-8"))
    rows = [{name: row[name].value for name in ("term", "bg", "en")} for row in solutions]
    return {_local(row["term"]): (row["bg"], row["en"]) for row in sorted(rows, key=lambda row: row["term"])}


def _rows(store: Store, name: str) -> Iterator[Row]:
    """The rows of one query as plain strings; an unbound variable is missing."""
    answer = store.query((QUERIES / f"{name}.rq").read_text("utf-8"))
    for row in answer.rows:
        yield {name: term.value for name, term in zip(answer.variables, row, strict=True) if term is not None}


def _grouped(store: Store, name: str) -> Groups:
    """The rows of a query by its first variable, in an order that does not depend on the store."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(store, name):
        groups[next(iter(row.values()))].append(row)
    for rows in groups.values():
        if len(rows) > 1:
            rows.sort(key=lambda row: sorted(row.items()))
    return groups


def _first(groups: Groups) -> dict[str, Row]:
    """One row for each value of the first variable of a query: the first, should a store hold several."""
    return {key: rows[0] for key, rows in groups.items()}


def _ordered(things: Iterable[Thing]) -> tuple[Thing, ...]:
    return tuple(sorted(things, key=lambda thing: thing.id))


@dataclass(frozen=True, slots=True)
class _Words:
    """Where things stand in texts, by IRI; `ids` are those of entities, documents and events."""

    spans: Mapping[str, Row]
    sentences: Mapping[str, Row]
    mentions: Mapping[str, Row]
    ids: Mapping[str, str]

    def sentence(self, iri: str) -> tuple[int, str]:
        """Where the sentence begins, and its words."""
        span = self.spans[self.sentences[iri]["span"]]
        return int(span["start"]), span["words"]

    def mark(self, iri: str, role: str) -> Mark:
        """A span as a mark."""
        return Mark(int(self.spans[iri]["start"]), int(self.spans[iri]["end"]), role)

    def argument(self, row: Row) -> Mark:
        """The words that fill a role, and who they are."""
        at = self.spans[row["span"]] if "span" in row else self.mentions[row["mention"]]
        return Mark(int(at["start"]), int(at["end"]), _local(row["role"]), self.actor(row), row["inferred"] == "true")

    def actor(self, row: Row) -> str | None:
        """The id of the entity that the mention of an argument is."""
        return self.ids.get(self.mentions[row["mention"]].get("entity", ""))


def _local(iri: str) -> str:
    """The last part of an IRI: the local name of a term, or the id of a claim or statement."""
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


def _day(row: Row, key: str) -> date | None:
    return date.fromisoformat(row[key][:10]) if key in row else None


def _actors(rows: Rows, entities: Mapping[str, Row]) -> Iterator[Actor]:
    names, offices = rows["names"], rows["offices"]
    for iri, row in entities.items():
        titles = {f"{o['title']}, {o['body']}" if "body" in o else o["title"] for o in offices.get(iri, ())}
        yield Actor(
            id=row["id"],
            kind=_local(row["kind"]),
            name=row["name"],
            names=tuple(sorted({other["name"] for other in names.get(iri, ())} - {row["name"]})),
            named=row.get("named") != "false",
            country=row.get("country"),
            offices=tuple(sorted(titles)),
        )


def _events(
    rows: Rows, events: Mapping[str, Row], entities: Mapping[str, Row], claims: Mapping[str, Row], words: _Words
) -> Iterator[Event]:
    participants, arguments = rows["participants"], rows["arguments"]
    roles: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for claim, row in claims.items():
        for argument in arguments.get(claim, ()):
            roles[row["event"], words.actor(argument)].add(_local(argument["role"]))
    for iri, row in events.items():
        actors = {words.ids[one["entity"]] for one in participants.get(iri, ()) if one["entity"] in words.ids}
        place = entities.get(row.get("place", ""))
        kind = _local(row["kind"])
        yield Event(
            id=row["id"],
            kind=kind,
            encounter=kind in ENCOUNTERS,
            status=_local(row["status"]).lower(),
            participants=tuple(
                Participant(actor, min(roles[iri, actor] - {"participant", "place"}, default="participant"))
                for actor in sorted(actors)
            ),
            place=place["name"] if place else None,
            start=_day(row, "start"),
            end=_day(row, "end"),
        )


def _claims(rows: Rows, claims: Mapping[str, Row], words: _Words) -> Iterator[Claim]:
    arguments, said_in = rows["arguments"], rows["said_in"]
    whens, depth = _first(rows["whens"]), _depths(_first(rows["nested"]))
    for iri, row in claims.items():
        start, sentence = words.sentence(row["sentence"])
        when = whens.get(row.get("when", ""))
        marks = {words.argument(argument) for argument in arguments.get(iri, ())}
        inside = {one["statement"] for one in said_in.get(iri, ())}
        yield Claim(
            id=_local(iri),
            event=words.ids[row["event"]],
            document=words.ids[row["document"]],
            start=start,
            sentence=sentence,
            trigger=words.mark(row["trigger"], "trigger"),
            status=_local(row["status"]).lower(),
            rule=row["rule"],
            marks=tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, mark.role, mark.actor or "", mark.inferred))),
            when=_when(when) if when else None,
            topic=words.spans[row["topic"]]["words"] if "topic" in row else None,
            statements=tuple(_local(one) for one in sorted(inside, key=lambda one: (-depth.get(one, 0), one))),
            renarrative=row.get("evidential") == "true",
        )


def _when(row: Row) -> When:
    return When(row["words"], row.get("edtf"), _day(row, "first"), _day(row, "last"), row.get("inferred") == "true")


def _depths(nested: Mapping[str, Row]) -> dict[str, int]:
    """How deep each statement is nested: one that no other statement contains is missing."""
    outer = {inner: row["outer"] for inner, row in nested.items()}
    depths = {}
    for statement in outer:
        seen = {statement}
        place = statement
        while (place := outer.get(place, "")) and place not in seen:
            seen.add(place)
        depths[statement] = len(seen)
    return depths


def _statements(rows: Rows, words: _Words) -> Iterator[Statement]:
    for iri, row in _first(rows["statements"]).items():
        start, sentence = words.sentence(row["sentence"])
        ordered = sorted(rows["arguments"].get(iri, ()), key=lambda one: (int(one["position"]), one["mention"]))
        voices = [
            (_local(one["role"]), Voice(words.mentions[one["mention"]]["words"], words.actor(one))) for one in ordered
        ]
        yield Statement(
            id=_local(iri),
            document=words.ids[row["document"]],
            start=start,
            sentence=sentence,
            trigger=words.mark(row["trigger"], "trigger"),
            mode=row["mode"],
            stance=row["stance"],
            speaker=next((voice for role, voice in voices if role == "speaker"), None),
            media=tuple(voice for role, voice in voices if role == "medium"),
        )


def _documents(documents: Mapping[str, Row]) -> Iterator[Document]:
    for row in documents.values():
        yield Document(
            row["id"], row["text"], row.get("title"), _day(row, "published"), row.get("source"), row.get("url")
        )
