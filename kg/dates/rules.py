"""kg/rules/dates.toml -> DateRules: the linguist's patterns, compiled."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kg import resources
from kg.dates.meanings import MEANINGS
from kg.errors import RuleError

PHRASE_KEYS = {"id", "means", "patterns", "examples", "preceded_by", "not_before", "needs_part"}
# What `part` and `bound` may stand before; words that mean no day ("след дни", "два часа") take neither.
WORDS_ONLY = {"words", "ago", "in", "last", "next"}
BEGINS = r"(?<![\w-])"
BOUND_AND_PART = "(?:(?P<bound>{bound}) )?(?:(?P<part>{part}) )?"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of telling a time: its patterns and the name of what they mean (a key of MEANINGS)."""

    id: str
    means: str
    patterns: tuple[re.Pattern[str], ...]
    examples: tuple[tuple[str, str], ...]
    preceded_by: re.Pattern[str] | None = None
    needs_part: bool = False


@dataclass(frozen=True, slots=True)
class DateRules:
    """The contents of dates.toml, compiled. `words` maps list name -> folded form -> number.

    `openings` finds, in small letters, every place where a phrase may begin: one quick look instead of one a phrase.
    """

    phrases: tuple[Phrase, ...]
    openings: re.Pattern[str]
    traps: re.Pattern[str]
    datelines: tuple[re.Pattern[str], ...] = field(repr=False)
    words: dict[str, dict[str, int]] = field(repr=False)


def fold(words: str) -> str:
    """One space between words, lower case: the form in which word lists are compared."""
    return " ".join(words.lower().split())


@cache
def load_rules(path: Path | None = None) -> DateRules:
    """Read and check the file of date phrases (the one that belongs to kg unless another is given).

    Raises RuleError with the file and the entry that is wrong.
    """
    path = path or resources.path("rules") / "dates.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RuleError(f"{path}: {error}; mend the file") from error
    words = {
        name: {fold(form): int(number) for number, forms in numbers.items() for form in forms}
        for name, numbers in content["words"].items()
    }
    expand = _expander(words, content["pieces"])
    around = content["around"]
    phrases = tuple(_phrase(entry, expand, around, path) for entry in content["phrase"])
    traps = re.compile("|".join(f"(?:{expand(pattern)})" for pattern in content["traps"]["patterns"]), re.IGNORECASE)
    return DateRules(phrases, _openings(content["phrase"], expand, around), traps, _datelines(content["dateline"], expand), words)


def _expander(words: dict[str, dict[str, int]], pieces: dict[str, str]) -> Any:
    """A function that replaces {name} by its piece or by the alternatives of its word list, and widens spaces."""

    def alternatives(name: str) -> str:
        return "|".join(re.escape(form).replace(r"\ ", " ") for form in sorted(words[name], key=len, reverse=True))

    def replacement(match: re.Match[str]) -> str:
        name = match[1]
        if name in pieces:
            return re.sub(r"\{(\w+)\}", replacement, pieces[name])
        if name in words:
            return f"(?:{alternatives(name)})"
        raise RuleError(f"dates.toml: {{{name}}} is neither a word list nor a piece; add it under [words.{name}]")

    def expand(pattern: str) -> str:
        full = re.sub(r"\{([a-z]\w*)\}", replacement, pattern)
        return re.sub(r" (?![?*+])", r"\\s+", full).replace(" ?", r"\s*")

    return expand


def _phrase(entry: dict[str, Any], expand: Any, around: dict[str, str], path: Path) -> Phrase:
    name = entry.get("id", "?")
    unknown = entry.keys() - PHRASE_KEYS
    if unknown or "patterns" not in entry:
        raise RuleError(f"{path}: phrase {name}: {', '.join(sorted(unknown)) or 'no patterns'}; keys are {PHRASE_KEYS}")
    if entry.get("means") not in MEANINGS:
        raise RuleError(f"{path}: phrase {name}: means {entry.get('means')!r}, which is not one of {sorted(MEANINGS)}")
    compiled = []
    for pattern in entry["patterns"]:
        core = f"(?P<core>{pattern})(?!\\w)"
        if "not_before" in entry:
            core += f"(?!{entry['not_before']})"
        if entry["means"] not in WORDS_ONLY:
            core = f"{around['before']}{BOUND_AND_PART}{core}{around['after']}"
        try:
            compiled.append(re.compile(BEGINS + expand(core) + r"(?!\w)", re.IGNORECASE))
        except re.error as error:
            raise RuleError(f"{path}: phrase {name}: pattern {pattern!r}: {error}; mend the pattern") from error
    before = entry.get("preceded_by")
    return Phrase(
        name,
        entry["means"],
        tuple(compiled),
        tuple(entry.get("examples", {}).items()),
        re.compile(rf"(?<!\w)(?:{expand(before)})\s+$", re.IGNORECASE) if before else None,
        entry.get("needs_part", False),
    )


def _openings(entries: list[dict[str, Any]], expand: Any, around: dict[str, str]) -> re.Pattern[str]:
    """A look ahead at all patterns at once, what stands before them read once, in small letters and without names."""
    bare = [pattern for entry in entries if entry["means"] in WORDS_ONLY for pattern in entry["patterns"]]
    with_parts = [pattern for entry in entries if entry["means"] not in WORDS_ONLY for pattern in entry["patterns"]]
    either = "|".join((f"{around['before']}{BOUND_AND_PART}(?:{'|'.join(with_parts)})", *bare))
    nameless = re.sub(r"\(\?P<\w+>", "(?:", expand(either))
    return re.compile(BEGINS + re.sub(r"(?<!\\)[A-ZА-Я]", lambda letter: letter.group().lower(), f"(?={nameless})"))


def small_letters(text: str) -> str:
    """The text in small letters, of the same length (only "İ" would become two)."""
    return text.replace("İ", "i").lower()


def _datelines(words: dict[str, list[str]], expand: Any) -> tuple[re.Pattern[str], ...]:
    """Patterns of a line that gives the day of publication: at its start, after a place, at its end."""
    year = r"(?P<year>(?:19|20)\d\d)(?: ?г\.)?(?!\d)"
    day = rf"(?P<day>[0-3]?\d)(?:[./](?P<monthno>[01]?\d)[./]| ?\.? (?P<month>{{month}}),? ){year}"
    numeric = rf"(?P<day>[0-3]?\d)[./](?P<monthno>[01]\d)[./]{year}"
    lead = "|".join(words["lead"])
    agency = "|".join(map(re.escape, words["agency"]))
    preposition = "|".join(words["preposition"])
    clock = r"[012]?\d[:.][0-5]\d"
    end = rf"(?:$| ?[|/·•(–—-]| ?,? ?(?:[ов][тв]? )?{clock}|,? {{weekday}})"
    lines = (
        rf"^(?:(?:{lead}) ?:? ?(?:на:? )?)(?:{{weekday}},? )?{day}",
        rf"^(?:{clock},? )?(?:{{weekday}},? )?{day}{end}",
        rf"^{numeric} (?-i:[„“\"А-Я])",
        rf"^(?-i:[А-Я])[\w -]{{2,30}}, {day}(?: ?$| ?[/(–—-])",
        rf"^(?-i:[А-Я])[\w -]{{2,30}},? ?[/(](?:{agency})[/)],? {day}",
        rf"(?<!\w)(?!(?:{preposition}) )[\w|“”\"»!?…·•–—-]+ -?{numeric}(?: ?[|/,]? ?{clock})?\.?$",
    )
    return tuple(re.compile(expand(line), re.IGNORECASE) for line in lines)
