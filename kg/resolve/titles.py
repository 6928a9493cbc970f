"""Title phrases as they stand in a text -> the office, and of what: "бившия президент на САЩ" -> president, US."""

from __future__ import annotations

from typing import NamedTuple

from kg import names
from kg.gazetteer import Gazetteer

STATE_DOMAINS = ("state", "government")  # one person cannot hold such offices of two countries
SINGULAR = (  # offices that one person at a time holds in a country
    "president", "prime minister", "chancellor", "foreign minister", "defence minister", "interior minister",
    "finance minister", "justice minister", "health minister", "energy minister", "monarch", "pope", "supreme leader",
    "secretary general", "crown prince",
)  # fmt: skip


class Held(NamedTuple):
    """An office as a phrase gives it: title in base form, English office, domain, country, body."""

    title: str
    office: str
    domain: str
    country: str
    body: str
    former: bool


def parse_title(phrase: str, country: str | None, gazetteer: Gazetteer, alone: bool = False) -> Held | None:
    """The office in a title phrase, whose country the extraction may know already; None where no title is known.

    A phrase that stands `alone`, without a name, must say nothing else before the title: "руският президент" is an
    office, "съветникът на президента" is none.
    """
    words = names.fold(phrase.replace(",", " ")).split()
    found = _longest_title(words, gazetteer)
    if found is None:
        return None
    first, last = found
    title = gazetteer.title(" ".join(words[first:last]))
    assert title is not None
    body, stated = _owner(words[last:], gazetteer)
    nation = next((code for word in words[:first] for code in gazetteer.demonyms_in(word)), None)
    former = any(word in names.words("former") for word in words[:first])
    if alone and not all(gazetteer.demonyms_in(word) or word in names.words("present") for word in words[:first]):
        return None
    return Held(title.name, title.office, title.domain, nation or stated or country or "", body, former)


def _longest_title(words: list[str], gazetteer: Gazetteer) -> tuple[int, int] | None:
    for size in range(min(4, len(words)), 0, -1):
        for first in range(len(words) - size + 1):
            if gazetteer.title(" ".join(words[first : first + size])):
                return first, first + size
    return None


def _owner(words: list[str], gazetteer: Gazetteer) -> tuple[str, str | None]:
    """The organisation (canonical name or "") and the country that follow the title: "на Европейския съвет"."""
    for size in range(min(8, len(words)), 0, -1):
        for first in range(len(words) - size + 1):
            phrase = " ".join(words[first : first + size])
            if code := gazetteer.country(phrase):
                return "", code
            if entry := gazetteer.organization(phrase):
                return entry.name, entry.country if entry.country != "EU" else None
            if (metonym := gazetteer.metonym(phrase)) and metonym.reading != "place":
                code = gazetteer.country(metonym.stands_for)
                return ("", code) if code else (metonym.stands_for, None)
    return "", None
