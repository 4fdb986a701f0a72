"""The real server over every transport, for clients of both protocol eras."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp_types import GetPromptResult, Implementation, ListPromptsResult, ListToolsResult

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from domo_mcp.server.local import local_client

ERAS = ("auto", "legacy")
TRANSPORTS = ("memory", "stdio", "http")
EVERYWHERE = [(transport, era) for transport in TRANSPORTS for era in ERAS]
START_S = 60
"""Most seconds that a server process may take to start: generous, since a busy machine is no fault."""


@dataclass(frozen=True)
class Way:
    """A way to the server: over which transport, as a client of which era."""

    transport: str
    era: str
    open: Callable[[], AbstractAsyncContextManager[Client]]

    @property
    def modern(self) -> bool:
        """Whether the client speaks 2026-07-28."""
        return self.era == "auto"


@dataclass(frozen=True)
class Seen:
    """What a client learns about the server before it calls a tool, and one prompt filled."""

    way: Way
    version: str
    server: Implementation | None
    instructions: str
    tools: ListToolsResult
    again: ListToolsResult
    prompts: ListPromptsResult
    prompt: GetPromptResult


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what configures a server of the person who runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DOMO_")} | more


def command(*arguments: str) -> list[str]:
    """The command line of the package under test."""
    return [sys.executable, "-m", "domo_mcp", *arguments]


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration file for server processes: no throttling, exports in a folder of the tests."""
    folder = tmp_path_factory.mktemp("server")
    file = folder / "config.toml"
    file.write_text(f'[limits]\nper_minute = 100000\n[files]\nexports = "{folder / "exports"}"\n', encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def http_server(settings: Path) -> Iterator[str]:
    """The origin of one HTTP server process for all tests."""
    port = free_port()
    arguments = command("serve", "--sandbox", "--config", str(settings), "--http", f"127.0.0.1:{port}")
    with subprocess.Popen(arguments, env=environment()) as process:
        try:
            wait_for(process, f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def ways(store: Store, settings: Path, request: pytest.FixtureRequest) -> Callable[[str, str], Way]:
    """Makes the way over a transport for an era; the HTTP server starts when it is first wanted."""

    @asynccontextmanager
    async def memory(era: str) -> AsyncIterator[Client]:
        config = load(settings, sandbox=True, environment={})
        async with (
            open_app(config, embedded=sandbox_app(store)) as app,
            local_client(app, mode=era) as client,
        ):
            yield client

    def stdio(era: str) -> Client:
        program, *arguments = command("serve", "--sandbox", "--config", str(settings))
        return Client(StdioServerParameters(command=program, args=arguments, env=environment()), mode=era)

    def http(era: str) -> Client:
        return Client(f"{request.getfixturevalue('http_server')}/mcp", mode=era)

    openers: dict[str, Callable[[str], Any]] = {"memory": memory, "stdio": stdio, "http": http}
    return lambda transport, era: Way(transport, era, lambda: openers[transport](era))


@pytest.fixture(params=EVERYWHERE, ids="-".join)
def way(request: pytest.FixtureRequest, ways: Callable[[str, str], Way]) -> Way:
    """Each way to the server in turn; the test opens it."""
    transport, era = request.param
    if transport == "http":
        request.getfixturevalue("http_server")
    return ways(transport, era)


@pytest.fixture(scope="session", params=EVERYWHERE, ids="-".join)
def seen(request: pytest.FixtureRequest, ways: Callable[[str, str], Way]) -> Seen:
    """What a client learns over each way, looked up once."""
    transport, era = request.param
    if transport == "http":
        request.getfixturevalue("http_server")
    return anyio.run(_look, ways(transport, era))


@pytest.fixture(scope="session")
def nearby(ways: Callable[[str, str], Way]) -> Seen:
    """What a client in the same process learns: what all others are compared with."""
    return anyio.run(_look, ways("memory", "auto"))


async def _look(way: Way) -> Seen:
    async with way.open() as client:
        return Seen(
            way=way,
            version=client.protocol_version,
            server=client.server_info,
            instructions=client.instructions or "",
            tools=await client.list_tools(cache_mode="bypass"),
            again=await client.list_tools(cache_mode="bypass"),
            prompts=await client.list_prompts(),
            prompt=await client.get_prompt("answer-question", {"question": "Which region sold most?"}),
        )


def wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until a server process answers at `url`; fails where it ends before."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended before it answered"
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"no answer from {url} within {START_S} seconds")
