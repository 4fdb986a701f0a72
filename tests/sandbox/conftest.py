import sqlite3
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.app import ADMIN_TOKEN, sandbox_app
from domo_mcp.sandbox.appdb import export
from domo_mcp.sandbox.appdb.definitions import Collection
from domo_mcp.sandbox.company.appdb import documents, records
from domo_mcp.sandbox.company.people import USERS
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Warehouse
from tests.sandbox.clock import Clock
from tests.sandbox.doors import Doors


def client(app: Starlette, token: str) -> httpx.AsyncClient:
    headers = {"X-DOMO-Developer-Token": token}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox", headers=headers)


@pytest.fixture
async def alex(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox as its ordinary user sees it."""
    async with client(sandbox, "sandbox-token") as http:
        yield http


@pytest.fixture
async def admin(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox as its administrator sees it."""
    async with client(sandbox, ADMIN_TOKEN) as http:
        yield http


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def appdb_store(clock: Clock) -> Iterator[Store]:
    """The company's people and what is in AppDB, nothing else: quickly made, for a test that writes."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    store = Store(Warehouse(clock=clock), connection, clock)
    store.put(*USERS, *records(clock.now))
    for key, made in documents(clock.now):
        store.documents.put(key, made, clock.now)
    export.synchronise(store, *store.all(Collection))
    yield store
    store.close()


@pytest.fixture
def appdb_sandbox(appdb_store: Store) -> Starlette:
    return sandbox_app(appdb_store)


@pytest.fixture
async def doors(appdb_sandbox: Starlette) -> AsyncIterator[Doors]:
    ways = [
        ("/api/datastores", {"X-DOMO-Developer-Token": "sandbox-token"}),
        ("/api/datastores", {"X-DOMO-Developer-Token": ADMIN_TOKEN}),
        ("/domo/datastores/v1", {"X-Domo-Ryuu-Session": "sandbox-session"}),
        ("/domo/datastores/v1", {"X-Domo-Ryuu-Session": "sandbox-admin-session"}),
    ]
    clients = [
        httpx.AsyncClient(
            transport=httpx.ASGITransport(appdb_sandbox), base_url=f"http://sandbox{base}", headers=headers
        )
        for base, headers in ways
    ]
    yield Doors(*clients)
    for each in clients:
        await each.aclose()
