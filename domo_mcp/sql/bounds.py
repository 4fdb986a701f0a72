"""From which day on, and up to which, WHERE lets rows in: by days, or by years. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import TYPE_CHECKING

from domo_mcp.errors import InvalidInput
from domo_mcp.sql import periods
from domo_mcp.sql.scopes import folded
from domo_mcp.sql.shares import bare

if TYPE_CHECKING:
    from sqlglot import exp


def bounds(tree: exp.Select, column: str, today: date | None) -> tuple[date | None, date | None]:
    """From which day on, and up to which, WHERE lets rows of the column in."""
    since, until = list[date](), list[date]()
    where = tree.args.get("where")
    for term in _terms(where.this) if where else ():
        for side, begins, closed, value in _sides(term):
            if _is(side, column):
                days = _days(value, today)
                days = days if begins or not closed else _days_after(days)
            elif _is_year(side, column):
                days = [day for year in _years(value, today) for day in _first_of(year + (begins != closed))]
            else:
                continue
            (since if begins else until).extend(days)
    return max(since, default=None), min(until, default=None)


def _sides(term: exp.Expr) -> Iterator[tuple[exp.Expr, bool, bool, exp.Expr]]:
    """What is compared, whether rows begin (or end) there, whether that is still in, and with what."""
    from sqlglot import exp

    if isinstance(term, exp.Between):
        yield term.this, True, True, term.args["low"]
        yield term.this, False, True, term.args["high"]
    elif isinstance(term, exp.GTE | exp.GT | exp.LT | exp.LTE):
        begins, closed = isinstance(term, exp.GTE | exp.GT), isinstance(term, exp.GTE | exp.LTE)
        yield term.this, begins, closed, term.expression
        yield term.expression, not begins, closed, term.this
    elif isinstance(term, exp.EQ):
        for side, value in ((term.this, term.expression), (term.expression, term.this)):
            yield side, True, True, value
            yield side, False, True, value


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
    return folded(column_of(node) or "") == folded(column)


def _is_year(node: exp.Expr, column: str) -> bool:
    from sqlglot import exp

    return isinstance(node, exp.Year) and _is(node.this, column)


def _years(node: exp.Expr, today: date | None) -> list[int]:
    """The year that an expression means: a number, or that of a day."""
    from sqlglot import exp

    node = bare(node)
    if isinstance(node, exp.Literal):
        return [int(node.name)] if node.name.isdecimal() else []
    inside = node.this if isinstance(node, exp.Year) else None
    inside = inside.this if isinstance(inside, exp.TsOrDsToDate) else inside
    return [day.year for day in _days(inside, today)] if inside else []


def _first_of(year: int) -> list[date]:
    """1 January; none of a year that no date has."""
    return [date(year, 1, 1)] if MINYEAR <= year <= MAXYEAR else []


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


def column_of(node: exp.Expr) -> str | None:
    """The column that stands there, at most read as a date."""
    from sqlglot import exp

    while isinstance(node, exp.TsOrDsToTimestamp | exp.TsOrDsToDate | exp.Cast | exp.Paren):
        node = node.this
    return node.name if isinstance(node, exp.Column) else None
