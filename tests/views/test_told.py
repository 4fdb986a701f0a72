"""What the server tells a view: only where there is one, beside what the model reads, and who may answer with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp_types import CallToolResult, Resource
from starlette.applications import Starlette

from domo_mcp.server import views
from domo_mcp.server.views.contents import ChartData, table_told
from domo_mcp.tools.table import Column, Table
from tests.answers import raw_text_of, text_of
from tests.changes.answers import Person
from tests.changes.scratch import CHANGING, Scratch, contents, scratch, writes
from tests.views.conftest import Open

COLUMNS = "`Order ID`, `Region`, `Revenue`"
ORDERS = {"sql": f"SELECT {COLUMNS} FROM `Sales Orders` ORDER BY {COLUMNS}", "limit": 1000}


def for_view(result: CallToolResult) -> dict[str, Any]:
    """What the view alone is told."""
    told: dict[str, Any] = (result.meta or {})["domo-mcp/view"]
    return told


async def proposed(client: Client, at: Scratch, state: str = "done") -> CallToolResult:
    """An update that waits for a yes."""
    return await client.call_tool(
        "update_appdb_documents", {"collection": at.id, "ids": at.ids[:1], "set": {"state": state}}
    )


async def pressed(client: Client, result: CallToolResult, button: str) -> CallToolResult:
    """The call that a button of the panel makes."""
    call = for_view(result)["change"][button]
    return await client.call_tool(call["tool"], call["arguments"])


async def views_of(client: Client) -> dict[str, Resource]:
    everything = {str(each.uri): each for each in (await client.list_resources()).resources}
    return {uri: each for uri, each in everything.items() if uri.startswith(views.VIEWS)}


async def test_views_are_listed_with_what_they_need_and_read_as_one_document(opened: Open) -> None:
    async with opened() as client:
        listed = await views_of(client)
        assert set(listed) == {views.TABLE, views.APPROVAL}
        for uri, resource in listed.items():
            read = (await client.read_resource(uri)).contents[0].model_dump()
            assert resource.mime_type == read["mime_type"] == "text/html;profile=mcp-app"
            assert not any(resource.meta["ui"]["csp"].values())  # type: ignore[index]
            assert read["text"].startswith("<!DOCTYPE html>")
            text = read["text"].replace("http://www.w3.org/2000/svg", "")  # a name, not an address
            assert not [mark for mark in ("<link", "src=", "innerHTML", "http:", "https:", "eval(") if mark in text]


async def test_a_server_that_changes_nothing_has_no_panel(opened: Open) -> None:
    async with opened(policy={"access": "read"}) as client:
        assert set(await views_of(client)) == {views.TABLE}


async def test_views_may_call_of_what_changes_domo_only_the_answer_and_the_undo(opened: Open) -> None:
    async with opened() as client:
        tools = (await client.list_tools()).tools
    changing = [tool for tool in tools if tool.annotations and not tool.annotations.read_only_hint]
    assert all(tool.meta and tool.meta["ui"]["resourceUri"] == views.APPROVAL for tool in changing)
    allowed = {tool.name for tool in changing if tool.meta and "app" in tool.meta["ui"]["visibility"]}
    assert allowed == {"confirm_change", "undo_change"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_view_gets_all_rows_that_were_read_and_the_model_those_that_fit(opened: Open, mode: str) -> None:
    async with opened(mode=mode) as client:
        result = await client.call_tool("run_sql", {**ORDERS, "max_tokens": 300})
    table = for_view(result)["table"]
    assert len(table["rows"]) == 1000
    assert [column["name"] for column in table["columns"]] == ["Order ID", "Region", "Revenue"]
    assert table["source"]["name"] == "Sales Orders"
    assert (table["total"], table["left"], table["chart"]) == (50_000, True, None)
    assert len(raw_text_of(result)) < 2500
    assert result.structured_content is None


async def test_without_apps_answers_are_what_they_were(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened(apps=False) as client:
        rows, change = await client.call_tool("run_sql", ORDERS), await proposed(client, at)
    assert "domo-mcp/view" not in {**(rows.meta or {}), **(change.meta or {})}
    assert "Show the preview to the person" in text_of(change)


async def test_the_call_for_more_rows_goes_on_where_the_view_ends(opened: Open) -> None:
    async with opened() as client:
        first = for_view(await client.call_tool("run_sql", {**ORDERS, "max_tokens": 300}))["table"]
        call = first["more"]
        assert "max_tokens" not in call["arguments"]
        second = for_view(await client.call_tool(call["tool"], call["arguments"]))["table"]
    assert (second["first"], len(second["rows"])) == (1000, 1000)
    assert second["rows"][0][0] > first["rows"][-1][0]


async def test_without_an_order_the_call_for_more_rows_begins_anew_with_as_many_as_there_may_be(opened: Open) -> None:
    statement = {"sql": "SELECT `Order ID` FROM `Sales Orders`", "limit": 50}
    async with opened() as client:
        call = for_view(await client.call_tool("run_sql", statement))["table"]["more"]
        again = for_view(await client.call_tool(call["tool"], call["arguments"]))["table"]
    assert call["arguments"] == {**statement, "limit": 1000}
    assert (again["first"], len(again["rows"]), again["more"]) == (0, 1000, None)


async def test_a_view_gets_no_more_than_ten_thousand_rows(opened: Open) -> None:
    async with opened(results={"max_rows": 20_000}) as client:
        table = for_view(await client.call_tool("run_sql", {**ORDERS, "limit": 20_000}))["table"]
    assert (len(table["rows"]), table["left"]) == (10_000, True)


async def test_hidden_and_masked_columns_are_so_in_a_view(opened: Open) -> None:
    columns = {"hide": ["Employees.Salary"], "mask": ["Employees.Name"]}
    async with opened(policy={"access": "full", "columns": columns}) as client:
        table = for_view(await client.call_tool("run_sql", {"sql": "SELECT * FROM `Employees`"}))["table"]
    names = [column["name"] for column in table["columns"]]
    assert "Salary" not in names
    assert {row[names.index("Name")] for row in table["rows"]} == {"***"}


def test_numbers_that_a_browser_would_round_are_texts_and_too_many_characters_are_cut() -> None:
    table = Table(columns=(Column("a", "LONG"), Column("b")), rows=[[2**60 + 1, "x" * 5000]] * 2000)
    told = table_told(table, tool="run_sql", arguments={}, max_rows=1000, sandbox=False)
    assert told["rows"][0][0] == str(2**60 + 1)
    assert 0 < len(told["rows"]) < 800
    assert told["left"] is True
    assert told["more"] is None


def test_a_chart_that_was_asked_for_is_told_and_has_no_further_rows() -> None:
    table = Table(columns=(Column("a"), Column("n", "LONG")), rows=[["x", 1]], more=True)
    spec = ChartData(type="bar", x="a", y="n", series=None, title="T")
    told = table_told(table, tool="chart_data", arguments={}, max_rows=1000, sandbox=False, chart=spec)
    assert (told["chart"], told["more"]) == (spec, None)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_yes_of_a_panel_applies_and_is_recorded_as_that(
    opened: Open, direct: httpx.AsyncClient, tmp_path: Path, mode: str
) -> None:
    at, file = await scratch(direct), tmp_path / "audit.jsonl"
    async with opened(mode=mode, audit={"file": str(file)}) as client:
        waiting = await proposed(client, at)
        assert "leave it to them" in text_of(waiting)
        done = await pressed(client, waiting, "apply")
        listed = text_of(await client.call_tool("list_changes", {}))
    written = done.structured_content or {}
    assert (written["status"], written["confirmed_by"], written["verified"]) == ("applied", "app", True)
    assert (await contents(direct, at))[at.ids[0]]["state"] == "done"
    assert ",app," in listed
    assert '"confirmed_by": "app"' in file.read_text(encoding="utf-8")


async def test_a_model_never_reads_the_panels_yes_and_cannot_make_it_from_its_ticket(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened() as client:
        waiting = await proposed(client, at)
        read = waiting.model_copy(update={"meta": None}).model_dump_json()
        panel = for_view(waiting)["change"]
        tokens = [panel[button]["arguments"]["ticket"] for button in ("apply", "cancel")]
        assert not [token for token in tokens if token in read or token[-24:] in read]
        ticket = (waiting.structured_content or {})["ticket"]
        sandbox.state.processed.clear()
        for forged in (f"a-{ticket[2:]}", f"n-{ticket[2:]}", f"a{tokens[1][1:]}", f"t{tokens[0][1:]}"):
            arguments = {"ticket": forged, "summary": panel["written"]["summary"]}
            assert (await client.call_tool("confirm_change", arguments)).is_error
        assert writes(sandbox.state.processed) == []
        own = {"ticket": ticket, "summary": panel["written"]["summary"]}
        done = await client.call_tool("confirm_change", own)
    assert (done.structured_content or {})["confirmed_by"] == "ticket"


async def test_a_client_without_panels_cannot_use_a_panels_yes(
    opened: Open, direct: httpx.AsyncClient, tmp_path: Path
) -> None:
    at, state = await scratch(direct), {"url": str(tmp_path / "shared.sqlite")}
    async with opened(state=state) as client:
        waiting = await proposed(client, at)
    async with opened(state=state, apps=False) as client:
        assert (await pressed(client, waiting, "apply")).is_error
    assert (await contents(direct, at))[at.ids[0]]["state"] == "open"
    async with opened(state=state) as client:
        assert not (await pressed(client, waiting, "apply")).is_error


@pytest.mark.parametrize(("first", "second"), [("apply", "apply"), ("cancel", "apply"), ("apply", "cancel")])
async def test_all_forms_of_a_ticket_are_good_once_together(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, first: str, second: str
) -> None:
    at = await scratch(direct)
    async with opened() as client:
        waiting = await proposed(client, at)
        answer = await pressed(client, waiting, first)
        status = "declined" if first == "cancel" else "applied"
        assert (answer.structured_content or {})["status"] == status
        sandbox.state.processed.clear()
        assert (await pressed(client, waiting, second)).is_error
        ticket = {name: (waiting.structured_content or {})[name] for name in ("ticket", "summary")}
        assert (await client.call_tool("confirm_change", ticket)).is_error
    assert writes(sandbox.state.processed) == []
    assert (await contents(direct, at))[at.ids[0]]["state"] == ("open" if first == "cancel" else "done")


@pytest.mark.parametrize("tool", [each for each in CHANGING if each.permanent], ids=lambda each: each.name)
async def test_what_destroys_for_good_has_no_panel_and_stays_refused(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tool: Any
) -> None:
    at = await scratch(direct)
    async with opened() as client:
        sandbox.state.processed.clear()
        result = await client.call_tool(tool.name, tool.arguments(at))
    change = for_view(result)["change"]
    assert (change["written"]["status"], change["apply"]) == ("refused", None)
    assert writes(sandbox.state.processed) == []


async def test_a_person_who_can_be_asked_is_asked_also_where_there_are_panels(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at, someone = await scratch(direct), Person("accepted")
    async with opened(answer=someone) as client:
        change = for_view(await proposed(client, at))["change"]
    assert (change["written"]["confirmed_by"], len(someone.questions)) == ("person", 1)
    assert change["undo"]["tool"] == "undo_change"


async def test_the_calls_of_a_panel_name_the_instance_where_there_are_several(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at = await scratch(direct)
    instances = {"sandbox": {"kind": "sandbox"}, "other": {"kind": "sandbox"}}
    async with opened(instances=instances) as client:
        waiting = await client.call_tool(
            "update_appdb_documents",
            {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}, "domo_instance": "other"},
        )
        done = await pressed(client, waiting, "apply")
    assert (done.structured_content or {})["confirmed_by"] == "app"
