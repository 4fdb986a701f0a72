"""Uploads: the requests of the documents, answers that drift, and what is sent again and what never."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, PublicApi, Surface
from domo_mcp.client.uploads import Uploads
from domo_mcp.errors import DomoFailed, Refused, Rejected, Unreachable, UnreadableAnswer

Answering = Callable[..., AbstractAsyncContextManager[Session]]
STAGE_1 = {"dataSourceId": "0dbe6a6a", "uploadId": 10, "requestedAsOf": 1654557838137}


class Domo:
    """Notes what comes; answers with what the documents print, or first with what it is given."""

    def __init__(self, *first: httpx.Response | Exception) -> None:
        self._first = list(first)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._first.pop(0) if self._first else httpx.Response(200, json=STAGE_1)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def told(self) -> list[tuple[str, str, Any]]:
        """Method, path with query, and body of each request."""
        return [
            (each.method, each.url.raw_path.decode(), json.loads(each.content) if _is_json(each) else each.content)
            for each in self.requests
        ]


def _is_json(request: httpx.Request) -> bool:
    return bool(request.headers.get("content-type") == "application/json")


async def test_the_three_stages_are_those_of_the_document(answering: Answering) -> None:
    domo = Domo()
    async with answering(domo) as session:
        uploads = Uploads(session, Product())
        assert await uploads.begin("d-1", append=True) == "10"
        await uploads.put_part("d-1", "10", 1, b"Jae and Oleksii, why\nhello, it is the way")
        await uploads.commit("d-1", "10", "APPEND")
        assert session.written == 1
    base = "/api/data/v3/datasources/d-1/uploads"
    assert domo.told == [
        ("POST", base, {"action": "APPEND", "message": "Uploaded with domo-mcp", "appendId": "latest"}),
        ("PUT", f"{base}/10/parts/1", b"Jae and Oleksii, why\nhello, it is the way"),
        ("PUT", f"{base}/10/commit", {"action": "APPEND", "index": True}),
    ]
    assert domo.requests[1].headers["content-type"] == "text/csv"


async def test_a_partition_is_restated_as_the_document_says(answering: Answering) -> None:
    domo = Domo()
    async with answering(domo) as session:
        uploads = Uploads(session, Product())
        await uploads.begin("d-1", append=False, partition="2026-11 & more")
        await uploads.commit("d-1", "10", "APPEND", partition="2026-11 & more")
    assert [(path, body) for _, path, body in domo.told] == [
        (
            "/api/data/v3/datasources/d-1/uploads?restateDataTag=2026-11%20%26%20more",
            {"action": None, "appendId": None},
        ),
        (
            "/api/data/v3/datasources/d-1/uploads/10/commit",
            {"action": "APPEND", "restateDataTag": "2026-11 & more", "index": True},
        ),
    ]


async def test_parts_are_sent_again_and_a_commit_never_is(answering: Answering) -> None:
    broken = httpx.ReadError("broken")
    domo = Domo(httpx.Response(503), broken, httpx.Response(200))
    async with answering(domo) as session:
        await Uploads(session, Product()).put_part("d-1", "10", 1, b"a\n")
    assert len(domo.requests) == 3
    for answer, error in ((broken, Unreachable), (httpx.Response(502), DomoFailed)):
        domo = Domo(answer)
        async with answering(domo) as session:
            with pytest.raises(error):
                await Uploads(session, Product()).commit("d-1", "10", "REPLACE")
        assert len(domo.requests) == 1


async def test_a_commit_answered_with_nothing_or_anything_is_done(answering: Answering) -> None:
    for answer in (httpx.Response(200), httpx.Response(200, json={}), httpx.Response(204)):
        async with answering(Domo(answer)) as session:
            await Uploads(session, Product()).commit("d-1", "10", "REPLACE")


async def test_an_import_that_fails_says_so_and_a_beginning_without_an_id_is_unreadable(answering: Answering) -> None:
    async with answering(Domo(httpx.Response(400, json={"message": "Data import failed"}))) as session:
        with pytest.raises(Rejected, match="Data import failed"):
            await Uploads(session, Product()).commit("d-1", "10", "REPLACE")
    async with answering(Domo(httpx.Response(200, json={}))) as session:
        with pytest.raises(UnreadableAnswer):
            await Uploads(session, Product()).begin("d-1", append=True)


async def test_columns_are_the_declared_ones_else_the_indexed_hidden_ones_too(answering: Answering) -> None:
    column = {"name": "Friend", "type": "STRING", "visible": False}
    declared = httpx.Response(200, json={"schema": {"columns": [column, {"name": "n", "type": "LONG"}]}})
    async with answering(Domo(declared)) as session:
        columns = await Uploads(session, Product()).columns("d-1")
    assert [(each.name, each.type) for each in columns] == [("Friend", "STRING"), ("n", "LONG")]
    domo = Domo(httpx.Response(404), httpx.Response(200, json={"tables": [{"columns": [column]}]}))
    async with answering(domo) as session:
        assert [each.name for each in await Uploads(session, Product()).columns("d-1")] == ["Friend"]
    assert domo.told[1][1].endswith("/schema/indexed?includeHidden=true")


async def test_the_rows_of_a_partition_are_looked_for_page_by_page(answering: Answering) -> None:
    first = [{"partitionId": f"p{number}", "rowCount": number} for number in range(100)]
    domo = Domo(httpx.Response(200, json=first), httpx.Response(200, json=[{"partitionId": "wanted", "rowCount": 7}]))
    async with answering(domo) as session:
        assert await Uploads(session, Product()).rows_of("d-1", "wanted") == 7
    assert [body["offset"] for _, _, body in domo.told] == [0, 100]
    async with answering(Domo(httpx.Response(200, json=["bare", "ids"]))) as session:
        assert await Uploads(session, Product()).rows_of("d-1", "bare") is None
    async with answering(Domo(httpx.Response(200, json=[]))) as session:
        assert await Uploads(session, Product()).rows_of("d-1", "new") == 0


@pytest.mark.parametrize("surface", [AppFramework(), PublicApi()])
async def test_other_surfaces_have_no_uploads(answering: Answering, surface: Surface) -> None:
    async with answering(Domo()) as session:
        with pytest.raises(Refused):
            await Uploads(session, surface).begin("d-1", append=True)
