"""What the field update operators make of one value (manual: reference/operator/update-field).

A revision is given the value at its place, `MISSING` where there is none, and gives the new one; `MISSING` leaves the
place as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from domo_mcp.sandbox.mongo.places import Parts
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import MISSING, Regex, copied, is_number, order_key, type_name

Clock: TypeAlias = Callable[[], datetime]
Revision: TypeAlias = Callable[[Any], Any]
_LARGEST_LONG = 2**63


def iso_text(moment: datetime) -> str:
    """A moment in UTC as JSON holds it, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def storable(value: Any, parts: Parts) -> Any:
    """A value as it can stand at a place; under `content` dates become text.

    Raises:
        BadQuery: it holds a regular expression, or a name that begins with $ and is no modifier at its top.
    """
    return _storable(value, in_content=parts[0] == "content", top=True)


def _storable(value: Any, *, in_content: bool, top: bool = False) -> Any:
    if isinstance(value, dict):
        if wrong := [name for name in value if name.startswith("$") and not (top and name in MODIFIERS)]:
            raise BadQuery(f"The dollar ($) prefixed field '{wrong[0]}' is not valid for storage.")
        return {name: _storable(each, in_content=in_content) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each, in_content=in_content) for each in value]
    if isinstance(value, Regex):
        raise BadQuery("a regular expression cannot be stored")
    return iso_text(value) if in_content and isinstance(value, datetime) else value


def _set(argument: Any) -> Revision:
    return lambda _: copied(argument)


def _number(name: str, argument: Any) -> Any:
    if not is_number(argument):
        verb = "increment" if name == "$inc" else "multiply"
        raise BadQuery(f"Cannot {verb} with non-numeric argument: {argument!r}")
    return argument


def _arithmetic(name: str, current: Any, result: Callable[[], Any]) -> Any:
    if not is_number(current):
        raise BadQuery(f"Cannot apply {name} to a value of non-numeric type {type_name(current)}")
    value = result()
    if type(value) is int and not -_LARGEST_LONG <= value < _LARGEST_LONG:
        raise BadQuery(f"Failed to apply {name} operations to current value: it would not fit 64 bits")
    return value


def _inc(argument: Any) -> Revision:
    amount = _number("$inc", argument)
    return lambda current: amount if current is MISSING else _arithmetic("$inc", current, lambda: current + amount)


def _mul(argument: Any) -> Revision:
    factor = _number("$mul", argument)
    return lambda current: (
        type(factor)(0) if current is MISSING else _arithmetic("$mul", current, lambda: current * factor)
    )


def _min(argument: Any) -> Revision:
    key = order_key(argument)
    return lambda current: copied(argument) if current is MISSING or key < order_key(current) else MISSING


def _max(argument: Any) -> Revision:
    key = order_key(argument)
    return lambda current: copied(argument) if current is MISSING or key > order_key(current) else MISSING


MODIFIERS: Final = frozenset({"$each", "$position", "$slice", "$sort"})
FIELD_REVISIONS: Final[Mapping[str, Callable[[Any], Revision]]] = {
    "$set": _set, "$inc": _inc, "$mul": _mul, "$min": _min, "$max": _max,
}  # fmt: skip
