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
    also = sorted(set(also))
    members = _members(sightings, placements)
    drafts = {key: _draft(key, found, gazetteer) for key, found in members.items()}
    drafts |= {key: _draft(key, [], gazetteer) for key in also if key not in drafts}
    court = _court(dict(placements), _ids(drafts), members)
    for verdict in verdicts:
        court.judge(verdict)
    placed, ids = court.placed, court.ids
    entity_of = {chain: ids[placement.key] for chain, placement in placed.items()}
    by_id: dict[str, list[Key]] = defaultdict(list)
    for key, id in ids.items():
        by_id[id].append(key)
    spoken = _members(sightings, placed)
    emptied = {ids[key] for key in members if key not in spoken} - {ids[key] for key in (*spoken, *also)}
    entities = []
    for id, keys in sorted(by_id.items()):
        if id in emptied:
            continue
        found = [sighting for key in keys for sighting in spoken.get(key, [])]
        first = next((key for key in keys if key in spoken), keys[0])
        draft = _draft(first, found, gazetteer)
        entities.append(Entity(id, draft.kind, draft.name, draft.names, draft.named, draft.country, draft.same_as))
    links = tuple(
        Link(chain, entity_of[chain], placement.reason, placement.score, placement.inferred)
        for chain, placement in sorted(placed.items())
    )
    return Identities(
        tuple(entities), links, _apart(near, ids, spoken, court.settled), tuple(court.unsettled), ids, entity_of
    )


def _members(sightings: Sequence[Sighting], placements: Mapping[str, Placement]) -> dict[Key, list[Sighting]]:
    found: dict[Key, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        found[placements[sighting.chain].key].append(sighting)
    return dict(sorted(found.items()))


# ---- what an entity is called


def _draft(key: Key, sightings: list[Sighting], gazetteer: Gazetteer) -> Entity:
    """The entity under a key, without its id. A person is not called what describes him ("руският президент")."""
    if key[0] == "Person":
        sightings = [s for s in sightings if s.named] or sightings
    spoken = sorted({base for sighting in sightings for base in sighting.bases})
    country = _commonest(s.country for s in sightings if s.country)
    if key[0] == "Government":
        name = gazetteer.country_name(key[1]) or key[1]
        return Entity("", "Government", name, _others(name, spoken), True, key[1])
    if key[0] == "Place":
        known = gazetteer.countries.get(key[1])
        place = gazetteer.place(known.name if known else key[1])
        name = known.name if known else _commonest(s.base for s in sightings) or (place.name if place else key[1])
        same = _same_place(key, place.same_as if place else ())
        return Entity("", "Place", name, _others(name, spoken), True, place.country if place else None, same)
    if key[0] == "Person":
        full = [s.base for s in sightings if len(s.words) > 1] or [s.base for s in sightings]
        name = _commonest([base for base in full if not base.isascii()] or full) or key[1].title()
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


def _same_place(key: Key, same_as: tuple[str, ...]) -> tuple[str, ...]:
    geonames = (f"https://sws.geonames.org/{key[2]}/",) if key[2].isdigit() else ()
    return (*geonames, *same_as)


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


@dataclass(slots=True)
class _Court:
    """Placements, ids and who is under which key, while verdicts are applied one after the other."""

    placed: dict[str, Placement]
    ids: dict[Key, str]
    members: dict[Key, list[Sighting]]
    keys: dict[str, set[Key]]
    settled: list[Apart]
    unsettled: list[str]

    def judge(self, verdict: Verdict) -> None:
        """Apply one verdict, or put it among the unsettled where it names nothing."""
        apply = {"same": self._same, "split": self._split, "apart": self._apart}[verdict.verdict]
        if verdict.a == verdict.b or not self.keys.get(verdict.a) or not apply(verdict):
            self.unsettled.append(f"{verdict.verdict} {verdict.a} {verdict.b}")

    def _same(self, verdict: Verdict) -> bool:
        keys = self.keys.pop(verdict.b, set())
        for key in keys:
            self._move(self.members.get(key, []), key, verdict.reason)
            self.ids[key] = verdict.a
            self.keys[verdict.a].add(key)
        return bool(keys) or self._join(verdict)

    def _join(self, verdict: Verdict) -> bool:
        """Put one chain into an entity."""
        placement = self.placed.get(verdict.b)
        if placement is None:
            return False
        key = min(self.keys[verdict.a])
        self._move([s for s in self.members[placement.key] if s.chain == verdict.b], key, verdict.reason)
        return True

    def _split(self, verdict: Verdict) -> bool:
        own = sorted(self.keys[verdict.a])
        chosen = [s for key in own for s in self.members.get(key, []) if _is_named(s, verdict.b)]
        if chosen:
            part = digest("split", verdict.a, verdict.b)[:6]
            key, id = (*self.placed[chosen[0].chain].key[:2], part), f"{verdict.a}-{part}"
            self.ids[key] = id
            self.keys[id] = {key}
            self._move(chosen, key, verdict.reason)
            self._settle(verdict.a, id, verdict.reason)
        return bool(chosen)

    def _apart(self, verdict: Verdict) -> bool:
        if verdict.b in self.keys:
            self._settle(verdict.a, verdict.b, verdict.reason)
        return verdict.b in self.keys

    def _settle(self, one: str, two: str, reason: str) -> None:
        first, second = sorted((one, two))
        self.settled.append(Apart(first, second, reason, 1.0))

    def _move(self, chosen: Iterable[Sighting], key: Key, reason: str) -> None:
        for sighting in list(chosen):
            old = self.placed[sighting.chain].key
            if old != key:
                self.members[old].remove(sighting)
                self.members.setdefault(key, []).append(sighting)
            self.placed[sighting.chain] = Placement(key, reason, 1.0, False)


def _court(placed: dict[str, Placement], ids: dict[Key, str], members: Mapping[Key, list[Sighting]]) -> _Court:
    keys: dict[str, set[Key]] = defaultdict(set)
    for key, id in ids.items():
        keys[id].add(key)
    return _Court(placed, ids, {key: list(found) for key, found in members.items()}, dict(keys), [], [])


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
