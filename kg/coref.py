"""Which mentions of one document are one actor or place: mentions -> chains. Pure; looks at this document alone.

A person's full names that differ in a middle name or an initial are one ("Доналд Тръмп", "Доналд Дж. Тръмп"); a single
name joins the full name that it ends or begins. A body's acronym joins its long form by the gazetteer or by the text
("Съвет за национална сигурност и отбрана (СНСО)"). A country is one under all its names; a seat that stands for it
("Белия дом") is a chain of its own, so that both readings can be told apart. Descriptions without a name are one only
where they are word for word the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg import names
from kg.gazetteer import Gazetteer
from kg.model import Chain, Document, Mention

BODIES = ("Organization", "Media", "Plan", "NamedEvent", "Place")
IN_BRACKETS = re.compile(r"\s*[„\"“”«»]?\s*\(\s*[„\"“”«»]?([A-ZА-Я][\w-]{1,11})[„\"“”«»]?\s*[),]")


def chains(
    mentions: Sequence[Mention], document: Document, gazetteer: Gazetteer, plans: Mapping[Mention, Mention] | None = None
) -> tuple[Chain, ...]:
    """The chains of a document, in the order of their first mentions. Each mention is in exactly one chain.

    `plans` gives for each mention of a plan the one that names it best (kg.plans).
    """
    plans = plans or {}
    mentions = sorted(set(mentions), key=lambda m: (m.span.start, m.span.end, m.kind, m.base))
    people = _people([m for m in mentions if m.named and m.kind == "Person"], gazetteer)
    acronyms = _acronyms(mentions, document.text)
    heads = _heads(mentions)
    groups: dict[tuple[Any, ...], list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention in plans:
            groups["plan", plans[mention]].append(mention)
        elif not mention.named:
            groups["unnamed", mention.kind, names.fold(mention.base), mention.country].append(mention)
        elif mention.kind == "Person":
            groups["person", people[mention]].append(mention)
        else:
            groups[_body_key(mention, acronyms, heads, gazetteer)].append(mention)
    found = [
        _spelled_out(_chain(group, key[1] if key[0] == "plan" else None), document.text, gazetteer)
        for key, group in groups.items()
    ]
    return tuple(sorted(found, key=lambda chain: (chain.mentions[0].span, chain.mentions[0].span.end, chain.kind)))


def _chain(group: list[Mention], naming: Mention | None) -> Chain:
    """The chain of a group; its name is the longest of its mentions, the earliest of those; of a government, which
    has several names ("Великобритания", "Обединеното кралство"), the usual one; or that of the mention `naming`."""
    fullest = naming or max(group, key=lambda m: (len(m.base.split()), not m.base.isupper(), -m.span.start))
    if group[0].kind == "Government":
        usual = _commonest(m.base for m in group)
        fullest = next(m for m in group if m.base == usual)
    return Chain(
        base=fullest.base,
        kind=_commonest(m.kind for m in group) or fullest.kind,
        named=fullest.named,
        mentions=tuple(group),
        country=_commonest(m.country for m in group if m.country),
        stands_for=_commonest(m.stands_for for m in group if m.stands_for),
    )


def _spelled_out(chain: Chain, text: str, gazetteer: Gazetteer) -> Chain:
    """An acronym that the text spells out only inside another name ("Съвета на Европейския съюз"): the long name is the
    fullest that it uses."""
    entry = gazetteer.organization(chain.base) if chain.kind == "Organization" and chain.base.isupper() else None
    if entry is None:
        return chain
    spelled = next((alias for alias in (entry.name, *entry.aliases) if " " in alias and re.search(rf"\b{re.escape(alias)}\b", text)), None)
    if spelled is None:
        return chain
    forms = [a for a in (entry.name, *entry.aliases) if [word[:5] for word in a.split()] == [word[:5] for word in spelled.split()]]
    return replace(chain, base=min(forms, key=len))


def _commonest(values: Iterable[str]) -> str | None:
    counted: dict[str, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return max(counted, key=counted.__getitem__, default=None)


# ---- bodies and places


def _body_key(
    mention: Mention, acronyms: dict[str, str], heads: dict[str, str], gazetteer: Gazetteer
) -> tuple[Any, ...]:
    folded = names.fold(names.without_acronym(mention.base))
    if mention.kind == "Government":
        if mention.stands_for:
            return "seat", mention.stands_for, folded
        return "country", mention.country or folded
    entry = gazetteer.organization(folded) or gazetteer.media(folded)
    if entry:
        return "known", names.fold(entry.name)
    folded = acronyms.get(folded, folded)
    folded = heads.get(folded, folded) if mention.kind == "Organization" else folded
    return ("place" if mention.kind == "Place" else "body"), folded, mention.country if " " not in folded else None


def _acronyms(mentions: Iterable[Mention], text: str) -> dict[str, str]:
    """Folded acronym -> folded long name, as the text explains it in brackets after the name."""
    found: dict[str, str] = {}
    for mention in mentions:
        if mention.named and mention.kind in BODIES and " " in mention.base:
            explained = IN_BRACKETS.match(text, mention.span.end)
            if explained and any(letter.isupper() for letter in explained[1][1:]):
                found.setdefault(names.fold(explained[1]), names.fold(mention.base))
            inside = re.fullmatch(r"(.+?)\s*\((\w{2,12})\)", mention.base)
            if inside and inside[2][:1].isupper():
                found.setdefault(names.fold(inside[2]), names.fold(inside[1]))
                found.setdefault(names.fold(mention.base), names.fold(inside[1]))
    return found


def _heads(mentions: Iterable[Mention]) -> dict[str, str]:
    """A body's last or first word alone -> the only longer name of the document that it can stand for ("Комисия")."""
    longer: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        if mention.named and mention.kind == "Organization" and " " in mention.base and mention.base[:1].isupper():
            words = names.fold(mention.base).split()
            longer[words[0]].add(" ".join(words))
            if len(words) == 2:
                longer[words[1]].add(" ".join(words))
    return {short: min(full) for short, full in longer.items() if len(full) == 1}


