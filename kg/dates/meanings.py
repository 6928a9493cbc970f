"""What each way of telling a time means: numbers taken from a phrase -> Period.

A function gets the numbers by name (`day`, `month2`, `which`, ...: the lists of kg/rules/dates.toml) and the anchor.
It returns None when the numbers make no date at all, and an empty Period when the words stay words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from kg.dates.periods import (
    Anchor,
    Days,
    Period,
    day_of,
    easter,
    exact,
    iso,
    month_days,
    months_days,
    nearest,
    recurring,
    season_days,
    seen,
    shift_month,
    week_days,
    weekday_near,
    year_days,
)

Fields = dict[str, int]


def _year(fields: Fields, anchor: Anchor, key: str = "year") -> tuple[int | None, bool]:
    """The year that the words give, and whether they state it without help ("2019 г.", not "миналата година")."""
    if key in fields:
        return fields[key], True
    shift = fields.get("relyear", fields.get("relyear2"))
    if shift is not None and anchor.day is not None:
        return anchor.day.year + shift, False
    return None, False


def _yearly(
    fields: Fields,
    anchor: Anchor,
    make: Callable[[int], Days | None],
    edtf: str | None,
    fits: Callable[[Days], bool] | None = None,
) -> Period:
    """Something that happens once a year: in the stated year, in the year told by "миналата", or in the likeliest."""
    year, stated = _year(fields, anchor)
    if year is None:
        if fields.keys() & {"relyear", "relyear2"}:
            return Period(edtf)
        return seen(recurring(make, anchor, fits), anchor, edtf)
    days = make(year)
    if days is None:
        return Period()
    if not stated:
        return seen(days, anchor, edtf)
    return exact(edtf.replace("XXXX", f"{year:04}") if edtf else iso(days), days)


def _month(fields: Fields) -> int:
    return fields.get("monthno") or fields.get("roman") or fields["month"]


def _day(fields: Fields, anchor: Anchor) -> Period | None:
    day, month = fields.get("day") or fields.get("ordinal") or 0, _month(fields)
    if day_of(2000, month, day) is None:
        return Period() if month <= 12 and 0 < day <= 31 else None
    fits = (lambda days: days[0].isoweekday() == fields["weekday"]) if "weekday" in fields else None
    return _yearly(fields, anchor, lambda year: day_of(year, month, day), f"XXXX-{month:02}-{day:02}", fits)


def _day_of_month(fields: Fields, anchor: Anchor) -> Period | None:
    day = fields.get("day") or fields.get("ordinal") or 0
    if anchor.day is None:
        return Period()
    first = shift_month(anchor.day, fields["relmonth"])[0]
    return seen(day_of(first.year, first.month, day), anchor)


def _days(fields: Fields, anchor: Anchor) -> Period | None:
    day, day2, month = fields.get("day") or fields.get("ordinal") or 0, fields["day2"], fields["month"]
    month2 = fields.get("month2", month)
    if not day_of(2000, month, day) or not day_of(2000, month2, day2) or (month == month2 and day >= day2):
        return Period()
    over_new_year = int(month2 < month)
    last = fields.get("year")
    back = over_new_year if last is None else last - fields.get("year1", last - over_new_year)

    def make(year: int) -> Days | None:
        start, end = day_of(year - back, month, day), day_of(year, month2, day2)
        return (start[0], end[1]) if start and end else None

    if last is not None:
        days = make(last)
        return exact(f"{days[0]}/{days[1]}", days) if days else Period()
    return _yearly(fields, anchor, make, f"XXXX-{month:02}-{day:02}/XXXX-{month2:02}-{day2:02}")


def _two_days(fields: Fields, anchor: Anchor) -> Period | None:
    period = _days(fields, anchor)
    if period is None or period.edtf is None or fields["day2"] - (fields.get("day") or fields.get("ordinal") or 0) == 1:
        return period
    return Period("{" + period.edtf.replace("/", ",") + "}", period.start, period.end, period.inferred)


def _of_month(fields: Fields, anchor: Anchor) -> Period | None:
    month = fields["month"]
    return _yearly(fields, anchor, lambda year: month_days(year, month), f"XXXX-{month:02}")


def _strictly(make: Callable[[int], Days], which: int, anchor: Anchor) -> Days | None:
    """The last one that is over (-1), that of this year (0), the next one not yet begun (1)."""
    if anchor.day is None:
        return None
    choice = [make(anchor.day.year + shift) for shift in ((0,) if which == 0 else (-1, 0, 1))]
    if which:
        choice = [days for days in choice if (days[1] < anchor.day if which < 0 else days[0] > anchor.day)]
    return nearest(choice, anchor)


def _which_month(fields: Fields, anchor: Anchor) -> Period | None:
    return seen(_strictly(lambda year: month_days(year, fields["month"]), fields["which"], anchor), anchor)


def _months(fields: Fields, anchor: Anchor) -> Period | None:
    first, last = fields["month"], fields["month2"]
    if first == last:
        return None
    if last > first:
        edtf = f"XXXX-{first:02}/XXXX-{last:02}"
        return _yearly(fields, anchor, lambda year: months_days(year, first, last), edtf)
    if "year" in fields:
        year = fields["year"]
        return exact(f"{year - 1:04}-{first:02}/{year:04}-{last:02}", months_days(year - 1, first, last))
    return _yearly(fields, anchor, lambda year: months_days(year - 1, first, last), f"XXXX-{first:02}/XXXX-{last:02}")


def _of_year(fields: Fields, anchor: Anchor) -> Period | None:
    return exact(f"{fields['year']:04}", year_days(fields["year"]))


def _years(fields: Fields, anchor: Anchor) -> Period | None:
    first, last = fields["year1"], fields["year"]
    if first >= last:
        return None
    return exact(f"{first:04}/{last:04}", (date(first, 1, 1), date(last, 12, 31)))


def _decade(fields: Fields, anchor: Anchor) -> Period | None:
    first = 1900 + fields["decade"]
    return exact(f"{first // 10}X", (date(first, 1, 1), date(first + 9, 12, 31)))


def _season(fields: Fields, anchor: Anchor) -> Period | None:
    season = fields["season"]
    if "which" in fields:
        return seen(_strictly(lambda year: season_days(year, season), fields["which"], anchor), anchor)
    return _yearly(fields, anchor, lambda year: season_days(year, season), f"XXXX-{season}")


def _quarter(fields: Fields, anchor: Anchor) -> Period | None:
    length, number, code = (3, fields["quarter"], 32) if "quarter" in fields else (6, fields["half"], 39)
    first = length * (number - 1) + 1
    return _yearly(fields, anchor, lambda year: months_days(year, first, first + length - 1), f"XXXX-{code + number}")


def _relative_day(fields: Fields, anchor: Anchor) -> Period | None:
    return seen(_around(anchor, timedelta(days=fields["relday"])), anchor)


def _around(anchor: Anchor, shift: timedelta) -> Days | None:
    return (anchor.day + shift,) * 2 if anchor.day else None


def _weekday(fields: Fields, anchor: Anchor) -> Period | None:
    return seen(weekday_near(anchor, fields["weekday"], fields.get("which")), anchor)


def _weekdays(fields: Fields, anchor: Anchor) -> Period | None:
    first = weekday_near(anchor, fields["weekday"], fields.get("which"))
    if first is None:
        return Period()
    return seen((first[0], first[0] + timedelta(days=(fields["weekday2"] - fields["weekday"]) % 7)), anchor)


def _which_week(fields: Fields, anchor: Anchor) -> Period | None:
    return seen(week_days(anchor.day, fields["which"]) if anchor.day else None, anchor)


def _weekend(fields: Fields, anchor: Anchor) -> Period | None:
    if anchor.day is None:
        return Period()
    saturday = weekday_near(anchor, 6, fields.get("which"))
    return seen((saturday[0], saturday[0] + timedelta(days=1)) if saturday else None, anchor)


def _which_period(fields: Fields, anchor: Anchor) -> Period | None:
    if anchor.day is None:
        return Period()
    if "relmonth" in fields:
        return seen(shift_month(anchor.day, fields["relmonth"]), anchor)
    return seen(year_days(anchor.day.year + fields["relyear"]), anchor)


def _unit_days(day: date, unit: int) -> Days:
    """The day, week (4), month (5), year (6) or decade (7) in which `day` lies."""
    if unit == 4:
        return week_days(day)
    if unit == 5:
        return month_days(day.year, day.month)
    if unit == 6:
        return year_days(day.year)
    if unit == 7:
        return date(day.year // 10 * 10, 1, 1), date(day.year // 10 * 10 + 9, 12, 31)
    return day, day


def _part_of_period(fields: Fields, anchor: Anchor) -> Period | None:
    return seen(_unit_days(anchor.day, fields["ofunit"]) if anchor.day else None, anchor)


def _moved(day: date, count: int, unit: int) -> date:
    """`day` moved by `count` units; hours and minutes stay within the day."""
    if unit <= 2:
        return day
    if unit <= 4:
        return day + timedelta(days=count * (7 if unit == 4 else 1))
    months = count * {5: 1, 6: 12, 7: 120}[unit]
    first, last = shift_month(day, months)
    return first.replace(day=min(day.day, last.day))


def _number(fields: Fields) -> int:
    """The number said; 1 where the unit stands alone, 0 for "няколко"."""
    return fields.get("digits", fields.get("count", 1))


def _shifted(fields: Fields, anchor: Anchor, sign: int) -> Period | None:
    count = _number(fields)
    if anchor.day is None or count == 0:
        return Period()
    return seen(_unit_days(_moved(anchor.day, sign * count, fields["unit"]), fields["unit"]), anchor)


def _span(fields: Fields, anchor: Anchor, sign: int) -> Period | None:
    count = _number(fields)
    if anchor.day is None or count == 0:
        return Period()
    first, last = sorted((anchor.day, _moved(anchor.day, sign * count, fields["unit"])))
    return seen((first, last), anchor)


def _holiday(fields: Fields, anchor: Anchor) -> Period | None:
    month, day = divmod(fields["holiday"], 100)
    if month == 0:
        return _yearly(fields, anchor, lambda year: (easter(year),) * 2, None)
    return _yearly(fields, anchor, lambda year: day_of(year, month, day), f"XXXX-{month:02}-{day:02}")


MEANINGS: dict[str, Callable[[Fields, Anchor], Period | None]] = {
    "day": _day,
    "day-of-month": _day_of_month,
    "days": _days,
    "two-days": _two_days,
    "month": _of_month,
    "which-month": _which_month,
    "months": _months,
    "year": _of_year,
    "years": _years,
    "decade": _decade,
    "season": _season,
    "quarter": _quarter,
    "relative-day": _relative_day,
    "weekday": _weekday,
    "weekdays": _weekdays,
    "which-week": _which_week,
    "weekend": _weekend,
    "which-period": _which_period,
    "part-of-period": _part_of_period,
    "ago": lambda fields, anchor: _shifted(fields, anchor, -1),
    "in": lambda fields, anchor: _shifted(fields, anchor, 1),
    "last": lambda fields, anchor: _span(fields, anchor, -1),
    "next": lambda fields, anchor: _span(fields, anchor, 1),
    "holiday": _holiday,
    "words": lambda fields, anchor: Period(),
}
