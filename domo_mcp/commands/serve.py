"""`domo-mcp serve`: stdio by default, streamable HTTP on request."""

from __future__ import annotations

import anyio

from domo_mcp.app import open_app
from domo_mcp.config import Config


def serve(config: Config, *, http: bool) -> int:
    """Run until stdin ends or the process is told to stop."""
    anyio.run(_serve_http if http else _serve_stdio, config)
    return 0


async def _serve_stdio(config: Config) -> None:
    from domo_mcp.server.assembly import build_server

    async with open_app(config) as app:
        await build_server(app).run_stdio_async()


async def _serve_http(config: Config) -> None:
    from domo_mcp.server.remote import check_loopback, serve_http

    check_loopback(config.server.host)
    async with open_app(config, local_files=False) as app:
        await serve_http(app, config.server)
