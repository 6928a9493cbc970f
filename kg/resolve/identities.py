"""The partition of all sightings, human verdicts applied, and the entities with ids made of their names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg import names
from kg.gazetteer import Gazetteer
from kg.model import Entity, Link, digest
from kg.resolve.placing import Key, Near, Placement
from kg.resolve.sightings import Sighting
from kg.resolve.values import Apart
from kg.verdicts import Verdict

UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Identities:
    """Entities in the order of their ids, one link a chain, what was kept apart, and verdicts that name nothing.

    `ids` gives the id under a key; `entity_of` the id for a chain.
    """

    entities: tuple[Entity, ...]
    links: tuple[Link, ...]
    apart: tuple[Apart, ...]
    unsettled: tuple[str, ...]
    ids: Mapping[Key, str]
    entity_of: Mapping[str, str]


def identify(
    sightings: Sequence[Sighting],
    placements: Mapping[str, Placement],
    near: Iterable[Near],
    also: Iterable[Key],
    gazetteer: Gazetteer,
    verdicts: Sequence[Verdict],
) -> Identities:
    """Entities for all keys of `placements` (by chain) and for the keys `also`, which no chain need speak of."""
    members = _members(sightings, placements)
    drafts = {key: _draft(key, found, gazetteer) for key, found in members.items()}
    drafts |= {key: _draft(key, [], gazetteer) for key in sorted(set(also)) if key not in drafts}
    ids = _ids(drafts)
    placed, ids, settled, unsettled = _judge(sightings, dict(placements), ids, verdicts)
    entity_of = {chain: ids[placement.key] for chain, placement in placed.items()}
    by_id: dict[str, list[Key]] = defaultdict(list)
    for key, id in ids.items():
        by_id[id].append(key)
    spoken = _members(sightings, placed)
    entities = []
    for id, keys in sorted(by_id.items()):
        found = [sighting for key in keys for sighting in spoken.get(key, [])]
        first = next((key for key in keys if key in spoken), keys[0])
        draft = _draft(first, found, gazetteer)
        entities.append(Entity(id, draft.kind, draft.name, draft.names, draft.named, draft.country, draft.same_as))
    links = tuple(
        Link(chain, entity_of[chain], placement.reason, placement.score, placement.inferred)
        for chain, placement in sorted(placed.items())
    )
    return Identities(tuple(entities), links, _apart(near, ids, spoken, settled), unsettled, ids, entity_of)


def _members(sightings: Sequence[Sighting], placements: Mapping[str, Placement]) -> dict[Key, list[Sighting]]:
    found: dict[Key, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        found[placements[sighting.chain].key].append(sighting)
    return dict(sorted(found.items()))


# ---- what an entity is called


def _draft(key: Key, sightings: list[Sighting], gazetteer: Gazetteer) -> Entity:
    """The entity under a key, without its id."""
    spoken = sorted({base for sighting in sightings for base in sighting.bases})
    country = _commonest(s.country for s in sightings if s.country)
    if key[0] == "Government":
        name = gazetteer.country_name(key[1]) or key[1]
        return Entity("", "Government", name, _others(name, spoken), True, key[1])
    if key[0] == "Place":
        known = gazetteer.countries.get(key[1])
        place = gazetteer.place(known.name if known else key[1])
        name = known.name if known else _commonest(s.base for s in sightings) or (place.name if place else key[1])
        same = _same_place(key, place and place.same_as)
        return Entity("", "Place", name, _others(name, spoken), True, place.country if place else None, same)
    if key[0] == "Person":
        full = [s.base for s in sightings if len(s.words) > 1] or [s.base for s in sightings]
        name = _commonest(full) or key[1].title()
        offices = (h.country for s in sightings for h in s.held if h.country and not h.former)
        return Entity("", "Person", name, _others(name, spoken), True, _commonest(offices) or country)
    if key[0] == "Body":
        entry = gazetteer.organization(key[1]) or gazetteer.media(key[1])
        if entry:
            return Entity("", entry.kind, entry.name, _others(entry.name, spoken), True, entry.country, entry.same_as)
        kind = _commonest(s.kind for s in sightings if s.kind not in ("Government", "Group")) or "Organization"
        name = _commonest(s.base for s in sightings) or key[1]
        return Entity("", kind, name, _others(name, spoken), True, country)
    name = _commonest(s.base for s in sightings) or key[1]
    if key[0] == "People":
        return Entity("", "Group", name, _others(name, spoken), True, gazetteer.demonym(name) or country)
    kind = sightings[0].kind if sightings else "Group"
    return Entity("", kind, name, _others(name, spoken), False, country)


def _others(name: str, spoken: list[str]) -> tuple[str, ...]:
    return tuple(other for other in spoken if other != name)


def _commonest(values: Iterable[str]) -> str | None:
    counted = Counter(values)
    return min(counted, key=lambda value: (-counted[value], value), default=None)


def _same_place(key: Key, same_as: tuple[str, ...] | None) -> tuple[str, ...]:
    geonames = (f"https://sws.geonames.org/{key[2]}/",) if key[2].isdigit() else ()
    return (*geonames, *(same_as or ()))


def _ids(drafts: Mapping[Key, Entity]) -> dict[Key, str]:
    """An id for each key: kind and name in Latin letters, and where names are equal what keeps them apart."""
    ids: dict[Key, str] = {}
    taken: set[str] = set()
    for key, draft in sorted(drafts.items(), key=lambda item: (item[0][-1] != "", item[0])):
        name = key[1] if key[0] == "Government" or (key[0] == "Place" and key[1].isupper()) else draft.name
        id = f"{draft.kind.lower()}/{slug(name)}"
        apart = key[2] if key[0] != "Place" else ""
        if apart:
            id += f"-{slug(apart)}"
        if id in taken:
            id += f"-{digest(*key)[:6]}"
        taken.add(id)
        ids[key] = id
    return ids


def slug(name: str) -> str:
    """A name for an address: Latin letters, digits and hyphens ("Стив Уиткоф" -> "stiv-uitkof")."""
    return UNSAFE.sub("-", names.latin(names.fold(name)).lower()).strip("-") or "x"


# ---- verdicts


def _judge(
    sightings: Sequence[Sighting], placed: dict[str, Placement], ids: dict[Key, str], verdicts: Sequence[Verdict]
) -> tuple[dict[str, Placement], dict[Key, str], list[Apart], tuple[str, ...]]:
    """Placements and ids with the verdicts applied one after the other."""
    keys: dict[str, list[Key]] = defaultdict(list)
    for key, id in ids.items():
        keys[id].append(key)
    settled: list[Apart] = []
    unsettled: list[str] = []
    for verdict in verdicts:
        if verdict.a not in keys or (verdict.verdict == "same" and verdict.b not in keys):
            unsettled.append(f"{verdict.verdict} {verdict.a} {verdict.b}")
        elif verdict.verdict == "same":
            if verdict.a != verdict.b:
                moved = set(keys.pop(verdict.b))
                for sighting in sightings:
                    if placed[sighting.chain].key in moved:
                        old = placed[sighting.chain]
                        placed[sighting.chain] = Placement(old.key, verdict.reason, 1.0, False)
                for key in moved:
                    ids[key] = verdict.a
                keys[verdict.a] += sorted(moved)
        else:
            own = set(keys[verdict.a])
            chosen = [s for s in sightings if placed[s.chain].key in own and _is_named(s, verdict.b)]
            if not chosen:
                unsettled.append(f"split {verdict.a} {verdict.b}")
                continue
            part = digest("split", verdict.a, verdict.b)[:6]
            key = (*placed[chosen[0].chain].key[:2], part)
            ids[key] = f"{verdict.a}-{part}"
            keys[ids[key]].append(key)
            for sighting in chosen:
                placed[sighting.chain] = Placement(key, verdict.reason, 1.0, False)
            one, two = sorted((verdict.a, ids[key]))
            settled.append(Apart(one, two, verdict.reason, 1.0))
    left = {placement.key for placement in placed.values()}
    spoken = {ids[key] for key in left}
    return placed, {key: id for key, id in ids.items() if key in left or id not in spoken}, settled, tuple(unsettled)


def _is_named(sighting: Sighting, what: str) -> bool:
    if what in (sighting.chain, sighting.doc):
        return True
    return names.fold(what) in {names.fold(base) for base in sighting.bases}


def _apart(
    near: Iterable[Near], ids: Mapping[Key, str], spoken: Mapping[Key, list[Sighting]], settled: list[Apart]
) -> tuple[Apart, ...]:
    found = {(one.one, one.two): one for one in settled}
    for one, two, reason, score in near:
        if one in spoken and two in spoken and ids[one] != ids[two]:
            pair = tuple(sorted((ids[one], ids[two])))
            found.setdefault((pair[0], pair[1]), Apart(pair[0], pair[1], reason, score))
    return tuple(sorted(found.values()))
