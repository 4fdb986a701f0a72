"""A question in the Data API's words as one SELECT, for the surfaces that have SQL only.

What the document leaves open is assumed and stands here: weeks begin on Sunday and week 1 holds 1 January; periods are
named 2026-11, 2026-Q4, 2026-W47; `todate` and `last` end now, and `last 7 days` are seven dates with today among them;
a missing value fits no condition.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from domo_mcp.errors import InvalidInput, Refused, UnknownName
from domo_mcp.sql.conditions import Comparison, Condition, Last, Membership, Scalar, ToDate, scalar
from domo_mcp.sql.data_query import Aggregate, DataQuery, Grain, Order
from domo_mcp.sql.parsing import parse
from domo_mcp.sql.periods import before, start
from domo_mcp.sql.select import Select, quoted

_NUMBERS = frozenset({"LONG", "DOUBLE", "DECIMAL"})
_DATES = frozenset({"DATE", "DATETIME"})
_AGGREGATES: Mapping[Aggregate, str] = {
    "avg": "AVG({})",
    "count": "COUNT({})",
    "max": "MAX({})",
    "min": "MIN({})",
    "sum": "SUM({})",
    "unique": "COUNT(DISTINCT {})",
}
_PERIODS: Mapping[Grain, str] = {
    "day": "DATE({0})",
    "week": "CONCAT(LEFT(YEARWEEK({0}, 11), 4), '-W', RIGHT(YEARWEEK({0}, 11), 2))",
    "month": "DATE_FORMAT({0}, '%Y-%m')",
    "quarter": "CONCAT(YEAR({0}), '-Q', QUARTER({0}))",
    "year": "YEAR({0})",
}


class TypedColumn(Protocol):
    """A column with Domo's name for its type."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...


def to_select(query: DataQuery, columns: Sequence[TypedColumn], now: datetime) -> Select:
    """The SELECT that answers `query`, FROM table; `columns` are those the caller may see, `now` the local time.

    As the Data API does: where rows are grouped, numbers are summed and of other columns the different values are
    counted, unless an aggregate is given; aggregates without groups give one row of them alone. Raises `UnknownName`
    for a name that no column has, `InvalidInput` for an aggregate or a period that does not fit the column's type,
    `Refused` for the fiscal calendar and beast modes.
    """
    if query.calendar == "fiscal":
        raise Refused(
            "The fiscal calendar is the Data API's own; in SQL there is only the standard one.",
            "Ask by month and put the months together by the fiscal start that get_schema_context tells.",
        )
    if query.use_beast_modes:
        raise Refused(
            "Beast modes are no columns in SQL.",
            "Get the formula with get_dataset, include formulas, and write it out in run_sql.",
        )
    return parse(_Writer(query, columns, now).statement())


