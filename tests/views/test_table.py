"""The table and chart of an answer in a real browser."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.views.conftest import Open
from tests.views.stage import Stage, shown

COLUMNS = "`Order ID`, `Order Date`, `Region`, `Quantity`, `Revenue`"
ORDERS = {"sql": f"SELECT {COLUMNS} FROM `Sales Orders` ORDER BY {COLUMNS}", "limit": 300}
REGIONS = {"sql": "SELECT `Region`, SUM(`Revenue`) AS `Total` FROM `Sales Orders` GROUP BY `Region` ORDER BY 1"}
MONTHS = {
    "sql": "SELECT DATE_FORMAT(`Order Date`, '%Y-%m') AS `Month`, `Region`, SUM(`Revenue`) AS `Total` "
    "FROM `Sales Orders` GROUP BY 1, 2 ORDER BY 1, 2"
}
HOSTILE = (
    "<img src=x onerror=\"parent.postMessage('pwned','*')\"><script>window.pwned=1</script>",
    "'\"><svg/onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "${window.pwned=1}{{constructor.constructor('window.pwned=1')()}}",
)


def rows_shown(result: dict[str, Any], *, columns: list[list[str]], rows: list[list[Any]]) -> dict[str, Any]:
    """The result with other rows in it."""
    table = result["_meta"]["domo-mcp/view"]["table"]
    table |= {"columns": [{"name": name, "type": kind} for name, kind in columns], "rows": rows, "left": False}
    return result


async def column(stage: Stage, place: int) -> list[str]:
    """The texts of a column, as far as its rows are drawn."""
    return list(await stage.view.locator(f"tbody tr:not(.space) td:nth-child({place})").all_inner_texts())


async def test_rows_are_there_with_their_source_and_sql(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", ORDERS) as stage:
        assert await stage.view.locator("#state").inner_text() == "300 of 50,000 rows"
        assert await stage.view.get_by_role("columnheader").count() == 5
        assert "Dataset Sales Orders · data as of 20" in await stage.view.locator("#source").inner_text()
        await stage.view.locator("summary").click()
        assert await stage.view.locator("#sql pre").inner_text() == ORDERS["sql"]
        assert await stage.heard() != []
        assert stage.is_clean()


async def test_a_header_sorts_up_then_down_then_as_it_was(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", ORDERS) as stage:
        before = await column(stage, 5)
        header = stage.view.get_by_role("columnheader", name="Revenue")
        await header.get_by_role("button").click()
        assert await header.get_attribute("aria-sort") == "ascending"
        rising = [float(text.replace(",", "")) for text in await column(stage, 5)]
        assert rising == sorted(rising)
        assert rising[0] == min(row[4] for row in stage.result["_meta"]["domo-mcp/view"]["table"]["rows"])
        await header.get_by_role("button").click()
        falling = [float(text.replace(",", "")) for text in await column(stage, 5)]
        assert (falling, await header.get_attribute("aria-sort")) == (sorted(falling, reverse=True), "descending")
        await header.get_by_role("button").click()
        assert await column(stage, 5) == before
        assert stage.is_clean()


async def test_null_comes_last_whichever_way(opened: Open) -> None:
    rows: list[list[Any]] = [[None], [3], [-1], [None], [20]]
    async with (
        opened() as client,
        shown(
            client, "run_sql", REGIONS, change=lambda result: rows_shown(result, columns=[["n", "LONG"]], rows=rows)
        ) as stage,
    ):
        for expected in (["-1", "3", "20", "NULL", "NULL"], ["20", "3", "-1", "NULL", "NULL"]):
            await stage.view.get_by_role("columnheader").get_by_role("button").click()
            assert await column(stage, 1) == expected


@pytest.mark.parametrize(
    ("within", "text", "holds"),
    [
        ("All columns", "nOrTh", lambda row: row[2] == "North"),
        ("Region", "west", lambda row: row[2] == "West"),
        ("Revenue", "> 400", lambda row: float(row[4].replace(",", "")) > 400),
        ("Quantity", "= 2", lambda row: row[3] == "2"),
    ],
)
async def test_a_filter_leaves_the_rows_that_fit(opened: Open, within: str, text: str, holds: Any) -> None:
    async with opened() as client, shown(client, "run_sql", ORDERS) as stage:
        await stage.view.get_by_label("Column to filter").select_option(label=within)
        await stage.view.get_by_role("searchbox", name="Filter rows").fill(text)
        await stage.view.get_by_text(re.compile(r"^\d+ match, of 300")).wait_for()
        cells = [await column(stage, place) for place in range(1, 6)]
        assert cells[0]
        assert all(holds(row) for row in zip(*cells, strict=True))
        assert stage.is_clean()


async def test_ten_thousand_rows_scroll_sort_and_filter_without_a_wait(opened: Open) -> None:
    async with (
        opened(results={"max_rows": 10_000}) as client,
        shown(client, "run_sql", {**ORDERS, "limit": 10_000}) as stage,
    ):
        assert await stage.view.locator("#state").inner_text() == "10,000 of 50,000 rows"
        assert await stage.view.locator("tbody tr").count() < 60
        steps = await stage.frame.evaluate(
            """async () => {
                const box = document.getElementById("grid"), took = [];
                const frame = () => new Promise(requestAnimationFrame);
                for (let place = 0; place <= 40; place += 1) {
                    box.scrollTop = place * 7000;
                    const start = performance.now();
                    grid.draw();
                    took.push(performance.now() - start);
                    await frame();
                }
                const start = performance.now();
                grid.turn(4);
                const sorted = performance.now() - start;
                return { slowest: took.sort((a, b) => a - b)[36], sorted };
            }"""
        )
        assert steps["slowest"] < 50, steps  # milliseconds; about five on a quiet machine
        assert steps["sorted"] < 1000, steps
        await stage.frame.evaluate("document.getElementById('grid').scrollTop = 1e9")
        last = stage.view.locator("tr[aria-rowindex='10001']")
        await last.wait_for()
        assert await last.is_visible()
        assert stage.is_clean()


async def test_everything_can_be_done_by_keyboard(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", ORDERS) as stage:
        press, at = stage.page.keyboard.press, "document.activeElement.innerText || document.activeElement.id"
        await stage.view.get_by_role("tab", name="Table").focus()
        await press("ArrowRight")
        assert await stage.view.get_by_role("tab", name="Chart").get_attribute("aria-selected") == "true"
        await press("ArrowLeft")
        await press("Tab")
        assert await stage.frame.evaluate(at) == "filter"
        await stage.view.get_by_role("columnheader", name="Region").get_by_role("button").focus()
        await press("Enter")
        assert await stage.view.get_by_role("columnheader", name="Region").get_attribute("aria-sort") == "ascending"
        assert (await stage.frame.evaluate(at)).startswith("Region")
        await press("Tab")
        await press("Tab")
        await press("Tab")
        cell = "[document.activeElement.parentElement.ariaRowIndex, document.activeElement.cellIndex]"
        assert await stage.frame.evaluate(cell) == ["2", 0]
        await press("ArrowDown")
        await press("ArrowRight")
        assert await stage.frame.evaluate(cell) == ["3", 1]
        await press("Control+End")
        assert await stage.frame.evaluate(cell) == ["301", 4]
        await press("PageUp")
        await press("Home")
        assert (await stage.frame.evaluate(cell))[1] == 0
        await press("Control+Home")
        assert await stage.frame.evaluate(cell) == ["2", 0]
        assert stage.is_clean()


async def test_everything_that_can_be_used_has_a_name(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", MONTHS) as stage:
        await stage.view.get_by_role("tab", name="Chart").click()
        unnamed = await stage.frame.evaluate(
            """() => [...document.querySelectorAll("button, input, select, [role=img], [role=grid], [role=region]")]
                .filter((each) => !((each.innerText || "").trim() || each.ariaLabel))
                .filter((each) => !each.getAttribute("aria-labelledby"))
                .map((each) => each.outerHTML)"""
        )
        assert unnamed == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_it_wears_the_hosts_theme_and_changes_with_it(opened: Open, theme: str) -> None:
    dark = {"light": "rgb(253, 253, 252)", "dark": "rgb(32, 32, 36)"}
    ground = "getComputedStyle(document.body).backgroundColor"
    other = "dark" if theme == "light" else "light"
    async with opened() as client, shown(client, "run_sql", REGIONS, theme=theme) as stage:
        assert await stage.frame.evaluate(ground) == dark[theme]
        await stage.page.evaluate("theme => tell('ui/notifications/host-context-changed', { theme })", other)
        await stage.frame.wait_for_function(f"{ground} === '{dark[other]}'")
        assert stage.is_clean()


async def test_a_narrow_frame_needs_no_sideways_scrolling(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", MONTHS, width=330) as stage:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await stage.frame.evaluate(wide) == 0
        await stage.view.get_by_role("tab", name="Chart").click()
        assert await stage.frame.evaluate(wide) == 0


@pytest.mark.parametrize(
    ("asked", "drawn", "mark"),
    [(REGIONS, "Bar", "rect"), (MONTHS, "Line", "path"), (ORDERS, "Line", "path")],
)
async def test_the_chart_fits_the_columns_unasked(opened: Open, asked: dict[str, Any], drawn: str, mark: str) -> None:
    async with opened() as client, shown(client, "run_sql", asked) as stage:
        await stage.view.get_by_role("tab", name="Chart").click()
        picture = stage.view.get_by_role("img")
        assert str(await picture.get_attribute("aria-label")).startswith(f"{drawn} chart: ")
        assert await picture.locator(mark).count() > 0
        assert stage.is_clean()


@pytest.mark.parametrize(
    ("kind", "mark"), [("bar", "rect"), ("line", "path"), ("area", "path"), ("scatter", "path"), ("heatmap", "rect")]
)
async def test_another_chart_is_drawn_where_a_person_wants_it(opened: Open, kind: str, mark: str) -> None:
    async with opened() as client, shown(client, "run_sql", ORDERS) as stage:
        await stage.view.get_by_role("tab", name="Chart").click()
        await stage.view.get_by_label("Type").select_option(kind)
        await stage.view.get_by_label("Y", exact=True).select_option("Revenue")
        assert await stage.view.get_by_role("img").locator(mark).count() > 0
        await stage.view.locator("#drawing svg").hover()
        assert stage.is_clean()


async def test_a_chart_that_was_asked_for_is_the_one_that_shows(opened: Open) -> None:
    def asked(result: dict[str, Any]) -> dict[str, Any]:
        spec = {"type": "area", "x": "Month", "y": "Total", "series": "Region", "title": "Sales over time"}
        result["_meta"]["domo-mcp/view"]["table"]["chart"] = spec
        return result

    async with opened() as client, shown(client, "run_sql", MONTHS, change=asked) as stage:
        assert await stage.view.get_by_role("heading").inner_text() == "Sales over time"
        label = str(await stage.view.get_by_role("img").get_attribute("aria-label"))
        assert label.startswith("Area chart: Total by Month and Region. Nov 2023 ")


async def test_rows_without_numbers_have_no_chart(opened: Open) -> None:
    asked = {"sql": "SELECT DISTINCT `Region`, `Channel` FROM `Sales Orders`"}
    async with opened() as client, shown(client, "run_sql", asked) as stage:
        assert not await stage.view.get_by_role("tab", name="Chart").is_visible()


async def test_sql_and_rows_are_copied_and_saved_through_the_host(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", REGIONS) as stage:
        await stage.view.get_by_role("button", name="Copy SQL").click()
        await stage.view.get_by_text("SQL copied.").wait_for()
        await stage.view.get_by_role("searchbox").focus()
        await stage.page.keyboard.press("Control+V")
        assert await stage.view.get_by_role("searchbox").input_value() == REGIONS["sql"]
        await stage.view.get_by_role("searchbox").fill("")
        await stage.view.get_by_role("button", name="Download CSV").click()
        await stage.view.get_by_text("Sales Orders.csv was handed to the host.").wait_for()
        resource = (await stage.page.evaluate("HOST.downloaded"))[0]["resource"]
        assert resource["mimeType"] == "text/csv"
        assert resource["text"].startswith("Region,Total\r\nCentral,")
        await stage.view.get_by_role("button", name="Copy CSV").click()
        await stage.view.get_by_text("CSV copied.").wait_for()
        assert stage.is_clean()


async def test_more_rows_come_on_demand_and_only_to_the_view(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", {**ORDERS, "max_tokens": 300}) as stage:
        await stage.view.get_by_role("button", name="Load more rows").click()
        await stage.view.get_by_text("1,300 of 50,000 rows").wait_for()
        assert [call["name"] for call in stage.calls] == ["run_sql"]
        assert stage.is_clean()


async def test_hostile_names_and_values_are_texts(opened: Open) -> None:
    columns = [[text, "STRING"] for text in HOSTILE] + [["n", "LONG"]]
    rows = [[*HOSTILE, 1], [*reversed(HOSTILE), 2]]

    def poisoned(result: dict[str, Any]) -> dict[str, Any]:
        table = result["_meta"]["domo-mcp/view"]["table"]
        table |= {"source": {"id": "x", "name": HOSTILE[0], "url": HOSTILE[2], "as_of": HOSTILE[1]}, "sql": HOSTILE[0]}
        table |= {"facts": list(HOSTILE), "chart": {"type": "bar", "x": HOSTILE[0], "y": "n", "title": HOSTILE[0]}}
        return rows_shown(result, columns=columns, rows=rows)

    async with opened() as client, shown(client, "run_sql", REGIONS, change=poisoned) as stage:
        await stage.view.get_by_role("img").hover()
        await stage.view.get_by_role("tab", name="Table").click()
        assert (await column(stage, 1))[0] == HOSTILE[0]
        await stage.page.wait_for_timeout(200)
        assert await stage.frame.evaluate("window.pwned === undefined && !document.querySelector('img, svg[onload]')")
        assert await stage.frame.evaluate("document.querySelectorAll('script').length") == 5
        assert stage.is_clean()


async def test_without_what_is_for_the_view_alone_it_reads_what_the_model_reads(opened: Open) -> None:
    def bare(result: dict[str, Any]) -> dict[str, Any]:
        return {"content": result["content"]}

    async with opened() as client, shown(client, "run_sql", REGIONS, change=bare) as stage:
        assert await column(stage, 1) == ["Central", "East", "North", "South", "West"]
        assert all(float(text.replace(",", "")) > 0 for text in await column(stage, 2))
        await stage.view.get_by_role("tab", name="Chart").click()
        assert await stage.view.get_by_role("img").is_visible()
        assert stage.is_clean()


async def test_an_error_is_shown_as_its_text(opened: Open) -> None:
    asked = {"sql": "SELECT `Regoin` FROM `Sales Orders`"}
    async with opened() as client, shown(client, "run_sql", asked) as stage:
        assert "Region" in await stage.view.locator("#text").inner_text()
        assert "data-" not in await stage.view.locator("#text").inner_text()
        assert stage.is_clean()


async def test_a_forged_answer_from_another_frame_changes_nothing(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", REGIONS) as stage:
        forged = {"content": [{"type": "text", "text": "forged"}]}
        message = {"jsonrpc": "2.0", "method": "ui/notifications/tool-result", "params": forged}
        await stage.page.evaluate(
            """async (message) => {
                const other = document.createElement("iframe");
                document.body.append(other);
                other.contentWindow.eval(`parent.frames[0].frames[0].postMessage(${JSON.stringify(message)}, "*")`);
                window.frames[0].frames[0].postMessage(message, "*");
            }""",
            message,
        )
        await stage.frame.evaluate(f"window.postMessage({json.dumps(message)}, '*')")
        await stage.page.wait_for_timeout(200)
        assert await stage.view.locator("#all").is_visible()
        assert not await stage.view.get_by_text("forged").count()


SHARES = {
    "sql": "SELECT `Channel`, SUM(`Revenue`) / (SELECT SUM(`Revenue`) FROM `Sales Orders`) AS revenue_share, "
    "SUM(`Revenue`) AS total_revenue FROM `Sales Orders` GROUP BY `Channel` ORDER BY 1"
}


async def test_names_shares_and_large_numbers_are_written_for_people(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", SHARES) as stage:
        headers = await stage.view.get_by_role("columnheader").all_inner_texts()
        assert [header.strip() for header in headers] == ["Channel", "Revenue share", "Total revenue"]
        assert all(re.fullmatch(r"\d\d\.\d\d%", text) for text in await column(stage, 2))
        assert all(re.fullmatch(r"\d,\d{3},\d{3}\.\d\d", text) for text in await column(stage, 3))
        await stage.view.get_by_label("Column to filter").select_option(label="Revenue share")
        await stage.view.get_by_role("searchbox", name="Filter rows").fill("> 50%")
        await stage.view.get_by_text("1 match, of 3 rows").wait_for()
        await stage.view.get_by_role("tab", name="Chart").click()
        label = str(await stage.view.get_by_role("img").get_attribute("aria-label"))
        assert re.match(r"Bar chart: Revenue share by Channel. \w+ \d\d(\.\d+)?%; ", label)
        assert "60%" in str(await stage.view.get_by_role("img").text_content())
        assert stage.is_clean()


async def test_how_rows_are_sorted_is_announced(opened: Open) -> None:
    async with opened() as client, shown(client, "run_sql", ORDERS) as stage:
        await stage.view.get_by_role("columnheader", name="Revenue").get_by_role("button").click()
        assert await stage.view.get_by_role("status").first.inner_text() == (
            "300 of 50,000 rows · sorted by Revenue, ascending"
        )


async def test_a_month_that_is_not_over_is_marked_and_told(opened: Open) -> None:
    asked = {"sql": MONTHS["sql"].replace("AS `Month`", "AS order_month")}
    async with opened() as client, shown(client, "chart_data", asked) as stage:
        assert await stage.view.locator("circle.partly").count() == 10
        assert await stage.view.get_by_text("The last month is not over: today is 22 Nov 2026.").is_visible()
        assert (await stage.view.locator("#drawing text").all_text_contents())[-1].endswith("Nov 2026")
        await stage.view.get_by_label("Type").select_option("bar")
        assert await stage.view.locator("#drawing rect[fill-opacity]").count() == 10
        await stage.view.get_by_label("X", exact=True).select_option("Region")
        assert not await stage.view.get_by_text("is not over").count()
        assert stage.is_clean()


async def test_no_line_runs_over_dates_that_are_missing_for_long(opened: Open) -> None:
    rows: list[list[Any]] = [[f"2026-{month:02}-{day:02}", day] for month in (1, 2, 9) for day in range(1, 28)]
    columns = [["day", "DATE"], ["n", "LONG"]]
    async with (
        opened() as client,
        shown(client, "run_sql", REGIONS, change=lambda found: rows_shown(found, columns=columns, rows=rows)) as stage,
    ):
        await stage.view.get_by_role("tab", name="Chart").click()
        assert await stage.view.locator("#drawing path").count() == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_texts_stand_out_from_their_ground(opened: Open, theme: str) -> None:
    async with opened() as client, shown(client, "chart_data", MONTHS, theme=theme) as stage:
        faint = await stage.frame.evaluate(
            """() => {
                const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
                const light = (rgb) => { const [r, g, b] = rgb.map((v) => v / 255)
                    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                const ground = (each) => { for (let at = each; at; at = at.parentElement) {
                    const found = parts(getComputedStyle(at).backgroundColor);
                    if (found.length === 3 || found[3] > 0) return found.slice(0, 3); } return [255, 255, 255]; };
                return [...document.querySelectorAll("body *")].filter((each) => each.getClientRects().length
                    && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim())).map((each) => {
                    const style = getComputedStyle(each);
                    const ink = parts(each instanceof SVGElement ? style.fill : style.color).slice(0, 3);
                    const [a, b] = [light(ink), light(ground(each))];
                    return [each.textContent.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
                }).filter(([, contrast]) => contrast < 4.5);
            }"""
        )
        assert faint == []
