"""Who may see and change what in AppDB: permissions of collections, filter rules of documents."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.company.appdb import APP, APPROVALS, CAMPAIGN_NOTES
from tests.sandbox.doors import Doors

VISIBLE = f"/v1/collections/{APPROVALS}/documents"
BODY = {"content": {"a": 1}}


@pytest.fixture
async def private(doors: Doors) -> str:
    """A collection of the administrator's with one document, in the app's datastore; Alex has no part in it."""
    made: str = (await doors.admin.post("/v1/collections", json={"name": "Private"})).json()["id"]
    await doors.admin.post(f"/v1/collections/{made}/documents", json=BODY)
    return made


async def attempts(http: httpx.AsyncClient, root: str) -> dict[str, int]:
    """The status of each kind of request; what changes something comes last."""
    made = (await http.post(f"{root}/documents", json=BODY)).status_code
    increment = {"query": {"content.a": 1}, "operation": {"$inc": {"content.a": 1}}}
    tries = {
        "read": http.get(root),
        "write": http.put(root, json={"syncEnabled": False}),
        "share": http.put(f"{root}/permission/USER/5", params={"permissions": "read"}),
        "read_content": http.get(f"{root}/documents"),
        "update_content": http.put(f"{root}/documents/update", json=increment),
        "delete_content": http.delete(f"{root}/documents/bulk?ids=1"),
    }  # fmt: skip
    return {"create_content": made, **{name: (await attempt).status_code for name, attempt in tries.items()}}


async def share(doors: Doors, collection: str, entity: str, permissions: str, **params: str) -> None:
    path = f"/v1/collections/{collection}/permission/{entity}"
    response = await doors.admin.put(path, params={"permissions": permissions, **params})
    assert (response.status_code, response.text) == (204, "")


async def test_without_a_permission_everything_is_403(doors: Doors, private: str) -> None:
    statuses = await attempts(doors.alex, f"/v1/collections/{private}")
    assert set(statuses.values()) == {403}
    assert (await doors.alex.delete(f"/v1/collections/{private}")).status_code == 403
    assert (await doors.alex.delete(f"/v1/collections/{private}/permission/USER/27")).status_code == 403


@pytest.mark.parametrize(
    "permission", ["read", "write", "read_content", "create_content", "update_content", "delete_content"]
)
async def test_each_permission_opens_its_own_door_only(doors: Doors, private: str, permission: str) -> None:
    await share(doors, private, "USER/1001", permission)
    statuses = await attempts(doors.alex, f"/v1/collections/{private}")
    assert [name for name, status in statuses.items() if status == 200] == [permission]


async def test_the_message_names_what_is_missing(doors: Doors) -> None:
    refused = await doors.alex.put(f"/v1/collections/{CAMPAIGN_NOTES}", json={"syncEnabled": False})
    assert refused.status_code == 403
    assert refused.json()["message"] == "Permission write is missing on collection Campaign Notes"


@pytest.mark.parametrize("entity", ["USER/1001", "GROUP/15"])
async def test_users_and_their_groups_are_let_in(doors: Doors, private: str, entity: str) -> None:
    await share(doors, private, entity, "read_content")
    assert (await doors.alex.get(f"/v1/collections/{private}/documents")).status_code == 200


async def test_an_apps_permissions_are_for_its_sessions_only(doors: Doors, private: str) -> None:
    await share(doors, private, f"RYUU_APP/{APP}", "read_content")
    assert (await doors.app.get("/collections/Private/documents")).status_code == 200
    assert (await doors.alex.get(f"/v1/collections/{private}/documents")).status_code == 403


async def test_permissions_are_replaced_unless_overwriting_is_off(doors: Doors, private: str) -> None:
    await share(doors, private, "USER/1001", "read")
    await share(doors, private, "USER/1001", "read_content", overwrite="false")
    root = f"/v1/collections/{private}"
    assert [(await doors.alex.get(path)).status_code for path in (root, f"{root}/documents")] == [200, 200]
    await share(doors, private, "USER/1001", "read_content", overwrite="true")
    assert [(await doors.alex.get(path)).status_code for path in (root, f"{root}/documents")] == [403, 200]


async def test_whoever_shares_gives_what_that_user_has_and_no_more(doors: Doors, private: str) -> None:
    await share(doors, private, "USER/1001", "share,read")
    path = f"/v1/collections/{private}/permission/USER/1002"
    assert (await doors.alex.put(path, params={"permissions": "read"})).status_code == 204
    assert (await doors.alex.put(path, params={"permissions": "read,write"})).status_code == 403


async def test_an_app_sets_and_removes_permissions_by_name(doors: Doors) -> None:
    path = f"/collections/Tasks/permission/RYUU_APP/{APP}"
    assert (await doors.app.put(path, params={"permissions": "read,read_content"})).status_code == 200
    assert (await doors.admin.get("/v1/collections")).status_code == 200
    assert (await doors.app.delete(path)).status_code == 200


async def test_with_all_permissions_gone_only_administrators_have_access(doors: Doors) -> None:
    made = (await doors.app.post("/collections", json={"name": "Mine"})).json()["id"]
    for entity in (f"RYUU_APP/{APP}", "USER/1001"):
        assert (await doors.app.get("/collections/Mine/documents")).status_code == 200
        assert (await doors.admin.delete(f"/v1/collections/{made}/permission/{entity}")).status_code == 204
    assert (await doors.app.get("/collections/Mine/documents")).status_code == 403
    assert (await doors.admin.get(f"/v1/collections/{made}/documents")).status_code == 200


@pytest.mark.parametrize(("entity", "permissions"), [("USER/1", "fly"), ("USER/1", ""), ("ROLE/1", "read")])
async def test_an_unknown_entity_or_permission_is_400(doors: Doors, entity: str, permissions: str) -> None:
    path = f"/v1/collections/{CAMPAIGN_NOTES}/permission/{entity}"
    assert (await doors.admin.put(path, params={"permissions": permissions})).status_code == 400


async def test_an_upsert_needs_the_permission_of_what_it_does(doors: Doors, private: str) -> None:
    bulk = f"/v1/collections/{private}/documents/bulk"
    (known,) = (await doors.admin.get(f"/v1/collections/{private}/documents")).json()
    await share(doors, private, "USER/1001", "create_content")
    assert (await doors.alex.put(bulk, json=[BODY])).json() == {"Updated": 0, "Created": 1}
    assert (await doors.alex.put(bulk, json=[BODY, {"id": known["id"], **BODY}])).status_code == 403
    await share(doors, private, "USER/1001", "update_content")
    assert (await doors.alex.put(bulk, json=[{"id": known["id"], **BODY}])).json() == {"Updated": 1, "Created": 0}


async def test_a_group_sees_the_approvals_of_its_region_and_others_all(doors: Doors) -> None:
    seen = (await doors.alex.get(VISIBLE)).json()
    assert [document["content"]["region"] for document in seen] == ["West"] * 6
    assert (await doors.app.get("/collections/Approvals/documents/")).json()[0]["id"] == seen[0]["id"]
    everything = (await doors.admin.get(VISIBLE)).json()
    assert len(everything) == 30
    counted = await doors.alex.post(f"{VISIBLE}/query", json={"content.status": "pending"}, params={"count": "n"})
    assert counted.json() == [{"n": sum(each["content"]["status"] == "pending" for each in seen)}]


async def test_a_hidden_document_is_not_found_and_bulk_operations_pass_it_by(doors: Doors) -> None:
    before = (await doors.admin.get(VISIBLE)).json()
    hidden = next(document["id"] for document in before if document["content"]["region"] == "North")
    for method in ("GET", "PUT", "DELETE"):
        assert (await doors.alex.request(method, f"{VISIBLE}/{hidden}", json=BODY)).status_code == 404
    assert (await doors.alex.delete(f"{VISIBLE}/bulk", params={"ids": hidden})).json() == {"Deleted": 0}
    body = {"query": {"content.region": "North"}, "operation": {"$set": {"content.region": "West"}}}
    assert (await doors.alex.put(f"{VISIBLE}/update", json=body)).json() == 0
    upsert = await doors.alex.put(f"{VISIBLE}/bulk", json=[{"id": hidden, **BODY}])
    assert upsert.json() == {"Updated": 0, "Created": 0}
    assert (await doors.admin.get(VISIBLE)).json() == before


async def test_rules_come_with_the_definition_and_hold_for_their_operations(doors: Doors) -> None:
    own: dict[str, Any] = {"name": "own", "applyOn": ["DELETE"], "applyToAll": True, "limitToOwner": True, "query": {}}
    made = (await doors.admin.post("/v1/collections", json={"name": "Shared", "filters": [own]})).json()["id"]
    await share(doors, made, "USER/1001", "admin")
    root = f"/v1/collections/{made}/documents"
    theirs = (await doors.admin.post(root, json=BODY)).json()["id"]
    mine = (await doors.alex.post(root, json=BODY)).json()["id"]
    assert len((await doors.alex.get(root)).json()) == 2
    assert (await doors.alex.put(f"{root}/{theirs}", json=BODY)).status_code == 200
    assert (await doors.alex.delete(f"{root}/{theirs}")).status_code == 404
    assert (await doors.alex.delete(f"{root}/bulk", params={"ids": f"{theirs},{mine}"})).json() == {"Deleted": 1}
    await doors.alex.put(f"/v1/collections/{made}", json={"filters": []})
    assert (await doors.alex.delete(f"{root}/{theirs}")).status_code == 204
