"""The data tools, as a client sees them, on the sandbox."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from starlette.applications import Starlette

from tests.answers import Connect, cursor_of, rows_of, text_of

SALES = "5a1e0000-0000-4000-8000-000000000001"


class TestSearchDatasets:
    async def test_lists_everything_by_default(self, connect: Connect) -> None:
        async with connect() as client:
            header, *rows = rows_of(text_of(await client.call_tool("search_datasets", {})))
        assert header[:2] == ["id", "name"]
        assert {"Sales Orders", "Employees", "Web Sessions"} <= {row[1] for row in rows}

    async def test_finds_by_part_of_the_name(self, connect: Connect) -> None:
        async with connect() as client:
            _, *rows = rows_of(text_of(await client.call_tool("search_datasets", {"query": "sales"})))
        assert {row[1] for row in rows} == {"Sales Orders", "Sales Orders (Archive)"}

    async def test_pages_fit_together(self, connect: Connect) -> None:
        seen, cursor = [], None
        async with connect() as client:
            for _ in range(10):
                text = text_of(await client.call_tool("search_datasets", {"limit": 4, "cursor": cursor}))
                seen += [row[1] for row in rows_of(text)[1:]]
                cursor = cursor_of(text)
                if not cursor:
                    break
        assert len(seen) == len(set(seen)) == 10

    async def test_an_empty_result_says_so(self, connect: Connect) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("search_datasets", {"query": "zebra"}))
        assert "No dataset found." in text
        assert "0 rows" in text

    async def test_a_misspelt_name_finds_the_like_that_may_be_seen(self, connect: Connect) -> None:
        asked = {"query": "Sales Ordrs"}
        async with connect() as client:
            assert 'Like it: "Sales Orders" (' in text_of(await client.call_tool("search_datasets", asked))
        async with connect(policy={"deny": {"dataset": ["Sales*"]}}) as client:
            assert "Like it" not in text_of(await client.call_tool("search_datasets", asked))

    async def test_a_cursor_of_another_call_is_refused(self, connect: Connect) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("search_datasets", {"limit": 4}))
            cursor = text.split("next_cursor: ")[1].split()[0]
            result = await client.call_tool("search_datasets", {"query": "sales", "cursor": cursor})
            nonsense = await client.call_tool("search_datasets", {"cursor": "abc"})
        assert result.is_error
        assert "another call" in text_of(result)
        assert "not a cursor" in text_of(nonsense)

    @pytest.mark.parametrize("owner", ["Robin Falk", "robin falk"])
    async def test_the_owner_may_be_a_name_or_an_id(self, connect: Connect, owner: str) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("search_datasets", {"owner": owner}))
        assert {row[1] for row in rows_of(text)[1:]} == {"Employees", "Board Minutes KPIs", "Sales Orders (Archive)"}

    async def test_an_owner_who_does_not_exist_is_told(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("search_datasets", {"owner": "Nobody Special"})
        assert result.is_error
        assert "nobody in Domo" in text_of(result)


class TestGetDataset:
    async def test_by_id_by_name_and_without_regard_to_case(self, connect: Connect) -> None:
        async with connect() as client:
            for name in (SALES, "Sales Orders", "sales orders", SALES.upper()):
                result = await client.call_tool("get_dataset", {"dataset": name})
                assert result.structured_content is not None, text_of(result)
                assert result.structured_content["id"] == SALES
                assert result.structured_content["rows"] == 50_000

    async def test_every_part_comes_when_asked_for(self, connect: Connect) -> None:
        parts = ["schema", "access", "cards", "formulas", "partitions", "versions", "stream", "dictionary"]
        async with connect() as client:
            result = await client.call_tool("get_dataset", {"dataset": SALES, "include": parts})
        found = result.structured_content
        assert found is not None, text_of(result)
        assert {"name": "Revenue", "type": "DECIMAL"} in found["schema_columns"]
        assert "Profit" in {formula["name"] for formula in found["formulas"]}
        assert any(entry["name"] == "Revenue" and "turnover" in entry["synonyms"] for entry in found["dictionary"])
        assert found["access"]
        assert found["cards"]
        assert found["versions"]

    async def test_an_unknown_name_lists_the_nearest_with_ids(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("get_dataset", {"dataset": "Sales Order"})
        assert result.is_error
        assert SALES in text_of(result)
        assert "rows" in text_of(result)

    async def test_an_unknown_id_points_to_search(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("get_dataset", {"dataset": "5a1e0000-0000-4000-8000-0000000000ff"})
        assert result.is_error
        assert "search_datasets" in text_of(result)

    async def test_what_the_user_may_not_read_is_a_clear_error(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM `Board Minutes KPIs`"})
        assert result.is_error
        assert "trace id" in text_of(result)


class TestGetSchemaContext:
    async def test_the_dataset_of_the_question_comes_first(self, connect: Connect) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("get_schema_context", {"question": "urgent tickets by agent"}))
        assert text.index("`Support Tickets`") < text.index("Chosen by the question")
        assert "`Priority` STRING" in text
        assert "today: 2026-11-22" in text

    async def test_named_datasets_are_described_without_a_question(self, connect: Connect) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("get_schema_context", {"datasets": ["Products", SALES]}))
        assert "`List Price`" in text
        assert "`Order Date`" in text

    @pytest.mark.parametrize("most", [200, 400, 900])
    async def test_it_stays_within_max_tokens_and_says_what_was_left_out(self, connect: Connect, most: int) -> None:
        async with connect() as client:
            result = await client.call_tool("get_schema_context", {"question": "revenue by region", "max_tokens": most})
        text = text_of(result)
        assert len(text) / 4 <= most
        assert "Left out for max_tokens" in text

    async def test_neither_question_nor_dataset_is_refused(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("get_schema_context", {})
        assert result.is_error
        assert "`question`, `datasets`, or both" in text_of(result)

    async def test_a_question_about_nothing_known_is_refused(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("get_schema_context", {"question": "quantum chromodynamics"})
        assert result.is_error
        assert "search_datasets" in text_of(result)

    async def test_a_second_identical_call_asks_domo_nothing(self, connect: Connect, sandbox: Starlette) -> None:
        async with connect() as client:
            await client.call_tool("get_schema_context", {"question": "revenue by region"})
            before = len(sandbox.state.requests)
            await client.call_tool("get_schema_context", {"question": "revenue by region"})
        assert len(sandbox.state.requests) == before


class TestRunSql:
    async def test_rows_come_as_typed_csv_and_end_in_the_provenance(self, connect: Connect) -> None:
        sql = "SELECT Region, COUNT(*) AS n FROM `Sales Orders` GROUP BY Region ORDER BY Region"
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        header, *rows = rows_of(text)
        assert header == ["Region:STRING", "n:LONG"]
        assert [row[0] for row in rows] == ["Central", "East", "North", "South", "West"]
        assert sum(int(row[1]) for row in rows) == 50_000
        last, source = text.splitlines()[-2:]
        assert last.startswith(f'dataset "Sales Orders" ({SALES}, https://')
        assert "data as of 20" in last
        assert last.endswith("5 rows")
        assert source == "source: sandbox (invented data)"

    @pytest.mark.parametrize("name", ["table", "dataset", f"`{SALES}`", "`Sales Orders`", "`sales orders`"])
    async def test_from_may_call_the_given_dataset_by_any_of_its_names(self, connect: Connect, name: str) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": f"SELECT COUNT(*) FROM {name}", "dataset": SALES})
        assert rows_of(text_of(result))[1] == ["50000"]

    async def test_null_and_empty_text_differ(self, connect: Connect) -> None:
        sql = "SELECT NULL AS a, '' AS b, 'x, \"y\"' AS c FROM Products LIMIT 1"
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        assert '\n,"","x, ""y"""\n' in text

    async def test_duplicate_column_names_survive(self, connect: Connect) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": "SELECT 1 AS a, 2 AS a FROM Products LIMIT 1"}))
        assert rows_of(text) == [["a:LONG", "a:LONG"], ["1", "2"]]

    async def test_from_naming_another_dataset_is_refused(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM Products", "dataset": "Sales Orders"})
        assert result.is_error
        assert 'another dataset, "Products"' in text_of(result)

    async def test_from_naming_nothing_known_is_refused(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM orders_2019", "dataset": "Sales Orders"})
        assert result.is_error
        assert "FROM `Sales Orders`" in text_of(result)

    @pytest.mark.parametrize("sql", ["SELECT 1", "SELECT * FROM table"])
    async def test_no_dataset_at_all_is_refused(self, connect: Connect, sql: str) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": sql})
        assert result.is_error
        assert "`dataset`" in text_of(result)

    @pytest.mark.parametrize(
        "sql",
        [
            "DELETE FROM `Sales Orders`",
            "SELECT 1; SELECT 2",
            "SELECT * FROM `Sales Orders` WHERE a IN (" + "'x'," * 10_000 + "'x')",
        ],
    )
    async def test_refused_sql_reaches_domo_never(self, connect: Connect, sandbox: Starlette, sql: str) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": sql})
        assert result.is_error
        assert len(text_of(result)) < 500
        assert not sandbox.state.requests

    async def test_an_empty_result_is_not_an_error(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM Products WHERE Brand = 'Nobody'"})
        assert not result.is_error
        assert "matched no rows" in text_of(result)

    async def test_fifty_thousand_rows_are_cut_with_count_summary_and_a_way_on(self, connect: Connect) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM `Sales Orders`", "max_tokens": 1500})
        text = text_of(result)
        assert len(text) / 4 <= 1500
        assert "of 50,000 rows" in text
        assert "left" in text
        assert "save_as" in text
        assert "Region: 5 different" in text or "more columns" in text

    async def test_pages_of_an_ordered_result_fit_together(self, connect: Connect) -> None:
        sql = "SELECT `Product ID`, COUNT(*) AS n FROM `Sales Orders` GROUP BY 1 ORDER BY n DESC, 1"
        seen: list[str] = []
        cursor = None
        async with connect() as client:
            for _ in range(20):
                text = text_of(await client.call_tool("run_sql", {"sql": sql, "limit": 17, "cursor": cursor}))
                seen += [row[0] for row in rows_of(text)[1:]]
                cursor = cursor_of(text)
                if not cursor:
                    break
            whole = rows_of(text_of(await client.call_tool("run_sql", {"sql": sql, "limit": 1000})))[1:]
        assert seen == [row[0] for row in whole]

    async def test_a_page_cut_by_the_budget_goes_on_behind_the_last_row_shown(self, connect: Connect) -> None:
        sql = "SELECT `Order ID` FROM `Sales Orders` ORDER BY `Order ID`"
        async with connect() as client:
            first = text_of(await client.call_tool("run_sql", {"sql": sql, "max_tokens": 300}))
            cursor = first.split("next_cursor: ")[1].split()[0]
            second = text_of(await client.call_tool("run_sql", {"sql": sql, "max_tokens": 300, "cursor": cursor}))
        shown = [row[0] for row in rows_of(first)[1:] + rows_of(second)[1:]]
        assert shown == [f"SO-{number:06}" for number in range(1, len(shown) + 1)]

    async def test_an_unordered_result_has_no_cursor(self, connect: Connect) -> None:
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": "SELECT Country FROM `Sales Orders`", "limit": 5}))
        assert "next_cursor" not in text
        assert "ORDER BY" in text

    async def test_the_servers_row_limit_holds(self, connect: Connect) -> None:
        async with connect(results={"max_rows": 7}) as client:
            text = text_of(await client.call_tool("run_sql", {"sql": "SELECT Country FROM Customers", "limit": 500}))
        assert len(rows_of(text)) == 1 + 7


class TestSaveAs:
    async def test_all_rows_go_into_a_new_file(self, connect: Connect, tmp_path: Path) -> None:
        sql = "SELECT `Order ID`, `Campaign Code` FROM `Sales Orders` ORDER BY 1"
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": sql, "save_as": "orders.csv"})
        path = tmp_path / "exports" / "orders.csv"
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = list(csv.reader(file))
        assert header == ["Order ID", "Campaign Code"]
        assert len(rows) == 50_000
        assert rows[0][0] == "SO-000001"
        assert f"Saved 50,000 rows to {path}" in text_of(result)
        assert path.stat().st_mode & 0o077 == 0

    async def test_nothing_is_overwritten(self, connect: Connect, tmp_path: Path) -> None:
        (tmp_path / "exports").mkdir()
        (tmp_path / "exports" / "mine.csv").write_text("precious")
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM Products", "save_as": "mine.csv"})
        assert result.is_error
        assert (tmp_path / "exports" / "mine.csv").read_text() == "precious"

    @pytest.mark.parametrize("name", ["../out.csv", "/etc/out.csv", "a/../../out.csv", "link/out.csv", "", "folder/"])
    async def test_nothing_is_written_outside_the_folders(self, connect: Connect, tmp_path: Path, name: str) -> None:
        (tmp_path / "exports").mkdir()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "exports" / "link").symlink_to(tmp_path / "elsewhere")
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT * FROM Products", "save_as": name})
        assert result.is_error
        assert [path for path in tmp_path.rglob("*.csv") if path.is_file()] == []

    async def test_a_failed_query_leaves_no_file(self, connect: Connect, tmp_path: Path) -> None:
        async with connect() as client:
            result = await client.call_tool("run_sql", {"sql": "SELECT nope FROM Products", "save_as": "x.csv"})
        assert result.is_error
        assert list(tmp_path.rglob("*.csv")) == []

    async def test_it_is_gone_where_files_are_switched_off(self, connect: Connect) -> None:
        async with connect(files={"exports": ""}) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert "save_as" not in tools["run_sql"].input_schema["properties"]


class TestTextToSql:
    async def test_gives_checked_sql_without_running_it(self, connect: Connect, sandbox: Starlette) -> None:
        async with connect() as client:
            question = {"question": "total revenue by region this year"}
            await client.call_tool("get_schema_context", question)  # looks into the columns
            before = len(sandbox.state.requests)
            result = await client.call_tool("text_to_sql", question)
        proposal = result.structured_content
        assert proposal is not None, text_of(result)
        assert proposal["dataset_id"] == SALES
        assert proposal["sql"].startswith("SELECT")
        assert proposal["problems"] == []
        assert not any("execute" in path for _, path in list(sandbox.state.requests)[before:])
