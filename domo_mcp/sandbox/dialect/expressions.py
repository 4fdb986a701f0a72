"""How each kind of expression is written in DuckDB so that it means what it means in MySQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from sqlglot import exp

from domo_mcp.sandbox.dialect.dates import add_interval
from domo_mcp.sandbox.dialect.functions import FUNCTIONS, function
from domo_mcp.sandbox.dialect.kinds import (
    Kind,
    call,
    cast_to,
    common_kind,
    comparable,
    condition,
    date,
    instant,
    kind,
    number,
    text,
    typed,
    unify,
    value,
)  # fmt: skip
from domo_mcp.sandbox.refusals import QueryError


def rewritten(node: exp.Expr, now: datetime) -> exp.Expr:
    """The expression for DuckDB, with its kind; its children are already rewritten.

    Raises:
        QueryError: it uses what Domo does not have.
    """
    if isinstance(node, exp.Anonymous):
        if not isinstance(node.this, str):
            raise QueryError(f"Unknown function {node.name}")
        return function(node.this, node.expressions, now, windowed=isinstance(node.parent, exp.Window))
    rule = _RULES.get(type(node))
    return rule(node) if rule else node


def _literal(node: exp.Expr) -> exp.Expr:
    return typed(node, "text" if node.args.get("is_string") else "number")


def _compare(node: exp.Expr) -> exp.Expr:
    left, right = value(node.this), value(node.expression)
    node.set("this", comparable(left, [right]))
    node.set("expression", comparable(right, [left]))
    return typed(node, "boolean")


def _between(node: exp.Expr) -> exp.Expr:
    parts = {name: value(node.args[name]) for name in ("this", "low", "high")}
    for name, part in parts.items():
        node.set(name, comparable(part, [other for key, other in parts.items() if key != name]))
    return typed(node, "boolean")


def _in(node: exp.Expr) -> exp.Expr:
    options = [value(option) for option in node.expressions]
    this = value(node.this)
    node.set("expressions", [comparable(option, [this]) for option in options])
    node.set("this", comparable(this, options))
    return typed(node, "boolean")


def _like(node: exp.Expr) -> exp.Expr:
    return node if isinstance(node.parent, exp.Escape) else _matched(node, exp.Literal.string("\\"))


def _escape(node: exp.Expr) -> exp.Expr:
    return _matched(node.this, node.expression)


def _matched(like: exp.Expr, escape: exp.Expr) -> exp.Expr:
    matched = exp.Escape(this=exp.ILike(this=text(like.this), expression=text(like.expression)), expression=escape)
    return typed(exp.Not(this=exp.Paren(this=matched)) if like.args.get("negate") else matched, "boolean")


def _is(node: exp.Expr) -> exp.Expr:
    if isinstance(node.expression, exp.Boolean):
        node.set("this", condition(node.this))
    return typed(node, "boolean")


def _logic(node: exp.Expr) -> exp.Expr:
    for name in ("this", "expression"):
        if node.args.get(name) is not None:
            node.set(name, condition(node.args[name]))
    return typed(node, "boolean")


def _plus(node: exp.Expr) -> exp.Expr:
    sign = -1 if isinstance(node, exp.Sub) else 1
    if kind(node.expression) == "interval":
        return add_interval(node.this, node.expression, sign)
    if kind(node.this) == "interval" and sign == 1:
        return add_interval(node.expression, node.this, 1)
    return _arithmetic(node)


def _arithmetic(node: exp.Expr) -> exp.Expr:
    for name in ("this", "expression"):
        if node.args.get(name) is not None:
            node.set(name, number(node.args[name]))
    return typed(node, "number")


def _divide(node: exp.Expr) -> exp.Expr:
    return call("domo.divide", number(node.this), number(node.expression), of="number")


def _whole_divide(node: exp.Expr) -> exp.Expr:
    return call("domo.div", number(node.this), number(node.expression), of="number")


def _if(node: exp.Expr) -> exp.Expr:
    if isinstance(node.parent, exp.Case):
        return node
    branches = unify([node.args["true"], node.args.get("false") or _null()])
    branch = exp.If(this=condition(node.this), true=branches[0])
    return typed(exp.Case(ifs=[branch], default=branches[1]), common_kind(branches))


def _case(node: exp.Expr) -> exp.Expr:
    branches: list[exp.If] = node.args["ifs"]
    results = unify([*(branch.args["true"] for branch in branches), node.args.get("default") or _null()])
    for branch, result in zip(branches, results, strict=False):
        branch.set("true", result)
    operand = _test(node.this, branches)
    return typed(exp.Case(this=operand, ifs=branches, default=results[-1]), common_kind(results))


def _test(operand: exp.Expr | None, branches: list[exp.If]) -> exp.Expr | None:
    """Make what each WHEN holds a condition, or comparable with the operand, which is returned likewise."""
    if operand is None:
        for branch in branches:
            branch.set("this", condition(branch.this))
        return None
    if any(inner.this for inner in operand.find_all(exp.Case)):
        # DuckDB repeats the operand for each WHEN: nesting them would grow without bound.
        raise QueryError("A CASE in the operand of a CASE is not supported")
    tests = [value(branch.this) for branch in branches]
    if kind(operand) == "text" and any(kind(test) == "text" for test in tests):
        tests = [text(test) for test in tests]
    operand = comparable(value(operand), tests)
    for branch, test in zip(branches, tests, strict=True):
        branch.set("this", comparable(test, [operand]))
    return operand


def _null() -> exp.Expr:
    return typed(exp.null(), "null")


def _substring(node: exp.Expr) -> exp.Expr:
    arguments = [node.this, node.args["start"], *filter(None, [node.args.get("length")])]
    return FUNCTIONS["SUBSTRING"].build(arguments)


def _trim(node: exp.Expr) -> exp.Expr:
    """TRIM removes a whole text, again and again; DuckDB's removes any of its characters."""
    removed = node.args.get("expression")
    if removed is None:
        return call("trim", text(node.this), exp.Literal.string(" "), of="text")
    if not isinstance(removed, exp.Literal):
        raise QueryError("TRIM needs a literal")
    once = f"(?:{re.escape(removed.name)})+"
    where = {"LEADING": f"^{once}", "TRAILING": f"{once}$"}.get(node.text("position").upper(), f"^{once}|{once}$")
    arguments = (exp.Literal.string(part) for part in (where, "", "g"))
    return call("regexp_replace", text(node.this), *arguments, of="text")


