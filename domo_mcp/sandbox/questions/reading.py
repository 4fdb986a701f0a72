"""A question as understood: one aggregation, one list of groups, or one list of rows, over one schema."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domo_mcp.sandbox.questions.schema import Column, Schema


@dataclass(frozen=True)
class Condition:
    """A test of a row: `operator` is IN, NOT IN, IS NULL, IS NOT NULL, BETWEEN or a comparison sign."""

    column: Column
    operator: str
    values: tuple[str | Decimal | date, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A figure: SUM, AVG, MIN or MAX of a column; COUNT of rows; COUNT DISTINCT of a column; or a FORMULA.

    `per` is what it is divided by. With `share` it is the percentage of that figure: over the rows that meet `part`,
    or else in each group.
    """

    function: str
    column: Column | None = None
    share: bool = False
    part: tuple[Condition, ...] = ()
    per: Measure | None = None


@dataclass(frozen=True)
class Dimension:
    """What the figures are grouped by: a column, or a date column cut to day, week, month, quarter or year.

    `label` is the name of the thing whose key `column` is: two customers of one name stay two.
    """

    column: Column
    grain: str = ""
    label: Column | None = None


@dataclass(frozen=True)
class Having:
    """A test of a group's figure."""

    measure: Measure
    operator: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True)
class Reading:
    """What to select. With measures: figures per dimension. Without: distinct dimensions, or else the rows.

    `rows` are the columns of a list of rows (none: all). `direction` orders by the first measure, or by `row_order`;
    `extreme` keeps only the rows, or the groups, of its first value, however many share it. `sides` are two periods,
    of which a row must be in one; with `growth` each measure is given for both, with its change. With `counted` only
    the number of groups is given.
    """

    schema: Schema
    measures: tuple[Measure, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    rows: tuple[Column, ...] = ()
    conditions: tuple[Condition, ...] = ()
    having: tuple[Having, ...] = ()
    row_order: Column | None = None
    direction: str = ""
    extreme: bool = False
    limit: int | None = None
    sides: tuple[tuple[Condition, ...], ...] = ()
    growth: bool = False
    counted: bool = False
