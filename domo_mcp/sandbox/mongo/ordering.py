"""Sorting documents by dotted paths in BSON's order (manual: reference/bson-type-comparison-order, cursor.sort)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from domo_mcp.sandbox.mongo.paths import reader
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import MISSING, order_key

D = TypeVar("D", bound=Mapping[str, Any])
V = TypeVar("V")
_DIRECTIONS: Final = {"ascending": False, "descending": True}


def parse_order(text: str) -> tuple[tuple[str, bool], ...]:
    """Read `alias1 ascending, alias2 descending` as (name, descending); ascending where nothing is said.

    Domo: App Framework APIs, "Query Documents with Aggregations".

    Raises:
        BadQuery: an item is empty, or its direction is neither.
    """
    return tuple(_order_item(item.split()) for item in text.split(","))


def _order_item(words: list[str]) -> tuple[str, bool]:
    if len(words) == 1:
        return words[0], False
    if len(words) > 1 and words[-1] in _DIRECTIONS:
        return " ".join(words[:-1]), _DIRECTIONS[words[-1]]
    raise BadQuery(f"orderby could not be parsed: '{' '.join(words)}' is not: name ascending, or name descending")


def ordered(documents: Sequence[D], order_by: tuple[tuple[str, bool], ...]) -> list[D]:
    """The documents sorted by paths, each (path, descending), the first weighing most; equals keep their order.

    A missing field counts as null. An array counts by its least element ascending, by its greatest descending; an empty
    one comes before null.
    """
    return sorted_by(documents, order_by)


def sorted_by(values: Sequence[V], order_by: Sequence[tuple[str, bool]]) -> list[V]:
    """`ordered` for values that need not be documents: others lack every field."""
    found = list(values)
    for path, descending in reversed(order_by):
        found.sort(key=_key(reader(path), descending=descending), reverse=descending)
    return found


def _key(read: Callable[[Any], Any], *, descending: bool) -> Callable[[Any], tuple[Any, ...]]:
    choose = max if descending else min

    def key(document: Any) -> tuple[Any, ...]:
        value = read(document)
        if type(value) is list:
            return choose(map(order_key, value), default=(1,))
        return order_key(None if value is MISSING else value)

    return key
