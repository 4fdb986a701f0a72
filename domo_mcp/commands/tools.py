"""`domo-mcp tools`: what a client would see."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import anyio

from domo_mcp.app import App, open_app
from domo_mcp.commands.absence import unlisted
from domo_mcp.commands.manual import overview, page
from domo_mcp.config import Config
from domo_mcp.tools.toolset import BOTH_SURFACES, Tool
from domo_mcp.tools.toolsets import TOOLSETS

_HEAD = "| tool | effect | listed | what it does |\n|---|---|---|---|"


def list_tools(config: Config, names: Sequence[str], *, as_json: bool, as_markdown: bool) -> int:
    """Print the tools, or those named: as the protocol sends them, as the tables of the README, or for a person."""
    return anyio.run(partial(_list, config, names, as_json=as_json, as_markdown=as_markdown))


async def _list(config: Config, names: Sequence[str], *, as_json: bool, as_markdown: bool) -> int:
    async with open_app(config) as app:
        there = {tool.name: tool for tool in app.tools}
        if absent := [name for name in names if name not in there]:
            print(f"domo-mcp: {unlisted(app, absent[0])}", file=sys.stderr)
            return 2
        tools = [there[name] for name in names or there]
        if as_markdown:
            print("\n\n".join(_tables(tools)))
            return 0
        sent = {tool.name: tool for tool in await _listed(app)}
    if as_json:
        shown = [sent[tool.name].model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
        print(json.dumps(shown, indent=1))
        return 0
    schemas = {name: tool.input_schema for name, tool in sent.items()}
    print("\n\n".join(page(tool, schemas[tool.name]) for tool in tools) if names else overview(tools, schemas))
    return 0


async def _listed(app: App) -> Sequence[Any]:
    from domo_mcp.server.local import local_client

    async with local_client(app) as client:
        return (await client.list_tools()).tools


def _tables(tools: Sequence[Tool]) -> Iterator[str]:
    """A table for each toolset that has some of `tools`."""
    for toolset in TOOLSETS:
        rows = [_row(tool) for tool in tools if tool.toolset == toolset.name]
        if rows:
            yield "\n".join([f"**{toolset.title}** (toolset `{toolset.name}`)\n", _HEAD, *rows])


def _row(tool: Tool) -> str:
    summary = tool.summary.replace("|", "\\|")
    return f"| `{tool.name}` | {tool.effect} | {_when(tool)} | {summary} |"


def _when(tool: Tool) -> str:
    """Where a server lists the tool: unasked or by its toolset, and whether apps have it."""
    if tool.default_on == tool.surfaces:
        when = "unasked"
    elif tool.default_on:
        when = f"unasked in {' and '.join(f'an {surface}' for surface in sorted(tool.default_on))}"
    else:
        when = "on request"
    return when if tool.surfaces == BOTH_SURFACES else f"{when}; not in apps"
