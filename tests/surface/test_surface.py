"""What a model sees of this server, one file per tool: a change of it is a reviewable difference.

`UPDATE_SURFACE=1 pytest tests/surface` writes the files anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from domo_mcp.server.instructions import compose
from domo_mcp.tools import select_tools
from domo_mcp.tools.toolset import Call, Toolset
from domo_mcp.tools.toolsets import TOOLSETS
from tests.answers import Connect

HERE = Path(__file__).parent
UPDATE = bool(os.environ.get("UPDATE_SURFACE"))


async def listed(connect: Connect, **tables: dict[str, Any]) -> list[dict[str, Any]]:
    async with connect(**tables) as client:
        tools = (await client.list_tools()).tools
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]


def definition_tokens(tools: list[dict[str, Any]]) -> float:
    """Name, title, description and input schema as compact JSON, four characters a token."""
    shown = [{key: tool[key] for key in ("name", "title", "description", "inputSchema")} for tool in tools]
    return sum(len(json.dumps(tool, ensure_ascii=False, separators=(",", ":"))) for tool in shown) / 4


async def test_every_tool_looks_as_recorded(connect: Connect) -> None:
    tools = await listed(connect, tools={"toolsets": ["all"]}, policy={"access": "full"})
    for tool in tools:
        file = HERE / f"{tool['name']}.json"
        text = json.dumps(tool, indent=2, ensure_ascii=False) + "\n"
        if UPDATE:
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text, f"{tool['name']} changed; see this module's docstring"
    assert {file.stem for file in HERE.glob("*.json")} == {tool["name"] for tool in tools}


@pytest.mark.parametrize(
    ("toolsets", "access", "most_tools", "most_tokens"),
    [("default", "read", 25, 6000), ("default", "full", 34, 9000), ("all", "full", 100, 18_000)],
)
async def test_the_definitions_fit_their_budget(
    connect: Connect, toolsets: str, access: str, most_tools: int, most_tokens: int
) -> None:
    tools = await listed(connect, tools={"toolsets": [toolsets]}, policy={"access": access})
    assert len(tools) <= most_tools
    assert definition_tokens(tools) <= most_tokens


async def test_every_tool_states_its_hints_and_describes_itself_and_its_arguments(connect: Connect) -> None:
    effects = {tool.name: tool for tool in select_tools(["all"])}
    for tool in await listed(connect, tools={"toolsets": ["all"]}, policy={"access": "full"}):
        effect = effects[tool["name"]].effect
        hints = tool["annotations"]
        assert hints["readOnlyHint"] is (effect == "read")
        assert hints["destructiveHint"] is (effect in {"update", "delete", "run"})
        assert isinstance(hints["idempotentHint"], bool)
        assert isinstance(hints["openWorldHint"], bool)
        assert tool["title"]
        assert tool["description"].startswith("Use it ")
        assert tool["inputSchema"]["additionalProperties"] is False
        for name, schema in tool["inputSchema"]["properties"].items():
            assert schema.get("description"), f"{tool['name']}.{name}"
            assert "title" not in schema


def test_no_two_toolsets_share_a_tool() -> None:
    names = [tool.name for toolset in TOOLSETS for tool in toolset.tools]
    assert len(names) == len(set(names))


def test_a_tool_that_its_toolset_does_not_name_is_refused_where_it_is_defined() -> None:
    async def another(call: Call) -> None:
        """Use it never."""

    with pytest.raises(ValueError, match="another is not among the tools"):
        Toolset("some", "Some", modules=(), names=("one",)).read(another)


@pytest.mark.parametrize("sandbox", [True, False])
def test_the_instructions_fit_their_budget_and_name_only_tools_that_exist(sandbox: bool) -> None:
    names = {tool.name for tool in select_tools(["all"])}
    text = compose(names, sandbox=sandbox)
    assert len(text) / 4 <= 250
    assert ("invented" in text) is sandbox
    assert "run_sql" not in compose({"whoami"}, sandbox=sandbox)
