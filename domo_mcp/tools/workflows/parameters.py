"""What a start is given, checked against what its definition takes. Pure."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.errors import InvalidInput, UnknownName
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.workflow_models import Parameter

MOST_CHARACTERS = 1_000_000
"""Domo's limit for a variable is 1 MB (portal, Automate-Actions, Workflows)."""

_MOST_TOLD = 5


def check_size(given: Mapping[str, JsonValue]) -> None:
    """Raise InvalidInput for more than a variable may hold."""
    if len(json.dumps(given, ensure_ascii=False)) > MOST_CHARACTERS:
        raise InvalidInput("The parameters are larger than 1 MB.", "Pass an id of what holds the data.")


def checked(given: Mapping[str, JsonValue], takes: Sequence[Parameter]) -> dict[str, JsonValue]:
    """The parameters as they are sent, those that are null left out.

    Raises UnknownName for one that the definition does not have, InvalidInput that names each value of a wrong type
    and each required one that is missing.
    """
    named = {each.name: each for each in takes}
    sent: dict[str, JsonValue] = {name: value for name, value in given.items() if value is not None}
    unknown = [name for name in sent if name not in named]
    if unknown:
        raise _unknown(unknown[0], named)
    faults = [*_missing(sent, takes), *_wrong(sent, named)]
    if faults:
        raise InvalidInput(" ".join(faults[:_MOST_TOLD]), f"It takes: {described(takes)}.")
    return sent


def alike(sent: Mapping[str, JsonValue], takes: Sequence[Parameter]) -> dict[str, JsonValue]:
    """The parameters in one spelling, the same for values that mean the same to their type; defaults are filled in."""
    types = {each.name: each.type.casefold() for each in takes}
    defaults = {each.name: each.default for each in takes if each.default is not None}
    return {name: _spelled(value, types.get(name, "")) for name, value in {**defaults, **sent}.items()}


def _spelled(value: JsonValue, kind: str) -> JsonValue:
    if isinstance(value, list):
        return [_spelled(part, kind) for part in value]
    if isinstance(value, dict):
        return {name: _spelled(part, "") for name, part in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | str) and not isinstance(value, bool) and kind in _SPELLINGS:
        try:
            return _SPELLINGS[kind](str(value))
        except ValueError:
            return value
    return value


def _number(text: str) -> JsonValue:
    return int(text) if text.lstrip("-").isdigit() else _spelled(float(text), "")


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


_SPELLINGS: Mapping[str, Callable[[str], JsonValue]] = {
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "datetime": _moment,
    "decimal": _number,
    "group": int,
    "number": _number,
    "person": int,
    "time": lambda text: time.fromisoformat(text).isoformat(),
}


def described(takes: Sequence[Parameter]) -> str:
    """All parameters on one line: name, type, whether required."""
    return ", ".join(
        f"{foreign(each.name, 60)} ({type_of(each)}{', required' if each.required else ''})" for each in takes
    )


def type_of(parameter: Parameter) -> str:
    """The type of a parameter as one word, or "list of" it."""
    return f"{'list of ' if parameter.is_list else ''}{foreign(parameter.type, 40)}"


def _unknown(name: str, named: Mapping[str, Parameter]) -> UnknownName:
    folded = {other.casefold(): other for other in named}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.4)
    meant = f" Did you mean {foreign(folded[close[0]], 60)}?" if close else ""
    takes = f"It takes: {described(list(named.values()))}." if named else "It takes none."
    return UnknownName(f"The workflow has no parameter {foreign(name, 60)}.{meant}", takes)


def _missing(sent: Mapping[str, JsonValue], takes: Sequence[Parameter]) -> Iterator[str]:
    for each in takes:
        if each.required and each.default is None and each.name not in sent:
            yield f"{foreign(each.name, 60)} is required."


def _wrong(sent: Mapping[str, JsonValue], named: Mapping[str, Parameter]) -> Iterator[str]:
    for name, value in sent.items():
        takes = named[name]
        fits, example = _TYPES.get(takes.type.casefold(), (_anything, ""))
        if takes.is_list is not isinstance(value, list):
            yield f"{foreign(name, 60)} takes {'a list' if takes.is_list else 'one value, not a list'}."
        elif not all(map(fits, value if isinstance(value, list) else [value])):
            got = foreign(json.dumps(value), 60)
            yield f"{foreign(name, 60)} takes {type_of(takes)}, such as {example}; got {got}."


def _anything(_value: JsonValue) -> bool:
    return True


def _is_boolean(value: JsonValue) -> bool:
    return isinstance(value, bool)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_object(value: JsonValue) -> bool:
    return isinstance(value, dict)


def _is_id(value: JsonValue) -> bool:
    """People and groups have numbers."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.isdigit())


def _is_dataset(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_duration(value: JsonValue) -> bool:
    """How Domo writes durations is documented nowhere: ISO 8601, or a number of whatever it counts."""
    return _is_number(value) or (isinstance(value, str) and re.fullmatch(r"-?P(?=.)[\dYMWDTHS.]+", value) is not None)


def _reads(read: Callable[[str], object], shape: str) -> Callable[[JsonValue], bool]:
    def fits(value: JsonValue) -> bool:
        if not isinstance(value, str) or not re.match(shape, value):
            return False
        try:
            read(value)
        except ValueError:
            return False
        return True

    return fits


_TYPES: Mapping[str, tuple[Callable[[JsonValue], bool], str]] = {
    "boolean": (_is_boolean, "true"),
    "date": (_reads(date.fromisoformat, r"\d{4}-\d\d-\d\d$"), '"2026-01-31"'),
    "datetime": (_reads(datetime.fromisoformat, r"\d{4}-\d\d-\d\d[T ]\d\d"), '"2026-01-31T09:30:00Z"'),
    "decimal": (_is_number, "12.5"),
    "duration": (_is_duration, '"PT2H"'),
    "number": (_is_number, "13"),
    "object": (_is_object, '{"key": "value"}'),
    "person": (_is_id, "the user id 27"),
    "group": (_is_id, "the group id 12"),
    "dataset": (_is_dataset, "a dataset id or name"),
    "text": (_is_text, '"text"'),
    "time": (_reads(time.fromisoformat, r"\d\d:\d\d"), '"09:30"'),
}
