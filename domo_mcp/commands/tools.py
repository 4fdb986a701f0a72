"""`domo-mcp tools`: what a client would see."""

from __future__ import annotations

import json

import anyio

from domo_mcp.app import open_app
from domo_mcp.config import Config


def list_tools(config: Config, *, as_json: bool) -> int:
    """Print the tools, as the protocol sends them or for a person."""
    anyio.run(_list, config, as_json)
    return 0


async def _list(config: Config, as_json: bool) -> None:
    from domo_mcp.server.local import local_client

    async with open_app(config) as app, local_client(app) as client:
        tools = (await client.list_tools()).tools
    if as_json:
        print(json.dumps([tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools], indent=1))
        return
    for tool in tools:
        names = ", ".join(tool.input_schema.get("properties", {}))
        print(f"{tool.name}({names})\n    {tool.description}")
