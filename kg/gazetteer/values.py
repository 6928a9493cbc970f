"""What the gazetteer knows, and the questions it answers. Frozen; no file is read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kg import names

WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Country:
    """A state (or territory with a government of its own): its code is ISO 3166 alpha-2, or XK for Kosovo."""

    code: str
    alpha3: str
    name: str
    aliases: tuple[str, ...]
    english: tuple[str, ...]
    capital: str

    @property
    def iri(self) -> str:
        """The country in the EU's authority table, which is keyed by ISO 3166 alpha-3."""
        return f"http://publications.europa.eu/resource/authority/country/{self.alpha3}"


@dataclass(frozen=True, slots=True)
class Metonym:
    """A seat, capital or epithet and what it stands for where it acts ("Кремъл" -> "Русия").

    `reading` is seat, body (an institution that is itself an actor), epithet ("Острова"), capital or place.
    """

    name: str
    stands_for: str
    country: str | None
    reading: str


@dataclass(frozen=True, slots=True)
class Place:
    """A city, region or country as a place. `geonames` is a GeoNames id; latitude, longitude are degrees."""

    name: str
    kind: str
    country: str | None
    geonames: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    same_as: tuple[str, ...] = ()
    english: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An organisation or medium under its canonical name; `kind` is a kind of kg.model ("Organization", "Media")."""

    name: str
    kind: str
    country: str | None
    aliases: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """A title ("премиерка", lemma "премиер") and the office that it names ("prime minister"), with its domain."""

    name: str
    lemma: str
    office: str
    domain: str
    feminine: bool = False


@dataclass(frozen=True)
class Gazetteer:
    """Lookups by name, frozen after `load`. Each accepts a base form, an alias or an acronym in any case."""

    countries: Mapping[str, Country]
    country_names: Mapping[str, str]
    capitals: Mapping[str, str]
    demonyms: Mapping[str, str]
    seats: Mapping[str, Metonym]
    entries: Mapping[str, Entry]
    parties: Mapping[str, Entry]
    places: Mapping[str, Place]
    titles: Mapping[str, Title]
    common: frozenset[str]
    first_names: frozenset[str] = frozenset()
    first_sounds: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> frozenset[str]:
        """Every folded word of a name that has a kind, without punctuation."""
        known = (self.country_names, self.seats, self.entries, self.places)
        return frozenset(word for names_of_a_kind in known for name in names_of_a_kind for word in WORD.findall(name))

    def first_name(self, word: str) -> bool:
        """Is it somebody's first name, in either alphabet: "Петър", "Mark", "Оливър" (which sounds like Oliver)?"""
        folded = names.fold(word)
        return folded in self.first_names or names.skeleton(folded) in self.first_sounds

    def country(self, name: str) -> str | None:
        """The ISO code of a country: "САЩ", "Щатите", "Съединените щати" -> "US"; None for anything else."""
        return self.country_names.get(names.fold(name))

    def country_name(self, code: str) -> str | None:
        """The usual Bulgarian name of a country: "US" -> "САЩ"."""
        country = self.countries.get(code)
        return country.name if country else None

    def capital_of(self, name: str) -> str | None:
        """The ISO code of the country whose capital is called `name`: "Москва" -> "RU"."""
        return self.capitals.get(names.fold(name))

    def demonym(self, word: str) -> str | None:
        """The ISO code behind an adjective or an inhabitant in any form: "руския", "американската", "руснаци"."""
        return self.demonyms.get(word.lower())

    def demonyms_in(self, word: str) -> tuple[str, ...]:
        """The ISO codes behind an adjective, a compound too: "руско-украинските" -> ("RU", "UA")."""
        if code := self.demonym(word):
            return (code,)
        parts = word.lower().replace("–", "-").split("-")
        codes = tuple(self.demonyms.get(part) for part in parts)
        return tuple(code for code in codes if code) if len(parts) > 1 and all(codes) else ()

    def metonym(self, name: str) -> Metonym | None:
        """What a seat, epithet or capital stands for: "Белия дом" -> САЩ, "Москва" -> Русия."""
        key = names.fold(name)
        if key in self.seats:
            return self.seats[key]
        if code := self.capitals.get(key):
            return Metonym(name=name, stands_for=self.countries[code].name, country=code, reading="capital")
        return None

    def organization(self, name: str) -> Entry | None:
        """The organisation called `name`: "Евросъюза" -> Entry("ЕС", ...)."""
        entry = self.entries.get(names.fold(name))
        return entry if entry and entry.kind == "Organization" else None

    def media(self, name: str) -> Entry | None:
        """The agency, newspaper, broadcaster or platform called `name`: "Reuters" -> Entry("Ройтерс", ...)."""
        entry = self.entries.get(names.fold(name))
        return entry if entry and entry.kind == "Media" else None

    def party(self, members: str) -> Entry | None:
        """The party that its members stand for where they act: "консерватори" -> Entry("Консервативна партия", ...)."""
        return self.parties.get(names.fold(members))

    def kind(self, name: str) -> str | None:
        """The kind of kg.model that a known name has: Government, Organization, Media or Place.

        None if the name is unknown, or a common word too ("Сега").
        """
        key = names.fold(name)
        if key in self.common:
            return None
        if key in self.country_names or (key in self.seats and self.seats[key].reading != "place"):
            return "Government"
        if key in self.entries:
            return self.entries[key].kind
        return "Place" if key in self.places else None

    def place(self, name: str) -> Place | None:
        """The city (of several, the most populous), region or country called `name`, with coordinates where known."""
        return self.places.get(names.fold(name))

    def title(self, phrase: str) -> Title | None:
        """The office that a title names, with or without article: "канцлерката", "външния министър" -> Title."""
        return self.titles.get(names.fold(phrase))
