"""Marks that only mean something together: list price minus unit cost, the highest and the lowest salary."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Named
from domo_mcp.sandbox.questions.marking import Mark
from domo_mcp.sandbox.questions.schema import Column

_SIGNS = {"minus": "-", "multiplied by": "*", "times": "*"}
_EXTREMES = {"highest": "MAX", "largest": "MAX", "biggest": "MAX", "lowest": "MIN", "smallest": "MIN"}


def joined(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Put a figure or two aggregates in the place of the marks that mean them."""
    return _extremes(_reckoned(marks))


def _extremes(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Read `highest and lowest` of a price or a salary as its maximum and minimum; amounts could be totals."""
    for at in range(len(marks) - 3):
        match marks[at : at + 4]:
            case (
                Keyword(text=first),
                Keyword(kind=Kind.JOIN, stands_for="and") as joint,
                Keyword(text=second),
                Named() as figure,
            ) if {first, second} <= _EXTREMES.keys() and first != second and _is_rate(figure):
                both = (Keyword(Kind.AGGREGATE, _EXTREMES[word], word) for word in (first, second))
                return (*marks[:at], next(both), joint, next(both), *marks[at + 3 :])
    return marks


def _reckoned(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Put one figure in the place of two stored numbers and the sign between them, row by row."""
    for at in range(1, len(marks) - 1):
        match marks[at - 1 : at + 2]:
            case Named() as first, Keyword(kind=Kind.ARITHMETIC | Kind.TIME, text=text), Named() as second:
                if sign := _SIGNS.get(text) if _is_stored(first) and _is_stored(second) else None:
                    return _reckoned((*marks[: at - 1], _figure(first, sign, second), *marks[at + 2 :]))
    return marks


def _is_stored(named: Named) -> bool:
    return bool(named.columns) and named.column.is_number and not named.column.is_aggregate


def _is_rate(named: Named) -> bool:
    return _is_stored(named) and not named.column.is_additive


def _figure(first: Named, sign: str, second: Named) -> Named:
    left, right = (f"({n.column.formula})" if n.column.formula else _quoted(n.column.name) for n in (first, second))
    word = "minus" if sign == "-" else "times"
    name = f"{first.column.name} {word} {second.column.name}"
    column = Column(name, "DOUBLE", formula=f"{left} {sign} {right}")
    return replace(first, columns=(column,), text=f"{first.text} {word} {second.text}", is_row=False)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