class _Writer:
    """One query over one set of columns."""

    def __init__(self, query: DataQuery, columns: Sequence[TypedColumn], now: datetime) -> None:
        self._types = {column.name: column.type for column in columns}
        self._now = now.replace(tzinfo=None, microsecond=0)
        self._query = self._resolved(query)
        grain = self._query.date_grain
        self._period = _PERIODS[grain.grain].format(quoted(self._dated(grain.field))) if grain else ""

    def statement(self) -> str:
        query = self._query
        # The period takes the place of its date, also where that is grouped by.
        dated = {query.date_grain.field} if query.date_grain else set[str]()
        groups = [*([self._period] if self._period else []), *(quoted(n) for n in query.group_by if n not in dated)]
        clauses = [
            f"SELECT {', '.join(self._selected()) or '*'} FROM table",
            f"WHERE {' AND '.join(map(self._condition, query.where))}" if query.where else "",
            f"GROUP BY {', '.join(groups)}" if groups else "",
            f"ORDER BY {', '.join(map(self._order, query.order_by))}" if query.order_by else "",
            f"LIMIT {query.limit}" if query.limit is not None else "",
            f"OFFSET {query.offset}" if query.offset else "",
        ]
        return " ".join(clause for clause in clauses if clause)

    def _selected(self) -> Iterator[str]:
        query = self._query
        if not query.aggregates:
            yield from map(quoted, query.fields)
            return
        if query.date_grain:
            yield f"{self._period} AS {quoted(query.date_grain.column)}"
        for name in self._shown():
            value = self._value(name)
            yield value if value == quoted(name) else f"{value} AS {quoted(name)}"

    def _shown(self) -> list[str]:
        """The columns of a grouped result, but for the period."""
        query = self._query
        if not query.groups:
            return list(query.aggregated)
        grain = query.date_grain
        replaced = {grain.field, grain.column} if grain else set()
        named = dict.fromkeys((*query.fields, *query.aggregated)) if query.fields else self._types
        return [name for name in named if name not in replaced]

    def _value(self, name: str) -> str:
        """What stands for the column in a grouped result."""
        if name in self._query.group_by:
            return quoted(name)
        numeric = self._types[name] in _NUMBERS
        kind = self._query.aggregated.get(name) or ("sum" if numeric else "unique")
        if kind in {"sum", "avg"} and not numeric:
            raise InvalidInput(
                f"`{name}` is {self._types[name]}: {kind} takes a number.", "Use count, unique, min or max."
            )
        return _AGGREGATES[kind].format(quoted(name))

    def _order(self, order: Order) -> str:
        grain = self._query.date_grain
        if grain and order.field in {grain.field, grain.column}:
            value = self._period
        else:
            value = self._value(order.field) if self._query.aggregates else quoted(order.field)
        return f"{value} DESC" if order.descending else value

    def _condition(self, condition: Condition) -> str:
        column = quoted(condition.column)
        match condition:
            case Comparison(name, "contains" | "!contains" as operator, value):
                return f"INSTR({column}, {_text(str(value))}) {'>' if operator == 'contains' else '='} 0"
            case Comparison(name, operator, value):
                return f"{column} {operator} {self._literal(name, value)}"
            case Membership(name, values, negated):
                listed = ", ".join(self._literal(name, value) for value in values)
                return f"{column} {'NOT IN' if negated else 'IN'} ({listed})"
            case ToDate(name, unit):
                return self._up_to_now(name, ">=", start(self._now.date(), unit))
            case Last(name, count, unit):
                if unit == "hour" and self._types[name] == "DATE":
                    raise InvalidInput(f"`{name}` is a DATE and has no hours.", "Ask for days.")
                return self._up_to_now(name, ">", before(self._now, count, unit))

    def _up_to_now(self, name: str, since: str, begin: datetime) -> str:
        column = quoted(self._dated(name))
        if self._types[name] == "DATE":
            return f"{column} {since} '{begin.date()}' AND {column} <= '{self._now.date()}'"
        return f"{column} {since} '{begin}' AND {column} <= '{self._now}'"

    def _literal(self, name: str, value: Scalar) -> str:
        """A number for a number column; for any other the text, which is how such columns hold digits."""
        if isinstance(value, str):
            if self._types[name] in _NUMBERS and not re.fullmatch(r"-?\d+(\.\d+)?", value.strip()):
                raise InvalidInput(
                    f"`{name}` holds numbers, and {value[:40]!r} is none.", "Write a number, like 1000.5."
                )
            return _text(value)
        return scalar(value) if self._types[name] in _NUMBERS else _text(scalar(value))

    def _dated(self, name: str) -> str:
        if self._types[name] not in _DATES:
            raise InvalidInput(f"`{name}` is {self._types[name]}, not a date.", "Name a DATE or DATETIME column.")
        return name

    def _resolved(self, query: DataQuery) -> DataQuery:
        """The query in the columns' own spelling."""
        spelled = {name: self._column(name) for name in query.names}
        made = {query.date_grain.column} if query.date_grain else set[str]()
        return replace(
            query,
            fields=tuple(spelled[name] for name in query.fields),
            where=tuple(replace(condition, column=spelled[condition.column]) for condition in query.where),
            group_by=tuple(spelled[name] for name in query.group_by),
            aggregate={kind: tuple(spelled[name] for name in names) for kind, names in query.aggregate.items()},
            date_grain=replace(query.date_grain, field=spelled[query.date_grain.field]) if query.date_grain else None,
            order_by=tuple(
                order if order.field in made else replace(order, field=spelled[order.field]) for order in query.order_by
            ),
        )

    def _column(self, name: str) -> str:
        same = [own for own in self._types if own.casefold() == name.casefold()]
        if name in self._types or len(same) == 1:
            return name if name in self._types else same[0]
        near = difflib.get_close_matches(name, self._types, n=3, cutoff=0.6)
        raise UnknownName(
            f"There is no column `{name[:100]}`.",
            f"Nearest: {', '.join(map(quoted, near))}." if near else f"There are: {', '.join(list(self._types)[:40])}.",
        )


def _text(value: str) -> str:
    if "\\" in value or not value.isprintable():
        raise Refused("A text with a backslash or a control character is not put into SQL here.", "Use run_sql for it.")
    return "'" + value.replace("'", "''") + "'"
