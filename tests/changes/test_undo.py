"""What was changed can be taken back, as long as nobody changed it since."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mcp import Client
from starlette.applications import Starlette

from tests.answers import rows_of, text_of
from tests.changes.answers import Person
from tests.changes.conftest import Open
from tests.changes.scratch import CHANGING, TOKEN, ChangingTool, Scratch, contents, scratch, writes

DOCUMENTS = [tool for tool in CHANGING if tool.undoable and "collection" not in tool.name]
SIGNED = {"X-DOMO-Developer-Token": TOKEN}


async def done(client: Client, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What an applied change answers."""
    result = await client.call_tool(name, arguments)
    assert result.structured_content, text_of(result)
    assert result.structured_content["status"] == "applied", text_of(result)
    return dict(result.structured_content)


def canonical(documents: dict[str, Any]) -> list[str]:
    """Contents without their ids, in a fixed order."""
    return sorted(str(sorted(content.items())) for content in documents.values())


@pytest.mark.parametrize("keeps_ids", [True, False])
@pytest.mark.parametrize("tool", DOCUMENTS, ids=lambda tool: tool.name)
async def test_undo_brings_the_same_content_back(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tool: ChangingTool, keeps_ids: bool
) -> None:
    sandbox.state.keeps_ids = keeps_ids
    at = await scratch(direct)
    before = await contents(direct, at)
    async with opened(Person("accepted")) as client:
        written = await done(client, tool.name, tool.arguments(at))
        assert written["verified"] is True, written
        assert canonical(await contents(direct, at)) != canonical(before)
        undone = await done(client, "undo_change", {"change": written["change"]})
        assert undone["verified"] is True, undone
    after = await contents(direct, at)
    assert canonical(after) == canonical(before)
    if keeps_ids or "delete" not in tool.name:
        assert after == before
    else:
        assert set(undone["new_ids"]) == set(at.ids[:2])
        assert set(undone["new_ids"].values()) <= set(after)


@pytest.mark.parametrize("keeps_ids", [True, False])
@pytest.mark.parametrize("tool", DOCUMENTS, ids=lambda tool: tool.name)
async def test_an_undo_can_be_undone(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tool: ChangingTool, keeps_ids: bool
) -> None:
    sandbox.state.keeps_ids = keeps_ids
    at = await scratch(direct)
    async with opened(Person("accepted")) as client:
        written = await done(client, tool.name, tool.arguments(at))
        changed = await contents(direct, at)
        undone = await done(client, "undo_change", {"change": written["change"]})
        await done(client, "undo_change", {"change": undone["change"]})
    assert canonical(await contents(direct, at)) == canonical(changed)


@pytest.mark.parametrize("tool", [tool for tool in DOCUMENTS if "delete" not in tool.name], ids=lambda tool: tool.name)
async def test_undo_refuses_where_somebody_changed_the_target_since(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tool: ChangingTool
) -> None:
    at = await scratch(direct)
    async with opened(Person("accepted")) as client:
        written = await done(client, tool.name, tool.arguments(at))
        touched = next(iter((written.get("new_ids") or {}).values()), at.ids[0])
        await direct.put(
            f"/api/datastores/v1/collections/{at.id}/documents/{touched}",
            json={"content": {"title": "somebody else's"}},
            headers=SIGNED,
        )
        sandbox.state.processed.clear()
        refused = await client.call_tool("undo_change", {"change": written["change"]})
    assert refused.is_error
    assert "changed since" in text_of(refused)
    assert writes(sandbox.state.processed) == []


