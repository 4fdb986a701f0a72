from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.client.auth import ClientCredentials
from domo_mcp.client.domo import Domo
from domo_mcp.client.public_datasets import PublicDatasets
from domo_mcp.client.session import Session
from domo_mcp.client.surface import PublicApi
from domo_mcp.errors import ConfigError, NotFound, Refused, SignInFailed
from domo_mcp.sandbox.app import api_app
from domo_mcp.sandbox.store import Store
from domo_mcp.sql import parse

Answering = Callable[..., AbstractAsyncContextManager[Session]]
SALES = "5a1e0000-0000-4000-8000-000000000001"


@pytest.fixture
def public(store: Store) -> Starlette:
    """The sandbox's public API; requests are counted for each test."""
    return api_app(store)


@pytest.fixture
async def domo(public: Starlette) -> AsyncIterator[Domo]:
    """A client with the sandbox's own credentials."""
    credentials = ClientCredentials("sandbox-client", "sandbox-secret")
    async with Domo.connect("acme", "https://api.domo.com", credentials, app=public) as found:
        yield found


async def test_datasets_are_found_by_name(domo: Domo) -> None:
    page = await domo.datasets.search("Sales Orders")
    sales = next(dataset for dataset in page.items if dataset.id == SALES)
    assert (sales.name, bool(sales.row_count), bool(sales.column_count), bool(sales.last_updated)) == (
        "Sales Orders", True, True, True,
    )  # fmt: skip
    assert sales.owner
    assert sales.owner.name


async def test_one_dataset_has_its_schema_and_answers_sql(domo: Domo) -> None:
    assert (await domo.datasets.get(SALES)).name == "Sales Orders"
    columns = await domo.datasets.schema(SALES)
    assert ("Order Date", "DATE") in [(column.name, column.type) for column in columns]
    rows = await domo.query.execute(SALES, parse("SELECT COUNT(*) AS n FROM table"), limit=1)
    assert rows.rows[0][0]
    assert await domo.datasets.dictionary(SALES) is None
    with pytest.raises(NotFound):
        await domo.datasets.get("5a1e0000-0000-4000-8000-00000000ffff")


async def test_people_are_listed(domo: Domo) -> None:
    assert (await domo.people.me()).display_name == "Alex Rivera"
    assert [user.id async for user in domo.people.all_users()]
    assert [group.name for group in await domo.people.groups(limit=2)] == ["All Employees", "Marketing"]
    assert (await domo.people.group("15")).name == "West Sales"
    with pytest.raises(Refused):
        await domo.people.groups_of("1001")


async def test_everything_else_needs_the_instances_own_host(domo: Domo) -> None:
    with pytest.raises(Refused, match="Text generation is not offered on the public API"):
        await domo.ai.text_generation("hi")
    with pytest.raises(Refused):
        await domo.datasets.permissions(SALES)
    with pytest.raises(Refused):
        await domo.datasets.search("", owner_id="27")


async def test_one_token_serves_all_calls(domo: Domo, public: Starlette) -> None:
    await domo.people.me()
    await domo.datasets.get(SALES)
    assert [path for _, path in public.state.requests].count("/oauth/token") == 1


async def test_wrong_credentials_say_where_to_look(public: Starlette) -> None:
    wrong = ClientCredentials("sandbox-client", "wrong-secret-1")
    async with Domo.connect("acme", "https://api.domo.com", wrong, app=public) as domo:
        with pytest.raises(SignInFailed) as caught:
            await domo.people.me()
    assert "client_secret" in caught.value.hint
    assert "wrong-secret-1" not in f"{caught.value} {domo!r} {wrong!r}"
    assert [path for _, path in public.state.requests] == ["/oauth/token"]


async def test_client_credentials_are_not_for_an_instances_own_host() -> None:
    with pytest.raises(ConfigError):
        async with Domo.connect("acme", "https://acme.domo.com", ClientCredentials("c", "s")):
            pytest.fail("a secret could have been sent there")


async def test_pages_larger_than_domos_are_put_together(answering: Answering) -> None:
    asked: list[tuple[int, int]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        limit, offset = int(request.url.params["limit"]), int(request.url.params["offset"])
        asked.append((limit, offset))
        return httpx.Response(200, json=[{"id": str(n)} for n in range(130)][offset : offset + limit])

    async with answering(handler) as session:
        datasets = PublicDatasets(session, PublicApi())
        assert len((await datasets.search("", limit=100, offset=5)).items) == 100
        assert len((await datasets.search("", limit=100, offset=100)).items) == 30
    assert asked == [(50, 5), (50, 55), (50, 100)]
