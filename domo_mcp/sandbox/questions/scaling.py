"""Units of time: a figure of seconds that is asked for in minutes, a test of minutes on a column of seconds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.linking import Named
from domo_mcp.sandbox.questions.schema import Column, Schema
from domo_mcp.sandbox.questions.words import phrase, plural

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def unit_of(column: Column) -> str:
    """Return the unit of time that a column's name says it is in, if any."""
    return next((word for word in phrase(column.name) if word in _SECONDS and column.is_number), "")


def factor(column: Column, unit: str) -> Decimal | None:
    """Return what one `unit` is in the unit of the column; None where the column is in no unit of time."""
    own = unit_of(column)
    return Decimal(_SECONDS[unit]) / _SECONDS[own] if own and unit in _SECONDS else None


def timed_column(schema: Schema) -> Column | None:
    """Return the one column that is a time."""
    found = [c for c in schema.columns if unit_of(c) and not c.is_aggregate]
    return found[0] if len(found) == 1 else None


def rescale(draft: Draft) -> None:
    """Put the figures into the unit asked for."""
    if draft.unit:
        draft.figures = [(function, _rescaled(named, draft.unit)) for function, named in draft.figures]


def _rescaled(named: Named, unit: str) -> Named:
    column = named.column if named.columns else None
    own = unit_of(column) if column else ""
    if column is None or not own or own == unit:
        return named
    into = factor(column, unit)
    value = f"({column.formula})" if column.formula else f"`{column.name.replace('`', '``')}`"
    name = " ".join(plural(unit).title() if phrase(word) == (own,) else word for word in column.name.split())
    up = f"{value} / {into:f}" if into and into > 1 else f"{value} * {_SECONDS[own] // _SECONDS[unit]}"
    return replace(named, columns=(replace(column, name=name, type="DOUBLE", formula=up),))
