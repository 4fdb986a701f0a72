"""Files in the sandbox: what is stored comes back, revisions stack, parts are checked, permissions hold."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.app import ADMIN_TOKEN, sandbox_app
from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.company.files import shelve
from domo_mcp.sandbox.company.people import USERS
from domo_mcp.sandbox.company.receipt import RECEIPT
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Warehouse

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
BASES = {"product": "/api/data/v1/data-files", "app": "/domo/data-files/v1"}
ALEX, DANA = 1001, 1002
RECEIPT_FILE, PRICES, CONTRACT, BOARD = 401, 403, 406, 408


def opened(connection: sqlite3.Connection) -> Store:
    """A store on a database, without the company's datasets."""
    return Store(Warehouse(clock=lambda: NOW), connection, lambda: NOW)


@pytest.fixture
def files_store() -> Iterator[Store]:
    """The company's people and files."""
    store = opened(sqlite3.connect(":memory:", check_same_thread=False))
    store.put(*USERS, Group(id=7, name="Analysts", members=(ALEX,)))
    shelve(store, NOW)
    yield store
    store.close()


@dataclass(frozen=True)
class Door:
    """A user on one surface."""

    surface: str
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        """The answer to a request below the surface's base."""
        return await self.http.request(method, BASES[self.surface] + path, **more)

    async def upload(self, data: bytes, name: str = "a.txt", query: str = "", path: str = "") -> httpx.Response:
        """The answer to an upload, in the form that the surface takes; to `path`, a revision."""
        method, where = ("PUT", path) if path else ("POST", f"?name={name}{query}")
        if self.surface == "app":
            return await self.ask(method, where, files={"file": (name, data, "text/plain")})
        return await self.ask(method, where, content=data, headers={"content-type": "text/plain"})

    async def session(self, path: str = "/multipart", name: str = "big.bin") -> str:
        """A new session for an upload in parts."""
        made = await self.ask("POST", path, json={"name": name, "contentType": "text/plain"})
        return str(made.json()["sessionId"])

    async def details(self, file: int, expand: str = "") -> dict[str, Any]:
        """What is told of a file."""
        found: dict[str, Any] = (await self.ask("GET", f"/{file}/details?expand={expand}")).json()
        return found


@pytest.fixture
async def people(files_store: Store) -> AsyncIterator[dict[str, Door]]:
    """Alex and the administrator on both surfaces."""
    app = sandbox_app(files_store)
    async with AsyncExitStack() as stack:

        async def door(surface: str, headers: dict[str, str]) -> Door:
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox", headers=headers)
            return Door(surface, await stack.enter_async_context(client))

        yield {
            "product": await door("product", {"X-DOMO-Developer-Token": "sandbox-token"}),
            "app": await door("app", {"X-Domo-Ryuu-Session": "sandbox-session"}),
            "admin": await door("product", {"X-DOMO-Developer-Token": ADMIN_TOKEN}),
        }


@pytest.fixture(params=["product", "app"])
def alex(request: pytest.FixtureRequest, people: dict[str, Door]) -> Door:
    """Alex on each surface."""
    return people[request.param]


async def test_what_was_uploaded_is_told_and_given_back(alex: Door) -> None:
    made = await alex.upload(b"Hello", "hello there.txt", "&description=A%20greeting")
    file = made.json()["dataFileId"]
    told = await alex.details(file, "revisions,metadata")
    revision = told["currentRevision"]
    assert (told["name"], told["responsibleUserId"], told["existing"]) == ("hello there.txt", ALEX, False)
    assert told["revisions"] == [revision]
    assert told["metadata"] == {"description": "A greeting"}
    assert (revision["sizeBytes"], revision["contentType"], revision["scanState"]) == (5, "text/plain", "SAFE")
    assert revision["md5Hash"] == hashlib.md5(b"Hello", usedforsecurity=False).hexdigest().upper()
    assert revision["sha256HashValue"] == hashlib.sha256(b"Hello").hexdigest().upper()
    down = await alex.ask("GET", f"/{file}")
    assert (down.content, down.headers["content-type"]) == (b"Hello", "text/plain; charset=utf-8")


