"""Which sightings of persons are one person.

Full names first: equal ones are one person unless they hold offices of two states; a middle name, a slip of one letter
or the other alphabet is forgiven where nothing speaks against it. Then single names: a surname goes to the person who
alone bears it, or who holds the office that stands beside it, or who is by far the most spoken of; else it stays what
it is, for a wrong merge is worse than none. Work is linear: a name is compared with the commonest few of its block.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from kg import names
from kg.resolve.placing import Key, Near, Partition, Placement
from kg.resolve.sightings import Sighting
from kg.resolve.titles import SINGULAR, STATE_DOMAINS

Words = tuple[str, ...]
BLOCK = 24  # names of one block that a new name is compared with
FAR_MORE = 4  # how many times more often a person must be named than all others of the surname together
ENOUGH = 5  # documents that must name him in full for that
SHARE = 0.2  # of the documents that must give the second state's office for namesakes to be two


def place_people(sightings: Sequence[Sighting]) -> Partition:
    """The placement of each named person's sighting, by chain, and the pairs that were close."""
    full: dict[Words, list[Sighting]] = defaultdict(list)
    short: dict[Words, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        (short if _is_short(sighting.words) else full)[sighting.words].append(sighting)
    roots, near = _variants(full)
    placements: dict[str, Placement] = {}
    people: dict[Key, list[Sighting]] = defaultdict(list)
    for root, members in _by_root(roots).items():
        every = [sighting for words in members for sighting in full[words]]
        for sighting, key in _namesakes(root, every, near):
            _, reason, score = roots[sighting.words]
            placements[sighting.chain] = Placement(key, reason, score, reason != "full name")
            people[key].append(sighting)
    placements |= _place_short(short, people, near)
    return Partition(placements, tuple(sorted(set(near))))


def _key(words: Words, apart: str = "") -> Key:
    """The key of a person: the name, and what keeps namesakes apart (a state or a document)."""
    return "Person", " ".join(words), apart


def _is_short(words: Words) -> bool:
    return len(words) == 1 or (
        len(words) == 2 and len(words[0].rstrip(".")) <= 2 and (len(words[0]) == 1 or "." in words[0])
    )


# ---- full names


def _variants(full: dict[Words, list[Sighting]]) -> tuple[dict[Words, tuple[Words, str, float]], list[Near]]:
    """For each full name the commonest name that it is a spelling of, why and how surely; and the near misses."""
    documents = {words: len({s.doc for s in found}) for words, found in full.items()}
    offices = {
        words: {(h.office, h.country) for s in found for h in s.held if h.country} for words, found in full.items()
    }
    roots: dict[Words, tuple[Words, str, float]] = {}
    near: list[Near] = []
    blocks: dict[Key, list[Words]] = defaultdict(list)
    for words in sorted(full, key=lambda words: (-documents[words], -len(words), words)):
        roots[words] = (words, "full name", 1.0)
        keys = tuple(_block_keys(words))
        compared = dict.fromkeys(other for key in keys for other in blocks[key])
        for other in compared:
            alike = _alike(words, other)
            if not alike:
                continue
            reason, score, sure = alike
            opposed = _opposed(offices[words], offices[other])
            backed = documents[other] >= 3 * documents[words] or bool(offices[words] & offices[other])
            if not opposed and (sure or backed):
                roots[words] = (other, reason, score)
                break
            why = "offices of two states" if opposed else f"{reason}, but nothing else in common"
            near.append(Near(_key(other), _key(words), why, score))
        else:
            for key in keys:
                if len(blocks[key]) < BLOCK:
                    blocks[key].append(words)
    return roots, near


def _block_keys(words: Words) -> Iterator[Key]:
    first, last = words[0], words[-1]
    yield "ends", first, last
    yield "sounds", names.skeleton(first), names.skeleton(last)
    yield "surname", first[:1], last
    yield "first name", first, last[:3]


def _alike(one: Words, two: Words) -> tuple[str, float, bool] | None:
    """Why two full names may be one, the score, and whether that alone is enough."""
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.fuzz import ratio

    if one[0] == two[0] and one[-1] == two[-1]:
        return "middle name", 0.95, len(one) == 2 or len(two) == 2 or bool(set(one[1:-1]) & set(two[1:-1]))
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) > 1 and len(longer) > len(shorter) and longer[-len(shorter) :] == shorter:
        return "end of the full name", 0.9, True
    scripts = {_script(" ".join(words)) for words in (one, two)}
    sounds = [names.skeleton(" ".join(words)) for words in (one, two)]
    if sounds[0] == sounds[1]:
        if len(scripts) == 2:
            return "transliteration", 0.85, len(sounds[0]) >= 5
        if ratio(" ".join(one), " ".join(two)) >= 80:
            return "spelling", 0.85, one[0] == two[0] and len(sounds[0]) >= 5  # a surname heard with other vowels
    for here, there in ((0, -1), (-1, 0)):
        if one[here] == two[here] and len(one) == len(two):
            left, right = one[there], two[there]
            if min(len(left), len(right)) > 3 and DamerauLevenshtein.distance(left, right, score_cutoff=1) <= 1:
                return "spelling", 0.8, False
    return None


def _script(text: str) -> str:
    return "latin" if any("a" <= char <= "z" for char in text) else "cyrillic"


