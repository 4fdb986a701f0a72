"""The server on a sandbox of its own, and that sandbox without the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
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
from tests.changes.answers import Person
from tests.changes.processes import Remote, served
from tests.states import database, postgres

__all__ = ["database", "postgres"]

Open = Callable[..., AbstractAsyncContextManager[Client]]

EVERYTHING = ["create", "update", "delete", "run"]


@pytest.fixture(scope="session")
def store(spare_store: Store) -> Store:
    """The company that may be changed, in the place of the other."""
    return spare_store


@pytest.fixture
def sandbox(store: Store) -> Starlette:
    """A sandbox application of its own; the collections in it are those of all tests."""
    return sandbox_app(store)


@pytest.fixture
def direct(sandbox: Starlette) -> httpx.AsyncClient:
    """The sandbox without the server under test."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="https://sandbox.invalid")


@pytest.fixture(scope="module")
def remote(store: Store) -> Iterator[Remote]:
    """A sandbox over HTTP, for servers in processes of their own."""
    with served(sandbox_app(store)) as remote:
        yield remote


@pytest.fixture
def opened(sandbox: Starlette, configure: Callable[..., Config]) -> Open:
    """Opens a client of the server on the sandbox, at which a person answers.

    `tables` are further tables of the configuration, other keyword arguments keys of `[policy]`.
    """

    @asynccontextmanager
    async def open_client(
        answer: Person | None = None, *, mode: str = "auto", tables: dict[str, Any] | None = None, **policy: Any
    ) -> AsyncIterator[Client]:
        rules = {"access": "full", "confirm_for": EVERYTHING, **policy}
        settings = {"tools": {"toolsets": ["all"]}, "limits": {"call_timeout_s": 20}, **(tables or {})}
        async with (
            open_app(configure(policy=rules, **settings), embedded=sandbox) as app,
            Client(build_server(app), mode=mode, elicitation_callback=answer) as client,
        ):
            yield client

    return open_client
