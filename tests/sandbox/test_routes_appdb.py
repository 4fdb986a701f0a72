"""Documents over HTTP, on both surfaces: made, read, replaced, deleted, queried, aggregated."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.company.appdb import APPROVALS, CAMPAIGN_NOTES, DATASTORE, TASKS
from tests.sandbox.clock import Clock
from tests.sandbox.doors import Doors

PRODUCT, APP = f"/v1/collections/{TASKS}/documents", "/collections/Tasks/documents"
QUERY = f"/v2/collections/{TASKS}/documents/query"
BILL = {"content": {"username": "Bill S. Preston, Esquire"}}

both = pytest.mark.parametrize(("door", "path"), [("alex", PRODUCT), ("app", APP)])


def of(doors: Doors, door: str) -> httpx.AsyncClient:
    http: httpx.AsyncClient = getattr(doors, door)
    return http


async def queried(http: httpx.AsyncClient, query: dict[str, Any], **params: str | int) -> list[dict[str, Any]]:
    response = await http.post(QUERY, json=query, params=params)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()
    return rows


async def test_an_app_gets_a_document_in_the_documents_shape(doors: Doors) -> None:
    made = (await doors.app.post(f"{APP}/", json=BILL)).json()
    assert made == {
        "id": made["id"],
        "customer": "northwind-trail",
        "owner": 1001,
        "datastoreId": DATASTORE,
        "collectionId": TASKS,
        "createdOn": "2026-11-22T12:00:00.000+0000",
        "updatedOn": "2026-11-22T12:00:00.000+0000",
        "updatedBy": 1001,
        "content": BILL["content"],
        "syncRequired": True,
    }
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["id"])


async def test_the_product_surface_has_text_for_users_nanoseconds_and_no_customer(doors: Doors) -> None:
    made = (await doors.alex.post(PRODUCT, json=BILL)).json()
    assert made == {
        "id": made["id"],
        "datastoreId": DATASTORE,
        "collectionId": TASKS,
        "syncRequired": True,
        "owner": "1001",
        "createdBy": "1001",
        "createdOn": "2026-11-22T12:00:00.000000000Z",
        "updatedOn": "2026-11-22T12:00:00.000000000Z",
        "updatedBy": "1001",
        "content": BILL["content"],
    }


@both
async def test_a_document_is_made_read_replaced_and_deleted(doors: Doors, door: str, path: str, clock: Clock) -> None:
    http = of(doors, door)
    made = (await http.post(path, json=BILL)).json()
    one = f"{path}/{made['id']}"
    assert (await http.get(one)).json() == made
    clock.move(hours=1)
    replaced = (await http.put(one, json={"content": {"band": "Wyld Stallyns"}})).json()
    assert replaced["content"] == {"band": "Wyld Stallyns"}
    assert (replaced["createdOn"], replaced["updatedOn"][:13]) == (made["createdOn"], "2026-11-22T13")
    gone = await http.delete(one)
    assert (gone.status_code, gone.text) == ((204, "") if door == "alex" else (200, '{"success":true}'))
    for method in ("GET", "PUT", "DELETE"):
        assert (await http.request(method, one, json=BILL)).status_code == 404


async def test_replacing_and_deleting_is_answered_in_both_versions(doors: Doors) -> None:
    for version in ("v1", "v2"):
        path = f"/{version}/collections/{TASKS}/documents"
        made = (await doors.alex.post(path, json=BILL)).json()
        assert (await doors.alex.put(f"{path}/{made['id']}", json=BILL)).status_code == 200
        assert (await doors.alex.delete(f"{path}/{made['id']}")).status_code == 204


@both
async def test_documents_come_in_the_order_they_were_made_by_page(doors: Doors, door: str, path: str) -> None:
    http = of(doors, door)
    everything = (await http.get(f"{path}/")).json()
    assert len(everything) == 40
    assert everything == sorted(everything, key=lambda document: document["createdOn"])
    assert (await http.get(path, params={"limit": 3, "offset": 38})).json() == everything[38:]
    changed = everything[5]["id"]
    await http.put(f"{path}/{changed}", json=BILL)
    assert (await http.get(path)).json()[5]["id"] == changed


@pytest.mark.parametrize("params", [{"limit": 10_001}, {"limit": -1}, {"offset": "many"}, {"offset": 2**31}])
@both
async def test_a_page_that_makes_no_sense_is_400(
    doors: Doors, door: str, path: str, params: dict[str, str | int]
) -> None:
    assert (await of(doors, door).get(path, params=params)).status_code == 400
    assert (await of(doors, door).post(f"{path}/query", json={}, params=params)).status_code == 400


async def test_ten_thousand_is_the_usual_page(doors: Doors) -> None:
    await doors.alex.post(f"{PRODUCT}/bulk", json=[BILL] * 10_010)
    assert len((await doors.alex.get(PRODUCT)).json()) == 10_000
    assert len(await queried(doors.alex, {})) == 10_000
    assert len(await queried(doors.alex, {}, offset=10_000)) == 50


@pytest.mark.parametrize("body", [{}, {"username": "Bill"}, {"content": "text"}, {"content": None}, []])
@both
async def test_a_document_without_content_is_400(doors: Doors, door: str, path: str, body: object) -> None:
    assert (await of(doors, door).post(path, json=body)).status_code == 400


async def test_what_is_unknown_is_404(doors: Doors) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert (await doors.alex.get(f"/v1/collections/{unknown}/documents")).status_code == 404
    assert (await doors.alex.get("/v1/collections/Tasks/documents")).status_code == 404
    assert (await doors.alex.get(f"{PRODUCT}/{unknown}")).status_code == 404
    by_id = await doors.app.get(f"/collections/{TASKS}/documents")
    assert (by_id.status_code, by_id.json()["message"]) == (404, "DA0088: Invalid collection name")


async def test_nobody_comes_in_without_credentials_of_the_surface(doors: Doors) -> None:
    assert (await doors.app.get(f"http://sandbox/api/datastores{PRODUCT}")).status_code == 401
    assert (await doors.alex.get("http://sandbox/domo/datastores/v1/collections")).status_code == 403


@both
async def test_a_query_finds_what_matches_it(doors: Doors, door: str, path: str) -> None:
    query = {"$or": [{"content.tags": "west"}, {"content.title": {"$regex": "^Hire"}}]}
    found = (await of(doors, door).post(f"{path}/query", json=query, params={"limit": 3})).json()
    assert [document["content"]["title"] for document in found] == [
        "Check late parcels of the West", "Hire two support agents", "Check late parcels of the West (2)",
    ]  # fmt: skip


async def test_nested_contents_and_the_documents_own_fields_can_be_queried(doors: Doors) -> None:
    done = await queried(doors.alex, {"content.assignee.name": "Priya Nair", "content.status": "done"})
    assert [document["id"][-2:] for document in done] == ["07", "27"]
    told = {"content.checklist": {"$elemMatch": {"step": "Tell the team", "done": True}}}
    assert len(await queried(doors.alex, told)) == 8
    assert {document["owner"] for document in await queried(doors.alex, {"owner": "27"})} == {"27"}
    old = await queried(doors.alex, {"createdOn": {"$lte": {"$date": "2026-09-10T00:00:00.000Z"}}})
    assert old == (await doors.alex.get(PRODUCT, params={"limit": 4})).json()


async def test_a_query_is_sorted_where_asked(doors: Doors) -> None:
    rows = await queried(doors.alex, {}, orderby="content.estimate_hours descending, content.due ascending", limit=2)
    assert [(row["content"]["estimate_hours"], row["content"]["due"]) for row in rows] == [
        (7, "2026-11-07"), (7, "2026-11-13"),
    ]  # fmt: skip


async def test_a_query_adds_up(doors: Doors) -> None:
    added = {"groupby": "content.status", "count": "tasks", "max": "content.due latest"}
    rows = await queried(doors.alex, {}, **added, orderby="tasks descending", limit=1)
    assert rows == [{"status": "open", "tasks": 16, "latest": "2026-12-09"}]
    assert len(await queried(doors.alex, {}, **added, offset=1)) == 3
    unwound = await queried(doors.alex, {}, unwind="content.tags", groupby="content.tags", count="n")
    assert {"tags": "support", "n": 5} in unwound


async def test_group_fields_are_under_an_id_where_the_sandbox_is_told_so(
    doors: Doors, appdb_sandbox: Starlette
) -> None:
    appdb_sandbox.state.nested_groups = True
    rows = await queried(doors.alex, {}, groupby="content.status", count="n", orderby="n descending", limit=1)
    assert rows == [{"_id": {"status": "open"}, "n": 16}]


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ({"$where": "1"}, {}),
        ({"content.a": {"$foo": 1}}, {}),
        ({"$or": {}}, {}),
        ([], {}),
        ("text", {}),
        ({}, {"orderby": "content.a sideways"}),
        ({}, {"groupby": ","}),
        ({}, {"sum": "a b c"}),
    ],
)
async def test_what_is_no_query_is_400_with_a_message(doors: Doors, query: object, params: dict[str, str]) -> None:
    response = await doors.alex.post(QUERY, json=query, params=params)
    assert response.status_code == 400
    assert response.json()["message"]


async def test_the_collections_of_the_company_are_filled(doors: Doors) -> None:
    counts = [
        len((await doors.admin.get(f"/v1/collections/{key}/documents")).json())
        for key in (CAMPAIGN_NOTES, TASKS, APPROVALS)
    ]
    assert counts == [60, 40, 30]