async def test_undo_of_a_delete_refuses_where_a_document_came_back(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened(Person("accepted")) as client:
        written = await done(client, "delete_appdb_documents", {"collection": at.id, "ids": at.ids[:1]})
        body = [{"id": at.ids[0], "content": {"title": "back again"}}]
        await direct.put(f"/api/datastores/v2/collections/{at.id}/documents/bulk", json=body, headers=SIGNED)
        refused = await client.call_tool("undo_change", {"change": written["change"]})
    assert refused.is_error
    assert (await contents(direct, at))[at.ids[0]] == {"title": "back again"}


async def test_a_change_is_undone_once(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened(Person("accepted")) as client:
        written = await done(
            client, "update_appdb_documents", {"collection": at.id, "ids": at.ids, "set": {"state": "done"}}
        )
        undone = await done(client, "undo_change", {"change": written["change"]})
        again = await client.call_tool("undo_change", {"change": written["change"]})
    assert again.is_error
    assert undone["change"] in text_of(again)


async def test_a_change_that_was_undone_is_listed_as_undone_until_that_is_undone(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at = await scratch(direct)
    given = {"collection": at.id, "ids": at.ids, "set": {"state": "done"}}
    async with opened(Person("accepted")) as client:
        written = await done(client, "update_appdb_documents", given)
        undone = await done(client, "undo_change", {"change": written["change"]})
        assert await listed(client) == [("applied", "content", None), ("undone", "none", undone["change"])]
        again = await done(client, "undo_change", {"change": undone["change"]})
        assert await listed(client) == [
            ("applied", "content", None),
            ("undone", "none", again["change"]),
            ("applied", "none", undone["change"]),
        ]


async def listed(client: Client) -> list[tuple[Any, Any, Any]]:
    """Status, kind of undo and what undid each change, newest first."""
    told = rows_of(text_of(await client.call_tool("list_changes", {})))
    entries = [dict(zip(told[0], row, strict=True)) for row in told[1:]]
    return [(entry["status"], entry["undo"], entry.get("undone_by") or None) for entry in entries]


async def test_a_new_collection_is_taken_back_while_it_is_empty(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    arguments = {"name": f"{at.name} more", "columns": [{"name": "title", "type": "STRING"}], "sync": False}
    async with opened(Person("accepted")) as client:
        written = await done(client, "create_appdb_collection", arguments)
        documents = {"collection": arguments["name"], "documents": [{"title": "x"}]}
        filled = await done(client, "create_appdb_documents", documents)
        full = await client.call_tool("undo_change", {"change": written["change"]})
        assert full.is_error
        assert (full.structured_content or {}).get("status") != "applied"
        await done(client, "undo_change", {"change": filled["change"]})
        await done(client, "undo_change", {"change": written["change"]})
    listed = (await direct.get("/api/datastores/v1/collections", headers=SIGNED)).json()
    assert arguments["name"] not in [collection["name"] for collection in listed]


async def test_the_definition_of_a_collection_comes_back(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    columns = [{"name": "title", "type": "STRING"}, {"name": "points", "type": "LONG"}]
    async with opened(Person("accepted")) as client:
        written = await done(
            client, "update_appdb_collection", {"collection": at.id, "columns": columns, "sync": False}
        )
        assert await _definition(direct, at) == (["title", "points"], False)
        await done(client, "undo_change", {"change": written["change"]})
    assert await _definition(direct, at) == (["title"], True)


async def _definition(direct: httpx.AsyncClient, at: Scratch) -> tuple[list[str], bool]:
    collection = (await direct.get(f"/api/datastores/v1/collections/{at.id}", headers=SIGNED)).json()
    return [column["name"] for column in collection["schema"]["columns"]], collection["syncEnabled"]


async def test_what_cannot_be_undone_says_so_before_and_after(opened: Open, direct: httpx.AsyncClient) -> None:
    at, someone = await scratch(direct), Person("accepted")
    async with opened(someone) as client:
        written = await done(client, "delete_appdb_collection", {"collection": at.id})
        refused = await client.call_tool("undo_change", {"change": written["change"]})
    assert "it cannot be undone" in someone.questions[0]
    assert written["undo"] == "none"
    assert refused.is_error


async def test_list_changes_tells_what_was_done_newest_first(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    async with opened(Person("accepted")) as client:
        for state in ("one", "two", "three"):
            await done(client, "update_appdb_documents", {"collection": at.id, "ids": at.ids, "set": {"state": state}})
        await done(client, "export_appdb_collections", {"collection": at.id})
        text = text_of(await client.call_tool("list_changes", {"limit": 3}))
        undoable = text_of(await client.call_tool("list_changes", {"undoable": True}))
    assert text.index("export_appdb_collections") < text.index("update_appdb_documents")
    assert "next_cursor" in text
    assert "export_appdb_collections" not in undoable


async def test_an_unknown_change_is_told(opened: Open) -> None:
    async with opened(Person("accepted")) as client:
        result = await client.call_tool("undo_change", {"change": "c-nothing"})
    assert result.is_error
    assert "list_changes" in text_of(result)
