"""Domo's dialect: every query of the data files answers as worked out by hand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from domo_mcp.sandbox.warehouse import Column, QueryError, Warehouse

SALES = "5a1e0000-0000-4000-8000-000000000001"
HERE = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    """One data file, with "NULL" read as NULL."""

    def value(found: Any) -> Any:
        if isinstance(found, list):
            return [value(each) for each in found]
        return None if found == "NULL" else found

    parsed = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return {
        "columns": parsed.get("columns", []),
        "rows": value(parsed.get("rows", [])),
        "query": [{key: value(part) for key, part in each.items()} for each in parsed["query"]],
    }


TABLE = load("queries.toml")
CASES = [case for name in ("queries.toml", "queries_text.toml", "queries_dates.toml") for case in load(name)["query"]]
ANSWERED = [case for case in CASES if "rows" in case]
REFUSED = [case for case in CASES if "error" in case]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    opened = Warehouse(clock=lambda: datetime(2024, 3, 15, 10, 30))  # noqa: DTZ001 - Domo's datetimes have no zone
    opened.create(SALES, [Column(name, of) for name, of in TABLE["columns"]])
    opened.insert(SALES, TABLE["rows"])
    yield opened
    opened.close()


def canonical(rows: list[list[Any]], sql: str) -> list[list[Any]]:
    """Rows with numbers rounded; sorted unless the query orders its result itself."""
    rounded = [[round(value, 9) if isinstance(value, float) else value for value in row] for row in rows]
    ordered = re.search(r"ORDER BY[^)]*$", sql, re.IGNORECASE)
    return rounded if ordered else sorted(rounded, key=repr)


@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: case["sql"])
async def test_a_query_answers_as_worked_out_by_hand(warehouse: Warehouse, case: dict[str, Any]) -> None:
    result = await warehouse.query(SALES, case["sql"], names=["Sales Orders"])
    found, expected = canonical(result.rows, case["sql"]), canonical(case["rows"], case["sql"])
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert row == [pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for value in wanted]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["sql"])
async def test_a_query_is_refused_in_domos_words(warehouse: Warehouse, case: dict[str, Any]) -> None:
    with pytest.raises(QueryError) as refused:
        await warehouse.query(SALES, case["sql"])
    assert str(refused.value) == case["error"]


def test_there_are_enough_queries_to_trust_the_dialect() -> None:
    assert len(CASES) >= 110
