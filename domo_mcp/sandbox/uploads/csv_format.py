"""Domo's CSV (portal, Format Data to Import): RFC 4180 with bare line feeds too, in UTF-8. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domo_mcp.sandbox.results import ColumnType

Cells = list[list[str | None]]

BATCH = 5000
"""Rows that are handed on at once."""

_FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\Z)')
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FITS: dict[ColumnType, re.Pattern[str]] = {
    "LONG": re.compile(r"[+-]?\d{1,19}"),
    "DOUBLE": _NUMBER,
    "DECIMAL": _NUMBER,
    "DATE": re.compile(r"\d{4}-\d\d-\d\d"),
    "DATETIME": re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?"),
}


def batches(body: bytes, types: Sequence[ColumnType]) -> Iterator[Cells]:
    """Give the rows of one part as text cells by column, some thousand rows at a time.

    `,,` has three nulls, `"",""` two empty texts; where a column is not text, those are nulls too (assumed). There is
    no header: parts are in the columns' order (as domolibrary uploads them).

    Raises:
        ValueError: not UTF-8, not CSV, another number of fields, or a cell that its column does not take.
    """
    rows: list[list[str | None]] = []
    for row in _records(body.decode("utf-8")):
        rows.append(row)
        if len(row) != len(types):
            raise ValueError("A row has another number of fields than the dataset has columns")
        if len(rows) == BATCH:
            yield _by_column(rows, types)
            rows = []
    if rows:
        yield _by_column(rows, types)


def _records(text: str) -> Iterator[list[str | None]]:
    place, row = 0, list[str | None]()
    while place < len(text) or row:
        found = _FIELD.match(text, place)
        if found is None:
            raise ValueError("A quote stands in a field without quotes, or a quoted field goes on after its end")
        quoted, plain, end = found.groups()
        row.append(quoted.replace('""', '"') if quoted is not None else plain or None)
        place = found.end()
        if end != ",":
            yield row
            row = []


def _by_column(rows: Cells, types: Sequence[ColumnType]) -> Cells:
    return [_checked(list(cells), of) for cells, of in zip(zip(*rows, strict=True), types, strict=True)]


def _checked(cells: list[str | None], of: ColumnType) -> list[str | None]:
    fits = _FITS.get(of)
    if fits is None:
        return cells
    if any(cell and not fits.fullmatch(cell) for cell in cells):
        raise ValueError(f"A cell is no {of}")
    return [cell or None for cell in cells]
