"""`domo-mcp serve`: stdio by default, streamable HTTP on request."""

from __future__ import annotations

import gc
import os
import signal
import sys

import anyio

from domo_mcp.app import open_app
from domo_mcp.commands.ports import check_free
from domo_mcp.config import Config

_GRACE_S = 0.5
_INTERRUPTED = 130


def serve(config: Config, *, http: bool) -> int:
    """Run until stdin ends or the process is told to stop."""
    anyio.run(_serve_http if http else _serve_stdio, config)
    return 0


async def _serve_stdio(config: Config) -> None:
    gc.disable()  # what a start makes stays: looking for garbage in it again and again takes a tenth of the start
    from domo_mcp.server.assembly import build_server

    async with open_app(config) as app, anyio.create_task_group() as tasks:
        tasks.start_soon(_end_on_interrupt, tasks.cancel_scope)
        tasks.start_soon(app.warm_up)
        server = build_server(app)
        gc.freeze()
        gc.enable()
        await server.run_stdio_async()
        gc.unfreeze()  # else what a start made holds all modules at the end, and DuckDB tells of leaks
        tasks.cancel_scope.cancel()


async def _end_on_interrupt(serving: anyio.CancelScope) -> None:
    """End the process on Ctrl-C: calls are given a moment to clean up, the thread that waits on stdin never returns."""
    if sys.platform == "win32":
        return  # its event loop receives no signals; closing stdin ends the server there
    with anyio.open_signal_receiver(signal.SIGINT) as signals:
        async for _ in signals:
            serving.cancel()
            break
    with anyio.CancelScope(shield=True):
        await anyio.sleep(_GRACE_S)
    os._exit(_INTERRUPTED)


async def _serve_http(config: Config) -> None:
    from domo_mcp.server.remote import check_loopback, serve_http

    check_loopback(config.server.host)
    check_free(config.server.host, config.server.port)
    async with open_app(config, local_files=False) as app, anyio.create_task_group() as tasks:
        tasks.start_soon(app.warm_up)
        await serve_http(app, config.server, _tell)
        tasks.cancel_scope.cancel()


def _tell(address: str) -> None:
    print(f"domo-mcp listens on {address}", file=sys.stderr, flush=True)
