"""Update operations as AppDB takes them, checked before Domo sees one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from pydantic import JsonValue

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.appdb.mongo.checking import MOST_LEVELS, MOST_PARTS, check_size, no_such_operator
from domo_mcp.tools.appdb.mongo.paths import OWN_FIELDS, in_domo
from domo_mcp.untrusted import foreign

OPERATORS = (
    "$currentDate", "$inc", "$min", "$max", "$mul", "$rename", "$set", "$unset", "$addToSet", "$pop", "$pullAll",
    "$push",
)  # fmt: skip
"""App-Framework document, Partially Update Documents Using Queries; `$push` is what its modifiers belong to."""

_MODIFIERS = {"$push": {"$each", "$position", "$slice", "$sort"}, "$addToSet": {"$each"}}
_CONTENT_LEVELS = 100  # as deep as MongoDB stores
_CONTENT_PARTS = 100_000


def check_operation(operation: Mapping[str, JsonValue]) -> None:
    """Raise InvalidInput for what is no operation of the documented kind, or would touch more than the content."""
    check_size(operation, "An operation", levels=MOST_LEVELS, parts=MOST_PARTS)
    if not operation:
        raise InvalidInput("The operation is empty.", 'Write {"$set": {"status": "done"}}, or use `set`.')
    for operator, changes in operation.items():
        _operator(operator)
        if not isinstance(changes, dict) or not changes:
            raise InvalidInput(f"{operator} takes an object of properties.", f'Write {{"{operator}": {{"a": …}}}}.')
        for name, value in changes.items():
            _own_field(name)
            _change(operator, name, value)
    _conflicts(sorted(name.split(".") for name in names_in_operation(operation)))


def check_content(content: Mapping[str, JsonValue]) -> None:
    """Raise InvalidInput for a content that AppDB cannot keep as it is."""
    check_size(content, "A document", levels=_CONTENT_LEVELS, parts=_CONTENT_PARTS)
    for name in _keys(content):
        if name.startswith("$"):
            raise InvalidInput(
                f"A content cannot have a property {foreign(name, 60)}.",
                "It is stored as it is; operators go into update_appdb_documents.",
            )


def names_in_operation(operation: Mapping[str, JsonValue]) -> list[str]:
    """The properties that an operation changes, as AppDB names them; of `$rename` both names."""
    names = list[str]()
    for operator, changes in operation.items():
        for name, value in changes.items() if isinstance(changes, dict) else ():
            names += (
                [in_domo(name), in_domo(value)] if operator == "$rename" and isinstance(value, str) else [in_domo(name)]
            )
    return names


def _operator(operator: str) -> None:
    if operator == "$setOnInsert":
        raise InvalidInput(
            "$setOnInsert is not supported: an update reaches only documents that exist.",
            "Use $set, or upsert_appdb_documents.",
        )
    if operator == "$pull":
        raise InvalidInput("$pull is not among AppDB's operators.", "Use $pullAll with the values to remove.")
    if not operator.startswith("$"):
        raise InvalidInput(f"{foreign(operator, 60)} is not an operator.", "Pass plain properties in `set`.")
    if operator not in OPERATORS:
        raise no_such_operator(operator, OPERATORS, "among those that Domo documents for AppDB updates")


def _own_field(name: str) -> None:
    if name in OWN_FIELDS:
        raise InvalidInput(
            f"{name} belongs to the document itself and cannot be set.",
            f"Write content.{name} for a property of that name in its content.",
        )
    if name == "content":
        raise InvalidInput("That would replace the whole content.", "Name the properties to change.")
    parts = name.split(".")
    if not all(part.strip() for part in parts):
        raise InvalidInput(f'"{foreign(name, 60)}" is not a property.', "Parts stand between single dots.")
    if any(part.startswith("$") for part in parts):
        raise InvalidInput(f"{foreign(name, 60)}: positions like $ or $[] are not documented for AppDB.", "Name them.")


def _change(operator: str, name: str, value: JsonValue) -> None:
    if operator in {"$inc", "$mul"} and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InvalidInput(f"{operator} takes a number for {foreign(name, 60)}.")
    if operator == "$pop" and (isinstance(value, bool) or value not in (1, -1)):
        raise InvalidInput("$pop takes 1 for the last element, -1 for the first.")
    if operator == "$pullAll" and not isinstance(value, list):
        raise InvalidInput("$pullAll takes a list of the values to remove.")
    if operator == "$currentDate" and value not in (True, {"$type": "date"}, {"$type": "timestamp"}):
        raise InvalidInput('$currentDate takes true, {"$type": "date"} or {"$type": "timestamp"}.')
    if operator == "$rename":
        _rename(name, value)
    elif operator in _MODIFIERS and isinstance(value, dict) and any(key.startswith("$") for key in value):
        _modifiers(operator, value)
    elif operator != "$currentDate":
        _plain(operator, value)


def _rename(name: str, value: JsonValue) -> None:
    if not isinstance(value, str):
        raise InvalidInput(f"$rename takes the new name of {foreign(name, 60)} as text.")
    _own_field(value)


def _modifiers(operator: str, value: Mapping[str, JsonValue]) -> None:
    allowed = _MODIFIERS[operator]
    for key in value:
        if key not in allowed:
            raise no_such_operator(key, allowed, f"of {operator}")
    if not isinstance(value.get("$each"), list):
        raise InvalidInput(
            f"{operator} takes its values in $each, a list.", f'{{"{operator}": {{"a": {{"$each": []}}}}}}'
        )
    _plain(operator, value["$each"])
    for key in ("$position", "$slice"):
        if key in value and (isinstance(value[key], bool) or not isinstance(value[key], int)):
            raise InvalidInput(f"{key} takes a whole number.")
    if "$sort" in value and not _is_order(value["$sort"]):
        raise InvalidInput('$sort takes 1 or -1, or an object such as {"score": -1}.')


def _is_order(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(_is_order(part) and not isinstance(part, dict) for part in value.values())
    return not isinstance(value, bool) and value in (1, -1)


def _plain(operator: str, value: JsonValue) -> None:
    """Values are stored as they are: no operator in them does anything."""
    for name in _keys(value):
        if name.startswith("$"):
            raise InvalidInput(
                f"{foreign(name, 60)} does nothing within a value of {operator}.",
                'Dates are ISO text, such as "2026-01-31T00:00:00Z".',
            )


def _keys(value: JsonValue | Mapping[str, JsonValue]) -> Iterator[str]:
    waiting: list[JsonValue | Mapping[str, JsonValue]] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            yield from part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _conflicts(paths: list[list[str]]) -> None:
    for path, following in pairwise(paths):
        if following[: len(path)] == path:
            raise InvalidInput(
                f"Two parts of the operation change {foreign('.'.join(path), 80)}.", "Change each property once."
            )
