"""The query string of an aggregation: groupby, count, avg, sum, min, max, unwind and orderby.

Domo: App Framework APIs, "Query Documents with Aggregations".
"""

from __future__ import annotations

from collections.abc import Mapping

from domo_mcp.sandbox.mongo.aggregation import Aggregation, short_name
from domo_mcp.sandbox.mongo.ordering import parse_order
from domo_mcp.sandbox.mongo.refusal import BadQuery


def parse_aggregation(parameters: Mapping[str, str]) -> Aggregation | None:
    """The aggregation of a query string, None where it asks for none: `orderby`, `limit` and `offset` do not.

    Assumed: two results of one name are refused, since each row holds a name once; so is an empty parameter.

    Raises:
        BadQuery: a parameter is malformed.
    """
    if not {"groupby", "count", "avg", "sum", "min", "max", "unwind"} & set(parameters):
        return None
    aggregation = Aggregation(
        group_by=_names(parameters, "groupby"),
        count=_count(parameters),
        avg=_aliased(parameters, "avg"),
        sum=_aliased(parameters, "sum"),
        min=_aliased(parameters, "min"),
        max=_aliased(parameters, "max"),
        unwind=_names(parameters, "unwind"),
        order_by=parse_order(parameters["orderby"]) if "orderby" in parameters else (),
    )
    _refuse_doubles(aggregation)
    return aggregation


def _items(parameters: Mapping[str, str], name: str) -> list[str]:
    if name not in parameters:
        return []
    items = [item.strip() for item in parameters[name].split(",")]
    if not all(items):
        raise BadQuery(f"{name} could not be parsed: a name is missing in '{parameters[name]}'")
    return items


def _names(parameters: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(_path(name, item) for item in _items(parameters, name))


def _count(parameters: Mapping[str, str]) -> str | None:
    items = _items(parameters, "count")
    if len(items) > 1 or any(len(item.split()) > 1 for item in items):
        raise BadQuery(f"count takes one alias, not '{parameters['count']}'")
    return items[0] if items else None


def _aliased(parameters: Mapping[str, str], name: str) -> tuple[tuple[str, str], ...]:
    return tuple(_pair(name, item.split()) for item in _items(parameters, name))


def _pair(name: str, words: list[str]) -> tuple[str, str]:
    if len(words) > 2:
        raise BadQuery(f"DA0057: An alias list was provided but it could not be parsed: {name}={' '.join(words)}")
    path = _path(name, words[0])
    return path, words[1] if len(words) == 2 else short_name(path)


def _path(name: str, path: str) -> str:
    if not all(path.split(".")) or path.startswith("$"):
        raise BadQuery(f"{name} could not be parsed: '{path}' is no property")
    return path


def _refuse_doubles(aggregation: Aggregation) -> None:
    names = aggregation.names()
    if doubles := {name for name in names if names.count(name) > 1}:
        raise BadQuery(f"two results are named '{min(doubles)}': give each an alias")
