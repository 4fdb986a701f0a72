"""Updates compiled into one function from a document to the changed document.

MongoDB manual: reference/operator/update. Taken are the operators that AppDB's documents list ("Partially Update
Documents Using Queries") with `$push` and `$pull`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from domo_mcp.sandbox.mongo import places
from domo_mcp.sandbox.mongo.array_revisions import ARRAY_REVISIONS
from domo_mcp.sandbox.mongo.extended import read_extended
from domo_mcp.sandbox.mongo.places import Parts
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.revisions import FIELD_REVISIONS, Clock, Revision, iso_text, storable
from domo_mcp.sandbox.mongo.values import MISSING, copied

Change: TypeAlias = Callable[[dict[str, Any]], None]


def updater(
    operation: Mapping[str, object], *, now: Callable[[], datetime]
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Changes a deep copy of a document. `now` gives the moment of `$currentDate`, timezone-aware.

    Fields change in the order of their names. Dates under `content` are written as text like 2026-11-22T12:00:00.000Z,
    since content is JSON; elsewhere they are datetimes.

    Raises:
        BadQuery: MongoDB would refuse the operation, or it is not supported. The function raises it where the
            operation does not fit the document: `$inc` of a text.
    """
    changes = [change for _, change in sorted(_changes(operation, now), key=lambda each: places.sort_key(each[0]))]

    def update(document: Mapping[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = copied(dict(document))
        for change in changes:
            change(changed)
        return changed

    return update


def _changes(operation: Mapping[str, object], now: Clock) -> list[tuple[Parts, Change]]:
    read = read_extended(operation)
    if not isinstance(read, dict) or not read or not all(name.startswith("$") for name in read):
        raise BadQuery("the update operation document must contain atomic operators")
    written: list[Parts] = []
    changes = []
    for name, fields in read.items():
        for path, argument in _fields(name, fields).items():
            parts = places.parts_of(path)
            change = _change(name, parts, argument, now)
            target = places.parts_of(argument) if name == "$rename" else parts
            changes.append((target, change))
            written += [parts, target] if name == "$rename" else [parts]
    _refuse_conflicts(written)
    return changes


def _fields(name: str, fields: object) -> Mapping[str, Any]:
    if name in _NOT_SUPPORTED:
        raise BadQuery(f"{name} is not supported")
    if name not in _OPERATORS:
        raise BadQuery(f"Unknown modifier: {name}")
    if not isinstance(fields, dict):
        raise BadQuery(f"Modifiers operate on fields: {{{name}: {{<field>: …}}}}, not {{{name}: {fields!r}}}")
    return fields


def _refuse_conflicts(written: list[Parts]) -> None:
    seen: set[Parts] = set()
    for parts in sorted(written, key=len):
        for depth in range(1, len(parts) + 1):
            if parts[:depth] in seen:
                place = ".".join(parts[:depth])
                raise BadQuery(f"Updating the path '{'.'.join(parts)}' would create a conflict at '{place}'")
        seen.add(parts)


def _change(name: str, parts: Parts, argument: Any, now: Clock) -> Change:
    if name == "$unset":
        return lambda document: places.remove(document, parts)
    if name == "$rename":
        return _rename(parts, argument)
    if name == "$currentDate":
        return _revised(parts, _current_date(parts, argument, now))
    if name == "$pull":  # a condition is asked, not stored
        return _revised(parts, _REVISIONS[name](argument))
    return _revised(parts, _REVISIONS[name](storable(argument, parts)))


def _revised(parts: Parts, revise: Revision) -> Change:
    """Writes what a revision makes of the value at a place, if anything."""

    def change(document: dict[str, Any]) -> None:
        try:
            value = revise(places.read(document, parts))
        except BadQuery as problem:
            raise BadQuery(f"{problem} (field '{'.'.join(parts)}')") from None
        if value is not MISSING:
            places.write(document, parts, value)

    return change


def _rename(parts: Parts, argument: Any) -> Change:
    if not isinstance(argument, str):
        raise BadQuery("The 'to' field for $rename must be a string")
    target = places.parts_of(argument)
    if target == parts:
        raise BadQuery(f"The source and target field for $rename must differ: {argument}")

    def change(document: dict[str, Any]) -> None:
        value = places.read(document, parts)
        if value is MISSING:
            return
        if places.passes_array(document, parts) or places.passes_array(document, target):
            raise BadQuery("The source and the destination field for $rename cannot be an array element")
        places.remove(document, parts)
        places.remove(document, target)
        places.write(document, target, value)

    return change


def _current_date(parts: Parts, argument: Any, now: Clock) -> Revision:
    if not isinstance(argument, bool) and argument not in ({"$type": "date"}, {"$type": "timestamp"}):
        raise BadQuery("$currentDate takes true or {$type: 'date' or 'timestamp'}")
    if parts[0] == "content":
        return lambda _: iso_text(now())
    return lambda _: now().astimezone(UTC)


_NOT_SUPPORTED: Final = frozenset({"$setOnInsert", "$bit"})
_REVISIONS: Final = {**FIELD_REVISIONS, **ARRAY_REVISIONS}
_OPERATORS: Final = frozenset({"$unset", "$rename", "$currentDate", *_REVISIONS})
