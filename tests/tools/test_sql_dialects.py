"""SQL as other dialects write it, through the server: what the answer says."""

from __future__ import annotations

import logging

import pytest
from starlette.applications import Starlette

from domo_mcp import telemetry
from tests.answers import Connect, rows_of, text_of


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT COUNT(*) FROM Sales Orders", 'FROM means "Sales Orders"'),
        ("SELECT COUNT(*) FROM Sales Orders", "Write FROM `Sales Orders`."),
        ("SELECT COUNT(*) FROM Sales Orders (Archive)", "Write FROM `Sales Orders (Archive)`."),
        ("SELECT TOP 5 Region FROM `Sales Orders`", "Write LIMIT 5 at the end."),
        ("SELECT MEDIAN(Revenue) FROM `Sales Orders`", "LIMIT 1 OFFSET half of it"),
        ("SELECT `Order Date` - `Ship Date` FROM `Sales Orders`", "Write DATEDIFF(later, earlier)."),
        ("SELECT `Margin %` FROM `Sales Orders`", "(SUM(`Revenue`) - SUM(`Cost`)) / SUM(`Revenue`)."),
        ("SELECT Margin FROM `Sales Orders`", "`Margin %` (a beast mode)"),
        ("SELECT zzqqy FROM `Sales Orders`", "The columns are: `Order ID`, `Order Date`"),
        ("SELECT a FROM zzqqy", 'There is no dataset "zzqqy". There are, among others: '),
        ("SELECT a FROM `Sales Ordres`", 'Nearest: "Sales Orders"'),
    ],
)  # fmt: skip
async def test_the_refusal_says_the_way_out(connect: Connect, sql: str, says: str) -> None:
    async with connect() as client:
        result = await client.call_tool("run_sql", {"sql": sql})
    assert result.is_error
    assert says in text_of(result)


async def test_the_sql_as_sent_has_the_quotes_that_domo_takes(connect: Connect) -> None:
    async with connect() as client:
        text = text_of(await client.call_tool("run_sql", {"sql": 'SELECT COUNT([Region]) FROM "sales orders"'}))
    assert "SQL as sent: SELECT COUNT(`Region`) FROM `sales orders`" in text


async def test_names_in_brackets_are_told_as_changed(connect: Connect) -> None:
    sql = "SELECT MIN([Order Date]) AS d FROM [Sales Orders] WHERE [Region] ILIKE 'w%'"
    async with connect() as client:
        text = text_of(await client.call_tool("run_sql", {"sql": sql}))
    assert len(rows_of(text)) == 2
    assert "Changed: [Order Date] → `Order Date`; [Sales Orders] → `Sales Orders`; [Region] → `Region`; " in text
    assert "SQL as sent: SELECT MIN(`Order Date`) AS d FROM `Sales Orders` WHERE `Region` LIKE 'w%'" in text


async def test_a_value_without_quotes_is_known_where_its_column_was_looked_into(connect: Connect) -> None:
    sql = "SELECT COUNT(*) FROM `Sales Orders` WHERE Region = west"
    async with connect() as client:
        before = text_of(await client.call_tool("run_sql", {"sql": sql}))
        await client.call_tool("get_schema_context", {"datasets": ["Sales Orders"]})
        after = text_of(await client.call_tool("run_sql", {"sql": sql}))
    assert "If it is a value, write 'west'." in before
    assert "Write 'West': `Region` has that value." in after


async def test_the_parsers_own_warnings_reach_no_stderr(
    connect: Connect, sandbox: Starlette, capfd: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure()
    try:
        async with connect() as client:
            for expression in ("TO_CHAR(`Order Date`, 'YYYY')", "[1, 2]", "JSON_EXTRACT(Region, '$.a')"):
                sql = f"SELECT {expression}, COUNT(*) FROM `Sales Orders` GROUP BY {expression} ORDER BY {expression}"
                await client.call_tool("run_sql", {"sql": sql})
            await client.call_tool("run_sql", {"sql": "CALL something 'x'"})
        logging.getLogger("sqlglot").warning("a statement")
    finally:
        logging.getLogger("sqlglot").disabled = False
        logging.basicConfig(level="WARNING", handlers=[], force=True)
    assert capfd.readouterr().err == ""
    assert sandbox.state.requests
