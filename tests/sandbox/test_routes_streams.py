"""Streams over HTTP: defined, run, with a history that moves by the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from tests.sandbox.clock import Clock

SALES, SALES_STREAM = "5a1e0000-0000-4000-8000-000000000001", "/api/data/v1/streams/371"
STREAMS = "/api/data/v1/streams"
RUN: dict[str, Any] = {"action": "MANUAL"}
DEFINITION: dict[str, Any] = {
    "transport": {"type": "CONNECTOR", "description": "com.domo.connector.snowflakeunloadv2", "version": "1"},
    "configuration": [
        {
            "name": "query",
            "value": "SELECT `Region`, COUNT(*) AS `Orders` FROM shop.orders GROUP BY `Region` ORDER BY 1",
            "type": "string",
            "category": "METADATA",
        }
    ],
    "account": {"id": 3},
    "updateMethod": "REPLACE",
    "dataProvider": {"key": "snowflake-unload-v2"},
    "dataSource": {"name": "hello world", "description": "config works?"},
    "advancedScheduleJson": '{"type": "MANUAL", "timezone": "UTC"}',
}


@dataclass(frozen=True)
class Bench:
    """A sandbox in a folder, its clock, and Alex and an administrator at it."""

    clock: Clock
    alex: httpx.AsyncClient
    admin: httpx.AsyncClient


def client(store: Store, token: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(sandbox_app(store))
    headers = {"X-DOMO-Developer-Token": token}
    return httpx.AsyncClient(transport=transport, base_url="https://sandbox.invalid", headers=headers)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = Clock()
    store = Store.open(tmp_path, clock=clock)
    async with client(store, "sandbox-token") as alex, client(store, "sandbox-admin-token") as admin:
        yield Bench(clock, alex, admin)
    store.close()


async def rows(who: httpx.AsyncClient, dataset_id: str, sql: str) -> list[list[Any]]:
    answer = await who.post(f"/api/query/v1/execute/{dataset_id}", json={"sql": sql})
    assert answer.status_code == 200, answer.text
    found: list[list[Any]] = answer.json()["rows"]
    return found


async def test_a_run_takes_its_time_and_brings_what_the_source_has_by_then(bench: Bench) -> None:
    before = (await rows(bench.admin, SALES, "SELECT MAX(`Order Date`) FROM table"))[0][0]
    bench.clock.move(days=3)
    assert (await bench.admin.post(f"{SALES_STREAM}/executions", json=RUN)).json() == {}
    running = (await bench.admin.get(SALES_STREAM)).json()
    assert running["currentExecution"]["currentState"] == running["currentExecutionState"] == "ACTIVE"
    assert (await bench.admin.post(f"{SALES_STREAM}/executions", json=RUN)).status_code == 409
    bench.clock.move(seconds=21)
    history = (await bench.admin.get(f"{SALES_STREAM}/history/aggregate")).json()
    assert [run["currentState"] for run in history] == ["SUCCESS"] * 4 + ["ERROR", "SUCCESS"]
    assert history[0]["endedAt"] - history[0]["startedAt"] == 20
    after = (await rows(bench.admin, SALES, "SELECT MAX(`Order Date`) FROM table"))[0][0]
    assert after > before
    versions = (await bench.admin.get(f"/api/data/v3/datasources/{SALES}/dataversions/details")).json()
    dataset = (await bench.admin.get(f"/api/data/v3/datasources/{SALES}")).json()
    assert (versions[0]["dataVersionId"], versions[0]["rowCount"]) == (6, history[0]["rowsInserted"])
    assert dataset["lastUpdated"] // 1000 == history[0]["endedAt"]
    assert (await bench.admin.get(f"/api/query/v1/datasources/{SALES}/partition")).json()


async def test_a_stream_that_is_made_fills_a_dataset_of_its_own_with_what_its_query_selects(bench: Bench) -> None:
    made = (await bench.alex.post(STREAMS, json=DEFINITION)).json()
    dataset_id = made["dataSource"]["id"]
    assert (made["account"], made["dataSource"]["name"]) == ({"id": 3}, "hello world")
    assert [column["name"] for column in made["schemaDefinition"]["columns"]] == ["Region", "Orders"]
    assert await rows(bench.alex, dataset_id, "SELECT * FROM table") == []
    await bench.alex.post(f"{STREAMS}/{made['id']}/executions", json=RUN)
    bench.clock.move(minutes=1)
    found = await rows(bench.alex, dataset_id, "SELECT * FROM table")
    assert sum(orders for _, orders in found) == 50_000

    appending = {**DEFINITION, "updateMethod": "APPEND", "dataSource": {"name": "renamed", "description": ""}}
    updated = (await bench.alex.put(f"{STREAMS}/{made['id']}", json=appending)).json()
    assert (updated["updateMethod"], updated["dataSource"]["name"]) == ("APPEND", "renamed")
    await bench.alex.post(f"{STREAMS}/{made['id']}/executions", json=RUN)
    bench.clock.move(minutes=1)
    assert len(await rows(bench.alex, dataset_id, "SELECT * FROM table")) == 2 * len(found)


async def test_a_run_whose_source_has_no_such_table_ends_in_an_error(bench: Bench) -> None:
    query = [{**DEFINITION["configuration"][0], "value": "SELECT * FROM elsewhere"}]
    made = (await bench.alex.post(STREAMS, json={**DEFINITION, "configuration": query})).json()
    await bench.alex.post(f"{STREAMS}/{made['id']}/executions", json=RUN)
    bench.clock.move(minutes=1)
    last = (await bench.alex.get(f"{STREAMS}/{made['id']}")).json()["lastExecution"]
    assert (last["currentState"], last["errors"]) == ("ERROR", ['Table "elsewhere" not found in source'])


async def test_a_run_goes_on_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = Store.open(tmp_path, clock=clock)
    async with client(store, "sandbox-admin-token") as admin:
        await admin.post(f"{SALES_STREAM}/executions", json=RUN)
    store.close()
    clock.move(minutes=1)
    store = Store.open(tmp_path, clock=clock)
    async with client(store, "sandbox-admin-token") as admin:
        assert (await admin.get(SALES_STREAM)).json()["currentExecutionState"] == "SUCCESS"
    store.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"updateMethod": "MERGE"},
        {"transport": {"type": "PIPE", "description": "x", "version": "1"}},
        {"transport": {"type": "CONNECTOR", "description": "", "version": "1"}},
        {"configuration": [{"name": "", "value": "", "type": "string", "category": "METADATA"}]},
        {"dataProvider": {}},
        {"dataSource": {"name": ""}},
        {"account": {"id": "mine"}},
        {"advancedScheduleJson": "daily"},
        {"advancedScheduleJson": "{}"},
    ],
)
async def test_wrong_values_are_refused_and_nothing_is_made(alex: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await alex.post(STREAMS, json={**DEFINITION, **wrong})).status_code == 400


async def test_who_may_only_read_may_look_and_nothing_more(alex: httpx.AsyncClient) -> None:
    assert (await alex.get(f"{SALES_STREAM}/history/aggregate")).status_code == 200
    assert (await alex.put(SALES_STREAM, json=DEFINITION)).status_code == 403
    assert (await alex.post(f"{SALES_STREAM}/executions", json=RUN)).status_code == 403
    assert (await alex.post(f"{STREAMS}/9999/executions", json=RUN)).status_code == 404
