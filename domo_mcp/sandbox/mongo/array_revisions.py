"""What the array update operators make of one array (manual: reference/operator/update-array)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domo_mcp.sandbox.mongo.ordering import sorted_by
from domo_mcp.sandbox.mongo.query import matching
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.revisions import MODIFIERS, Revision
from domo_mcp.sandbox.mongo.values import MISSING, Regex, copied, is_number, is_whole, order_key, type_name


def _add_to_set(argument: Any) -> Revision:
    added = _added("$addToSet", argument, {"$each"})

    def revise(current: Any) -> Any:
        array = _array("$addToSet", current)
        seen = set(map(order_key, array))
        for value in added:
            if (key := order_key(value)) not in seen:
                seen.add(key)
                array.append(copied(value))
        return array

    return revise


def _push(argument: Any) -> Revision:
    added = _added("$push", argument, MODIFIERS)
    modifiers = argument if _is_modified(argument) else {}
    position = _whole(modifiers, "$position")
    length = _whole(modifiers, "$slice")
    sort = _sorting(modifiers["$sort"]) if "$sort" in modifiers else None

    def revise(current: Any) -> Any:
        array = _array("$push", current)
        place = len(array) if position is None else position
        array[place:place] = copied(added)
        array = sort(array) if sort else array
        return array if length is None else _cut(array, length)

    return revise


def _pop(argument: Any) -> Revision:
    if not is_number(argument) or argument not in (1, -1):
        raise BadQuery(f"$pop expects 1 or -1, found: {argument!r}")
    kept = slice(1, None) if argument == -1 else slice(None, -1)
    return lambda current: MISSING if current is MISSING else _array("$pop", current)[kept]


def _pull(argument: Any) -> Revision:
    goes = _pulled(argument)

    def revise(current: Any) -> Any:
        if current is MISSING:
            return MISSING
        return [element for element in _array("$pull", current) if not goes(element)]

    return revise


def _pulled(argument: Any) -> Callable[[Any], bool]:
    """A document is a query of the elements, operators and patterns ask the element, any other value is one."""
    if isinstance(argument, dict) and not next(iter(argument), "").startswith("$"):
        asked = matching(argument)
        return lambda element: isinstance(element, dict) and asked(element)
    if isinstance(argument, dict | Regex):
        asked = matching({"element": argument})
        return lambda element: asked({"element": element})
    key = order_key(argument)
    return lambda element: order_key(element) == key


def _pull_all(argument: Any) -> Revision:
    if not isinstance(argument, list):
        raise BadQuery(f"$pullAll requires an array argument but was given a {type_name(argument)}")
    keys = set(map(order_key, argument))

    def revise(current: Any) -> Any:
        if current is MISSING:
            return MISSING
        return [element for element in _array("$pullAll", current) if order_key(element) not in keys]

    return revise


def _array(name: str, current: Any) -> list[Any]:
    if current is MISSING:
        return []
    if not isinstance(current, list):
        raise BadQuery(f"Cannot apply {name} to a non-array value of type {type_name(current)}")
    return list(current)


def _is_modified(argument: Any) -> bool:
    return isinstance(argument, dict) and any(name in MODIFIERS for name in argument)


def _added(name: str, argument: Any, known: frozenset[str] | set[str]) -> list[Any]:
    if not _is_modified(argument):
        return [argument]
    if unknown := [each for each in argument if each not in known]:
        raise BadQuery(f"Unrecognized clause in {name}: {unknown[0]}")
    if not isinstance(argument.get("$each"), list):
        raise BadQuery(f"The argument to $each in {name} must be an array")
    added: list[Any] = argument["$each"]
    return added


def _whole(modifiers: Mapping[str, Any], name: str) -> int | None:
    value = modifiers.get(name, MISSING)
    if value is MISSING:
        return None
    if not is_whole(value):
        raise BadQuery(f"The value for {name} must be an integer value but was given type: {type_name(value)}")
    return int(value)


def _cut(array: list[Any], length: int) -> list[Any]:
    return array[:length] if length >= 0 else array[length:]


def _sorting(argument: Any) -> Callable[[Sequence[Any]], list[Any]]:
    if _is_direction(argument):
        return lambda array: sorted(array, key=order_key, reverse=argument == -1)
    if isinstance(argument, dict) and argument and all(map(_is_direction, argument.values())):
        order = tuple((path, direction == -1) for path, direction in argument.items())
        return lambda array: sorted_by(array, order)
    raise BadQuery("The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields")


def _is_direction(value: Any) -> bool:
    return is_number(value) and value in (1, -1)


ARRAY_REVISIONS: Final[Mapping[str, Callable[[Any], Revision]]] = {
    "$addToSet": _add_to_set, "$push": _push, "$pop": _pop, "$pull": _pull, "$pullAll": _pull_all,
}  # fmt: skip
