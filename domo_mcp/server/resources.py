"""Resources: what a client reads by link."""

from __future__ import annotations

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError

from domo_mcp.app import App
from domo_mcp.errors import DomoMcpError, InvalidInput
from domo_mcp.tools import tool_named
from domo_mcp.untrusted import one_line


def add_results(server: MCPServer, app: App) -> None:
    """Whole results by link, for clients that share no files with this server."""
    tool = tool_named("run_sql")

    @server.resource(
        "domo://{instance}/results/{ticket}",
        name="result",
        title="All rows of an answer",
        description="A link that an answer with more rows gave; CSV, for its caller alone, for 15 minutes.",
        mime_type="text/csv",
    )
    async def result(instance: str, ticket: str) -> str:
        try:
            if instance not in app.instances:
                raise InvalidInput(f"There is no instance {one_line(instance, 60)}.", "Use the link as it was given.")
            asked = app.instances[instance]
            async with app.gate.recorded(tool, {"link": ticket[:4]}, asked.caller):
                domo, catalog = await asked.connection()
                return await asked.results.read(ticket, domo.reading, catalog)
        except DomoMcpError as error:
            raise ResourceError(str(error)) from None
