"""2026-07-28: an answer comes with the repeated call, and is good for that very question, once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError
from mcp_types import CallToolResult, ElicitResult, InputRequiredResult, InputResponses
from starlette.applications import Starlette

from tests.answers import text_of
from tests.changes.answers import RESULTS, Person
from tests.changes.conftest import Open
from tests.changes.scratch import CHANGING, ChangingTool, Scratch, contents, scratch, writes

YES = RESULTS["accepted"]
Result = CallToolResult | InputRequiredResult


async def called(
    client: Client, tool: str, arguments: dict[str, Any], state: str | None = None, answer: ElicitResult | None = YES
) -> Result:
    """One round of a call: with a question's state the answer to it."""
    responses: InputResponses | None = {"confirmation": answer} if state is not None and answer else None
    result = await client.session.call_tool(
        tool, arguments, input_responses=responses, request_state=state, allow_input_required=True
    )
    assert isinstance(result, CallToolResult | InputRequiredResult)
    return result


async def asked(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    """The state of the question that a call ends with."""
    result = await called(client, tool, arguments)
    assert isinstance(result, InputRequiredResult), text_of(result)
    assert result.request_state
    return result.request_state


def status_of(result: Result) -> str | None:
    """What became of the change; "asked" where the answer is a question."""
    if isinstance(result, InputRequiredResult):
        return "asked"
    return (result.structured_content or {}).get("status")


@pytest.mark.parametrize("tool", CHANGING, ids=lambda tool: tool.name)
async def test_a_yes_that_is_sent_again_changes_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tool: ChangingTool
) -> None:
    """Also where nothing tells the second from the first by what is there, as with new documents."""
    at = await scratch(direct)
    async with opened(Person("declined")) as client:
        arguments = tool.arguments(at)
        state = await asked(client, tool.name, arguments)
        assert status_of(await called(client, tool.name, arguments, state)) == "applied"
        sandbox.state.processed.clear()
        again = [await called(client, tool.name, arguments, state) for _ in range(2)]
    assert writes(sandbox.state.processed) == []
    assert "applied" not in map(status_of, again)


