from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.client.ai import SourceColumn, SourceSchema
from domo_mcp.client.app_datasets import AppDatasets
from domo_mcp.client.appdb import AppDb
from domo_mcp.client.auth import AppSession, ClientCredentials, DeveloperToken, SignIn
from domo_mcp.client.column_policy import ColumnPolicy
from domo_mcp.client.domo import Domo
from domo_mcp.client.places import datasets, people
from domo_mcp.client.query import Query
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework
from domo_mcp.errors import ConfigError, Forbidden, NotFound, Refused, Rejected, SignInFailed
from domo_mcp.sql import ColumnRules, parse

Answering = Callable[..., AbstractAsyncContextManager[Session]]
COUNT = parse("SELECT COUNT(*) AS n FROM sales")


@pytest.fixture
async def domo(sandbox: Starlette) -> AsyncIterator[Domo]:
    """An app of the sandbox with two datasets."""
    async with Domo.connect(
        "app",
        "https://app.invalid",
        AppSession("sandbox-session"),
        surface="app",
        aliases=["sales", "products", "sales"],
        app=sandbox,
    ) as found:
        yield found


async def test_an_app_is_somebody(domo: Domo) -> None:
    me = await domo.people.me()
    assert (me.id, me.display_name, me.email) == ("1001", "Alex Rivera", "alex.rivera@example.com")


async def test_an_app_lists_people(domo: Domo) -> None:
    users = await domo.people.users(limit=2, details=True)
    assert [bool(user.display_name and user.detail and user.detail.email) for user in users] == [True, True]


async def test_the_datasets_of_an_app_are_its_aliases(domo: Domo, sandbox: Starlette) -> None:
    assert [(dataset.id, dataset.name) for dataset in (await domo.datasets.search("")).items] == [
        ("sales", "sales"),
        ("products", "products"),
    ]
    page = await domo.datasets.search("PROD")
    assert ([dataset.id for dataset in page.items], page.total) == (["products"], 1)
    assert [dataset.id for dataset in (await domo.datasets.search("", limit=1, offset=1)).items] == ["products"]
    assert (await domo.datasets.get("not listed", details=True)).name == "not listed"
    assert await domo.datasets.dictionary("sales") is None
    assert not sandbox.state.requests


async def test_a_schema_is_read_from_one_row(domo: Domo) -> None:
    types = {column.name: column.type for column in await domo.datasets.schema("sales")}
    assert (types["Region"], types["Order Date"], types["Quantity"]) == ("STRING", "DATE", "LONG")


async def test_an_alias_that_the_app_does_not_have_is_not_found(domo: Domo) -> None:
    with pytest.raises(NotFound):
        await domo.datasets.schema("nothing")
    with pytest.raises(NotFound):
        await domo.query.execute("nothing", COUNT, limit=1)


async def test_an_app_asks_in_sql(domo: Domo) -> None:
    rows = await domo.query.execute("sales", COUNT, limit=10)
    assert rows.rows[0][0]
    streamed = [batch async for batch in domo.query.stream("sales", COUNT)]
    assert [row for batch in streamed for row in batch.rows] == rows.rows


async def test_sql_that_domo_does_not_take_comes_back_with_its_reason(domo: Domo) -> None:
    with pytest.raises(Rejected, match="nothing"):
        await domo.query.execute("sales", parse("SELECT nothing FROM sales"), limit=10)


async def test_what_an_app_cannot_ask_is_refused(domo: Domo) -> None:
    with pytest.raises(Refused, match="Dataset permissions is not offered on the App-Framework surface"):
        await domo.datasets.permissions("sales")
    for ask in (domo.datasets.cards, domo.datasets.partitions, domo.datasets.versions, domo.datasets.stream):
        with pytest.raises(Refused, match="is not offered on the App-Framework surface"):
            await ask("sales")
    with pytest.raises(Refused):
        await domo.datasets.search("", owner_id="27")


async def test_sql_goes_out_as_plain_text_under_the_rules(answering: Answering) -> None:
    sent: list[tuple[str, str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, request.headers.get("content-type", ""), request.content.decode()))
        return httpx.Response(200, json=[{"a": 1, "ssn": 2}])

    async with answering(handler) as session:
        surface = AppFramework()
        datasets = AppDatasets(session, surface, [])
        policy = ColumnPolicy(ColumnRules(hide=("ssn",)), surface, datasets, AppDb(session, surface))
        query = Query(session, surface, policy)
        await query.execute("sales", parse("SELECT * FROM sales WHERE a = 'é'"), limit=5)
    statement = "SELECT * FROM (SELECT `a` FROM sales) AS sales WHERE a = 'é' LIMIT 5"
    assert sent == [("/data/v1/sales", "", ""), ("/sql/v1/sales", "text/plain", statement)]


async def test_a_session_that_ended_is_told_from_a_dataset_that_is_not_allowed(answering: Answering) -> None:
    surface = AppFramework()
    async with answering(lambda _: httpx.Response(403)) as session:
        with pytest.raises(SignInFailed):
            await session.read("GET", surface.at(people.ME), bytes)
        with pytest.raises(Forbidden):
            await session.read("GET", surface.at(datasets.DATA_API, "sales"), bytes)


async def test_an_unknown_session_says_where_to_get_another(sandbox: Starlette) -> None:
    async with Domo.connect(
        "app", "https://app.invalid", AppSession("old-session-9"), surface="app", app=sandbox
    ) as domo:
        with pytest.raises(SignInFailed) as caught:
            await domo.people.me()
    assert "open app" in caught.value.hint
    assert "old-session-9" not in f"{caught.value} {domo!r}"


@pytest.mark.parametrize("sign_in", [DeveloperToken("t"), ClientCredentials("c", "s")])
async def test_an_app_session_and_the_app_surface_go_together(sign_in: SignIn) -> None:
    with pytest.raises(ConfigError):
        async with Domo.connect("app", "https://app.domo.com", sign_in, surface="app"):
            pytest.fail("it connected")
    with pytest.raises(ConfigError):
        async with Domo.connect("app", "https://app.domo.com", AppSession("s")):
            pytest.fail("it connected")


async def test_an_app_has_the_ai_services(domo: Domo, sandbox: Starlette) -> None:
    columns = [SourceColumn("Region", "STRING"), SourceColumn("Revenue", "DECIMAL")]
    answer = await domo.ai.text_to_sql("total revenue by region", [SourceSchema("sales", columns)])
    assert (await domo.query.execute("sales", parse(answer.output), limit=10)).rows
    assert (await domo.ai.text_generation("Say hello.")).output
    assert [path for _, path in sandbox.state.requests] == [
        "/domo/ai/v1/text/sql",
        "/sql/v1/sales",
        "/domo/ai/v1/text/generation",
    ]
