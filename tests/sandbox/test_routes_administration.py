"""Datasets made, shaped, tagged, shared, cleaned and indexed, over HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.app import ADMIN_TOKEN, sandbox_app
from domo_mcp.sandbox.company.appdb import records
from domo_mcp.sandbox.company.people import USERS
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Warehouse
from tests.sandbox.clock import Clock

V3, V1 = "/api/data/v3/datasources", "/api/query/v1/datasources"
ALEX, DANA, TOMAS = 1001, 1002, 1004
COLUMNS = [{"type": "STRING", "name": "Friend"}, {"type": "LONG", "name": "Age"}, {"type": "DATE", "name": "Met"}]
ROWS: list[list[object]] = [["Ana", 31, "2026-01-02"], ["Bo", None, None], ["x", 7, "2026-02-03"]]


@pytest.fixture
def small(clock: Clock) -> Iterator[Store]:
    """The company's people and what is in AppDB, no datasets: quickly made."""
    store = Store(Warehouse(clock=clock), sqlite3.connect(":memory:", check_same_thread=False), clock)
    store.put(*USERS, *records(clock.now))
    yield store
    store.close()


def signed(store: Store, token: str) -> httpx.AsyncClient:
    headers = {"X-DOMO-Developer-Token": token}
    return httpx.AsyncClient(transport=httpx.ASGITransport(sandbox_app(store)), base_url="http://s", headers=headers)


