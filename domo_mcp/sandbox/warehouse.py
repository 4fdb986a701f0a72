"""The sandbox's SQL engine: datasets as DuckDB tables, queried in Domo's dialect.

Comparison of text ignores case, as MySQL's default collation does (assumed for Domo). Datetimes have no zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Literal, cast

import duckdb

from domo_mcp.sandbox.dialect import Source, translate
from domo_mcp.sandbox.dialect.kinds import Kind
from domo_mcp.sandbox.refusals import QueryError, WarehouseBusy
from domo_mcp.sandbox.results import ColumnType, Result, column_type
from domo_mcp.sandbox.statements import answer
from domo_mcp.sandbox.tables import PARTITION, TYPES, Column, altering, appending, making, quoted, tagging, view_of

__all__ = ["Column", "ColumnType", "QueryError", "Result", "Warehouse", "WarehouseBusy"]

_KINDS: dict[ColumnType, Kind] = {
    "STRING": "text", "LONG": "number", "DOUBLE": "number", "DECIMAL": "number", "DATE": "date", "DATETIME": "datetime",
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
        rows = [] if select is None else [f"INSERT INTO {quoted(dataset_id)} {select}"]
        self._all_or_nothing(*making(dataset_id, columns), *rows)

    def load(self, dataset_id: str, columns: Sequence[Column], cells: Sequence[Sequence[str | None]]) -> None:
        """Make a dataset anew with its rows, all at once; `cells` are text, by column, each fit for its type."""
        read = ", ".join(f"unnest(?::VARCHAR[])::{TYPES[column.type]}" for column in columns)
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            for statement in making(dataset_id, columns):
                cursor.execute(statement)
            cursor.execute(f"INSERT INTO {quoted(dataset_id)} SELECT {read}", [list(values) for values in cells])
            cursor.execute("COMMIT")

    def insert(self, dataset_id: str, rows: Iterable[Sequence[object]]) -> None:
        """Append rows, each in column order: all of them or, when one does not fit, none.

        Raises:
            ValueError: a row does not fit the columns.
        """
        values = [tuple(row) for row in rows]
        if not values:
            return
        names = [quoted(column.name) for column in self.columns(dataset_id)]
        into = f"INSERT INTO {quoted(dataset_id)} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            try:
                cursor.executemany(into, values)
            except duckdb.Error:
                raise ValueError("A row does not fit the dataset's columns") from None
            cursor.execute("COMMIT")

    def write(
        self,
        dataset_id: str,
        batches: Iterable[Sequence[Sequence[str | None]]],
        *,
        instead: Literal["nothing", "all", "partition"] = "nothing",
        partition: str | None = None,
    ) -> None:
        """Append rows in batches of text cells by column, tagged with `partition`; `instead` says which rows go first.

        All of it happens or nothing.

        Raises:
            ValueError: a cell does not fit its column.
        """
        columns, tagged = self._stored(dataset_id)
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            for statement in tagging(dataset_id, columns) if partition is not None and not tagged else ():
                cursor.execute(statement)
            if instead == "all":
                cursor.execute(f"DELETE FROM {quoted(dataset_id)}")
            elif instead == "partition":
                of_tag = f"WHERE encode({quoted(PARTITION)}) = encode(?)"
                cursor.execute(f"DELETE FROM {quoted(dataset_id)} {of_tag}", [partition])
            try:
                for cells in batches:
                    cursor.execute(appending(dataset_id, columns, partition), [list(values) for values in cells])
            except duckdb.Error:
                raise ValueError("A cell does not fit its column") from None
            cursor.execute("COMMIT")

    def drop(self, dataset_id: str) -> None:
        """Remove a dataset and its rows."""
        self._all_or_nothing(f"DROP VIEW IF EXISTS {quoted(view_of(dataset_id))}", f"DROP TABLE {quoted(dataset_id)}")

    def alter(self, dataset_id: str, columns: Sequence[Column]) -> None:
        """Give a dataset other columns; those that stay keep their values, where the type changed those that fit it."""
        before, tagged = self._stored(dataset_id)
        self._all_or_nothing(*altering(dataset_id, before, columns, tagged=tagged))

    def tag(self, dataset_id: str, expression: str) -> None:
        """Give every row a partition tag, by a trusted DuckDB expression; NULL is none."""
        self._all_or_nothing(
            *tagging(dataset_id, self.columns(dataset_id)),
            f"UPDATE {quoted(dataset_id)} SET {quoted(PARTITION)} = {expression}",
        )

    def partitions(self, dataset_id: str) -> dict[str, int]:
        """The number of rows of each partition tag, in the order of the tags."""
        if not self._stored(dataset_id)[1]:
            return {}
        tag = quoted(PARTITION)
        # Grouped as bytes: text is compared without case here (default_collation), tags to the letter.
        groups = f"FROM {quoted(dataset_id)} WHERE {tag} IS NOT NULL GROUP BY encode({tag})"
        counted = f"SELECT any_value({tag}), count(*) {groups}"
        return {str(name): cast("int", rows) for name, rows in sorted(self._rows(counted), key=lambda row: str(row[0]))}

    def clear(self, dataset_id: str, partition: str) -> None:
        """Delete the rows of a partition."""
        self._of_partition(f"DELETE FROM {quoted(dataset_id)}", dataset_id, partition)

    def untag(self, dataset_id: str, partition: str) -> None:
        """Take the tag off the rows of a partition, which stay."""
        self._of_partition(f"UPDATE {quoted(dataset_id)} SET {quoted(PARTITION)} = NULL", dataset_id, partition)

    def datasets(self) -> list[str]:
        """The ids of all datasets, sorted."""
        return [str(row[0]) for row in self._rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")]

    def columns(self, dataset_id: str) -> list[Column]:
        """A dataset's columns in order.

        Raises:
            KeyError: there is no such dataset.
        """
        return self._stored(dataset_id)[0]

    def row_count(self, dataset_id: str) -> int:
        """How many rows a dataset has."""
        return cast("int", self._rows(f"SELECT count(*) FROM {quoted(dataset_id)}")[0][0])

    def values(self, dataset_id: str, column: str, limit: int = 200) -> list[str]:
        """The distinct values of a text column without NULL, most frequent first, then by alphabet."""
        name = quoted(column)
        frequent = (
            f"SELECT {name} FROM {quoted(dataset_id)} WHERE {name} IS NOT NULL "
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
        columns, tagged = self._stored(dataset_id)
        table = view_of(dataset_id) if tagged else dataset_id
        return Source(table, known, {column.name.lower(): _KINDS[column.type] for column in columns})

    def _stored(self, dataset_id: str) -> tuple[list[Column], bool]:
        """A dataset's columns in order, and whether its rows may have tags."""
        listing = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
        stored = {str(name): str(of) for name, of in self._rows(listing, dataset_id)}
        tagged = stored.pop(PARTITION, None) is not None
        if not stored:
            raise KeyError(dataset_id)
        return [Column(name, column_type(of)) for name, of in stored.items()], tagged

    def _of_partition(self, statement: str, dataset_id: str, partition: str) -> None:
        if self._stored(dataset_id)[1]:
            self._rows(f"{statement} WHERE encode({quoted(PARTITION)}) = encode(?)", partition)

    def _all_or_nothing(self, *statements: str) -> None:
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("COMMIT")

    def _rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        with closing(self._db.cursor()) as cursor:
            return cursor.execute(sql, parameters).fetchall()


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
