"""Grouping documents and aggregating their properties.

Domo: App Framework APIs, "Query Documents with Aggregations"; MongoDB manual: reference/operator/aggregation, the pages
of group, avg, sum, min, max and unwind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from domo_mcp.sandbox.mongo.ordering import ordered, sorted_by
from domo_mcp.sandbox.mongo.paths import reader
from domo_mcp.sandbox.mongo.values import MISSING, NUMBERS, identity, order_key

Document: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Aggregation:
    """What to compute of which properties: pairs of (property, name in the row); the order is (name, descending)."""

    group_by: tuple[str, ...] = ()
    count: str | None = None
    avg: tuple[tuple[str, str], ...] = ()
    sum: tuple[tuple[str, str], ...] = ()
    min: tuple[tuple[str, str], ...] = ()
    max: tuple[tuple[str, str], ...] = ()
    unwind: tuple[str, ...] = ()
    order_by: tuple[tuple[str, bool], ...] = ()

    def names(self) -> list[str]:
        """The names in a row, in order."""
        counted = [self.count] if self.count else []
        aliases = [alias for pairs in (self.avg, self.sum, self.min, self.max) for _, alias in pairs]
        return [*map(short_name, self.group_by), *counted, *aliases]


def short_name(path: str) -> str:
    """The name of a property in a row: the last part of its path."""
    return path.rpartition(".")[2]


def aggregate(documents: Iterable[Document], aggregation: Aggregation) -> list[dict[str, object]]:
    """One row for each group, under the last part of each property it is grouped by and the aliases.

    Rows without an order come as their groups first appear. A missing property groups with null. No documents give no
    row, as in MongoDB; without `group_by` all documents are one group. Averages and sums are of numbers only: null and
    0 where there is none; `min` and `max` pass over null. Assumed: `unwind` alone gives the unwound documents.
    """
    for path in aggregation.unwind:
        documents = _unwound(documents, tuple(path.split(".")))
    names = aggregation.names()
    if not names:
        return ordered([dict(document) for document in documents], aggregation.order_by)
    columns = _columns(aggregation)
    rows = [_row(group, aggregation, columns) for group in _groups(documents, aggregation.group_by)]
    return _in_order(rows, names, aggregation.order_by)


def _unwound(documents: Iterable[Document], parts: Sequence[str]) -> Iterator[Document]:
    read = reader(".".join(parts))
    for document in documents:
        value = read(document)
        if type(value) is list:
            yield from (_replaced(document, parts, element) for element in value)
        elif value is not MISSING and value is not None:
            yield document


def _replaced(document: Any, parts: Sequence[str], value: object) -> Any:
    if not parts or not isinstance(document, Mapping):
        return value
    return {**document, parts[0]: _replaced(document.get(parts[0]), parts[1:], value)}


def _groups(documents: Iterable[Document], group_by: Sequence[str]) -> Iterable[list[Document]]:
    readers = [reader(path) for path in group_by]
    groups: dict[object, list[Document]] = {}
    for document in documents:
        key = tuple([identity(read(document)) for read in readers])
        group = groups.get(key)
        if group is None:
            groups[key] = group = []
        group.append(document)
    return groups.values()


_Maker: TypeAlias = Callable[[Sequence[Any]], Any]
_Column: TypeAlias = tuple[Callable[[Any], Any], list[tuple[str, _Maker]]]
"""How a property is read, and what is made of a group's values under which names."""


def _columns(aggregation: Aggregation) -> list[_Column]:
    makers: dict[str, list[tuple[str, _Maker]]] = {}
    for pairs, maker in (
        (aggregation.avg, _avg), (aggregation.sum, _sum), (aggregation.min, _min), (aggregation.max, _max),
    ):  # fmt: skip
        for path, alias in pairs:
            makers.setdefault(path, []).append((alias, maker))
    return [(reader(path), made) for path, made in makers.items()]


def _row(group: Sequence[Document], aggregation: Aggregation, columns: Sequence[_Column]) -> dict[str, object]:
    row: dict[str, object] = {short_name(path): _known(reader(path)(group[0])) for path in aggregation.group_by}
    if aggregation.count:
        row[aggregation.count] = len(group)
    for read, makers in columns:
        values = [read(document) for document in group]
        row |= {alias: make(values) for alias, make in makers}
    return row


def _known(value: Any) -> Any:
    return None if value is MISSING else value


def _numbers(values: Sequence[Any]) -> Sequence[Any]:
    return values if NUMBERS.issuperset(map(type, values)) else [value for value in values if type(value) in NUMBERS]


def _sum(values: Sequence[Any]) -> Any:
    numbers = _numbers(values)
    try:
        return math.fsum(numbers) if float in set(map(type, numbers)) else sum(numbers)
    except (OverflowError, ValueError):  # too large, or infinities that cancel out
        return sum(map(float, numbers))


def _avg(values: Sequence[Any]) -> Any:
    numbers = _numbers(values)
    return _sum(numbers) / len(numbers) if numbers else None


def _min(values: Sequence[Any]) -> Any:
    return _extreme(min, values)


def _max(values: Sequence[Any]) -> Any:
    return _extreme(max, values)


def _extreme(choose: Callable[..., Any], values: Sequence[Any]) -> Any:
    if NUMBERS.issuperset(map(type, values)):
        return choose(values)
    known = [value for value in values if value is not None and value is not MISSING]
    return choose(known, key=order_key, default=None)


def _in_order(
    rows: list[dict[str, object]], names: Sequence[str], order_by: Sequence[tuple[str, bool]]
) -> list[dict[str, object]]:
    """Sorted by names of the row; a property may also be named by its path."""
    known = set(names)
    return sorted_by(rows, [(name if name in known else short_name(name), descending) for name, descending in order_by])
