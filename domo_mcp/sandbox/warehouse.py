"""The sandbox's SQL engine: datasets as DuckDB tables, queried in Domo's dialect.

Comparison of text ignores case, as MySQL's default collation does (assumed for Domo). Datetimes have no zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import cast

import duckdb

from domo_mcp.sandbox.dialect import Source, translate
from domo_mcp.sandbox.dialect.kinds import Kind
from domo_mcp.sandbox.refusals import QueryError, WarehouseBusy
from domo_mcp.sandbox.results import ColumnType, Result, column_type
from domo_mcp.sandbox.statements import answer

__all__ = ["Column", "ColumnType", "QueryError", "Result", "Warehouse", "WarehouseBusy"]

_KINDS: dict[ColumnType, Kind] = {
    "STRING": "text", "LONG": "number", "DOUBLE": "number", "DECIMAL": "number", "DATE": "date", "DATETIME": "datetime",
}  # fmt: skip
# Money is exact to four places and leaves room for products and sums.
_TABLE_TYPES: dict[ColumnType, str] = {
    "STRING": "VARCHAR", "LONG": "BIGINT", "DOUBLE": "DOUBLE", "DECIMAL": "DECIMAL(38, 4)", "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
}  # fmt: skip

# Global, so that every cursor has them; applied in this order, and the last one makes all of them final.
_SETTINGS = (
    "SET GLOBAL default_collation = 'NOCASE'",
    "SET GLOBAL error_on_division_by_zero = false",
    "SET GLOBAL ieee_floating_point_ops = false",
    "SET GLOBAL order_by_non_integer_literal = true",
    "SET GLOBAL memory_limit = '512MB'",
    "SET GLOBAL temp_directory = ''",
    "SET GLOBAL threads = 2",
    "SET GLOBAL autoload_known_extensions = false",
    "SET GLOBAL autoinstall_known_extensions = false",
    "SET GLOBAL allow_community_extensions = false",
    "SET GLOBAL python_enable_replacements = false",
    "SET GLOBAL enable_external_access = false",
    "SET GLOBAL lock_configuration = true",
)


@dataclass(frozen=True)
class Column:
    """One column of a dataset."""

    name: str
    type: ColumnType


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Warehouse:
    """All datasets of one sandbox, in memory or in `warehouse.duckdb` of a folder.

    One process has a folder open at a time.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        clock: Callable[[], datetime] = _utc_now,
        time_limit_s: float = 30.0,
    ) -> None:
        """Open or create it; `clock` is what NOW() and its relatives answer.

        Raises:
            WarehouseBusy: the folder is already open.
        """
        self._clock = clock
        self._time_limit_s = time_limit_s
        self._db = _open(path, time_limit_s)

    def create(self, dataset_id: str, columns: Sequence[Column], select: str | None = None) -> None:
        """Make a dataset, or make it anew; `select` is trusted DuckDB SQL giving its rows in column order."""
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute(_table(dataset_id, columns))
            if select is not None:
                cursor.execute(f"INSERT INTO {_quoted(dataset_id)} {select}")
            cursor.execute("COMMIT")

    def load(self, dataset_id: str, columns: Sequence[Column], cells: Sequence[Sequence[str | None]]) -> None:
        """Make a dataset anew with its rows, all at once; `cells` are text, by column, each fit for its type."""
        read = ", ".join(f"unnest(?::VARCHAR[])::{_TABLE_TYPES[column.type]}" for column in columns)
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute(_table(dataset_id, columns))
            cursor.execute(f"INSERT INTO {_quoted(dataset_id)} SELECT {read}", [list(values) for values in cells])
            cursor.execute("COMMIT")

    def insert(self, dataset_id: str, rows: Iterable[Sequence[object]]) -> None:
        """Append rows, each in column order: all of them or, when one does not fit, none.

        Raises:
            ValueError: a row does not fit the columns.
        """
        values = [tuple(row) for row in rows]
        if not values:
            return
        marks = ", ".join("?" * len(self.columns(dataset_id)))
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            try:
                cursor.executemany(f"INSERT INTO {_quoted(dataset_id)} VALUES ({marks})", values)
            except duckdb.Error:
                raise ValueError("A row does not fit the dataset's columns") from None
            cursor.execute("COMMIT")

    def drop(self, dataset_id: str) -> None:
        """Remove a dataset and its rows."""
        self._rows(f"DROP TABLE {_quoted(dataset_id)}")

    def datasets(self) -> list[str]:
        """The ids of all datasets, sorted."""
        return [str(row[0]) for row in self._rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")]

    def columns(self, dataset_id: str) -> list[Column]:
        """A dataset's columns in order.

        Raises:
            KeyError: there is no such dataset.
        """
        listing = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
        found = [Column(str(name), column_type(str(of))) for name, of in self._rows(listing, dataset_id)]
        if not found:
            raise KeyError(dataset_id)
        return found

    def row_count(self, dataset_id: str) -> int:
        """How many rows a dataset has."""
        return cast("int", self._rows(f"SELECT count(*) FROM {_quoted(dataset_id)}")[0][0])

    def values(self, dataset_id: str, column: str, limit: int = 200) -> list[str]:
        """The distinct values of a text column without NULL, most frequent first, then by alphabet."""
        name = _quoted(column)
        frequent = (
            f"SELECT {name} FROM {_quoted(dataset_id)} WHERE {name} IS NOT NULL "
            f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {int(limit)}"
        )
        return [str(row[0]) for row in self._rows(frequent)]

    async def query(self, dataset_id: str, sql: str, *, names: Sequence[str] = ()) -> Result:
        """Answer one SELECT in Domo's dialect; `names` are further table names that mean this dataset.

        Raises:
            QueryError: the statement is refused or fails, or takes longer than the time limit.
            KeyError: there is no such dataset.
        """
        statement = translate(sql, self._source(dataset_id, names), self._clock())
        return await answer(self._db.cursor(), statement, self._time_limit_s)

    def close(self) -> None:
        """Close it; the folder can then be opened again."""
        self._db.close()

    def _source(self, dataset_id: str, names: Sequence[str]) -> Source:
        known = frozenset(name.lower() for name in ("table", "dataset", dataset_id, *names))
        return Source(
            dataset_id, known, {column.name.lower(): _KINDS[column.type] for column in self.columns(dataset_id)}
        )

    def _rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        with closing(self._db.cursor()) as cursor:
            return cursor.execute(sql, parameters).fetchall()


def _table(dataset_id: str, columns: Sequence[Column]) -> str:
    """Give the statement that makes a dataset's table, empty."""
    fields = ", ".join(f"{_quoted(column.name)} {_TABLE_TYPES[column.type]}" for column in columns)
    return f"CREATE OR REPLACE TABLE {_quoted(dataset_id)} ({fields})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _open(path: Path | None, time_limit_s: float) -> duckdb.DuckDBPyConnection:
    try:
        db = duckdb.connect(":memory:" if path is None else path / "warehouse.duckdb")
    except duckdb.IOException as error:
        if "lock" in str(error).lower() or "used by another process" in str(error):
            raise WarehouseBusy from None
        raise
    try:
        _prepare(db, path, time_limit_s)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: duckdb.DuckDBPyConnection, path: Path | None, time_limit_s: float) -> None:
    """Set the engine up, with the macros in a database of their own so that the file holds data only."""
    if _locked(db):
        raise WarehouseBusy
    macros = resources.files("domo_mcp.sandbox.dialect").joinpath("macros.sql").read_text(encoding="utf-8")
    db.execute("ATTACH ':memory:' AS domo")
    db.execute(macros)
    if path is not None:
        db.execute("SET GLOBAL allowed_directories = [$1]", [str(path)])
    db.execute(f"SET GLOBAL max_execution_time = {int(time_limit_s * 1000) + 1000}")
    for setting in _SETTINGS:
        db.execute(setting)


def _locked(db: duckdb.DuckDBPyConnection) -> bool:
    """Whether this process already has the file open: DuckDB would share that engine."""
    return bool(db.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0])
