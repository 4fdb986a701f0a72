"""Figures that a question reckons from two others: list price minus unit cost, stock times unit cost."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Named
from domo_mcp.sandbox.questions.marking import Mark
from domo_mcp.sandbox.questions.schema import Column

_SIGNS = {"minus": "-", "multiplied by": "*", "times": "*"}


def reckoned(marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Put one figure in the place of two stored numbers and the sign between them, row by row."""
    for at in range(1, len(marks) - 1):
        match marks[at - 1 : at + 2]:
            case Named() as first, Keyword(kind=Kind.ARITHMETIC | Kind.TIME, text=text), Named() as second:
                if sign := _SIGNS.get(text) if _is_stored(first) and _is_stored(second) else None:
                    return reckoned((*marks[: at - 1], _figure(first, sign, second), *marks[at + 2 :]))
    return marks


def _is_stored(named: Named) -> bool:
    return bool(named.columns) and named.column.is_number and not named.column.is_aggregate


def _figure(first: Named, sign: str, second: Named) -> Named:
    left, right = (f"({n.column.formula})" if n.column.formula else _quoted(n.column.name) for n in (first, second))
    word = "minus" if sign == "-" else "times"
    name = f"{first.column.name} {word} {second.column.name}"
    column = Column(name, "DOUBLE", formula=f"{left} {sign} {right}")
    return replace(first, columns=(column,), text=f"{first.text} {word} {second.text}", is_row=False)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
