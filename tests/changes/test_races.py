"""Several changes at once: each is applied once, on what its caller was shown, and taken back once."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp_types import CallToolResult
from starlette.applications import Starlette

from domo_mcp.sandbox.faults import Faults, Plan
from tests.answers import text_of
from tests.changes.answers import Person
from tests.changes.conftest import Open
from tests.changes.scratch import contents, scratch

FREE = {"confirm_for": ["delete"]}


async def at_once(client: Client, calls: list[tuple[str, dict[str, Any]]]) -> list[CallToolResult]:
    results: list[CallToolResult] = []

    async def call(name: str, arguments: dict[str, Any]) -> None:
        results.append(await client.call_tool(name, arguments))

    async with anyio.create_task_group() as tasks:
        for name, arguments in calls:
            tasks.start_soon(call, name, arguments)
    return results


def statuses(results: list[CallToolResult]) -> list[str]:
    return sorted((result.structured_content or {}).get("status", "error") for result in results)


@pytest.mark.parametrize("keeps_ids", [True, False])
async def test_a_change_is_taken_back_once_however_many_ask_for_it(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, keeps_ids: bool
) -> None:
    sandbox.state.keeps_ids = keeps_ids
    at = await scratch(direct)
    async with opened(Person("accepted"), **FREE) as client:
        gone = await client.call_tool("delete_appdb_documents", {"collection": at.id, "ids": at.ids[:1]})
        assert gone.structured_content
        undo = ("undo_change", {"change": gone.structured_content["change"]})
        results = await at_once(client, [undo] * 4)
    assert statuses(results).count("applied") == 1, [text_of(result) for result in results]
    assert len(await contents(direct, at)) == 3


async def test_a_change_that_was_prepared_before_another_one_is_prepared_anew(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    sandbox.state.latency_s = 0.02
    update = {"collection": at.id, "ids": at.ids[:1], "operation": {"$inc": {"points": 1}}}
    async with opened(Person("accepted"), **FREE) as client:
        results = await at_once(client, [("update_appdb_documents", update)] * 6)
        applied = statuses(results).count("applied")
        sandbox.state.latency_s = 0.0
        changes = [
            result.structured_content["change"]
            for result in results
            if result.structured_content and "change" in result.structured_content
        ]
        assert (await contents(direct, at))[at.ids[0]]["points"] == applied == len(changes)
        undone = [await client.call_tool("undo_change", {"change": change}) for change in changes]
    assert statuses(undone).count("applied") == (1 if changes else 0), [text_of(result) for result in undone]


@pytest.mark.parametrize("kind", ["reset_after", "truncated", "not_json", "500", "503"])
async def test_what_may_have_happened_is_never_told_as_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, kind: str
) -> None:
    sandbox.state.keeps_ids = False
    at = await scratch(direct)
    documents = [{"id": f"mine-{number}", "content": {"title": f"new {number}"}} for number in range(2)]
    async with opened(Person("accepted")) as client:
        plan = {"rules": [{"kind": kind, "path": "/api/datastores/*/bulk", "method": "PUT"}]}
        sandbox.state.faults = Faults(Plan.model_validate(plan))
        result = await client.call_tool("upsert_appdb_documents", {"collection": at.id, "documents": documents})
        sandbox.state.faults = Faults(Plan())
        listed = text_of(await client.call_tool("list_changes", {"limit": 1}))
    assert result.is_error
    assert "Nothing was changed" not in text_of(result)
    assert ",unknown," in listed


async def test_a_yes_for_a_while_does_not_cover_what_replaces_a_whole_content(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at, someone = await scratch(direct), Person("minutes")
    async with opened(someone) as client:
        update = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
        assert not (await client.call_tool("update_appdb_documents", update)).is_error
        replaced = {"collection": at.id, "document": at.ids[0], "content": {"title": "other"}}
        result = await client.call_tool("replace_appdb_document", replaced)
    assert result.structured_content
    assert result.structured_content["status"] == "declined"
    assert len(someone.questions) == 2
