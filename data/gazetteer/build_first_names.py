"""Writes first_names.tsv from the lists of first names that the package Faker carries.

Run it as `python data/gazetteer/build_first_names.py` with Faker installed. `sound` is the skeleton of a name in Latin
letters (kg.names.skeleton), where it is long enough to tell: by it "Оливър" is known as Oliver.
"""

import importlib
import re
from pathlib import Path

from kg import names

TARGET = Path(__file__).parent / "first_names.tsv"
CYRILLIC = "bg_BG ru_RU uk_UA mk_MK"
LATIN = (
    "en_US en_GB en_IE de_DE fr_FR it_IT es_ES pl_PL cs_CZ ro_RO hu_HU nl_NL sv_SE da_DK no_NO fi_FI tr_TR hr_HR sl_SI sk_SK "
    "pt_PT et_EE lv_LV lt_LT az_AZ"
)
SHORTEST_SOUND = 4


def first_names(locales: str) -> set[str]:
    found: set[str] = set()
    for locale in locales.split():
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for listed in ("first_names", "first_names_male", "first_names_female"):
            found |= set(getattr(provider, listed, ()))
    return {name for name in found if re.fullmatch(r"[^\W\d_][^\W\d_'’]{2,}(-[^\W\d_]+)?|[^\W\d_]{2,}", name.strip())}


def main() -> None:
    sounds = dict.fromkeys(first_names(CYRILLIC), "")
    for name in first_names(LATIN):
        sound = names.skeleton(name)
        sounds[name] = sound if len(sound) >= SHORTEST_SOUND and " " not in sound else ""
    rows = "".join(f"{name}\t{sound}\n" for name, sound in sorted(sounds.items()))
    TARGET.write_text("name\tsound\n" + rows, "utf-8")


if __name__ == "__main__":
    main()
