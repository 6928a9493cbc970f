"""Which sightings of organisations, media, governments and places are one thing.

A known name is what the gazetteer says; a country is one under all its names, with a government and a place kept apart;
a seat is the government that it stands for, marked as inferred. An acronym joins the only long name that some document
explains it by. One name in two countries ("външно министерство") is two bodies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from kg import names
from kg.gazetteer import Gazetteer
from kg.resolve.placing import Key, Near, Partition, Placement
from kg.resolve.sightings import Sighting

BLOCK = 24  # names of one block that a new name is compared with


def place_bodies(sightings: Sequence[Sighting], gazetteer: Gazetteer) -> Partition:
    """The placement of every sighting that is no person; keys begin with Government, Place, People or Body."""
    placements: dict[str, Placement] = {}
    unknown: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        known = _known(sighting, gazetteer)
        if known:
            placements[sighting.chain] = known
        else:
            unknown[" ".join(sighting.words)].append(sighting)
    near: list[Near] = []
    placements |= _unknown(unknown, near)
    return Partition(placements, tuple(sorted(set(near))))


def described(sighting: Sighting) -> Placement:
    """The placement of what has no name: a thing of its own. Of a plan the document's several names are one by inference;
    a plan that its points and one thing more tell of ("12-точков план за Дунава") is one in all documents."""
    if sighting.kind == "Plan":
        several = len(sighting.bases) > 1
        counted = any(part in word for word in sighting.words for part in names.words("counted"))
        if counted and len(sighting.words) > 2:
            return Placement(("Plan", " ".join(sighting.words), ""), "the plan of these points", 0.8, True)
        reason, score = ("one plan under several names", 0.8) if several else ("description", 1.0)
        return Placement(("Group", sighting.base, sighting.chain), reason, score, several)
    return Placement(("Group", sighting.base, sighting.chain), "description", 1.0, False)


def _known(sighting: Sighting, gazetteer: Gazetteer) -> Placement | None:
    """By the gazetteer alone, or None."""
    if sighting.kind == "Person":
        party = gazetteer.party(sighting.base)
        if party:
            return Placement(("Body", names.fold(party.name), ""), f"members of {party.name}", 0.85, True)
        return Placement(("People", " ".join(sighting.words), ""), "name of a people or group", 0.9, False)
    if sighting.kind == "Place" or sighting.placed:
        return place_of(sighting, gazetteer)
    if sighting.kind == "Government":
        return _government(sighting, gazetteer)
    for base in (" ".join(sighting.words), *sighting.bases):
        entry = gazetteer.organization(base) or gazetteer.media(base)
        if entry:
            same = names.fold(base) == names.fold(entry.name)
            return Placement(
                ("Body", names.fold(entry.name), ""), "name" if same else "other name in the gazetteer", 1.0, False
            )
    if sighting.country and " " in sighting.base and _is_government(sighting, gazetteer):
        return Placement(("Government", sighting.country, ""), "the government of the country", 0.9, True)
    return None


def place_of(sighting: Sighting, gazetteer: Gazetteer) -> Placement | None:
    """The sighting read as a place, or None where nothing says that it is one."""
    code = gazetteer.country(sighting.base)
    if code:
        return Placement(("Place", code, ""), "country as a place", 1.0, False)
    place = gazetteer.place(sighting.base)
    if place:
        return Placement(("Place", names.fold(place.name), place.geonames or ""), "place in the gazetteer", 0.95, False)
    return Placement(("Place", " ".join(sighting.words), ""), "name", 1.0, False) if sighting.kind == "Place" else None


def _government(sighting: Sighting, gazetteer: Gazetteer) -> Placement | None:
    if sighting.stands_for:
        reason = f"stands for {sighting.stands_for}"
        code = gazetteer.country(sighting.stands_for)
        if code:
            return Placement(("Government", code, ""), reason, 0.9, True)
        entry = gazetteer.organization(sighting.stands_for)
        return Placement(("Body", names.fold(entry.name if entry else sighting.stands_for), ""), reason, 0.85, True)
    code = gazetteer.country(sighting.base) or sighting.country
    if not code:
        return None
    same = gazetteer.country(sighting.base) == code
    return Placement(
        ("Government", code, ""), "country" if same else "described by its country", 1.0 if same else 0.9, not same
    )


def _is_government(sighting: Sighting, gazetteer: Gazetteer) -> bool:
    """ "британско правителство", "администрация на Белия дом": the government and whose it is, and nothing else."""
    head, *rest = [word for word in sighting.words if not gazetteer.demonym(word)] or [""]
    if head not in names.words("governments"):
        return False
    if not rest:
        return True
    owner = " ".join(rest[1:])
    seat = gazetteer.metonym(owner)
    owned = gazetteer.country(owner) or (seat and gazetteer.country(seat.stands_for))
    return rest[0] in names.words("prepositions") and owned == sighting.country


# ---- names that the gazetteer does not know


def _unknown(unknown: dict[str, list[Sighting]], near: list[Near]) -> dict[str, Placement]:
    roots = _variants(unknown, near)
    acronyms = _explained(unknown.values())
    placements: dict[str, Placement] = {}
    for name, sightings in sorted(unknown.items()):
        root, reason, score = roots[name]
        long = acronyms.get(name, ())
        if len(long) == 1 and root == name:
            root, reason, score = roots.get(long[0], (long[0], "", 0.0))[0], "acronym explained in the corpus", 0.9
        for sighting, key in _by_country(root, sightings, near):
            placements[sighting.chain] = Placement(key, reason, score, reason != "name")
    return placements


def _by_country(root: str, sightings: list[Sighting], near: list[Near]) -> Iterator[tuple[Sighting, Key]]:
    countries = sorted({sighting.country for sighting in sightings if sighting.country})
    if len(countries) < 2:
        yield from ((sighting, ("Body", root, "")) for sighting in sightings)
        return
    for number, country in enumerate(countries):
        near += [
            Near(("Body", root, other), ("Body", root, country), "one name, two countries", 0.5)
            for other in countries[:number]
        ]
    yield from ((sighting, ("Body", root, sighting.country or sighting.doc)) for sighting in sightings)


def _explained(groups: Iterable[list[Sighting]]) -> dict[str, tuple[str, ...]]:
    """Folded acronym -> the long names that chains of some document hold together with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for sightings in groups:
        for sighting in sightings:
            for base in sighting.bases:
                if base.isupper() and len(base) <= 8 and len(sighting.words) > 1:
                    found[names.fold(base)].add(" ".join(sighting.words))
    return {acronym: tuple(sorted(long)) for acronym, long in found.items()}