async def test_times_are_numbers_or_text_as_the_documents_print_them(people: dict[str, Door]) -> None:
    listed = (await people["app"].ask("GET", "/details/?limitToOwned=true")).json()
    assert listed[0]["datetimeCreated"] == 1770120000000
    assert (await people["app"].details(RECEIPT_FILE))["datetimeCreated"] == "2026-02-03T12:00:00.000+0000"
    assert (await people["product"].details(RECEIPT_FILE))["datetimeCreated"] == 1770120000000


async def test_public_is_the_default_on_the_product_surface_only(people: dict[str, Door]) -> None:
    for surface, query, public in [
        ("product", "", True), ("product", "&public=false", False), ("app", "", False), ("app", "&public=true", True),
    ]:  # fmt: skip
        door = people[surface]
        file = (await door.upload(b"x", query=query)).json()["dataFileId"]
        access = (await door.ask("GET", f"/{file}/permissions")).json()
        assert access["publicAccess"] is public
        assert access["entries"] == [
            {"entityType": "USER", "entityId": "1001", "grant": "READ_WRITE_DELETE_SHARE_ADMIN", "pass": "NONE"}
        ]


async def test_lists_are_chosen_by_ids_and_by_owner(people: dict[str, Door]) -> None:
    async def ids(door: Door, query: str) -> list[int]:
        return [each["dataFileId"] for each in (await door.ask("GET", f"/details?{query}")).json()]

    assert await ids(people["app"], "") == await ids(people["product"], "") == [RECEIPT_FILE, PRICES, CONTRACT]
    assert await ids(people["app"], "limitToOwned=true") == [RECEIPT_FILE]
    assert await ids(people["app"], f"ids={PRICES},{BOARD}") == [PRICES]
    assert await ids(people["product"], f"userId={DANA}") == [PRICES]
    assert await ids(people["product"], f"dataFileIds={CONTRACT}") == [CONTRACT]
    assert BOARD in await ids(people["admin"], "")
    assert (await people["app"].ask("GET", "/details?ids=a")).status_code == 400


async def test_revisions_stack_and_fall_back(alex: Door) -> None:
    first = (await alex.details(RECEIPT_FILE))["currentRevision"]["dataFileRevisionId"]
    second = (await alex.upload(b"two", path=f"/{RECEIPT_FILE}")).json()["revisionId"]
    told = await alex.details(RECEIPT_FILE, "revisions")
    assert [each["dataFileRevisionId"] for each in told["revisions"]] == [first, second]
    assert (await alex.ask("GET", f"/{RECEIPT_FILE}")).content == b"two"
    assert (await alex.ask("GET", f"/{RECEIPT_FILE}/revisions/{first}")).content.startswith(b"\x89PNG")
    assert (await alex.ask("DELETE", f"/{RECEIPT_FILE}/revisions/{second}")).status_code == 200
    assert (await alex.details(RECEIPT_FILE))["currentRevision"]["dataFileRevisionId"] == first
    assert (await alex.ask("GET", f"/{RECEIPT_FILE}/revisions/{second}")).status_code == 404
    await alex.ask("DELETE", f"/{RECEIPT_FILE}/revisions/{first}")
    assert (await alex.ask("GET", f"/{RECEIPT_FILE}")).status_code == 404
    again = (await alex.upload(b"x")).json()["dataFileId"]
    assert again > second


async def test_parts_make_a_file_in_the_order_of_their_numbers(alex: Door, files_store: Store) -> None:
    session = await alex.session()
    for index, data in [(2, b"world"), (1, b"Jello "), (1, b"Hello ")]:
        checksum = hashlib.sha256(data).hexdigest()
        put = await alex.ask("PUT", f"/multipart/{session}/part/{index}?checksum={checksum}", content=data)
        assert put.status_code == 200
    made = (await alex.ask("POST", f"/multipart/{session}/commit", json={"sessionId": session})).json()
    assert all(re.fullmatch(r"\d+", made[key]) for key in ("dataFileId", "revisionId"))
    assert (await alex.ask("GET", f"/{made['dataFileId']}")).content == b"Hello world"
    assert (await alex.ask("POST", f"/multipart/{session}/commit", json={})).status_code == 404
    assert files_store.contents.numbers(session) == []


