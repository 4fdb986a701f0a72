"""What an update operation makes of a content, for a preview and for checking afterwards.

Where MongoDB's answer depends on more than the content shows, the value is `UNKNOWN_VALUE`: never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from pydantic import JsonValue

from domo_mcp.tools.appdb.mongo.equality import as_text
from domo_mcp.tools.change import UNKNOWN_VALUE

_LARGEST = 2**53  # up to here a number is the same as a long and as a double
_MISSING: Any = object()
_UNSURE: Any = object()

Content = dict[str, Any]


def predicted(content: Mapping[str, JsonValue], operation: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The content after a checked operation in AppDB's names; what is not a property of the content is left out."""
    after: Content = deepcopy(dict(content))
    for operator, changes in operation.items():
        if not isinstance(changes, dict):
            continue
        for name, operand in changes.items():
            path = name.removeprefix("content.").split(".")
            if operator == "$rename":
                _rename(after, path, str(operand).removeprefix("content.").split("."))
            else:
                _apply(after, path, operator, operand)
    return after


def _apply(content: Content, path: list[str], operator: str, operand: Any) -> None:
    if operator == "$unset":
        _remove(content, path)
        return
    now = _at(content, path)
    value = _UNSURE if now is _UNSURE else _changed(operator, now, operand)
    if value is not _MISSING:
        _put(content, path, value)


def _at(content: Content, path: list[str]) -> Any:
    """What stands at the path: `_MISSING` for nothing, `_UNSURE` where it leads through something else than objects."""
    place: Any = content
    for part in path:
        if isinstance(place, list):
            if not part.isdigit() or int(part) >= len(place):
                return _UNSURE
            place = place[int(part)]
        elif not isinstance(place, dict) or place == UNKNOWN_VALUE:
            return _UNSURE
        elif part not in place:
            return _MISSING
        else:
            place = place[part]
    return _UNSURE if place == UNKNOWN_VALUE else place


def _put(content: Content, path: list[str], value: Any) -> None:
    """Put the value there, with the objects above it; what the path cannot go through becomes unknown as a whole."""
    place: Any = content
    *above, last = path
    for part, following in zip(above, path[1:], strict=True):
        below = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
        if not _goes_on(below, following):
            _assign(place, part, _UNSURE)
            return
        place = below
    _assign(place, last, value)


def _goes_on(place: Any, part: str) -> bool:
    if isinstance(place, list):
        return part.isdigit() and int(part) < len(place)
    return isinstance(place, dict) and place != UNKNOWN_VALUE


def _assign(place: Any, part: str, value: Any) -> None:
    kept = dict(UNKNOWN_VALUE) if value is _UNSURE else deepcopy(value)
    if isinstance(place, list):
        place[int(part)] = kept
    else:
        place[part] = kept


def _remove(content: Content, path: list[str]) -> None:
    """Take away what stands there; a path that leads nowhere changes nothing."""
    place = _at(content, path[:-1]) if path[:-1] else content
    last = path[-1]
    if isinstance(place, dict):
        place.pop(last, None)
    elif isinstance(place, list) and last.isdigit() and int(last) < len(place):
        place[int(last)] = None


def _rename(content: Content, path: list[str], new: list[str]) -> None:
    """Move what stands there; where the path leads nowhere nothing changes, whether MongoDB skips it or refuses."""
    now = _at(content, path)
    if now is _MISSING or now is _UNSURE:
        return
    steps = [(way, end) for way in (path, new) for end in range(1, len(way))]
    if any(isinstance(_at(content, way[:end]), list) for way, end in steps):
        _put(content, path, _UNSURE)
        _put(content, new, _UNSURE)
        return
    _remove(content, path)
    _put(content, new, now)


def _changed(operator: str, now: Any, operand: Any) -> Any:
    """The new value; unknown for `$currentDate`, which only Domo knows."""
    return _CHANGES[operator](now, operand) if operator in _CHANGES else _UNSURE


def _set(_now: Any, operand: Any) -> Any:
    return operand


def _inc(now: Any, operand: Any) -> Any:
    return operand if now is _MISSING else _number(now, operand, lambda one, other: one + other)


def _mul(now: Any, operand: Any) -> Any:
    return 0 if now is _MISSING else _number(now, operand, lambda one, other: one * other)


def _number(now: Any, operand: Any, compute: Callable[[Any, Any], Any]) -> Any:
    if not _is_number(now):
        return _UNSURE
    result = compute(now, operand)
    return result if abs(result) < _LARGEST else _UNSURE


def _least(now: Any, operand: Any) -> Any:
    return _one_of(now, operand, lambda one, other: other < one)


def _most(now: Any, operand: Any) -> Any:
    return _one_of(now, operand, lambda one, other: other > one)


def _one_of(now: Any, operand: Any, better: Callable[[Any, Any], bool]) -> Any:
    if now is _MISSING:
        return operand
    if not _comparable(now, operand):
        return _UNSURE
    return operand if better(now, operand) else now


def _push(now: Any, operand: Any) -> Any:
    items = [] if now is _MISSING else now
    if not isinstance(items, list):
        return _UNSURE
    if not isinstance(operand, dict) or "$each" not in operand:
        return [*items, operand]
    at = operand.get("$position", len(items))
    result = [*items[:at], *operand["$each"], *items[at:]]
    if "$sort" in operand:
        result = _sorted(result, operand["$sort"])
    if result is not _UNSURE and "$slice" in operand:
        most = operand["$slice"]
        result = result[:most] if most >= 0 else result[most:]
    return result


def _sorted(items: list[Any], order: Any) -> Any:
    """The items in order, where that is sure: keys of one type, and none that two different items share."""
    keys, direction = items, order
    if isinstance(order, dict):
        (by, direction), *more = order.items()
        if more or "." in by or not all(isinstance(item, dict) for item in items):
            return _UNSURE
        keys = [item.get(by) for item in items]
    if not all(_comparable(keys[0], key) for key in keys):
        return _UNSURE
    if len({_same_as(key) for key in keys}) < len({_same_as(item) for item in items}):
        return _UNSURE
    ranked = sorted(range(len(items)), key=lambda place: keys[place], reverse=direction == -1)
    return [items[place] for place in ranked]


def _add(now: Any, operand: Any) -> Any:
    items = [] if now is _MISSING else now
    if not isinstance(items, list):
        return _UNSURE
    each = operand["$each"] if isinstance(operand, dict) and "$each" in operand else [operand]
    result, there = [*items], {_same_as(item) for item in items}
    for value in each:
        if _same_as(value) not in there:
            there.add(_same_as(value))
            result.append(value)
    return result


def _pop(now: Any, operand: Any) -> Any:
    if now is _MISSING:
        return _MISSING
    if not isinstance(now, list):
        return _UNSURE
    return now[:-1] if operand == 1 else now[1:]


def _pull_all(now: Any, operand: Any) -> Any:
    if now is _MISSING:
        return _MISSING
    if not isinstance(now, list):
        return _UNSURE
    gone = {_same_as(value) for value in operand}
    return [item for item in now if _same_as(item) not in gone]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _comparable(one: Any, other: Any) -> bool:
    return (_is_number(one) and _is_number(other)) or (isinstance(one, str) and isinstance(other, str))


def _same_as(value: Any) -> str:
    return as_text(value, ordered=True)


_CHANGES: Mapping[str, Callable[[Any, Any], Any]] = {
    "$set": _set,
    "$inc": _inc,
    "$mul": _mul,
    "$min": _least,
    "$max": _most,
    "$push": _push,
    "$addToSet": _add,
    "$pop": _pop,
    "$pullAll": _pull_all,
}
