"""Where an update writes: one dotted path in one document, whose numeric parts are indices of arrays.

MongoDB manual: reference/operator/update "Update Operators with Fields", core/document "Dot Notation".
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, TypeAlias

from domo_mcp.sandbox.mongo.extended import MOST_LEVELS
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import MISSING

Parts: TypeAlias = tuple[str, ...]
MOST_PADDING: Final = 10_000  # nulls before a new element; MongoDB allows 1,500,000, per document


def parts_of(path: str) -> Parts:
    """The parts of a path that may be written.

    Raises:
        BadQuery: one is empty, the path is too deep, or it is positional: `$`, `$[]` and `$[name]` are not supported.
    """
    parts = tuple(path.split("."))
    if not all(parts):
        raise BadQuery(f"The update path '{path}' contains an empty field name, which is not allowed.")
    if len(parts) > MOST_LEVELS:
        raise BadQuery(f"The update path is deeper than {MOST_LEVELS} levels")
    for part in parts:
        if part == "$" or part.startswith("$["):
            raise BadQuery(f"The positional operator '{part}' in '{path}' is not supported")
        if part.startswith("$"):
            raise BadQuery(f"The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage.")
    return parts


def sort_key(parts: Parts) -> list[tuple[int, int, str]]:
    """The order in which MongoDB applies updates: names as texts, indices as numbers."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def read(document: Any, parts: Parts) -> Any:
    """The value at a place, or `MISSING`."""
    value = document
    for part in parts:
        value = _child(value, part)
    return value


def write(document: dict[str, Any], parts: Parts, value: Any) -> None:
    """Put a value at a place, making the documents on the way; a new index is filled up to with null.

    Raises:
        BadQuery: something on the way holds no fields.
    """
    holder: Any = document
    for part, following in pairwise(parts):
        child = _child(holder, part)
        if child is MISSING:
            child = {}
            _assign(holder, part, child)
        elif not isinstance(child, dict | list):
            raise BadQuery(f"Cannot create field '{following}' in element {{{part}: {child!r}}}")
        holder = child
    _assign(holder, parts[-1], value)


def remove(document: dict[str, Any], parts: Parts) -> None:
    """Take a field away; an element of an array becomes null, so that the others keep their places."""
    holder = read(document, parts[:-1])
    if _child(holder, parts[-1]) is MISSING:
        return
    if isinstance(holder, dict):
        del holder[parts[-1]]
    else:
        holder[int(parts[-1])] = None


def passes_array(document: Any, parts: Parts) -> bool:
    """Whether a place lies inside an array."""
    return any(isinstance(read(document, parts[:depth]), list) for depth in range(len(parts)))


def _child(holder: Any, part: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(part, MISSING)
    if isinstance(holder, list) and part.isdecimal() and len(part) < 10 and int(part) < len(holder):
        return holder[int(part)]
    return MISSING


def _assign(holder: Any, part: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[part] = value
        return
    if not part.isdecimal():
        raise BadQuery(f"Cannot create field '{part}' in an array")
    if len(part) > 9 or int(part) > len(holder) + MOST_PADDING:
        raise BadQuery(f"can't backfill more than {MOST_PADDING} elements")
    holder.extend([None] * (int(part) + 1 - len(holder)))
    holder[int(part)] = value
