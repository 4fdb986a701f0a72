"""The arguments of a tool: one pydantic model from its signature, a lean JSON schema, errors a model can act on."""

from __future__ import annotations

import difflib
import inspect
import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Annotated, Any, get_type_hints

from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.toolset import ToolFunction
from domo_mcp.untrusted import foreign

Instance = Annotated[str, Field(description="Which Domo instance.")]


class Arguments(ArgModelBase):
    """Base of every tool's arguments: unknown names are refused, numbers are taken where text is wanted."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True, arbitrary_types_allowed=True)

    def given(self) -> dict[str, Any]:
        """The arguments that the caller named, as the tool's own types."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def arguments_model(
    fn: ToolFunction, *, without: frozenset[str] = frozenset(), extra: Mapping[str, Any] | None = None
) -> type[Arguments]:
    """The model of `fn`'s parameters, the call itself and those in `without` left out, those in `extra` added."""
    return _made(fn, without, extra) if extra else _model_of(fn, without)


@cache
def _model_of(fn: ToolFunction, without: frozenset[str]) -> type[Arguments]:
    return _made(fn, without, {})


def _made(fn: ToolFunction, without: frozenset[str], extra: Mapping[str, Any]) -> type[Arguments]:
    hints = get_type_hints(fn, include_extras=True)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is inspect.Parameter.empty else parameter.default)
        for name, parameter in list(inspect.signature(fn).parameters.items())[1:]
        if name not in without
    }
    return create_model(f"{fn.__name__}_arguments", __base__=Arguments, **fields, **extra)


def lean_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model` without what only costs tokens: titles, null alternatives, null defaults."""
    return deepcopy(_lean_schema(model))


@cache
def _lean_schema(model: type[BaseModel]) -> dict[str, Any]:
    schema: dict[str, Any] = _lean(model.model_json_schema())
    schema.pop("description", None)
    return {"type": "object", "properties": {}, **schema}


def parse(model: type[Arguments], raw: Mapping[str, Any]) -> Arguments:
    """`raw` as the tool's own types.

    Takes what models really send (numbers and lists as text, null for "not given") and refuses what would be a guess
    (true for a number, names that do not exist). Raises InvalidInput that names each fault, or what the argument's own
    type raises.
    """
    sent = {name: _from_text(model, name, value) for name, value in raw.items() if value is not None}
    _check_json(sent)
    for name, value in sent.items():
        if isinstance(value, bool) and name in model.model_fields and not _takes(model, name, "boolean"):
            raise InvalidInput(f"{name}: {str(value).lower()} is not what it takes.", _expectation(model, name))
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise InvalidInput(" ".join(_fault(model, fault) for fault in error.errors(include_url=False)[:5])) from None


def _check_json(sent: Mapping[str, Any]) -> None:
    """Raise InvalidInput for what Python's readers of JSON take although JSON does not have it."""
    try:
        json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise InvalidInput(
            "The arguments hold NaN, infinity, half of a character, too long a number or too deep a nest.",
            "Send what JSON has; null or a text for the rest.",
        ) from None


def _fault(model: type[Arguments], fault: Any) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else ""
    itself = len(fault["loc"]) == 1  # else it is about a part of the argument
    if fault["type"] == "extra_forbidden" and itself:
        near = difflib.get_close_matches(name, model.model_fields, n=1, cutoff=0.5)
        meant = f" Did you mean {near[0]}?" if near else ""
        return f"There is no argument {foreign(name, 60)}.{meant} It takes: {', '.join(model.model_fields) or 'none'}."
    if fault["type"] == "missing" and itself:
        return f"{name} is required: {_expectation(model, name)}"
    place = foreign(".".join(str(part) for part in fault["loc"]), 80)
    return f"{place}: {fault['msg']} (got {foreign(json.dumps(fault['input'], default=str), 80)})."


def _expectation(model: type[Arguments], name: str) -> str:
    return model.model_fields[name].description or ""


def _from_text(model: type[Arguments], name: str, value: Any) -> Any:
    """A list or object that came as JSON in a text, unpacked; anything else as it is."""
    if isinstance(value, str) and name in model.model_fields and value.lstrip()[:1] in {"[", "{"}:
        if _takes(model, name, "string"):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, str) and name in model.model_fields and _takes(model, name, "array"):
        return [value]
    return value


def _takes(model: type[Arguments], name: str, kind: str) -> bool:
    return kind in _types(model).get(name, frozenset())


@cache
def _types(model: type[Arguments]) -> dict[str, frozenset[str]]:
    """The JSON types that each argument takes."""
    return {
        name: frozenset(str(part.get("type")) for part in (schema, *schema.get("anyOf", ())))
        for name, schema in lean_schema(model)["properties"].items()
    }


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    return {"type": "null"} in schema.get("anyOf", ())


def _lean(node: Any) -> Any:
    if isinstance(node, list):
        return [_lean(part) for part in node]
    if not isinstance(node, dict):
        return node
    lean = {
        key: {name: _lean(part) for name, part in value.items()} if key in {"properties", "$defs"} else _lean(value)
        for key, value in node.items()
        if key != "title" and not (key == "default" and value is None)
    }
    if "required" in lean:
        lean["required"] = [name for name in lean["required"] if not _may_be_null(node["properties"][name])]
    choices = [choice for choice in lean.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        lean = {**choices[0], **{key: value for key, value in lean.items() if key != "anyOf"}}
    elif choices:
        lean["anyOf"] = choices
    return lean
