"""Whether the inputs of a call are those that a Code Engine function declares. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.errors import InvalidInput
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.codeengine import Variable


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_key(value: JsonValue) -> bool:
    return not isinstance(value, bool) and isinstance(value, str | int) and str(value).isdigit()


def _is_moment(read: Callable[[str], object], value: JsonValue) -> bool:
    try:
        return isinstance(value, str) and bool(read(value))
    except ValueError:
        return False


_KINDS: Mapping[str, tuple[str, Callable[[JsonValue], bool]]] = {
    "number": ("a number", _is_number),
    "decimal": ("a number", _is_number),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "text": ("a text", _is_text),
    "date": ("a date such as 2026-01-31", partial(_is_moment, date.fromisoformat)),
    "datetime": ("a time such as 2026-01-31T08:00:00Z", partial(_is_moment, datetime.fromisoformat)),
    "time": ("a time such as 08:00:00", partial(_is_moment, time.fromisoformat)),
    "duration": ("a text", _is_text),
    "object": ("an object", lambda value: isinstance(value, dict)),
    "person": ("the id of a user", _is_key),
    "group": ("the id of a group", _is_key),
    "dataset": ("the id of a dataset", _is_text),
}
"""How a value of each type looks, and whether one is of it."""


def check_inputs(declared: Sequence[Variable], given: Mapping[str, JsonValue]) -> None:
    """Raise InvalidInput for names that are not declared, for required ones that lack, for values of another type.

    A type that is not known here takes any value.
    """
    known = {variable.name: variable for variable in declared}
    for name in given:
        if name not in known:
            raise InvalidInput(f'The function has no input "{foreign(name, 60)}".', _instead(name, declared))
    for name, variable in known.items():
        if name in given:
            _check(variable, given[name])
        elif variable.required:
            raise InvalidInput(f'The input "{foreign(name, 60)}" is required.', _all(declared))


def told(variable: Variable) -> str:
    """An input or output in words: price: decimal, texts: list of text, year: number (may be left out)."""
    kind = f"{'list of ' if variable.is_list else ''}{variable.type or 'anything'}"
    return f"{variable.name}: {kind}{'' if variable.required else ' (may be left out)'}"


def _check(variable: Variable, value: JsonValue) -> None:
    if value is None:
        if variable.required:
            raise InvalidInput(f'The input "{foreign(variable.name, 60)}" must not be null.', _wanted(variable))
        return
    if variable.is_list != isinstance(value, list) and (variable.is_list or variable.type.casefold() in _KINDS):
        what = "a list" if variable.is_list else "one value, not a list"
        raise InvalidInput(f'The input "{foreign(variable.name, 60)}" is {what}.', _wanted(variable))
    for each in value if isinstance(value, list) and variable.is_list else [value]:
        if not _is(each, variable.type.casefold()):
            raise InvalidInput(f'The input "{foreign(variable.name, 60)}" is of another type.', _wanted(variable))


def _is(value: JsonValue, kind: str) -> bool:
    return kind not in _KINDS or _KINDS[kind][1](value)


def _wanted(variable: Variable) -> str:
    looks, _ = _KINDS.get(variable.type.casefold(), (foreign(variable.type, 40), None))
    return f"Pass {'a list, each of it ' if variable.is_list else ''}{looks}."


def _instead(name: str, declared: Sequence[Variable]) -> str:
    names = {variable.name.casefold(): variable.name for variable in declared}
    near = difflib.get_close_matches(name.casefold(), names, n=1)
    return f"Did you mean {foreign(names[near[0]], 60)}?" if near else _all(declared)


def _all(declared: Sequence[Variable]) -> str:
    if not declared:
        return "It takes no inputs."
    return f"Its inputs: {'; '.join(foreign(told(variable), 80) for variable in declared[:20])}."
