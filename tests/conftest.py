"""The sandbox as every test's Domo, and a client of the real server on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from starlette.applications import Starlette

from domo_mcp.app import open_app
from domo_mcp.config import Config, load
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from domo_mcp.server.local import local_client
from tests.answers import Connect

TODAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test learns of a Domo is not there in the next one, which may find another at the same address."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """One company for all tests that only read; its clock stands still."""
    store = Store.open(clock=lambda: TODAY)
    yield store
    store.close()


@pytest.fixture(scope="session")
def spare_store() -> Iterator[Store]:
    """Another company, for tests that change it: those that only read count what is in the first one."""
    store = Store.open(clock=lambda: TODAY)
    yield store
    store.close()


@pytest.fixture
def sandbox(store: Store) -> Starlette:
    """A sandbox application of its own: requests are counted for each test."""
    return sandbox_app(store)


@pytest.fixture
def configure(tmp_path: Path) -> Callable[..., Config]:
    """Configurations on the sandbox, with exports in the test's own folder; keyword arguments are tables."""

    def make(**tables: dict[str, Any]) -> Config:
        own = {"files": {"exports": str(tmp_path / "exports")}}
        if "audit" in tables:  # then the state is kept, which shall not be the one of whoever runs the tests
            own["state"] = {"url": str(tmp_path / "state.sqlite")}
        return load(sandbox=True, overrides={**own, **tables}, environment={})

    return make


@pytest.fixture
def connect(sandbox: Starlette, configure: Callable[..., Config], monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Opens a client of the server on the sandbox; keyword arguments are the mode and tables of the configuration."""
    monkeypatch.setattr("domo_mcp.app._now", lambda: TODAY)

    @asynccontextmanager
    async def open_client(
        *, mode: str = "auto", local_files: bool = True, **tables: dict[str, Any]
    ) -> AsyncIterator[Client]:
        async with (
            open_app(configure(**tables), local_files=local_files, embedded=sandbox) as app,
            local_client(app, mode=mode) as client,
        ):
            yield client

    return open_client
