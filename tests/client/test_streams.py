"""Streams: the document's own examples, answers with holes, and what a request says."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from domo_mcp.client.session import Session
from domo_mcp.client.streams import Connector, Definition, Setting, Stream, Streams
from domo_mcp.client.surface import AppFramework, Product
from domo_mcp.errors import Refused, Unreachable

Answering = Callable[..., AbstractAsyncContextManager[Session]]

EXAMPLE: dict[str, Any] = {
    "id": 371,
    "valid": True,
    "transport": {"type": "CONNECTOR", "description": "com.domo.connector.covid19", "version": "0"},
    "updateMethod": "REPLACE",
    "dataProvider": {"id": 2834, "key": "covid-19", "name": "Covid-19", "url": None},
    "account": None,
    "dataSource": {"id": "dcad2f50-e65e-4259-a9e8-214a3d1e18a7", "name": "DOMO Covid Time Series Tracker Data"},
    "scheduleExpression": "0 13/30 * * *?",
    "advancedScheduleJson": '{"type":"MINUTE","timezone":"UTC","between":null,"interval":30}',
    "lastExecution": {
        "streamId": 371,
        "executionId": 32360,
        "startedAt": 1652481782,
        "endedAt": 1652481807,
        "currentState": "SUCCESS",
        "rowsInserted": 283429,
        "bytesInserted": 41562816,
        "errors": [],
    },
    "currentExecution": None,
    "currentExecutionState": "SUCCESS",
    "createdAt": 1594224796,
    "scheduleState": "ACTIVE",
    "configuration": [
        {"streamId": 371, "category": "METADATA", "name": "retry.retryNumber", "type": "string", "value": "0"},
    ],
}
DEFINITION = Definition(
    transport=Connector(description="com.domo.connector.snowflakeunloadv2", version="1"),
    configuration=(Setting(name="query", value="SELECT * FROM table"),),
    account_id="3",
    update_method="APPEND",
    provider="snowflake-unload-v2",
    name="hello world",
    description="config works?",
    schedule='{"type": "MANUAL", "timezone": "UTC"}',
)
BODY = {
    "transport": {"type": "CONNECTOR", "description": "com.domo.connector.snowflakeunloadv2", "version": "1"},
    "configuration": [{"name": "query", "value": "SELECT * FROM table", "type": "string", "category": "METADATA"}],
    "account": {"id": 3},
    "updateMethod": "APPEND",
    "dataProvider": {"key": "snowflake-unload-v2"},
    "dataSource": {"name": "hello world", "description": "config works?"},
    "advancedScheduleJson": '{"type": "MANUAL", "timezone": "UTC"}',
}


class Domo:
    """Notes what comes and answers alike."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.told: list[tuple[str, str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.told.append((request.method, request.url.path, body))
        if isinstance(self._answer, Exception):
            raise self._answer
        return httpx.Response(200, json=self._answer)


async def test_the_example_of_the_document_is_read(answering: Answering) -> None:
    async with answering(Domo(EXAMPLE)) as session:
        stream = await Streams(session, Product()).get("371")
    assert (stream.id, stream.transport.description, stream.provider.key) == (
        "371",
        "com.domo.connector.covid19",
        "covid-19",
    )
    assert stream.account is None
    assert stream.last_execution is not None
    assert stream.last_execution.started_at == datetime(2022, 5, 13, 22, 43, 2, tzinfo=UTC)
    assert [(each.name, each.value) for each in stream.configuration] == [("retry.retryNumber", "0")]


async def test_the_example_of_the_history_is_read(answering: Answering) -> None:
    run = {"streamId": 371, "executionId": 34320, "currentState": "SUCCESS", "rowsInserted": 297164, "endedAt": None}
    domo = Domo([run, {"executionId": "34319"}])
    async with answering(domo) as session:
        runs = await Streams(session, Product()).runs("371")
    assert [(each.execution_id, each.rows_inserted, each.ended_at) for each in runs] == [
        ("34320", 297164, None),
        ("34319", None, None),
    ]
    assert domo.told == [("GET", "/api/data/v1/streams/371/history/aggregate", None)]


@pytest.mark.parametrize(
    "missing", ["transport", "dataProvider", "dataSource", "configuration", "advancedScheduleJson"]
)
async def test_a_stream_with_holes_is_read(missing: str) -> None:
    stream = Stream.model_validate({**EXAMPLE, missing: None})
    assert stream.id == "371"


async def test_requests_are_those_of_the_document(answering: Answering) -> None:
    domo = Domo(EXAMPLE)
    async with answering(domo) as session:
        streams = Streams(session, Product())
        await streams.create(DEFINITION)
        await streams.update("371", DEFINITION)
        await streams.run("371")
    assert domo.told == [
        ("POST", "/api/data/v1/streams", BODY),
        ("PUT", "/api/data/v1/streams/371", BODY),
        ("POST", "/api/data/v1/streams/371/executions", {"action": "MANUAL"}),
    ]


async def test_an_update_is_sent_again_and_what_would_make_two_is_not(answering: Answering) -> None:
    calls: list[tuple[Callable[[Streams], Any], int]] = [
        (lambda streams: streams.create(DEFINITION), 1),
        (lambda streams: streams.run("371"), 1),
        (lambda streams: streams.update("371", DEFINITION), 3),
    ]
    for call, times in calls:
        domo = Domo(httpx.ReadError("broken"))
        async with answering(domo) as session:
            with pytest.raises(Unreachable):
                await call(Streams(session, Product()))
        assert len(domo.told) == times


async def test_an_app_has_no_streams(answering: Answering) -> None:
    async with answering(Domo(EXAMPLE)) as session:
        with pytest.raises(Refused):
            await Streams(session, AppFramework()).get("371")
