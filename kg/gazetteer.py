"""What the world is called in Bulgarian: countries, seats of power, places, organisations, media, titles.

All facts are in `data/gazetteer/*.tsv`; this module reads them once and answers questions. A user adds facts with a
TSV of the columns of `Extra`:

    kind          country | seat | place | organization | media | title
    name          the base form
    aliases       other names, separated by "|"
    country       ISO 3166 alpha-2, where there is one
    stands_for    of a seat: the government or body; of a title: the office in English
    same_as       IRIs (Wikidata, GeoNames, ISO), separated by "|"

What the user says comes first: an extra row wins over the shipped one of the same name. An alias that begins with "~"
is also a common word ("~Нова", "~Сега"): it is known when asked for, but `kind` does not recognise it by itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kg import names, resources
from kg.errors import RuleError


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


class Extra(NamedTuple):
    """One row of a user's own TSV."""

    kind: str
    name: str
    aliases: str = ""
    country: str = ""
    stands_for: str = ""
    same_as: str = ""


@dataclass(frozen=True, slots=True)
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

    def country(self, name: str) -> str | None:
        """The ISO code of a country: "САЩ", "Щатите", "Съединените щати" -> "US"; None for anything else."""
        return self.country_names.get(names.fold(name))

    def country_name(self, code: str) -> str | None:
        """The usual Bulgarian name of a country: "US" -> "САЩ"."""
        country = self.countries.get(code)
        return country and country.name

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


def load(folder: Path | None = None, extra: tuple[Path, ...] = ()) -> Gazetteer:
    """Read the gazetteer in `folder` (by default the shipped one) and the user's own files `extra`, which win.

    Raises RuleError with file and line where a row is wrong.
    """
    folder = folder or resources.path("gazetteer")
    extras = [row for path in extra for row in _extra_rows(path)]
    countries = {
        row["code"]: row
        for row in _rows(folder / "countries.tsv", "code", "alpha3", "name", "aliases", "english", "capital")
    }
    known = {
        code: Country(code, row["alpha3"], row["name"], _split(row["aliases"]), _split(row["english"]), row["capital"])
        for code, row in sorted(countries.items())
    }
    return Gazetteer(
        countries=known,
        country_names=_country_names(known.values(), extras),
        capitals={names.fold(country.capital): country.code for country in known.values() if country.capital},
        demonyms=dict(_demonyms(countries)),
        seats=_seats(folder, extras),
        entries=_entries(folder, extras),
        parties=_parties(folder),
        places=_places(folder, known, extras),
        titles=_titles(folder, extras),
        common=_common(folder),
    )


def _common(folder: Path) -> frozenset[str]:
    aliases = (row["aliases"] for name in ("media", "organizations", "seats") for row in _rows(folder / f"{name}.tsv"))
    return frozenset(names.fold(alias[1:]) for field in aliases for alias in field.split("|") if alias.startswith("~"))


def _country_names(countries: Iterable[Country], extras: list[Extra]) -> dict[str, str]:
    found = {
        names.fold(name): country.code
        for country in countries
        for name in (country.name, *country.aliases, *country.english)
    }
    for row in extras:
        if row.kind == "country":
            found |= {names.fold(name): row.country for name in (row.name, *_split(row.aliases))}
    return found


ADJECTIVE_ENDINGS = ("и", "а", "о", "ия", "ият", "ата", "ото", "ите")