async def test_parts_make_a_revision(alex: Door) -> None:
    session = await alex.session(f"/{RECEIPT_FILE}/multipart")
    await alex.ask("PUT", f"/multipart/{session}/part/1", content=b"three")
    made = (await alex.ask("POST", f"/multipart/{session}/commit", json={"sessionId": session})).json()
    told = await alex.details(RECEIPT_FILE)
    assert made["dataFileId"] == str(RECEIPT_FILE)
    assert str(told["currentRevision"]["dataFileRevisionId"]) == made["revisionId"]
    assert told["name"] == "Receipt Oslo Dinner.png"


async def test_an_aborted_session_leaves_nothing(alex: Door, files_store: Store) -> None:
    session = await alex.session()
    await alex.ask("PUT", f"/multipart/{session}/part/1", content=b"x")
    assert (await alex.ask("POST", f"/multipart/{session}/abort")).status_code == 200
    assert (await alex.ask("PUT", f"/multipart/{session}/part/2", content=b"x")).status_code == 404
    assert files_store.contents.numbers(session) == []


async def test_what_is_wrong_with_a_part_or_a_commit_is_refused(people: dict[str, Door]) -> None:
    alex, admin = people["product"], people["admin"]
    session = await alex.session()
    where = f"/multipart/{session}"
    bad = {
        f"{where}/part/0": 400, f"{where}/part/10001": 400, f"{where}/part/1?checksum={'0' * 64}": 400,
        "/multipart/none/part/1": 404,
    }  # fmt: skip
    assert {path: (await alex.ask("PUT", path, content=b"x")).status_code for path in bad} == bad
    assert (await alex.ask("POST", f"{where}/commit", json={})).status_code == 400
    assert (await admin.ask("POST", f"{where}/abort")).status_code == 404
    await alex.ask("PUT", f"{where}/part/2", content=b"x")
    assert (await alex.ask("POST", f"{where}/commit", json={})).status_code == 400
    assert (await alex.ask("POST", "/multipart", json={"name": "a"})).status_code == 400
    assert (await alex.ask("POST", "", content=b"x")).status_code == 400
    assert (await people["app"].ask("POST", "?name=a", files={"upload": b"x"})).status_code == 400


async def test_permissions_hold(people: dict[str, Door]) -> None:
    alex, admin = people["product"], people["admin"]
    entries = [{"entityType": "GROUP", "entityId": 7, "grant": "READ_WRITE", "pass": "NONE"}]

    async def may() -> list[int]:
        return [
            (await alex.ask("GET", f"/{BOARD}")).status_code,
            (await alex.upload(b"x", path=f"/{BOARD}")).status_code,
            (await alex.ask("PUT", f"/{BOARD}/permissions", json={"publicAccess": True, "entries": []})).status_code,
        ]

    assert await may() == [403, 403, 403]
    await admin.ask("PUT", f"/{BOARD}/permissions", json={"publicAccess": False, "entries": entries})
    assert await may() == [200, 200, 403]
    await admin.ask("PUT", f"/{BOARD}/permissions", json={"publicAccess": True, "entries": []})
    assert await may() == [200, 403, 403]
    assert (await admin.ask("PUT", f"/{BOARD}/permissions", json={"entries": []})).status_code == 400
    assert (await alex.ask("GET", "/999999")).status_code == 404


async def test_files_and_open_sessions_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite"
    store = opened(sqlite3.connect(file, check_same_thread=False))
    store.put(*USERS)
    headers = {"X-DOMO-Developer-Token": "sandbox-token"}
    transport = httpx.ASGITransport(sandbox_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        door = Door("product", http)
        whole = (await door.upload(b"Hello")).json()["dataFileId"]
        session = await door.session()
        await door.ask("PUT", f"/multipart/{session}/part/1", content=b"one")
    store.close()
    store = opened(sqlite3.connect(file, check_same_thread=False))
    transport = httpx.ASGITransport(sandbox_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        door = Door("product", http)
        assert (await door.ask("GET", f"/{whole}")).content == b"Hello"
        made = (await door.ask("POST", f"/multipart/{session}/commit", json={"sessionId": session})).json()
        assert (await door.ask("GET", f"/{made['dataFileId']}")).content == b"one"
    store.close()


async def test_the_receipt_can_be_read(people: dict[str, Door]) -> None:
    picture = (await people["product"].ask("GET", f"/{RECEIPT_FILE}")).content
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert any("77.00" in line for line in RECEIPT)
    contract = (await people["product"].ask("GET", f"/{CONTRACT}")).content
    assert contract.startswith(b"PK")
