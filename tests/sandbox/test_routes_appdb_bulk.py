"""Many documents at once over HTTP: partial updates, bulk creation, upsert and deletion."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.company.appdb import TASKS
from tests.sandbox.clock import Clock
from tests.sandbox.doors import Doors

PRODUCT, APP = f"/v1/collections/{TASKS}/documents", "/collections/Tasks/documents"
UNKNOWN = "b3ea3d2d-86c5-44e6-a2f4-985136bbbce1"
BILL, TED = {"content": {"username": "Bill S. Preston, Esquire"}}, {"content": {"username": "Ted Theodore Logan"}}

both = pytest.mark.parametrize(("door", "path"), [("alex", PRODUCT), ("app", APP)])


def of(doors: Doors, door: str) -> httpx.AsyncClient:
    http: httpx.AsyncClient = getattr(doors, door)
    return http


async def everything(doors: Doors) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await doors.alex.get(PRODUCT)).json()
    return found


async def ids(doors: Doors) -> list[str]:
    return [document["id"] for document in await everything(doors)]


@both
async def test_a_partial_update_changes_what_matches_and_answers_a_bare_number(
    doors: Doors, door: str, path: str, clock: Clock
) -> None:
    clock.move(minutes=5)
    body = {
        "query": {"content.status": "blocked"},
        "operation": {"$set": {"content.status": "open", "content.why": {"by": 1}}},
    }
    response = await of(doors, door).put(f"{path}/update", json=body)
    assert (response.status_code, response.text) == (200, "8")
    changed = [document for document in await everything(doors) if "why" in document["content"]]
    assert len(changed) == 8
    assert {(each["content"]["status"], each["updatedBy"], each["updatedOn"]) for each in changed} == {
        ("open", "1001", "2026-11-22T12:05:00.000000000Z")
    }
    assert all(each["content"]["title"] for each in changed)
    assert (await of(doors, door).put(f"{path}/update", json=body)).text == "0"


async def test_query_and_operation_may_be_json_text_as_the_specification_prints(doors: Doors) -> None:
    body = {"query": json.dumps({"content.status": "done"}), "operation": json.dumps({"$inc": {"content.n": 2}})}
    assert (await doors.app.put(f"{APP}/update", json=body)).json() == 8


@pytest.mark.parametrize(
    ("query", "operation"),
    [
        ({}, {"$set": {"content.a": 1}}),
        ({"content.status": "done"}, {"$setOnInsert": {"content.a": 1}}),
        ({"content.status": "done"}, {"$foo": {"content.a": 1}}),
        ({"content.status": "done"}, {"content": {"a": 1}}),
        ({"content.status": "done"}, {"$inc": {"content.title": 1}}),
        ({"content.status": "done"}, {"$set": {"owner": "27"}}),
        ({"content.status": "done"}, {"$set": {"content": "text"}}),
        ({"content.status": "done"}, {"$unset": {"content": ""}}),
        ({"$foo": 1}, {"$set": {"content.a": 1}}),
        ("no json", {"$set": {"content.a": 1}}),
        (None, {"$set": {"content.a": 1}}),
    ],
)
async def test_an_update_that_makes_no_sense_is_400_and_changes_nothing(
    doors: Doors, query: object, operation: object
) -> None:
    before = await everything(doors)
    response = await doors.alex.put(f"{PRODUCT}/update", json={"query": query, "operation": operation})
    assert response.status_code == 400, response.text
    assert response.json()["message"]
    assert await everything(doors) == before


@both
async def test_documents_are_made_in_bulk(doors: Doors, door: str, path: str) -> None:
    assert (await of(doors, door).post(f"{path}/bulk", json=[BILL, TED])).json() == {"Created": 2}
    made = (await everything(doors))[40:]
    assert [document["content"] for document in made] == [BILL["content"], TED["content"]]


@pytest.mark.parametrize("body", [[BILL, {"username": "Ted"}], BILL, [{"id": 5, "content": 1}]])
async def test_a_bulk_with_one_wrong_document_makes_none(doors: Doors, body: object) -> None:
    for method in ("POST", "PUT"):
        assert (await doors.alex.request(method, f"{PRODUCT}/bulk", json=body)).status_code == 400
    assert len(await ids(doors)) == 40


@both
async def test_an_upsert_replaces_what_is_known_and_makes_the_rest(doors: Doors, door: str, path: str) -> None:
    first, second, *others = await ids(doors)
    body = [{"id": first, **BILL}, {"id": second, **TED}, {"content": {"username": "Rufus"}}, {"id": UNKNOWN, **TED}]
    assert (await of(doors, door).put(f"{path}/bulk", json=body)).json() == {"Updated": 2, "Created": 2}
    after = await everything(doors)
    assert [document["id"] for document in after[:40]] == [first, second, *others]
    assert [document["content"] for document in after[:2]] == [BILL["content"], TED["content"]]
    assert after[41]["id"] == UNKNOWN


async def test_the_product_surface_upserts_in_version_2(doors: Doors) -> None:
    response = await doors.alex.put(f"/v2/collections/{TASKS}/documents/bulk", json=[BILL])
    assert response.json() == {"Updated": 0, "Created": 1}


async def test_an_unknown_id_of_an_upsert_is_not_kept_where_the_sandbox_is_told_so(
    doors: Doors, appdb_sandbox: Starlette
) -> None:
    appdb_sandbox.state.keeps_ids = False
    assert (await doors.app.put(f"{APP}/bulk", json=[{"id": UNKNOWN, **BILL}])).json() == {"Updated": 0, "Created": 1}
    last = (await everything(doors))[-1]
    assert last["content"] == BILL["content"]
    assert last["id"] != UNKNOWN


@both
async def test_documents_are_deleted_by_their_ids(doors: Doors, door: str, path: str) -> None:
    first, second, *others = await ids(doors)
    wanted = {"ids": f"{first},{second},{first},{UNKNOWN}"}
    assert (await of(doors, door).delete(f"{path}/bulk", params=wanted)).json() == {"Deleted": 2}
    assert await ids(doors) == others
    assert (await of(doors, door).delete(f"{path}/bulk")).json() == {"Deleted": 0}


async def test_both_versions_delete_in_bulk(doors: Doors) -> None:
    for version in ("v1", "v2"):
        key = (await ids(doors))[0]
        response = await doors.alex.delete(f"/{version}/collections/{TASKS}/documents/bulk?ids={key}")
        assert response.json() == {"Deleted": 1}


async def test_a_list_of_ids_that_makes_the_url_too_long_is_414(doors: Doors) -> None:
    everything = await ids(doors)
    response = await doors.alex.delete(f"{PRODUCT}/bulk", params={"ids": ",".join(everything * 6)})
    assert response.status_code == 414
    assert await ids(doors) == everything
