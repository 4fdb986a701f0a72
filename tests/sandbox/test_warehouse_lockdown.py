"""No statement reaches a file, a setting, the catalog or another dataset, or exhausts the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from domo_mcp.sandbox.warehouse import Column, QueryError, Warehouse

SECRET = "only in the other dataset"

HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM `/etc/passwd`",
    "SELECT * FROM glob('/*')",
    "SELECT read_text('/etc/passwd')",
    "SELECT LOAD_FILE('/etc/passwd')",
    "SELECT getenv('HOME')",
    "SELECT current_setting('memory_limit')",
    "SELECT @@version",
    "SELECT version(), database(), user()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_tables",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pragma_table_info('other')",
    "SELECT * FROM other",
    "SELECT * FROM `other`",
    "SELECT * FROM memory.main.other",
    "SELECT * FROM main.other",
    "SELECT n FROM table WHERE n IN (SELECT secret FROM other)",
    "SELECT n FROM table UNION SELECT secret FROM other",
    "WITH t AS (SELECT secret FROM other) SELECT * FROM t",
    "SELECT (SELECT MAX(secret) FROM other)",
    "SELECT query('SELECT * FROM other')",
    "SELECT * FROM query_table('other')",
    "ATTACH ':memory:' AS x",
    "ATTACH '/tmp/x.duckdb'",
    "PRAGMA database_list",
    "COPY table TO '/tmp/out.csv'",
    "EXPORT DATABASE '/tmp/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '100GB'",
    "CREATE TABLE x (a INT)",
    "CREATE TABLE x AS SELECT * FROM table",
    "INSERT INTO table VALUES (1)",
    "UPDATE table SET n = 1",
    "DELETE FROM table",
    "DROP TABLE other",
    "TRUNCATE TABLE other",
    "SELECT 1; DROP TABLE other",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "SELECT n INTO x FROM table",
    "SELECT 1 /*!50000 , LOAD_FILE('/etc/passwd') */",
    "SELECT n FROM table FOR UPDATE",
    "EXPLAIN SELECT 1",
    "DESCRIBE other",
    "SHOW TABLES",
    "CALL pragma_version()",
    "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT COUNT(*) FROM x",
    "SELECT REPEAT('a', 10000000000)",
    "SELECT LPAD('a', 10000000000, 'b')",
    "SELECT RANGE(10000000000)",
    "SELECT SLEEP(100)",
    "SELECT * FROM (VALUES (1)) v",
    "SELECT `domo.text`(n) FROM table",
    "SELECT domo.text(n) FROM table",
    "SELECT COLUMNS(*) FROM table",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "NOT " * 5000 + "1",
    "SELECT " + "1 + " * 6000 + "1",
    "SELECT " + ", ".join("1" * 60000),
    "",
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    opened = Warehouse(time_limit_s=2)
    opened.create("mine", [Column("n", "LONG"), Column("s", "STRING")], "SELECT range, 'text' FROM range(3000)")
    opened.create("other", [Column("secret", "STRING")], f"SELECT '{SECRET}'")
    yield opened
    opened.close()


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:60])
async def test_a_hostile_statement_is_refused_tersely(warehouse: Warehouse, sql: str) -> None:
    with pytest.raises(QueryError) as refused:
        await warehouse.query("mine", sql)
    assert len(str(refused.value)) < 120
    assert SECRET not in str(refused.value)
    assert warehouse.datasets() == ["mine", "other"]
    assert warehouse.row_count("mine") == 3000


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY mine TO '/tmp/never-written.csv'",
        "ATTACH '/tmp/never-made.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET GLOBAL memory_limit = '100GB'",
        "SET GLOBAL lock_configuration = false",
        "SET GLOBAL enable_external_access = true",
    ],
)
def test_the_engine_itself_is_locked_behind_the_parser(warehouse: Warehouse, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        warehouse._db.cursor().execute(statement)


def test_a_folder_does_not_open_the_rest_of_the_disk(tmp_path: Path) -> None:
    beside = tmp_path / "beside.txt"
    beside.write_text(SECRET)
    folder = tmp_path / "data"
    folder.mkdir()
    opened = Warehouse(folder)
    with pytest.raises(duckdb.Error):
        opened._db.cursor().execute("SELECT * FROM read_text(?)", [str(beside)])
    opened.close()


async def test_text_that_grows_beyond_the_limit_is_null(warehouse: Warehouse) -> None:
    tower = "WITH a0 AS (SELECT s FROM table LIMIT 1)"
    for level in range(1, 5):
        tower += f", a{level} AS (SELECT CONCAT({', '.join(['s'] * 8)}) AS s FROM a{level - 1})"
    grown = await warehouse.query(
        "mine", f"{tower} SELECT LENGTH(s), CONCAT(s, 'x'), REPLACE(s, 't', 'tt'), LENGTH(REPLACE(s, 't', 'x')) FROM a4"
    )
    assert grown.rows == [[16384, None, None, 16384]]


def test_nothing_spills_to_the_disk(warehouse: Warehouse) -> None:
    assert warehouse._db.cursor().execute("SELECT current_setting('temp_directory')").fetchall() == [("",)]


async def test_a_query_that_needs_much_memory_is_refused() -> None:
    opened = Warehouse()
    opened.create("mine", [Column("n", "LONG"), Column("s", "STRING")], "SELECT range, 'text' FROM range(3000)")
    wide = f"WITH a AS (SELECT n, CONCAT({', '.join(['s'] * 60)}) AS s FROM table)"
    wider = f"{wide}, b AS (SELECT n, CONCAT({', '.join(['s'] * 60)}) AS s FROM a)"
    many = " UNION ALL ".join(f"SELECT n + {i} AS n, s FROM b" for i in range(30))
    with pytest.raises(QueryError, match="memory"):
        await opened.query("mine", f"{wider} SELECT n, s FROM ({many}) x ORDER BY n, s")
    opened.close()


async def test_a_tower_of_unions_ends_in_time(warehouse: Warehouse) -> None:
    tower = "WITH a0 AS (SELECT n FROM table)"
    for level in range(1, 19):
        tower += f", a{level} AS (SELECT n FROM a{level - 1} UNION ALL SELECT n + 1 FROM a{level - 1})"
    with pytest.raises(QueryError):
        await warehouse.query("mine", f"{tower} SELECT COUNT(DISTINCT n) FROM a18")


async def test_nested_calls_cost_no_more_than_their_length(warehouse: Warehouse) -> None:
    nested = "s"
    for _ in range(6):
        nested = f"NULLIF(CONCAT(WEEK(DATE_FORMAT({nested}, '%D %X')), ''), 1)"
    assert (await warehouse.query("mine", f"SELECT {nested} FROM table LIMIT 1")).rows == [[None]]
