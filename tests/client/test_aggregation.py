"""Aggregates of AppDB: the query string, what it cannot carry, and the rows as they come."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from domo_mcp.client.aggregation import Aggregation, flattened, parameters
from domo_mcp.client.appdb import AppDb
from domo_mcp.client.documents import Collection
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import InvalidInput

Answering = Callable[..., AbstractAsyncContextManager[Session]]


def test_each_parameter_as_the_document_writes_it() -> None:
    aggregation = Aggregation(
        group_by=("content.favorite color",),
        count="n",
        sum={"total": "content.spend", "hours": "content.time.hours"},
        unwind=("content.tags", "content.people"),
        order_by="total descending",
    )
    assert {name: value for name, value in parameters(aggregation).items() if value} == {
        "groupby": "content.favorite color",
        "count": "n",
        "sum": "content.spend total, content.time.hours hours",
        "unwind": "content.tags, content.people",
        "orderby": "total descending",
    }


async def test_commas_and_spaces_are_percent_encoded(answering: Answering) -> None:
    queries: list[bytes] = []

    def rows(request: httpx.Request) -> httpx.Response:
        queries.append(request.url.query)
        return httpx.Response(200, json=[])

    async with answering(rows) as session:
        asked = Aggregation(sum={"é": "content.a&b", "t": "content.c"})
        tasks = Collection(id="c-1", name="Tasks")
        assert await AppDb(session, Product()).aggregate(tasks, {}, asked, limit=5, offset=10) == ()
    assert queries == [b"sum=content.a%26b%20%C3%A9%2C%20content.c%20t&limit=5&offset=10"]


@pytest.mark.parametrize(
    "aggregation",
    [
        Aggregation(sum={"total": "content.a b"}),
        Aggregation(sum={"a b": "content.a"}),
        Aggregation(max={"": "content.a"}),
        Aggregation(min={"a": ""}),
        Aggregation(group_by=("content.a,content.b",)),
        Aggregation(unwind=("content.a b",)),
        Aggregation(count="a, b"),
        Aggregation(avg={"a\n": "content.a"}),
    ],
)
def test_names_that_the_query_string_cannot_carry_are_refused(aggregation: Aggregation) -> None:
    with pytest.raises(InvalidInput, match="cannot aggregate by"):
        parameters(aggregation)


@pytest.mark.parametrize(
    "aggregation",
    [
        Aggregation(group_by=("content.month",), count="month"),
        Aggregation(sum={"x": "content.a"}, avg={"x": "content.a"}),
        Aggregation(group_by=("content.a.name", "content.b.name")),
    ],
)
def test_two_results_of_one_name_are_refused(aggregation: Aggregation) -> None:
    with pytest.raises(InvalidInput, match="Two results would be named"):
        parameters(aggregation)


@pytest.mark.parametrize(
    ("group_by", "row", "flat"),
    [
        (("content.a",), {"a": 1, "n": 2}, {"a": 1, "n": 2}),
        (("content.a",), {"_id": {"a": 1}, "n": 2}, {"a": 1, "n": 2}),
        (("content.a",), {"_id": {"content.a": None}, "n": 2}, {"a": None, "n": 2}),
        (("content.a",), {"_id": 1, "n": 2}, {"a": 1, "n": 2}),
        (("content.a",), {"_id": None, "n": 2}, {"a": None, "n": 2}),
        ((), {"_id": None, "n": 2}, {"n": 2}),
    ],
)
def test_groups_stand_beside_their_results(
    group_by: tuple[str, ...], row: dict[str, Any], flat: dict[str, Any]
) -> None:
    assert flattened([row], Aggregation(group_by=group_by, count="n")) == (flat,)
