"""`chart_data`, as a client sees it, on the sandbox."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import CallToolResult
from PIL import Image
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.server.local import local_client
from tests.answers import Connect, raw_text_of, text_of
from tests.conftest import TODAY

BY_REGION = "SELECT `Region`, SUM(`Revenue`) AS `Revenue` FROM `{sales}` GROUP BY `Region`"
BY_MONTH = "SELECT DATE_FORMAT(`Order Date`, '%Y-%m') AS `Month`, SUM(`Revenue`) AS `Revenue` FROM `{sales}` GROUP BY 1"
BY_TWO = "SELECT `Region`, `Category`, SUM(`Revenue`) AS `Revenue` FROM `{sales}` GROUP BY 1, 2"
APP: dict[str, Any] = {"kind": "sandbox", "surface": "app", "aliases": {"datasets": ["sales"]}}


@pytest.fixture
def without_vl_convert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that draws finds no vl-convert."""
    (tmp_path / "vl_convert.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.fixture
def in_an_app(sandbox: Starlette, monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractAsyncContextManager[Client]]:
    """Opens a client of a server on the App-Framework surface."""
    monkeypatch.setattr("domo_mcp.app._now", lambda: TODAY)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Client]:
        config = load(sandbox=True, overrides={"files": {"exports": ""}}, environment={})
        tables = {"instances": {"app": APP}, "default_instance": "app"}
        config = type(config).model_validate({**config.model_dump(), **tables})
        async with open_app(config, embedded=sandbox) as app, local_client(app) as client:
            yield client

    return opened


async def chart(client: Client, sql: str, **arguments: Any) -> CallToolResult:
    return await client.call_tool("chart_data", {"sql": sql.format(sales="Sales Orders"), **arguments})


def picture_of(result: CallToolResult) -> Image.Image:
    first = result.content[0]
    assert first.type == "image", text_of(result)
    assert first.mime_type == "image/png"
    image = Image.open(io.BytesIO(b64decode(first.data)))
    image.load()
    return image


async def test_the_picture_comes_first_then_its_words_then_the_source(connect: Connect) -> None:
    async with connect() as client:
        result = await chart(client, BY_REGION)
    assert picture_of(result).width > 500
    assert [block.type for block in result.content] == ["image", "text"]
    assert result.structured_content is None
    lines = text_of(result).split("\n")
    assert re.fullmatch(r"<data-\w+>", lines[0])
    assert lines[1] == "Bar chart: Revenue by Region."
    assert lines[2].startswith("5 values of Region; Revenue from ")
    assert lines[3].startswith("From the highest: South 2,4")
    assert lines[-2].startswith('dataset "Sales Orders" (5a1e0000-')
    assert lines[-2].endswith("· 5 rows")
    assert lines[-1] == "source: sandbox (invented data)"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_dates_make_a_line_in_both_protocol_eras(connect: Connect, mode: str) -> None:
    async with connect(mode=mode) as client:
        result = await chart(client, BY_MONTH, title="Three years")
    assert picture_of(result).width > 500
    assert "Line chart: Three years.\nMonth from Nov 2023 to Nov 2026 (37 points); Revenue from " in text_of(result)


async def test_an_app_has_charts_too(in_an_app: Callable[[], AbstractAsyncContextManager[Client]]) -> None:
    async with in_an_app() as client:
        result = await client.call_tool("chart_data", {"sql": BY_TWO.format(sales="sales")})
    assert picture_of(result).width > 500
    assert "Heat map: Revenue by Region and Category." in text_of(result)


async def test_the_structured_form_has_the_rows_and_what_is_drawn(connect: Connect) -> None:
    async with connect(results={"structured": "all"}) as client:
        result = await chart(client, BY_TWO, chart_type="bar", series="Region")
    data = result.structured_content
    assert data is not None
    assert data["columns"] == [
        {"name": "Region", "type": "STRING"}, {"name": "Category", "type": "STRING"},
        {"name": "Revenue", "type": "DECIMAL"},
    ]  # fmt: skip
    assert (len(data["rows"]), data["next_cursor"], data["total"]) == (30, None, None)
    assert data["sql"] == BY_TWO.format(sales="Sales Orders")
    assert data["chart"] == {
        "type": "bar", "x": "Category", "y": "Revenue", "series": "Region",
        "title": "Revenue by Category and Region",
    }  # fmt: skip


async def test_more_rows_than_a_picture_takes_are_told_everywhere(connect: Connect) -> None:
    async with connect(results={"chart_rows": 50}) as client:
        result = await chart(client, "SELECT `Unit Price`, `Revenue` FROM `{sales}`")
    text = text_of(result)
    assert picture_of(result).width > 500
    assert "Scatter plot: Revenue against Unit Price.\n50 points;" in text
    assert "Only the first 50 of 50,000 rows of the answer are charted." in text
    assert "50 of 50,000 rows · 49,950 left · the chart shows these rows only; to chart all, aggregate" in text
    assert "next_cursor" not in text


