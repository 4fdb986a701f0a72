"""The one path that every call takes."""

from __future__ import annotations

from starlette.applications import Starlette

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


async def test_reading_tools_exist_at_every_access_level(connect: Connect) -> None:
    names = []
    for access in ("read", "write", "full"):
        async with connect(policy={"access": access}) as client:
            names.append([tool.name for tool in (await client.list_tools()).tools])
    assert names[0] == names[1] == names[2]
    assert "run_sql" in names[0]
