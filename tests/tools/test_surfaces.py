"""Every tool so far on both surfaces: the same questions, the same rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.server.local import local_client
from tests.answers import rows_of, text_of
from tests.conftest import TODAY

ALIASES = ["sales", "products", "customers", "campaigns", "employees", "tickets", "sessions"]
INSTANCES: dict[str, Any] = {
    "product": {"kind": "sandbox"},
    "app": {"kind": "sandbox", "surface": "app", "aliases": {"datasets": ALIASES}},
}
NAMES = {
    "product": {"sales": "Sales Orders", "tickets": "Support Tickets"},
    "app": {"sales": "sales", "tickets": "tickets"},
}
SURFACES = ["product", "app"]

On = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def on(sandbox: Starlette, monkeypatch: pytest.MonkeyPatch) -> On:
    """Opens a client of a server whose instances are those named."""

    def now() -> datetime:
        return TODAY

    monkeypatch.setattr("domo_mcp.app._now", now)

    @asynccontextmanager
    async def opened(*names: str, toolsets: str = "all") -> AsyncIterator[Client]:
        tables = {
            "instances": {name: INSTANCES[name] for name in names},
            "default_instance": names[0],
            "tools": {"toolsets": [toolsets]},
        }
        config = load(sandbox=True, overrides={"files": {"exports": ""}}, environment={})
        config = type(config).model_validate({**config.model_dump(), **tables})
        async with open_app(config, embedded=sandbox) as app, local_client(app) as client:
            yield client

    return opened


@pytest.mark.parametrize("surface", SURFACES)
async def test_the_tools_that_have_an_endpoint_there_are_listed(on: On, surface: str) -> None:
    async with on(surface) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert ({"search_datasets", "get_dataset"} <= names) is (surface == "product")
    assert {
        "run_sql",
        "ask_data",
        "text_to_sql",
        "get_schema_context",
        "query_data",
        "generate_text",
        "whoami",
    } <= names


async def test_query_data_is_there_unasked_on_the_app_surface_only(on: On) -> None:
    listed = {}
    for surface in SURFACES:
        async with on(surface, toolsets="default") as client:
            listed[surface] = {tool.name for tool in (await client.list_tools()).tools}
    assert "query_data" in listed["app"]
    assert "query_data" not in listed["product"]


@pytest.mark.parametrize("surface", SURFACES)
async def test_whoami(on: On, surface: str) -> None:
    async with on(surface) as client:
        result = await client.call_tool("whoami", {})
    assert result.structured_content is not None, text_of(result)
    assert result.structured_content["name"] == "Alex Rivera"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("from_", ["table", "dataset", "own"])
async def test_run_sql(on: On, surface: str, from_: str) -> None:
    name = NAMES[surface]["sales"]
    sql = (
        f"SELECT Region, COUNT(*) AS n FROM {'`' + name + '`' if from_ == 'own' else from_} GROUP BY Region ORDER BY 1"
    )
    async with on(surface) as client:
        result = await client.call_tool("run_sql", {"sql": sql, "dataset": name})
    rows = rows_of(text_of(result))
    assert [row[0] for row in rows[1:]] == ["Central", "East", "North", "South", "West"]
    assert sum(int(row[1]) for row in rows[1:]) == 50_000


@pytest.mark.parametrize("surface", SURFACES)
async def test_get_schema_context(on: On, surface: str) -> None:
    async with on(surface) as client:
        text = text_of(await client.call_tool("get_schema_context", {"question": "revenue by region of sales orders"}))
    assert f"dataset `{NAMES[surface]['sales']}`" in text
    assert "`Revenue` DECIMAL" in text


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("tool", ["text_to_sql", "ask_data"])
async def test_a_question_in_words(on: On, surface: str, tool: str) -> None:
    arguments = {"question": "total revenue by region in 2025", "datasets": [NAMES[surface]["sales"]]}
    async with on(surface) as client:
        result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert "SUM(`Revenue`)" in text_of(result)


@pytest.mark.parametrize("surface", SURFACES)
async def test_generate_text(on: On, surface: str) -> None:
    arguments = {
        "prompt": "Revenue fell in the West. Deliveries were late. Tickets tripled.",
        "template": "Summarise in ${words} words: ${input}",
        "parameters": {"words": "ten"},
    }
    async with on(surface) as client:
        result = await client.call_tool("generate_text", arguments)
    assert not result.is_error, text_of(result)
    assert "1 AI call by sandbox.extractive" in text_of(result)


QUERIES: dict[str, tuple[dict[str, Any], str]] = {
    "sum by group": (
        {"fields": ["Region", "Revenue"], "group_by": ["Region"], "order_by": ["Region"]},
        "SELECT Region, SUM(Revenue) FROM table GROUP BY Region ORDER BY Region",
    ),
    "filter": (
        {"fields": ["Quantity"], "aggregate": {"sum": ["Quantity"]}, "where": ["Region = 'West'", "Quantity > 2"]},
        "SELECT SUM(Quantity) FROM table WHERE Region = 'West' AND Quantity > 2",
    ),
    "in and contains": (
        {
            "fields": ["Category", "Quantity"],
            "aggregate": {"sum": ["Quantity"]},
            "where": ['Region in ["West", "East"]', "Product Name contains 'Tent'"],
            "group_by": ["Category"],
            "order_by": ["Category"],
        },
        (
            "SELECT Category, SUM(Quantity) FROM table WHERE Region IN ('West', 'East') "
            "AND `Product Name` LIKE '%Tent%' GROUP BY Category ORDER BY Category"
        ),
    ),
    "other columns are counted": (
        {"fields": ["Region", "Country"], "group_by": ["Region"], "order_by": ["Region"]},
        "SELECT Region, COUNT(DISTINCT Country) FROM table GROUP BY Region ORDER BY Region",
    ),
    "year to date": (
        {"fields": ["Revenue"], "aggregate": {"sum": ["Revenue"]}, "where": ["Order Date todate year"]},
        "SELECT SUM(Revenue) FROM table WHERE `Order Date` >= '2026-01-01' AND `Order Date` <= '2026-11-22'",
    ),
    "date grain": (
        {
            "fields": ["Order Date", "Revenue"],
            "aggregate": {"sum": ["Revenue"]},
            "where": ["Order Date >= '2026-01-01'"],
            "date_grain": {"field": "Order Date", "grain": "month"},
        },
        "SELECT DATE_FORMAT(`Order Date`, '%Y-%m'), SUM(Revenue) FROM table WHERE YEAR(`Order Date`) = 2026 GROUP BY 1",
    ),
}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("case", QUERIES.values(), ids=QUERIES)
async def test_query_data_gives_the_rows_of_the_sql_a_person_would_write(
    on: On, surface: str, case: tuple[dict[str, Any], str]
) -> None:
    question, sql = case
    name = NAMES[surface]["sales"]
    async with on(surface) as client:
        result = await client.call_tool("query_data", {"dataset": name, **question})
        by_hand = await client.call_tool("run_sql", {"dataset": name, "sql": sql})
    assert not result.is_error, text_of(result)

    def values(text: str) -> list[list[str]]:
        return sorted(sorted(row) for row in rows_of(text)[1:])

    assert values(text_of(result)) == values(text_of(by_hand))


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"where": ["Region is West"]}, "contains"),
        ({"fields": ["Revenu"], "group_by": ["Region"]}, "Revenu"),
        ({"date_grain": {"field": "Order Date", "grain": "decade"}}, "'day', 'week', 'month', 'quarter' or 'year'"),
        ({"aggregate": {"median": ["Revenue"]}}, "aggregate"),
    ],
)
async def test_what_query_data_cannot_read_is_told(on: On, surface: str, question: dict[str, Any], says: str) -> None:
    async with on(surface) as client:
        result = await client.call_tool("query_data", {"dataset": NAMES[surface]["sales"], **question})
    assert result.is_error
    assert says in text_of(result)


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_grained_date_that_is_grouped_by_too_counts_once(on: On, surface: str) -> None:
    question = {
        "fields": ["Order Date", "Revenue"],
        "group_by": ["Order Date"],
        "date_grain": {"field": "Order Date", "grain": "year"},
    }
    async with on(surface) as client:
        text = text_of(await client.call_tool("query_data", {"dataset": NAMES[surface]["sales"], **question}))
    assert len(rows_of(text)) == 1 + 4


@pytest.mark.parametrize("condition", ["Revenue > abc", "Revenue > $5", "Revenue > 1_000"])
async def test_a_number_column_is_not_compared_with_words(on: On, condition: str) -> None:
    async with on("product") as client:
        result = await client.call_tool("query_data", {"dataset": "Sales Orders", "where": [condition]})
    assert result.is_error
    assert "holds numbers" in text_of(result)


async def test_the_fiscal_calendar_is_the_data_apis_own(on: On) -> None:
    grain = {
        "fields": ["Order Date", "Revenue"],
        "date_grain": {"field": "Order Date", "grain": "quarter"},
        "calendar": "fiscal",
    }
    async with on("app") as client:
        there = await client.call_tool("query_data", {"dataset": "sales", **grain})
    async with on("product") as client:
        elsewhere = await client.call_tool("query_data", {"dataset": "Sales Orders", **grain})
    assert not there.is_error, text_of(there)
    assert elsewhere.is_error
    assert "fiscal" in text_of(elsewhere)


async def test_pages_of_the_data_api_fit_together(on: On) -> None:
    question = {
        "dataset": "sales",
        "fields": ["Product ID", "Quantity"],
        "group_by": ["Product ID"],
        "order_by": ["Product ID"],
    }
    seen: list[str] = []
    cursor: str | None = None
    async with on("app") as client:
        for _ in range(10):
            text = text_of(await client.call_tool("query_data", {**question, "limit": 50, "cursor": cursor}))
            seen += [row[0] for row in rows_of(text)[1:]]
            cursor = text.split("next_cursor: ")[1].split()[0] if "next_cursor: " in text else None
            if not cursor:
                break
    assert len(seen) == len(set(seen)) == 120


class TestSeveralInstances:
    async def test_the_choice_appears_where_there_is_one(self, on: On) -> None:
        async with on("product", "app") as client:
            tools = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
        assert tools["run_sql"]["properties"]["domo_instance"]["enum"] == ["product", "app"]
        assert "domo_instance" not in tools["run_sql"].get("required", [])
        assert "domo_instance" not in tools["search_datasets"]["properties"]

    async def test_a_call_goes_where_it_says(self, on: On, sandbox: Starlette) -> None:
        async with on("product", "app") as client:
            await client.call_tool("run_sql", {"sql": "SELECT COUNT(*) FROM sales", "domo_instance": "app"})
            paths = [path for _, path in sandbox.state.requests]
            await client.call_tool("run_sql", {"sql": "SELECT COUNT(*) FROM `Sales Orders`"})
        assert paths == ["/sql/v1/sales"]
        assert any(path.startswith("/api/query/v1/execute/") for _, path in sandbox.state.requests)

    async def test_an_instance_that_does_not_exist_names_those_that_do(self, on: On) -> None:
        async with on("product", "app") as client:
            result = await client.call_tool("whoami", {"domo_instance": "acme"})
        assert result.is_error
        assert "'product' or 'app'" in text_of(result)

    async def test_a_tool_of_one_instance_says_that_no_other_has_it(self, on: On) -> None:
        async with on("product", "app") as client:
            for wrong in ("app", ["app"]):
                result = await client.call_tool("search_datasets", {"query": "sales", "domo_instance": wrong})
                assert result.is_error
                assert "Only product has search_datasets." in text_of(result)
            result = await client.call_tool("search_datasets", {"query": "sales", "domo_instance": "product"})
            assert not result.is_error, text_of(result)

    async def test_where_there_is_one_instance_none_is_named(self, on: On) -> None:
        async with on("product") as client:
            result = await client.call_tool("search_datasets", {"query": "sales", "domo_instance": "app"})
        assert "There is no argument domo_instance" in text_of(result)

    async def test_a_cursor_of_one_instance_is_none_of_the_other(self, on: On) -> None:
        sql = {"sql": "SELECT Region, COUNT(*) AS n FROM table GROUP BY 1 ORDER BY 1", "limit": 2}
        async with on("product", "app") as client:
            text = text_of(await client.call_tool("run_sql", {**sql, "dataset": "Sales Orders"}))
            cursor = text.split("next_cursor: ")[1].split()[0]
            result = await client.call_tool(
                "run_sql", {**sql, "dataset": "Sales Orders", "domo_instance": "app", "cursor": cursor}
            )
        assert result.is_error

    async def test_two_sandbox_instances_are_one_sandbox(self, tmp_path: Path) -> None:
        tables = {"sandbox": {"data": str(tmp_path / "data")}, "files": {"exports": ""}}
        config = load(sandbox=True, overrides=tables, environment={})
        config = type(config).model_validate(
            {**config.model_dump(), "instances": INSTANCES, "default_instance": "product"}
        )
        async with open_app(config) as app, local_client(app) as client:
            for instance in SURFACES:
                result = await client.call_tool("whoami", {"domo_instance": instance})
                assert not result.is_error, text_of(result)
