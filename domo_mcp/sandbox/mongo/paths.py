"""Dotted paths in documents: as a query walks them, and as an expression or a group reads them.

MongoDB manual: core/document "Dot Notation", tutorial/query-arrays, tutorial/query-array-of-documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from domo_mcp.sandbox.mongo.values import MISSING

Test: TypeAlias = Callable[[Any], bool]
Bind: TypeAlias = Callable[[Test, bool], Test]
"""Turns a test of one value into a test of what holds the value; `spreads`: whether it may hold for an element."""


def itself(test: Test, spreads: bool) -> Test:  # noqa: ARG001 - a Bind
    """The bind of `$elemMatch` over values: the element is tested as it is."""
    return test


def along(path: str) -> Bind:
    """The bind of a dotted path: the test holds for a document when it holds for any value that the path reaches.

    Documents inside arrays are all walked into, and a numeric part is also an index. A path that leads to no field
    reaches `MISSING`. An array at the end is tested as a whole and, where the test spreads, element by element; an
    array that was reached by its index is tested as a whole only.
    """
    parts = tuple(path.split("."))

    def bind(test: Test, spreads: bool) -> Test:
        leaf = _spreading(test) if spreads else test
        return lambda document: _holds(document, parts, test, leaf)

    return bind


def _spreading(test: Test) -> Test:
    return lambda value: test(value) or (type(value) is list and any(map(test, value)))


def _holds(value: Any, parts: tuple[str, ...], test: Test, leaf: Test) -> bool:
    for depth, part in enumerate(parts):
        if type(value) is dict:
            value = value.get(part, MISSING)
        elif type(value) is list:
            return _holds_in(value, parts[depth:], test, leaf)
        else:
            value = value.get(part, MISSING) if isinstance(value, Mapping) else MISSING
    return leaf(value)


def _holds_in(array: list[Any], parts: tuple[str, ...], test: Test, leaf: Test) -> bool:
    numeric = parts[0].isdecimal()
    for element in array:
        if type(element) is dict and not (numeric and parts[0] not in element) and _holds(element, parts, test, leaf):
            return True
    if not numeric or len(parts[0]) > 9 or int(parts[0]) >= len(array):
        return False
    element = array[int(parts[0])]
    if len(parts) == 1:
        return test(element)
    return isinstance(element, dict | list) and _holds(element, parts[1:], test, leaf)


def reader(path: str) -> Callable[[Any], Any]:
    """Reads a path as an aggregation expression does: over an array it gives the array of what its documents have."""
    parts = tuple(path.split("."))
    if len(parts) == 2:  # content.property: nearly every path of AppDB
        return _read_of_two(*parts)
    return lambda document: _read(document, parts)


def _read_of_two(first: str, second: str) -> Callable[[Any], Any]:
    def read(document: Any) -> Any:
        outer = document.get(first, MISSING)
        return outer.get(second, MISSING) if type(outer) is dict else _read(outer, (second,))

    return read


def _read(value: Any, parts: tuple[str, ...]) -> Any:
    for depth, part in enumerate(parts):
        if type(value) is list:
            return _present(_read(each, parts[depth:]) for each in value)
        value = value.get(part, MISSING) if isinstance(value, Mapping) else MISSING
    return value


def _present(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not MISSING]