def _opposed(one: set[tuple[str, str]], two: set[tuple[str, str]]) -> bool:
    """Whether the offices are such that one person cannot hold both."""
    mine = {country for office, country in one if office in SINGULAR}
    theirs = {country for office, country in two if office in SINGULAR}
    return bool(mine and theirs and not mine & theirs)


def _by_root(roots: dict[Words, tuple[Words, str, float]]) -> dict[Words, list[Words]]:
    found: dict[Words, list[Words]] = defaultdict(list)
    for words, (root, _, _) in sorted(roots.items()):
        while roots[root][0] != root:
            root = roots[root][0]
        found[root].append(words)
    return found


def _namesakes(root: Words, sightings: list[Sighting], near: list[Near]) -> Iterator[tuple[Sighting, Key]]:
    """Each sighting with the key of its person: one for all, or one a state where offices of several are held."""
    states = {sighting.chain: _states(sighting) for sighting in sightings}
    counted = Counter(country for countries in states.values() for country in countries)
    total = sum(counted.values())
    apart = sorted(country for country, count in counted.items() if count >= SHARE * total)
    if len(apart) < 2 or any(len(set(countries) & set(apart)) > 1 for countries in states.values()):
        yield from ((sighting, _key(root)) for sighting in sightings)
        return
    for number, country in enumerate(apart):
        pairs = ((_key(root, other), _key(root, country)) for other in apart[:number])
        near += [Near(one, two, "one name, offices of two states", 0.5) for one, two in pairs]
    largest = max(apart, key=lambda country: (counted[country], country))
    for sighting in sightings:
        own = next((country for country in states[sighting.chain] if country in apart), None)
        home = own or (largest if counted[largest] >= FAR_MORE * (total - counted[largest]) else "")
        yield sighting, _key(root, home or sighting.doc)


def _states(sighting: Sighting) -> tuple[str, ...]:
    offices = (h for h in sighting.held if h.domain in STATE_DOMAINS and h.office in SINGULAR and h.country)
    return tuple(sorted({held.country for held in offices}))


# ---- single names


def _place_short(
    short: dict[Words, list[Sighting]], people: dict[Key, list[Sighting]], near: list[Near]
) -> dict[str, Placement]:
    weight = {key: len({s.doc for s in found}) for key, found in people.items()}
    offices = {
        key: {(h.office, h.country) for s in found for h in s.held if h.country} for key, found in people.items()
    }
    index = _index(people)
    placements: dict[str, Placement] = {}
    for words, sightings in sorted(short.items()):
        candidates = _candidates(words, index)
        for sighting in sightings:
            placements[sighting.chain] = _place_one(sighting, candidates, weight, offices, near)
    return placements


def _index(people: dict[Key, list[Sighting]]) -> dict[Key, set[Key]]:
    """From a last word, a first word, any word and the sound of a last word to the persons who bear it."""
    index: dict[Key, set[Key]] = defaultdict(set)
    for key, sightings in people.items():
        for words in {sighting.words for sighting in sightings}:
            index["last", words[-1]].add(key)
            index["first", words[0]].add(key)
            index["sound", names.skeleton(words[-1]), _script(words[-1])].add(key)
            for word in words[1:-1]:
                index["inner", word].add(key)
    return index


def _candidates(words: Words, index: dict[Key, set[Key]]) -> tuple[Key, ...]:
    if len(words) == 2:
        initial = words[0].rstrip(".")
        return tuple(sorted(key for key in index.get(("last", words[1]), ()) if key[1].startswith(initial)))
    word = words[0]
    for place in ("last", "first", "inner"):
        if found := index.get((place, word)):
            return tuple(sorted(found))
    sound = names.skeleton(word)
    other = "cyrillic" if _script(word) == "latin" else "latin"
    return tuple(sorted(index.get(("sound", sound, other), ()))) if len(sound) >= 3 else ()


def _place_one(
    sighting: Sighting,
    candidates: Sequence[Key],
    weight: dict[Key, int],
    offices: dict[Key, set[tuple[str, str]]],
    near: list[Near],
) -> Placement:
    mine = {(held.office, held.country) for held in sighting.held if held.country}
    possible = [key for key in candidates if not _opposed(mine, offices[key])]
    if not possible:
        for key in candidates:
            near.append(Near(key, _alone(sighting, mine), "one surname, offices of two states", 0.5))
        return Placement(_alone(sighting, mine), "single name", 0.75, False)
    holders = [key for key in possible if mine & offices[key]]
    if len(holders) == 1:
        return Placement(holders[0], "surname and office", 0.9, True)
    if len(possible) == 1:
        return Placement(possible[0], "surname, one bearer in the corpus", 0.8, True)
    ranked = sorted(possible, key=lambda key: (-weight[key], key))
    others = sum(weight[key] for key in ranked[1:])
    if weight[ranked[0]] >= ENOUGH and weight[ranked[0]] >= FAR_MORE * others:
        return Placement(ranked[0], "surname, by far the most spoken of", 0.6, True)
    own = _key(sighting.words, sighting.doc)
    for key in ranked[:2]:
        near.append(Near(key, own, f"surname with {len(possible)} bearers", 0.5))
    return Placement(own, "surname with several bearers", 0.5, False)


def _alone(sighting: Sighting, mine: Iterable[tuple[str, str]]) -> Key:
    """The key of a single name that no full name answers: kept apart by the state whose office it holds."""
    states = sorted({country for office, country in mine if office in SINGULAR})
    return _key(sighting.words, *states[:1])
