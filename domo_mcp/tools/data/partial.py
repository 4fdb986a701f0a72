"""Which periods of a chart are in the rows only in part: in a month that has only begun, sales did not fall."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import TYPE_CHECKING

from domo_mcp import sql
from domo_mcp.errors import DomoError, Refused, SqlRefused
from domo_mcp.sql import Select, quoted
from domo_mcp.sql.grouped import Period
from domo_mcp.tools.toolset import Call

if TYPE_CHECKING:
    from domo_mcp.charts.columns import Field, Value
    from domo_mcp.client.metadata import Dataset

_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_GAP = 4
"""So many of the data's own steps may be missing at an end: weekends, holidays, the rest of a month told by one day."""


@dataclass(frozen=True)
class _Span:
    """The first and the last day in the dataset, and how many days lie between two on average."""

    first: date
    last: date
    step: float


async def partly(call: Call, select: Select, dataset: Dataset, x: Field, period: Period) -> dict[Value, str]:
    """The first and last value of x where not all of their period is in the rows, each with what is."""
    from domo_mcp.charts.numbers import Grain, moment_text

    years = sorted(value for value in x.values if isinstance(value, float))
    quarters = sorted(value for value in x.values if isinstance(value, str) and _QUARTER.fullmatch(value))
    moments = sorted(value for value in x.values if isinstance(value, datetime))
    values: list[datetime] | list[float] | list[str] = moments or years or quarters
    first, last = (_stretch(values[at], period) for at in (0, -1)) if values else (None, None)
    if first is None or last is None or values[0] == values[-1]:
        return {}
    today = call.catalog.settings.today(call.now())
    data = await _span(call, select, dataset, period) if _is_open(period, last, today) else None

    def day(of: date) -> str:
        return moment_text(datetime.combine(of, datetime.min.time()), Grain.DAY)

    told: dict[Value, str] = {}
    if (since := _within(period.since, first)) is not None:
        told[values[0]] = f"the first {period.unit} is not whole: only rows from {day(since)} on were asked for"
    elif data and first[0] < data.first < first[1] and (data.first - first[0]).days > _GAP * data.step:
        told[values[0]] = f"the first {period.unit} is not whole: the data begin on {day(data.first)}"
    if last[0] <= today < last[1]:
        told[values[-1]] = f"the last {period.unit} is not over: today is {day(today)}"
    elif (until := _within(period.until, last)) is not None:
        told[values[-1]] = (
            f"the last {period.unit} is not whole: only rows up to {day(until - timedelta(days=1))} were asked for"
        )
    elif data and last[0] <= data.last < last[1] and (last[1] - data.last).days - 1 > _GAP * data.step:
        told[values[-1]] = f"the last {period.unit} is not whole: the data end on {day(data.last)}"
    return told


def _stretch(value: datetime | float | str, period: Period) -> tuple[date, date] | None:
    """From which day on up to which one a value of x counts; None where it is no such value."""
    if isinstance(value, str):
        return _quarter(value) if period.unit == "quarter" else None
    if not MINYEAR <= (value if isinstance(value, float) else value.year) < MAXYEAR:
        return None
    if isinstance(value, float) and period.unit == "year":
        value = datetime(int(value), 1, 1)  # noqa: DTZ001 - moments of charts are UTC without zone
    if isinstance(value, float) or value.time() != datetime.min.time():
        return None
    begin, end = value.date(), None
    match period.unit:
        case "day" | "week":
            end = begin + timedelta(days=1 if period.unit == "day" else 7)
        case "month":
            begin = begin.replace(day=1)
            end = (begin + timedelta(days=32)).replace(day=1)
        case "year" if (begin.month, begin.day) == (1, 1):
            end = begin.replace(year=begin.year + 1)
    return (begin, end) if end else None


def _quarter(value: str) -> tuple[date, date] | None:
    """From which day on up to which one 2026-Q3 is."""
    parts = _QUARTER.fullmatch(value)
    if not parts or not MINYEAR <= int(parts[1]) < MAXYEAR:
        return None
    begin = date(int(parts[1]), 3 * int(parts[2]) - 2, 1)
    return begin, (begin + timedelta(days=95)).replace(day=1)


def _within(day: date | None, stretch: tuple[date, date]) -> date | None:
    """The day where it cuts the stretch in two."""
    return day if day is not None and stretch[0] < day < stretch[1] else None


def _is_open(period: Period, last: tuple[date, date], today: date) -> bool:
    """Whether the ends of the data themselves may lie within the first or the last period."""
    now = last[0] <= today < last[1]
    return period.unit != "day" and (period.since is None or (period.until is None and not now))


async def _span(call: Call, select: Select, dataset: Dataset, period: Period) -> _Span | None:
    """From when to when the dataset has days, and how densely; None where that cannot be told."""
    column = quoted(period.column)
    asked = f"MIN({column}), MAX({column}), COUNT(DISTINCT DATE({column}))"
    statement = sql.parse(f"SELECT {asked} FROM {quoted(select.tables[0])}")  # noqa: S608 - quoted
    try:
        rows = (await call.domo.query.execute(dataset.id, statement, limit=1)).rows
    except (DomoError, Refused, SqlRefused):
        return None  # the chart is there; where its data begin is only good to know
    least, most, days = rows[0] if rows and len(rows[0]) == 3 else (None, None, None)
    first, last = _day(least), _day(most)
    if first is None or last is None or not isinstance(days, int) or days < 2:
        return None
    return _Span(first, last, (last - first).days / (days - 1))


def _day(value: object) -> date | None:
    try:
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None
