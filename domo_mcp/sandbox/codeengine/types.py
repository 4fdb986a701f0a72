"""Which values are of which declared type. Pure; what Domo itself takes for a type is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import JsonValue

from domo_mcp.sandbox.codeengine.definitions import Function, Type, Variable

UNDEFINED = object()
"""What a function gives that returns nothing."""


def fits(value: JsonValue, variable: Variable) -> bool:
    """Tell whether a value is one for an input or output."""
    if value is None:
        return variable.nullable
    if variable.is_list:
        return isinstance(value, list) and all(_is(part, variable.type) for part in value)
    return _is(value, variable.type)


def mismatches(function: Function, inputs: Mapping[str, JsonValue]) -> list[str]:
    """Say what is wrong with the inputs of a call: those that lack, are unknown, or are of another type."""
    declared = {variable.name: variable for variable in function.inputs}
    wrong = [f"Unknown input '{name}'" for name in inputs if name not in declared]
    for name, variable in declared.items():
        if name not in inputs and not variable.nullable:
            wrong.append(f"Missing required input '{name}'")
        elif name in inputs and not fits(inputs[name], variable):
            wrong.append(f"Input '{name}' should be {variable.type} and is {named(inputs[name])}")
    return wrong


def named(value: JsonValue) -> str:
    """Give the type that a value has by itself."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return named(value[0]) if value else "list"
        case _:
            return "object"


def _is(value: JsonValue, kind: Type) -> bool:
    match kind:
        case "number" | "decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict)
        case "person" | "group":
            return isinstance(value, str | int) and str(value).isdigit()
        case "date" | "dateTime":
            return isinstance(value, str) and _is_moment(value, kind)
        case _:
            return isinstance(value, str)


def _is_moment(text: str, kind: Type) -> bool:
    try:
        (date if kind == "date" else datetime).fromisoformat(text)
    except ValueError:
        return False
    return True
