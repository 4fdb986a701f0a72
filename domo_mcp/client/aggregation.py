"""Aggregates of AppDB documents: what is asked as a query string, and the rows that come back; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from domo_mcp.errors import InvalidInput

Row = dict[str, JsonValue]


@dataclass(frozen=True)
class Aggregation:
    """What to compute over the documents that a query finds.

    `group_by` and `unwind` are properties such as `content.month`; `avg`, `sum`, `min` and `max` map the alias of each
    result to the property it is made of; `count` is an alias. `order_by` is text such as `sumClicks descending, month`.
    A group has the last part of its property as its name.
    """

    group_by: Sequence[str] = ()
    count: str | None = None
    avg: Mapping[str, str] = field(default_factory=dict)
    sum: Mapping[str, str] = field(default_factory=dict)
    min: Mapping[str, str] = field(default_factory=dict)
    max: Mapping[str, str] = field(default_factory=dict)
    unwind: Sequence[str] = ()
    order_by: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in each row: groups, count, then the aliases."""
        groups = (_last_part(group) for group in self.group_by)
        return (*groups, *([self.count] if self.count else []), *self.avg, *self.sum, *self.min, *self.max)


def parameters(aggregation: Aggregation) -> Mapping[str, str | None]:
    """The query string, not yet percent-encoded (App-Framework document, Query Documents with Aggregations).

    Raises `InvalidInput` for names that it cannot carry, with a comma or a space, and for one that stands for two
    things.
    """
    if twice := [name for name, n in Counter(aggregation.names).items() if n > 1]:
        raise InvalidInput(
            f"Two results would be named {twice[0][:100]!r}.", "Give each an alias that no other and no group has."
        )
    if aggregation.count:
        _check(aggregation.count)
    return {
        "groupby": _listed(aggregation.group_by, spaces=True),
        "count": aggregation.count or None,
        "avg": _aliased(aggregation.avg),
        "sum": _aliased(aggregation.sum),
        "min": _aliased(aggregation.min),
        "max": _aliased(aggregation.max),
        "unwind": _listed(aggregation.unwind),
        "orderby": aggregation.order_by or None,
    }


def flattened(rows: Iterable[Row], aggregation: Aggregation) -> tuple[Row, ...]:
    """The rows with their groups beside the results.

    The document prints them so; others (client code) nest the groups under `_id`, where a single group may also be
    the bare value.
    """
    return tuple(_flat(row, aggregation) if "_id" in row else row for row in rows)


def _flat(row: Row, aggregation: Aggregation) -> Row:
    group, results = row["_id"], {name: value for name, value in row.items() if name != "_id"}
    if isinstance(group, dict):
        return {**{_last_part(name): value for name, value in group.items()}, **results}
    return {_last_part(aggregation.group_by[0]): group, **results} if aggregation.group_by else results


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _listed(names: Sequence[str], *, spaces: bool = False) -> str | None:
    return ", ".join(_check(name, spaces=spaces) for name in names) or None


def _aliased(properties: Mapping[str, str]) -> str | None:
    return ", ".join(f"{_check(name)} {_check(alias)}" for alias, name in properties.items()) or None


def _check(name: str, *, spaces: bool = False) -> str:
    """Return the name. A comma would end it, and a space begin its alias, which `groupby` alone does not have."""
    apart = any(letter == "," or not letter.isprintable() or (letter.isspace() and not spaces) for letter in name)
    if apart or not name.strip():
        raise InvalidInput(
            f"AppDB cannot aggregate by the name {name[:100]!r}.",
            "Query the documents themselves, or use names without commas and spaces.",
        )
    return name
