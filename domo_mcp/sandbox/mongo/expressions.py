"""`$expr`: aggregation expressions compiled into closures over a document.

MongoDB manual: reference/operator/aggregation and the page of each operator. A solid part of them: comparison, boolean,
arithmetic, text, arrays, conditions; any other is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from domo_mcp.sandbox.mongo.functions import FUNCTIONS, is_true
from domo_mcp.sandbox.mongo.paths import reader
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import MISSING

Expression: TypeAlias = Callable[[Any], Any]


def truth(spec: object) -> Callable[[Any], bool]:
    """Whether an expression is true for a document: all but false, null, 0 and a missing field are.

    Raises:
        BadQuery: here for an unknown expression, from the test for values of the wrong type.
    """
    expression = compiled(spec)
    return lambda document: is_true(expression(document))


def compiled(spec: object) -> Expression:
    """The closure that gives an expression's value for a document; `MISSING` where there is none."""
    if isinstance(spec, str) and spec.startswith("$"):
        return _path(spec)
    if isinstance(spec, list):
        return _array(spec)
    if isinstance(spec, dict):
        return _operator(spec) if any(name.startswith("$") for name in spec) else _document(spec)
    return lambda _: spec


def _path(spec: str) -> Expression:
    if not spec.startswith("$$"):
        return reader(spec[1:])
    variable, _, path = spec[2:].partition(".")
    if variable not in ("ROOT", "CURRENT"):
        raise BadQuery(f"Use of undefined variable: {variable}")
    return reader(path) if path else lambda document: document


def _array(spec: Sequence[object]) -> Expression:
    expressions = [compiled(each) for each in spec]
    return lambda document: [_or_null(each(document)) for each in expressions]


def _document(spec: Mapping[str, object]) -> Expression:
    expressions = [(name, compiled(each)) for name, each in spec.items()]

    def build(document: Any) -> dict[str, Any]:
        fields = ((name, each(document)) for name, each in expressions)
        return {name: value for name, value in fields if value is not MISSING}

    return build


def _or_null(value: Any) -> Any:
    return None if value is MISSING else value


def _operator(spec: Mapping[str, Any]) -> Expression:
    if len(spec) != 1:
        raise BadQuery("an expression specification must contain exactly one field, the name of the expression.")
    name, given = next(iter(spec.items()))
    if name in _LAZY:
        return _LAZY[name](given)
    if name not in FUNCTIONS:
        raise BadQuery(f"Unrecognized expression '{name}'")
    function, least, most = FUNCTIONS[name]
    arguments = given if isinstance(given, list) else [given]
    _check_count(name, len(arguments), least, most)
    return _applied(function, [compiled(each) for each in arguments])


def _check_count(name: str, count: int, least: int, most: int) -> None:
    if not least <= count <= most:
        wanted = f"exactly {least}" if least == most else f"at least {least} and at most {most}"
        raise BadQuery(f"Expression {name} takes {wanted} arguments. {count} were passed in.")


def _applied(function: Callable[..., Any], arguments: Sequence[Expression]) -> Expression:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda document: function(only(document))
    if len(arguments) == 2:
        first, second = arguments
        return lambda document: function(first(document), second(document))
    return lambda document: function(*[each(document) for each in arguments])


def _all_of(given: Any) -> Expression:
    expressions = [compiled(each) for each in (given if isinstance(given, list) else [given])]
    return lambda document: all(is_true(each(document)) for each in expressions)


def _any_of(given: Any) -> Expression:
    expressions = [compiled(each) for each in (given if isinstance(given, list) else [given])]
    return lambda document: any(is_true(each(document)) for each in expressions)


def _condition(given: Any) -> Expression:
    if isinstance(given, dict):
        if set(given) != {"if", "then", "else"}:
            raise BadQuery("$cond takes exactly 'if', 'then' and 'else'")
        given = [given["if"], given["then"], given["else"]]
    if not isinstance(given, list) or len(given) != 3:
        raise BadQuery("Expression $cond takes exactly 3 arguments.")
    test, then, other = map(compiled, given)
    return lambda document: then(document) if is_true(test(document)) else other(document)


def _first_known(given: Any) -> Expression:
    if not isinstance(given, list) or len(given) < 2:
        raise BadQuery("$ifNull needs at least two arguments")
    *tried, last = map(compiled, given)

    def choose(document: Any) -> Any:
        for each in tried:
            if (value := each(document)) is not None and value is not MISSING:
                return value
        return last(document)

    return choose


def _switch(given: Any) -> Expression:
    match given:
        case {"branches": [_, *_] as listed, **others} if not set(others) - {"default"}:
            default = compiled(given["default"]) if "default" in given else None
            return _chosen([_branch(each) for each in listed], default)
    raise BadQuery("$switch needs at least one branch")


def _branch(given: Any) -> tuple[Expression, Expression]:
    if not isinstance(given, dict) or set(given) != {"case", "then"}:
        raise BadQuery("$switch requires each branch to have a 'case' and a 'then' expression")
    return compiled(given["case"]), compiled(given["then"])


def _chosen(branches: Sequence[tuple[Expression, Expression]], default: Expression | None) -> Expression:
    def choose(document: Any) -> Any:
        for case, then in branches:
            if is_true(case(document)):
                return then(document)
        if default is None:
            raise BadQuery("$switch could not find a matching branch for an input, and no default was specified.")
        return default(document)

    return choose


def _literal(given: Any) -> Expression:
    return lambda _: given


_LAZY: Final[Mapping[str, Callable[[Any], Expression]]] = {
    "$and": _all_of, "$or": _any_of, "$cond": _condition, "$ifNull": _first_known, "$switch": _switch,
    "$literal": _literal,
}  # fmt: skip
