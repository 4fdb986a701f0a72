"""What sort of value an expression has, and MySQL's conversions between the sorts.

Every lowered expression carries its kind, so that comparisons and arithmetic convert as MySQL does where DuckDB
would fail or answer something else. A time of day or a span of time is the text `HH:MM:SS`, because MySQL's TIME
may be negative or longer than a day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from sqlglot import exp

from domo_mcp.sandbox.refusals import QueryError

Kind = Literal["text", "number", "boolean", "date", "datetime", "time", "interval", "null", "any"]

_MOMENTS = ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S.%f")


def kind(node: exp.Expr) -> Kind:
    """The kind of a lowered expression."""
    return cast("Kind", node.meta.get("kind", "any"))


def typed(node: exp.Expr, of: Kind) -> exp.Expr:
    """The expression, marked with its kind."""
    node.meta["kind"] = of
    return node


def call(name: str, *arguments: exp.Expr, of: Kind) -> exp.Expr:
    """A call of a DuckDB function, or of a macro when the name starts with `domo.`."""
    return typed(exp.Anonymous(this=name, expressions=list(arguments)), of)


def cast_to(node: exp.Expr, duckdb_type: str, of: Kind) -> exp.Expr:
    """CAST to a DuckDB type."""
    return typed(exp.Cast(this=node, to=exp.DataType.build(duckdb_type, dialect="duckdb")), of)


def value(node: exp.Expr) -> exp.Expr:
    """A truth value as MySQL's 1 or 0; everything else unchanged."""
    if kind(node) == "interval":
        raise QueryError("INTERVAL is only for adding to a date")
    return cast_to(node, "INT", "number") if kind(node) == "boolean" else node


def number(node: exp.Expr) -> exp.Expr:
    """As a number; text counts by its numeric prefix, 0 without one, and a time as HHMMSS."""
    if kind(node) in ("text", "time"):
        return call("domo.number" if kind(node) == "text" else "domo.clock_number", node, of="number")
    if kind(node) in ("date", "datetime"):
        raise QueryError("A date is not a number: use DATEDIFF, TO_DAYS or UNIX_TIMESTAMP")
    return value(node)


def text(node: exp.Expr) -> exp.Expr:
    """As text; numbers without trailing zeros, dates in ISO form."""
    if kind(node) in ("text", "time", "null"):
        return node
    if kind(node) in ("number", "boolean"):
        return call("domo.text", value(node), of="text")
    return cast_to(value(node), "VARCHAR", "text")


def moment(node: exp.Expr) -> exp.Expr:
    """As DATE or DATETIME; text that is neither becomes NULL."""
    if kind(node) in ("date", "datetime"):
        return node
    found = _literal_moment(node.name) if isinstance(node, exp.Literal) else None
    if found or isinstance(node, exp.Literal | exp.Null):
        return found or cast_to(exp.null(), "TIMESTAMP", "datetime")
    return call("domo.moment", text(node), of="datetime")


def date(node: exp.Expr) -> exp.Expr:
    """As DATE, dropping a time of day."""
    found = moment(node)
    return found if kind(found) == "date" else cast_to(found, "DATE", "date")


def instant(node: exp.Expr) -> exp.Expr:
    """As DATETIME; a DATE is its midnight."""
    found = moment(node)
    return found if kind(found) == "datetime" else cast_to(found, "TIMESTAMP", "datetime")


def condition(node: exp.Expr) -> exp.Expr:
    """As a truth value: a number is true unless it is 0."""
    if kind(node) in ("boolean", "any", "null"):
        return node
    return typed(exp.NEQ(this=number(node), expression=exp.Literal.number(0)), "boolean")


def comparable(node: exp.Expr, others: list[exp.Expr]) -> exp.Expr:
    """One side of a comparison, converted towards the other sides.

    Raises:
        QueryError: a literal compared with a date is no date.
    """
    kinds = {kind(other) for other in others}
    if kind(node) in ("text", "number") and kinds & {"date", "datetime"}:
        return _compared_moment(node)
    if kind(node) == "boolean" or (kind(node) in ("text", "time") and kinds & {"number", "boolean"}):
        return number(node)
    return node


def unify(nodes: list[exp.Expr]) -> list[exp.Expr]:
    """The branches of a choice (CASE, IF, COALESCE, …), converted to one kind."""
    values = [value(node) for node in nodes]
    kinds = {kind(node) for node in values} - {"null", "any"}
    if len(kinds) <= 1 or kinds == {"text", "time"}:
        return values
    if kinds == {"date", "datetime"}:
        return [instant(node) for node in values]
    return [text(node) for node in values]


def common_kind(nodes: list[exp.Expr]) -> Kind:
    """The kind that unified branches share."""
    return next((kind(node) for node in nodes if kind(node) != "null"), "null")


def _compared_moment(node: exp.Expr) -> exp.Expr:
    if not isinstance(node, exp.Literal):
        return moment(node)
    found = _literal_moment(node.name)
    if found is None:
        raise QueryError(f"Incorrect DATE value: '{node.name}'")
    return found


def _literal_moment(written: str) -> exp.Expr | None:
    for pattern in _MOMENTS:
        try:
            parsed = datetime.strptime(written.strip().replace("T", " ").removesuffix("Z"), pattern)  # noqa: DTZ007 - Domo's datetimes have no zone
        except ValueError:
            continue
        if "%H" in pattern:
            return cast_to(exp.Literal.string(parsed.isoformat(" ")), "TIMESTAMP", "datetime")
        return cast_to(exp.Literal.string(parsed.date().isoformat()), "DATE", "date")
    return None
