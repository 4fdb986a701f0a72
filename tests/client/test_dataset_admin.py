"""Administration of datasets: requests as the document has them, answers in whatever shape, nothing sent by readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from domo_mcp.client.dataset_administration import DatasetAdministration
from domo_mcp.client.dataset_states import (
    AccessGrant,
    BegunIndex,
    DeclaredSchema,
    IndexStatuses,
    MadeDataset,
    MagicVersions,
    PartitionPage,
    Properties,
    SchemaColumn,
)
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, PublicApi, Surface
from domo_mcp.errors import Forbidden, NotFound, Refused, UnreadableAnswer

Answering = Callable[..., AbstractAsyncContextManager[Session]]
Call = Callable[[DatasetAdministration], Any]

V3, V1, V2 = "/api/data/v3/datasources/d-1", "/api/query/v1/datasources/d-1", "/api/data/v2/datasources"
GRANT = AccessGrant("ownerId1", "USER", "CO_OWNER")
NAME = SchemaColumn(name="name", id="name", type="STRING")
WRITES: dict[str, tuple[Call, str, str, object]] = {
    "create": (
        lambda a: a.create("hello world", [("Friend", "STRING")]),
        "POST",
        V2,
        {
            "userDefinedType": "api",
            "dataSourceName": "hello world",
            "schema": {"columns": [{"type": "STRING", "name": "Friend"}]},
        },
    ),
    "alter": (
        lambda a: a.alter_schema("d-1", [NAME]),
        "POST",
        f"{V2}/d-1/schemas",
        {
            "columns": [{"name": "name", "id": "name", "type": "STRING", "visible": True, "order": 0}],
            "objects": [],
            "views": [],
        },
    ),
    "properties": (
        lambda a: a.set_provider_type("d-1", "domo-jupyterdata"),
        "PUT",
        f"{V3}/properties",
        {"dataProviderType": "domo-jupyterdata"},
    ),
    "tag": (
        lambda a: a.tag("d-1", ["tag1", "tag2"]),
        "POST",
        "/api/data/ui/v3/datasources/d-1/tags",
        ["tag1", "tag2"],
    ),
    "share": (
        lambda a: a.share("d-1", [GRANT], send_email=True),
        "POST",
        f"{V3}/share",
        {"permissions": [{"id": "ownerId1", "type": "USER", "accessLevel": "CO_OWNER"}], "sendEmail": True},
    ),
    "revoke": (lambda a: a.revoke_grant("d-1", "27"), "DELETE", f"{V3}/permissions/USER/27", None),
    "remove one": (lambda a: a.remove("d-1", [("27", "USER")]), "DELETE", f"{V3}/USERS/27", None),
    "remove several": (
        lambda a: a.remove("d-1", [("27", "USER"), ("28", "USER")]),
        "DELETE",
        f"{V3}/users",
        [{"id": "27", "type": "USER"}, {"id": "28", "type": "USER"}],
    ),
    "remove a group": (
        lambda a: a.remove("d-1", [("15", "GROUP")]),
        "DELETE",
        f"{V3}/users",
        [{"id": "15", "type": "GROUP"}],
    ),
    "delete data": (lambda a: a.delete_partition_data("d-1", "2026-01"), "DELETE", f"{V1}/tag/2026-01/data", None),
    "delete tag": (lambda a: a.delete_partition_tag("d-1", "a b"), "DELETE", f"{V1}/partition/a%20b", None),
    "index": (lambda a: a.index("d-1"), "POST", f"{V3}/indexes", {"dataIds": []}),
    "index for query": (lambda a: a.index_for_query("d-1"), "POST", V1, None),
}


class Domo:
    """Notes what comes and answers everything alike."""

    def __init__(self, answer: object = None, status: int = 200) -> None:
        self.answer, self.status = answer, status
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.answer, httpx.Response):
            return self.answer
        return httpx.Response(self.status, json={"id": "x"} if self.answer is None else self.answer)


@pytest.mark.parametrize("name", WRITES)
async def test_a_change_is_sent_as_the_document_has_it(answering: Answering, name: str) -> None:
    call, method, path, body = WRITES[name]
    domo = Domo()
    async with answering(domo) as session:
        await call(DatasetAdministration(session, Product()))
    [request] = domo.requests
    assert (request.method, request.url.raw_path.decode()) == (method, path)
    assert (json.loads(request.content) if request.content else None) == body


@pytest.mark.parametrize("name", WRITES)
async def test_a_change_is_never_taken_for_done_nor_sent_by_who_only_reads(answering: Answering, name: str) -> None:
    call = WRITES[name][0]
    page = Domo(httpx.Response(200, html="<html>Sign in</html>"))
    async with answering(page) as session:
        with pytest.raises(UnreadableAnswer):
            await call(DatasetAdministration(session, Product()))
        with pytest.raises(RuntimeError, match="a tool only reads"):
            await call(DatasetAdministration(session.reading(), Product()))
    assert len(page.requests) == 1
    async with answering(Domo({"status": 403}, 403)) as session:
        with pytest.raises(Forbidden):
            await call(DatasetAdministration(session, Product()))


@pytest.mark.parametrize("surface", [AppFramework(), PublicApi()])
async def test_other_surfaces_have_none_of_it(answering: Answering, surface: Surface) -> None:
    domo = Domo()
    async with answering(domo) as session:
        for call, *_ in WRITES.values():
            with pytest.raises(Refused):
                await call(DatasetAdministration(session, surface))
    assert not domo.requests


async def test_a_search_of_partitions_is_sent_as_documented(answering: Answering) -> None:
    domo = Domo([])
    async with answering(domo) as session:
        await DatasetAdministration(session, Product()).search_partitions("d-1", newest_first=False, earliest=5)
    field = {"fieldName": "datecompleted", "sortOrder": "ASC", "filterValues": {"MIN": 5, "MAX": None}}
    assert json.loads(domo.requests[0].content) == {"paginationFields": [field], "limit": 100, "offset": 0}
    assert domo.requests[0].url.path == f"{V1}/partition/list"


async def test_versions_of_magic_are_asked_for_as_documented(answering: Answering) -> None:
    domo = Domo([])
    async with answering(domo) as session:
        await DatasetAdministration(session, Product()).magic_versions("d-1", engine="MAGIC", limit=500, offset=0)
    assert str(domo.requests[0].url.query, "ascii") == "engine=MAGIC&limit=500&offset=0"
    window = {"type": "EXPRESSION", "expression": "1=1"}
    wanted = {"id": "", "type": "LoadFromVault", "dataSourceId": "d-1", "versionWindow": window}
    assert json.loads(domo.requests[0].content) == wanted


async def test_a_partition_is_looked_for_page_after_page(answering: Answering) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        wanted = json.loads(request.content)
        everything = [{"partitionId": f"p{n}", "rowCount": n} for n in range(700)]
        return httpx.Response(200, json=everything[wanted["offset"] : wanted["offset"] + wanted["limit"]])

    async with answering(answer) as session:
        administration = DatasetAdministration(session, Product())
        found = await administration.partition("d-1", "p650")
        assert found is not None
        assert found.row_count == 650
        assert await administration.partition("d-1", "p9999") is None


async def test_the_indexed_schema_stands_in_where_no_declared_one_is_told(answering: Answering) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("latest"):
            return httpx.Response(404)
        assert request.url.params["includeHidden"] == "true"
        columns = [{"name": "a", "id": "a", "type": "LONG", "visible": False, "order": 0}]
        return httpx.Response(200, json={"name": "schema", "tables": [{"columns": columns}], "dataSourceId": "d-1"})

    async with answering(answer) as session:
        columns = await DatasetAdministration(session, Product()).schema("d-1")
    assert [(each.name, each.type, each.visible) for each in columns] == [("a", "LONG", False)]
    async with answering(Domo({}, 404)) as session:
        with pytest.raises(NotFound):
            await DatasetAdministration(session, Product()).schema("d-1")


@pytest.mark.parametrize(
    ("answer", "index_id"),
    [
        ({"id": 7}, "7"),
        ({"indexId": "x"}, "x"),
        (httpx.Response(200, text='{"indexRequestKey": 20220513224325.628}'), "20220513224325.628"),
        (12, "12"),
        ({}, None),
        ([], None),
        (httpx.Response(200), None),
        (httpx.Response(200, text="OK"), None),
    ],
)
async def test_whatever_an_index_request_answers_it_has_begun(
    answering: Answering, answer: object, index_id: str | None
) -> None:
    async with answering(Domo(answer)) as session:
        assert await DatasetAdministration(session, Product()).index("d-1", [1, 2]) == index_id


class TestShapes:
    @pytest.mark.parametrize(
        "answer",
        [
            {"dataSource": {"dataSourceId": "k", "name": "x"}},
            {"dataSource": {"id": "k"}},
            {"dataSourceId": "k"},
            {"id": "k"},
        ],
    )
    def test_the_id_of_a_new_dataset_stands_in_several_places(self, answer: dict[str, object]) -> None:
        assert MadeDataset.model_validate(answer).id == "k"

    @pytest.mark.parametrize(
        ("answer", "tags"),
        [
            ('["a","b"]', ("a", "b")),
            (["a"], ("a",)),
            ("", ()),
            ("finance, no JSON,", ("finance", "no JSON")),
            (None, ()),
            ("null", ()),
        ],
    )
    def test_tags_are_text_or_a_list(self, answer: object, tags: tuple[str, ...]) -> None:
        assert Properties.model_validate({"dataProviderType": "api", "tags": answer}).tags == tags

    @pytest.mark.parametrize(
        "answer", [[{"partitionId": "p", "rowCount": 3}], {"partitions": [{"name": "p", "rows": 3}]}, ["p"]]
    )
    def test_partitions_come_bare_or_wrapped(self, answer: object) -> None:
        assert PartitionPage.model_validate(answer).items[0].id == "p"

    @pytest.mark.parametrize(
        "answer",
        [
            [{"dataVersionId": 3, "rowCount": 4, "datetimeUploadCompleted": 1654557838137}],
            {"dataVersions": [{"dataId": "3", "rows": 4, "completed": "2022-06-06T23:23:58.137Z"}]},
        ],
    )
    def test_versions_come_bare_or_wrapped(self, answer: object) -> None:
        [version] = MagicVersions.model_validate(answer).items
        assert (version.id, version.row_count) == ("3", 4)
        assert version.completed == datetime(2022, 6, 6, 23, 23, 58, 137000, UTC)

    @pytest.mark.parametrize(
        "answer", [[{"status": "success"}], {"statuses": [{"state": "COMPLETE"}]}, {"currentState": "INDEXED"}]
    )
    def test_a_status_is_done_in_whatever_words(self, answer: object) -> None:
        assert [status.is_done for status in IndexStatuses.model_validate(answer).items] == [True]

    def test_a_status_that_failed_is_not_done(self) -> None:
        [status] = IndexStatuses.model_validate([{"status": "Failed"}]).items
        assert (status.is_done, status.has_failed) == (False, True)
        assert BegunIndex.model_validate({"id": None}).id is None

    def test_a_declared_schema_has_its_columns_below_schema(self) -> None:
        column = {"type": "STRING", "name": "a", "id": "a", "visible": True, "metadata": {"colLabel": "a"}}
        assert DeclaredSchema.model_validate({"schema": {"columns": [column]}}).columns[0].name == "a"
