"""Words without quotes that are no column's name where a value would fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from domo_mcp.catalog.checking.comparisons import comparisons
from domo_mcp.catalog.checking.reading import Reading
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp


def meant_as_value(reading: Reading, nodes: Iterable[exp.Column]) -> str:
    """How to write the word as a value of the column of texts that it is compared with; empty where there is none."""
    wanted = {id(node) for node in nodes if not node.table and not node.this.args.get("quoted")}
    for operand, value in comparisons(reading.tree) if wanted else ():
        column = reading.column(operand) if id(value) in wanted else None
        if column is None or column.type != "STRING":
            continue
        known = next((each for each in reading.schema.values.get(column.name, ()) if _same(each, value.name)), None)
        if known:
            return f"Write {_text(known)}: `{foreign(column.name, 60)}` has that value."
        return f"If it is a value, write {_text(value.name)}."
    return ""


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _text(value: str) -> str:
    doubled = value.replace("'", "''")
    return f"'{foreign(doubled, 60)}'"
