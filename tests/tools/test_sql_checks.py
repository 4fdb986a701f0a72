"""SQL that is not quite right, through the server: changed and told, refused with the way out, or run with a note."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from mcp import Client
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from domo_mcp.app import open_app
from domo_mcp.config import Config, load
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.server.local import local_client
from tests.answers import Connect, rows_of, text_of

SALES = "5a1e0000-0000-4000-8000-000000000001"
SCHEMA, METADATA = "/schema/indexed", f"/api/data/v3/datasources/{SALES}"
QUERY, AI = f"/api/query/v1/execute/{SALES}", "/api/ai/v1/text/sql"


class Telling:
    """The sandbox, which tells some things as a test wants them told: a list of answers, the last one for good."""

    def __init__(self, sandbox: Starlette, told: dict[str, list[Any]]) -> None:
        self.sandbox, self.told = sandbox, told
        self.sent: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope.get("path", "")
        answers = next((answers for end, answers in self.told.items() if path.endswith(end)), None)
        if answers:
            await JSONResponse(answers.pop(0) if len(answers) > 1 else answers[0])(scope, receive, send)
            return

        async def heard() -> Message:
            message = await receive()
            if path == QUERY and message.get("body"):
                self.sent.append(json.loads(message["body"])["sql"])
            return message

        await self.sandbox(scope, heard, send)


On = Callable[..., AbstractAsyncContextManager[tuple[Client, Telling]]]


@pytest.fixture
def on(sandbox: Starlette, configure: Callable[..., Config]) -> On:
    """Opens a client of the server on a sandbox that tells what it is given; keyword arguments are tables."""

    @asynccontextmanager
    async def opened(told: dict[str, list[Any]], **tables: Any) -> AsyncIterator[tuple[Client, Telling]]:
        domo = Telling(sandbox, told)
        async with open_app(configure(**tables), local_files=True, embedded=domo) as app, local_client(app) as client:
            yield client, domo

    return opened


def asked(domo: Telling) -> list[str]:
    """The statements of somebody, without those that look into columns."""
    return [sql for sql in domo.sent if "FROM `Sales Orders`" in sql]


def indexed(**columns: str) -> dict[str, Any]:
    return {"tables": [{"columns": [{"name": name, "type": kind} for name, kind in columns.items()]}]}


class TestRunSql:
    async def test_what_has_one_way_out_is_changed_run_and_told(self, on: On) -> None:
        where = 'WHERE "Order Date" > 2026-01-31 GROUP BY r'
        sql = f"SELECT NVL(region, '?') AS r, SUM(Profit) AS p FROM `Sales Orders` {where}"
        async with on({}) as (client, domo):
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        assert len(rows_of(text)) == 1 + 5
        sent = (
            "SELECT IFNULL(Region, '?') AS r, SUM((`Revenue` - `Cost`)) AS p FROM `Sales Orders` "
            "WHERE `Order Date` > '2026-01-31' GROUP BY r"
        )
        assert domo.sent == [f"{sent} LIMIT 201"]
        assert f". SQL as sent: {sent}" in text
        assert "2026-01-31 → '2026-01-31'; " in text
        assert "NVL → IFNULL; " in text
        assert "the beast mode `Profit` → (`Revenue` - `Cost`)" in text
        assert '"Order Date" → `Order Date`' in text

    async def test_what_is_changed_is_a_date_like_the_one_that_was_meant(self, connect: Connect) -> None:
        where = "WHERE `Order Date` = '2026-03-17' LIMIT 1"
        sql = f"SELECT DATE_TRUNC('month', `Order Date`) AS m FROM `Sales Orders` {where}"
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        assert rows_of(text) == [["m:DATE"], ["2026-03-01"]]

    async def test_right_sql_is_sent_as_it_is_without_a_word(self, on: On) -> None:
        sql = "SELECT `Region`, COUNT(*) FROM `Sales Orders` GROUP BY 1"
        async with on({}) as (client, domo):
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        assert domo.sent == [f"{sql} LIMIT 201"]
        assert "Changed" not in text
        assert "NULL" not in text

    @pytest.mark.parametrize(
        ("sql", "says"),
        [
            ("SELECT SUM(`Revenu`) FROM `Sales Orders`", "There is no column `Revenu`. Nearest: `Revenue`"),
            ("SELECT DATE_TRUNC('week', `Order Date`) FROM `Sales Orders`", "Domo's SQL has no DATE_TRUNC."),
            ("SELECT COUNT(*) FROM `Sales Orders` WHERE `Order Date` = 'March'", "is a date (DATE), 'March' is not"),
            ("SELECT COUNT(*) FROM `Sales Orders` WHERE `Revenue` > 'high'", "holds numbers (DECIMAL), 'high' is none"),
            ("SELECT Region, SUM(Revenue) FROM `Sales Orders`", "Add GROUP BY `Region`"),
            ("SELECT Region FROM `Sales Orders` WHERE SUM(Revenue) > 5", "Put the condition into HAVING."),
        ],
    )
    @pytest.mark.parametrize("more", [{}, {"save_as": "x.csv"}])
    async def test_what_is_surely_wrong_is_refused_before_it_costs_a_query(
        self, on: On, sql: str, says: str, more: dict[str, str]
    ) -> None:
        async with on({}) as (client, domo):
            result = await client.call_tool("run_sql", {"sql": sql, **more})
        assert result.is_error
        assert says in text_of(result)
        assert domo.sent == []

    async def test_rows_that_null_keeps_out_are_told_beside_the_others(self, connect: Connect) -> None:
        sql = "SELECT COUNT(*) FROM `Sales Orders` WHERE `Campaign Code` <> 'A'"
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        assert "Rows where `Campaign Code` is NULL are left out by <> or NOT." in text

    async def test_what_domo_refuses_is_explained_with_what_was_changed(self, connect: Connect) -> None:
        sql = "SELECT MEDIAN(NVL(`Revenue`, 0)) FROM `Sales Orders`"
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": sql}))
        assert "Domo refused the query" in text
        assert "Changed: NVL → IFNULL." in text
        assert "Domo does not list the function MEDIAN." in text

    async def test_an_export_that_domo_refuses_is_explained_too(self, connect: Connect) -> None:
        sql = "SELECT MEDIAN(`Revenue`) FROM `Sales Orders`"
        async with connect() as client:
            text = text_of(await client.call_tool("run_sql", {"sql": sql, "save_as": "x.csv"}))
        assert "Domo does not list the function MEDIAN." in text

    async def test_the_columns_cost_one_request_and_the_next_statement_none(
        self, connect: Connect, sandbox: Starlette
    ) -> None:
        sql = "SELECT `Region` FROM `Sales Orders` LIMIT 1"
        async with connect() as client:
            for _ in range(2):
                assert not (await client.call_tool("run_sql", {"sql": sql})).is_error
        assert sum(path.endswith(SCHEMA) for _, path in sandbox.state.requests) == 1

    async def test_an_export_is_changed_and_told_as_well(self, on: On) -> None:
        sql = "SELECT region FROM `Sales Orders` LIMIT 2"
        async with on({}) as (client, domo):
            text = text_of(await client.call_tool("run_sql", {"sql": sql, "save_as": "x.csv"}))
        assert domo.sent == ["SELECT Region FROM `Sales Orders` LIMIT 2"]
        assert "Changed: `region` → `Region`." in text


class TestWhatIsKnown:
    async def test_a_column_that_came_since_is_looked_up_before_it_is_missed(self, on: On) -> None:
        old, new = indexed(Region="STRING"), indexed(Region="STRING", Revenue="DECIMAL")
        async with on({SCHEMA: [old, new]}) as (client, domo):
            await client.call_tool("get_schema_context", {"datasets": [SALES]})
            first = await client.call_tool("run_sql", {"sql": "SELECT SUM(Revenue) FROM `Sales Orders`"})
            again = await client.call_tool("run_sql", {"sql": "SELECT MAX(Revenue) FROM `Sales Orders`"})
        assert not first.is_error, text_of(first)
        assert not again.is_error, text_of(again)
        assert len(asked(domo)) == 2

    async def test_a_type_that_changed_since_refuses_nothing(self, on: On) -> None:
        old, new = indexed(Region="DECIMAL"), indexed(Region="STRING")
        async with on({SCHEMA: [old, new]}) as (client, _):
            await client.call_tool("get_schema_context", {"datasets": [SALES]})
            result = await client.call_tool(
                "run_sql", {"sql": "SELECT COUNT(*) FROM table WHERE Region = 'West'", "dataset": SALES}
            )
        assert not result.is_error, text_of(result)

    async def test_a_column_that_people_do_not_see_may_be_named(self, on: On) -> None:
        hidden = indexed(Region="STRING", Revenue="DECIMAL")
        hidden["tables"][0]["columns"][1]["visible"] = False
        async with on({SCHEMA: [indexed(Region="STRING"), hidden]}) as (client, _):
            result = await client.call_tool("run_sql", {"sql": "SELECT SUM(Revenue) FROM `Sales Orders`"})
        assert not result.is_error, text_of(result)

    @pytest.mark.parametrize("kind", ["403", "500", "not_json", "wrong_shape", "reset_before"])
    async def test_a_schema_that_cannot_be_had_fails_nothing(
        self, connect: Connect, sandbox: Starlette, kind: str
    ) -> None:
        rules = [{"kind": kind, "share": 1.0, "path": path} for path in (f"*{SCHEMA}", "*/schemas/latest")]
        async with connect(limits={"timeout_s": 2}) as client:
            sandbox.state.faults = Faults(Plan.model_validate({"rules": rules}))
            right = await client.call_tool("run_sql", {"sql": "SELECT NVL(`Region`, 1) FROM `Sales Orders` LIMIT 1"})
            wrong = await client.call_tool("run_sql", {"sql": "SELECT nope FROM `Sales Orders`"})
        assert "Changed: NVL → IFNULL." in text_of(right)
        assert "Domo refused the query" in text_of(wrong)

    async def test_the_sql_of_a_dataset_in_a_cloud_warehouse_is_sent_as_it_is(self, on: On) -> None:
        sql = "SELECT NVL(region, 'x'), DATE_TRUNC('week', d) FROM table"
        metadata = {"id": SALES, "name": "Sales Orders", "cloudEngine": "SNOWFLAKE"}
        async with on({METADATA: [metadata]}) as (client, domo):
            await client.call_tool("run_sql", {"sql": sql, "dataset": SALES})
        assert domo.sent == [f"{sql} LIMIT 201"]

    async def test_hidden_columns_do_not_exist_and_are_not_named(self, on: On) -> None:
        async with on({}, policy={"columns": {"hide": ["Cost"]}}) as (client, domo):
            result = await client.call_tool("run_sql", {"sql": "SELECT SUM(Cost) FROM `Sales Orders`"})
            beast = await client.call_tool("run_sql", {"sql": "SELECT SUM(Profit) FROM `Sales Orders`"})
        assert "There is no column `Cost`." in text_of(result)
        assert "`Cost`" not in text_of(result).replace("no column `Cost`", "")
        assert "Cost" not in text_of(beast)
        assert domo.sent == []

    async def test_an_apps_columns_are_judged_by_type_and_its_unknown_ones_by_domo(self, sandbox: Starlette) -> None:
        app = {"kind": "sandbox", "surface": "app", "aliases": {"datasets": ["sales"]}}
        config = load(sandbox=True, overrides={"files": {"exports": ""}}, environment={})
        config = type(config).model_validate(
            {**config.model_dump(), "instances": {"app": app}, "default_instance": "app"}
        )
        async with open_app(config, embedded=sandbox) as opened, local_client(opened) as client:
            fixed = text_of(await client.call_tool("run_sql", {"sql": "SELECT SUM(revenue) FROM sales"}))
            typed = text_of(await client.call_tool("run_sql", {"sql": "SELECT * FROM sales WHERE Revenue > 'high'"}))
            unknown = text_of(await client.call_tool("run_sql", {"sql": "SELECT SUM(Revenu) FROM sales"}))
        assert "SQL as sent: SELECT SUM(Revenue) FROM sales" in fixed
        assert "holds numbers" in typed
        assert "Domo refused the query" in unknown
        assert "Nearest: `Revenue`" in unknown


class TestDomosAi:
    QUESTION = {"question": "total revenue by region", "datasets": ["Sales Orders"]}  # noqa: RUF012 - only read

    @staticmethod
    def writes(*statements: str) -> dict[str, list[Any]]:
        return {AI: [{"output": sql, "modelId": "m"} for sql in statements]}

    async def test_text_to_sql_gives_the_changed_sql_and_says_what_is_wrong_with_it(self, on: On) -> None:
        sql = "SELECT region, NVL(Revenu, 0) FROM `Sales Orders`"
        async with on(self.writes(sql)) as (client, _):
            found = (await client.call_tool("text_to_sql", self.QUESTION)).structured_content
        assert found is not None
        assert found["sql"] == "SELECT Region, IFNULL(Revenu, 0) FROM `Sales Orders`"
        changed, again, wrong = found["problems"]
        assert (changed, again) == ("Changed: `region` → `Region`.", "Changed: NVL → IFNULL.")
        assert wrong.startswith("There is no column `Revenu`.")

    async def test_ask_data_runs_the_changed_sql_without_a_repair(self, on: On) -> None:
        async with on(self.writes("SELECT Region, SUM(NVL(revenue, 0)) FROM `Sales Orders` GROUP BY Region")) as (
            client,
            domo,
        ):
            text = text_of(await client.call_tool("ask_data", self.QUESTION))
        assert len(rows_of(text)) == 1 + 5
        assert asked(domo)[0].startswith("SELECT Region, SUM(IFNULL(Revenue, 0)) FROM")
        assert "Changed in it: `revenue` → `Revenue`; NVL → IFNULL." in text
        assert "1 AI call" in text

    async def test_ask_data_has_what_is_surely_wrong_repaired(self, on: On) -> None:
        wrong, right = "SELECT Region, SUM(Revenue) FROM `Sales Orders`", "SELECT COUNT(*) FROM `Sales Orders`"
        async with on(self.writes(wrong, right)) as (client, domo):
            text = text_of(await client.call_tool("ask_data", self.QUESTION))
        assert "2 AI calls" in text
        assert [sql.split(" FROM")[0] for sql in asked(domo)] == ["SELECT COUNT(*)"]
