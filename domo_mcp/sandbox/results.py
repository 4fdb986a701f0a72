"""Query results as Domo's JSON has them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb

from domo_mcp.sandbox.refusals import QueryError

ColumnType = Literal["STRING", "LONG", "DOUBLE", "DECIMAL", "DATE", "DATETIME"]
Scalar = str | int | float | None

# What one answer may hold, in values and in characters of text.
MAX_VALUES = 5_000_000
MAX_CHARACTERS = 64 * 1024 * 1024

_TYPES: dict[str, ColumnType] = {
    "DOUBLE": "DOUBLE", "FLOAT": "DOUBLE", "DATE": "DATE", "TIMESTAMP": "DATETIME", "DECIMAL": "DECIMAL",
    "BOOLEAN": "LONG", "TINYINT": "LONG", "SMALLINT": "LONG", "INTEGER": "LONG", "BIGINT": "LONG", "HUGEINT": "LONG",
    "UBIGINT": "LONG",
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """Columns, their Domo types, and rows in the same order; column names may repeat.

    Dates and datetimes are ISO text without a zone, DECIMAL is a float, a value no JSON number can hold is None.
    """

    columns: list[str]
    types: list[ColumnType]
    rows: list[list[Scalar]]


def column_type(duckdb_type: str) -> ColumnType:
    """The Domo type of a DuckDB type; what Domo has no type for is STRING."""
    return _TYPES.get(duckdb_type.partition("(")[0], "STRING")


def read(cursor: duckdb.DuckDBPyConnection) -> Result:
    """The rows of an executed statement.

    Raises:
        QueryError: they are more than one answer may hold.
    """
    description = cursor.description or []
    types = [str(column[1]).partition("(")[0] for column in description]
    conversions = [_CONVERSIONS.get(of, str) for of in types]
    rows: list[list[Scalar]] = []
    size = 0
    while batch := cursor.fetchmany(1024):
        size += sum(len(value) for row in batch for value in row if isinstance(value, str))
        rows += [
            [None if value is None else convert(value) for value, convert in zip(row, conversions, strict=True)]
            for row in batch
        ]
        if size > MAX_CHARACTERS or len(rows) * len(description) > MAX_VALUES:
            raise QueryError("The result is too large: add a LIMIT")
    return Result([column[0] for column in description], [column_type(of) for of in types], rows)


def _number(value: Any) -> float | None:
    found = float(value)
    return found if math.isfinite(found) else None


def _iso(value: object) -> str | None:
    # DuckDB gives text for what lies beyond year 9999, where MySQL has NULL.
    return value.isoformat() if isinstance(value, date) else None


_CONVERSIONS: dict[str, Callable[[Any], Scalar]] = {
    **{name: int for name, of in _TYPES.items() if of == "LONG"},
    "DOUBLE": _number, "FLOAT": _number, "DECIMAL": _number, "DATE": _iso, "TIMESTAMP": _iso,
}  # fmt: skip
