"""What resolution hands on."""

from __future__ import annotations

from dataclasses import dataclass

from kg.model import Entity, Event, Link, Office


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
