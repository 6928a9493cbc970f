"""Which sightings of persons are one person.

Full names first: equal ones are one person unless they hold offices of two states; a middle name, a slip of one letter
or the other alphabet is forgiven where nothing speaks against it. Then single names: a surname goes to the person who
alone bears it, or who holds the office that stands beside it, or who is by far the most spoken of; else it stays what
it is, for a wrong merge is worse than none. Work is linear: a name is compared with the commonest few of its block.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from kg import names
from kg.resolve.placing import Key, Near, Partition, Placement
from kg.resolve.sightings import Sighting
from kg.resolve.titles import SINGULAR, STATE_DOMAINS

Words = tuple[str, ...]
BLOCK = 24  # names of one block that a new name is compared with
FAR_MORE = 3  # how many times more often a person must be named than all others of the surname together
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
    docs = {words: {s.doc for s in found} for words, found in full.items()}
    offices = {
        words: {(h.office, h.country) for s in found for h in s.held if h.country} for words, found in full.items()
    }
    roots: dict[Words, tuple[Words, str, float]] = {}
    near: list[Near] = []
    blocks: dict[Key, list[Words]] = defaultdict(list)
    for words in sorted(full, key=lambda words: (-len(docs[words]), -len(words), words)):
        roots[words] = (words, "full name", 1.0)
        keys = tuple(_block_keys(words))
        compared = dict.fromkeys(other for key in keys for other in blocks[key])
        for other in compared:
            alike = _alike(words, other)
            if not alike:
                continue
            reason, score, sure = alike
            opposed = _opposed(offices[words], offices[other])
            backed = len(docs[other]) >= 3 * len(docs[words]) or bool(offices[words] & offices[other])
            together = bool(docs[words] & docs[other])  # one document tells them apart
            if not opposed and not (together and reason == "spelling") and (sure or backed):
                roots[words] = (other, reason, score)
                break
            why = _why_apart(reason, opposed, together)
            near.append(Near(_key(other), _key(words), why, score))
        else:
            for key in keys:
                if len(blocks[key]) < BLOCK:
                    blocks[key].append(words)
    return roots, near


def _why_apart(reason: str, opposed: bool, together: bool) -> str:
    if opposed:
        return "offices of two states"
    return "named side by side" if together else f"{reason}, but nothing else in common"


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
        likeness = ratio(" ".join(one), " ".join(two))
        if likeness >= 80:
            by_ear = len(sounds[0]) >= 4 and likeness >= 85 and _is_foreign(one[-1]) and _is_foreign(two[-1])
            return "spelling", 0.85, by_ear or (one[0] == two[0] and len(sounds[0]) >= 5)
    for here, there in ((0, -1), (-1, 0)):
        if one[here] == two[here] and len(one) == len(two):
            left, right = one[there], two[there]
            short = 3 if _is_foreign(one[-1]) else 4
            near = min(len(left), len(right)) >= short and left[0] == right[0]
            near = near and (left[-1] in names.VOWELS) == (right[-1] in names.VOWELS)  # "Стефан", "Стефана"
            if near and DamerauLevenshtein.distance(left, right, score_cutoff=1) <= 1:
                return "spelling", 0.8, _is_foreign(one[-1]) and _is_foreign(two[-1])
    return None


def _is_foreign(surname: str) -> bool:
    """Whether a surname is spelled by ear, so that it has several spellings; Slavic ones have one, and many bearers."""
    return not surname.endswith(tuple(names.words("slavic_surnames")))


def _script(text: str) -> str:
    return "latin" if any("a" <= char <= "z" for char in text) else "cyrillic"


def _opposed(one: Set[tuple[str, str]], two: Set[tuple[str, str]]) -> bool:
    """Whether the offices are such that one person cannot hold both."""
    if not one or not two:
        return False
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
        place, candidates = _candidates(words, index)
        ranked = sorted(candidates, key=lambda key: (-weight[key], key))
        decided: dict[frozenset[tuple[str, str]], _Choice] = {}
        for sighting in sightings:
            mine = frozenset((held.office, held.country) for held in sighting.held if held.country)
            if mine not in decided:
                decided[mine] = _choose(mine, ranked, place, weight, offices)
            placements[sighting.chain] = _place_one(sighting, mine, decided[mine], near)
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


def _candidates(words: Words, index: dict[Key, set[Key]]) -> tuple[str, set[Key]]:
    """Where in their names a single name was found, and the persons who bear it there."""
    if len(words) == 2:
        initial = words[0].rstrip(".")
        return "initial", {key for key in index.get(("last", words[1]), ()) if key[1].startswith(initial)}
    for place in ("last", "first", "inner"):
        if found := index.get((place, words[0])):
            return place, found
    sound = names.skeleton(words[0])
    other = "cyrillic" if _script(words[0]) == "latin" else "latin"
    return "sound", index.get(("sound", sound, other), set()) if len(sound) >= 3 else set()


class _Choice(NamedTuple):
    """The person chosen (or None), why and how surely, and the likeliest others."""

    key: Key | None
    reason: str
    score: float
    others: tuple[Key, ...]


ONE_BEARER = {
    "last": ("surname, one bearer in the corpus", 0.8),
    "initial": ("surname and initial, one bearer in the corpus", 0.85),
    "first": ("first name, one bearer in the corpus", 0.6),
    "inner": ("middle name, one bearer in the corpus", 0.6),
    "sound": ("surname in the other alphabet, one bearer in the corpus", 0.7),
}


def _choose(
    mine: frozenset[tuple[str, str]],
    ranked: Sequence[Key],
    place: str,
    weight: dict[Key, int],
    offices: dict[Key, set[tuple[str, str]]],
) -> _Choice:
    """Who is meant by a single name beside which the offices `mine` stand; `ranked`: its bearers, commonest first."""
    possible = [key for key in ranked if not _opposed(mine, offices[key])] if mine else ranked
    if not possible:
        reason = "one surname, offices of two states" if ranked else ""
        return _Choice(None, reason, 0.75, tuple(ranked[:2]))
    holders = [key for key in possible if mine & offices[key]] if mine else []
    if len(holders) == 1:
        return _Choice(holders[0], "surname and office", 0.9, ())
    if len(possible) == 1:
        return _Choice(possible[0], *ONE_BEARER[place], ())
    most, others = weight[possible[0]], sum(weight[key] for key in possible[1:])
    if most >= ENOUGH and most >= FAR_MORE * others:
        return _Choice(possible[0], "surname, by far the most spoken of", 0.6, ())
    return _Choice(None, f"surname with {len(possible)} bearers", 0.5, tuple(possible[:2]))


def _place_one(sighting: Sighting, mine: frozenset[tuple[str, str]], choice: _Choice, near: list[Near]) -> Placement:
    if choice.key:
        return Placement(choice.key, choice.reason, choice.score, True)
    several = choice.score < 0.75
    states = sorted({country for office, country in mine if office in SINGULAR})
    own = _key(sighting.words, sighting.doc if several else "".join(states[:1]))
    near += [Near(key, own, choice.reason, 0.5) for key in choice.others]
    return Placement(own, "surname with several bearers" if several else "single name", choice.score, False)
