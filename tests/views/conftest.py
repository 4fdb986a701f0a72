"""Clients with MCP Apps of the real server, on a sandbox that may be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp import Client
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import Config
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from domo_mcp.server.assembly import build_server
from tests.views.stage import APPS

Open = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture(scope="session")
def store(spare_store: Store) -> Store:
    """The company that may be changed, in the place of the other."""
    return spare_store


@pytest.fixture
def sandbox(store: Store) -> Starlette:
    """A sandbox application of its own."""
    return sandbox_app(store)


@pytest.fixture
def direct(sandbox: Starlette) -> httpx.AsyncClient:
    """The sandbox without the server under test."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="https://sandbox.invalid")


@pytest.fixture
def opened(sandbox: Starlette, configure: Callable[..., Config]) -> Open:
    """Opens a client, with MCP Apps unless told otherwise; keyword arguments are tables of the configuration."""

    @asynccontextmanager
    async def open_client(
        *, apps: bool = True, mode: str = "auto", answer: Any = None, **tables: dict[str, Any]
    ) -> AsyncIterator[Client]:
        settings = {"policy": {"access": "full"}, "tools": {"toolsets": ["all"]}, **tables}
        async with (
            open_app(configure(**settings), embedded=sandbox) as app,
            Client(
                build_server(app), mode=mode, elicitation_callback=answer, extensions=APPS if apps else None
            ) as client,
        ):
            yield client

    return open_client
