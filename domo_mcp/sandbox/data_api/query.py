"""What a query string asks for. Source: App Framework APIs, Data API; white space around values is ignored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from domo_mcp.sandbox.data_api.filters import Condition, Period, parse_filter
from domo_mcp.sandbox.refusals import QueryError

Function = Literal["avg", "count", "max", "min", "sum", "unique"]


@dataclass(frozen=True)
class Aggregation:
    """A function over a field."""

    function: Function
    field: str


@dataclass(frozen=True)
class DateGrain:
    """A date field, grouped by a period."""

    field: str
    grain: Period


@dataclass(frozen=True)
class Order:
    """A field to order by."""

    field: str
    descending: bool


@dataclass(frozen=True)
class DataQuery:
    """One question to a dataset; fields are as the caller wrote them. No `fields` means all of them."""

    fields: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    groups: tuple[str, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    grain: DateGrain | None = None
    fiscal: bool = False
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    beast_modes: bool = False


_FUNCTIONS: dict[str, Function] = {name: name for name in get_args(Function)}
_GRAINS: dict[str, Period] = {name: name for name in get_args(Period)}
_OPERATORS = {
    *_FUNCTIONS, "calendar", "dategrain", "fields", "filter", "groupby", "limit", "offset", "orderby", "useBeastMode",
}  # fmt: skip


def parse(operators: Iterable[tuple[str, str]]) -> DataQuery:
    """Read the query operators of a request, in any order.

    Raises:
        QueryError: one is unknown (assumed) or cannot be parsed.
    """
    given = _gathered(operators)
    return DataQuery(
        fields=_names(given, "fields"),
        conditions=tuple(condition for text in given.get("filter", ()) for condition in parse_filter(text)),
        groups=_names(given, "groupby"),
        aggregations=tuple(
            Aggregation(_FUNCTIONS[operator], name)
            for operator in given
            if operator in _FUNCTIONS
            for name in _names(given, operator)
        ),
        grain=_grain(_one(given, "dategrain")),
        fiscal=_choice(given, "calendar", "standard", "fiscal"),
        orders=tuple(_order(text) for text in _names(given, "orderby")),
        limit=_count(given, "limit"),
        offset=_count(given, "offset") or 0,
        beast_modes=_choice(given, "useBeastMode", "false", "true"),
    )


def _gathered(operators: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in operators:
        if name not in _OPERATORS:
            raise QueryError(f"Unknown query operator '{name[:60]}'")
        given.setdefault(name, []).append(value.strip())
    return given


def _names(given: dict[str, list[str]], operator: str) -> tuple[str, ...]:
    names = tuple(name.strip() for text in given.get(operator, ()) for name in text.split(","))
    if "" in names:
        raise QueryError(f"'{operator}' has an empty field name")
    return names


def _one(given: dict[str, list[str]], operator: str) -> str | None:
    values = given.get(operator, [])
    if len(values) > 1:
        raise QueryError(f"'{operator}' is given more than once")
    return values[0] if values else None


def _choice(given: dict[str, list[str]], operator: str, usual: str, other: str) -> bool:
    """Whether the other of two values is given."""
    value = (_one(given, operator) or usual).lower()
    if value not in (usual, other):
        raise QueryError(f"'{operator}' must be {other} or {usual}. actual={value[:40]}")
    return value == other


def _count(given: dict[str, list[str]], operator: str) -> int | None:
    value = _one(given, operator)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise QueryError(f"'{operator}' param must be a nonnegative number. actual={value[:40]}")
    return int(value)


def _grain(text: str | None) -> DateGrain | None:
    if text is None:
        return None
    field, _, grain = text.rpartition(" by ")
    if not field or grain.strip().lower() not in _GRAINS:
        raise QueryError(f"'dategrain' must be a date field by {', '.join(_GRAINS)}. actual={text[:40]}")
    return DateGrain(field.strip(), _GRAINS[grain.strip().lower()])


def _order(text: str) -> Order:
    field, _, direction = text.rpartition(" ")
    if field and direction.lower() in ("ascending", "descending"):
        return Order(field.strip(), descending=direction.lower() == "descending")
    return Order(text, descending=False)
