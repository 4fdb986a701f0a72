"""find(): a query compiled into one predicate.

MongoDB manual: tutorial/query-documents and reference/operator/query. Not taken, as AppDB's product documentation has
it: `$where`, `$near`, `$nearSphere`; nor `$text`, which needs an index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from domo_mcp.sandbox.mongo.comparisons import (
    compares,
    equals,
    exactly,
    has_bits,
    has_remainder,
    has_size,
    has_type,
    is_in,
)
from domo_mcp.sandbox.mongo.expressions import truth
from domo_mcp.sandbox.mongo.extended import read_extended
from domo_mcp.sandbox.mongo.geometry import intersects, lies_within
from domo_mcp.sandbox.mongo.paths import Bind, Test, along, itself
from domo_mcp.sandbox.mongo.patterns import pattern_test
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.schema import valid
from domo_mcp.sandbox.mongo.values import MISSING, Regex


def predicate(query: Mapping[str, object]) -> Callable[[Mapping[str, object]], bool]:
    """Whether a document matches a query, which may be Extended JSON or already read.

    Raises:
        BadQuery: MongoDB would refuse the query, or it is not supported. The predicate raises it for what shows only
            with a document: an expression over the wrong type, a text too long for a pattern.
    """
    read = read_extended(query)
    if not isinstance(read, dict):
        raise BadQuery("the query must be an object")
    return matching(read)


def matching(query: Mapping[str, Any]) -> Test:
    """The predicate of a query that has been read."""
    return _every([_clause(name, wanted) for name, wanted in query.items()])


def _clause(name: str, wanted: Any) -> Test:
    if not name.startswith("$"):
        return _field(name, wanted)
    if name in _NOT_SUPPORTED:
        raise BadQuery(f"{name} is not supported")
    if name not in _TOP_LEVEL:
        raise BadQuery(f"unknown top level operator: {name}")
    return _TOP_LEVEL[name](name, wanted)


def _field(path: str, wanted: Any) -> Test:
    if _is_operators(wanted):
        return _operators(wanted, along(path))
    return along(path)(equals(wanted), True)


def _is_operators(wanted: Any) -> bool:
    return isinstance(wanted, dict) and next(iter(wanted), "").startswith("$")


def _operators(wanted: Mapping[str, Any], bind: Bind) -> Test:
    """All operators on one field, each on its own, as the elements of an array may share them out."""
    if "$options" in wanted and "$regex" not in wanted:
        raise BadQuery("$options needs a $regex")
    tests = [_operator(name, value, wanted, bind) for name, value in wanted.items() if name not in _BESIDES]
    return _every(tests)


def _operator(name: str, wanted: Any, beside: Mapping[str, Any], bind: Bind) -> Test:
    if name in _NOT_SUPPORTED:
        raise BadQuery(f"{name} is not supported")
    if name == "$regex":
        return bind(_regex(wanted, beside.get("$options")), True)
    if name in _BOUND:
        return _BOUND[name](wanted, bind)
    if name in _WHOLE:
        return bind(_WHOLE[name](wanted), False)
    if name in _SPREADING:
        return bind(_SPREADING[name](name, wanted), True)
    raise BadQuery(f"unknown operator: {name}")


def _every(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda value: first(value) and second(value)
    return lambda value: all(test(value) for test in tests)


def _negated(test: Test) -> Test:
    return lambda value: not test(value)


def _clauses(name: str, wanted: Any) -> list[Test]:
    if not isinstance(wanted, list) or not wanted:
        raise BadQuery(f"{name} must be a nonempty array")
    if not all(isinstance(each, dict) for each in wanted):
        raise BadQuery(f"{name} entries need to be full objects")
    return [matching(each) for each in wanted]


def _and(name: str, wanted: Any) -> Test:
    return _every(_clauses(name, wanted))


def _or(name: str, wanted: Any) -> Test:
    tests = _clauses(name, wanted)
    return lambda document: any(test(document) for test in tests)


def _nor(name: str, wanted: Any) -> Test:
    return _negated(_or(name, wanted))


def _not(wanted: Any, bind: Bind) -> Test:
    if isinstance(wanted, Regex):
        return _negated(bind(equals(wanted), True))
    if not isinstance(wanted, dict):
        raise BadQuery("$not needs a regex or a document")
    if not wanted:
        raise BadQuery("$not cannot be empty")
    return _negated(_operators(wanted, bind))


def _exists(wanted: Any, bind: Bind) -> Test:
    present = bind(lambda value: value is not MISSING, True)
    return present if wanted else _negated(present)


def _all(wanted: Any, bind: Bind) -> Test:
    if not isinstance(wanted, list):
        raise BadQuery("$all needs an array")
    if not wanted:
        return lambda _: False
    if isinstance(wanted[0], dict) and "$elemMatch" in wanted[0]:
        if not all(isinstance(each, dict) and list(each) == ["$elemMatch"] for each in wanted):
            raise BadQuery("$all/$elemMatch has to be consistent")
        return _every([bind(_elem_match(each["$elemMatch"]), False) for each in wanted])
    if any(_is_operators(each) for each in wanted):
        raise BadQuery("no $ expressions in $all")
    return _every([bind(equals(each), True) for each in wanted])


def _elem_match(wanted: Any) -> Test:
    if not isinstance(wanted, dict):
        raise BadQuery("$elemMatch needs an Object")
    if _is_operators(wanted) and next(iter(wanted)) not in _TOP_LEVEL:
        test = _operators(wanted, itself)
        return lambda value: type(value) is list and any(map(test, value))
    asked = matching(wanted)
    return lambda value: (
        type(value) is list and any(asked(each) for each in map(_as_document, value) if each is not None)
    )


def _as_document(element: Any) -> dict[str, Any] | None:
    """An element that a query can be asked of; arrays have their indices as names."""
    if isinstance(element, list):
        return {str(place): each for place, each in enumerate(element)}
    return element if isinstance(element, dict) else None


def _regex(wanted: Any, options: Any) -> Test:
    if isinstance(wanted, Regex):
        if options and wanted.options:
            raise BadQuery("options set in both $regex and $options")
        return pattern_test(wanted.pattern, cast("str", options or wanted.options))
    if not isinstance(wanted, str):
        raise BadQuery("$regex has to be a string")
    if not isinstance(options, str | None):
        raise BadQuery("$options has to be a string")
    return pattern_test(wanted, options or "")


def _expr(_: str, wanted: Any) -> Test:
    return truth(wanted)


def _json_schema(_: str, wanted: Any) -> Test:
    return valid(wanted)


def _comment(_: str, __: Any) -> Test:
    return lambda _: True


_NOT_SUPPORTED: Final = frozenset({"$where", "$text", "$near", "$nearSphere"})
_BESIDES: Final = frozenset({"$options", "$comment"})
_TOP_LEVEL: Final[Mapping[str, Callable[[str, Any], Test]]] = {
    "$and": _and, "$or": _or, "$nor": _nor, "$expr": _expr, "$jsonSchema": _json_schema, "$comment": _comment,
}  # fmt: skip
_BOUND: Final[Mapping[str, Callable[[Any, Bind], Test]]] = {
    "$ne": lambda wanted, bind: _negated(bind(exactly("$ne", wanted), True)),
    "$nin": lambda wanted, bind: _negated(bind(is_in(wanted), True)),
    "$not": _not,
    "$exists": _exists,
    "$all": _all,
}
_WHOLE: Final[Mapping[str, Callable[[Any], Test]]] = {
    "$size": has_size, "$elemMatch": _elem_match, "$geoWithin": lies_within, "$geoIntersects": intersects,
}  # fmt: skip
_SPREADING: Final[Mapping[str, Callable[[str, Any], Test]]] = {
    "$eq": exactly,
    **dict.fromkeys(("$gt", "$gte", "$lt", "$lte"), compares),
    **dict.fromkeys(("$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear"), has_bits),
    "$in": lambda _, wanted: is_in(wanted),
    "$type": lambda _, wanted: has_type(wanted),
    "$mod": lambda _, wanted: has_remainder(wanted),
}
