"""Time expressions -> half-open date ranges, computed from today. Weeks begin on Monday."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from domo_mcp.sandbox.questions.schema import NotUnderstood

_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = (
    {name[:3]: n for n, name in enumerate(_NAMES, 1)} | {name: n for n, name in enumerate(_NAMES, 1)} | {"sept": 9}
)
_SMALL = {
    word: n
    for n, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_UP_TO_NOW = (("to", "date"), ("so", "far"))
_TO_DATE = {"ytd": "year", "qtd": "quarter", "mtd": "month"}

_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_UNIT = r"(?P<unit>day|week|month|quarter|year)s?"
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(_SMALL) + ")"
_TH = r"(?: ?(?:st|nd|rd|th))?"
_INTO = (
    "in|during|on|for|of|within|throughout|the|all|whole|entire|full|calendar year|year|"
    f"month of(?= (?:{'|'.join(_MONTHS)}) )"
)
_LEAD = rf"(?P<lead>(?:(?:{_INTO}) )*)"
_WHICH = r"(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r"|q[1-4]|\d{4}-\d\d-\d\d)(?: (?:19|20)\d\d)?"
_START = r"(?:from |between )(?:the )?(?P<start>.+?) (?:to|and|until|till|through) (?P<end>.+)"
_SPAN = rf"(?:in |during |of |for )?(?P<start>{_WHICH}) (?:to|through|until|till) (?P<end>.+)"
_EDGE = r"(?P<side>since|from|after|before|until|till|through) (?P<edge>.+)"
_BEGUN = re.compile(r"(?P<side>since|from) (?:the )?(?:start|beginning) of (?P<the>the )?(?P<edge>.+)")
_WHOSE = r"(?: (?:of |in )?(?:the )?(?P<whose>last|this|previous|current) year)"


@dataclass(frozen=True)
class Period:
    """Dates from `start` on and before `end`; None leaves that side open."""

    start: date | None
    end: date | None
    parts: tuple[Period, ...] = field(default=(), compare=False)  # the two ends of `from 2024 to 2025`


def period_at(words: Sequence[str], today: date) -> tuple[Period, int] | None:
    """Read a time expression at the beginning of `words`; return it with the number of words it takes.

    Raises NotUnderstood for an expression that means a period in two ways, such as `last year to date`.
    """
    leads = tuple(words[:2]) in _UP_TO_NOW
    found = _plain(words[2:] if leads else words, today)
    if found is None:
        return (Period(None, today + timedelta(days=1)), 2) if leads else None
    period, length = found
    if leads or tuple(words[length : length + 2]) in _UP_TO_NOW:
        length += 2
        return _up_to_today(period, " ".join(words[:length]), today), length
    return found


def _plain(words: Sequence[str], today: date) -> tuple[Period, int] | None:
    text = " ".join(words[:12])
    return _range(text, today) or _begun_since(text, today) or _open(text, today) or _single(text, today)


def _begun_since(text: str, today: date) -> tuple[Period, int] | None:
    """Read `since the start of 2026`, `since the beginning of the year`."""
    if not (match := _BEGUN.match(text)):
        return None
    edge = f"this {match['edge']}" if match["the"] and not match["edge"].startswith(("last", "this")) else match["edge"]
    found = _open(f"{match['side']} {edge}", today)
    skipped = len(text[: match.start("edge")].split()) - 1 - (edge != match["edge"])
    return (found[0], found[1] + skipped) if found else None


def _up_to_today(period: Period, text: str, today: date) -> Period:
    """Cut a period that holds today after it; of one that has ended, `to date` could be all or a part."""
    if period.start is None or period.start > today or (period.end and period.end <= today):
        raise NotUnderstood(f"`{text}` could be all of it or a part: say from which day to which", (text,))
    return Period(period.start, today + timedelta(days=1))


def _range(text: str, today: date) -> tuple[Period, int] | None:
    match = re.match(_START, text) or re.match(_SPAN, text)
    end = match and _single(f"in {match['end']}", today)
    if not match or not end:
        return None
    year = re.search(_YEAR, " ".join(match["end"].split()[: end[1] - 1]))
    start = (year and _whole(f"in {match['start']} {year[0]}", today)) or _whole(f"in {match['start']}", today)
    if not start or not start.start or not end[0].end or start.start >= end[0].end:
        return None
    return Period(start.start, end[0].end, (start, end[0])), len(text[: match.start("end")].split()) + end[1] - 1


def _open(text: str, today: date) -> tuple[Period, int] | None:
    match = re.match(_EDGE, text)
    edge = match and _single(f"in {match['edge']}", today)
    if not match or not edge:
        return None
    (inner, length), side = edge, match["side"]
    starts = {"since": inner.start, "from": inner.start, "after": inner.end}
    ends = {"before": inner.start}
    period = Period(starts[side], None) if side in starts else Period(None, ends.get(side, inner.end))
    return period, length - 1 + len(side.split())


def _whole(text: str, today: date) -> Period | None:
    found = _single(text, today)
    return found[0] if found and found[1] == len(text.split()) else None


def _single(text: str, today: date) -> tuple[Period, int] | None:
    for pattern, build in _RULES:
        if (match := pattern.match(text)) and (period := _valid(build, match, today)):
            return period, len(match[0].split())
    return None


def _valid(build: _Build, match: re.Match[str], today: date) -> Period | None:
    try:
        return build(match, today)
    except ValueError:  # 31 April, a 13th month
        return None


def _calendar(unit: str, day: date, step: int = 0) -> Period:
    """Return the calendar unit that holds `day`, moved by `step` units."""
    if unit in {"day", "week"}:
        length = timedelta(days=7 if unit == "week" else 1)
        start = day - timedelta(days=day.weekday() if unit == "week" else 0) + step * length
        return Period(start, start + length)
    months = _MONTHS_IN[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(_add_months(first, step * months), _add_months(first, (step + 1) * months))


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _rolling(match: re.Match[str], today: date) -> Period:
    """Return the last so many units up to and including today."""
    unit, count, end = match["unit"], match["count"] or "one", today + timedelta(days=1)
    number = _SMALL.get(count) or int(count)
    if unit == "quarter":
        raise NotUnderstood(f"`{match[0]}` could be calendar quarters or months up to today: say which", (match[0],))
    if unit in {"day", "week"}:
        return Period(end - timedelta(days=number * (7 if unit == "week" else 1)), end)
    return Period(_add_months(end, -number * _MONTHS_IN[unit]), end)


def _edge(match: re.Match[str], _: date) -> Period:
    """Return the first or the last so many months of a year."""
    number = _SMALL.get(match["count"] or "one") or int(match["count"])
    year = Period(date(int(match["year"]), 1, 1), date(int(match["year"]) + 1, 1, 1))
    step = _MONTHS_IN[match["unit"]] * number
    if step > 12:
        raise ValueError(match[0])
    if match["edge"] == "first":
        return Period(year.start, _add_months(date(int(match["year"]), 1, 1), step))
    return Period(_add_months(date(int(match["year"]) + 1, 1, 1), -step), year.end)


def _whole_units(match: re.Match[str], today: date) -> Period:
    """Return the last so many calendar units before the one of today."""
    number = _SMALL.get(match["count"]) or int(match["count"])
    end = _calendar(match["unit"], today).start
    return Period(_calendar(match["unit"], today, -number).start, end)


def _week_of(match: re.Match[str], _: date) -> Period:
    return _calendar("week", date.fromisoformat(match["iso"]))


def _named(match: re.Match[str], today: date) -> Period:
    """Return a calendar unit; `the last year` could also be the twelve months up to today."""
    if match["which"] == "last" and match["lead"].endswith("the "):
        unit = match["unit"]
        readings = f"the calendar {unit}, or the time up to today: say `last {unit}` or `past {unit}`"
        raise NotUnderstood(f"`the last {unit}` could be {readings}", (f"the last {unit}",))
    return _calendar(match["unit"], today, 0 if match["which"] in {"this", "current"} else -1)


def _so_far(match: re.Match[str], today: date) -> Period:
    unit = match["unit"] or _TO_DATE[match["short"]]
    return Period(_calendar(unit, today).start, today + timedelta(days=1))


def _quarter(match: re.Match[str], today: date) -> Period:
    return _begun("quarter", _QUARTERS[match["quarter"]] * 3 - 2, match["year"] or match["before"], today)


def _half(match: re.Match[str], today: date) -> Period:
    """Return six months, of the year given or of the latest that has begun."""
    first = 1 if match["half"] in {"h1", "first half"} else 7
    year = _year_of(match, today) or (today.year if first <= today.month else today.year - 1)
    return Period(date(year, first, 1), _add_months(date(year, first, 1), 6))


def _year_of(match: re.Match[str], today: date) -> int | None:
    """Return the year said, as a number or as last or this year."""
    given = match.groupdict()
    if given.get("year"):
        return int(given["year"])
    whose = given.get("whose")
    return today.year - (whose in {"last", "previous"}) if whose else None


def _month_of(match: re.Match[str], today: date) -> Period:
    return _calendar("month", date(_year_of(match, today) or today.year, _MONTHS[match["month"]], 1))


def _quarter_of(match: re.Match[str], today: date) -> Period:
    month = _QUARTERS[match["quarter"]] * 3 - 2
    return _calendar("quarter", date(_year_of(match, today) or today.year, month, 1))


def _last_month(match: re.Match[str], today: date) -> Period:
    """Return the latest such month that is over: last November, asked in a November, is that of the year before."""
    month = _MONTHS[match["month"]]
    return _calendar("month", date(today.year - (month >= today.month), month, 1))


def _month(match: re.Match[str], today: date) -> Period | None:
    if match["month"] in {"may", "march"} and not match["lead"].strip() and not match["year"]:
        return None  # both are verbs too
    return _begun("month", _MONTHS[match["month"]], match["year"], today)


def _begun(unit: str, month: int, year: str | None, today: date) -> Period:
    """Return the month or quarter that begins in `month`: of the year given, else the latest that has begun."""
    latest = today.year if month <= today.month else today.year - 1
    return _calendar(unit, date(int(year) if year else latest, month, 1))


def _day(match: re.Match[str], _: date) -> Period:
    return _calendar("day", date(int(match["year"]), _MONTHS[match["month"]], int(match["day"])))


_Build = Callable[[re.Match[str], date], Period | None]
_RULES: list[tuple[re.Pattern[str], _Build]] = [
    (re.compile(rf"{_LEAD}(?:{pattern})(?!\S)"), build)
    for pattern, build in (
        (rf"(?P<edge>first|last|final) (?:{_COUNT} )?(?P<unit>month|quarter|year)s? (?:of|in) {_YEAR}", _edge),
        (rf"(?:last|past|previous) {_COUNT} (?:full|complete|completed|whole|calendar|entire) {_UNIT}", _whole_units),
        (r"week (?:of|starting|beginning) (?P<iso>\d{4}-\d\d-\d\d)", _week_of),
        (r"(?P<iso>\d{4}-\d\d-\d\d)", lambda m, _: _calendar("day", date.fromisoformat(m["iso"]))),
        (rf"{_MONTH} (?P<day>\d\d?){_TH} (?:, )?{_YEAR}", _day),
        (rf"{_MONTH}{_WHOSE}", _month_of),
        (rf"last {_MONTH}", _last_month),
        (rf"(?P<quarter>q[1-4]){_WHOSE}", _quarter_of),
        (rf"(?P<quarter>first|second|third|fourth) quarter{_WHOSE}", _quarter_of),
        (rf"(?P<half>h[12]|(?:first|second) half)(?:{_WHOSE}|(?: of)? {_YEAR})?", _half),
        (rf"(?P<day>\d\d?){_TH} (?:of )?{_MONTH} {_YEAR}", _day),
        (rf"(?:last|past|previous|preceding|trailing|most recent) {_COUNT} {_UNIT}", _rolling),
        (rf"past(?P<count>) {_UNIT}", _rolling),
        (rf"(?P<which>this|current|last|previous) (?:calendar |full |whole )?{_UNIT}(?<!s)", _named),
        (rf"(?:{_UNIT} to date|(?P<short>ytd|qtd|mtd))", _so_far),
        (rf"(?:(?P<before>(?:19|20)\d\d) )?(?P<quarter>q[1-4])(?: (?:of )?{_YEAR})?", _quarter),
        (rf"(?P<before>)(?P<quarter>first|second|third|fourth) quarter(?: of {_YEAR})?", _quarter),
        (rf"{_MONTH}(?: (?:, |of )?{_YEAR})?", _month),
        (r"today", lambda _, today: _calendar("day", today)),
        (r"yesterday", lambda _, today: _calendar("day", today, -1)),
        (_YEAR, lambda m, _: _calendar("year", date(int(m["year"]), 1, 1))),
    )
]
