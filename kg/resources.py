"""Where the files that belong to kg are: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

from kg.errors import KgError

PACKAGE = Path(__file__).resolve().parent
FOLDERS = {
    "ontology": "ontology",
    "models": "data/models",
    "gazetteer": "data/gazetteer",
    "gold": "data/gold",
    "news": "data/news",
}


def path(name: str) -> Path:
    """The folder called `name` (a key of FOLDERS, or "rules").

    >>> path("rules").name
    'rules'
    """
    if name == "rules":
        return PACKAGE / "rules"
    for candidate in (PACKAGE / "_data" / name, PACKAGE.parent / FOLDERS[name]):
        if candidate.is_dir():
            return candidate
    raise KgError(f"the folder {name!r} is not part of this installation; reinstall kg: pip install --force-reinstall kg")
