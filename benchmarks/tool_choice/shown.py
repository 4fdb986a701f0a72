"""What a chooser may see: what the real server says of itself, and the prompts without what is right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from mcp_types import Tool

from benchmarks.tool_choice.prompts import Prompt
from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.server.local import local_client

_TASK = (
    "Below are the instructions of a server, its tools, and prompts of its users. Choose for each prompt the one tool "
    "that you would call first. Every prompt stands alone; what is in square brackets happened before it. Answer with "
    "one JSON object: the id of each prompt with the name of a tool. Use nothing but this file."
)


@dataclass(frozen=True)
class Server:
    """What a client learns before it calls a tool."""

    instructions: str
    tools: tuple[Tool, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the tools."""
        return frozenset(tool.name for tool in self.tools)


async def look(toolsets: str) -> Server:
    """Open the sandbox's server with `toolsets` at full access and ask it as any client does."""
    config = load(sandbox=True, overrides={"tools": {"toolsets": [toolsets]}}, environment={})
    async with open_app(config) as app, local_client(app) as client:
        return Server(client.instructions or "", tuple((await client.list_tools()).tools))


def sheet(server: Server, prompts: Sequence[Prompt]) -> str:
    """All of it in one text. The prompts are mixed: neighbours in the file would tell what they test."""
    lines = ["# Choose a tool", "", _TASK, "", "## Instructions of the server", "", server.instructions, "", "## Tools"]
    for tool in server.tools:
        lines += ["", f"### {tool.name}", "", tool.description or "", "", _compact(tool.input_schema)]
    lines += ["", "## Prompts", ""]
    for prompt in sorted(prompts, key=lambda each: sha256(each.id.encode()).digest()):
        lines.append(_compact({"id": prompt.id, "prompt": prompt.prompt}))
    return "\n".join(lines)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
