"""The one path that every call takes."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import Config
from domo_mcp.errors import NotFound
from domo_mcp.guard.gate import one_failure
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.sandbox.store import Store
from domo_mcp.server.local import local_client
from domo_mcp.tools.results import Text
from tests.answers import Connect, text_of


async def test_a_call_ends_in_its_time_when_domo_does_not_answer(connect: Connect, sandbox: Starlette) -> None:
    sandbox.state.latency_s = 60
    async with connect(limits={"call_timeout_s": 0.3, "timeout_s": 60}) as client:
        result = await client.call_tool("whoami", {})
        sandbox.state.latency_s = 0
        next_result = await client.call_tool("whoami", {})
    assert result.is_error
    assert "in time" in text_of(result) or "within 0.3 seconds" in text_of(result)
    assert not next_result.is_error


@pytest.mark.parametrize("tool", ["get_schema_context", "ask_data", "text_to_sql"])
async def test_a_failure_among_several_reads_keeps_its_reason(
    configure: Callable[..., Config], store: Store, tool: str
) -> None:
    sandbox = sandbox_app(store, token="another-token")
    async with open_app(configure(), embedded=sandbox) as app, local_client(app) as client:
        result = await client.call_tool(tool, {"question": "revenue by region"})
    assert result.is_error
    assert "Make a new token" in text_of(result)


async def test_a_part_of_a_dataset_that_may_not_be_read_is_told(connect: Connect) -> None:
    async with connect() as client:
        result = await client.call_tool("get_dataset", {"dataset": "Board Minutes KPIs"})
    assert result.is_error
    assert "may not do this" in text_of(result)


async def test_an_access_level_lists_the_tools_that_it_covers_and_no_others(connect: Connect) -> None:
    names: dict[str, set[str]] = {}
    for access in ("read", "write", "full"):
        async with connect(policy={"access": access}) as client:
            names[access] = {tool.name for tool in (await client.list_tools()).tools}
    changes = {"confirm_change", "list_changes", "undo_change"}
    assert "run_sql" in names["read"]
    assert not names["read"] & {"create_appdb_documents", "delete_appdb_documents", *changes}
    assert names["write"] - names["read"] >= {"create_appdb_documents", "update_appdb_documents", *changes}
    assert names["full"] - names["write"] == {"delete_appdb_documents"}


async def test_reads_that_fail_at_the_same_time_are_told_as_one_failure(connect: Connect, sandbox: Starlette) -> None:
    sandbox.state.faults = Faults(Plan.model_validate({"rules": [{"kind": "401", "path": "*/5a1e0000-*"}]}))
    async with connect() as client:
        asked = {"dataset": "Products", "include": ["schema", "access", "cards", "versions"]}
        several = await client.call_tool("get_dataset", asked)
        ranked = await client.call_tool("get_schema_context", {"question": "Which region sold most?"})
    for result in (several, ranked):
        assert result.is_error
        assert text_of(result).startswith("Domo said (401): The developer token has expired. Make a new token")


async def test_a_mistake_of_our_own_among_failures_is_not_hidden_by_them() -> None:
    async def fail(error: Exception) -> None:
        raise error

    async def answer() -> Text:
        async with anyio.create_task_group() as group:
            group.start_soon(fail, NotFound("gone"))
            group.start_soon(fail, ZeroDivisionError())
        return Text("", ())

    with pytest.raises(ExceptionGroup) as error:
        await one_failure(answer())
    assert error.value.subgroup(ZeroDivisionError)
