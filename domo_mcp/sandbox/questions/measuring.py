"""Which aggregate of which column a named figure means."""

from __future__ import annotations

from domo_mcp.sandbox.questions.linking import AMOUNTS, Named
from domo_mcp.sandbox.questions.reading import Measure
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import phrase, quoted

_SELLING = {"sold", "sell", "selling"}


def measure(function: str, named: Named) -> Measure:
    """Return the figure; an amount named without an aggregate is its sum, a rate so named is refused."""
    if named.columns and named.column.is_aggregate:
        return _formula(function, named.column)
    if function in {"COUNT", "COUNT DISTINCT"}:
        return _count(named)
    column = named.column
    if not (column.is_number or (column.is_date and function in {"MIN", "MAX"})):
        raise NotUnderstood(f"`{column.name}` holds no numbers", (named.text,))
    if not function and not column.is_additive:
        raise NotUnderstood(f"`{column.name}` needs a word for how: average, total, highest or lowest", (named.text,))
    return Measure(function or "SUM", column)


def _count(named: Named) -> Measure:
    if named.is_row and named.key is None:
        return Measure("COUNT")
    return Measure("COUNT DISTINCT", named.key or named.column)


def _formula(function: str, column: Column) -> Measure:
    if function and not (function == "AVG" and column.formula.lstrip(" (").upper().startswith("AVG(")):
        raise NotUnderstood(f"`{column.name}` is an aggregate already: ask for it as it is", (column.name,))
    return Measure("FORMULA", column)


def may_tie(measure: Measure) -> bool:
    """Whether groups can well have the same figure, and exactly so: whole numbers and single values, not averages."""
    is_whole = measure.column is None or measure.column.type.upper() in {"LONG", "INTEGER"}
    return measure.function in {"COUNT", "COUNT DISTINCT", "MIN", "MAX"} or (measure.function == "SUM" and is_whole)


def amount_column(schema: Schema, why: str) -> Column:
    """Return the one column that says what a row is worth."""
    found = [c for c in _stored(schema) if not AMOUNTS.isdisjoint(phrase(c.name))]
    return _only(found, schema, why)


def selling_column(schema: Schema) -> Column:
    """Return the column that says how much was sold: the one whose name or synonyms say so."""
    found = [c for c in _stored(schema) if any(_SELLING & set(phrase(n)) for n in (c.name, *c.synonyms))]
    return _only(found, schema, "best selling")


def _stored(schema: Schema) -> list[Column]:
    return [c for c in schema.columns if c.is_number and not c.formula]


def _only(found: list[Column], schema: Schema, why: str) -> Column:
    if len(found) == 1:
        return found[0]
    names = [c.name for c in found or schema.columns if c.is_number]
    raise NotUnderstood(f"`{why}` does not say of which column: {quoted(names, 'or')}", (why,))
