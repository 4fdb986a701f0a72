"""Server processes that share a PostgreSQL and a key are one server: tickets, journal and undo."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp_types import CallToolResult

from tests.answers import rows_of, text_of
from tests.changes.processes import Remote, configured, on_http, on_stdio
from tests.changes.scratch import contents, scratch, writes

KEY = "one key for all replicas, long enough"

Replica = Callable[..., Client]


@pytest.fixture
def replica(remote: Remote, database: str, tmp_path: Path) -> Replica:
    """Makes a client of a new server process on the database; `program` may be another than the package."""

    def make(*program: str, key: str = KEY) -> Client:
        config = configured(tmp_path, policy={"access": "full"}, state={"url": database, "key": key})
        return Client(on_stdio(remote, config, *program), mode="legacy")

    return make


async def proposed(client: Client, collection: str, document: str) -> dict[str, str]:
    """What confirms an update of a document."""
    arguments = {"collection": collection, "ids": [document], "set": {"state": "done"}}
    result = await client.call_tool("update_appdb_documents", arguments)
    assert result.structured_content, text_of(result)
    return {part: result.structured_content[part] for part in ("ticket", "summary")}


async def listed(client: Client) -> list[dict[str, str]]:
    """The journal as the server lists it."""
    header, *rows = rows_of(text_of(await client.call_tool("list_changes", {})))
    return [dict(zip(header, row, strict=True)) for row in rows]


async def test_a_ticket_of_one_replica_is_redeemed_by_the_other_once(remote: Remote, replica: Replica) -> None:
    async with remote.direct() as direct, replica() as one, replica() as other:
        at = await scratch(direct)
        ticket = await proposed(one, at.id, at.ids[0])
        remote.app.state.processed.clear()
        redeemed = await other.call_tool("confirm_change", ticket)
        again = [await client.call_tool("confirm_change", ticket) for client in (one, other)]
        assert (await contents(direct, at))[at.ids[0]]["state"] == "done"
    assert redeemed.structured_content, text_of(redeemed)
    assert redeemed.structured_content["status"] == "applied"
    assert [result.is_error for result in again] == [True, True]
    assert "used already" in text_of(again[0])
    assert len(writes(remote.app.state.processed)) == 1


async def test_replicas_that_redeem_a_ticket_at_the_same_time_apply_it_once(remote: Remote, replica: Replica) -> None:
    async with remote.direct() as direct, replica() as one, replica() as other:
        at = await scratch(direct)
        for document in at.ids:
            ticket, results = await proposed(one, at.id, document), list[CallToolResult]()
            remote.app.state.processed.clear()

            async def redeem(client: Client, ticket: dict[str, str], results: list[CallToolResult]) -> None:
                results.append(await client.call_tool("confirm_change", ticket))

            async with anyio.create_task_group() as tasks:
                for client in (one, other, one, other):
                    tasks.start_soon(redeem, client, ticket, results)
            applied = [r for r in results if (r.structured_content or {}).get("status") == "applied"]
            assert len(applied) == len(writes(remote.app.state.processed)) == 1


async def test_a_ticket_is_worth_nothing_to_a_replica_with_another_key(remote: Remote, replica: Replica) -> None:
    async with remote.direct() as direct, replica() as one, replica(key="another key, which is long as well") as other:
        at = await scratch(direct)
        ticket = await proposed(one, at.id, at.ids[0])
        remote.app.state.processed.clear()
        refused = await other.call_tool("confirm_change", ticket)
        assert writes(remote.app.state.processed) == []
        kept = await one.call_tool("confirm_change", ticket)
    assert refused.is_error
    assert "another key" in text_of(refused)
    assert not kept.is_error, text_of(kept)


async def test_a_change_of_one_replica_is_listed_and_undone_by_the_other(remote: Remote, replica: Replica) -> None:
    async with remote.direct() as direct, replica() as one, replica() as other:
        at = await scratch(direct)
        before = await contents(direct, at)
        await one.call_tool("confirm_change", await proposed(one, at.id, at.ids[0]))
        (change,) = await listed(other)
        assert (change["status"], change["confirmed_by"]) == ("applied", "ticket")
        undo = await other.call_tool("undo_change", {"change": change["change"]})
        assert undo.structured_content, text_of(undo)
        ticket = {part: undo.structured_content[part] for part in ("ticket", "summary")}
        undone = await one.call_tool("confirm_change", ticket)
        assert not undone.is_error, text_of(undone)
        assert await contents(direct, at) == before
        newest, oldest = await listed(one)
    assert oldest["undone_by"] == newest["change"]


@pytest.mark.parametrize(
    ("step", "status"), [("before sending", "failed"), ("after the answer", "applied")], ids=lambda value: value
)
async def test_what_a_killed_replica_left_open_is_settled_by_the_other(
    remote: Remote, replica: Replica, step: str, status: str
) -> None:
    ticket: dict[str, str] = {}
    async with remote.direct() as direct, replica() as survivor:
        at = await scratch(direct)

        async def die() -> None:
            async with replica("-m", "tests.changes.killed", step) as killed:
                ticket.update(await proposed(killed, at.id, at.ids[0]))
                await killed.call_tool("confirm_change", ticket)

        with pytest.raises(BaseException):  # noqa: B017, PT011 - however a client tells that its server is gone
            await die()
        assert ticket
        (change,) = await listed(survivor)
        assert change["status"] == status
        assert (await contents(direct, at))[at.ids[0]]["state"] == ("done" if status == "applied" else "open")
        assert (await survivor.call_tool("confirm_change", ticket)).is_error
        undo = await survivor.call_tool("undo_change", {"change": change["change"]})
        assert bool(undo.is_error) is (status == "failed"), text_of(undo)


async def test_an_entry_of_a_replica_that_still_works_on_it_is_left_open(remote: Remote, replica: Replica) -> None:
    async with remote.direct() as direct, replica() as one, replica() as other:
        at = await scratch(direct)
        ticket = await proposed(one, at.id, at.ids[0])
        await listed_or_none(other)
        remote.app.state.latency_s = 1.0
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(one.call_tool, "confirm_change", ticket)
                status = await _while_it_works(other)
        finally:
            remote.app.state.latency_s = 0.0
        (change,) = await listed(other)
    assert status == "pending"
    assert change["status"] == "applied"


async def listed_or_none(client: Client) -> list[dict[str, str]]:
    """The journal as the server lists it; empty where nothing is there."""
    text = text_of(await client.call_tool("list_changes", {}))
    return [] if "No change found" in text else await listed(client)


async def _while_it_works(client: Client) -> str:
    with anyio.fail_after(30):
        while not (found := await listed_or_none(client)):
            pass
    return found[0]["status"]


async def test_a_question_of_one_replica_is_answered_at_the_other(
    remote: Remote, database: str, tmp_path: Path
) -> None:
    """2026-07-28 over HTTP: the call with the answer may reach another replica than the one that asked."""
    config = configured(tmp_path, policy={"access": "full"}, state={"url": database, "key": KEY})
    async with remote.direct() as direct, AsyncExitStack() as stack:
        at = await scratch(direct)
        urls = [stack.enter_context(on_http(remote, config)) for _ in range(2)]
        one, other = [await stack.enter_async_context(Client(url, elicitation_callback=_unused)) for url in urls]
        asked: Any = await one.session.call_tool("delete_appdb_documents", _delete(at.ids, at.id), **_MANUALLY)
        yes = {"confirmation": {"action": "accept", "content": {"answer": "Yes, this once"}}}
        remote.app.state.processed.clear()
        answers = [
            await client.session.call_tool(
                "delete_appdb_documents",
                _delete(at.ids, at.id),
                input_responses=yes,  # type: ignore[arg-type]  # as it is on the wire
                request_state=asked.request_state,
                **_MANUALLY,
            )
            for client in (other, one)
        ]
    assert isinstance(answers[0], CallToolResult)
    assert answers[0].structured_content
    assert answers[0].structured_content["status"] == "applied"
    assert len(writes(remote.app.state.processed)) == 1


_MANUALLY: Any = {"allow_input_required": True}


def _delete(ids: list[str], collection: str) -> dict[str, Any]:
    return {"collection": collection, "ids": ids[:1]}


async def _unused(context: Any, params: Any) -> Any:
    raise AssertionError(f"the SDK asked by itself: {context} {params}")
