"""data/gazetteer/*.tsv and a user's own files -> Gazetteer. The only place that reads them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from kg import names, resources
from kg.errors import RuleError
from kg.gazetteer.values import Country, Entry, Gazetteer, Metonym, Place, Title


class Extra(NamedTuple):
    """One row of a user's own TSV."""

    kind: str
    name: str
    aliases: str = ""
    country: str = ""
    stands_for: str = ""
    same_as: str = ""


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
    first_names = _rows(folder / "first_names.tsv", "name", "sound")
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
        first_names=frozenset(row["name"].lower() for row in first_names),
        first_sounds=frozenset(row["sound"] for row in first_names if row["sound"]),
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
    for own in extras:
        if own.kind == "country":
            found |= {names.fold(name): own.country for name in (own.name, *_split(own.aliases))}
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
    for own in extras:
        if own.kind == "seat":
            seat = Metonym(own.name, own.stands_for, own.country or None, "seat")
            found |= {names.fold(name): seat for name in (own.name, *_split(own.aliases))}
    return found


def _entries(folder: Path, extras: list[Extra]) -> dict[str, Entry]:
    rows = []
    for row in _rows(folder / "media.tsv", "name", "aliases", "country"):
        rows.append(Entry(row["name"], "Media", row["country"] or None, _split(row["aliases"]), _split(row["same_as"])))
    for row in _rows(folder / "organizations.tsv", "name", "aliases", "scope"):
        aliases, same_as = _split(row["aliases"]), _split(row["same_as"])
        rows.append(Entry(row["name"], "Organization", row["scope"] or None, aliases, same_as))
    kinds = {"organization": "Organization", "media": "Media"}
    for own in extras:
        if own.kind in kinds:
            aliases, same_as = _split(own.aliases), _split(own.same_as)
            rows.append(Entry(own.name, kinds[own.kind], own.country or None, aliases, same_as))
    others = {names.fold(name): entry for entry in rows for name in entry.aliases}
    others |= {f"the {key}": entry for key, entry in others.items() if key.isascii() and not key.startswith("the ")}
    return others | {names.fold(entry.name): entry for entry in rows}


def _parties(folder: Path) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
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
    for own in extras:
        if own.kind == "place":
            place = Place(own.name, "place", own.country or None, same_as=_split(own.same_as))
            found |= {names.fold(name): place for name in (own.name, *_split(own.aliases))}
    return found


def _titles(folder: Path, extras: list[Extra]) -> dict[str, Title]:
    found: dict[str, Title] = {}
    for row in _rows(folder / "titles.tsv", "lemma", "feminine", "office", "domain", "aliases"):
        for name in (*_split(row["aliases"]), row["lemma"], *_split(row["feminine"])):
            title = Title(name, row["lemma"], row["office"], row["domain"], name in _split(row["feminine"]))
            for form in _definite_phrase(name):
                found.setdefault(names.fold(form), title)
            found[names.fold(name)] = title
    for own in extras:
        if own.kind == "title":
            title = Title(own.name, own.name, own.stands_for or own.name, "office")
            found |= {
                names.fold(form): title for name in (own.name, *_split(own.aliases)) for form in _definite_phrase(name)
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
