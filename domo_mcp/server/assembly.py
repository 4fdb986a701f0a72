"""The MCP server of an application: its tools, prompts and instructions."""

from __future__ import annotations

from mcp.server import MCPServer
from mcp.server.caching import CacheableMethod, CacheHint

from domo_mcp import __version__
from domo_mcp.app import App
from domo_mcp.server.binding import bind
from domo_mcp.server.instructions import compose
from domo_mcp.server.prompts import shipped_prompts

_LISTS: tuple[CacheableMethod, ...] = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)
_LIST_AGE = CacheHint(ttl_ms=60_000, scope="private")


def build_server(app: App) -> MCPServer:
    """The server: the same for every transport and both protocol eras."""
    server = MCPServer(
        name="domo-mcp (sandbox)" if app.sandbox else "domo-mcp",
        title="Domo (sandbox, invented data)" if app.sandbox else "Domo",
        version=__version__,
        instructions=compose([tool.name for tool in app.tools], sandbox=app.sandbox),
        tools=[bind(tool, app) for tool in app.tools],
        cache_hints=dict.fromkeys(_LISTS, _LIST_AGE),
    )
    for prompt in shipped_prompts():
        server.add_prompt(prompt)
    return server
