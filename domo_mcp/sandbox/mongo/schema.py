"""`$jsonSchema`: JSON Schema draft 4 with MongoDB's `bsonType` (manual: reference/operator/query/jsonSchema).

A keyword about texts says nothing of numbers, and so on: each is asked of the values it is about only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from domo_mcp.sandbox.mongo.comparisons import has_type
from domo_mcp.sandbox.mongo.paths import Test
from domo_mcp.sandbox.mongo.patterns import pattern_test
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import equal, is_number, order_key


def valid(schema: Any) -> Test:
    """Whether a value satisfies a schema.

    Raises:
        BadQuery: a keyword that MongoDB does not have, or a value that the keyword does not take.
    """
    if not isinstance(schema, dict):
        raise BadQuery("$jsonSchema must be an object")
    tests = [_keyword(name, wanted, schema) for name, wanted in schema.items() if name not in _SAYS_NOTHING]
    return lambda value: all(test(value) for test in tests)


def _keyword(name: str, wanted: Any, schema: Mapping[str, Any]) -> Test:
    if name in ("$ref", "$schema", "default", "definitions", "format", "id"):
        raise BadQuery(f"$jsonSchema keyword '{name}' is not currently supported")
    if name in _COUNTS:
        return _count(name, wanted)
    if name not in _KEYWORDS:
        raise BadQuery(f"Unknown $jsonSchema keyword: {name}")
    return _KEYWORDS[name](wanted, schema)


def _count(name: str, wanted: Any) -> Test:
    of, holds = _COUNTS[name]
    if type(wanted) is not int or wanted < 0:
        raise BadQuery(f"$jsonSchema keyword '{name}' must be a non-negative whole number")
    return lambda value: type(value) is not of or holds(len(value), wanted)


def _required(wanted: Any, _: Mapping[str, Any]) -> Test:
    names = _texts("required", wanted)
    return lambda value: not isinstance(value, dict) or all(name in value for name in names)


def _properties(wanted: Any, _: Mapping[str, Any]) -> Test:
    tests = {name: valid(schema) for name, schema in _object("properties", wanted).items()}
    return lambda value: (
        not isinstance(value, dict) or all(test(value[name]) for name, test in tests.items() if name in value)
    )


def _pattern_properties(wanted: Any, _: Mapping[str, Any]) -> Test:
    tests = [(pattern_test(name, ""), valid(schema)) for name, schema in _object("patternProperties", wanted).items()]
    return lambda value: (
        not isinstance(value, dict)
        or all(test(each) for name, each in value.items() for matches, test in tests if matches(name))
    )


def _additional_properties(wanted: Any, schema: Mapping[str, Any]) -> Test:
    known = set(_object("properties", schema.get("properties", {})))
    patterns = [pattern_test(name, "") for name in _object("patternProperties", schema.get("patternProperties", {}))]
    test = _schema_or_flag(wanted)

    def holds(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        others = (name for name in value if name not in known and not any(matches(name) for matches in patterns))
        return all(test(value[name]) for name in others)

    return holds


def _schema_or_flag(wanted: Any) -> Test:
    return (lambda _: wanted) if isinstance(wanted, bool) else valid(wanted)


def _dependencies(wanted: Any, _: Mapping[str, Any]) -> Test:
    tests = {
        name: valid(each) if isinstance(each, dict) else _required(each, {})
        for name, each in _object("dependencies", wanted).items()
    }
    return lambda value: (
        not isinstance(value, dict) or all(test(value) for name, test in tests.items() if name in value)
    )


def _json_type(wanted: Any, _: Mapping[str, Any]) -> Test:
    names = _texts("type", wanted if isinstance(wanted, list) else [wanted])
    if unknown := [name for name in names if name not in _JSON_TYPES]:
        raise BadQuery(f"$jsonSchema type '{unknown[0]}' is not currently supported.")
    return has_type([_JSON_TYPES[name] for name in names])


def _bson_type(wanted: Any, _: Mapping[str, Any]) -> Test:
    _texts("bsonType", wanted if isinstance(wanted, list) else [wanted])
    return has_type(wanted)


def _enum(wanted: Any, _: Mapping[str, Any]) -> Test:
    if not isinstance(wanted, list) or not wanted:
        raise BadQuery("$jsonSchema keyword 'enum' must be a nonempty array")
    return lambda value: any(equal(value, each) for each in wanted)


def _minimum(wanted: Any, schema: Mapping[str, Any]) -> Test:
    least = _number("minimum", wanted)
    if schema.get("exclusiveMinimum"):
        return lambda value: not is_number(value) or value > least
    return lambda value: not is_number(value) or value >= least


def _maximum(wanted: Any, schema: Mapping[str, Any]) -> Test:
    most = _number("maximum", wanted)
    if schema.get("exclusiveMaximum"):
        return lambda value: not is_number(value) or value < most
    return lambda value: not is_number(value) or value <= most


def _exclusive(wanted: Any, schema: Mapping[str, Any]) -> Test:
    if not isinstance(wanted, bool) or not {"minimum", "maximum"} & set(schema):
        raise BadQuery("$jsonSchema keyword 'exclusiveMinimum' or 'exclusiveMaximum' is a boolean beside its bound")
    return lambda _: True


def _multiple_of(wanted: Any, _: Mapping[str, Any]) -> Test:
    step = _number("multipleOf", wanted)
    if step <= 0:
        raise BadQuery("$jsonSchema keyword 'multipleOf' must have a positive value")
    return lambda value: not is_number(value) or value % step == 0


def _pattern(wanted: Any, _: Mapping[str, Any]) -> Test:
    if not isinstance(wanted, str):
        raise BadQuery("$jsonSchema keyword 'pattern' must be a string")
    matches = pattern_test(wanted, "")
    return lambda value: not isinstance(value, str) or matches(value)


def _items(wanted: Any, schema: Mapping[str, Any]) -> Test:
    if not isinstance(wanted, list):
        each = valid(wanted)
        return lambda value: not isinstance(value, list) or all(map(each, value))
    tests, beyond = [valid(part) for part in wanted], _schema_or_flag(schema.get("additionalItems", True))
    return lambda value: (
        not isinstance(value, list)
        or (all(test(part) for test, part in zip(tests, value, strict=False)) and all(map(beyond, value[len(tests) :])))
    )


def _additional_items(wanted: Any, _: Mapping[str, Any]) -> Test:
    _schema_or_flag(wanted)
    return lambda _: True


def _unique_items(wanted: Any, _: Mapping[str, Any]) -> Test:
    if not isinstance(wanted, bool):
        raise BadQuery("$jsonSchema keyword 'uniqueItems' must be a boolean")
    return lambda value: not wanted or not isinstance(value, list) or len(set(map(order_key, value))) == len(value)


def _all_of(wanted: Any, _: Mapping[str, Any]) -> Test:
    tests = _schemas("allOf", wanted)
    return lambda value: all(test(value) for test in tests)


def _any_of(wanted: Any, _: Mapping[str, Any]) -> Test:
    tests = _schemas("anyOf", wanted)
    return lambda value: any(test(value) for test in tests)


def _one_of(wanted: Any, _: Mapping[str, Any]) -> Test:
    tests = _schemas("oneOf", wanted)
    return lambda value: sum(map(bool, (test(value) for test in tests))) == 1


def _not(wanted: Any, _: Mapping[str, Any]) -> Test:
    test = valid(wanted)
    return lambda value: not test(value)


def _schemas(name: str, wanted: Any) -> Sequence[Test]:
    if not isinstance(wanted, list) or not wanted:
        raise BadQuery(f"$jsonSchema keyword '{name}' must be a nonempty array")
    return [valid(each) for each in wanted]


def _texts(name: str, wanted: Any) -> Sequence[str]:
    if not isinstance(wanted, list) or not wanted or not all(isinstance(each, str) for each in wanted):
        raise BadQuery(f"$jsonSchema keyword '{name}' must be a nonempty array of strings")
    return wanted


def _object(name: str, wanted: Any) -> Mapping[str, Any]:
    if not isinstance(wanted, dict):
        raise BadQuery(f"$jsonSchema keyword '{name}' must be an object")
    return wanted


def _number(name: str, wanted: Any) -> Any:
    if not is_number(wanted):
        raise BadQuery(f"$jsonSchema keyword '{name}' must be a number")
    return wanted


_SAYS_NOTHING: Final = frozenset({"title", "description"})
_JSON_TYPES: Final = {name: name for name in ("string", "number", "object", "array", "null")} | {"boolean": "bool"}
_COUNTS: Final[Mapping[str, tuple[type[str | list[Any] | dict[str, Any]], Callable[[int, int], bool]]]] = {
    "minLength": (str, int.__ge__), "maxLength": (str, int.__le__),
    "minItems": (list, int.__ge__), "maxItems": (list, int.__le__),
    "minProperties": (dict, int.__ge__), "maxProperties": (dict, int.__le__),
}  # fmt: skip
_KEYWORDS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], Test]]] = {
    "required": _required, "properties": _properties, "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties, "dependencies": _dependencies,
    "type": _json_type, "bsonType": _bson_type, "enum": _enum,
    "minimum": _minimum, "maximum": _maximum, "exclusiveMinimum": _exclusive, "exclusiveMaximum": _exclusive,
    "multipleOf": _multiple_of, "pattern": _pattern,
    "items": _items, "additionalItems": _additional_items, "uniqueItems": _unique_items,
    "allOf": _all_of, "anyOf": _any_of, "oneOf": _one_of, "not": _not,
}  # fmt: skip
