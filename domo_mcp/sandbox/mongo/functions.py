"""The functions of aggregation expressions over values that have been worked out.

MongoDB manual: reference/operator/aggregation and the page of each operator. Null or a missing field among the
arguments of arithmetic and text functions gives null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import MISSING, NUMBERS, equal, is_number, is_whole, order_key, type_name

Function: TypeAlias = Callable[..., Any]
_MANY: Final = 1_000
_BEYOND_LONG: Final = 2**63


def is_true(value: Any) -> bool:
    """Whether an expression takes a value for true: texts and arrays always are, even empty ones."""
    return not (value is MISSING or value is None or value is False or (is_number(value) and value == 0))


def _is_null(value: Any) -> bool:
    return value is None or value is MISSING


def _number(name: str, value: Any) -> Any:
    if type(value) not in NUMBERS:
        raise BadQuery(f"{name} only supports numeric types, not {type_name(value)}")
    return value


def _numeric(name: str, function: Function) -> Function:
    """Null for null, else the function of numbers.

    Raises:
        BadQuery: an argument is of another type, or the result is no number.
    """

    def call(*values: Any) -> Any:
        if any(_is_null(value) for value in values):
            return None
        try:
            return _of_64_bits(function(*[_number(name, value) for value in values]))
        except BadQuery:
            raise
        except (ArithmeticError, ValueError):
            raise BadQuery(f"{name} has no answer for {values[-1]}") from None

    return call


def _of_64_bits(result: Any) -> Any:
    """A whole number too large for a long becomes a double, as MongoDB does it."""
    return float(result) if type(result) is int and abs(result) >= _BEYOND_LONG else result


def _compare(one: Any, other: Any) -> int:
    first, second = order_key(one), order_key(other)
    return (first > second) - (first < second)


def _add(*values: Any) -> Any:
    if any(_is_null(value) for value in values):
        return None
    dates = [value for value in values if isinstance(value, datetime)]
    total = sum(_number("$add", value) for value in values if not isinstance(value, datetime))
    if len(dates) > 1:
        raise BadQuery("only one date allowed in an $add expression")
    return _later(dates[0], total) if dates else _of_64_bits(total)


def _later(date: datetime, milliseconds: Any) -> datetime:
    try:
        return date + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        raise BadQuery("date overflow") from None


def _subtract(one: Any, other: Any) -> Any:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return (one - other) // timedelta(milliseconds=1)
    if isinstance(one, datetime) and is_number(other):
        return _later(one, -other)
    return _numeric("$subtract", lambda first, second: first - second)(one, other)


def _divide(one: Any, other: Any) -> Any:
    if other == 0:
        raise BadQuery("can't $divide by zero")
    return one / other


def _modulo(one: Any, other: Any) -> Any:
    if other == 0:
        raise BadQuery("can't $mod by zero")
    remainder = math.fmod(one, other)
    return int(remainder) if type(one) is int and type(other) is int else remainder


def _place(value: Any) -> int:
    if not -20 <= value <= 100 or not is_whole(value):
        raise BadQuery(f"cannot apply $round or $trunc with precision value {value}: it must be from -20 to 100")
    return int(value)


def _rounded(value: Any, place: Any = 0) -> Any:
    return round(value, _place(place))


def _truncated(value: Any, place: Any = 0) -> Any:
    scale = 10.0 ** _place(place)
    return math.trunc(value * scale) / scale if place else type(value)(math.trunc(value))


def _power(one: Any, other: Any) -> Any:
    if one == 0 and other < 0:
        raise BadQuery("$pow cannot take a base of 0 and a negative exponent")
    if type(one) is int and type(other) is int and 0 <= other <= 64:
        return one**other
    return math.pow(one, other)


def _product(*values: Any) -> Any:
    return math.prod(values)


def _text(name: str, function: Callable[[str], Any]) -> Function:
    def call(value: Any) -> Any:
        if type(value) is not str:
            raise BadQuery(f"{name} requires a string argument, found: {type_name(value)}")
        return function(value)

    return call


def _cased(name: str, function: Callable[[str], str]) -> Function:
    return lambda value: "" if _is_null(value) else _text(name, function)(value)


def _concat(*values: Any) -> Any:
    if any(_is_null(value) for value in values):
        return None
    return "".join(_text("$concat", str)(value) for value in values)


def _substring(value: Any, start: Any, length: Any) -> str:
    if not (is_number(start) and is_number(length)) or not (0 <= start < math.inf and 0 <= length < math.inf):
        raise BadQuery("$substrCP: the starting index and the length must be non-negative numbers")
    return "" if _is_null(value) else _text("$substrCP", str)(value)[int(start) : int(start) + int(length)]


def _size(value: Any) -> int:
    if not isinstance(value, list):
        raise BadQuery(f"The argument to $size must be an array, but was of type: {type_name(value)}")
    return len(value)


def _is_in(value: Any, array: Any) -> bool:
    if not isinstance(array, list):
        raise BadQuery(f"$in requires an array as a second argument, found: {type_name(array)}")
    return any(equal(value, each) for each in array)


def _element(array: Any, place: Any) -> Any:
    if _is_null(array) or _is_null(place):
        return None
    if not isinstance(array, list):
        raise BadQuery(f"$arrayElemAt's first argument must be an array, but is {type_name(array)}")
    index = _number("$arrayElemAt", place)
    return array[int(index)] if -len(array) <= index < len(array) else MISSING


def _concatenated(*arrays: Any) -> Any:
    if any(_is_null(array) for array in arrays):
        return None
    if wrong := [array for array in arrays if not isinstance(array, list)]:
        raise BadQuery(f"$concatArrays only supports arrays, not {type_name(wrong[0])}")
    return [element for array in arrays for element in array]


def _members(values: tuple[Any, ...]) -> list[Any]:
    return values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)


def _total(*values: Any) -> Any:
    return sum(value for value in _members(values) if is_number(value))


def _average(*values: Any) -> Any:
    numbers = [value for value in _members(values) if is_number(value)]
    return sum(numbers) / len(numbers) if numbers else None


def _extreme(choose: Callable[..., Any]) -> Function:
    return lambda *values: choose(
        (value for value in _members(values) if not _is_null(value)), key=order_key, default=None
    )


def _part(name: str, function: Callable[[datetime], int]) -> Function:
    def call(value: Any) -> Any:
        if _is_null(value):
            return None
        if not isinstance(value, datetime):
            raise BadQuery(f"can't convert from BSON type {type_name(value)} to Date in {name}")
        return function(value)

    return call


_EXACT: Final[Mapping[str, tuple[Function, int, int]]] = {
    "$eq": (lambda one, other: _compare(one, other) == 0, 2, 2),
    "$ne": (lambda one, other: _compare(one, other) != 0, 2, 2),
    "$gt": (lambda one, other: _compare(one, other) > 0, 2, 2),
    "$gte": (lambda one, other: _compare(one, other) >= 0, 2, 2),
    "$lt": (lambda one, other: _compare(one, other) < 0, 2, 2),
    "$lte": (lambda one, other: _compare(one, other) <= 0, 2, 2),
    "$cmp": (_compare, 2, 2),
    "$not": (lambda value: not is_true(value), 1, 1),
    "$add": (_add, 1, _MANY),
    "$subtract": (_subtract, 2, 2),
    "$concat": (_concat, 1, _MANY),
    "$toLower": (_cased("$toLower", str.lower), 1, 1),
    "$toUpper": (_cased("$toUpper", str.upper), 1, 1),
    "$strLenCP": (_text("$strLenCP", len), 1, 1),
    "$strLenBytes": (_text("$strLenBytes", lambda text: len(text.encode())), 1, 1),
    "$substrCP": (_substring, 3, 3),
    "$size": (_size, 1, 1),
    "$in": (_is_in, 2, 2),
    "$arrayElemAt": (_element, 2, 2),
    "$concatArrays": (_concatenated, 1, _MANY),
    "$isArray": (lambda value: isinstance(value, list), 1, 1),
    "$isNumber": (is_number, 1, 1),
    "$type": (type_name, 1, 1),
    "$sum": (_total, 1, _MANY),
    "$avg": (_average, 1, _MANY),
    "$min": (_extreme(min), 1, _MANY),
    "$max": (_extreme(max), 1, _MANY),
    "$year": (_part("$year", lambda date: date.year), 1, 1),
    "$month": (_part("$month", lambda date: date.month), 1, 1),
    "$dayOfMonth": (_part("$dayOfMonth", lambda date: date.day), 1, 1),
    "$dayOfWeek": (_part("$dayOfWeek", lambda date: date.isoweekday() % 7 + 1), 1, 1),
    "$hour": (_part("$hour", lambda date: date.hour), 1, 1),
    "$minute": (_part("$minute", lambda date: date.minute), 1, 1),
}
_NUMERIC: Final[Mapping[str, tuple[Function, int, int]]] = {
    "$multiply": (_product, 1, _MANY),
    "$divide": (_divide, 2, 2),
    "$mod": (_modulo, 2, 2),
    "$abs": (abs, 1, 1),
    "$ceil": (lambda value: type(value)(math.ceil(value)), 1, 1),
    "$floor": (lambda value: type(value)(math.floor(value)), 1, 1),
    "$round": (_rounded, 1, 2),
    "$trunc": (_truncated, 1, 2),
    "$sqrt": (math.sqrt, 1, 1),
    "$pow": (_power, 2, 2),
    "$exp": (math.exp, 1, 1),
    "$ln": (math.log, 1, 1),
    "$log10": (math.log10, 1, 1),
}
FUNCTIONS: Final[Mapping[str, tuple[Function, int, int]]] = {
    **_EXACT,
    **{name: (_numeric(name, function), least, most) for name, (function, least, most) in _NUMERIC.items()},
}
"""By name: the function, the least and the most arguments it takes."""
