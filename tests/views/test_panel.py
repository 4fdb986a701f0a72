"""A change that waits, as a panel in a real browser: its buttons do what they say, nothing else does anything."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from mcp import Client
from starlette.applications import Starlette

from tests.changes.scratch import Scratch, contents, scratch, writes
from tests.views.conftest import Open
from tests.views.stage import Stage, shown
from tests.views.test_table import HOSTILE


def update(at: Scratch, **values: Any) -> dict[str, Any]:
    """The arguments of an update of one document."""
    return {"collection": at.id, "ids": at.ids[:1], "set": values or {"state": "done"}}


async def state(stage: Stage, text: str) -> None:
    """Wait until the panel says so."""
    await stage.view.locator("#state", has_text=text).wait_for()


async def press(stage: Stage, name: str) -> None:
    """Press a button, as a person does: Playwright waits until it may be pressed."""
    await stage.view.get_by_role("button", name=name, exact=True).click()


async def test_it_shows_what_would_change_and_nothing_happens_by_itself(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        sandbox.state.processed.clear()
        await state(stage, "Waiting for your yes")
        text = await stage.view.get_by_role("main").inner_text()
        assert at.name in text
        assert '"open"' in text
        assert '"done"' in text
        assert "undo_change brings the content back" in text
        await stage.page.wait_for_timeout(700)
        assert stage.calls == []
        assert writes(sandbox.state.processed) == []
        assert stage.is_clean()


async def test_apply_confirms_as_the_app_and_undo_takes_it_back(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        await press(stage, "Apply")
        await state(stage, "Applied")
        assert "you, in this panel" in await stage.view.get_by_role("main").inner_text()
        assert (await contents(direct, at))[at.ids[0]]["state"] == "done"
        assert "Applied" in json.dumps(await stage.page.evaluate("HOST.modelContext"))
        await press(stage, "Undo")
        await state(stage, "Waiting for your yes")
        assert (await contents(direct, at))[at.ids[0]]["state"] == "done"
        await press(stage, "Apply")
        await state(stage, "Applied")
        assert (await contents(direct, at))[at.ids[0]]["state"] == "open"
        assert [call["name"] for call in stage.calls] == ["confirm_change", "undo_change", "confirm_change"]
        assert stage.is_clean()
        assert await listed(client) == ["app", "app"]


async def listed(client: Client) -> list[str]:
    """Which kinds of yes the newest changes had."""
    result = await client.call_tool("list_changes", {"limit": 2})
    text = next(block.text for block in result.content if block.type == "text")
    return ["app" for line in text.splitlines() if ",app," in line]


async def test_cancel_changes_nothing_and_ends_the_ticket(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        sandbox.state.processed.clear()
        await press(stage, "Cancel")
        await state(stage, "Not applied")
        assert not await stage.view.get_by_role("button", name="Apply").is_visible()
        written = stage.result["structuredContent"]
        ticket = {"ticket": written["ticket"], "summary": written["summary"]}
        assert (await client.call_tool("confirm_change", ticket)).is_error
        assert writes(sandbox.state.processed) == []
        assert stage.is_clean()


async def test_it_can_be_answered_by_keyboard(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        apply = stage.view.get_by_role("button", name="Apply")
        await apply.and_(stage.view.locator(":enabled")).wait_for()
        await apply.focus()
        await stage.page.keyboard.press("Enter")
        await state(stage, "Applied")
        assert [call["name"] for call in stage.calls] == ["confirm_change"]


async def test_apply_cannot_be_pressed_as_it_appears(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        await stage.view.locator("#apply:enabled").wait_for()
        assert await stage.frame.evaluate("show(shown), document.getElementById('apply').disabled") is True
        await stage.view.locator("#apply:enabled").wait_for()


async def test_scripts_cannot_press_apply(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        await stage.view.locator("#apply:enabled").wait_for()
        await stage.frame.evaluate("document.getElementById('apply').click()")
        await stage.frame.evaluate("document.getElementById('apply').dispatchEvent(new MouseEvent('click'))")
        await stage.page.wait_for_timeout(200)
        assert stage.calls == []
        await state(stage, "Waiting for your yes")


async def test_forged_messages_from_other_windows_do_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    """To the panel, as if the host said that all is done; to the host, as if the panel had been pressed."""
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        sandbox.state.processed.clear()
        call = stage.result["_meta"]["domo-mcp/view"]["change"]["apply"]
        params = {"name": call["tool"], "arguments": call["arguments"]}
        told = {"jsonrpc": "2.0", "method": "ui/notifications/tool-result", "params": {"content": []}}
        asked = {"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": params}
        await stage.page.evaluate(
            """async ([told, asked]) => {
                const other = document.createElement("iframe");
                document.body.append(other);
                other.contentWindow.eval(`parent.frames[0].frames[0].postMessage(${JSON.stringify(told)}, "*")`);
                other.contentWindow.eval(`parent.postMessage(${JSON.stringify(asked)}, "*")`);
            }""",
            [told, asked],
        )
        await stage.frame.evaluate("told => window.postMessage(told, '*')", told)
        await stage.page.wait_for_timeout(200)
        await state(stage, "Waiting for your yes")
        assert stage.calls == []
        assert writes(sandbox.state.processed) == []


async def test_an_invented_yes_from_the_frame_does_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        sandbox.state.processed.clear()
        written = stage.result["structuredContent"]
        forged = {"ticket": f"a-{written['ticket'][2:]}", "summary": written["summary"]}
        send = "params => host.request('tools/call', params).then((result) => result.isError, () => 'not let through')"
        assert await stage.frame.evaluate(send, {"name": "confirm_change", "arguments": forged}) is True
        delete = {"name": "delete_appdb_documents", "arguments": {"collection": at.id, "ids": at.ids}}
        assert await stage.frame.evaluate(send, delete) == "not let through"
        assert writes(sandbox.state.processed) == []


async def test_hostile_names_and_contents_are_texts(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct, called=HOSTILE[0])
    await direct.put(
        f"/api/datastores/v1/collections/{at.id}/documents/{at.ids[0]}",
        json={"content": {"title": HOSTILE[0], "state": HOSTILE[1], HOSTILE[3]: "x"}},
        headers={"X-DOMO-Developer-Token": "sandbox-token"},
    )
    async with (
        opened() as client,
        shown(client, "update_appdb_documents", update(at, state=HOSTILE[0], title=HOSTILE[1])) as stage,
    ):
        await state(stage, "Waiting for your yes")
        text = await stage.view.get_by_role("main").inner_text()
        assert "<img src=x onerror" in text
        assert "<svg/onload=" in text
        await press(stage, "Apply")
        await state(stage, "Applied")
        assert await stage.frame.evaluate("window.pwned === undefined && !document.querySelector('img, svg')")
        assert await stage.frame.evaluate("document.querySelectorAll('script').length") == 2
        assert stage.is_clean()


async def test_where_the_target_moved_the_panel_asks_anew(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        await direct.put(
            f"/api/datastores/v1/collections/{at.id}/documents/{at.ids[0]}",
            json={"content": {"title": "moved", "state": "blocked"}},
            headers={"X-DOMO-Developer-Token": "sandbox-token"},
        )
        await press(stage, "Apply")
        await stage.view.get_by_text('"blocked"').wait_for()
        await state(stage, "Waiting for your yes")
        assert (await contents(direct, at))[at.ids[0]]["state"] == "blocked"
        await press(stage, "Apply")
        await state(stage, "Applied")
        assert (await contents(direct, at))[at.ids[0]]["state"] == "done"


async def test_a_host_that_lets_nothing_through_is_told_as_that(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "update_appdb_documents", update(at)) as stage:
        await stage.page.evaluate("HOST.refusing = true")
        await press(stage, "Apply")
        await state(stage, "Not done")
        assert "The person did not allow it." in await stage.view.locator("#hint").inner_text()
        assert (await contents(direct, at))[at.ids[0]]["state"] == "open"
        assert stage.is_clean()


async def test_a_yes_that_is_too_late_is_not_offered(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with (
        opened(policy={"access": "full", "ticket_s": 1}) as client,
        shown(client, "update_appdb_documents", update(at)) as stage,
    ):
        await state(stage, "Expired")
        assert not await stage.view.get_by_role("button", name="Apply").is_visible()


async def test_what_destroys_for_good_is_refused_without_a_button(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened() as client, shown(client, "delete_appdb_collection", {"collection": at.id}) as stage:
        await state(stage, "Refused")
        assert await stage.view.locator("button:visible").count() == 0
        assert "cannot be undone" in await stage.view.get_by_role("main").inner_text()
        assert stage.is_clean()


async def test_without_what_is_for_the_view_alone_it_shows_the_change_and_no_button(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at = await scratch(direct)
    async with (
        opened() as client,
        shown(
            client, "update_appdb_documents", update(at), change=lambda result: {"content": result["content"]}
        ) as stage,
    ):
        await state(stage, "Waiting for your yes")
        assert await stage.view.locator("button:visible").count() == 0
        assert "in the conversation" in await stage.view.locator("#hint").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [860, 330])
async def test_it_wears_the_hosts_theme_and_fits_a_narrow_frame(
    opened: Open, direct: httpx.AsyncClient, theme: str, width: int
) -> None:
    at = await scratch(direct)
    async with (
        opened() as client,
        shown(
            client, "delete_appdb_documents", {"collection": at.id, "ids": at.ids}, theme=theme, width=width
        ) as stage,
    ):
        await state(stage, "Waiting for your yes")
        grounds = {"light": "rgb(253, 253, 252)", "dark": "rgb(32, 32, 36)"}
        assert await stage.frame.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[theme]
        assert await stage.frame.evaluate("document.documentElement.scrollWidth") <= width
        assert stage.is_clean()