def _demonyms(countries: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Every form of every adjective ("руск" + ия, ата, ...) and inhabitant ("руснак", "руснакът", "руснаците")."""
    for code, row in countries.items():
        for adjective in _split(row["adjectives"]):
            for ending in ADJECTIVE_ENDINGS:
                yield adjective[:-1] + ending, code
            if adjective.endswith("ански"):  # "американо-руски": compounds may drop the suffix
                yield adjective[:-3] + "о", code
        for noun in _split(row["inhabitants"]):
            yield noun, code
            for form in _definite_forms(noun):
                yield form, code


def _definite_forms(noun: str) -> tuple[str, ...]:
    if noun.endswith(("а", "я")):
        return (noun + "та", noun[:-1] + "и", noun[:-1] + "ите")
    if noun.endswith("и"):
        return (noun + "те",)
    return (noun + "ът", noun + "а")


def _seats(folder: Path, extras: list[Extra]) -> dict[str, Metonym]:
    found: dict[str, Metonym] = {}
    for row in _rows(folder / "seats.tsv", "name", "aliases", "stands_for", "country", "reading"):
        seat = Metonym(row["name"], row["stands_for"], row["country"] or None, row["reading"])
        if seat.stands_for:
            found |= {names.fold(name): seat for name in (seat.name, *_split(row["aliases"]))}
    for row in extras:
        if row.kind == "seat":
            seat = Metonym(row.name, row.stands_for, row.country or None, "seat")
            found |= {names.fold(name): seat for name in (row.name, *_split(row.aliases))}
    return found


def _entries(folder: Path, extras: list[Extra]) -> dict[str, Entry]:
    rows = []
    for row in _rows(folder / "media.tsv", "name", "aliases", "country"):
        rows.append(Entry(row["name"], "Media", row["country"] or None, _split(row["aliases"]), _split(row["same_as"])))
    for row in _rows(folder / "organizations.tsv", "name", "aliases", "scope"):
        aliases, same_as = _split(row["aliases"]), _split(row["same_as"])
        rows.append(Entry(row["name"], "Organization", row["scope"] or None, aliases, same_as))
    kinds = {"organization": "Organization", "media": "Media"}
    for row in extras:
        if row.kind in kinds:
            aliases, same_as = _split(row.aliases), _split(row.same_as)
            rows.append(Entry(row.name, kinds[row.kind], row.country or None, aliases, same_as))
    aliases = {names.fold(name): entry for entry in rows for name in entry.aliases}
    aliases |= {f"the {key}": entry for key, entry in aliases.items() if key.isascii() and not key.startswith("the ")}
    return aliases | {names.fold(entry.name): entry for entry in rows}


def _parties(folder: Path) -> dict[str, Entry]:
    found = {}
    for row in _rows(folder / "organizations.tsv", "name", "members", "scope"):
        entry = Entry(row["name"], "Organization", row["scope"] or None)
        found |= {names.fold(member): entry for member in _split(row["members"])}
    return found


def _places(folder: Path, countries: Mapping[str, Country], extras: list[Extra]) -> dict[str, Place]:
    """By name; of cities with one name a capital wins, then the most populous, and a main name before an alias."""
    best: dict[str, tuple[bool, int, Place]] = {}
    capitals = {(country.code, country.capital) for country in countries.values()}
    for row in _rows(
        folder / "cities.tsv", "geonames", "name", "aliases", "country", "latitude", "longitude", "population", "ascii"
    ):
        place = Place(
            name=row["name"],
            kind="city",
            country=row["country"],
            geonames=row["geonames"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            english=row["ascii"],
        )
        rank = ((place.country, place.name) in capitals, int(row["population"]), place)
        for name in (place.name, *_split(row["aliases"])):
            key = names.fold(name)
            if key not in best or rank[:2] > best[key][:2]:
                best[key] = rank
    found = {key: place for key, (_, _, place) in best.items()}
    for row in _rows(folder / "regions.tsv", "name", "aliases", "country", "kind"):
        place = Place(row["name"], row["kind"], row["country"] or None, same_as=_split(row["same_as"]))
        found |= {names.fold(name): place for name in (place.name, *_split(row["aliases"]))}
    for country in countries.values():
        place = Place(country.name, "country", country.code, same_as=(country.iri,), english=country.english[0])
        keys = (names.fold(name) for name in (country.name, *country.aliases))
        found |= {key: place for key in keys if key not in found or found[key].country != country.code}
    for row in extras:
        if row.kind == "place":
            place = Place(row.name, "place", row.country or None, same_as=_split(row.same_as))
            found |= {names.fold(name): place for name in (row.name, *_split(row.aliases))}
    return found


def _titles(folder: Path, extras: list[Extra]) -> dict[str, Title]:
    found: dict[str, Title] = {}
    for row in _rows(folder / "titles.tsv", "lemma", "feminine", "office", "domain", "aliases"):
        for name in (*_split(row["aliases"]), row["lemma"], *_split(row["feminine"])):
            title = Title(name, row["lemma"], row["office"], row["domain"], name in _split(row["feminine"]))
            for form in _definite_phrase(name):
                found.setdefault(names.fold(form), title)
            found[names.fold(name)] = title
    for row in extras:
        if row.kind == "title":
            title = Title(row.name, row.name, row.stands_for or row.name, "office")
            found |= {
                names.fold(form): title for name in (row.name, *_split(row.aliases)) for form in _definite_phrase(name)
            }
    return found


def _definite_phrase(name: str) -> Iterator[str]:
    """A title as it stands in a sentence: "външен министър" -> itself, "външния министър", "външният министър"."""
    yield name
    first, _, rest = name.partition(" ")
    rest = rest and " " + rest
    if first.endswith(("а", "я")):
        yield first + "та" + rest
    elif first.endswith("и"):
        yield from (first[:-1] + article + rest for article in ("ия", "ият"))
    else:
        yield from (first + article + rest for article in ("а", "ът", "я", "ят", "ия", "ият"))
    if first.endswith("ен"):
        yield from (first[:-2] + "н" + article + rest for article in ("ия", "ият"))


def _split(field: str) -> tuple[str, ...]:
    return tuple(part.strip().lstrip("~") for part in field.split("|") if part.strip())


def _rows(path: Path, *columns: str) -> list[dict[str, str]]:
    """The rows of a TSV with a header that has at least `columns`; blank and "#" lines are skipped."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: cannot be read ({error}); a gazetteer file is UTF-8 text with tabs") from error
    reader = csv.reader(
        (line for line in lines if line.strip() and not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    header = next(reader, [])
    if missing := [column for column in columns if column not in header]:
        raise RuleError(
            f"{path}: the column {missing[0]!r} is missing; the first line must name the columns: {', '.join(columns)}"
        )
    rows = []
    for number, fields in enumerate(reader, start=2):
        if len(fields) > len(header):
            raise RuleError(
                f"{path}: row {number} has {len(fields)} fields, the header {len(header)}; remove the extra tabs"
            )
        rows.append(dict(zip(header, (*fields, *[""] * (len(header) - len(fields))), strict=True)))
    return rows


def _extra_rows(path: Path) -> list[Extra]:
    kinds = ("country", "seat", "place", "organization", "media", "title")
    rows = []
    for row in _rows(path, "kind", "name"):
        if row["kind"] not in kinds:
            raise RuleError(f"{path}: {row['name']!r} has the kind {row['kind']!r}; use one of: {', '.join(kinds)}")
        if row["kind"] in ("country", "seat") and not row.get("country" if row["kind"] == "country" else "stands_for"):
            raise RuleError(
                f"{path}: {row['name']!r} is a {row['kind']} and needs the column country or stands_for filled"
            )
        rows.append(Extra(**{field: row.get(field, "") for field in Extra._fields}))
    return rows
