"""Nothing is written but where a valid yes was given: every tool, answer, era and policy."""

from __future__ import annotations

from itertools import product
from typing import Any

import anyio
import httpx
import pytest
from mcp_types import CallToolResult
from starlette.applications import Starlette

from tests.answers import text_of
from tests.changes.answers import Person, person
from tests.changes.conftest import Open
from tests.changes.scratch import CHANGING, ChangingTool, Scratch, contents, scratch, writes

ANSWERS = ("accepted", "no", "nonsense", "empty", "declined", "cancelled", "unsupported", "never")
POLICIES: dict[str, dict[str, str]] = {
    "ask, else a ticket": {"confirm": "ask", "fallback": "two_step"},
    "ask, else refuse": {"confirm": "ask", "fallback": "refuse"},
    "ticket": {"confirm": "two_step"},
}


def may_happen(tool: ChangingTool, answer: str, policy: str) -> bool:
    """Whether such a call ends in a write."""
    return answer == "accepted" and (policy != "ticket" or tool.permanent)


@pytest.mark.parametrize(("answer", "era", "policy"), list(product(ANSWERS, ("legacy", "auto"), POLICIES)), ids=str)
async def test_only_a_valid_yes_lets_a_change_happen(
    opened: Open, sandbox: Starlette, direct: httpx.AsyncClient, answer: str, era: str, policy: str
) -> None:
    async with opened(person(answer), mode=era, ask_timeout_s=0.1, **POLICIES[policy]) as client:
        at = await scratch(direct)
        for tool in CHANGING:
            sandbox.state.processed.clear()
            result: CallToolResult | None = None
            with anyio.move_on_after(0.4 if answer == "never" else 60):
                result = await client.call_tool(tool.name, tool.arguments(at))
            happened = writes(sandbox.state.processed)
            told = f"{tool.name}: {happened} {text_of(result) if result else 'no answer'}"
            assert bool(happened) is may_happen(tool, answer, policy), told
            at = await scratch(direct) if happened else at
            if result is not None:
                status = (result.structured_content or {}).get("status")
                assert status == expected_status(tool, answer, policy), told


def expected_status(tool: ChangingTool, answer: str, policy: str) -> str:
    """What the answer says became of the change."""
    if answer == "unsupported":
        return "refused" if tool.permanent or policy == "ask, else refuse" else "needs_confirmation"
    if policy == "ticket" and not tool.permanent:
        return "needs_confirmation"
    return "applied" if answer == "accepted" else "declined"


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_the_question_shows_what_would_change(opened: Open, direct: httpx.AsyncClient, era: str) -> None:
    at, someone = await scratch(direct), Person("declined")
    async with opened(someone, mode=era) as client:
        await client.call_tool(
            "update_appdb_documents", {"collection": at.id, "filter": {"state": "open"}, "set": {"state": "done"}}
        )
    (question,) = someone.questions
    assert at.name in question
    assert "Objects: 3." in question
    assert 'state: "open" -> "done"' in question
    assert "Undo: content" in question


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_a_yes_for_a_while_covers_this_collection_and_no_other(
    opened: Open, direct: httpx.AsyncClient, era: str
) -> None:
    at, other, someone = await scratch(direct), await scratch(direct), Person("minutes")
    async with opened(someone, mode=era) as client:
        for number, where in enumerate((at, at, other)):
            arguments = {"collection": where.id, "ids": where.ids[:1], "set": {"state": f"number {number}"}}
            result = await client.call_tool("update_appdb_documents", arguments)
            assert result.structured_content
            assert result.structured_content["status"] == "applied", text_of(result)
    assert len(someone.questions) == 2


async def test_a_yes_for_a_while_is_not_offered_for_what_cannot_be_undone(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at, someone = await scratch(direct), Person("minutes")
    async with opened(someone) as client:
        result = await client.call_tool("delete_appdb_collection", {"collection": at.id})
    assert result.structured_content
    assert result.structured_content["status"] == "declined"


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_a_target_that_changes_while_the_person_thinks_is_left_alone(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, era: str
) -> None:
    at = await scratch(direct)
    questions: list[str] = []

    async def slowly(context: Any, params: Any) -> Any:
        questions.append(params.message)
        if len(questions) == 1:
            await _change_it(direct, at)
            return await Person("accepted")(context, params)
        return await Person("declined")(context, params)

    async with opened(slowly, mode=era) as client:
        arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
        result = await client.call_tool("update_appdb_documents", arguments)
    assert (await contents(direct, at))[at.ids[0]]["state"] == "changed by another"
    assert result.structured_content
    assert result.structured_content["status"] in {"needs_confirmation", "declined"}
    shown = text_of(result) + questions[-1]
    assert "changed by another" in shown


async def _change_it(direct: httpx.AsyncClient, at: Scratch) -> None:
    answer = await direct.put(
        f"/api/datastores/v1/collections/{at.id}/documents/{at.ids[0]}",
        json={"content": {"title": "task 0", "state": "changed by another"}},
        headers={"X-DOMO-Developer-Token": "sandbox-token"},
    )
    answer.raise_for_status()