@pytest.fixture
async def alex(small: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with signed(small, "sandbox-token") as http:
        yield http


@pytest.fixture
async def admin(small: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with signed(small, ADMIN_TOKEN) as http:
        yield http


async def made(http: httpx.AsyncClient, columns: list[dict[str, str]] = COLUMNS) -> str:
    body = {"userDefinedType": "api", "dataSourceName": "hello world", "schema": {"columns": columns}}
    answered = await http.post("/api/data/v2/datasources", json=body)
    assert answered.status_code == 201, answered.text
    key: str = answered.json()["dataSource"]["dataSourceId"]
    return key


async def asked(http: httpx.AsyncClient, key: str, sql: str = "SELECT * FROM table") -> Any:
    answered = await http.post(f"/api/query/v1/execute/{key}", json={"sql": sql})
    return (answered.json()["columns"], answered.json()["rows"]) if answered.is_success else answered.status_code


async def access(http: httpx.AsyncClient, key: str) -> dict[str, str]:
    listed = (await http.get(f"{V3}/{key}/permissions")).json()["list"]
    return {f"{entry['type']} {entry['id']}": entry["accessLevel"] for entry in listed}


def granting(level: str, user: int = ALEX, kind: str = "USER") -> dict[str, object]:
    return {"permissions": [{"id": str(user), "type": kind, "accessLevel": level}], "sendEmail": False}


async def test_a_dataset_is_made_as_documented_and_belongs_to_who_made_it(alex: httpx.AsyncClient) -> None:
    key = await made(alex)
    assert await asked(alex, key) == (["Friend", "Age", "Met"], [])
    assert await access(alex, key) == {f"USER {ALEX}": "OWNER"}
    found = (await alex.get(f"{V3}/{key}", params={"part": "core,rowcolcount"})).json()
    assert (found["name"], found["dataProviderType"], found["columnCount"]) == ("hello world", "api", 3)


@pytest.mark.parametrize(
    "columns",
    [
        [],
        [{"name": "a", "type": "NUMBER"}],
        [{"name": "a", "type": "LONG"}, {"name": "A", "type": "LONG"}],
        [{"name": " ", "type": "LONG"}],
        [{"name": "__partition__", "type": "STRING"}],
    ],
)
async def test_columns_that_cannot_be_are_400(alex: httpx.AsyncClient, columns: list[dict[str, str]]) -> None:
    body = {"dataSourceName": "hello", "schema": {"columns": columns}}
    assert (await alex.post("/api/data/v2/datasources", json=body)).status_code == 400


async def test_an_altered_schema_keeps_the_values_of_columns_that_stay(small: Store, alex: httpx.AsyncClient) -> None:
    key = await made(alex)
    small.warehouse.insert(key, ROWS)
    small.warehouse.tag(key, "CASE WHEN Age IS NULL THEN NULL ELSE 'old' END")
    after = [
        {"name": "Met", "id": "Met", "type": "DATE", "visible": True, "order": 0},
        {"name": "Friend", "id": "Friend", "type": "LONG", "visible": True, "order": 0},
        {"name": "New", "id": "New", "type": "DOUBLE", "visible": False, "order": 0},
    ]
    answered = await alex.post(f"/api/data/v2/datasources/{key}/schemas", json={"columns": after, "objects": []})
    assert answered.status_code == 200
    assert await asked(alex, key) == (
        ["Met", "Friend", "New"],
        [["2026-01-02", None, None], [None, None, None], ["2026-02-03", None, None]],
    )
    assert small.warehouse.partitions(key) == {"old": 2}
    schema = (await alex.get(f"{V1}/{key}/schema/indexed")).json()
    assert [column["name"] for column in schema["tables"][0]["columns"]] == ["Met", "Friend"]
    assert (await alex.post(f"/api/data/v2/datasources/{key}/schemas", json={"columns": []})).status_code == 400


async def test_a_retyped_column_keeps_what_fits(small: Store, alex: httpx.AsyncClient) -> None:
    key = await made(alex, [{"name": "t", "type": "STRING"}, {"name": "n", "type": "LONG"}])
    small.warehouse.insert(key, [["12", 1], ["twelve", 2]])
    after = [{"name": "t", "type": "LONG"}, {"name": "n", "type": "STRING"}]
    await alex.post(f"/api/data/v2/datasources/{key}/schemas", json={"columns": after})
    assert await asked(alex, key) == (["t", "n"], [[12, "1"], [None, "2"]])


async def test_properties_and_tags_are_what_was_set(alex: httpx.AsyncClient) -> None:
    key = await made(alex)
    for tags in (["tag1", "tag2"], ["tag2", "tag3"]):
        assert (await alex.post(f"/api/data/ui/v3/datasources/{key}/tags", json=tags)).status_code == 200
    assert (await alex.put(f"{V3}/{key}/properties", json={"dataProviderType": "domo-jupyterdata"})).status_code == 200
    found = (await alex.get(f"{V3}/{key}")).json()
    assert (found["dataProviderType"], found["tags"]) == ("domo-jupyterdata", '["tag2", "tag3"]')
    assert (await alex.put(f"{V3}/{key}/properties", json={"dataProviderType": " "})).status_code == 400
    assert (await alex.post(f"/api/data/ui/v3/datasources/{key}/tags", json="tag1")).status_code == 400


async def test_what_is_shared_can_be_read_until_it_is_taken_back(
    alex: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    key = await made(admin)
    takes = [
        ("DELETE", f"{V3}/{key}/permissions/USER/{ALEX}", None),
        ("DELETE", f"{V3}/{key}/USERS/{ALEX}", None),
        ("DELETE", f"{V3}/{key}/users", [{"id": str(ALEX), "type": "USER"}, {"id": str(DANA), "type": "USER"}]),
    ]
    for method, path, body in takes:
        assert await asked(alex, key) == 403
        assert (await admin.post(f"{V3}/{key}/share", json=granting("CAN_VIEW"))).status_code == 200
        assert await asked(alex, key) == (["Friend", "Age", "Met"], [])
        assert (await admin.request(method, path, json=body)).status_code == 200
    assert await asked(alex, key) == 403


async def test_a_group_gives_its_members_access(alex: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    key = await made(admin)
    await admin.post(f"{V3}/{key}/share", json=granting("CAN_EDIT", 15, "GROUP"))
    assert (await alex.get(f"{V3}/{key}")).json()["permissions"] == "READ_WRITE_SHARE"
    assert await access(alex, key) == {"USER 27": "OWNER", "GROUP 15": "CAN_EDIT"}
    await admin.request("DELETE", f"{V3}/{key}/users", json=[{"id": "15", "type": "GROUP"}])
    assert await asked(alex, key) == 403


async def test_a_level_replaces_the_one_before_and_nobody_gives_more_than_they_have(
    alex: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    key = await made(admin)
    await admin.post(f"{V3}/{key}/share", json=granting("CO_OWNER", DANA))
    await admin.post(f"{V3}/{key}/share", json=granting("CO_OWNER"))
    await admin.post(f"{V3}/{key}/share", json=granting("CAN_SHARE"))
    assert (await access(alex, key))[f"USER {ALEX}"] == "CAN_SHARE"
    statuses = [
        (await alex.post(f"{V3}/{key}/share", json=granting("CAN_EDIT", TOMAS))).status_code,
        (await alex.post(f"{V3}/{key}/share", json=granting("CAN_VIEW", DANA))).status_code,
        (await alex.delete(f"{V3}/{key}/permissions/USER/{DANA}")).status_code,
        (await alex.delete(f"{V3}/{key}/permissions/USER/27")).status_code,
        (await alex.post(f"{V3}/{key}/share", json=granting("OWNER", TOMAS))).status_code,
        (await alex.post(f"{V3}/{key}/share", json=granting("CAN_VIEW", 99))).status_code,
        (await alex.post(f"{V3}/{key}/share", json=granting("CAN_VIEW", TOMAS))).status_code,
    ]
    assert statuses == [403, 403, 403, 400, 400, 400, 200]


async def test_a_partition_goes_with_its_rows_and_its_tag_only_when_that_is_deleted_too(
    small: Store, alex: httpx.AsyncClient
) -> None:
    key = await made(alex)
    small.warehouse.insert(key, ROWS)
    small.warehouse.tag(key, "CASE WHEN Age IS NULL THEN NULL ELSE strftime(Met, '%Y-%m') END")
    assert [row[0] for row in (await asked(alex, key))[1]] == ["Ana", "Bo", "x"]
    assert (await alex.delete(f"{V1}/{key}/tag/2026-01/data")).status_code == 200
    assert [row[0] for row in (await asked(alex, key))[1]] == ["Bo", "x"]
    assert (await alex.get(f"{V1}/{key}/partition")).json() == [{"partitionId": "2026-01"}, {"partitionId": "2026-02"}]
    listed = (await alex.post(f"{V1}/{key}/partition/list", json={})).json()
    assert [(each["partitionId"], each["rowCount"]) for each in listed] == [("2026-02", 1)]
    for name in ("2026-01", "2026-02"):
        assert (await alex.delete(f"{V1}/{key}/partition/{name}")).status_code == 200
    assert (await alex.get(f"{V1}/{key}/partition")).json() == []
    assert [row[0] for row in (await asked(alex, key))[1]] == ["Bo", "x"]
    assert (await alex.delete(f"{V1}/{key}/tag/2026-02/data")).status_code == 404
    assert (await alex.delete(f"{V1}/{key}/partition/2026-02")).status_code == 404


async def test_an_index_moves_with_the_clock(small: Store, clock: Clock, alex: httpx.AsyncClient) -> None:
    key = await made(alex)
    assert isinstance(alex._transport, httpx.ASGITransport)
    alex._transport.app.state.index_s = 10  # type: ignore[attr-defined]  # the sandbox of this client
    begun = (await alex.post(f"{V3}/{key}/indexes", json={"dataIds": []})).json()
    path = f"{V3}/{key}/indexes/{begun['id']}/statuses"
    told = []
    for _ in range(3):
        told += [(each["status"], each["percentComplete"]) for each in (await alex.get(path)).json()]
        clock.now += timedelta(seconds=5)
    assert told == [("RUNNING", 0), ("RUNNING", 50), ("SUCCESS", 100)]
    assert (await alex.get(f"{V3}/{key}/indexes/99/statuses")).status_code == 404
    assert (await alex.post(f"{V3}/{key}/indexes", json={"dataIds": [7]})).status_code == 400
    assert (await alex.post(f"{V1}/{key}")).status_code == 200


async def test_versions_are_listed_for_magic(small: Store, alex: httpx.AsyncClient) -> None:
    key = await made(alex)
    path = "/api/dataprocessing/v2/dataflows/data-version-hydrate"
    body = {"id": "", "type": "LoadFromVault", "dataSourceId": key, "versionWindow": {}}
    assert (await alex.post(path, json=body)).json() == {"dataVersions": [], "totalCount": 0}
    assert (await alex.post(path, params={"engine": "SPARK"}, json=body)).status_code == 400
    assert (await alex.post(path, json={**body, "dataSourceId": "none"})).status_code == 404


async def test_who_may_only_read_changes_nothing(alex: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    key = await made(admin)
    await admin.post(f"{V3}/{key}/share", json=granting("CAN_VIEW"))
    requests: list[tuple[str, str, object]] = [
        ("POST", f"/api/data/v2/datasources/{key}/schemas", {"columns": COLUMNS}),
        ("PUT", f"{V3}/{key}/properties", {"dataProviderType": "x"}),
        ("POST", f"/api/data/ui/v3/datasources/{key}/tags", ["x"]),
        ("POST", f"{V3}/{key}/share", granting("CAN_VIEW", DANA)),
        ("DELETE", f"{V3}/{key}/permissions/USER/27", None),
        ("DELETE", f"{V3}/{key}/USERS/27", None),
        ("DELETE", f"{V3}/{key}/users", [{"id": "27", "type": "USER"}]),
        ("DELETE", f"{V1}/{key}/tag/x/data", None),
        ("DELETE", f"{V1}/{key}/partition/x", None),
        ("POST", f"{V3}/{key}/indexes", {"dataIds": []}),
        ("POST", f"{V1}/{key}", None),
    ]
    assert {(await alex.request(method, path, json=body)).status_code for method, path, body in requests} == {403}
    unknown = [(method, path.replace(key, "unknown"), body) for method, path, body in requests]
    assert {(await admin.request(method, path, json=body)).status_code for method, path, body in unknown} == {404}


async def test_all_of_it_survives_a_restart(tmp_path: Path, clock: Clock) -> None:
    first = Store.open(tmp_path, clock=clock)
    async with signed(first, "sandbox-token") as http:
        key = await made(http)
        first.warehouse.insert(key, ROWS)
        first.warehouse.tag(key, "'p'")
        await http.post(f"{V3}/{key}/share", json=granting("CAN_VIEW", DANA))
    first.close()
    second = Store.open(tmp_path, clock=clock)
    async with signed(second, "sandbox-token") as http:
        assert (await asked(http, key, "SELECT COUNT(*) FROM table"))[1] == [[3]]
        assert (await asked(http, key, "SELECT * FROM table LIMIT 1"))[0] == ["Friend", "Age", "Met"]
        assert (await http.get(f"{V1}/{key}/partition")).json() == [{"partitionId": "p"}]
        assert await access(http, key) == {f"USER {ALEX}": "OWNER", f"USER {DANA}": "CAN_VIEW"}
    second.close()