# ---- people


@dataclass(slots=True)
class _Person:
    """A full name that gathers its spellings; `order` is where it first stands."""

    words: tuple[str, ...]
    order: int
    count: int = 0


def _people(mentions: Sequence[Mention], gazetteer: Gazetteer) -> dict[Mention, str]:
    """For each mention of a person the folded full name that it belongs to (or its own where there is none)."""
    people: list[_Person] = []
    own: dict[Mention, _Person] = {}
    words_of = {m: untitled(tuple(names.fold(m.base).split()), gazetteer) for m in mentions}
    full = [m for m in mentions if len(words_of[m]) > 1]
    for order, mention in sorted(enumerate(full), key=lambda pair: (-len(words_of[pair[1]]), pair[0])):
        words = words_of[mention]
        person = next((p for p in people if same_person(words, p.words)), None)
        if person is None:
            person = _Person(words, order)
            people.append(person)
        person.order = min(person.order, order)
        person.count += 1
        own[mention] = person
    people.sort(key=lambda p: p.order)
    single: dict[str, _Person] = {}
    for mention in mentions:
        words = words_of[mention]
        if len(words) != 1:
            continue
        person = _bearer(words[0], people)
        if person is None:
            person = single.setdefault(words[0], _Person(words, len(people)))
        own[mention] = person
    return {mention: " ".join(person.words) for mention, person in own.items()}


def _bearer(word: str, people: Sequence[_Person]) -> _Person | None:
    """The person whom a single name means: by surname, else by first name; of several the one spoken of most."""
    matching: tuple[Callable[[_Person], bool], ...] = (
        lambda p: p.words[-1] == word,
        lambda p: p.words[0] == word,
        lambda p: word in p.words,
        lambda p: len(word) > 4 and _near(word, p.words[-1]),
    )
    for matches in matching:
        found = [person for person in people if matches(person)]
        if found:
            return max(found, key=lambda person: (person.count, -person.order))
    return None


def same_person(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two folded full names of one document can be one person's.

    The last words agree (or nearly, in a long name) and the first words agree, or one is the initial of the other;
    words between may be missing. A part of a longer name is that name ("Фон дер Лайен" of "Урсула фон дер Лайен").
    """
    shorter, longer = sorted((tuple(one), tuple(two)), key=len)
    if len(shorter) < len(longer) and longer[-len(shorter) :] == shorter:
        return True
    last = one[-1] == two[-1] or (len(one[-1]) > 4 and _near(one[-1], two[-1]))
    first = one[0] == two[0] or (len(one[0]) > 3 and _near(one[0], two[0])) or _initial(one[0], two[0])
    exact = one[-1] == two[-1] or one[0] == two[0]
    return last and first and exact


def _initial(one: str, two: str) -> bool:
    short, long = sorted((one.rstrip("."), two.rstrip(".")), key=len)
    return (
        len(short) <= 2
        and (len(one) != len(one.rstrip(".")) or len(two) != len(two.rstrip(".")))
        and long.startswith(short)
    )


def _near(one: str, two: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    if (one[-1] in names.VOWELS) != (two[-1] in names.VOWELS):  # "Стефан", "Стефана"
        return False
    plural = tuple(names.words("plural_surnames"))
    if one.endswith(plural) != two.endswith(plural):  # "Михайлови" are two, "Михайлова" is one
        return False
    return one[:1] == two[:1] and DamerauLevenshtein.distance(one, two, score_cutoff=1) <= 1


def untitled(words: tuple[str, ...], gazetteer: Gazetteer) -> tuple[str, ...]:
    """The words of a person's name without titles before it: "Папа Бенедикт XVI" -> Бенедикт XVI."""
    while len(words) > 1 and gazetteer.title(words[0]):
        words = words[1:]
    return words
