"""Values as MongoDB sees them: their types, their order, their equality.

MongoDB manual: reference/bson-types, reference/bson-type-comparison-order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final


class Absent(Enum):
    """The value of a field that a document does not have."""

    MISSING = "missing"


MISSING: Final = Absent.MISSING


@dataclass(frozen=True)
class Regex:
    """A regular expression as a value: its pattern and its options."""

    pattern: str
    options: str = ""


NUMBERS: Final = frozenset({int, float})
_RANKS: Final[Mapping[type, int]] = {
    Absent: 1, type(None): 2, int: 3, float: 3, str: 4, dict: 5, list: 6, bool: 9, datetime: 10, Regex: 12,
}  # fmt: skip
_NAMES: Final[Mapping[type, str]] = {
    Absent: "missing", type(None): "null", float: "double", str: "string", dict: "object", list: "array", bool: "bool",
    datetime: "date", Regex: "regex",
}  # fmt: skip
_LARGEST_INT = 2**31


def rank(value: object) -> int:
    """The place of a value's type in the comparison order; all numbers share one."""
    return _RANKS[type(value)]


def type_name(value: object) -> str:
    """The alias of a value's type, as `$type` knows it; a whole number is an int or a long by its size."""
    if type(value) is int:
        return "int" if -_LARGEST_INT <= value < _LARGEST_INT else "long"
    return _NAMES[type(value)]


def is_number(value: object) -> bool:
    """Whether it is a number; true and false are not."""
    return type(value) in NUMBERS


def is_finite(value: object) -> bool:
    """Whether it is a number that can be cut to a whole one."""
    return type(value) is int or (type(value) is float and math.isfinite(value))


def is_whole(value: Any) -> bool:
    """Whether it is a whole number, be it written as 2 or as 2.0."""
    return is_finite(value) and value == int(value)


def order_key(value: object) -> tuple[Any, ...]:
    """A key by which values of all types sort, and by which they are equal; it is hashable.

    Documents compare field by field in their order: the value's type, the field's name, the value. A field that is
    missing comes before null; whoever sorts or groups takes it for null.
    """
    of = type(value)
    if of is str or of is int or of is bool:
        return (_RANKS[of], value)
    if isinstance(value, dict):
        return (5, tuple((rank(each), name, order_key(each)) for name, each in value.items()))
    if isinstance(value, list):
        return (6, tuple(map(order_key, value)))
    if isinstance(value, float):
        return (3, -math.inf if math.isnan(value) else value)
    if isinstance(value, Regex):
        return (12, value.pattern, value.options)
    return (_RANKS[of], value if isinstance(value, datetime) else 0)


def identity(value: Any) -> object:
    """A hashable that equal values share; a missing field is the same as null."""
    if type(value) is str or type(value) in NUMBERS:
        return value
    return order_key(None if value is MISSING else value)


def equal(one: object, other: object) -> bool:
    """Whether two values are the same: numbers by value, arrays in order, documents field by field in order."""
    return order_key(one) == order_key(other)


def copied(value: Any) -> Any:
    """A copy that shares no document and no array with the original."""
    if type(value) is dict:
        return {name: copied(each) for name, each in value.items()}
    if type(value) is list:
        return [copied(each) for each in value]
    return value
