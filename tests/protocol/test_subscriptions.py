"""Word of what changed, to clients that listen: after changes of this server, and of others by looking."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.subscriptions import ResourceUpdated, Subscription
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ResourceUpdatedNotification
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.app import App, open_app
from domo_mcp.config import Config
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.server.assembly import build_server
from domo_mcp.server.local import local_client
from tests.protocol.conftest import Way

PRODUCTS = "5a1e0000-0000-4000-8000-000000000002"
BY_ID, BY_NAME = f"domo://sandbox/datasets/{PRODUCTS}", "domo://sandbox/datasets/Products/sample"
TASKS, OTHER = "domo://sandbox/collections/Tasks", "domo://sandbox/collections/Approvals"
WAIT_S = 20
pytestmark = pytest.mark.filterwarnings("ignore::mcp.MCPDeprecationWarning")


class Asked:
    """A sandbox that remembers which paths it was asked for."""

    def __init__(self, domo: ASGIApp) -> None:
        self._domo = domo
        self._asked = anyio.Event()
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope.get("path", ""))
        self._asked.set()
        await self._domo(scope, receive, send)

    @property
    def looks(self) -> int:
        """How often the facts of the dataset were read."""
        return sum(path.endswith(f"/datasources/{PRODUCTS}") for path in self.paths)

    async def looked(self, times: int) -> None:
        """Wait until they were read so often."""
        with anyio.fail_after(WAIT_S):
            while self.looks < times:
                self._asked = anyio.Event()
                await self._asked.wait()


@pytest.fixture
def domo(spare_store: Store) -> Asked:
    return Asked(sandbox_app(spare_store))


@pytest.fixture
def open_here(domo: Asked, configure: Callable[..., Config]) -> Any:
    @asynccontextmanager
    async def opened(**tables: dict[str, Any]) -> AsyncIterator[App]:
        async with open_app(configure(**tables), embedded=domo) as app:
            yield app

    return opened


def change_elsewhere(store: Store) -> None:
    """Somebody else brings the dataset up to date."""
    dataset = store.get(Dataset, PRODUCTS)
    assert dataset
    store.put(dataset.model_copy(update={"updated": dataset.updated + 60_000}))


async def change_here(client: Client) -> None:
    done = await client.call_tool("create_appdb_documents", {"collection": "Tasks", "documents": [{"title": "New"}]})
    assert done.structured_content
    assert done.structured_content["status"] == "applied"


async def next_of(heard: Subscription) -> str:
    """The address that the client is told of next."""
    event = await anext(heard)
    assert isinstance(event, ResourceUpdated)
    return event.uri


async def test_a_listener_hears_of_a_change_of_this_server_at_once(open_here: Any) -> None:
    async with (
        open_here() as app,
        local_client(app) as client,
        client.listen(resource_subscriptions=[TASKS, OTHER, "domo://sandbox/collections"]) as heard,
    ):
        await change_here(client)
        with anyio.fail_after(WAIT_S):
            told = {await next_of(heard), await next_of(heard)}
    assert told == {TASKS, "domo://sandbox/collections"}


async def test_a_listener_hears_of_a_change_of_others_when_this_server_looks(
    open_here: Any, domo: Asked, spare_store: Store
) -> None:
    async with (
        open_here(catalog={"watch_s": 1}) as app,
        local_client(app) as client,
        client.listen(resource_subscriptions=[BY_ID, BY_NAME]) as heard,
    ):
        await domo.looked(4)  # each has been looked at, and what was seen is kept
        change_elsewhere(spare_store)
        with anyio.fail_after(WAIT_S):
            told = {await next_of(heard), await next_of(heard)}
    assert told == {BY_ID, BY_NAME}


async def test_domo_is_looked_at_only_while_somebody_listens_and_once_however_many(open_here: Any, domo: Asked) -> None:
    async with open_here(catalog={"watch_s": 1}) as app, local_client(app) as client:
        await client.list_resources()
        assert not domo.paths
        facts, sample = BY_ID, f"{BY_ID}/sample"
        async with client.listen(resource_subscriptions=[facts, sample]), client.listen(resource_subscriptions=[facts]):
            await domo.looked(3)
            assert not [path for path in domo.paths if "execute" in path]
        seen = domo.looks
        await anyio.sleep(2.2)
        assert domo.looks <= seen + 1


async def test_of_what_is_not_there_nothing_is_promised(open_here: Any) -> None:
    async with (
        open_here() as app,
        local_client(app) as client,
        client.listen(resource_subscriptions=[TASKS, "domo://sandbox/nothing/x", "file:///etc/passwd"]) as heard,
    ):
        assert heard.honored.resource_subscriptions == [TASKS]


async def test_a_client_of_the_earlier_era_subscribes_and_unsubscribes(open_here: Any) -> None:
    told, heard = list[str](), anyio.Event()

    async def keep(message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            told.append(str(message.params.uri))
            heard.set()

    async with open_here() as app, Client(build_server(app), mode="legacy", message_handler=keep) as client:
        assert client.server_capabilities.resources
        assert client.server_capabilities.resources.subscribe
        await client.subscribe_resource(TASKS)
        await client.subscribe_resource(TASKS)
        await change_here(client)
        with anyio.fail_after(WAIT_S):
            await heard.wait()
        await client.unsubscribe_resource(TASKS)
        await change_here(client)
        with pytest.raises(MCPError) as missing:
            await client.subscribe_resource("domo://sandbox/nothing/x")
    assert told == [TASKS]
    assert missing.value.error.code == INVALID_PARAMS
    assert "resources/templates/list has the forms of addresses" in str(missing.value)


async def test_over_http_the_current_era_listens_and_the_earlier_one_is_not_promised_to_be_told(
    ways: Callable[[str, str], Way], http_server: str
) -> None:
    async with (
        ways("http", "auto").open() as client,
        ways("http", "auto").open() as other,
        client.listen(resource_subscriptions=[TASKS]) as heard,
    ):
        await change_here(other)
        with anyio.fail_after(WAIT_S):
            assert await next_of(heard) == TASKS
    async with ways("http", "legacy").open() as client:
        assert client.server_capabilities.resources
        assert not client.server_capabilities.resources.subscribe


async def test_over_stdio_both_eras_are_told(ways: Callable[[str, str], Way]) -> None:
    async with ways("stdio", "auto").open() as client, client.listen(resource_subscriptions=[TASKS]) as heard:
        await change_here(client)
        with anyio.fail_after(WAIT_S):
            assert await next_of(heard) == TASKS


async def test_what_is_denied_is_never_told_of(open_here: Any, domo: Asked, spare_store: Store) -> None:
    policy = {"deny": {"dataset": ["Products"]}}
    async with (
        open_here(catalog={"watch_s": 1}, policy=policy) as app,
        local_client(app) as client,
        client.listen(resource_subscriptions=[BY_ID]) as heard,
    ):
        await domo.looked(1)
        change_elsewhere(spare_store)
        with anyio.move_on_after(2.5) as waited:  # two rounds
            await anext(heard)
    assert waited.cancelled_caught
