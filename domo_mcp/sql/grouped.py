"""Dates by days, weeks, months, quarters or years: of which column, and from when to when WHERE lets rows in. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from domo_mcp.sql.bounds import bounds, column_of
from domo_mcp.sql.shares import bare, number_of

if TYPE_CHECKING:
    from sqlglot import exp

PeriodUnit = Literal["day", "week", "month", "quarter", "year"]

_FORMATS: dict[str, PeriodUnit] = {
    "%Y": "year", "%Y-01-01": "year", "%Y-%m": "month", "%Y-%m-01": "month", "%Y-%m-%d": "day",
}  # fmt: skip
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
    return Period(*found, *bounds(tree, found[0], today)) if found else None


def _period(node: exp.Expr) -> tuple[str, PeriodUnit] | None:
    """The column of dates and the period that an expression puts it into."""
    from sqlglot import exp

    unit: PeriodUnit | None = None
    if isinstance(node, exp.Concat):
        return _quarter(node)
    if isinstance(node, exp.Column):
        unit = "day"
    elif isinstance(node, exp.TimeToStr):
        unit = _FORMATS.get(node.args["format"].name)
    elif isinstance(node, exp.Year):
        unit = "year"
    elif isinstance(node, exp.LastDay):
        unit = "month"
    elif isinstance(node, exp.TsOrDsToDate | exp.Cast):
        if not column_of(node):
            return _period(node.this)  # DATE(DATE_FORMAT(d, '%Y-%m-01')) is a month
        unit = "day" if isinstance(node, exp.TsOrDsToDate) or node.is_type("date") else None
    elif isinstance(node, exp.DateSub):
        unit = _stepped_back(node)
    column = column_of(node if isinstance(node, exp.Column) else node.this) if unit else None
    return (column, unit) if column and unit else None


def _quarter(node: exp.Concat) -> tuple[str, PeriodUnit] | None:
    """The column of CONCAT(YEAR(d), '-Q', QUARTER(d))."""
    from sqlglot import exp

    match node.expressions:
        case [exp.Year() as year, exp.Literal() as between, exp.Quarter() as quarter] if between.name == "-Q":
            column = column_of(year.this)
            return (column, "quarter") if column and column == column_of(quarter.this) else None
    return None


def _stepped_back(node: exp.DateSub) -> PeriodUnit | None:
    """The first day of a week or month: so many days back as the date is into it."""
    from sqlglot import exp

    steps, back = bare(node.expression), 0.0
    if isinstance(steps, exp.Sub):
        steps, back = bare(steps.this), number_of(bare(steps.expression)) or 0.0
    name = steps.name.upper() if isinstance(steps, exp.Anonymous) else steps.key.upper()
    unit = "week" if name == "DAYOFWEEK" else _STEPS.get(name.replace("DAY_OF_MONTH", "DAYOFMONTH"))
    fits = back == (0 if name == "WEEKDAY" else 1) and node.text("unit").upper() == "DAY"
    return unit if fits and column_of(node.this) == column_of(next(iter(steps.find_all(exp.Column)), steps)) else None
