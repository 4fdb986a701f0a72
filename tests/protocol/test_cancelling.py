"""A client that gives up: the request to Domo stops, and the connection goes on."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Literal

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.app import SANDBOX_TOKEN, open_app
from domo_mcp.config import Config, ServerSettings, load
from domo_mcp.server.local import local_client
from domo_mcp.server.remote import http_app
from tests.answers import rows_of, text_of
from tests.protocol.conftest import START_S, command, environment

COUNT = {"sql": "SELECT COUNT(*) AS n FROM `Products`"}
SOON_S = 10
"""Most seconds that a request to Domo may outlive the call: far less than the 30 that it may take by itself."""


class Held:
    """The sandbox, which leaves the first query unanswered for as long as somebody waits for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.arrived = anyio.Event()
        self.left = anyio.Event()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the first query, pass on everything else."""
        if "/query/v1/execute/" not in scope.get("path", "") or self.arrived.is_set():
            await self._app(scope, receive, send)
            return
        self.arrived.set()
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self.left.set()


@asynccontextmanager
async def in_memory(held: Held, settings: Path, era: str) -> AsyncIterator[Client]:
    """A client in this process, on a server in this process."""
    config = load(settings, sandbox=True, environment={})
    async with open_app(config, embedded=held) as app, local_client(app, mode=era) as client:
        yield client


@asynccontextmanager
async def over_stdio(held: Held, settings: Path, era: str) -> AsyncIterator[Client]:
    """A client of a server process that reaches Domo over HTTP."""
    async with serving(held) as domo:
        program, *arguments = command("serve", "--config", str(_pointing_to(domo, settings)))
        parameters = StdioServerParameters(command=program, args=arguments, env=environment())
        async with Client(parameters, mode=era) as client:
            yield client


@asynccontextmanager
async def over_http(held: Held, settings: Path, era: str) -> AsyncIterator[Client]:
    """A client of an HTTP server."""
    config = load(settings, sandbox=True, environment={})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = ServerSettings.model_validate({"port": port})
        async with (
            open_app(config, local_files=False, embedded=held) as app,
            serving(http_app(app, server), listener, lifespan="on") as origin,
            Client(f"{origin}/mcp", mode=era) as client,
        ):
            yield client


WAYS: dict[str, tuple[Callable[[Held, Path, str], AbstractAsyncContextManager[Client]], str]] = {
    "memory, cancelled": (in_memory, "auto"),
    "memory, notifications/cancelled": (in_memory, "legacy"),
    "stdio, cancelled": (over_stdio, "auto"),
    "stdio, notifications/cancelled": (over_stdio, "legacy"),
    "HTTP, closed stream": (over_http, "auto"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_that_is_given_up_stops_its_request_to_domo(way: str, sandbox: Starlette, settings: Path) -> None:
    """Cancellation, SHOULD: stop the work and free what it holds; the next call is answered."""
    open_client, era = WAYS[way]
    held = Held(sandbox)
    async with open_client(held, settings, era) as client:
        with anyio.fail_after(START_S):
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "run_sql", COUNT)
                await held.arrived.wait()
                given_up = anyio.current_time()
                group.cancel_scope.cancel()
            await held.left.wait()
        assert anyio.current_time() - given_up < SOON_S
        result = await client.call_tool("run_sql", COUNT)
    assert rows_of(text_of(result))[1:] == [["120"]]


async def test_a_call_that_takes_too_long_is_answered_with_what_to_do(
    sandbox: Starlette, settings: Path, configure: Callable[..., Config]
) -> None:
    """Lifecycle, SHOULD: a server bounds its calls; the request to Domo ends with the call."""
    held = Held(sandbox)
    config = configure(limits={"call_timeout_s": 2, "per_minute": 100_000})
    async with open_app(config, embedded=held) as app, local_client(app) as client:
        with anyio.fail_after(START_S):
            result = await client.call_tool("run_sql", COUNT)
    assert result.is_error
    assert "2 seconds" in text_of(result)
    assert held.left.is_set()


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket | None = None, *, lifespan: Literal["on", "off"] = "off"
) -> AsyncIterator[str]:
    """The origin where `app` is served; it listens at once, so nobody has to wait for the server to be up."""
    with listener or socket.create_server(("127.0.0.1", 0)) as own:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan=lifespan, ws="none", timeout_graceful_shutdown=1)
        )
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [own])
            try:
                yield f"http://127.0.0.1:{own.getsockname()[1]}"
            finally:
                server.should_exit = True


def _pointing_to(domo: str, settings: Path) -> Path:
    file = settings.with_name("pointing.toml")
    instance = f'[instances.local]\nurl = "{domo}"\nauth = {{ token = "{SANDBOX_TOKEN}" }}\n'
    file.write_text(settings.read_text(encoding="utf-8") + instance, encoding="utf-8")
    return file