def _window(node: exp.Expr) -> exp.Expr:
    return typed(node, kind(node.this))


_CASTS: dict[exp.DType, Callable[[exp.Expr], exp.Expr]] = {
    exp.DType.BIGINT: lambda node: call("domo.signed", number(node), of="number"),
    exp.DType.UBIGINT: lambda node: call("domo.signed", number(node), of="number"),
    exp.DType.DOUBLE: lambda node: cast_to(number(node), "DOUBLE", "number"),
    exp.DType.FLOAT: lambda node: cast_to(number(node), "DOUBLE", "number"),
    exp.DType.DATE: date,
    exp.DType.DATETIME: instant,
    exp.DType.TIMESTAMPTZ: instant,
    exp.DType.TIME: lambda node: call("domo.time", text(node), of="time"),
}


def _cast(node: exp.Expr) -> exp.Expr:
    to: exp.DataType = node.args["to"]
    sizes = [parameter.name for parameter in to.expressions]
    if to.this == exp.DType.DECIMAL:
        width, scale = (*sizes, "10", "0")[:2] if not sizes else (*sizes, "0")[:2]
        return cast_to(number(node.this), f"DECIMAL({width}, {scale})", "number")
    if to.this in (exp.DType.CHAR, exp.DType.VARCHAR, exp.DType.TEXT):
        written = text(node.this)
        return call("domo.left", written, exp.Literal.number(sizes[0]), of="text") if sizes else written
    if to.this not in _CASTS:
        raise QueryError(f"CAST to {to.sql(dialect='mysql')} is not supported")
    return _CASTS[to.this](node.this)


def _paren(node: exp.Expr) -> exp.Expr:
    return typed(node, kind(node.this))


def _fixed(of: Kind) -> Callable[[exp.Expr], exp.Expr]:
    return lambda node: typed(node, of)


_RULES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Literal: _literal, exp.Null: _fixed("null"), exp.Boolean: _fixed("boolean"), exp.Paren: _paren,
    exp.EQ: _compare, exp.NEQ: _compare, exp.GT: _compare, exp.GTE: _compare, exp.LT: _compare, exp.LTE: _compare,
    exp.NullSafeEQ: _compare, exp.Between: _between, exp.In: _in, exp.Exists: _fixed("boolean"), exp.Like: _like,
    exp.Escape: _escape, exp.Is: _is, exp.And: _logic, exp.Or: _logic, exp.Xor: _logic, exp.Not: _logic,
    exp.Add: _plus, exp.Sub: _plus, exp.Mul: _arithmetic, exp.Mod: _arithmetic, exp.Neg: _arithmetic,
    exp.Div: _divide, exp.IntDiv: _whole_divide, exp.Interval: _fixed("interval"), exp.If: _if, exp.Case: _case,
    exp.Substring: _substring, exp.Trim: _trim, exp.Window: _window, exp.Cast: _cast,
    exp.Concat: lambda node: FUNCTIONS["CONCAT"].build(node.expressions),
}  # fmt: skip
