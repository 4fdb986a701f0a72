"""Dates by days, weeks, months or years: of which column, and from when to when WHERE lets rows in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from domo_mcp.errors import InvalidInput
from domo_mcp.sql import periods
from domo_mcp.sql.scopes import folded
from domo_mcp.sql.shares import bare, number_of

if TYPE_CHECKING:
    from sqlglot import exp

PeriodUnit = Literal["day", "week", "month", "year"]

_FORMATS: dict[str, PeriodUnit] = {"%Y": "year", "%Y-%m": "month", "%Y-%m-01": "month", "%Y-%m-%d": "day"}
_STEPS: dict[str, PeriodUnit] = {"WEEKDAY": "week", "DAYOFMONTH": "month", "DAY": "month"}


@dataclass(frozen=True)
class Period:
    """A column of dates put together by `unit`; rows before `since` and from `until` on are not asked for."""

    column: str
    unit: PeriodUnit
    since: date | None = None
    until: date | None = None


def period_of(node: exp.Expr, tree: exp.Select, today: date | None) -> Period | None:
    """The period that a column of an answer stands for; None where that is not certain."""
    found = _period(node)
    return Period(*found, *_bounds(tree, found[0], today)) if found else None


def _period(node: exp.Expr) -> tuple[str, PeriodUnit] | None:
    """The column of dates and the period that an expression puts it into."""
    from sqlglot import exp

    unit: PeriodUnit | None = None
    if isinstance(node, exp.Column):
        unit = "day"
    elif isinstance(node, exp.TimeToStr):
        unit = _FORMATS.get(node.args["format"].name)
    elif isinstance(node, exp.Year):
        unit = "year"
    elif isinstance(node, exp.LastDay):
        unit = "month"
    elif isinstance(node, exp.TsOrDsToDate):
        unit = "day"
    elif isinstance(node, exp.DateSub):
        unit = _stepped_back(node)
    column = _column(node if isinstance(node, exp.Column) else node.this) if unit else None
    return (column, unit) if column and unit else None


def _stepped_back(node: exp.DateSub) -> PeriodUnit | None:
    """The first day of a week or month: so many days back as the date is into it."""
    from sqlglot import exp

    steps, back = bare(node.expression), 0.0
    if isinstance(steps, exp.Sub):
        steps, back = bare(steps.this), number_of(bare(steps.expression)) or 0.0
    name = steps.name.upper() if isinstance(steps, exp.Anonymous) else steps.key.upper()
    unit = "week" if name == "DAYOFWEEK" else _STEPS.get(name.replace("DAY_OF_MONTH", "DAYOFMONTH"))
    fits = back == (0 if name == "WEEKDAY" else 1) and node.text("unit").upper() == "DAY"
    return unit if fits and _column(node.this) == _column(next(iter(steps.find_all(exp.Column)), steps)) else None


def _column(node: exp.Expr) -> str | None:
    """The column that stands there, at most read as a date."""
    from sqlglot import exp

    while isinstance(node, exp.TsOrDsToTimestamp | exp.TsOrDsToDate | exp.Cast | exp.Paren):
        node = node.this
    return node.name if isinstance(node, exp.Column) else None


def _bounds(tree: exp.Select, column: str, today: date | None) -> tuple[date | None, date | None]:
    """From which day on, and up to which, WHERE lets rows of the column in."""
    from sqlglot import exp

    since, until = list[date](), list[date]()
    where = tree.args.get("where")
    for term in _terms(where.this) if where else ():
        if isinstance(term, exp.Between) and _is(term.this, column):
            since += _days(term.args["low"], today)
            until += _days_after(_days(term.args["high"], today))
        elif isinstance(term, exp.GTE | exp.GT | exp.LT | exp.LTE):
            begins = isinstance(term, exp.GTE | exp.GT)
            side, value = term.this, term.expression
            if _is(value, column):
                side, value, begins = value, side, not begins
            days = _days(value, today) if _is(side, column) else []
            if begins:
                since += days
            else:
                until += _days_after(days) if isinstance(term, exp.LTE | exp.GTE) else days
    return max(since, default=None), min(until, default=None)


def _days_after(days: list[date]) -> list[date]:
    """The next day of each; none of the last there is, which stands for an open end."""
    return [day + timedelta(days=1) for day in days if day < date.max]


def _terms(node: exp.Expr) -> Iterator[exp.Expr]:
    from sqlglot import exp

    if isinstance(node, exp.And):
        yield from _terms(node.this)
        yield from _terms(node.expression)
    elif isinstance(node, exp.Paren):
        yield from _terms(node.this)
    else:
        yield node


def _is(node: exp.Expr, column: str) -> bool:
    return folded(_column(node) or "") == folded(column)


def _days(node: exp.Expr, today: date | None) -> list[date]:
    """The day that an expression means; none where that cannot be told."""
    from sqlglot import exp

    node = bare(node)
    if isinstance(node, exp.Literal) and node.is_string:
        try:
            return [datetime.fromisoformat(node.name).date()]
        except ValueError:
            return []
    if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp) or (
        isinstance(node, exp.Anonymous) and node.name.upper() == "NOW"
    ):
        return [today] if today else []
    if isinstance(node, exp.DateSub) and node.text("unit").lower() in {"day", "week", "month", "quarter", "year"}:
        return [day for of in _days(node.this, today) for day in _days_before(node, of)]
    return []


def _days_before(node: exp.DateSub, day: date) -> list[date]:
    unit = node.text("unit").lower()
    try:
        count = int(node.expression.name)
        moment = periods.before(datetime.combine(day, datetime.min.time()), count, unit)  # type: ignore[arg-type]
    except (ValueError, InvalidInput):
        return []
    return [moment.date()]
