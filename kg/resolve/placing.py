"""Where a sighting belongs, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Key = tuple[str, ...]  # class, folded name or code, and what keeps it apart from namesakes ("" for nothing)


class Placement(NamedTuple):
    """A sighting is the thing under `key`, for a reason, with a score 0..1; `inferred` is what the words do not say."""

    key: Key
    reason: str
    score: float
    inferred: bool


class Near(NamedTuple):
    """Two keys that look alike and were kept apart."""

    one: Key
    two: Key
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Partition:
    """Placements by chain, and the pairs that were close."""

    placements: dict[str, Placement]
    near: tuple[Near, ...] = field(default=())
