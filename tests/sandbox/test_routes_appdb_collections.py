"""Collections over HTTP: their definition, on both surfaces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domo_mcp.sandbox.company.appdb import CAMPAIGN_NOTES, DATASTORE, NOTES_DATASET, TASKS
from tests.sandbox.clock import Clock
from tests.sandbox.doors import Doors

USERS = {
    "name": "Users",
    "schema": {"columns": [{"name": "username", "type": "STRING"}, {"name": "band", "type": "STRING"}]},
    "syncEnabled": True,
}
COLUMNS = [{"type": "STRING", "name": name, "visible": True} for name in ("username", "band")]


async def search(doors: Doors, **body: Any) -> list[str]:
    response = await doors.alex.post("/v1/collections/query", json=body)
    assert response.status_code == 200, response.text
    return [collection["name"] for collection in response.json()["collections"]]


async def test_an_app_makes_a_collection_in_the_documents_shape(doors: Doors) -> None:
    made = (await doors.app.post("/collections", json=USERS)).json()
    assert json.loads(made["schemaJson"]) == {"columns": COLUMNS}
    assert made == {
        "id": made["id"],
        "customer": "northwind-trail",
        "owner": 1001,
        "datastoreId": DATASTORE,
        "name": "Users",
        "schemaJson": made["schemaJson"],
        "syncRequired": True,
        "fullReplaceRequired": True,
        "lastSync": "1970-01-02T00:00:00.000+0000",
        "updatedBy": 1001,
        "schema": {"columns": COLUMNS},
        "createdOn": "2026-11-22T12:00:00.000+0000",
        "updatedOn": "2026-11-22T12:00:00.000+0000",
        "exportable": True,
        "syncEnabled": True,
    }
    assert (await doors.app.post("/collections/Users/documents", json={"content": {"username": "Bill"}})).is_success


async def test_a_collection_without_a_schema_needs_only_a_name(doors: Doors) -> None:
    made = (await doors.alex.post("/v1/collections", json={"name": "Bare"})).json()
    assert (made["owner"], made["syncEnabled"]) == ("1001", False)
    assert not {"schema", "schemaJson", "datasourceId", "customer"} & set(made)
    assert made["lastSync"] == "1970-01-02T00:00:00.000000000Z"
    assert (await doors.alex.get(f"/v1/collections/{made['id']}")).json() == made


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": None}, 400),
        ({"name": ""}, 400),
        ({"schema": {"columns": [{"name": "a", "type": "STRING"}, {"name": "A", "type": "LONG"}]}}, 400),
        ({"schema": {"columns": [{"name": "", "type": "STRING"}]}}, 400),
        ({"filters": [{"name": "f", "applyOn": ["READ"], "applyToAll": True, "query": {"$foo": 1}}]}, 400),
        ({"filters": [{"name": "f", "applyOn": ["PATCH"]}]}, 400),
        ({"name": "Tasks"}, 409),
    ],
)
async def test_a_definition_that_makes_no_sense_is_refused(doors: Doors, change: dict[str, Any], status: int) -> None:
    assert (await doors.app.post("/collections/", json=USERS | change)).status_code == status
    assert (await doors.alex.post("/v1/collections", json=USERS | change)).status_code == status


async def test_the_list_has_what_one_may_read(doors: Doors) -> None:
    hidden = (await doors.admin.post("/v1/collections", json={"name": "Hidden"})).json()["id"]
    names = [each["name"] for each in (await doors.alex.get("/v1/collections")).json()]
    assert names == ["Campaign Notes", "Tasks", "Approvals"]
    assert [each["name"] for each in (await doors.admin.get("/v1/collections")).json()] == [*names, "Hidden"]
    assert (await doors.alex.get(f"/v1/collections/{hidden}")).status_code == 403
    notes = (await doors.app.get("/collections/")).json()[0]
    assert (notes["id"], notes["datasourceId"], notes["syncRequired"]) == (CAMPAIGN_NOTES, NOTES_DATASET, False)


async def test_an_app_knows_the_collections_of_its_datastore_and_those_shared_with_it(doors: Doors) -> None:
    elsewhere = {"name": "Elsewhere", "datastoreId": "d4a4b9c4-e123-41ce-8f93-dcafbeea4642"}
    made = (await doors.alex.post("/v1/collections", json=elsewhere)).json()
    assert made["datastoreId"] == elsewhere["datastoreId"]
    assert (await doors.app.get("/collections/Elsewhere/documents")).status_code == 404
    shared = f"/v1/collections/{made['id']}/permission/RYUU_APP/5a1e0000-0000-4000-8001-000000000001"
    await doors.alex.put(shared, params={"permissions": "read_content"})
    assert (await doors.app.get("/collections/Elsewhere/documents")).json() == []


async def test_an_update_changes_what_it_names_and_nothing_else(doors: Doors, clock: Clock) -> None:
    made = (await doors.app.post("/collections", json=USERS)).json()
    clock.move(minutes=1)
    wider = {"columns": [*COLUMNS, {"type": "LONG", "name": "favorite color", "visible": False}]}
    after = (await doors.app.put("/collections/Users", json={"id": made["id"], "schema": wider})).json()
    assert after["schema"] == wider
    assert after["updatedOn"] == "2026-11-22T12:01:00.000+0000"
    ignored = {"schema", "schemaJson", "updatedOn"}
    assert {k: v for k, v in after.items() if k not in ignored} == {k: v for k, v in made.items() if k not in ignored}
    off = (await doors.alex.put(f"/v1/collections/{made['id']}", json={"syncEnabled": False})).json()
    assert (off["syncEnabled"], off["schema"]) == (False, wider)
    assert (await doors.alex.put(f"/v1/collections/{made['id']}", json={"name": "Tasks"})).status_code == 409


async def test_a_deleted_collection_takes_its_documents_along(doors: Doors) -> None:
    gone = await doors.app.delete("/collections/Tasks")
    assert (gone.status_code, gone.json()) == (200, {"success": True})
    assert (await doors.alex.get(f"/v1/collections/{TASKS}/documents")).status_code == 404
    assert (await doors.app.post("/collections", json={"name": "Tasks"})).status_code == 200
    assert (await doors.app.get("/collections/Tasks/documents")).json() == []
    bare = (await doors.alex.post("/v1/collections", json={"name": "Bare"})).json()["id"]
    assert (await doors.alex.delete(f"/v1/collections/{bare}")).status_code == 204


async def test_collections_are_searched_by_name_and_owner(doors: Doors) -> None:
    def named(pattern: str) -> dict[str, Any]:
        return {"filterType": "nameof", "typedValue": pattern}

    owned = {"filterType": "ownedby", "comparingCriteria": "equals", "typedValue": 1001}
    assert await search(doors, sortBy="name", direction="asc") == ["Approvals", "Campaign Notes", "Tasks"]
    assert await search(doors, collectionFilteringList=[named("%ta%")]) == ["Tasks"]
    assert await search(doors, collectionFilteringList=[named("ta")]) == []
    assert await search(doors, collectionFilteringList=[owned]) == ["Tasks"]
    assert await search(doors, collectionFilteringList=[owned, named("%notes%")]) == []
    paged = {"sortBy": "name", "direction": "asc", "pageSize": 2, "pageNumber": 2}
    assert await search(doors, **paged) == ["Tasks"]
