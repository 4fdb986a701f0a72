"""Tests of one value: the comparison, element, evaluation and bitwise operators of find().

MongoDB manual: reference/operator/query and the page of each operator. Comparisons hold between values of one type
bracket only: a number is never greater than a text.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from domo_mcp.sandbox.mongo.paths import Test
from domo_mcp.sandbox.mongo.patterns import pattern_test
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import (
    MISSING,
    NUMBERS,
    Regex,
    identity,
    is_finite,
    is_whole,
    order_key,
    rank,
    type_name,
)


def equals(wanted: object) -> Test:
    """`$eq`; null also holds for a missing field, a regular expression for the texts that it matches."""
    if isinstance(wanted, Regex):
        return pattern_test(wanted.pattern, wanted.options)
    if wanted is None:
        return lambda value: value is None or value is MISSING
    if isinstance(wanted, bool):
        return lambda value: value is wanted
    if isinstance(wanted, int | float):
        return lambda value: type(value) in NUMBERS and value == wanted
    if isinstance(wanted, str | datetime):
        return lambda value: bool(value == wanted)
    key, of = order_key(wanted), type(wanted)
    return lambda value: type(value) is of and order_key(value) == key


def exactly(name: str, wanted: object) -> Test:
    """`$eq` and `$ne` written as operators: `$eq` holds for a regular expression itself, not for what it matches.

    Raises:
        BadQuery: `$ne` of a regular expression.
    """
    if isinstance(wanted, Regex) and name == "$ne":
        raise BadQuery("Can't have regex as arg to $ne.")
    return (lambda value: bool(value == wanted)) if isinstance(wanted, Regex) else equals(wanted)


def compares(name: str, bound: object) -> Test:
    """`$gt`, `$gte`, `$lt` and `$lte`.

    Raises:
        BadQuery: the bound is a regular expression.
    """
    compare, includes_equal = _COMPARE[name], name.endswith("e")
    if isinstance(bound, Regex):
        raise BadQuery(f"Can't have RegEx as arg to predicate over field: {name}")
    if bound is None:
        return equals(None) if includes_equal else lambda _: False
    if isinstance(bound, str | datetime) or type(bound) in NUMBERS:
        types = NUMBERS if type(bound) in NUMBERS else {type(bound)}
        return lambda value: type(value) in types and compare(value, bound)
    key = order_key(bound)
    return lambda value: value is not MISSING and rank(value) == key[0] and compare(order_key(value), key)


def is_in(wanted: object) -> Test:
    """`$in`.

    Raises:
        BadQuery: it is no array, or holds an operator.
    """
    if not isinstance(wanted, list):
        raise BadQuery("$in needs an array")
    for each in wanted:
        if isinstance(each, dict) and next(iter(each), "").startswith("$"):
            raise BadQuery("cannot nest $ under $in")
    keys = {identity(each) for each in wanted if not isinstance(each, Regex)}
    others = [equals(each) for each in wanted if isinstance(each, Regex)]
    return lambda value: identity(value) in keys or any(test(value) for test in others)


def has_type(wanted: object) -> Test:
    """`$type`: an alias, a number, or several.

    Raises:
        BadQuery: there is no such type.
    """
    names = {_type_alias(each) for each in (wanted if isinstance(wanted, list) else [wanted])}
    if "number" in names:
        names |= {"int", "long", "double", "decimal"}
    return lambda value: type_name(value) in names


def _type_alias(wanted: object) -> str:
    if isinstance(wanted, str):
        if wanted in _TYPES.values():
            return wanted
        raise BadQuery(f"Unknown type name alias: {wanted}")
    if type(wanted) in NUMBERS and wanted in _TYPES:
        return _TYPES[wanted]  # type: ignore[index]  # 2.0 finds what 2 finds
    raise BadQuery(f"Invalid numerical type code: {wanted}")


def has_remainder(wanted: object) -> Test:
    """`$mod`: [divisor, remainder], both cut to whole numbers; the remainder has the sign of the value.

    Raises:
        BadQuery: not two numbers, or the divisor is 0.
    """
    if not isinstance(wanted, list):
        raise BadQuery("malformed mod, needs to be an array")
    if len(wanted) != 2:
        raise BadQuery(f"malformed mod, {'not enough' if len(wanted) < 2 else 'too many'} elements")
    if not all(is_finite(each) for each in wanted):
        raise BadQuery("malformed mod, divisor and remainder must be numbers")
    divisor, remainder = int(wanted[0]), int(wanted[1])
    if not divisor:
        raise BadQuery("divisor cannot be 0")
    return lambda value: is_finite(value) and _remainder(int(value), divisor) == remainder


def _remainder(value: int, divisor: int) -> int:
    return abs(value) % abs(divisor) * (-1 if value < 0 else 1)


def has_size(wanted: object) -> Test:
    """`$size`.

    Raises:
        BadQuery: not a whole number, or below 0.
    """
    if not is_whole(wanted) or wanted < 0:  # type: ignore[operator]  # it is a number
        raise BadQuery(f"Failed to parse $size. Expected a non-negative number in: $size: {wanted}")
    return lambda value: type(value) is list and len(value) == wanted


def has_bits(name: str, wanted: object) -> Test:
    """`$bitsAllSet`, `$bitsAllClear`, `$bitsAnySet` and `$bitsAnyClear` by a mask or by positions.

    Raises:
        BadQuery: the mask is neither a whole number nor a list of positions, or is negative.
    """
    mask, wants = _mask(name, wanted), _BITS[name]
    return lambda value: is_whole(value) and wants(int(value), mask)


def _mask(name: str, wanted: object) -> int:
    positions = wanted if isinstance(wanted, list) else None
    if positions is not None and all(type(each) is int and 0 <= each < 64 for each in positions):
        return sum(1 << each for each in set(positions))
    if type(wanted) is int and wanted >= 0:
        return wanted
    raise BadQuery(f"{name} takes a non-negative mask or an array of bit positions below 64")


_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le,
}  # fmt: skip
_BITS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "$bitsAllSet": lambda value, mask: value & mask == mask,
    "$bitsAllClear": lambda value, mask: value & mask == 0,
    "$bitsAnySet": lambda value, mask: value & mask != 0,
    "$bitsAnyClear": lambda value, mask: value & mask != mask,
}
_TYPES: Final[Mapping[int | str, str]] = {
    1: "double", 2: "string", 3: "object", 4: "array", 5: "binData", 6: "undefined", 7: "objectId", 8: "bool",
    9: "date", 10: "null", 11: "regex", 12: "dbPointer", 13: "javascript", 14: "symbol", 15: "javascriptWithScope",
    16: "int", 17: "timestamp", 18: "long", 19: "decimal", -1: "minKey", 127: "maxKey", "": "number",
}  # fmt: skip
