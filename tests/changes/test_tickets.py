"""A ticket is good for one change, once, for whom it was made, as long as nothing moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp_types import CallToolResult
from starlette.applications import Starlette

from tests.answers import text_of
from tests.changes.answers import Person
from tests.changes.conftest import Open
from tests.changes.scratch import Scratch, contents, scratch, writes


async def proposed(client: Client, at: Scratch, state: str = "done") -> dict[str, Any]:
    """What a call answers that needs a yes."""
    arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": state}}
    result = await client.call_tool("update_appdb_documents", arguments)
    assert result.structured_content, text_of(result)
    assert result.structured_content["status"] == "needs_confirmation", text_of(result)
    assert not result.is_error
    return dict(result.structured_content)


async def confirm(client: Client, written: dict[str, Any], **other: str) -> CallToolResult:
    """Redeem a ticket."""
    return await client.call_tool(
        "confirm_change", {"ticket": written["ticket"], "summary": written["summary"], **other}
    )


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_a_ticket_applies_its_change_and_says_that_a_ticket_was_the_yes(
    opened: Open, direct: httpx.AsyncClient, era: str
) -> None:
    at = await scratch(direct)
    async with opened(mode=era) as client:
        result = await confirm(client, await proposed(client, at))
    assert result.structured_content, text_of(result)
    assert result.structured_content["status"] == "applied"
    assert result.structured_content["confirmed_by"] == "ticket"
    assert result.structured_content["verified"] is True
    assert (await contents(direct, at))[at.ids[0]]["state"] == "done"


async def test_a_ticket_is_good_once(opened: Open, direct: httpx.AsyncClient, sandbox: Starlette) -> None:
    at = await scratch(direct)
    async with opened() as client:
        written = await proposed(client, at)
        assert not (await confirm(client, written)).is_error
        sandbox.state.processed.clear()
        again = await confirm(client, written)
    assert again.is_error
    assert writes(sandbox.state.processed) == []


async def test_two_that_redeem_a_ticket_at_once_apply_it_once(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at, results = await scratch(direct), list[CallToolResult]()
    async with opened() as client:
        written = await proposed(client, at)
        sandbox.state.processed.clear()

        async def redeem() -> None:
            results.append(await confirm(client, written))

        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(redeem)
    assert len(writes(sandbox.state.processed)) == 1
    assert sorted(result.is_error or False for result in results) == [False, True, True, True]


@pytest.mark.parametrize(
    "other",
    [
        {"summary": "Update 1 document."},
        {"ticket": "x" * 30},
        {"ticket": ""},
        {"summary": "yes"},
    ],
)
async def test_another_sentence_or_a_made_up_ticket_applies_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, other: dict[str, str]
) -> None:
    at = await scratch(direct)
    async with opened() as client:
        written = await proposed(client, at)
        sandbox.state.processed.clear()
        result = await confirm(client, written, **other)
    assert result.is_error
    assert writes(sandbox.state.processed) == []


async def test_every_changed_letter_of_a_ticket_makes_it_worthless(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened() as client:
        written = await proposed(client, at)
        sandbox.state.processed.clear()
        ticket = written["ticket"]
        for place in range(0, len(ticket), 3):
            forged = ticket[:place] + ("A" if ticket[place] != "A" else "B") + ticket[place + 1 :]
            assert (await confirm(client, written, ticket=forged)).is_error
        assert writes(sandbox.state.processed) == []
        assert not (await confirm(client, written)).is_error


async def test_a_ticket_ends(opened: Open, direct: httpx.AsyncClient, sandbox: Starlette) -> None:
    at = await scratch(direct)
    async with opened(ticket_s=0.05) as client:
        written = await proposed(client, at)
        await anyio.sleep(0.1)
        sandbox.state.processed.clear()
        result = await confirm(client, written)
    assert result.is_error
    assert "expired" in text_of(result)
    assert writes(sandbox.state.processed) == []


async def test_where_the_target_moved_the_new_preview_comes_with_a_new_ticket(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened() as client:
        first, second = await proposed(client, at, "one"), await proposed(client, at, "two")
        assert not (await confirm(client, second)).is_error
        sandbox.state.processed.clear()
        moved = await confirm(client, first)
        assert moved.structured_content
        assert moved.structured_content["status"] == "needs_confirmation"
        assert moved.structured_content["ticket"] != first["ticket"]
        assert '"two"' in moved.structured_content["preview"]["shown"][0]["fields"][0]["before"]
        assert writes(sandbox.state.processed) == []
        assert not (await confirm(client, moved.structured_content)).is_error
    assert (await contents(direct, at))[at.ids[0]]["state"] == "one"


async def test_a_ticket_holds_for_a_server_with_the_same_state_and_key(
    opened: Open, direct: httpx.AsyncClient, tmp_path: Path
) -> None:
    at, state = await scratch(direct), {"state": {"url": str(tmp_path / "state.sqlite")}}
    async with opened(tables=state) as client:
        written = await proposed(client, at)
    async with opened(tables=state) as client:
        result = await confirm(client, written)
    assert result.structured_content, text_of(result)
    assert result.structured_content["status"] == "applied"


async def test_a_ticket_is_worth_nothing_under_another_key(
    opened: Open, direct: httpx.AsyncClient, tmp_path: Path, sandbox: Starlette
) -> None:
    at, url = await scratch(direct), str(tmp_path / "state.sqlite")
    async with opened(tables={"state": {"url": url, "key": "one" * 20}}) as client:
        written = await proposed(client, at)
    sandbox.state.processed.clear()
    async with opened(tables={"state": {"url": url, "key": "two" * 20}}) as client:
        result = await confirm(client, written)
    assert result.is_error
    assert writes(sandbox.state.processed) == []


async def test_no_ticket_stands_in_for_the_person_that_a_change_came_to_need(opened: Open) -> None:
    """It was an added column when it was proposed; since then another one is there, which would be lost."""
    someone = Person("no")
    columns = [{"name": name, "type": "STRING"} for name in "abc"]
    async with opened(someone, confirm="two_step", confirm_for=["update", "delete"]) as client:
        new = await client.call_tool("create_dataset", {"name": "Came to need one", "columns": columns[:1]})
        made = (await confirm(client, dict(new.structured_content or {}))).structured_content or {}
        dataset = next(iter(made["new_ids"].values()))

        async def altered(*places: int) -> dict[str, Any]:
            arguments = {"dataset": dataset, "columns": [columns[place] for place in places]}
            result = await client.call_tool("alter_dataset_schema", arguments)
            return dict(result.structured_content or {})

        first, second = await altered(0, 1), await altered(0, 2)
        assert not (await confirm(client, second)).is_error
        answer = (await confirm(client, first)).structured_content or {}
    assert (answer["status"], len(someone.questions)) == ("declined", 1)
