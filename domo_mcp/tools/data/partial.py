"""Which periods of a chart are in the rows only in part: in a month that has only begun, sales did not fall."""

from __future__ import annotations

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

Span = tuple[date | None, date | None]


async def partly(call: Call, select: Select, dataset: Dataset, x: Field, period: Period) -> dict[Value, str]:
    """The first and last value of x where not all of their period is in the rows, each with what is."""
    from domo_mcp.charts.numbers import Grain, moment_text

    values = sorted((value for value in x.values if isinstance(value, datetime | float)), key=_order)
    first, last = (_stretch(values[at], period) for at in (0, -1)) if values else (None, None)
    if first is None or last is None or values[0] == values[-1]:
        return {}
    today = call.catalog.settings.today(call.now())
    begin, end = await _span(call, select, dataset, period) if _is_open(period, last, today) else (None, None)

    def day(of: date) -> str:
        return moment_text(datetime.combine(of, datetime.min.time()), Grain.DAY)

    told: dict[Value, str] = {}
    if (since := _within(period.since, first)) is not None:
        told[values[0]] = f"the first {period.unit} is not whole: only rows from {day(since)} on were asked for"
    elif (since := _within(begin, first)) is not None:
        told[values[0]] = f"the first {period.unit} is not whole: the data begin on {day(since)}"
    if last[0] <= today < last[1]:
        told[values[-1]] = f"the last {period.unit} is not over: today is {day(today)}"
    elif (until := _within(period.until, last)) is not None:
        told[values[-1]] = (
            f"the last {period.unit} is not whole: only rows up to {day(until - timedelta(days=1))} were asked for"
        )
    elif end is not None and _within(end + timedelta(days=1), last):
        told[values[-1]] = f"the last {period.unit} is not whole: the data end on {day(end)}"
    return told


def _order(value: datetime | float) -> float:
    return value.timestamp() if isinstance(value, datetime) else value


def _stretch(value: datetime | float, period: Period) -> tuple[date, date] | None:
    """From which day on up to which one a value of x counts; None where it is no such value."""
    if not MINYEAR <= (value if isinstance(value, float) else value.year) < MAXYEAR:
        return None
    if isinstance(value, float):
        return (date(int(value), 1, 1), date(int(value) + 1, 1, 1)) if period.unit == "year" else None
    if value.time() != datetime.min.time():
        return None
    day = value.date()
    match period.unit:
        case "day":
            return day, day + timedelta(days=1)
        case "week":
            return day, day + timedelta(days=7)
        case "month":
            return day.replace(day=1), (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        case "year":
            return (date(day.year, 1, 1), date(day.year + 1, 1, 1)) if (day.month, day.day) == (1, 1) else None


def _within(day: date | None, stretch: tuple[date, date]) -> date | None:
    """The day where it cuts the stretch in two."""
    return day if day is not None and stretch[0] < day < stretch[1] else None


def _is_open(period: Period, last: tuple[date, date], today: date) -> bool:
    """Whether the ends of the data themselves may lie within the first or the last period."""
    now = last[0] <= today < last[1]
    return period.unit != "day" and (period.since is None or (period.until is None and not now))


async def _span(call: Call, select: Select, dataset: Dataset, period: Period) -> Span:
    """The first and the last day in the dataset; None where that cannot be told."""
    column = quoted(period.column)
    statement = sql.parse(f"SELECT MIN({column}), MAX({column}) FROM {quoted(select.tables[0])}")  # noqa: S608 - quoted
    try:
        rows = (await call.domo.query.execute(dataset.id, statement, limit=1)).rows
    except (DomoError, Refused, SqlRefused):
        return None, None  # the chart is there; where its data begin is only good to know
    least, most = rows[0] if rows and len(rows[0]) == 2 else (None, None)
    return _day(least), _day(most)


def _day(value: object) -> date | None:
    try:
        return datetime.fromisoformat(value).date() if isinstance(value, str) else None
    except ValueError:
        return None
