"""The examples of Domo's AppDB document: what our client sends, and what it makes of the printed answers.

The document has apps in mind; on the product surface the collection's id stands in the path, and queries and upserts
are v2 (portal, App-DB). What it prints in loose JSON (bare keys, a comma after the last element) is written strictly.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domo_mcp.client.aggregation import Aggregation
from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.documents import Collection, CollectionColumn, Upserted
from domo_mcp.client.domo import Domo
from domo_mcp.errors import Conflict, NotFound

Where = Literal["product", "app"]

USERS = Collection(
    id="6de8034e-0aa3-4fd9-ac1d-9a1ffeccb759", name="Users", datastore_id="d4a4b9c4-e123-41ce-8f93-dcafbeea4642"
)
CAMPAIGNS = Collection(id="0c2f2a56-7d5a-4c51-9df1-3b8ee34e5b4f", name="campaigns")
BILL, TED = "b3ea3d2d-86c5-44e6-a2f4-985136bbbce1", "1e61d99d-9885-419a-a33e-3be3941ee720"
APP = "733ff55b-387c-472e-b3c7-9911c7057f5f"
PERMISSIONS = {"permissions": "read,create_content,update_content,read_content"}

BILLS_DOCUMENT: dict[str, Any] = {
    "id": BILL,
    "customer": "excellent-adventure",
    "owner": 1089963280,
    "datastoreId": "d4a4b9c4-e123-41ce-8f93-dcafbeea4642",
    "collectionId": "02c3a404-e18c-4f15-ac7f-a96cdb59ad10",
    "createdOn": "2019-03-04T16:59:25.184+0000",
    "updatedOn": "2019-03-04T16:59:25.184+0000",
    "updatedBy": 1089963280,
    "content": {"username": "Bill S. Preston, Esquire"},
    "syncRequired": True,
}
TEDS_DOCUMENT: dict[str, Any] = {
    **BILLS_DOCUMENT,
    "id": TED,
    "createdOn": "2019-03-03T17:49:25.72+0000",
    "updatedOn": "2019-03-03T17:49:25.72+0000",
    "content": {"username": "Ted Theodore Logan"},
}
UPDATED: dict[str, Any] = {**BILLS_DOCUMENT, "updatedOn": "2019-03-05T15:42:16.115+0000"}
USERS_COLUMNS = [
    {"type": "STRING", "name": "username", "visible": True},
    {"type": "STRING", "name": "band", "visible": True},
]
USERS_COLLECTION: dict[str, Any] = {
    "id": "6de8034e-0aa3-4fd9-ac1d-9a1ffeccb759",
    "customer": "excellent-adventure",
    "owner": 1089963280,
    "datastoreId": "d4a4b9c4-e123-41ce-8f93-dcafbeea4642",
    "name": "Users",
    "schemaJson": json.dumps({"columns": USERS_COLUMNS}),
    "syncRequired": True,
    "fullReplaceRequired": True,
    "lastSync": "1970-01-02T00:00:00.000+0000",
    "updatedBy": 1089963280,
    "schema": {"columns": USERS_COLUMNS},
    "createdOn": "2019-03-04T18:47:12.327+0000",
    "updatedOn": "2019-03-04T18:47:12.327+0000",
    "exportable": True,
    "syncEnabled": True,
}
COMMENTS_COLUMNS = [
    {"type": "STRING", "name": "user", "visible": True},
    {"type": "STRING", "name": "comment", "visible": True},
]
COMMENTS_COLLECTION: dict[str, Any] = {
    **USERS_COLLECTION,
    "id": "6b3b7ab7-9e72-483e-bc79-f05011cee5ef",
    "name": "Comments",
    "datasourceId": "62b4a99f-a98f-4f01-92f2-b02c35693c97",
    "schemaJson": json.dumps({"columns": COMMENTS_COLUMNS}),
    "syncRequired": False,
    "lastSync": "2019-01-29T19:15:10.239+0000",
    "schema": {"columns": COMMENTS_COLUMNS},
    "createdOn": "2019-01-15T20:17:48.533+0000",
    "updatedOn": "2019-01-29T19:15:10.255+0000",
}
WITH_COLOR = [*USERS_COLUMNS, {"type": "STRING", "name": "favorite color", "visible": True}]
GROUPS_AS_PRINTED: list[dict[str, Any]] = [
    {
        "maxImps": 1250, "sumClicks": 210, "sumImps": 2260, "documentCount": 2, "minImps": 1010, "avgImps": 1130,
        "campaignName": "Red Campaign", "minClicks": 90, "avgClicks": 105, "maxClicks": 120, "month": "February",
    },
    {
        "maxImps": 1150, "sumClicks": 190, "sumImps": 2050, "documentCount": 2, "minImps": 900, "avgImps": 1025,
        "campaignName": "Red Campaign", "minClicks": 85, "avgClicks": 95, "maxClicks": 105, "month": "January",
    },
    {
        "maxImps": 1000, "sumClicks": 100, "sumImps": 1000, "documentCount": 1, "minImps": 1000, "avgImps": 1000,
        "campaignName": "Blue Campaign", "minClicks": 100, "avgClicks": 100, "maxClicks": 100, "month": "January",
    },
    {
        "maxImps": 500, "sumClicks": 50, "sumImps": 500, "documentCount": 1, "minImps": 500, "avgImps": 500,
        "campaignName": "Blue Campaign", "minClicks": 50, "avgClicks": 50, "maxClicks": 50, "month": "February",
    },
]  # fmt: skip
AGGREGATION_AS_PRINTED = (
    "groupby=content.campaignName, content.month&count=documentCount"
    "&avg=content.clicks avgClicks, content.impressions avgImps"
    "&sum=content.clicks sumClicks, content.impressions sumImps"
    "&max=content.clicks maxClicks, content.impressions maxImps"
    "&min=content.clicks minClicks, content.impressions minImps"
    "&orderby=sumClicks descending"
)
NOTHING = Response()


class Printed:
    """A Domo that notes the one request that comes and answers what the document prints."""

    def __init__(self, surface: Where, answer: object) -> None:
        self.surface = surface
        self.answer = answer if isinstance(answer, Response) else JSONResponse(answer)
        self.asked = ""
        self.params: dict[str, str] = {}
        self.body: object = None

    async def answered(self, request: Request) -> Response:
        assert not self.asked, "a second request"
        self.asked = f"{request.method} {request.url.path}"
        self.params = dict(parse_qsl(request.url.query, strict_parsing=True)) if request.url.query else {}
        sent = await request.body()
        if sent:
            assert request.headers["content-type"] == "application/json"
            self.body = json.loads(sent)
        return self.answer

    @asynccontextmanager
    async def domo(self) -> AsyncIterator[Domo]:
        methods = ["GET", "POST", "PUT", "DELETE"]
        app = Starlette(routes=[Route("/{path:path}", self.answered, methods=methods)])
        sign_in = AppSession("session") if self.surface == "app" else DeveloperToken("token")
        async with Domo.connect("acme", "https://acme.invalid", sign_in, surface=self.surface, app=app) as domo:
            yield domo

    def of(self, c: Collection, rest: str = "", version: str = "v1") -> str:
        """Where something of a collection is; the document itself ends some paths with a slash and some without."""
        if self.surface == "app":
            return f"/domo/datastores/v1/collections/{c.name}{rest}"
        return f"/api/datastores/{version}/collections/{c.id}{rest}"


@pytest.fixture(params=["product", "app"])
def surface(request: pytest.FixtureRequest) -> Where:
    found: Where = request.param
    return found


async def test_create_document(surface: Where) -> None:
    printed = Printed(surface, BILLS_DOCUMENT)
    async with printed.domo() as domo:
        made = await domo.appdb.create(USERS, {"username": "Bill S. Preston, Esquire"})
    assert printed.asked == f"POST {printed.of(USERS, '/documents')}"
    assert printed.body == {"content": {"username": "Bill S. Preston, Esquire"}}
    assert (made.id, made.owner, made.updated_by, made.sync_required) == (BILL, "1089963280", "1089963280", True)
    assert made.collection_id == "02c3a404-e18c-4f15-ac7f-a96cdb59ad10"
    assert made.created_on == made.updated_on == datetime(2019, 3, 4, 16, 59, 25, 184000, UTC)
    assert made.content == {"username": "Bill S. Preston, Esquire"}


async def test_list_documents(surface: Where) -> None:
    printed = Printed(surface, [BILLS_DOCUMENT, TEDS_DOCUMENT])
    async with printed.domo() as domo:
        found = await domo.appdb.page(USERS, limit=10_000, offset=0)
    assert (printed.asked, printed.params) == (f"GET {printed.of(USERS, '/documents')}", {"limit": "10000"})
    assert printed.body is None
    assert [(each.id, each.content["username"]) for each in found] == [
        (BILL, "Bill S. Preston, Esquire"),
        (TED, "Ted Theodore Logan"),
    ]
    assert found[1].created_on == datetime(2019, 3, 3, 17, 49, 25, 720000, UTC)


async def test_get_document(surface: Where) -> None:
    printed = Printed(surface, BILLS_DOCUMENT)
    async with printed.domo() as domo:
        found = await domo.appdb.get(USERS, BILL)
    assert (printed.asked, printed.params) == (f"GET {printed.of(USERS, f'/documents/{BILL}')}", {})
    assert (found.id, found.content) == (BILL, {"username": "Bill S. Preston, Esquire"})


async def test_update_document(surface: Where) -> None:
    content = {"username": "Bill S. Preston, Esquire", "Band": "Wyld Stallyns"}
    printed = Printed(surface, {**UPDATED, "content": content})
    async with printed.domo() as domo:
        found = await domo.appdb.replace(USERS, BILL, content)
    assert printed.asked == f"PUT {printed.of(USERS, f'/documents/{BILL}')}"
    assert printed.body == {"content": content}
    assert (found.content, found.updated_on) == (content, datetime(2019, 3, 5, 15, 42, 16, 115000, UTC))


@pytest.mark.parametrize(
    "answer", [NOTHING, Response(status_code=204), JSONResponse({"success": True})], ids=["200", "204", "JSON"]
)
async def test_delete_document(surface: Where, answer: Response) -> None:
    printed = Printed(surface, answer)
    async with printed.domo() as domo:
        await domo.appdb.delete(USERS, TED)
    assert printed.asked == f"DELETE {printed.of(USERS, f'/documents/{TED}')}"
    assert (printed.params, printed.body) == ({}, None)


async def test_query_documents(surface: Where) -> None:
    where = {"$or": [{"content.comments": {"$regex": "happy"}}, {"content.username": {"$ne": "Eeyore"}}]}
    contents = [
        {"username": "Mickey Mouse", "comments": "Happy Birthday!"},
        {"username": "Tigger", "comments": "Bouncing makes me so happy!"},
    ]
    printed = Printed(surface, [{**UPDATED, "content": content} for content in contents])
    async with printed.domo() as domo:
        found = await domo.appdb.query(USERS, where, limit=10_000, offset=0)
    assert printed.asked == f"POST {printed.of(USERS, '/documents/query', 'v2')}"
    assert (printed.params, printed.body) == ({"limit": "10000"}, where)
    assert [each.content for each in found] == contents


async def test_querying_based_on_dates(surface: Where) -> None:
    where = {"createdOn": {"$lte": {"$date": "2020-05-12T00:00:00.000Z"}}}
    printed = Printed(surface, [])
    async with printed.domo() as domo:
        assert await domo.appdb.query(USERS, where, limit=1, offset=2, order_by="content.username descending") == ()
    assert printed.body == where
    assert printed.params == {"limit": "1", "offset": "2", "orderby": "content.username descending"}


@pytest.mark.parametrize("nested", [False, True], ids=["as printed", "nested under _id"])
async def test_query_documents_with_aggregations(surface: Where, nested: bool) -> None:
    names = ("campaignName", "month")
    under_id = [
        {"_id": {name: row[name] for name in names}, **{k: v for k, v in row.items() if k not in names}}
        for row in GROUPS_AS_PRINTED
    ]
    printed = Printed(surface, under_id if nested else GROUPS_AS_PRINTED)
    clicks, imps = "content.clicks", "content.impressions"
    aggregation = Aggregation(
        group_by=("content.campaignName", "content.month"),
        count="documentCount",
        avg={"avgClicks": clicks, "avgImps": imps},
        sum={"sumClicks": clicks, "sumImps": imps},
        max={"maxClicks": clicks, "maxImps": imps},
        min={"minClicks": clicks, "minImps": imps},
        order_by="sumClicks descending",
    )
    async with printed.domo() as domo:
        rows = await domo.appdb.aggregate(CAMPAIGNS, {}, aggregation, limit=10_000, offset=0)
    assert printed.asked == f"POST {printed.of(CAMPAIGNS, '/documents/query', 'v2')}"
    assert printed.params == {**dict(parse_qsl(AGGREGATION_AS_PRINTED)), "limit": "10000"}
    assert printed.body == {}
    assert list(rows) == GROUPS_AS_PRINTED


@pytest.mark.parametrize("answer", [1, {"updated": 1}], ids=["as printed", "as an object"])
async def test_partially_update_documents_using_queries(surface: Where, answer: object) -> None:
    printed = Printed(surface, answer)
    query = {"content.username": "Bill S. Preston, Esquire"}
    operation = {"$set": {"content.comment": "Excellent!"}}
    async with printed.domo() as domo:
        assert await domo.appdb.update(USERS, query, operation) == 1
    assert printed.asked == f"PUT {printed.of(USERS, '/documents/update')}"
    assert printed.body == {"query": query, "operation": operation}


async def test_create_documents_in_bulk(surface: Where) -> None:
    contents = [{"username": "Bill S. Preston, Esquire"}, {"username": "Ted Theodore Logan"}]
    printed = Printed(surface, {"Created": 2})
    async with printed.domo() as domo:
        assert await domo.appdb.create_many(USERS, contents) == 2
    assert printed.asked == f"POST {printed.of(USERS, '/documents/bulk')}"
    assert printed.body == [{"content": content} for content in contents]


async def test_upsert_documents_in_bulk(surface: Where) -> None:
    bill = {"username": "Bill S. Preston, Esquire", "Band": "Wyld Stallyns"}
    ted = {"username": "Ted Theodore Logan", "Band": "Wyld Stallyns"}
    rufus = {"username": "Rufus"}
    printed = Printed(surface, {"Updated": 2, "Created": 1})
    async with printed.domo() as domo:
        counts = await domo.appdb.upsert(USERS, [(BILL, bill), (TED, ted), (None, rufus)])
    assert printed.asked == f"PUT {printed.of(USERS, '/documents/bulk', 'v2')}"
    assert printed.body == [{"id": BILL, "content": bill}, {"id": TED, "content": ted}, {"content": rufus}]
    assert counts == Upserted(updated=2, created=1)


@pytest.mark.parametrize("status", [200, 202])
async def test_delete_documents_in_bulk(surface: Where, status: int) -> None:
    ids = ["2bdd6370-85af-4e06-aadb-380839e4de8c", "c78ba737-5f84-49c9-8ac9-58615a0f8aa8", TED]
    printed = Printed(surface, JSONResponse({"Deleted": 3}, status_code=status))
    async with printed.domo() as domo:
        assert await domo.appdb.delete_many(USERS, ids) == 3
    assert printed.asked == f"DELETE {printed.of(USERS, '/documents/bulk')}"
    assert (printed.params, printed.body) == ({"ids": ",".join(ids)}, None)


ROOT: dict[Where, str] = {"product": "/api/datastores/v1", "app": "/domo/datastores/v1"}


async def test_create_a_collection(surface: Where) -> None:
    printed = Printed(surface, USERS_COLLECTION)
    columns = [CollectionColumn(name="username", type="STRING"), CollectionColumn(name="band", type="STRING")]
    async with printed.domo() as domo:
        made = await domo.appdb.create_collection("Users", columns, sync=True)
    assert printed.asked == f"POST {ROOT[surface]}/collections"
    assert printed.body == {
        "name": "Users",
        "schema": {"columns": [{"name": "username", "type": "STRING"}, {"name": "band", "type": "STRING"}]},
        "syncEnabled": True,
    }
    assert (made.id, made.name, made.datastore_id) == (USERS.id, "Users", "d4a4b9c4-e123-41ce-8f93-dcafbeea4642")
    assert made.columns == tuple(CollectionColumn(name=name, type="STRING") for name in ("username", "band"))
    assert (made.sync_enabled, made.sync_required, made.datasource_id, made.last_sync) == (True, True, None, None)


async def test_a_collection_of_the_manifest_needs_no_more_than_a_name(surface: Where) -> None:
    printed = Printed(surface, {"id": "c", "name": "Users"})
    async with printed.domo() as domo:
        made = await domo.appdb.create_collection("Users", [], sync=False)
    assert printed.body == {"name": "Users", "syncEnabled": False}
    assert (made.columns, made.sync_enabled) == ((), False)


async def test_list_collections(surface: Where) -> None:
    printed = Printed(surface, [USERS_COLLECTION, COMMENTS_COLLECTION])
    async with printed.domo() as domo:
        users, comments = await domo.appdb.collections()
    assert (printed.asked, printed.params) == (f"GET {ROOT[surface]}/collections", {})
    assert (users.name, users.owner, users.last_sync) == ("Users", "1089963280", None)
    assert (comments.name, comments.datasource_id) == ("Comments", "62b4a99f-a98f-4f01-92f2-b02c35693c97")
    assert [column.name for column in comments.columns] == ["user", "comment"]
    assert comments.last_sync == datetime(2019, 1, 29, 19, 15, 10, 239000, UTC)
    assert comments.updated_on == datetime(2019, 1, 29, 19, 15, 10, 255000, UTC)
    assert comments.created_on == datetime(2019, 1, 15, 20, 17, 48, 533000, UTC)
    assert (comments.sync_enabled, comments.sync_required) == (True, False)


async def test_update_collection(surface: Where) -> None:
    columns = {"columns": WITH_COLOR}
    printed = Printed(surface, {**USERS_COLLECTION, "schema": columns, "schemaJson": json.dumps(columns)})
    async with printed.domo() as domo:
        found = await domo.appdb.update_collection(
            USERS, columns=[CollectionColumn.model_validate(column) for column in WITH_COLOR], sync=True
        )
    assert printed.asked == f"PUT {printed.of(USERS)}"
    assert printed.body == {"id": USERS.id, "schema": {"columns": WITH_COLOR}, "syncEnabled": True}
    assert [column.name for column in found.columns] == ["username", "band", "favorite color"]


async def test_delete_a_collection(surface: Where) -> None:
    printed = Printed(surface, NOTHING)
    async with printed.domo() as domo:
        await domo.appdb.delete_collection(USERS)
    assert (printed.asked, printed.body) == (f"DELETE {printed.of(USERS)}", None)


async def test_manually_exporting_collections_of_an_app() -> None:
    printed = Printed("app", NOTHING)
    async with printed.domo() as domo:
        await domo.appdb.export(None)
    assert (printed.asked, printed.params, printed.body) == ("POST /domo/datastores/v1/export", {}, None)


async def test_manually_exporting_related_collections_too() -> None:
    printed = Printed("app", NOTHING)
    async with printed.domo() as domo:
        await domo.appdb.export(None, include_related=True)
    assert printed.asked == "POST /domo/datastores/v1/export"
    assert printed.params == {"includeRelatedCollections": "true"}


async def test_manually_exporting_a_datastore() -> None:
    printed = Printed("product", NOTHING)
    async with printed.domo() as domo:
        await domo.appdb.export(USERS)
    assert printed.asked == f"POST /api/datastores/v1/export/{USERS.datastore_id}"
    assert printed.params == {}


async def test_an_export_while_one_is_in_progress_is_locked(surface: Where) -> None:
    printed = Printed(surface, Response(status_code=423))
    async with printed.domo() as domo:
        with pytest.raises(Conflict, match="export of these collections is already running"):
            await domo.appdb.export(None if surface == "app" else USERS)


async def test_deleting_a_document_that_a_filter_hides_is_not_found(surface: Where) -> None:
    printed = Printed(surface, Response(status_code=404))
    async with printed.domo() as domo:
        with pytest.raises(NotFound, match="document-level security"):
            await domo.appdb.delete(USERS, BILL)


async def test_deleting_documents_in_bulk_that_a_filter_hides_deletes_none(surface: Where) -> None:
    printed = Printed(surface, {"Deleted": 0})
    async with printed.domo() as domo:
        assert await domo.appdb.delete_many(USERS, [BILL]) == 0


async def test_modify_permissions(surface: Where) -> None:
    printed = Printed(surface, NOTHING)
    async with printed.domo() as domo:
        await domo.appdb.set_permissions(
            USERS, "RYUU_APP", APP, ["read", "create_content", "update_content", "read_content"]
        )
    assert printed.asked == f"PUT {printed.of(USERS, f'/permission/RYUU_APP/{APP}')}"
    overwrite = {"overwrite": "true"} if surface == "product" else {}
    assert (printed.params, printed.body) == ({**PERMISSIONS, **overwrite}, None)


async def test_delete_permissions(surface: Where) -> None:
    printed = Printed(surface, NOTHING)
    async with printed.domo() as domo:
        await domo.appdb.remove_permissions(USERS, "RYUU_APP", APP)
    assert printed.asked == f"DELETE {printed.of(USERS, f'/permission/RYUU_APP/{APP}')}"
    assert (printed.params, printed.body) == ({}, None)
