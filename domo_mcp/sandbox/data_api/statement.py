"""A question of the Data API as one SELECT in Domo's SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domo_mcp.sandbox.data_api.conditions import condition
from domo_mcp.sandbox.data_api.fields import Field, Fields, quoted
from domo_mcp.sandbox.data_api.periods import GRAIN_NAMES, Calendar
from domo_mcp.sandbox.data_api.query import DataQuery, Function, Order
from domo_mcp.sandbox.refusals import QueryError

_FUNCTIONS: dict[Function, str] = {
    "avg": "AVG({})", "count": "COUNT({})", "max": "MAX({})", "min": "MIN({})", "sum": "SUM({})",
    "unique": "COUNT(DISTINCT {})",
}  # fmt: skip
_NO_LIMIT = 2**62


def statement(query: DataQuery, fields: Fields, calendar: Calendar, *, table: str) -> str:
    """Give the SELECT that answers a question; `table` is the name that the fields' expressions are qualified with.

    Raises:
        QueryError: the question names what there is not, or orders on an aggregation.
    """
    return _Statement(query, fields, calendar).sql(table)


class _Statement:
    """The parts of one SELECT.

    Without useBeastMode a grouped field that no aggregation names is summed, or its unique entries counted; with it
    the field stays as it is, and the engine refuses what is neither grouped nor aggregated.
    """

    def __init__(self, query: DataQuery, fields: Fields, calendar: Calendar) -> None:
        self.query, self.fields, self.calendar = query, fields, calendar
        self.dated = fields.date(query.grain.field) if query.grain else None
        self.dated_name = GRAIN_NAMES[query.grain.grain] if query.grain else ""
        self.keys = [field for field in map(fields.__getitem__, query.groups) if not _same(field, self.dated)]
        self.aggregates = [(each.function, fields[each.field]) for each in query.aggregations]
        self.is_grouped = bool(self.keys or self.dated)

    def sql(self, table: str) -> str:
        query = self.query
        clauses = [
            f"SELECT {', '.join(self._selected())} FROM table AS {quoted(table)}",
            _clause(
                "WHERE", [f"({condition(each, self.fields, self.calendar)})" for each in query.conditions], " AND "
            ),
            _clause("GROUP BY", [*self._labels(), *(key.expression for key in self.keys)]),
            _clause("ORDER BY", [self._ordered(order) for order in query.orders]),
            f"LIMIT {_NO_LIMIT if query.limit is None else query.limit} OFFSET {query.offset}",
        ]
        return " ".join(filter(None, clauses))

    def _labels(self) -> list[str]:
        if self.query.grain is None or self.dated is None:
            return []
        return [self.calendar.label(self.dated.expression, self.query.grain.grain)]

    def _selected(self) -> Iterator[str]:
        """Without groups, aggregations stand alone: the result is one row."""
        alone = self.aggregates and not self.is_grouped
        chosen = [self.fields[name] for name in self.query.fields] or list(self.fields)
        named = [] if alone else chosen
        for field in named:
            yield from self._columns(field)
        for function, field in self.aggregates:
            if not any(_same(field, each) for each in named):
                yield _aggregate(function, field)

    def _columns(self, field: Field) -> Iterator[str]:
        """Give what stands for a chosen field; a column under the date grain's name gives way to it."""
        functions = [function for function, of in self.aggregates if _same(of, field)]
        if _same(field, self.dated):
            yield from (_as(label, self.dated_name) for label in self._labels())
        elif field.name.lower() == self.dated_name.lower():
            return
        elif self._stays(field, functions):
            yield _as(field.expression, field.name)
        elif not functions:
            functions = ["sum" if field.is_number else "unique"]
        yield from (_aggregate(function, field) for function in functions)

    def _stays(self, field: Field, functions: Sequence[Function]) -> bool:
        """Whether a field is given as it is, whatever is given of it besides."""
        is_key = not self.is_grouped or any(_same(field, key) for key in self.keys)
        return is_key or (self.query.beast_modes and not functions)

    def _ordered(self, order: Order) -> str:
        direction = "DESC" if order.descending else "ASC"
        is_label = order.field.lower() == self.dated_name.lower()
        field = self.dated if is_label and self.dated else self.fields[order.field]
        if _same(field, self.dated):
            return f"MIN({field.expression}) {direction}"
        if (self.is_grouped or self.aggregates) and not any(_same(field, key) for key in self.keys):
            raise QueryError("You cannot order on an aggregation")
        return f"{field.expression} {direction}"


def _same(field: Field, other: Field | None) -> bool:
    return other is not None and field.expression == other.expression


def _aggregate(function: Function, field: Field) -> str:
    return _as(_FUNCTIONS[function].format(field.expression), field.name)


def _as(expression: str, name: str) -> str:
    return f"{expression} AS {quoted(name)}"


def _clause(keyword: str, parts: list[str], separator: str = ", ") -> str:
    return f"{keyword} {separator.join(parts)}" if parts else ""
