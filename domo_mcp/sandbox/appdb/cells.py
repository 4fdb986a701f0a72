"""A document's values as cells of a dataset: App Framework APIs, AppDB API, Schema Object. Pure.

What does not fit the type of its column is an empty cell (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import get_args

from pydantic import JsonValue

from domo_mcp.sandbox.appdb.definitions import CollectionColumn, Content
from domo_mcp.sandbox.warehouse import Column, ColumnType

ID = Column("id", "STRING")
_LARGEST_LONG, _LARGEST_DECIMAL = 2**63, 10**34


def dataset_columns(columns: Sequence[CollectionColumn]) -> list[Column] | None:
    """Give the columns of a collection's dataset: the schema's, and the document's `id` (assumed).

    None where there can be no dataset: no schema, or a type that Domo does not know, such as NUMBER or INTEGER.
    """
    known: dict[str, ColumnType] = {name: name for name in get_args(ColumnType)}
    if not columns or any(column.type not in known for column in columns):
        return None
    made = [Column(column.name, known[column.type]) for column in columns]
    return made if any(column.name.lower() == ID.name for column in made) else [*made, ID]


def cells(column: Column, contents: Sequence[tuple[str, Content]]) -> list[str | None]:
    """Give a column's cells as text, one for each pair of document id and content."""
    write = _WRITERS[column.type]
    if column is ID:
        return [key for key, _ in contents]
    return [write(content.get(column.name)) for _, content in contents]


def _text(value: JsonValue) -> str | None:
    """Numbers and truth values become their JSON text (assumed), objects and lists do not fit."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else None


def _number(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = Decimal(repr(value))
    return number if number.is_finite() else None


def _long(value: JsonValue) -> str | None:
    number = _number(value)
    fits = number is not None and number == int(number) and -_LARGEST_LONG <= number < _LARGEST_LONG
    return str(int(number)) if number is not None and fits else None


def _decimal(value: JsonValue) -> str | None:
    number = _number(value)
    return f"{number:f}" if number is not None and abs(number) < _LARGEST_DECIMAL else None


def _double(value: JsonValue) -> str | None:
    number = _number(value)
    return None if number is None or abs(float(number)) == float("inf") else repr(float(number))


def _moment(shape: str) -> Callable[[JsonValue], str | None]:
    """Give what reads dates written exactly so; the document syncs no others."""

    def write(value: JsonValue) -> str | None:
        if not isinstance(value, str) or not re.fullmatch(shape, value, re.ASCII):
            return None
        try:
            return datetime.fromisoformat(value).replace(tzinfo=None).isoformat()
        except ValueError:
            return None

    return write


_WRITERS: dict[ColumnType, Callable[[JsonValue], str | None]] = {
    "STRING": _text,
    "LONG": _long,
    "DECIMAL": _decimal,
    "DOUBLE": _double,
    "DATE": _moment(r"\d{4}-\d\d-\d\d"),
    "DATETIME": _moment(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
}
