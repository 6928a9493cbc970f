"""Bulgarian phrases of time -> When. The words are in kg/rules/dates.toml; here is what each way of saying means.

"от 24 до 26 октомври" states XXXX-10-24/XXXX-10-26; read on 1 January 2025 it means 24-26 October 2024, marked as
inferred. "вчера" states no date, yet means one. "седмица по-рано" keeps its words: the event it leans on is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from re import Match, Pattern

from kg.dates.meanings import MEANINGS
from kg.dates.periods import Anchor, Period, bounded, day_of, narrow, since
from kg.dates.rules import DateRules, Phrase, fold, load_rules, small_letters
from kg.model import Sentence, Span, When

__all__ = ["DateRules", "aim", "find_dateline", "find_dates", "load_rules"]


def find_dates(
    sentence: Sentence,
    text: str,
    published: date | None,
    *,
    future: bool | None = None,
    dateline: date | None = None,
    rules: DateRules | None = None,
) -> tuple[When, ...]:
    """The phrases of time in one sentence, in reading order, none inside another.

    `future` says which way incomplete dates point (True for what is planned, False for what is over, None: to the
    nearest). `dateline` is the day that the text itself gives for its publication: relative words are then stated
    dates. Durations, hours and what leans on another event have neither `edtf` nor days.
    """
    if not sentence.words:
        return ()
    rules = rules or load_rules()
    anchor = Anchor(dateline or published, future, dateline is not None)
    found = []
    for start, end, phrase, period in read_phrases(text, sentence.start, sentence.end, anchor, rules):
        span = Span(sentence.doc, sentence.index, start, end)
        found.append(When(span, text[start:end], period.edtf, period.start, period.end, period.inferred, phrase.id))
    return tuple(found)


def aim(
    when: When, published: date | None, future: bool, *, dateline: date | None = None, rules: DateRules | None = None
) -> When:
    """The phrase read again once the tense is known: "ще се срещнат на 24 октомври" points on, "срещнаха се" back."""
    rules = rules or load_rules()
    anchor = Anchor(dateline or published, future, dateline is not None)
    for phrase in rules.phrases:
        for pattern in phrase.patterns if phrase.id == when.rule else ():
            match = pattern.fullmatch(when.text)
            period = match and read(phrase, match, anchor, rules)
            if period:
                return replace(
                    when, edtf=period.edtf, start=period.start, end=period.end, inferred=period.inferred
                )  # fmt: skip
    return when


def read_phrases(
    text: str, start: int, end: int, anchor: Anchor, rules: DateRules
) -> Iterator[tuple[int, int, Phrase, Period]]:
    """Start, end, phrase and reading of each phrase of time in `text[start:end]`, the leftmost and longest first."""
    taken = [match.span() for match in rules.traps.finditer(text, start, end)]
    margin = max(0, start - 1)  # a phrase looks at the character before it
    openings = rules.openings.finditer(small_letters(text[margin:end]), start - margin)
    places = [margin + opening.start() for opening in openings]
    matches = [
        (match, phrase)
        for phrase in (rules.phrases if places else ())
        for pattern in phrase.patterns
        for match in _all_matches(pattern, text, places, end)
    ]
    for match, phrase in sorted(matches, key=lambda item: (item[0].start(), -item[0].end())):
        core = match.start("core")
        if any(match.start() < b and a < match.end() for a, b in taken):
            continue
        if phrase.preceded_by and not phrase.preceded_by.search(text, max(start, core - 20), core):
            continue
        if phrase.needs_part and match["part"] is None:
            continue
        period = read(phrase, match, anchor, rules)
        if period is not None:
            taken.append(match.span())
            yield match.start(), match.end(), phrase, period


def _all_matches(pattern: Pattern[str], text: str, places: Iterable[int], end: int) -> Iterator[Match[str]]:
    """What `pattern.finditer` gives, when a match can begin at `places` only."""
    free = 0
    for place in places:
        match = pattern.match(text, place, end) if place >= free else None
        if match:
            free = match.end()
            yield match


def read(phrase: Phrase, match: Match[str], anchor: Anchor, rules: DateRules) -> Period | None:
    """What a match means, or None where its numbers make no date at all."""
    fields: dict[str, int] = {}
    for name, words in match.groupdict().items():
        if words is not None and name not in ("core", "since"):
            group = name.rstrip("0123456789")
            fields[name] = int(words) if words.isdecimal() else rules.words[group][fold(words)]
    try:
        period = MEANINGS[phrase.means](fields, anchor)
    except (ValueError, OverflowError):  # a year or shift beyond the calendar
        return None
    if period is None:
        return None
    if "part" in fields:
        period = narrow(period, fields["part"])
    if "bound" in fields:
        period = bounded(period, fields["bound"])
    return since(period) if match.groupdict().get("since") else period


def find_dateline(text: str, rules: DateRules | None = None) -> date | None:
    """The day of publication that the text itself states in its first or last lines, or None.

    "30.11.2020 | 09:23 Редактор: ...", "София, 3 март 2020 г. /БТА/", "Публикувано на 26 декември 2011".
    """
    rules = rules or load_rules()
    lines = [line.strip(" .|\t\xa0") for line in text.splitlines() if line.strip()]
    first, last = lines[:6], [line for line in lines[6:][-2:] if len(line) < 100]
    for line in first + last:
        for pattern in rules.datelines:
            match = pattern.search(line)
            if match:
                words = {key: value for key, value in match.groupdict().items() if value is not None}
                month = int(words["monthno"]) if "monthno" in words else rules.words["month"][fold(words["month"])]
                days = day_of(int(words["year"]), month, int(words["day"]))
                if days:
                    return days[0]
    return None
