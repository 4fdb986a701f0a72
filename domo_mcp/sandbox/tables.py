"""The tables that datasets are kept in, as DuckDB statements. Pure.

Once rows have partition tags, the table has a column more, and a view of the columns that everybody sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domo_mcp.sandbox.results import ColumnType

# Money is exact to four places and leaves room for products and sums.
TYPES: dict[ColumnType, str] = {
    "STRING": "VARCHAR", "LONG": "BIGINT", "DOUBLE": "DOUBLE", "DECIMAL": "DECIMAL(38, 4)", "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
}  # fmt: skip
PARTITION = "__partition__"
"""The column of a row's partition tag, NULL for none; no schema and no query shows it."""


@dataclass(frozen=True)
class Column:
    """One column of a dataset."""

    name: str
    type: ColumnType


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text value."""
    return "'" + text.replace("'", "''") + "'"


def view_of(dataset_id: str) -> str:
    """The name of the view that shows a table without its tags."""
    return f"{dataset_id} without tags"


def making(dataset_id: str, columns: Sequence[Column]) -> Iterator[str]:
    """The statements that make a dataset's table, empty, in place of one that may be there."""
    fields = ", ".join(f"{quoted(column.name)} {TYPES[column.type]}" for column in columns)
    yield f"DROP VIEW IF EXISTS {quoted(view_of(dataset_id))}"
    yield f"CREATE OR REPLACE TABLE {quoted(dataset_id)} ({fields})"


def tagging(dataset_id: str, columns: Sequence[Column]) -> Iterator[str]:
    """The statements that give a table of these columns room for tags; nothing changes where it has it."""
    yield f"ALTER TABLE {quoted(dataset_id)} ADD COLUMN IF NOT EXISTS {quoted(PARTITION)} VARCHAR"
    names = ", ".join(quoted(column.name) for column in columns)
    yield f"CREATE OR REPLACE VIEW {quoted(view_of(dataset_id))} AS SELECT {names} FROM {quoted(dataset_id)}"


def appending(dataset_id: str, columns: Sequence[Column], partition: str | None) -> str:
    """The statement that adds rows; its parameters are the cells as text, a list for each column."""
    names = [quoted(column.name) for column in columns]
    cells = [f"unnest(?::VARCHAR[])::{TYPES[column.type]}" for column in columns]
    if partition is not None:
        names, cells = [*names, quoted(PARTITION)], [*cells, literal(partition)]
    return f"INSERT INTO {quoted(dataset_id)} ({', '.join(names)}) SELECT {', '.join(cells)}"


def altering(dataset_id: str, before: Sequence[Column], after: Sequence[Column], *, tagged: bool) -> Iterator[str]:
    """The statements that give a table other columns.

    A column that stays keeps its values, one that gets another type those that fit it; the rest is NULL.
    """
    there = {column.name for column in before}
    cells = [_cell(column, is_there=column.name in there) for column in after]
    made, table = quoted(f"{dataset_id} altered"), quoted(dataset_id)
    yield f"DROP VIEW IF EXISTS {quoted(view_of(dataset_id))}"
    yield f"CREATE TABLE {made} AS SELECT {', '.join([*cells, *([quoted(PARTITION)] if tagged else [])])} FROM {table}"
    yield f"DROP TABLE {table}"
    yield f"ALTER TABLE {made} RENAME TO {table}"
    if tagged:
        yield from tagging(dataset_id, after)


def _cell(column: Column, *, is_there: bool) -> str:
    name = quoted(column.name)
    return f"TRY_CAST({name if is_there else 'NULL'} AS {TYPES[column.type]}) AS {name}"