async def test_raw_rows_are_refused_with_the_sql_that_adds_them_up(connect: Connect) -> None:
    async with connect() as client:
        result = await chart(client, "SELECT `Region`, `Revenue` FROM `{sales}`")
    assert result.is_error
    assert "SELECT `Region`, SUM(`Revenue`) … GROUP BY `Region`" in text_of(result)


async def test_wrong_names_and_nothing_to_measure_are_told(connect: Connect) -> None:
    async with connect() as client:
        wrong = await chart(client, BY_REGION, x="Regio")
        text = await chart(client, "SELECT `Region`, `Category` FROM `{sales}` GROUP BY 1, 2")
        kind = await chart(client, BY_REGION, chart_type="pie")
    assert wrong.is_error
    assert "no column `Regio` for x. Nearest: `Region`. They have: `Region` (text), `Revenue` (numbers)" in text_of(
        wrong
    )
    assert "a chart needs a column of numbers. Select one, such as COUNT(*)" in text_of(text)
    assert "heatmap" in text_of(kind)


async def test_no_rows_are_no_chart(connect: Connect) -> None:
    async with connect() as client:
        result = await chart(client, "SELECT `Region`, `Revenue` FROM `{sales}` WHERE `Region` = 'Nowhere'")
    assert not result.is_error
    assert [block.type for block in result.content] == ["text"]
    assert "matched no rows" in text_of(result)


async def test_sql_takes_the_path_of_run_sql(connect: Connect) -> None:
    hidden = {"columns": {"hide": ["Revenue"], "mask": ["Cost"]}}
    async with connect(policy=hidden) as client:
        write = await chart(client, "DELETE FROM `{sales}`")
        other = await chart(client, "SELECT COUNT(*) FROM `Employees`", dataset="Sales Orders")
        gone = await chart(client, BY_REGION)
        masked = await chart(client, "SELECT `Region`, MAX(`Cost`) AS `Cost` FROM `{sales}` GROUP BY 1")
    assert write.is_error
    assert "FROM names another dataset" in text_of(other)
    assert gone.is_error
    assert "a chart needs a column of numbers" in text_of(masked)


async def test_names_from_elsewhere_are_fenced_and_shown(connect: Connect) -> None:
    sql = 'SELECT `Region` AS `datum["x"]`, COUNT(*) AS `</data><b>__proto__` FROM `{sales}` GROUP BY 1'
    async with connect() as client:
        result = await chart(client, sql, title="</script>\u202e{{7*7}}")
        refused = await chart(client, sql, y='datum["x"]')
    assert picture_of(result).width > 500
    fence = re.match(r"<(data-\w+)>\n(.*?)\n</\1>", raw_text_of(result), re.DOTALL)
    assert fence
    assert "Bar chart: </script>\\u202e{{7*7}}." in fence[2]
    assert '5 values of datum["x"]; </data><b>__proto__ from' in fence[2]
    assert re.search(r"y has to be numbers, `<data-\w+>datum\[\"x\"\]</data-\w+>` is text", raw_text_of(refused))


@pytest.mark.usefixtures("without_vl_convert")
async def test_without_vl_convert_the_chart_is_made_of_characters(connect: Connect) -> None:
    async with connect() as client:
        result = await chart(client, BY_REGION)
        tight = await chart(client, BY_MONTH, chart_type="bar")
    text = text_of(result)
    assert [block.type for block in result.content] == ["text"]
    assert re.search(r"South   │█{36} 2,4\d\d,\d{3}\.\d\d\nNorth ", text)
    assert "Bar chart: Revenue by Region." in text
    assert "No picture: the server has no vl-convert (pip install 'domo-mcp[charts]')." in text
    assert "Bar chart: Revenue by Month." in text_of(tight)


@pytest.mark.usefixtures("without_vl_convert")
async def test_characters_stay_within_the_token_budget(connect: Connect) -> None:
    async with connect(results={"max_tokens": 300}) as client:
        text = raw_text_of(await chart(client, BY_MONTH, chart_type="bar"))
    assert "(cut to max_tokens)" in text
    assert "Month from Nov 2023" in text
    assert len(text) / 4 <= 320


async def test_a_picture_that_takes_too_long_is_given_up(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domo_mcp.charts.picture.MOST_SECONDS", 0.001)
    async with connect() as client:
        result = await chart(client, BY_REGION)
    assert "No picture: it could not be drawn within 0 seconds. This is the chart in characters." in text_of(result)
    assert "South   │" in text_of(result)
