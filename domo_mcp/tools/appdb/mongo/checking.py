"""Queries as MongoDB's find() takes them, checked before Domo sees one: known operators, each with what it takes."""

from __future__ import annotations

import difflib
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import TypeGuard

from pydantic import JsonValue

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.appdb.mongo.paths import DATE_FIELDS
from domo_mcp.untrusted import foreign

MOST_LEVELS = 20
MOST_PARTS = 1000

_LONGEST_PATTERN = 1000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_LIKE_A_DATE = re.compile(r"\d{4}-\d\d(-\d\d([T ].*)?)?")
_NOT_OFFERED = {
    "$where": "JavaScript is never run",
    "$function": "JavaScript is never run",
    "$accumulator": "JavaScript is never run",
    "$near": "AppDB does not offer it",
    "$nearSphere": "AppDB does not offer it",
    "$text": "AppDB does not offer it; write $regex",
}
_OTHER_SPELLINGS = frozenset(
    {
        "bad escape",
        "unknown extension",
        "global flags",
        "unknown property",
        "bad character in group name",
        "look-behind requires",
    }
)


def check_query(query: Mapping[str, JsonValue]) -> None:
    """Raise InvalidInput for what is no query, or one that this server does not send."""
    check_size(query, "A filter", levels=MOST_LEVELS, parts=MOST_PARTS)
    _query(query)


def check_size(value: JsonValue | Mapping[str, JsonValue], what: str, *, levels: int, parts: int) -> None:
    """Raise InvalidInput for JSON that is nested deeper, has more parts, or a number that JSON cannot write."""
    waiting, count = [(value, 1)], 0
    while waiting:
        part, level = waiting.pop()
        count += 1
        if level > levels or count > parts:
            raise InvalidInput(f"{what} has at most {levels} levels and {parts:,} parts.", "Make it smaller.")
        if isinstance(part, float) and not isfinite(part):
            raise InvalidInput(f"{what} holds a number that JSON cannot write (NaN or infinity).", "Use null.")
        within: Iterable[JsonValue] = (
            part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
        )
        waiting += [(each, level + 1) for each in within]


def dates_in_content(query: Mapping[str, JsonValue]) -> list[str]:
    """The properties of the content that a query compares with `{"$date": …}`, though JSON holds dates as text."""
    found = []
    for key, value in query.items():
        if key in {"$and", "$or", "$nor"} and isinstance(value, list):
            found += [name for part in value if isinstance(part, dict) for name in dates_in_content(part)]
        elif key.startswith("content.") and _has_date(value):
            found.append(key)
    return list(dict.fromkeys(found))


def no_such_operator(name: str, known: Iterable[str], where: str) -> InvalidInput:
    """The error for an operator that does not stand where it was written."""
    if name in _NOT_OFFERED:
        return InvalidInput(f"{name} is not available: {_NOT_OFFERED[name]}.", "Write it with other operators.")
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    hint = f"Nearest: {', '.join(near)}." if near else f"There are: {', '.join(sorted(known))}."
    return InvalidInput(f"{foreign(name, 60)} is not an operator {where}.", hint)


def _query(query: Mapping[str, JsonValue]) -> None:
    for key, value in query.items():
        if key in _TOP:
            _TOP[key](key, value)
        elif key.startswith("$"):
            if key in _OPERANDS:
                raise InvalidInput(f"{key} belongs to a property.", f'Write {{"amount": {{"{key}": …}}}}.')
            raise no_such_operator(key, _TOP, "between properties")
        elif not key.strip() or ".." in key or key.startswith(".") or key.endswith("."):
            raise InvalidInput(f'"{foreign(key, 60)}" is not a property.', "Parts stand between single dots.")
        else:
            _condition(key, value)


def _condition(name: str, value: JsonValue) -> None:
    if not isinstance(value, dict) or "$date" in value or not any(key.startswith("$") for key in value):
        _literal(name, value)
        return
    for operator, operand in value.items():
        if operator not in _OPERANDS:
            if operator in _TOP:
                raise InvalidInput(f"{operator} stands around properties.", f'Write {{"{operator}": [{{"a": 1}}]}}.')
            raise no_such_operator(operator, _OPERANDS, f"for {foreign(name, 60)}")
        _OPERANDS[operator](name, operand)
    if "$options" in value and "$regex" not in value:
        raise InvalidInput("$options goes with $regex only.", 'Write {"$regex": "happy", "$options": "i"}.')


def _literal(name: str, value: JsonValue) -> None:
    """A value to compare with: any JSON, in which `$date` is the only operator."""
    if isinstance(value, str) and name in DATE_FIELDS:
        raise InvalidInput(f"{name} is a date, not text.", f'Compare it with {{"$date": "{_instant(value)}"}}.')
    if isinstance(value, list):
        for part in value:
            _literal(name, part)
    elif isinstance(value, dict):
        if "$date" in value:
            _date(value)
            return
        for key, part in value.items():
            if key.startswith("$"):
                raise _misplaced(key, name)
            _literal(f"{name}.{key}", part)


def _misplaced(operator: str, name: str) -> InvalidInput:
    if operator not in _OPERANDS:
        return no_such_operator(operator, ["$date"], f"within a value of {foreign(name, 60)}")
    return InvalidInput(
        f"{operator} does nothing within a value.", f'Write {{"{foreign(name, 60)}": {{"{operator}": …}}}}.'
    )


def _date(value: Mapping[str, JsonValue]) -> None:
    date = value["$date"]
    if len(value) > 1 or not isinstance(date, str) or not _INSTANT.fullmatch(date) or not _parsed(date):
        raise InvalidInput(
            "$date takes one moment in UTC, with milliseconds and Z.", f'Write {{"$date": "{_instant(date)}"}}.'
        )


