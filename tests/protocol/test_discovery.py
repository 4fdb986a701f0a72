"""What a client learns when it connects: the same over every transport and in both eras."""

from __future__ import annotations

import copy
from typing import Any

from mcp_types import TextContent

from domo_mcp import __version__
from domo_mcp.server.binding import LOCAL_PATHS
from tests.protocol.conftest import Seen

MOST_INSTRUCTION_TOKENS = 250
CHARACTERS_PER_TOKEN = 4


def test_each_era_gets_its_own_protocol_version(seen: Seen) -> None:
    """Versioning: a handshake client and a stateless client are served by the same server."""
    assert (seen.version == "2026-07-28") is seen.way.modern


def test_tools_are_listed_in_one_stable_order(seen: Seen, nearby: Seen) -> None:
    """Tools, SHOULD: tools/list is deterministic."""
    names = [tool.name for tool in seen.tools.tools]
    assert names == [tool.name for tool in nearby.tools.tools]
    assert [tool.name for tool in seen.again.tools] == names
    assert len(set(names)) == len(names) > 0


def test_tools_are_described_alike_on_every_transport(seen: Seen, nearby: Seen) -> None:
    """MUST NOT vary by connection: descriptions, schemas and hints; paths of the server's machine aside."""
    assert _without_local_paths(seen) == _without_local_paths(nearby)


def test_arguments_that_name_local_files_exist_only_where_client_and_server_share_a_machine(seen: Seen) -> None:
    """Security: a remote caller has no argument that names a file of the server."""
    arguments = {name for tool in seen.tools.tools for name in tool.input_schema["properties"]}
    assert bool(arguments & LOCAL_PATHS) is (seen.way.transport != "http")


def test_every_tool_has_a_title_and_all_four_hints(seen: Seen) -> None:
    """Tool annotations: hosts gate their confirmations on them, so none is left to a default."""
    for tool in seen.tools.tools:
        hints = tool.annotations
        assert hints is not None
        assert tool.title
        assert hints.title == tool.title
        assert hints.read_only_hint is not None
        assert hints.destructive_hint is not None
        assert hints.idempotent_hint is not None
        assert hints.open_world_hint is not None


def test_a_tool_that_only_reads_is_not_called_destructive(seen: Seen) -> None:
    """Tool annotations agree with each other."""
    for tool in seen.tools.tools:
        assert tool.annotations is not None
        assert not (tool.annotations.read_only_hint and tool.annotations.destructive_hint)


def test_input_schemas_are_closed_objects_with_described_arguments(seen: Seen) -> None:
    """Tools, SHOULD: additionalProperties is false; a model reads what each argument is for."""
    for tool in seen.tools.tools:
        schema = tool.input_schema
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert set(schema.get("required", [])) <= set(schema["properties"])
        assert all(argument.get("description") for argument in schema["properties"].values())


def test_instructions_are_there_and_short(seen: Seen, nearby: Seen) -> None:
    """Every conversation pays for them: at most 250 tokens."""
    assert seen.instructions == nearby.instructions != ""
    assert len(seen.instructions) / CHARACTERS_PER_TOKEN <= MOST_INSTRUCTION_TOKENS


def test_instructions_name_only_tools_that_are_listed(seen: Seen) -> None:
    """A model that is told of a tool can call it."""
    listed = {tool.name for tool in seen.tools.tools}
    mentioned = {word.strip(".,;:()") for word in seen.instructions.split() if "_" in word}
    assert mentioned
    assert mentioned <= listed


def test_the_server_says_that_it_is_a_sandbox(seen: Seen) -> None:
    """Nobody takes invented data for a company's own."""
    assert seen.server is not None
    assert "sandbox" in seen.server.name
    assert "sandbox" in (seen.server.title or "")
    assert seen.server.version == __version__
    assert "SANDBOX" in seen.instructions


def test_lists_are_cached_for_one_caller_only(seen: Seen) -> None:
    """Caching of 2026-07-28, MUST: ttlMs and cacheScope; what a token's user may see is private."""
    for listed in (seen.tools, seen.prompts):
        assert listed.cache_scope in ({"private"} if seen.way.modern else {"private", None})
        if seen.way.modern:
            assert listed.ttl_ms is not None
            assert listed.ttl_ms >= 0


def test_prompts_are_listed_with_title_description_and_arguments(seen: Seen, nearby: Seen) -> None:
    """Prompts: the shipped ones, the same everywhere."""
    assert seen.prompts.prompts == nearby.prompts.prompts
    assert {prompt.name for prompt in seen.prompts.prompts} >= {"answer-question", "explore-dataset"}
    for prompt in seen.prompts.prompts:
        assert prompt.title
        assert prompt.description
        assert all(argument.description for argument in prompt.arguments or [])


def test_a_prompt_is_filled_with_its_argument(seen: Seen) -> None:
    """Prompts: prompts/get."""
    content = seen.prompt.messages[0].content
    assert isinstance(content, TextContent)
    assert "Which region sold most?" in content.text
    assert "{question}" not in content.text


def _without_local_paths(seen: Seen) -> list[dict[str, Any]]:
    tools = [copy.deepcopy(tool.model_dump(by_alias=True, exclude_none=True)) for tool in seen.tools.tools]
    for tool in tools:
        for name in LOCAL_PATHS:
            tool["inputSchema"]["properties"].pop(name, None)
    return tools