def _variants(unknown: dict[str, list[Sighting]], near: list[Near]) -> dict[str, tuple[str, str, float]]:
    """For each name the commonest name that it is a spelling of, why and how surely."""
    documents = {name: len({s.doc for s in found}) for name, found in unknown.items()}
    roots: dict[str, tuple[str, str, float]] = {}
    blocks: dict[Key, list[str]] = defaultdict(list)
    for name in sorted(unknown, key=lambda name: (-documents[name], name)):
        roots[name] = (name, "name", 1.0)
        keys = (("letters", name[:4], str(name.count(" "))), ("sound", names.skeleton(name)))
        for other in dict.fromkeys(other for key in keys for other in blocks[key]):
            alike = _alike(name, other)
            if alike and (alike[2] or documents[other] >= 3 * documents[name]):
                roots[name] = (other, *alike[:2])
                break
            if alike:
                near.append(Near(("Body", other, ""), ("Body", name, ""), alike[0], alike[1]))
        else:
            for key in keys:
                if len(blocks[key]) < BLOCK:
                    blocks[key].append(name)
    return roots


def _alike(one: str, two: str) -> tuple[str, float, bool] | None:
    """Why two names may be one, the score, and whether that alone is enough."""
    from rapidfuzz.distance import DamerauLevenshtein

    numbers = [[word for word in name.split() if any(char.isdigit() for char in word)] for name in (one, two)]
    if numbers[0] != numbers[1]:
        return None
    sounds = names.skeleton(one)
    latin = [any("a" <= char <= "z" for char in name) for name in (one, two)]
    if latin[0] != latin[1] and sounds == names.skeleton(two) and len(sounds) >= 3:
        return "transliteration", 0.85, len(sounds) >= 4
    limit = 1 if len(one) < 14 else 2
    if min(len(one), len(two)) >= 6 and DamerauLevenshtein.distance(one, two, score_cutoff=limit) <= limit:
        return "spelling", 0.85, False
    return None
