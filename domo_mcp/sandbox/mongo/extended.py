"""MongoDB Extended JSON v2 (manual: reference/mongodb-extended-json) to Python values.

Numbers of all kinds become int and float, object ids and UUIDs become text: documents of AppDB are JSON, which holds
nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import Regex

MOST_LEVELS: Final = 100  # manual: reference/limits, "Nested Depth for BSON Documents"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_extended(value: object) -> object:
    """The value with dates as aware datetimes, regular expressions as `Regex`, typed numbers as int and float.

    Anything else stays as it is; mappings and sequences become new dicts and lists.

    Raises:
        BadQuery: a typed value is malformed, or the nesting is deeper than 100 levels.
    """
    return _read(value, 0)


def _read(value: object, depth: int) -> object:
    if depth > MOST_LEVELS:
        raise BadQuery(f"exceeded the maximum nesting of {MOST_LEVELS} levels")
    if isinstance(value, Mapping):
        if len(value) == 1:
            name, inner = next(iter(value.items()))
            if reader := _TYPED.get(name):
                return reader(inner)
        return {str(name): _read(each, depth + 1) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_read(each, depth + 1) for each in value]
    return value


def _date(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return _moment(value)
    milliseconds = _long(value["$numberLong"]) if isinstance(value, Mapping) and "$numberLong" in value else value
    if type(milliseconds) is not int:
        raise BadQuery("$date expects an ISO-8601 date or a $numberLong")
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise BadQuery(f"$date is out of range: {milliseconds}") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuery(f"Failed to parse the $date {text!r} as an ISO-8601 date") from None
    if moment.tzinfo is None:
        raise BadQuery(f"the $date {text!r} names no time zone: write it like 2020-05-12T00:00:00.000Z")
    return moment.astimezone(UTC)


def _long(value: object) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,19}", value):
        raise BadQuery(f"not a whole number: {value!r}")
    return int(value)


def _double(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # whatever is no number raises
    except (TypeError, ValueError):
        raise BadQuery(f"not a number: {value!r}") from None


def _text(pattern: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise BadQuery(f"malformed id: {value!r}")
        return value

    return read


def _regular_expression(value: object) -> Regex:
    match value:
        case {"pattern": str() as pattern, **others}:
            options = others.pop("options", "")
            if isinstance(options, str) and not others:
                return Regex(pattern, options)
    raise BadQuery("$regularExpression expects a pattern and options")


_TYPED: Mapping[object, Callable[[object], object]] = {
    "$date": _date,
    "$numberLong": _long,
    "$numberInt": _long,
    "$numberDouble": _double,
    "$numberDecimal": _double,
    "$oid": _text("[0-9a-fA-F]{24}"),
    "$uuid": _text("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "$regularExpression": _regular_expression,
}
