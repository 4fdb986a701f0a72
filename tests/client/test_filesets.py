"""FileSets: shapes that drift, pages, what is sent, and what a deletion answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from domo_mcp.client.fileset_contents import MATCHES, FileEntry, FilePage, FileSet, FileSetPage
from domo_mcp.client.fileset_search import EVERYTHING, Filter, Span, Wanted
from domo_mcp.client.filesets import FileSets
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, PublicApi, Surface
from domo_mcp.errors import Forbidden, Refused, Rejected, UnreadableAnswer

Answering = Callable[..., AbstractAsyncContextManager[Session]]
Call = Callable[[FileSets], Any]
SURFACES = [(Product(), "/api/files/v1/filesets"), (AppFramework(), "/domo/files/v1/filesets")]
FILE = {"id": "f", "path": "a/b.txt", "name": "b.txt", "fileType": "TEXT"}


async def nothing() -> AsyncIterator[bytes]:
    yield b"abc"


CALLS: dict[str, tuple[Call, str]] = {
    "all": (lambda them: them.all(), "POST /search?limit=100"),
    "get": (lambda them: them.get("s"), "GET /s"),
    "create": (lambda them: them.create("n"), "POST "),
    "update": (lambda them: them.update("s", name="n"), "POST /s"),
    "query": (lambda them: them.query("s", "why", most=3), "POST /s/query"),
    "files": (lambda them: them.files("s", after="t"), "POST /s/files/search?limit=100&next=t"),
    "file": (lambda them: them.file("s", "f"), "GET /s/files/f"),
    "file_at": (lambda them: them.file_at("s", "a b/c&d.txt"), "GET /s/path?path=a%20b%2Fc%26d.txt"),
    "upload": (lambda them: them.upload("s", "a", "b.txt", "text/x", 3, nothing), "POST /s/files"),
    "delete": (lambda them: them.delete("s"), "DELETE /s"),
    "delete_file": (lambda them: them.delete_file("s", "f"), "DELETE /s/files/f"),
    "delete_file_at": (lambda them: them.delete_file_at("s", "a/b"), "DELETE /s/path?path=a%2Fb"),
}
ANSWER = {**FILE, "name": "n", "fileSets": [], "matches": [], "files": [], "status": "success"}


class Recorder:
    """A Domo that notes what comes and answers with a function of it."""

    def __init__(self, answer: Callable[[httpx.Request], object]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        answer = self._answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def always(answer: object) -> Recorder:
    return Recorder(lambda _: answer)


def read(adapter: TypeAdapter[Any], value: object) -> Any:
    return adapter.validate_json(json.dumps(value))


class TestShapes:
    def test_a_fileset_as_the_product_surface_gives_it(self) -> None:
        found = FileSet.model_validate(
            {
                "id": "6fbf", "name": "Unstructured", "description": "", "aiEnabled": True, "indexStatus": None,
                "batchType": "INCREMENTAL", "connector": "DOMO", "created": "2025-04-19T22:52:23.470150Z",
                "createdBy": 403368057, "owner": "403368057", "accountId": 0, "connectorContext": None,
                "permission": "OWNER", "size": 730812, "fileCount": 2,
            }
        )  # fmt: skip
        assert (found.ai_enabled, found.created_by, found.owner, found.file_count) == (
            True,
            "403368057",
            "403368057",
            2,
        )

    def test_a_fileset_may_say_little(self) -> None:
        found = FileSet.model_validate({"id": 10, "name": "Sample", "description": None, "size": "large"})
        assert (found.id, found.description, found.ai_enabled, found.size) == ("10", "", None, None)

    @pytest.mark.parametrize("created", [1718826000000, 1718826000, "2024-06-19T19:40:00.000Z", "2024-06-19T19:40:00"])
    def test_times_come_in_three_forms(self, created: object) -> None:
        found = FileEntry.model_validate({**FILE, "created": created})
        assert found.created == datetime(2024, 6, 19, 19, 40, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("said", "sha256"),
        [
            ({"hash": "AB", "hashAlgorithm": "SHA_256_HEX"}, "ab"),
            ({"hash": "ab", "hashAlgorithm": "SHA-256"}, "ab"),
            ({"hash": "ab"}, "ab"),
            ({"hash": "ab", "hashAlgorithm": "MD5"}, None),
            ({"hash": None, "hashAlgorithm": "SHA_256_HEX"}, None),
        ],
    )
    def test_only_a_sha256_is_taken_for_one(self, said: dict[str, object], sha256: str | None) -> None:
        assert FileEntry.model_validate({**FILE, **said}).sha256 == sha256

    def test_a_path_has_no_slash_before_it_and_may_be_the_name(self) -> None:
        assert FileEntry.model_validate({**FILE, "path": "/a/b.txt"}).path == "a/b.txt"
        assert FileEntry.model_validate({"id": "f", "name": "b.txt"}).path == "b.txt"
        assert FileEntry.model_validate({"id": "f", "path": "a/b.txt"}).name == "b.txt"

    @pytest.mark.parametrize("key", ["fileSets", "filesets"])
    @pytest.mark.parametrize("context", [{"offset": 0, "limit": 50, "total": 7}, {"count": 1, "totalCount": 7}])
    def test_pages_come_in_two_spellings(self, key: str, context: dict[str, int]) -> None:
        page = FileSetPage.model_validate({key: [{"id": "s", "name": "n"}], "pageContext": context})
        assert ([each.id for each in page.file_sets], page.total) == (["s"], 7)

    def test_a_page_may_have_no_context(self) -> None:
        assert FileSetPage.model_validate({"fileSets": []}).total is None
        assert FilePage.model_validate({"files": None, "pageContext": None}).next is None

    @pytest.mark.parametrize(
        "answer",
        [
            {"matches": [{"id": "f", "node": {**FILE, "content": "text", "embedding": [0.1]}, "score": 0.5}]},
            {"matches": [{"content": {"type": "TEXT", "text": "text"}, "score": 0.5,
                          "metadata": {"fileId": "f", "path": "a/b.txt"}}]},
            [{**FILE, "text": "text", "score": 0.5}],
        ],
    )  # fmt: skip
    def test_matches_come_in_three_shapes(self, answer: object) -> None:
        (match,) = read(MATCHES, answer)
        assert (match.file.id, match.file.path, match.score, match.text) == ("f", "a/b.txt", 0.5, "text")
        assert "embedding" not in repr(match)

    @pytest.mark.parametrize(
        "answer",
        [
            [FILE],
            {"matches": [{"id": "f", "node": FILE, "score": "high"}]},
            {"matches": [{"content": {"type": "IMAGE", "uri": "data:image/png;base64,AAAA"}, "metadata": FILE}]},
        ],
    )
    def test_a_match_may_have_neither_score_nor_passage(self, answer: object) -> None:
        (match,) = read(MATCHES, answer)
        assert (match.file.path, match.score, match.text) == ("a/b.txt", None, "")


class TestPages:
    async def test_all_is_every_page_up_to_the_total(self, answering: Answering) -> None:
        there = [{"id": str(n), "name": f"n{n}"} for n in range(230)]

        def page(request: httpx.Request) -> object:
            offset = int(request.url.params.get("offset", 0))
            return {"fileSets": there[offset : offset + 60], "pageContext": {"total": 230}}

        domo = Recorder(page)
        async with answering(domo) as session:
            assert len(await FileSets(session, Product()).all()) == 230
        assert [request.url.params.get("offset") for request in domo.requests] == [None, "60", "120", "180"]

    async def test_without_a_total_a_short_page_is_the_last(self, answering: Answering) -> None:
        there = [{"id": str(n), "name": f"n{n}"} for n in range(130)]

        def page(request: httpx.Request) -> object:
            offset = int(request.url.params.get("offset", 0))
            return {"fileSets": there[offset : offset + 100]}

        async with answering(Recorder(page)) as session:
            assert len(await FileSets(session, AppFramework()).all()) == 130

    async def test_an_endpoint_that_ignores_the_offset_is_an_error(self, answering: Answering) -> None:
        page = {"fileSets": [{"id": str(n), "name": f"n{n}"} for n in range(100)]}
        async with answering(always(page)) as session:
            with pytest.raises(UnreadableAnswer, match="same page"):
                await FileSets(session, AppFramework()).all()


class TestRequests:
    @pytest.mark.parametrize(("surface", "base"), SURFACES, ids=["product", "app"])
    @pytest.mark.parametrize("name", CALLS)
    async def test_each_goes_where_the_documents_say(
        self, answering: Answering, surface: Surface, base: str, name: str
    ) -> None:
        call, where = CALLS[name]
        method, _, path = where.partition(" ")
        domo = always(ANSWER)
        async with answering(domo) as session:
            await call(FileSets(session, surface))
        assert [(each.method, each.url.raw_path.decode()) for each in domo.requests] == [(method, base + path)]

    @pytest.mark.parametrize("name", CALLS)
    async def test_the_public_api_has_no_filesets(self, answering: Answering, name: str) -> None:
        domo = always(ANSWER)
        async with answering(domo) as session:
            with pytest.raises(Refused, match="not offered on the public API"):
                await CALLS[name][0](FileSets(session, PublicApi()))
        assert not domo.requests

    async def test_bodies_say_only_what_is_wanted(self, answering: Answering) -> None:
        domo = always(ANSWER)
        start, end = datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 6, 30, 12, 0, 0, 5000, tzinfo=UTC)
        wanted = Wanted(
            (Filter("name", (".pdf",), "LIKE"),), (Span("created", start, end, negated=True),), (("name", "ASC"),)
        )
        async with answering(domo) as session:
            them = FileSets(session, Product())
            await them.files("s", EVERYTHING)
            await them.files("s", wanted, directory="reports", immediate_children=True, limit=20)
            await them.query("s", "why", directory="reports", most=5)
            await them.query("s", "why", most=5)
            await them.create("n", account_id=12, connector="S3", relative_path="bucket/path", ai_enabled=False)
            await them.create("n", "d")
            await them.update("s", description="")
        assert [json.loads(request.content) for request in domo.requests] == [
            {},
            {
                "fieldSort": [{"field": "name", "order": "ASC"}],
                "filters": [{"field": "name", "value": [".pdf"], "operator": "LIKE", "not": False}],
                "dateFilters": [
                    {
                        "field": "created",
                        "start": "2025-06-01T00:00:00.000Z",
                        "end": "2025-06-30T12:00:00.005Z",
                        "not": True,
                    }
                ],
            },
            {"query": "why", "topK": 5, "directoryPath": "reports"},
            {"query": "why", "topK": 5},
            {
                "name": "n",
                "accountId": 12,
                "connectorContext": {"connector": "S3", "relativePath": "bucket/path"},
                "aiEnabled": False,
            },
            {"name": "n", "description": "d"},
            {"description": ""},
        ]
        assert domo.requests[1].url.query == b"directoryPath=reports&immediateChildren=true&limit=20"

    @pytest.mark.parametrize(
        ("surface", "given", "sent"),
        [
            (Product(), "text/markdown", "text/markdown"),
            (AppFramework(), "text/markdown", "text/plain"),
            (AppFramework(), "application/pdf", "application/pdf"),
        ],
    )
    async def test_an_upload_is_the_form_of_the_documents(
        self, answering: Answering, surface: Surface, given: str, sent: str
    ) -> None:
        domo = always(FILE)
        async with answering(domo) as session:
            made = await FileSets(session, surface).upload("s", "a", "b.txt", given, 3, nothing)
        body = domo.requests[0].content
        assert (made.id, int(domo.requests[0].headers["content-length"])) == ("f", len(body))
        assert f'name="file"; filename="b.txt"\r\nContent-Type: {sent}\r\n\r\nabc\r\n'.encode() in body
        assert b'name="createFileRequest"\r\n\r\n{"directoryPath": "a"}\r\n' in body

    @pytest.mark.parametrize("status", [500, 503])
    async def test_an_upload_that_may_have_arrived_is_not_sent_again(self, answering: Answering, status: int) -> None:
        domo = always(httpx.Response(status))
        async with answering(domo) as session:
            with pytest.raises(Exception, match=str(status)):
                await FileSets(session, Product()).upload("s", "", "b.txt", "text/plain", 3, nothing)
        assert len(domo.requests) == 1

    async def test_a_refusal_may_be_plain_text(self, answering: Answering) -> None:
        async with answering(always(httpx.Response(403, text="EDIT permission is missing"))) as session:
            with pytest.raises(Forbidden, match="EDIT permission is missing"):
                await FileSets(session, Product()).delete("s")


class TestDownload:
    async def test_a_web_page_is_content_only_where_the_file_is_one(self, answering: Answering) -> None:
        page = httpx.Response(200, text="<!DOCTYPE html><p>hello</p>", headers={"content-type": "text/html"})
        async with answering(always(page)) as session:
            them = FileSets(session, Product())
            async with them.download("s", "f", max_bytes=1000, html=True) as pieces:
                assert b"".join([piece async for piece in pieces]).endswith(b"<p>hello</p>")
            with pytest.raises(UnreadableAnswer, match="web page"):
                async with them.download("s", "f", max_bytes=1000):
                    pass


class TestDeletion:
    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(204),
            httpx.Response(200),
            httpx.Response(200, json={"status": "success", "message": "File deleted successfully."}),
            httpx.Response(200, json={"status": "SUCCESS"}),
            httpx.Response(200, json=1),
            httpx.Response(200, text="deleted"),
        ],
    )
    async def test_success_comes_in_many_forms(self, answering: Answering, answer: httpx.Response) -> None:
        async with answering(always(answer)) as session:
            await FileSets(session, Product()).delete_file("s", "f")

    async def test_a_success_that_says_otherwise_is_an_error(self, answering: Answering) -> None:
        async with answering(always({"status": "error", "message": "File is locked"})) as session:
            with pytest.raises(Rejected, match="File is locked"):
                await FileSets(session, Product()).delete_file("s", "f")
