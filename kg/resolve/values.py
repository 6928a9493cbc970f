"""What resolution hands on."""

from __future__ import annotations

from dataclasses import dataclass

from kg.model import Entity, Event, Link, Span


@dataclass(frozen=True, slots=True)
class Office:
    """That a document gives a person a title: "президента на САЩ Доналд Тръмп".

    `title` is its base form ("президент"), `body` the entity id of what it is an office of, `country` an ISO code,
    `former` True for "бившия президент". `inferred` is True where the words do not name the country themselves.
    """

    title: str
    person: str
    body: str | None
    country: str | None
    doc: str
    span: Span
    inferred: bool
    former: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Apart:
    """Two entities (ids, `one` < `two`) that look alike and were kept apart; `score` 0..1 is how close the call was."""

    one: str
    two: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Resolution:
    """The corpus understood. `unsettled` are verdicts (as text) that name nothing in the corpus."""

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]
    events: tuple[Event, ...]
    offices: tuple[Office, ...] = ()
    apart: tuple[Apart, ...] = ()
    unsettled: tuple[str, ...] = ()
