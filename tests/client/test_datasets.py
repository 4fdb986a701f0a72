from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from domo_mcp.client.datasets import Datasets
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import Forbidden, InvalidInput, NotFound, UnreadableAnswer

Answering = Callable[..., AbstractAsyncContextManager[Session]]
DECLARED = {"schema": {"columns": [{"name": "a", "type": "LONG"}, {"name": "b", "type": "DATE", "visible": False}]}}


def by_path(answers: dict[str, httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: answers.get(request.url.path, httpx.Response(404))


@pytest.mark.parametrize(
    "indexed",
    [httpx.Response(404), httpx.Response(200, json={"tables": []}), httpx.Response(200, json={"tables": None})],
)
async def test_a_dataset_that_is_not_indexed_has_its_declared_schema(
    answering: Answering, indexed: httpx.Response
) -> None:
    handler = by_path(
        {
            "/api/query/v1/datasources/d/schema/indexed": indexed,
            "/api/data/v2/datasources/d/schemas/latest": httpx.Response(200, json=DECLARED),
        }
    )
    async with answering(handler) as session:
        assert [column.name for column in await Datasets(session, Product()).schema("d")] == ["a"]
        assert [column.name for column in await Datasets(session, Product()).schema("d", include_hidden=True)] == [
            "a",
            "b",
        ]


async def test_a_schema_that_may_not_be_seen_is_not_looked_for_elsewhere(answering: Answering) -> None:
    handler = by_path(
        {
            "/api/query/v1/datasources/d/schema/indexed": httpx.Response(403),
            "/api/data/v2/datasources/d/schemas/latest": httpx.Response(200, json=DECLARED),
        }
    )
    async with answering(handler) as session:
        with pytest.raises(Forbidden):
            await Datasets(session, Product()).schema("d")


async def test_a_dataset_that_does_not_exist_has_no_schema(answering: Answering) -> None:
    async with answering(by_path({})) as session:
        with pytest.raises(NotFound):
            await Datasets(session, Product()).schema("d")


async def test_a_dictionary_that_nobody_wrote_is_none(answering: Answering) -> None:
    async with answering(by_path({})) as session:
        assert await Datasets(session, Product()).dictionary("d") is None


async def test_an_id_that_leads_elsewhere_is_refused(answering: Answering) -> None:
    async with answering(by_path({})) as session:
        with pytest.raises(InvalidInput):
            await Datasets(session, Product()).get("../../content/v2/users/me")


async def test_a_search_sends_its_words_as_a_value(answering: Answering) -> None:
    bodies = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"dataSources": [], "_metaData": {"totalCount": 0}})

    async with answering(handler) as session:
        await Datasets(session, Product()).search('sales" }', owner_id="27", limit=5, offset=10)
        await Datasets(session, Product()).search("")
    assert bodies[0]["filters"] == [
        {"field": "name_sort", "filterType": "wildcard", "query": '*sales" }*'},
        {"field": "owned_by_id", "filterType": "term", "value": "27"},
    ]
    assert (bodies[0]["count"], bodies[0]["offset"], bodies[1]["filters"]) == (5, 10, [])


@pytest.mark.parametrize("answer", [{"name": "no id"}, [], {"id": None}, {"id": {"x": 1}}])
async def test_a_dataset_without_an_id_is_unreadable(answering: Answering, answer: object) -> None:
    async with answering(lambda _: httpx.Response(200, json=answer)) as session:
        with pytest.raises(UnreadableAnswer):
            await Datasets(session, Product()).get("d")
