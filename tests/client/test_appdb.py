"""AppDB: shapes that drift, slices, what a status means, and what is never sent."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from domo_mcp.client.aggregation import Aggregation
from domo_mcp.client.appdb import AppDb
from domo_mcp.client.documents import Collection, CollectionColumn, Document
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, PublicApi, Surface
from domo_mcp.errors import (
    Conflict,
    DomoError,
    DomoFailed,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    Refused,
    Rejected,
    TimedOut,
    UnreadableAnswer,
)

Answering = Callable[..., AbstractAsyncContextManager[Session]]
Call = Callable[[AppDb], Any]
TASKS = Collection(id="c-1", name="Tasks", datastore_id="d-1")
IDS = [f"id-{n:03}" for n in range(40)]

READS: dict[str, Call] = {
    "get": lambda appdb: appdb.get(TASKS, "x"),
    "page": lambda appdb: appdb.page(TASKS, limit=1, offset=0),
    "query": lambda appdb: appdb.query(TASKS, {}, limit=1, offset=0),
    "aggregate": lambda appdb: appdb.aggregate(TASKS, {}, Aggregation(count="n"), limit=1, offset=0),
    "get_many": lambda appdb: appdb.get_many(TASKS, ["x"]),
}
WRITES: dict[str, Call] = {
    "create": lambda appdb: appdb.create(TASKS, {}),
    "create_many": lambda appdb: appdb.create_many(TASKS, [{}]),
    "replace": lambda appdb: appdb.replace(TASKS, "x", {}),
    "update": lambda appdb: appdb.update(TASKS, {}, {"$set": {"content.x": 1}}),
    "upsert": lambda appdb: appdb.upsert(TASKS, [(None, {})]),
    "delete": lambda appdb: appdb.delete(TASKS, "x"),
    "delete_many": lambda appdb: appdb.delete_many(TASKS, ["x"]),
    "create_collection": lambda appdb: appdb.create_collection("Tasks", [], sync=False),
    "update_collection": lambda appdb: appdb.update_collection(TASKS, sync=False),
    "delete_collection": lambda appdb: appdb.delete_collection(TASKS),
    "set_permissions": lambda appdb: appdb.set_permissions(TASKS, "USER", "27", ["read"]),
    "remove_permissions": lambda appdb: appdb.remove_permissions(TASKS, "USER", "27"),
    "export": lambda appdb: appdb.export(TASKS),
}


class Recorder:
    """A Domo that notes what comes and answers with a function of it."""

    def __init__(self, answer: Callable[[httpx.Request], object]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def always(answer: object) -> Recorder:
    return Recorder(lambda _: answer)


class TestShapes:
    def test_a_document_of_the_product_surface(self) -> None:
        document = Document.model_validate_json(
            json.dumps(
                {
                    "id": "d",
                    "owner": "27",
                    "createdBy": "28",
                    "createdOn": "2025-01-31T10:20:30.708226378Z",
                    "updatedOn": None,
                    "updatedBy": "27",
                    "content": {"n": 1, "f": 1.0, "text": "1", "none": None, "list": [1, {"a": None}], "yes": True},
                }
            )
        )
        assert (document.owner, document.created_by, document.updated_by) == ("27", "28", "27")
        assert document.created_on == datetime(2025, 1, 31, 10, 20, 30, 708226, UTC)
        assert (document.updated_on, document.sync_required, document.collection_id) == (None, False, None)
        assert repr(document.content) == (
            "{'n': 1, 'f': 1.0, 'text': '1', 'none': None, 'list': [1, {'a': None}], 'yes': True}"
        )

    def test_a_document_may_be_empty(self) -> None:
        assert Document.model_validate({"id": "d", "content": None}).content == {}

    @pytest.mark.parametrize(
        "schema",
        [
            {"schema": {"columns": [{"name": "a", "type": "LONG", "visible": False}]}},
            {"schema": None, "schemaJson": '{"columns":[{"name":"a","type":"LONG","visible":false}]}'},
            {"schema": {"columns": []}, "schemaJson": '{"columns":[{"name":"a","type":"LONG","visible":false}]}'},
        ],
    )
    def test_the_columns_of_a_collection_come_as_object_or_as_text(self, schema: dict[str, object]) -> None:
        collection = Collection.model_validate({"id": "c", "name": "n", **schema})
        assert collection.columns == (CollectionColumn(name="a", type="LONG", visible=False),)

    @pytest.mark.parametrize("schema", [{}, {"schemaJson": "no JSON"}, {"schemaJson": "[]"}, {"schema": "x"}])
    def test_a_collection_may_have_no_columns(self, schema: dict[str, object]) -> None:
        assert Collection.model_validate({"id": "c", "name": "n", **schema}).columns == ()


class TestCollections:
    async def test_the_product_surface_asks_for_one_by_id(self, answering: Answering) -> None:
        domo = always({"id": "c-1", "name": "Tasks"})
        async with answering(domo) as session:
            assert (await AppDb(session, Product()).collection("c-1")).name == "Tasks"
        assert [str(request.url) for request in domo.requests] == [
            "https://acme.domo.com/api/datastores/v1/collections/c-1"
        ]

    @pytest.mark.parametrize(("key", "found"), [("Tasks", "c-1"), ("c-2", "c-2"), ("c-1", "c-1")])
    async def test_an_app_finds_one_in_its_list_by_id_before_name(
        self, answering: Answering, key: str, found: str
    ) -> None:
        named = [{"id": "c-1", "name": "Tasks"}, {"id": "c-2", "name": "Notes"}, {"id": "c-3", "name": "c-1"}]
        async with answering(always(named)) as session:
            assert (await AppDb(session, AppFramework()).collection(key)).id == found

    async def test_an_app_without_it_says_so(self, answering: Answering) -> None:
        async with answering(always([])) as session:
            with pytest.raises(NotFound, match='no collection "Tasks"'):
                await AppDb(session, AppFramework()).collection("Tasks")

    async def test_what_an_update_leaves_out_stays_as_it_is(self, answering: Answering) -> None:
        column = CollectionColumn(name="a", type="STRING")
        tasks = TASKS.model_copy(update={"columns": (column,), "sync_enabled": True})
        domo = always({"id": "c-1", "name": "Tasks"})
        async with answering(domo) as session:
            await AppDb(session, Product()).update_collection(tasks, sync=False)
            await AppDb(session, Product()).update_collection(tasks, columns=[CollectionColumn(name="b", type="LONG")])
        assert [json.loads(request.content) for request in domo.requests] == [
            {"id": "c-1", "schema": {"columns": [{"name": "a", "type": "STRING"}]}, "syncEnabled": False},
            {"id": "c-1", "schema": {"columns": [{"name": "b", "type": "LONG"}]}, "syncEnabled": True},
        ]

    @pytest.mark.parametrize(
        ("surface", "collection", "related"),
        [(AppFramework(), TASKS, False), (Product(), None, False), (Product(), TASKS, True)],
    )
    async def test_an_export_that_the_surface_does_not_have_is_refused(
        self, answering: Answering, surface: Surface, collection: Collection | None, related: bool
    ) -> None:
        domo = always({})
        async with answering(domo) as session:
            with pytest.raises(InvalidInput):
                await AppDb(session, surface).export(collection, include_related=related)
        assert not domo.requests

    @pytest.mark.parametrize("call", [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES])
    async def test_the_public_api_has_no_appdb(self, answering: Answering, call: Call) -> None:
        domo = always({})
        async with answering(domo) as session:
            with pytest.raises(Refused, match="not offered on the public API"):
                await call(AppDb(session, PublicApi()))
        assert not domo.requests


class TestSlices:
    async def test_many_documents_are_read_a_hundred_at_a_time(self, answering: Answering) -> None:
        there = [f"id-{n}" for n in range(0, 250, 2)]

        def found(request: httpx.Request) -> object:
            wanted = json.loads(request.content)["id"]["$in"]
            assert request.url.params["limit"] == str(len(wanted))
            return [{"id": key, "content": {"key": key}} for key in wanted if key in there]

        domo = Recorder(found)
        async with answering(domo) as session:
            documents = await AppDb(session, Product()).get_many(TASKS, [f"id-{n}" for n in range(250)] + ["id-0"])
        assert [len(json.loads(request.content)["id"]["$in"]) for request in domo.requests] == [100, 100, 50]
        assert [*documents] == there
        assert documents["id-4"].content == {"key": "id-4"}

    async def test_many_documents_are_deleted_fifteen_at_a_time(self, answering: Answering) -> None:
        domo = Recorder(lambda request: {"Deleted": len(request.url.params["ids"].split(","))})
        async with answering(domo) as session:
            assert await AppDb(session, Product()).delete_many(TASKS, [*IDS, IDS[0]]) == 40
        assert [request.url.params["ids"].split(",") for request in domo.requests] == [IDS[:15], IDS[15:30], IDS[30:]]

    async def test_no_ids_send_nothing(self, answering: Answering) -> None:
        domo = always({"Deleted": 99})
        async with answering(domo) as session:
            assert await AppDb(session, Product()).delete_many(TASKS, []) == 0
            assert await AppDb(session, Product()).get_many(TASKS, []) == {}
        assert not domo.requests

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (httpx.Response(429), RateLimited),
            (httpx.Response(500), DomoFailed),
            (httpx.Response(403), Forbidden),
            (httpx.Response(200, json={"Gone": 3}), UnreadableAnswer),
        ],
    )
    async def test_an_error_on_the_way_says_how_many_are_gone(
        self, answering: Answering, answer: httpx.Response, kind: type[DomoError]
    ) -> None:
        domo = Recorder(lambda request: answer if "id-015" in request.url.params["ids"] else {"Deleted": 15})
        async with answering(domo, attempts=1) as session:
            with pytest.raises(kind, match="Before that 15 documents were deleted") as caught:
                await AppDb(session, Product()).delete_many(TASKS, IDS)
        assert not caught.value.surely_unprocessed
        assert len(domo.requests) == 2

    async def test_an_error_at_once_says_that_nothing_happened(self, answering: Answering) -> None:
        async with answering(always(httpx.Response(429)), attempts=1) as session:
            with pytest.raises(RateLimited) as caught:
                await AppDb(session, Product()).delete_many(TASKS, IDS)
        assert caught.value.surely_unprocessed
        assert "Before" not in caught.value.message


class TestFailures:
    @pytest.mark.parametrize("name", ["get", "replace", "delete"])
    async def test_a_document_that_is_not_there_is_named(self, answering: Answering, name: str) -> None:
        async with answering(always(httpx.Response(404, json={"status": 404, "toe": "T-1"}))) as session:
            with pytest.raises(
                NotFound, match=r'Document "x" of collection "Tasks".*document-level security'
            ) as caught:
                await {**READS, **WRITES}[name](AppDb(session, Product()))
        assert (caught.value.status, caught.value.toe) == (404, "T-1")

    @pytest.mark.parametrize("name", ["page", "query", "create", "update", "upsert", "delete_many", "set_permissions"])
    async def test_a_collection_that_is_not_there_is_named(self, answering: Answering, name: str) -> None:
        async with answering(always(httpx.Response(404))) as session:
            with pytest.raises(NotFound, match=r'Collection "Tasks" was not found.*document-level security'):
                await {**READS, **WRITES}[name](AppDb(session, Product()))

    @pytest.mark.parametrize(
        ("name", "permission"),
        [
            *((name, "read_content") for name in READS),
            ("create", "create_content"),
            ("create_many", "create_content"),
            ("replace", "update_content"),
            ("update", "update_content"),
            ("upsert", "update_content and create_content"),
            ("delete", "delete_content"),
            ("delete_many", "delete_content"),
            ("update_collection", "write"),
            ("delete_collection", "delete"),
            ("set_permissions", "share"),
            ("remove_permissions", "share"),
        ],
    )
    async def test_a_missing_permission_is_named(self, answering: Answering, name: str, permission: str) -> None:
        async with answering(always(httpx.Response(403, json={"message": "No access."}))) as session:
            with pytest.raises(Forbidden, match=f'No access.*takes {permission} permission on collection "Tasks"'):
                await {**READS, **WRITES}[name](AppDb(session, Product()))

    async def test_a_query_that_domo_does_not_take(self, answering: Answering) -> None:
        async with answering(always(httpx.Response(400, json={"message": "unknown operator: $near"}))) as session:
            with pytest.raises(Rejected, match=r"unknown operator: \$near"):
                await AppDb(session, Product()).query(TASKS, {}, limit=1, offset=0)

    @pytest.mark.parametrize(("status", "says"), [(423, "already running"), (409, "already running")])
    async def test_one_export_at_a_time(self, answering: Answering, status: int, says: str) -> None:
        async with answering(always(httpx.Response(status))) as session:
            with pytest.raises(Conflict, match=says):
                await AppDb(session, Product()).export(TASKS)

    @pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
    @pytest.mark.parametrize("status", [500, 503])
    async def test_a_change_is_not_sent_twice(self, answering: Answering, call: Call, status: int) -> None:
        domo = always(httpx.Response(status))
        async with answering(domo) as session:
            with pytest.raises(DomoFailed):
                await call(AppDb(session, Product()))
        assert len(domo.requests) == 1

    async def test_a_change_whose_answer_is_late_is_not_sent_twice(self, answering: Answering) -> None:
        def late(request: httpx.Request) -> object:
            raise httpx.ReadTimeout("late", request=request)

        domo = Recorder(late)
        async with answering(domo) as session:
            with pytest.raises(TimedOut):
                await AppDb(session, Product()).create(TASKS, {})
        assert len(domo.requests) == 1

    @pytest.mark.parametrize("call", READS.values(), ids=READS)
    async def test_a_query_is_a_read_and_tried_again(self, answering: Answering, call: Call) -> None:
        domo = always(httpx.Response(503))
        async with answering(domo) as session:
            with pytest.raises(DomoFailed):
                await call(AppDb(session, Product()))
        assert len(domo.requests) == 3

    @pytest.mark.parametrize("answer", [{}, {"Updated": None}, {"created": 1}, "many", None, {"updated": -1}])
    async def test_a_count_that_is_none_is_not_guessed(self, answering: Answering, answer: object) -> None:
        async with answering(always(answer)) as session:
            with pytest.raises(UnreadableAnswer):
                await AppDb(session, Product()).update(TASKS, {}, {})

    @pytest.mark.parametrize("name", ["delete", "delete_collection", "remove_permissions", "export"])
    async def test_a_web_page_is_no_success(self, answering: Answering, name: str) -> None:
        page = httpx.Response(200, html="<html>Sign in</html>")
        async with answering(always(page)) as session:
            with pytest.raises(UnreadableAnswer):
                await WRITES[name](AppDb(session, Product()))


class TestWhatIsNeverSent:
    @pytest.mark.parametrize("word", ["bulk", "query", "update", " Bulk "])
    @pytest.mark.parametrize("name", ["get", "replace", "delete"])
    async def test_a_word_that_makes_another_request_is_no_id(self, answering: Answering, name: str, word: str) -> None:
        domo = always({})
        async with answering(domo) as session:
            appdb = AppDb(session, Product())
            calls: dict[str, Callable[[], Any]] = {
                "get": lambda: appdb.get(TASKS, word),
                "replace": lambda: appdb.replace(TASKS, word, {}),
                "delete": lambda: appdb.delete(TASKS, word),
            }
            with pytest.raises(InvalidInput):
                await calls[name]()
        assert not domo.requests

    @pytest.mark.parametrize("ids", [["a,b"], ["a", ""], [*IDS, "x,y"]])
    async def test_an_id_that_would_be_several_deletes_nothing(self, answering: Answering, ids: list[str]) -> None:
        domo = always({"Deleted": 1})
        async with answering(domo) as session:
            with pytest.raises(InvalidInput):
                await AppDb(session, Product()).delete_many(TASKS, ids)
        assert not domo.requests

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "\ud800"])
    async def test_what_json_does_not_have_is_refused(self, answering: Answering, value: float | str) -> None:
        domo = always({})
        async with answering(domo) as session:
            for surface in (Product(), AppFramework()):
                appdb = AppDb(session, surface)
                with pytest.raises(InvalidInput):
                    await appdb.create(TASKS, {"deep": [{"n": value}]})
                with pytest.raises(InvalidInput):
                    await appdb.query(TASKS, {"content.n": value}, limit=1, offset=0)
        assert not domo.requests

    @pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
    async def test_who_only_reads_changes_nothing(self, answering: Answering, call: Call) -> None:
        domo = always({})
        async with answering(domo) as session:
            with pytest.raises(RuntimeError, match="a tool only reads; hand the gate a Change"):
                await call(AppDb(session.reading(), Product()))
        assert not domo.requests
