"""Files: documented answers in all their spellings, what is sent in which form, parts that come all or not at all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx
import pytest

from domo_mcp.client.file_contents import DataFile, Parts
from domo_mcp.client.files import Files
from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, PublicApi, Surface
from domo_mcp.errors import DomoFailed, NotFound, Refused, Rejected, Unreachable, UnreadableAnswer

Answering = Callable[..., AbstractAsyncContextManager[Session]]
SURFACES: list[tuple[Surface, str]] = [(Product(), "/api/data/v1/data-files"), (AppFramework(), "/domo/data-files/v1")]
DOCUMENTED: dict[str, Any] = {
    "dataFileId": 401,
    "name": '"SampleFile"',
    "responsibleUserId": 1089963280,
    "currentRevision": {
        "dataFileRevisionId": 430,
        "dataFileId": 401,
        "contentType": "application/pdf",
        "uploadUserId": 1089963280,
        "sizeBytes": 142783,
        "uploadTimeMillis": 199,
        "md5Hash": "B6C962A9288F132762051A6A33708B90",
        "datetimeUploaded": 1731611168000,
        "scanState": "SAFE",
        "sha256HashValue": "5E3EF0EF4CFAD65A1831D866DEEBD932C5A0AA3484A558FD0D1CA3EB852AE1BF",
    },
    "datetimeCreated": 1731611168000,
    "revisions": [],
    "existing": False,
}
CLOSED: dict[str, Any] = {"publicAccess": False, "entries": []}


@dataclass
class Bytes:
    """What is uploaded, from memory."""

    data: bytes
    name: str = "a b.csv"
    media_type: str = "text/csv"
    changed: bool = False

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    async def read(self, start: int, length: int) -> bytes:
        part = self.data[start : start + length]
        return part[::-1] if self.changed else part


@dataclass
class Parted:
    """A Domo that takes one file in parts; `on_part` and `on_commit` may answer first."""

    on_part: Callable[[int, int], httpx.Response | None] = lambda index, time: None  # noqa: ARG005
    on_commit: Callable[[], httpx.Response | None] = lambda: None
    access: dict[str, Any] = field(default_factory=lambda: CLOSED)
    parts: dict[int, bytes] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    committed: bool = False
    aborted: bool = False
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        path = request.url.path
        self.seen.append((request.method, path))
        if found := re.search(r"/part/(\d+)$", path):
            return await self._part(request, int(found[1]))
        if path.endswith("/commit"):
            answer = self.on_commit()
            self.committed = self.committed or answer is None or answer.status_code >= 500
            return answer or httpx.Response(200, json={"dataFileId": "1234567890", "revisionId": "1234567891"})
        if path.endswith("/abort"):
            self.aborted = True
            return httpx.Response(404 if self.committed else 200)
        if path.endswith("/multipart"):
            self.asked = json.loads(request.content)
            return httpx.Response(200, json={"sessionId": "s-1"})
        return httpx.Response(200, json=self._told(path))

    def _told(self, path: str) -> object:
        if path.endswith("/permissions"):
            return self.access
        return {"id": 27} if path.endswith("/users/me") else self._files()

    async def _part(self, request: httpx.Request, index: int) -> httpx.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        data = await request.aread()
        await anyio.lowlevel.checkpoint()
        self.at_once -= 1
        assert request.url.params["checksum"] == hashlib.sha256(data).hexdigest()
        assert request.headers["content-type"] == "text/csv"
        self.tries[index] = self.tries.get(index, 0) + 1
        answer = self.on_part(index, self.tries[index])
        if answer is None or answer.is_success:
            self.parts[index] = data
        return answer or httpx.Response(200)

    def _files(self) -> list[dict[str, Any]]:
        data = b"".join(self.parts[index] for index in sorted(self.parts))
        revision = {**DOCUMENTED["currentRevision"], "sha256HashValue": hashlib.sha256(data).hexdigest().upper()}
        new = {**DOCUMENTED, "dataFileId": 555, "name": "a b.csv", "currentRevision": revision}
        return [DOCUMENTED, *([new] if self.committed else [])]


async def silent(done: int) -> None:
    """Progress that nobody wants to know of."""
    assert done >= 0


DATA = bytes(range(256)) * 40
TEN = Parts(1024, 3)


async def upload(files: Files, body: Bytes, *, public: bool = False, parts: Parts = TEN) -> Any:
    return await files.upload(body, description="", public=public, parts=parts, progress=silent)


@pytest.mark.parametrize(("surface", "base"), SURFACES)
async def test_the_documented_list_is_read(answering: Answering, surface: Surface, base: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"id": 27, "userId": 27} if "details" not in request.url.path else [DOCUMENTED])

    async with answering(answer) as session:
        (file,) = await Files(session, surface).listed(["401", "402"], expand=["revisions"], owned_only=True)
    assert (file.id, file.name, file.owner) == ("401", '"SampleFile"', "1089963280")
    assert file.created == datetime(2024, 11, 14, 19, 6, 8, tzinfo=UTC)
    revision = file.current_revision
    assert revision is not None
    assert (revision.id, revision.size, revision.scan_state) == ("430", 142783, "SAFE")
    assert revision.sha256 == DOCUMENTED["currentRevision"]["sha256HashValue"].lower()
    assert file.versions == (revision,)
    assert asked[-1].url.path == f"{base}/details"
    own = {"limitToOwned": "true", "ids": "401,402"} if surface.one_app else {"userId": "27", "dataFileIds": "401,402"}
    assert dict(asked[-1].url.params) == {**own, "expand": "revisions"}


@pytest.mark.parametrize(
    "written", [1551831997000, 1551831997, "2019-03-06T00:26:37.000+0000", "2019-03-06T00:26:37Z", "1551831997000"]
)
def test_times_come_in_several_spellings(written: object) -> None:
    file = DataFile.model_validate({**DOCUMENTED, "dataFileId": "401", "datetimeCreated": written})
    assert file.created == datetime(2019, 3, 6, 0, 26, 37, tzinfo=UTC)


def test_what_is_missing_or_null_or_new_is_no_failure() -> None:
    bare = DataFile.model_validate(
        {"dataFileId": 1, "currentRevision": None, "revisions": None, "datetimeCreated": "?"}
    )
    assert (bare.id, bare.versions, bare.created) == ("1", (), None)
    more = {"dataFileRevisionId": 9, "contentType": None, "sizeBytes": "many"}
    told = DataFile.model_validate({**DOCUMENTED, "metadata": {"a": [1]}, "revisions": [more], "later": 1})
    assert ([each.id for each in told.versions], told.metadata) == (["9", "430"], {"a": [1]})
    assert told.versions[0].size is None


async def test_a_small_file_goes_raw_and_never_without_public_false(answering: Answering) -> None:
    seen: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await request.aread()
        seen.append(request)
        return httpx.Response(200, json={"dataFileId": 401} if request.method == "POST" else CLOSED)

    async with answering(answer) as session:
        made = await upload(Files(session, Product()), Bytes(b"a,b"))
    assert made.file_id == "401"
    assert (seen[0].method, seen[0].url.path, seen[0].content) == ("POST", "/api/data/v1/data-files", b"a,b")
    assert dict(seen[0].url.params) == {"name": "a b.csv", "public": "false"}
    assert (seen[0].headers["content-type"], seen[0].headers["content-length"]) == ("text/csv", "3")


async def test_an_app_gets_a_form_with_the_field_file(answering: Answering) -> None:
    seen: list[httpx.Request] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await request.aread()
        seen.append(request)
        return httpx.Response(200, json={"revisionId": 430})

    async with answering(answer) as session:
        file = DataFile.model_validate(DOCUMENTED)
        made = await Files(session, AppFramework()).upload_revision(file, Bytes(b"a,b"), parts=TEN, progress=silent)
    assert (made.file_id, made.revision_id) == ("401", "430")
    assert (seen[0].method, seen[0].url.path) == ("PUT", "/domo/data-files/v1/401")
    assert seen[0].headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="a b.csv"\r\nContent-Type: text/csv\r\n\r\na,b\r\n' in seen[0].content


@pytest.mark.parametrize(("surface", "base"), SURFACES)
async def test_parts_arrive_whole_a_few_at_a_time_and_are_committed_once(
    answering: Answering, surface: Surface, base: str
) -> None:
    def twice(index: int, time: int) -> httpx.Response | None:
        return httpx.Response(503) if index == 4 and time < 3 else None

    domo = Parted(on_part=twice)
    async with answering(domo) as session:
        made = await upload(Files(session, surface), Bytes(DATA))
        assert session.written == 12
    assert (made.file_id, made.revision_id) == ("1234567890", "1234567891")
    assert b"".join(domo.parts[index] for index in range(1, 11)) == DATA
    assert domo.tries == {**dict.fromkeys(range(1, 11), 1), 4: 3}
    assert domo.most_at_once <= 3
    assert [path for _, path in domo.seen if path.endswith("/commit")] == [f"{base}/multipart/s-1/commit"]
    assert domo.asked == {"name": "a b.csv", "contentType": "text/csv", "Cache-Control": "no-cache"}


@pytest.mark.parametrize(
    ("answer", "error"), [(httpx.Response(500), DomoFailed), (httpx.Response(400, json={"message": "no"}), Rejected)]
)
async def test_a_part_that_is_refused_aborts_and_nothing_counts_as_written(
    answering: Answering, answer: httpx.Response, error: type[Exception]
) -> None:
    domo = Parted(on_part=lambda index, _time: httpx.Response(answer.status_code) if index == 2 else None)
    async with answering(domo) as session:
        with pytest.raises(error) as failed:
            await upload(Files(session, Product()), Bytes(DATA))
        assert session.written == 0
    assert failed.value.surely_unprocessed  # type: ignore[attr-defined]  # both are errors of Domo's
    assert (domo.aborted, domo.committed) == (True, False)


async def test_a_call_that_is_given_up_aborts(answering: Answering) -> None:
    domo = Parted()
    async with answering(domo) as session, anyio.create_task_group() as tasks:

        async def told(done: int) -> None:
            if done > 2000:
                tasks.cancel_scope.cancel()
            await anyio.lowlevel.checkpoint()

        await Files(session, Product()).upload(Bytes(DATA), description="", public=False, parts=TEN, progress=told)
    assert (domo.aborted, domo.committed) == (True, False)
    assert len(domo.parts) < 10


async def test_bytes_that_are_not_those_that_were_shown_are_not_committed(answering: Answering) -> None:
    domo = Parted()
    for parts in (TEN, Parts(10**6, 1)):
        async with answering(domo) as session:
            with pytest.raises(Refused, match="changed"):
                await upload(Files(session, Product()), Bytes(DATA, changed=True), parts=parts)
            assert session.written == 0
    assert (domo.aborted, domo.committed) == (True, False)


@pytest.mark.parametrize("answer", [httpx.Response(502), httpx.Response(200, text="ok"), httpx.Response(200, json={})])
async def test_a_lost_answer_to_the_commit_is_found_by_name_and_hash(
    answering: Answering, answer: httpx.Response
) -> None:
    domo = Parted()

    def lost() -> httpx.Response:
        domo.committed = True
        return httpx.Response(answer.status_code, content=answer.content)

    domo.on_commit = lost
    async with answering(domo) as session:
        assert (await upload(Files(session, Product()), Bytes(DATA))).file_id == "555"
    assert sum(path.endswith("/commit") for _, path in domo.seen) == 1
    assert not domo.aborted


async def test_a_commit_that_is_lost_for_good_is_not_called_unprocessed(answering: Answering) -> None:
    domo = Parted()

    def lost() -> httpx.Response:
        raise httpx.ReadError("gone")

    domo.on_commit = lost
    async with answering(domo) as session:
        with pytest.raises(Unreachable) as failed:
            await upload(Files(session, Product()), Bytes(DATA))
        assert session.written > 0
    assert not failed.value.surely_unprocessed
    assert domo.aborted


async def test_an_instance_without_sessions_says_what_to_do(answering: Answering) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.method == "POST" else httpx.Response(200, json=[])

    async with answering(answer) as session:
        with pytest.raises(NotFound, match=r"files\.part_mb"):
            await upload(Files(session, AppFramework()), Bytes(DATA))


@pytest.mark.parametrize("answer", [{}, {"sessionId": ""}, []])
async def test_a_session_without_an_id_is_no_session(answering: Answering, answer: object) -> None:
    async with answering(
        lambda request: httpx.Response(200, json=[] if request.method == "GET" else answer)
    ) as session:
        with pytest.raises(UnreadableAnswer):
            await upload(Files(session, AppFramework()), Bytes(DATA))


async def test_a_file_that_stays_open_is_deleted_and_told(answering: Answering) -> None:
    deleted: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "DELETE":
            deleted.append(path)
        if path.endswith("/details"):
            return httpx.Response(200, json=DOCUMENTED)
        if path.endswith("/permissions"):
            return httpx.Response(200, json={"publicAccess": True, "entries": []})
        return httpx.Response(200, json={"dataFileId": 401})

    async with answering(answer) as session:
        with pytest.raises(Rejected, match=r"may be open to everybody .* It was deleted again") as failed:
            await upload(Files(session, Product()), Bytes(b"a,b"))
        assert session.written == 0
    assert failed.value.surely_unprocessed
    assert deleted == ["/api/data/v1/data-files/401/revisions/430"]


@pytest.mark.parametrize(
    ("size", "cut"), [(11 * 2**20, 10 * 2**20), (100_001 * 2**20, 10 * 2**20 + 105), (10**6, 10 * 2**20)]
)
def test_there_are_never_more_parts_than_domo_takes(size: int, cut: int) -> None:
    parts = Parts(10 * 2**20, 4)
    assert parts.size_for(size) == cut
    assert -(-size // parts.size_for(size)) <= 10_000


@pytest.mark.parametrize(("content_type", "html"), [("text/html", True), ("text/plain", False)])
async def test_a_download_may_be_a_page_where_the_file_is_one(
    answering: Answering, content_type: str, *, html: bool
) -> None:
    page = httpx.Response(200, text="<html>Hello</html>", headers={"content-type": content_type})
    async with answering(lambda _request: page) as session:
        files = Files(session, Product())
        async with files.download("401", "430", max_bytes=100, html=html) as pieces:
            assert b"".join([piece async for piece in pieces]) == b"<html>Hello</html>"


async def test_a_page_in_place_of_a_file_is_refused(answering: Answering) -> None:
    page = httpx.Response(200, text="<html>Sign in</html>", headers={"content-type": "text/html"})
    async with answering(lambda _request: page) as session:
        with pytest.raises(UnreadableAnswer):
            async with Files(session, Product()).download("401", max_bytes=100):
                pytest.fail("it is no file")


async def test_the_public_api_has_no_files(answering: Answering) -> None:
    async with answering(lambda _request: pytest.fail("nothing is sent")) as session:
        with pytest.raises(Refused, match="not offered"):
            await Files(session, PublicApi()).get("401")
