"""Calendar arithmetic: what a date with gaps states (EDTF) and which days it means, seen from a publication day.

"24 октомври" states XXXX-10-24. Which October is not stated: from 1 January 2025 the nearest one is that of 2024, and
the days that follow are marked as inferred. EDTF is ISO 8601-2: XXXX-10-24, 2018-22 (summer), 2019-33 (first quarter),
A/B, ../B, A/.., 199X.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

Days = tuple[date, date]
SEASON_STARTS = {21: 3, 22: 6, 23: 9, 24: 12}


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the reader stands. `day` is the day of publication; `stated` is True when the text itself gives that day.

    `future` says which way an incomplete date points: True on, False back, None to the nearest.
    """

    day: date | None = None
    future: bool | None = None
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """`edtf` as stated, the days from `start` to `end`, and whether the publication day was needed to find them."""

    edtf: str | None = None
    start: date | None = None
    end: date | None = None
    inferred: bool = False


def exact(edtf: str, days: Days) -> Period:
    """A period that the words state completely."""
    return Period(edtf, *days)


def seen(days: Days | None, anchor: Anchor, edtf: str | None = None) -> Period:
    """A period that follows only from the publication day; stated after all when the text gives that day."""
    if days is None:
        return Period(edtf)
    if anchor.stated:
        edtf = iso(days)
    return Period(edtf, *days, inferred=True)


def iso(days: Days) -> str:
    """The shortest EDTF string of whole days.

    >>> iso((date(2020, 3, 1), date(2020, 3, 31))), iso((date(2020, 3, 1), date(2020, 3, 2)))
    ('2020-03', '2020-03-01/2020-03-02')
    """
    start, end = days
    if start == end:
        return start.isoformat()
    if days == year_days(start.year):
        return f"{start.year:04}"
    if days == month_days(start.year, start.month):
        return f"{start.year:04}-{start.month:02}"
    return f"{start.isoformat()}/{end.isoformat()}"


def day_of(year: int, month: int, day: int) -> Days | None:
    """One day as a period, or None where the calendar has no such day."""
    try:
        return (date(year, month, day),) * 2
    except ValueError:
        return None


def month_days(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def months_days(year: int, first: int, last: int) -> Days:
    """From the first day of one month to the last day of another, in the next year where that one comes earlier."""
    return date(year, first, 1), month_days(year + (last < first), last)[1]


def year_days(year: int) -> Days:
    return date(year, 1, 1), date(year, 12, 31)


def season_days(year: int, season: int) -> Days:
    """Three calendar months; a winter begins in its December and is called after that year."""
    first = SEASON_STARTS[season]
    return months_days(year, first, first + 2 if first < 12 else 2)


def week_days(day: date, shift: int = 0) -> Days:
    """Monday to Sunday of the week of `day`, `shift` weeks away."""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=shift)
    return monday, monday + timedelta(days=6)


def shift_month(day: date, shift: int) -> Days:
    """The calendar month `shift` months from that of `day`."""
    index = day.year * 12 + day.month - 1 + shift
    return month_days(index // 12, index % 12 + 1)


def easter(year: int) -> date:
    """Orthodox Easter Sunday in the Gregorian calendar (Meeus; right from 1900 to 2099)."""
    moon = (19 * (year % 19) + 15) % 30
    week = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + week + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


def recurring(
    in_year: Callable[[int], Days | None], anchor: Anchor, fits: Callable[[Days], bool] | None = None
) -> Days | None:
    """The instance of something yearly that is meant: nearest to the publication day, on the side that `future` asks.

    `fits` narrows the choice (a weekday said with the date) where some year within four satisfies it.
    """
    if anchor.day is None:
        return None
    years = range(max(anchor.day.year - 4, 1), min(anchor.day.year + 5, 9998))
    choice = [days for days in map(in_year, years) if days is not None]
    if fits is not None:
        choice = [days for days in choice if fits(days)] or choice
    return nearest(choice, anchor)


def nearest(choice: list[Days], anchor: Anchor) -> Days | None:
    """Of several periods the one closest to the publication day, on the side that `future` asks; None without any."""
    day = anchor.day
    if day is None:
        return None
    if anchor.future is True:
        choice = [days for days in choice if days[1] >= day] or choice
    elif anchor.future is False:
        choice = [days for days in choice if days[0] <= day] or choice

    def gap(days: Days) -> tuple[int, date]:
        return max((days[0] - day).days, (day - days[1]).days, 0), days[0]

    return min(choice, key=gap, default=None)


def weekday_near(anchor: Anchor, weekday: int, which: int | None) -> Days | None:
    """The day that a weekday (1 Monday) calls: the last (-1), that of this week (0), the next (1), or the nearest."""
    if anchor.day is None:
        return None
    ahead = (weekday - anchor.day.isoweekday()) % 7
    if which == 0:
        day = week_days(anchor.day)[0] + timedelta(days=weekday - 1)
    elif which == 1:
        day = anchor.day + timedelta(days=ahead or 7)
    elif which == -1:
        day = anchor.day + timedelta(days=ahead - 7)
    else:
        found = nearest([(anchor.day + timedelta(days=ahead - back),) * 2 for back in (7, 0)], anchor)
        return found
    return day, day


def third(days: Days, part: int) -> Days:
    """The beginning (1), middle (2) or end (3) of a period."""
    start, length = days[0], (days[1] - days[0]).days + 1
    first, last = round(length * (part - 1) / 3), round(length * part / 3) - 1
    return start + timedelta(days=first), start + timedelta(days=max(first, last))


def narrow(period: Period, part: int) -> Period:
    """ "края на март": states the month, means its last third."""
    if period.start is None or period.end is None:
        return period
    start, end = third((period.start, period.end), part)
    return replace(period, start=start, end=end, inferred=True)


def bounded(period: Period, side: int) -> Period:
    """ "до 29 март" (-1), "след 29 март" (1): an interval open at one end."""
    edtf = period.edtf
    if edtf is not None:
        first, _, last = edtf.partition("/")
        edtf = f"../{last or first}" if side < 0 else f"{last or first}/.."
    if side < 0:
        return Period(edtf, None, period.end, period.inferred)
    return Period(edtf, period.end, None, period.inferred)


def since(period: Period) -> Period:
    """ "от 2015 г. насам": from then on, up to the publication."""
    edtf = f"{period.edtf}/.." if period.edtf and "/" not in period.edtf else period.edtf
    return Period(edtf, period.start, None, period.inferred)