def _instant(value: JsonValue) -> str:
    """The moment that was meant, in the form that Domo reads; an example where that cannot be told."""
    moment = _parsed(value) if isinstance(value, str) and _LIKE_A_DATE.fullmatch(value) else None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z" if moment else "2026-01-31T00:00:00.000Z"


def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _has_date(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return "$date" in value or any(_has_date(part) for part in value.values())
    return isinstance(value, list) and any(_has_date(part) for part in value)


def _queries(operator: str, value: JsonValue) -> None:
    if not isinstance(value, list) or not value:
        raise InvalidInput(f"{operator} takes a list of queries.", f'Write {{"{operator}": [{{"a": 1}}, {{"b": 2}}]}}.')
    for part in value:
        if not isinstance(part, dict):
            raise InvalidInput(
                f"{operator} takes a list of queries, each an object.", f"Not {foreign(json.dumps(part), 60)}."
            )
        _query(part)


def _expression(_operator: str, value: JsonValue) -> None:
    if isinstance(value, list):
        for part in value:
            _expression("", part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key in _NOT_OFFERED:
                raise no_such_operator(key, (), "of $expr")
            _expression("", part)


def _element(name: str, value: JsonValue) -> None:
    if not isinstance(value, dict):
        raise InvalidInput("$elemMatch takes an object.", 'Write {"$elemMatch": {"qty": {"$gt": 5}}} or {"$gt": 5}.')
    if any(key in _OPERANDS for key in value):
        _condition(name, value)
    else:
        _query(value)


def _not(name: str, value: JsonValue) -> None:
    if not isinstance(value, dict) or not value or not all(key.startswith("$") for key in value):
        raise InvalidInput("$not takes an object of operators.", f'Write {{"{foreign(name, 60)}": {{"$ne": …}}}}.')
    _condition(name, value)


def _regex(_name: str, value: JsonValue) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST_PATTERN:
        raise InvalidInput(f"$regex takes a pattern of at most {_LONGEST_PATTERN} characters.", "Pass it as text.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        if not any(known in str(error) for known in _OTHER_SPELLINGS):  # what Python spells otherwise, MongoDB may know
            raise InvalidInput(
                f"$regex is not a pattern: {error}.", "Escape ( [ * + ? . with \\ to mean themselves."
            ) from None


def _options(_name: str, value: JsonValue) -> None:
    if not isinstance(value, str) or not set(value) <= set("imsxu"):
        raise InvalidInput("$options takes letters of i, m, s, x.", '"i" ignores case.')


def _takes(operator: str, what: str, fits: Callable[[JsonValue], bool]) -> Callable[[str, JsonValue], None]:
    def check(name: str, value: JsonValue) -> None:
        if not fits(value):
            place = "" if name == operator else f" for {foreign(name, 60)}"
            raise InvalidInput(f"{operator}{place} takes {what}.", f"Not {foreign(json.dumps(value), 60)}.")

    return check


def _list_for(operator: str) -> Callable[[str, JsonValue], None]:
    is_list = _takes(operator, "a list of values", lambda value: isinstance(value, list))

    def check(name: str, value: JsonValue) -> None:
        is_list(name, value)
        _literal(name, value)

    return check


def _bits_for(operator: str) -> Callable[[str, JsonValue], None]:
    return _takes(
        operator,
        "a bit mask or a list of bit positions",
        lambda value: _is_whole(value) or (isinstance(value, list) and all(map(_is_whole, value))),
    )


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: JsonValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _picks_elements(part: JsonValue) -> bool:
    return isinstance(part, dict) and [*part] == ["$elemMatch"]


def _all(name: str, value: JsonValue) -> None:
    if isinstance(value, list) and value and all(_picks_elements(part) for part in value):
        for part in value:
            _condition(name, part)
    else:
        _list_for("$all")(name, value)


_TOP: Mapping[str, Callable[[str, JsonValue], None]] = {
    "$and": _queries,
    "$or": _queries,
    "$nor": _queries,
    "$expr": _expression,
    "$jsonSchema": _takes("$jsonSchema", "a schema", lambda value: isinstance(value, dict)),
    "$comment": _takes("$comment", "a text", lambda value: isinstance(value, str)),
}

_OPERANDS: Mapping[str, Callable[[str, JsonValue], None]] = {
    **dict.fromkeys(("$eq", "$ne", "$gt", "$gte", "$lt", "$lte"), _literal),
    **{name: _list_for(name) for name in ("$in", "$nin")},
    **{name: _bits_for(name) for name in ("$bitsAllClear", "$bitsAllSet", "$bitsAnyClear", "$bitsAnySet")},
    **{
        name: _takes(name, "a shape", lambda value: isinstance(value, dict))
        for name in ("$geoIntersects", "$geoWithin")
    },
    "$all": _all,
    "$elemMatch": _element,
    "$exists": _takes("$exists", "true or false", lambda value: isinstance(value, bool)),
    "$mod": _takes(
        "$mod",
        "a list of divisor and remainder",
        lambda value: isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)) and value[0] != 0,
    ),
    "$not": _not,
    "$options": _options,
    "$regex": _regex,
    "$size": _takes("$size", "a count", lambda value: _is_whole(value) and value >= 0),
    "$type": _takes(
        "$type",
        "a type's name or number, or a list of them",
        lambda value: isinstance(value, str | int | list) and not isinstance(value, bool),
    ),
}
