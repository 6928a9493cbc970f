"""The challenge: short texts of our own in the style of news agencies, each with what must be found in it.

One TOML file per phenomenon. A case is a text and what must come of it, in a short notation:

    events = ["Meeting held: Румен Радев + Еманюел Макрон @ Париж | 2021-03-09"]
              kind status: participants @ place | date

    KIND/KIND, STATUS/STATUS, PLACE/PLACE   any of these is right
    ?NAME       may be a participant          ~WORDS   an unnamed participant, described by these words
    name        in small letters (талибани): named or not
    NAME=NAME   stands for                    ?KIND …  the whole event may be found or not
    date        EDTF, or the words, or the days that follow from the publication date

`events` lists all that may be found: anything else is a fault; [] is a text in which nothing may be found. Without
`events` a text is judged by its `statements` ("SPEAKER > VIA", all of them) and `acts` (at least these) alone.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent
KEYS = {"text", "events", "statements", "acts", "evidential"}


@dataclass(frozen=True, slots=True)
class Actor:
    """A name (or the words that describe somebody unnamed); `stands_for` only where it must be known."""

    names: tuple[str, ...]
    named: bool = True
    required: bool = True
    stands_for: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """One event or act. None and empty tuples are not asked for."""

    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    actors: tuple[Actor, ...]
    places: tuple[str, ...]
    date: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class Speech:
    """One speaker with the medium through whom the words came, if that must be known."""

    names: tuple[str, ...]
    required: bool
    via: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """`events`, `statements`: None where the case does not ask."""

    group: str
    text: str
    published: date | None
    events: tuple[Expected, ...] | None
    statements: tuple[Speech, ...] | None
    acts: tuple[Expected, ...]
    evidential: bool


def load_cases(folder: Path = FOLDER) -> list[Case]:
    """All cases, file by file in order of name."""
    return [case for path in sorted(folder.glob("*.toml")) if path.name != "floors.toml" for case in _read(path)]


def _read(path: Path) -> list[Case]:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    cases = []
    for number, entry in enumerate(content["case"], 1):
        if unknown := entry.keys() - KEYS:
            raise ValueError(f"{path}: case {number}: unknown key {', '.join(sorted(unknown))}")
        if entry.keys() <= {"text"}:
            raise ValueError(f"{path}: case {number} asks for nothing")
        events, statements = entry.get("events"), entry.get("statements")
        cases.append(
            Case(
                path.stem,
                entry["text"],
                content.get("published"),
                None if events is None else tuple(map(parse_event, events)),
                None if statements is None else tuple(map(parse_speech, statements)),
                tuple(map(parse_event, entry.get("acts", ()))),
                entry.get("evidential", False),
            )
        )
    return cases


def parse_event(notation: str) -> Expected:
    """The expectation written in one line.

    >>> parse_event("Meeting held: Радев + ?Йотова @ Рим | 2020").places
    ('Рим',)
    """
    head, _, rest = notation.partition(": ")
    if not rest:
        raise ValueError(f"{notation!r} is not KIND STATUS: ACTORS @ PLACE | DATE")
    rest, _, when = rest.partition(" | ")
    actors, _, places = rest.partition(" @ ")
    kinds, _, statuses = head.removeprefix("?").partition(" ")
    return Expected(
        tuple(kinds.split("/")),
        tuple(statuses.split("/")) if statuses else (),
        tuple(_actor(words) for words in actors.split(" + ")),
        tuple(places.split("/")) if places else (),
        when or None,
        not head.startswith("?"),
    )


def _actor(words: str) -> Actor:
    required, words = not words.startswith("?"), words.removeprefix("?")
    named, words = not words.startswith("~"), words.removeprefix("~")
    name, _, stands_for = words.partition("=")
    return Actor(tuple(name.split("/")), named, required, stands_for or None)


def parse_speech(notation: str) -> Speech:
    """ "Кирил Дмитриев > Аксиос"; a medium that begins with ? is not asked for."""
    speaker, _, via = notation.partition(" > ")
    names = tuple(speaker.removeprefix("?").split("/"))
    return Speech(names, not speaker.startswith("?"), via if via and not via.startswith("?") else None)
