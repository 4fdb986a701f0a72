from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest

from domo_mcp.client.appdb import AppDb
from domo_mcp.client.column_policy import ColumnPolicy
from domo_mcp.client.datasets import Datasets
from domo_mcp.client.query import Query
from domo_mcp.client.rows import RowColumn, Rows
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import AnswerTooLarge, NotFound, Rejected, UnreadableAnswer
from domo_mcp.sql import ColumnRules, parse

Answering = Callable[..., AbstractAsyncContextManager[Session]]
SELECT = parse("SELECT * FROM table")
NO_RULES = ColumnRules()


class Instance:
    """Answers queries with `answer` and the schema routes with `schema`; keeps the SQL that came."""

    def __init__(self, answer: httpx.Response, schema: httpx.Response | None = None) -> None:
        self._answer = answer
        self._schema = schema
        self.sent: list[str] = []
        self.paths: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        if request.url.path.startswith("/api/query/v1/execute/"):
            body = json.loads(request.content)
            assert list(body) == ["sql"]
            self.sent.append(body["sql"])
            return self._answer
        return self._schema or httpx.Response(404)


def query_on(session: Session, rules: ColumnRules = NO_RULES) -> Query:
    surface = Product()
    policy = ColumnPolicy(rules, surface, Datasets(session, surface), AppDb(session, surface))
    return Query(session, surface, policy)


ROWS = httpx.Response(200, json={"columns": ["a"], "metadata": [{"type": "LONG"}], "rows": [[1]]})


async def test_without_rules_nothing_but_the_query_is_asked(answering: Answering) -> None:
    instance = Instance(ROWS)
    async with answering(instance) as session:
        rows = await query_on(session).execute("id-1", SELECT, limit=10, offset=20)
    assert rows == Rows((RowColumn("a", "LONG"),), [[1]])
    assert instance.paths == ["/api/query/v1/execute/id-1"]
    assert instance.sent == ["SELECT * FROM table LIMIT 10 OFFSET 20"]


async def test_rules_hold_for_whole_answers_and_for_streams(answering: Answering) -> None:
    columns = [{"name": "a", "type": "LONG"}, {"name": "ssn", "type": "STRING"}]
    instance = Instance(ROWS, httpx.Response(200, json={"tables": [{"columns": columns}]}))
    async with answering(instance) as session:
        query = query_on(session, ColumnRules(hide=("ssn",)))
        await query.execute("id-1", SELECT, limit=10)
        assert [batch.rows async for batch in query.stream("id-1", SELECT)] == [[[1]], []]
    assert len(instance.sent) == 2
    assert all("`a`" in sql and "ssn" not in sql for sql in instance.sent)


async def test_rules_without_a_schema_send_nothing(answering: Answering) -> None:
    instance = Instance(ROWS)
    async with answering(instance) as session:
        with pytest.raises(NotFound):
            await query_on(session, ColumnRules(hide=("ssn",))).execute("id-1", SELECT, limit=10)
    assert instance.sent == []


async def test_a_statement_that_domo_does_not_take_comes_back_with_its_reason(answering: Answering) -> None:
    async with answering(
        Instance(httpx.Response(400, json={"message": "column x must appear in GROUP BY"}))
    ) as session:
        with pytest.raises(Rejected, match="must appear in GROUP BY"):
            await query_on(session).execute("id-1", SELECT, limit=10)


@pytest.mark.parametrize("answer", [{}, {"columns": ["a"], "rows": [[1, 2]]}, {"columns": ["a"], "rows": {"a": 1}}, 3])
async def test_rows_of_another_shape_are_unreadable(answering: Answering, answer: object) -> None:
    async with answering(Instance(httpx.Response(200, json=answer))) as session:
        with pytest.raises(UnreadableAnswer):
            await query_on(session).execute("id-1", SELECT, limit=10)


async def test_an_export_is_bounded_too(answering: Answering) -> None:
    answer = httpx.Response(200, json={"columns": ["a"], "rows": [["x" * 100]] * 100})
    async with answering(Instance(answer)) as session:
        with pytest.raises(AnswerTooLarge):
            [batch async for batch in query_on(session).stream("id-1", SELECT, max_bytes=1000)]


async def test_an_export_cut_off_is_no_export(answering: Answering) -> None:
    async with answering(Instance(httpx.Response(200, content=b'{"columns":["a"],"rows":[[1],[2'))) as session:
        batches = query_on(session).stream("id-1", SELECT)
        assert await anext(batches) == Rows((RowColumn("a"),), [[1]])
        with pytest.raises(UnreadableAnswer):
            await anext(batches)