async def test_a_no_cannot_be_made_a_yes_afterwards(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    arguments = {"collection": at.id, "documents": [{"title": "new"}]}
    async with opened(Person("declined")) as client:
        state = await asked(client, "create_appdb_documents", arguments)
        sandbox.state.processed.clear()
        for answer in (RESULTS["declined"], YES):
            result = await called(client, "create_appdb_documents", arguments, state, answer)
    assert status_of(result) == "asked"
    assert writes(sandbox.state.processed) == []


async def test_the_new_question_after_a_replay_can_be_answered(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct)
    arguments = {"collection": at.id, "documents": [{"title": "new"}]}
    async with opened(Person("declined")) as client:
        state = await asked(client, "create_appdb_documents", arguments)
        await called(client, "create_appdb_documents", arguments, state)
        again = await called(client, "create_appdb_documents", arguments, state)
        assert isinstance(again, InputRequiredResult)
        done = await called(client, "create_appdb_documents", arguments, again.request_state)
    assert status_of(done) == "applied"
    assert len(await contents(direct, at)) == 5


def _flipped(state: str, place: float) -> str:
    at = int(place * (len(state) - 1))
    return state[:at] + ("A" if state[at] != "A" else "B") + state[at + 1 :]


def _made_up(_state: str) -> str:
    return json.dumps({"asked": "0" * 64, "once": "made up"})


FORGERIES: dict[str, Callable[[str], str]] = {
    "first letter": lambda state: _flipped(state, 0),
    "early": lambda state: _flipped(state, 0.1),
    "middle": lambda state: _flipped(state, 0.5),
    "late": lambda state: _flipped(state, 0.9),
    "cut": lambda state: state[: len(state) // 2],
    "longer": lambda state: state + "AAAA",
    "empty": lambda _state: "",
    "made up": _made_up,
    "made up and coded": lambda state: "v1." + base64.urlsafe_b64encode(_made_up(state).encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_state_that_is_not_the_servers_own_confirms_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, forgery: str
) -> None:
    at = await scratch(direct)
    arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
    async with opened(Person("declined")) as client:
        state = await asked(client, "update_appdb_documents", arguments)
        sandbox.state.processed.clear()
        with pytest.raises(MCPError, match="Invalid or expired"):
            await called(client, "update_appdb_documents", arguments, FORGERIES[forgery](state))
        assert writes(sandbox.state.processed) == []
        assert status_of(await called(client, "update_appdb_documents", arguments, state)) == "applied"


async def test_an_answer_without_its_question_confirms_nothing(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
    async with opened(Person("declined")) as client:
        sandbox.state.processed.clear()
        result = await client.session.call_tool(
            "update_appdb_documents", arguments, input_responses={"confirmation": YES}, allow_input_required=True
        )
    assert isinstance(result, InputRequiredResult)
    assert writes(sandbox.state.processed) == []


def _other(at: Scratch) -> dict[str, tuple[str, dict[str, Any]]]:
    """Calls that resemble the update of one document, for which the person was asked."""
    update = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
    return {
        "another tool": ("delete_appdb_documents", {"collection": at.id, "ids": at.ids[:1]}),
        "another value": ("update_appdb_documents", {**update, "set": {"state": "open again"}}),
        "another document": ("update_appdb_documents", {**update, "ids": at.ids[1:2]}),
        "one document more": ("update_appdb_documents", {**update, "ids": at.ids[:2]}),
        "the same under a name": ("update_appdb_documents", {**update, "collection": at.name}),
    }


@pytest.mark.parametrize("other", _other(Scratch("", "", [])))
async def test_an_answer_to_one_question_confirms_no_other_call(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, other: str
) -> None:
    at = await scratch(direct)
    async with opened(Person("declined")) as client:
        arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
        state = await asked(client, "update_appdb_documents", arguments)
        sandbox.state.processed.clear()
        with pytest.raises(MCPError, match="Invalid or expired"):
            await called(client, *_other(at)[other], state)
    assert writes(sandbox.state.processed) == []


async def test_a_yes_is_worth_nothing_where_its_target_has_changed_since(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
    async with opened(Person("declined")) as client:
        early, late = [await asked(client, "update_appdb_documents", arguments) for _ in range(2)]
        changed = await asked(client, "update_appdb_documents", {**arguments, "set": {"state": "changed"}})
        await called(client, "update_appdb_documents", {**arguments, "set": {"state": "changed"}}, changed)
        sandbox.state.processed.clear()
        again = await called(client, "update_appdb_documents", arguments, early)
        assert isinstance(again, InputRequiredResult)
        assert again.input_requests
        assert '"changed" -> "done"' in str(again.input_requests["confirmation"].params)
        assert status_of(await called(client, "update_appdb_documents", arguments, late)) == "asked"
    assert writes(sandbox.state.processed) == []


@pytest.mark.parametrize("answer", ["nonsense", "empty", "no", "declined", "cancelled", "minutes"])
async def test_only_an_offered_yes_is_one(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, answer: str
) -> None:
    at = await scratch(direct)
    async with opened(Person("declined")) as client:
        state = await asked(client, "delete_appdb_collection", {"collection": at.id})
        sandbox.state.processed.clear()
        result = await called(client, "delete_appdb_collection", {"collection": at.id}, state, RESULTS[answer])
    assert status_of(result) == "declined"
    assert writes(sandbox.state.processed) == []


async def test_a_question_ends(opened: Open, direct: httpx.AsyncClient, sandbox: Starlette) -> None:
    at = await scratch(direct)
    arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}}
    async with opened(Person("declined"), ask_timeout_s=1e-6) as client:
        state = await asked(client, "update_appdb_documents", arguments)
        sandbox.state.processed.clear()
        with pytest.raises(MCPError, match="Invalid or expired"):
            await called(client, "update_appdb_documents", arguments, state)
    assert writes(sandbox.state.processed) == []
