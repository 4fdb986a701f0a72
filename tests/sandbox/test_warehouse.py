"""The warehouse: datasets kept, queries bounded, the folder guarded."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from domo_mcp.sandbox.warehouse import Column, QueryError, Warehouse, WarehouseBusy

SALES = "5a1e0000-0000-4000-8000-000000000001"
COLUMNS = [
    Column("Name", "STRING"), Column("Day", "DATE"), Column("At", "DATETIME"), Column("Units", "LONG"),
    Column("Price", "DECIMAL"), Column("Rate", "DOUBLE"),
]  # fmt: skip
ROW = ["Ana", "2024-03-15", "2024-03-15 10:30:00", 2, 9.95, 0.25]

# Reads the dataset once per row: minutes of work.
ENDLESS = "SELECT SUM((SELECT SUM(b.n * a.n % 7) FROM table b WHERE b.n <> a.n)) FROM table a"


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    opened = Warehouse()
    opened.create(SALES, COLUMNS)
    opened.insert(SALES, [ROW])
    yield opened
    opened.close()


@pytest.fixture
def large() -> Iterator[Warehouse]:
    opened = Warehouse(time_limit_s=0.3)
    opened.create(
        "large",
        [Column("n", "LONG"), Column("region", "STRING"), Column("price", "DECIMAL")],
        "SELECT range, 'region ' || range % 5, range % 100 / 4 FROM range(50000)",
    )
    yield opened
    opened.close()


async def test_a_result_has_domos_types_and_json_values(warehouse: Warehouse) -> None:
    result = await warehouse.query(SALES, "SELECT * FROM table")
    assert result.columns == ["Name", "Day", "At", "Units", "Price", "Rate"]
    assert result.types == ["STRING", "DATE", "DATETIME", "LONG", "DECIMAL", "DOUBLE"]
    assert result.rows == [["Ana", "2024-03-15", "2024-03-15T10:30:00", 2, 9.95, 0.25]]


async def test_duplicate_column_names_are_kept_and_unnamed_ones_are_their_text(warehouse: Warehouse) -> None:
    result = await warehouse.query(SALES, "SELECT Units, units, COUNT(*), SUM(Price) / 2 FROM table GROUP BY Units")
    assert result.columns == ["Units", "units", "COUNT(*)", "SUM(Price) / 2"]


def test_a_dataset_is_described_as_it_was_made(warehouse: Warehouse) -> None:
    assert warehouse.datasets() == [SALES]
    assert warehouse.columns(SALES) == COLUMNS
    assert warehouse.row_count(SALES) == 1


def test_a_dataset_made_anew_loses_its_rows(warehouse: Warehouse) -> None:
    warehouse.create(SALES, COLUMNS)
    assert warehouse.row_count(SALES) == 0


async def test_a_dropped_dataset_is_gone(warehouse: Warehouse) -> None:
    warehouse.drop(SALES)
    assert warehouse.datasets() == []
    with pytest.raises(KeyError):
        await warehouse.query(SALES, "SELECT 1 FROM table")


def test_a_failed_insert_leaves_nothing_behind(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="not fit"):
        warehouse.insert(SALES, [ROW, ["Bo", "no date", None, 1, 1, 1]])
    assert warehouse.row_count(SALES) == 1


def test_values_come_most_frequent_first_without_null(warehouse: Warehouse) -> None:
    warehouse.insert(SALES, [[name, None, None, None, None, None] for name in ("Cy", "Bo", "Bo", None)])
    assert warehouse.values(SALES, "Name") == ["Bo", "Ana", "Cy"]
    assert warehouse.values(SALES, "Name", limit=1) == ["Bo"]


def test_names_with_quotes_are_only_names(warehouse: Warehouse) -> None:
    warehouse.create('odd"; DROP TABLE x; --', [Column('a"b', "STRING")], "SELECT 'v'")
    assert warehouse.values('odd"; DROP TABLE x; --', 'a"b') == ["v"]


async def test_fifty_thousand_rows_are_grouped(large: Warehouse) -> None:
    grouped = await large.query("large", "SELECT region, COUNT(*), SUM(price) FROM table GROUP BY region ORDER BY 1")
    assert grouped.rows[0] == ["region 0", 10000, 118750.0]
    assert len(grouped.rows) == 5


async def test_a_query_over_the_time_limit_is_refused_and_the_warehouse_goes_on(large: Warehouse) -> None:
    with pytest.raises(QueryError, match="took too long"):
        await large.query("large", ENDLESS)
    assert (await large.query("large", "SELECT COUNT(*) FROM table")).rows == [[50000]]


async def test_a_cancelled_query_stops_working() -> None:
    slow = Warehouse(time_limit_s=60)
    slow.create("large", [Column("n", "LONG")], "SELECT range FROM range(50000)")
    started = time.monotonic()
    with anyio.move_on_after(0.2):
        await slow.query("large", ENDLESS)
    slow.close()  # DuckDB refuses to close while a statement is running
    assert time.monotonic() - started < 5


async def test_queries_run_side_by_side(large: Warehouse) -> None:
    counts: list[object] = []

    async def count(region: int) -> None:
        result = await large.query("large", f"SELECT COUNT(*) FROM table WHERE region = 'region {region}'")
        counts.append(result.rows[0][0])

    async with anyio.create_task_group() as tasks:
        for region in range(5):
            tasks.start_soon(count, region)
    assert counts == [10000] * 5


async def test_a_folder_keeps_its_datasets_over_a_restart(tmp_path: Path) -> None:
    first = Warehouse(tmp_path)
    first.create(SALES, COLUMNS)
    first.insert(SALES, [ROW])
    first.close()
    second = Warehouse(tmp_path)
    assert second.columns(SALES) == COLUMNS
    assert (await second.query(SALES, "SELECT DAYOFWEEK(Day), UPPER(Name) FROM table")).rows == [[6, "ANA"]]
    second.close()


def test_a_folder_open_in_another_process_is_busy(tmp_path: Path) -> None:
    opened = Warehouse(tmp_path)
    attempt = (
        "import sys, pathlib\n"
        "from domo_mcp.sandbox.warehouse import Warehouse, WarehouseBusy\n"
        "try: Warehouse(pathlib.Path(sys.argv[1]))\n"
        "except WarehouseBusy as busy: sys.exit(str(busy))\n"
    )
    done = subprocess.run([sys.executable, "-c", attempt, str(tmp_path)], capture_output=True, text=True, check=False)
    opened.close()
    assert done.returncode == 1
    assert "already open" in done.stderr
    assert str(tmp_path) not in done.stderr


def test_a_folder_open_in_this_process_is_busy_too(tmp_path: Path) -> None:
    opened = Warehouse(tmp_path)
    with pytest.raises(WarehouseBusy):
        Warehouse(tmp_path)
    opened.close()
    Warehouse(tmp_path).close()


async def test_tags_are_seen_by_no_query_and_tell_case(warehouse: Warehouse) -> None:
    warehouse.insert(SALES, [["Bo", *ROW[1:]], ["Cy", *ROW[1:]]])
    warehouse.tag(SALES, "CASE Name WHEN 'Ana' THEN 'p' WHEN 'Bo' THEN 'P' END")
    assert warehouse.partitions(SALES) == {"P": 1, "p": 1}
    result = await warehouse.query(SALES, "SELECT *, COUNT(*) OVER () FROM (SELECT * FROM table) AS t LIMIT 1")
    assert result.columns[:-1] == [column.name for column in warehouse.columns(SALES)]
    with pytest.raises(QueryError):
        await warehouse.query(SALES, "SELECT `__partition__` FROM table")
    warehouse.untag(SALES, "p")
    warehouse.clear(SALES, "P")
    assert (warehouse.partitions(SALES), warehouse.row_count(SALES)) == ({}, 2)


async def test_a_dataset_that_is_made_anew_has_no_tags(warehouse: Warehouse) -> None:
    warehouse.tag(SALES, "'p'")
    warehouse.load(SALES, [Column("n", "LONG")], [["7"]])
    assert warehouse.partitions(SALES) == {}
    assert (await warehouse.query(SALES, "SELECT * FROM table")).rows == [[7]]
    warehouse.tag(SALES, "'p'")
    warehouse.drop(SALES)
    assert warehouse.datasets() == []
