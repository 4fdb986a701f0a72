"""Collections as datasets: what SQL sees, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.app import api_app
from domo_mcp.sandbox.appdb.definitions import Collection
from domo_mcp.sandbox.company.appdb import CAMPAIGN_NOTES, DATASTORE, NOTES_DATASET
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from tests.sandbox.clock import Clock
from tests.sandbox.doors import Doors

HOST = "http://sandbox"
NOTE = {"content": {"campaign": "Boot Week", "note": "New", "budget": 12.5, "rating": "five", "noted_on": "2026-11-22"}}
EXPORT = f"/v1/export/{DATASTORE}"
COLUMNS = [{"name": "username", "type": "STRING"}, {"name": "age", "type": "LONG"}]


async def rows(doors: Doors, sql: str = "SELECT COUNT(*) FROM table", dataset: str = NOTES_DATASET) -> list[list[Any]]:
    response = await doors.alex.post(f"{HOST}/api/query/v1/execute/{dataset}", json={"sql": sql})
    assert response.status_code == 200, response.text
    found: list[list[Any]] = response.json()["rows"]
    return found


async def notes(doors: Doors) -> dict[str, Any]:
    collection: dict[str, Any] = (await doors.app.get("/collections/Campaign Notes")).json()
    return collection


async def write(doors: Doors) -> dict[str, Any]:
    response = await doors.app.post("/collections/Campaign Notes/documents", json=NOTE)
    document: dict[str, Any] = response.json()
    return document


async def datasets_named(doors: Doors, name: str) -> list[dict[str, Any]]:
    wanted = {"filters": [{"field": "name_sort", "filterType": "wildcard", "query": name}]}
    response = await doors.alex.post(f"{HOST}/api/data/ui/v3/datasources/search", json=wanted)
    found: list[dict[str, Any]] = response.json()["dataSources"]
    return found


async def test_the_dataset_of_a_collection_is_one_like_any_other(doors: Doors) -> None:
    (found,) = await datasets_named(doors, "Campaign Notes")
    assert (found["id"], found["rowCount"], found["columnCount"]) == (NOTES_DATASET, 60, 9)
    schema = (await doors.alex.get(f"{HOST}/api/query/v1/datasources/{NOTES_DATASET}/schema/indexed")).json()
    assert [(column["name"], column["type"]) for column in schema["tables"][0]["columns"]] == [
        ("campaign", "STRING"), ("channel", "STRING"), ("author", "STRING"), ("note", "STRING"), ("budget", "DECIMAL"),
        ("rating", "LONG"), ("noted_on", "DATE"), ("reviewed_at", "DATETIME"), ("id", "STRING"),
    ]  # fmt: skip
    sql = "SELECT `campaign`, MAX(`budget`) FROM table GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    assert await rows(doors, sql) == [["Summer Trail", 1820]]


async def test_sql_sees_a_new_document_after_the_next_quarter_of_an_hour(doors: Doors, clock: Clock) -> None:
    clock.move(minutes=1)
    made = await write(doors)
    assert made["syncRequired"]
    assert (await notes(doors))["syncRequired"]
    clock.move(minutes=13, seconds=59)
    assert await rows(doors) == [[60]]
    clock.move(seconds=1)
    assert await rows(doors) == [[61]]
    assert await rows(
        doors, f"SELECT `note`, `budget`, `rating`, `noted_on` FROM table WHERE `id` = '{made['id']}'"
    ) == [["New", 12.5, None, "2026-11-22"]]
    after = await notes(doors)
    assert (after["syncRequired"], after["lastSync"]) == (False, "2026-11-22T12:15:00.000+0000")
    document = (await doors.app.get(f"/collections/Campaign Notes/documents/{made['id']}")).json()
    assert not document["syncRequired"]


async def test_what_comes_after_the_automatic_export_waits_for_the_next_one(doors: Doors, clock: Clock) -> None:
    await write(doors)
    clock.move(minutes=20)
    await write(doors)
    assert await rows(doors) == [[61]]
    assert (await notes(doors))["lastSync"] == "2026-11-22T12:15:00.000+0000"
    unsynced = {"query": {"syncRequired": True}}
    found = await doors.app.post("/collections/Campaign Notes/documents/query", json=unsynced["query"])
    assert len(found.json()) == 1
    clock.move(minutes=10)
    assert await rows(doors) == [[62]]


@pytest.mark.parametrize(("door", "path"), [("app", "/export"), ("alex", EXPORT)])
async def test_an_export_brings_the_dataset_up_to_date_at_once(doors: Doors, door: str, path: str) -> None:
    await write(doors)
    assert (await getattr(doors, door).post(path)).status_code == 200
    assert await rows(doors) == [[61]]
    (found,) = await datasets_named(doors, "Campaign Notes")
    assert found["lastUpdated"] == 1_795_348_800_000
    details = f"{HOST}/api/data/v3/datasources/{NOTES_DATASET}/dataversions/details"
    assert [version["rowCount"] for version in (await doors.alex.get(details)).json()] == [61, 60]


async def test_a_deletion_reaches_the_dataset_with_the_next_export(doors: Doors) -> None:
    first = (await doors.app.get("/collections/Campaign Notes/documents")).json()[0]["id"]
    await doors.app.delete(f"/collections/Campaign Notes/documents/{first}")
    after = await notes(doors)
    assert (after["syncRequired"], after["fullReplaceRequired"]) == (True, True)
    assert await rows(doors) == [[60]]
    await doors.app.post("/export")
    assert await rows(doors) == [[59]]
    assert (await notes(doors))["fullReplaceRequired"] is False


async def test_a_second_export_is_423_while_one_runs_and_the_dataset_shows_old_rows(
    doors: Doors, appdb_sandbox: Starlette, clock: Clock
) -> None:
    appdb_sandbox.state.export_s = 30.0
    await write(doors)
    assert (await doors.alex.post(EXPORT)).status_code == 200
    clock.move(seconds=29)
    assert [(await doors.alex.post(EXPORT)).status_code, (await doors.app.post("/export")).status_code] == [423, 423]
    assert await rows(doors) == [[60]]
    clock.move(seconds=1)
    assert await rows(doors) == [[61]]
    assert (await notes(doors))["lastSync"] == "2026-11-22T12:00:30.000+0000"
    assert (await doors.alex.post(EXPORT)).status_code == 200


async def test_an_unknown_datastore_is_404_and_a_foreign_one_403(doors: Doors) -> None:
    foreign = "d4a4b9c4-e123-41ce-8f93-dcafbeea4642"
    assert (await doors.alex.post(f"/v1/export/{foreign}")).status_code == 404
    await doors.admin.post("/v1/collections", json={"name": "Theirs", "datastoreId": foreign})
    assert (await doors.alex.post(f"/v1/export/{foreign}")).status_code == 403


async def test_related_collections_are_exported_where_asked(doors: Doors) -> None:
    body = {"name": "Elsewhere", "datastoreId": "d4a4b9c4-e123-41ce-8f93-dcafbeea4642", "syncEnabled": True}
    made = (await doors.alex.post("/v1/collections", json=body | {"schema": {"columns": COLUMNS}})).json()["id"]
    shared = f"/v1/collections/{made}/permission/RYUU_APP/5a1e0000-0000-4000-8001-000000000001"
    await doors.alex.put(shared, params={"permissions": "read"})
    await doors.app.post("/export")
    assert await datasets_named(doors, "Elsewhere") == []
    await doors.app.post("/export", params={"includeRelatedCollections": "true"})
    assert len(await datasets_named(doors, "Elsewhere")) == 1


async def test_a_new_collection_gets_its_dataset_which_is_its_owners(doors: Doors, clock: Clock) -> None:
    body = {"name": "Users", "schema": {"columns": COLUMNS}, "syncEnabled": True}
    made = (await doors.app.post("/collections", json=body)).json()
    await doors.app.post("/collections/Users/documents", json={"content": {"username": "Bill", "age": 41, "more": 1}})
    assert await datasets_named(doors, "Users") == []
    clock.move(minutes=15)
    (found,) = await datasets_named(doors, "Users")
    assert found["permissions"] == "READ_WRITE_DELETE_SHARE_ADMIN"
    assert await rows(doors, "SELECT `username`, `age` FROM table", found["id"]) == [["Bill", 41]]
    assert (await doors.alex.get(f"/v1/collections/{made['id']}")).json()["datasourceId"] == found["id"]
    wider = {"schema": {"columns": [*COLUMNS, {"name": "more", "type": "DOUBLE"}]}}
    await doors.app.put("/collections/Users", json=wider)
    await doors.app.post("/export")
    assert await rows(doors, "SELECT `more` FROM table", found["id"]) == [[1]]


@pytest.mark.parametrize(
    "change",
    [
        {"syncEnabled": False},
        {"schema": None},
        {"schema": {"columns": [*COLUMNS, {"name": "n", "type": "NUMBER"}]}},
    ],
)
async def test_a_collection_that_cannot_sync_never_gets_a_dataset(
    doors: Doors, clock: Clock, change: dict[str, Any]
) -> None:
    body = {"name": "Users", "schema": {"columns": COLUMNS}, "syncEnabled": True} | change
    assert (await doors.app.post("/collections", json=body)).status_code == 200
    await doors.app.post("/collections/Users/documents", json={"content": {"username": "Bill"}})
    clock.move(hours=1)
    assert (await doors.app.post("/export")).status_code == 200
    assert await datasets_named(doors, "Users") == []
    assert (await doors.app.get("/collections/Users")).json()["syncRequired"]


async def test_sync_ends_when_the_owner_may_no_longer_write_the_dataset(doors: Doors, appdb_store: Store) -> None:
    collection = appdb_store.get(Collection, CAMPAIGN_NOTES)
    assert collection is not None
    appdb_store.put(collection.model_copy(update={"owner_id": 1002}))
    await write(doors)
    await doors.app.post("/export")
    assert await rows(doors) == [[60]]


async def test_the_public_surface_sees_automatic_exports_too(doors: Doors, appdb_store: Store, clock: Clock) -> None:
    await write(doors)
    clock.move(minutes=15)
    public = httpx.ASGITransport(api_app(appdb_store))
    async with httpx.AsyncClient(transport=public, base_url="https://api.domo.com") as http:
        client, wanted = ("sandbox-client", "sandbox-secret"), {"grant_type": "client_credentials"}
        token = (await http.get("/oauth/token", params=wanted, auth=client)).json()["access_token"]
        answered = await http.get(f"/v1/datasets/{NOTES_DATASET}", headers={"Authorization": f"Bearer {token}"})
    assert answered.json()["rows"] == 61


async def test_all_of_it_survives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = Store.open(tmp_path, clock=clock)
    collection, dataset = store.get(Collection, CAMPAIGN_NOTES), store.get(Dataset, NOTES_DATASET)
    documents = dict(store.documents.of(CAMPAIGN_NOTES))
    store.close()
    clock.now = datetime(2027, 1, 1, tzinfo=UTC)
    store = Store.open(tmp_path, clock=clock)
    try:
        assert (store.get(Collection, CAMPAIGN_NOTES), store.get(Dataset, NOTES_DATASET)) == (collection, dataset)
        assert dict(store.documents.of(CAMPAIGN_NOTES)) == documents
        assert store.warehouse.row_count(NOTES_DATASET) == len(documents) == 60
    finally:
        store.close()
