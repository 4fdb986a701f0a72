"""Rows of a query, in either of the two shapes that Domo has for them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domo_mcp.client.shapes import Many, Shape
from domo_mcp.errors import UnreadableAnswer

Cell = str | int | float | bool | None
Row = list[Cell]


@dataclass(frozen=True)
class RowColumn:
    """A column of a result; `type` such as STRING or LONG, None where Domo does not say."""

    name: str
    type: str | None = None


@dataclass(frozen=True)
class Rows:
    """A result. Two columns may share a name; every row has as many cells as there are columns."""

    columns: tuple[RowColumn, ...]
    rows: list[Row]
    from_cache: bool | None = None


class _ColumnMetadata(Shape):
    type: str | None = None


class _Columnar(BaseModel):
    """What Domo sends (portal, Query-Data): parallel `columns` and `metadata`, `fromcache` as text."""

    model_config = ConfigDict(allow_inf_nan=False)
    columns: list[str]
    rows: list[Row]
    metadata: Many[_ColumnMetadata] = ()
    fromcache: bool | None = None


ANSWER = TypeAdapter[_Columnar | list[dict[str, Cell]]](
    _Columnar | list[dict[str, Cell]], config=ConfigDict(allow_inf_nan=False)
)
"""Both shapes: the one above, and the list of objects that the datasets document shows (Query with SQL)."""


def rows_of(answer: _Columnar | list[dict[str, Cell]]) -> Rows:
    """Bring either shape into one. Raises `UnreadableAnswer` where rows and columns do not fit."""
    if isinstance(answer, list):
        names = tuple(dict.fromkeys(name for record in answer for name in record))
        columns = tuple(RowColumn(name) for name in names)
        return Rows(columns, [[record.get(name) for name in names] for record in answer])
    columns = columns_of(answer.columns, [column.type for column in answer.metadata])
    for row in answer.rows:
        check_width(row, len(columns))
    return Rows(columns, answer.rows, answer.fromcache)


def columns_of(names: list[str], types: list[str | None]) -> tuple[RowColumn, ...]:
    """Pair names with types, which may be fewer."""
    padded = types + [None] * (len(names) - len(types))
    return tuple(RowColumn(name, kind) for name, kind in zip(names, padded, strict=False))


def check_width(row: Row, width: int) -> None:
    """Raise `UnreadableAnswer` unless the row has a cell for each column."""
    if len(row) != width:
        raise UnreadableAnswer(
            "A row of Domo's answer has another number of cells than there are columns.", "Try again; else report it."
        )
