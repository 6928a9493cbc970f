"""What a page shows, as frozen values, and the one way to get it: SPARQL over a store.

An actor takes part in events; an event rests on claims; a claim stands in a sentence of a document and may be inside
statements, innermost first. Everything refers to everything else by id, so a Network can be made by hand in a test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

QUERIES = Path(__file__).parent / "queries"


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
    """Ask `store` for everything that a page shows."""
    return Network(
        actors=tuple(_actors(store)),
        events=tuple(_events(store)),
        claims=tuple(_claims(store)),
        statements=tuple(_statements(store)),
        documents=tuple(_documents(store)),
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


def _rows(store: Store, name: str) -> Iterator[dict[str, str]]:
    """The rows of one query as plain strings; an unbound variable is missing."""
    answer = store.query((QUERIES / f"{name}.rq").read_text("utf-8"))
    for row in answer.rows:
        yield {name: term.value for name, term in zip(answer.variables, row, strict=True) if term is not None}


def _grouped(store: Store, name: str, key: str) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(store, name):
        groups[row[key]].append(row)
    return groups


def _local(iri: str) -> str:
    """The last part of an IRI: the local name of a term, or the id of a claim or statement."""
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


def _day(row: Mapping[str, str], key: str) -> date | None:
    return date.fromisoformat(row[key][:10]) if key in row else None


def _actors(store: Store) -> Iterator[Actor]:
    names, offices = _grouped(store, "names", "id"), _grouped(store, "offices", "id")
    for id, rows in sorted(_grouped(store, "actors", "id").items()):
        row = min(rows, key=lambda row: sorted(row.items()))
        titles = {f"{o['title']}, {o['body']}" if "body" in o else o["title"] for o in offices.get(id, ())}
        yield Actor(
            id=id,
            kind=_local(row["kind"]),
            name=row["name"],
            names=tuple(sorted({other["name"] for other in names.get(id, ())} - {row["name"]})),
            named=row.get("named") != "false",
            country=row.get("country"),
            offices=tuple(sorted(titles)),
        )


def _events(store: Store) -> Iterator[Event]:
    participants = _grouped(store, "participants", "event")
    for id, rows in sorted(_grouped(store, "events", "id").items()):
        row = min(rows, key=lambda row: sorted(row.items()))
        roles: dict[str, set[str]] = defaultdict(set)
        for one in participants.get(id, ()):
            roles[one["actor"]].add(_local(one.get("role", "participant")))
        yield Event(
            id=id,
            kind=_local(row["kind"]),
            encounter=row["encounter"] == "true",
            status=_local(row["status"]).lower(),
            participants=tuple(
                Participant(actor, min(found - {"participant"}, default="participant"))
                for actor, found in sorted(roles.items())
            ),
            place=row.get("place"),
            start=_day(row, "start"),
            end=_day(row, "end"),
        )


def _claims(store: Store) -> Iterator[Claim]:
    arguments, said_in = _grouped(store, "arguments", "claim"), _grouped(store, "said_in", "claim")
    depth = _depths(store)
    for claim, rows in sorted(_grouped(store, "claims", "claim").items()):
        row = min(rows, key=lambda row: sorted(row.items()))
        when = None
        if "words" in row:
            inferred = row.get("inferred") == "true"
            when = When(row["words"], row.get("edtf"), _day(row, "first"), _day(row, "last"), inferred)
        marks = {
            Mark(int(a["start"]), int(a["end"]), _local(a["role"]), a.get("actor"), a["inferred"] == "true")
            for a in arguments.get(claim, ())
        }
        inside = {row["statement"] for row in said_in.get(claim, ())}
        yield Claim(
            id=_local(claim),
            event=row["event"],
            document=row["document"],
            start=int(row["start"]),
            sentence=row["sentence"],
            trigger=Mark(int(row["from"]), int(row["to"]), "trigger"),
            status=_local(row["status"]).lower(),
            rule=row["rule"],
            marks=tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, mark.role))),
            when=when,
            topic=row.get("topic"),
            statements=tuple(_local(s) for s in sorted(inside, key=lambda s: (-depth.get(s, 0), s))),
            renarrative=row.get("evidential") == "true",
        )


def _depths(store: Store) -> dict[str, int]:
    """How deep each statement is nested: 0 for one that no other statement contains."""
    outer = {
        row["inner"]: row["outer"]
        for row in sorted(_rows(store, "nested"), key=lambda row: (row["inner"], row["outer"]))
    }
    depths = {}
    for statement in outer:
        seen = {statement}
        place = statement
        while (place := outer.get(place, "")) and place not in seen:
            seen.add(place)
        depths[statement] = len(seen)
    return depths


def _statements(store: Store) -> Iterator[Statement]:
    voices = _grouped(store, "voices", "statement")
    for statement, rows in sorted(_grouped(store, "statements", "statement").items()):
        row = min(rows, key=lambda row: sorted(row.items()))
        ordered = sorted(voices.get(statement, ()), key=lambda v: (int(v["position"]), v["words"]))
        said = [(_local(v["role"]), Voice(v["words"], v.get("actor"))) for v in ordered]
        yield Statement(
            id=_local(statement),
            document=row["document"],
            start=int(row["start"]),
            sentence=row["sentence"],
            trigger=Mark(int(row["from"]), int(row["to"]), "trigger"),
            mode=row["mode"],
            stance=row["stance"],
            speaker=next((voice for role, voice in said if role == "speaker"), None),
            media=tuple(voice for role, voice in said if role == "medium"),
        )


def _documents(store: Store) -> Iterator[Document]:
    for id, rows in sorted(_grouped(store, "documents", "id").items()):
        row = min(rows, key=lambda row: sorted(row.items()))
        yield Document(id, row["text"], row.get("title"), _day(row, "published"), row.get("source"), row.get("url"))
