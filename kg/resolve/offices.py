"""Offices: who is given which title where, and whom a title without a name means at that time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg import names
from kg.model import Office
from kg.resolve.placing import Key, Placement
from kg.resolve.sightings import Sighting
from kg.resolve.titles import SINGULAR, Held

SAME_TIME = 365  # days between a title without a name and a document that names its holder
CLEARLY = 3  # how many times nearer in time the nearest of several holders must be


def holders(sightings: Sequence[Sighting], placements: Mapping[str, Placement]) -> dict[str, Placement]:
    """For chains without a name that are an office ("руският президент") the person who holds it at that time."""
    known: dict[tuple[str, str], dict[Key, list[int | None]]] = defaultdict(lambda: defaultdict(list))
    for sighting in sightings:
        if sighting.named and sighting.kind == "Person":
            for held in sighting.held:
                if _is_single(held):
                    known[held.office, held.country][placements[sighting.chain].key].append(sighting.day)
    found = {}
    for sighting in sightings:
        only = sighting.held[0] if not sighting.named and len(sighting.held) == 1 else None
        if only and _is_single(only):
            key = _holder(known.get((only.office, only.country), {}), sighting.day)
            if key:
                reason = f"holder of the office: {only.title} ({only.country})"
                found[sighting.chain] = Placement(key, reason, 0.7, True)
    return found


def _is_single(held: Held) -> bool:
    return held.office in SINGULAR and bool(held.country) and not held.former


def _holder(candidates: Mapping[Key, list[int | None]], day: int | None) -> Key | None:
    """The only holder; of several the one who is clearly the nearest in time, or who was told of last before that day,
    unless his successor is nearer: an office is held until another is told to hold it."""
    far: dict[Key, int] = {}
    last: dict[Key, int] = {}
    for key, days in candidates.items():
        dated = [other for other in days if other is not None] if day is not None else []
        far[key] = min((abs(day - other) for other in dated), default=0 if len(candidates) == 1 else SAME_TIME + 1)  # type: ignore[operator]
        last |= {key: max(other for other in dated if other <= day)} if any(other <= day for other in dated) else {}  # type: ignore[operator]
    near = sorted((distance, key) for key, distance in far.items() if distance <= SAME_TIME)
    if len(near) == 1 or (len(near) > 1 and near[1][0] > CLEARLY * max(near[0][0], 10)):
        return near[0][1]
    latest = sorted(last, key=lambda key: -last[key])
    only = len(latest) == 1 or (len(latest) > 1 and last[latest[0]] > last[latest[1]])
    return latest[0] if only and near and near[0] == (far[latest[0]], latest[0]) else None


def bodies(sightings: Sequence[Sighting]) -> set[Key]:
    """The keys of the bodies that titles name ("председател на Европейския съвет"), which must be entities."""
    return {("Body", names.fold(held.body), "") for s in sightings if s.named for held in s.held if held.body}


def find_offices(
    sightings: Sequence[Sighting], entity_of: Mapping[str, str], ids: Mapping[Key, str]
) -> tuple[Office, ...]:
    """Every title of a named person, in the order of person and place in the text."""
    people = [sighting for sighting in sightings if entity_of[sighting.chain].startswith("person/") and sighting.named]
    countries: dict[tuple[str, str], set[str]] = defaultdict(set)
    for sighting in people:
        for held in sighting.held:
            countries[entity_of[sighting.chain], held.office] |= {held.country} if held.country else set()
    found = {office for sighting in people for office in _offices(sighting, entity_of[sighting.chain], countries, ids)}
    return tuple(sorted(found, key=lambda o: (o.person, o.span, o.title, o.country or "")))


def _offices(
    sighting: Sighting, person: str, countries: Mapping[tuple[str, str], set[str]], ids: Mapping[Key, str]
) -> Iterator[Office]:
    for held, span in sighting.titled:
        if held.domain == "private":  # "бизнесмен", "професор": what a person is, not an office
            continue
        body = ids.get(("Body", names.fold(held.body), "")) if held.body else None
        known = countries[person, held.office]
        told = held.country or (min(known) if len(known) == 1 and not body else None)
        title = f"{min(names.words('former_label'))} {held.title}" if held.former else held.title
        yield Office(person, title, body, told, sighting.doc, span, told != (held.country or None))
