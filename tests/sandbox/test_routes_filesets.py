"""FileSets over HTTP, on both surfaces: found, made, changed, deleted, and their files."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.app import ADMIN_TOKEN, sandbox_app
from domo_mcp.sandbox.company.filesets import BOARD_PAPERS, POLICIES, REPORTS, SCANS
from domo_mcp.sandbox.store import Store
from tests.sandbox.clock import Clock
from tests.sandbox.filesets.shelves import APP, PRODUCT, Visitor, filesets_store


@pytest.fixture
def shelves(clock: Clock) -> Iterator[Store]:
    store = filesets_store(clock)
    yield store
    store.close()


@pytest.fixture
def site(shelves: Store) -> Starlette:
    return sandbox_app(shelves)


@pytest.fixture
def alex(site: Starlette) -> Visitor:
    return Visitor(site)


@pytest.fixture
def admin(site: Starlette) -> Visitor:
    return Visitor(site, token=ADMIN_TOKEN)


@pytest.fixture
def app(site: Starlette) -> Visitor:
    return Visitor(site, APP, "sandbox-session")


async def new(visitor: Visitor, *, ai: bool = False) -> str:
    return str((await visitor.told("POST", json={"name": "Mine", "aiEnabled": ai}))["id"])


async def test_the_product_surface_has_the_documents_shape(alex: Visitor) -> None:
    page = await alex.told("POST", "/search?limit=1&offset=1", json={})
    assert page["pageContext"] == {"offset": 1, "limit": 1, "total": 3}
    assert page["fileSets"][0] == await alex.told("GET", f"/{REPORTS}")
    assert {**page["fileSets"][0], "description": "", "size": 0, "created": "", "updated": ""} == {
        "id": REPORTS, "name": "Quarterly Reports", "description": "", "aiEnabled": True, "indexStatus": None,
        "batchType": "INCREMENTAL", "connector": "DOMO", "created": "", "createdBy": 27, "updated": "",
        "updatedBy": 27, "owner": "27", "accountId": 0, "connectorContext": None, "permission": "READ", "size": 0,
        "fileCount": 9,
    }  # fmt: skip


async def test_an_app_gets_the_short_shape_with_milliseconds(app: Visitor) -> None:
    made = await app.told("POST", json={"name": "Sample FileSet", "description": "For a demonstration."})
    assert made == {
        "id": made["id"],
        "name": "Sample FileSet",
        "description": "For a demonstration.",
        "created": "2026-11-22T12:00:00.000Z",
        "createdBy": 1001,
    }
    assert made in (await app.told("POST", "/search", json={}))["fileSets"]


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        ({"filters": [{"field": "name", "value": ["pol", "SCAN"], "operator": "LIKE"}]},
         ["Policies", "Scanned Archive"]),
        ({"filters": [{"field": "name", "value": ["Policies"], "operator": "EQUALS", "not": True}],
          "fieldSort": [{"field": "name", "order": "DESC"}]}, ["Scanned Archive", "Quarterly Reports"]),
        ({"filters": [{"field": "owner", "value": [27], "operator": "IN"}]}, ["Quarterly Reports"]),
        ({"dateFilters": [{"field": "created", "start": "2025-06-01T00:00:00Z"}], "fieldSort": [{"field": "name"}]},
         ["Policies", "Quarterly Reports"]),
        ({"dateFilters": [{"field": "created", "start": "2025-06-01T00:00:00Z", "not": True}]}, ["Scanned Archive"]),
        ({"filters": [{"field": "description", "value": [], "operator": "IS_NULL"}]}, []),
    ],
)  # fmt: skip
async def test_filesets_are_filtered_and_sorted(alex: Visitor, criteria: object, names: list[str]) -> None:
    assert [each["name"] for each in (await alex.told("POST", "/search", json=criteria))["fileSets"]] == names


async def test_a_fileset_is_changed_and_deleted_with_its_files(alex: Visitor, clock: Clock) -> None:
    mine = await new(alex)
    file = (await alex.upload(mine, "a.txt", b"text")).json()["id"]
    clock.move(hours=1)
    changed = await alex.told("POST", f"/{mine}", json={"name": "Ours", "description": None})
    assert (changed["name"], changed["description"], changed["updated"][:13]) == ("Ours", "", "2026-11-22T13")
    gone = {"status": "success", "message": "FileSet deleted successfully."}
    assert await alex.told("DELETE", f"/{mine}") == gone
    for path in (f"/{mine}", f"/{mine}/files/{file}", f"/{mine}/files/{file}/download"):
        assert (await alex.ask("GET", path)).status_code == 404


@pytest.mark.parametrize("base", [PRODUCT, APP])
async def test_a_file_goes_in_and_comes_out_as_it_was(site: Starlette, base: str) -> None:
    visitor = Visitor(site, base, "sandbox-token" if base == PRODUCT else "sandbox-session")
    mine, data = await new(visitor), bytes(range(256))
    made = (await visitor.upload(mine, "Ä b.bin", data, "x/y", "application/octet-stream")).json()
    assert (made["path"], made["name"], made["fileType"], made["size"]) == ("x/y/Ä b.bin", "Ä b.bin", "FILE", 256)
    told = await visitor.told("GET", f"/{mine}/files/{made['id']}")
    assert told["hash"] == sha256(data).hexdigest()
    assert told["downloadUrl"].endswith(f"{base}/{mine}/files/{made['id']}/download")
    by_path = await visitor.told("GET", f"/{mine}/path", params={"path": "x/y/Ä b.bin"})
    assert by_path == told | {"downloadUrl": None}
    assert (await visitor.ask("GET", f"/{mine}/files/{made['id']}/download")).content == data
    gone = {"status": "success", "message": "File deleted successfully."}
    assert await visitor.told("DELETE", f"/{mine}/path", params={"path": "x/y/Ä b.bin"}) == gone
    assert (await visitor.ask("GET", f"/{mine}/files/{made['id']}")).status_code == 404


async def test_lists_print_less_for_apps(app: Visitor, alex: Visitor) -> None:
    about = {"directoryPath": "sales"}
    (short,) = (await app.told("POST", f"/{POLICIES}/files/search", params=about, json={}))["files"]
    assert set(short) == {"id", "path", "name", "fileType", "contentType", "size", "created", "createdBy"}
    (long,) = (await alex.told("POST", f"/{POLICIES}/files/search", params=about, json={}))["files"]
    assert set(long) - set(short) == {
        "hash", "hashAlgorithm", "downloadUrl", "connectorKey", "indexStatus", "indexReason"
    }  # fmt: skip
    assert (short["created"][-5:], long["created"][-8:]) == (".000Z", ".000000Z")


async def test_a_directory_lists_what_is_in_it_or_right_there(alex: Visitor) -> None:
    async def paths(**about: str) -> list[str]:
        told = await alex.told("POST", f"/{POLICIES}/files/search", params=about, json={})
        return [each["path"] for each in told["files"]]

    top = await paths(immediateChildren="true")
    assert top == ["customers", "engineering", "marketing", "people", "policies.csv", "sales"]
    assert await paths(directoryPath="/sales/") == ["sales/discounts.docx"]
    assert await paths(directoryPath="sal") == []
    assert len(await paths()) == 16


async def test_pages_follow_their_token_to_an_empty_one(alex: Visitor) -> None:
    async def page(token: str | None) -> tuple[list[str], str]:
        params = {"limit": "7"} | ({"next": token} if token else {})
        told = await alex.told("POST", f"/{POLICIES}/files/search", params=params, json={})
        return [each["path"] for each in told["files"]], told["pageContext"]["next"]

    seen, token = await page(None)
    while (found := await page(token))[0]:
        seen, token = seen + found[0], found[1]
    assert (len(seen), len(set(seen)), found[1]) == (16, 16, token)
    assert (await alex.ask("POST", f"/{POLICIES}/files/search?next=nonsense", json={})).status_code == 400


async def test_files_are_filtered_and_sorted(alex: Visitor) -> None:
    criteria = {
        "filters": [{"field": "name", "value": [".md"], "operator": "LIKE"}],
        "fieldSort": [{"field": "size", "order": "DESC"}],
    }
    found = (await alex.told("POST", f"/{POLICIES}/files/search", json=criteria))["files"]
    sizes = [each["size"] for each in found]
    assert (found[0]["name"], sizes) == ("returns-and-refunds.md", sorted(sizes, reverse=True))


async def test_an_upload_replaces_the_file_at_its_path(alex: Visitor) -> None:
    mine = await new(alex)
    first, second = [(await alex.upload(mine, "a.txt", data)).json() for data in (b"one", b"two!")]
    assert (first["id"], first["size"], second["size"]) == (second["id"], 3, 4)
    assert (await alex.ask("GET", f"/{mine}/files/{first['id']}/download")).text == "two!"


async def test_what_is_in_the_way_is_a_conflict(alex: Visitor) -> None:
    mine = await new(alex)
    await alex.upload(mine, "a.txt", b"one", "d")
    assert (await alex.upload(mine, "d", b"a directory is there")).status_code == 409
    assert (await alex.upload(mine, "b.txt", b"a file is there", "d/a.txt")).status_code == 409
    assert (await alex.upload(POLICIES, "policies.csv", b"not mine")).status_code == 409


async def test_a_directory_is_made_found_again_and_deleted_with_what_is_in_it(alex: Visitor) -> None:
    mine = await new(alex)
    fields = {"createFileRequest": (None, '{"directoryPath": "d/e"}')}
    first, again = [await alex.ask("POST", f"/{mine}/files", files=fields) for _ in range(2)]
    assert (first.status_code, again.status_code, first.json()["fileType"]) == (201, 200, "DIRECTORY")
    assert first.json() == again.json()
    await alex.upload(mine, "a.txt", b"one", "d/e/f")
    await alex.told("DELETE", f"/{mine}/files/{first.json()['id']}")
    left = (await alex.told("POST", f"/{mine}/files/search", json={}))["files"]
    assert [each["path"] for each in left] == ["d"]


async def test_rights_are_owner_edit_and_read(alex: Visitor, admin: Visitor) -> None:
    async def status(visitor: Visitor, method: str, path: str, **options: object) -> int:
        return (await visitor.ask(method, path, **options)).status_code

    assert await status(alex, "GET", f"/{BOARD_PAPERS}") == 403
    assert await status(alex, "POST", f"/{REPORTS}", json={"name": "x"}) == 403
    assert (await alex.upload(REPORTS, "a.txt", b"")).status_code == 403
    assert await status(alex, "POST", f"/{POLICIES}", json={"description": "Edited"}) == 200
    assert await status(alex, "DELETE", f"/{POLICIES}") == 403
    assert await status(admin, "DELETE", f"/{BOARD_PAPERS}") == 200
    refusal = await alex.ask("DELETE", f"/{POLICIES}")
    assert refusal.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("POST", "", {"json": {}}),
        ("POST", "", {"json": {"name": ""}}),
        ("POST", "/search", {"content": b"no json"}),
        ("POST", "/search?limit=-1", {"json": {}}),
        ("POST", "/search", {"json": {"filters": [{"field": "colour", "operator": "LIKE", "value": ["x"]}]}}),
        ("POST", "/search", {"json": {"filters": [{"field": "name", "operator": "SOUNDS_LIKE", "value": ["x"]}]}}),
        ("POST", "/search", {"json": {"dateFilters": [{"field": "created", "start": "yesterday"}]}}),
        ("POST", f"/{POLICIES}", {"json": {}}),
        ("POST", f"/{POLICIES}/query", {"json": {}}),
        ("POST", f"/{POLICIES}/query", {"json": {"query": " "}}),
        ("POST", f"/{POLICIES}/query", {"json": {"query": "x", "topK": 0}}),
        ("POST", f"/{POLICIES}/query", {"json": {"query": "x", "directoryPath": "../x"}}),
        ("POST", f"/{SCANS}/query", {"json": {"query": "x"}}),
        ("GET", f"/{POLICIES}/path?path=../secret", {}),
        ("POST", f"/{POLICIES}/files", {"json": {}}),
        ("POST", f"/{POLICIES}/files", {"files": {"file": ("../a.txt", b"x")}}),
        ("POST", f"/{POLICIES}/files", {"files": {"file": ("a.txt", b"x"), "createFileRequest": (None, "{")}}),
        ("POST", f"/{POLICIES}/files", {"files": {"createFileRequest": (None, '{"directoryPath": "a/../b"}')}}),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    alex: Visitor, method: str, path: str, options: dict[str, object]
) -> None:
    before = await alex.told("GET", f"/{POLICIES}")
    assert (await alex.ask(method, path, **options)).status_code == 400
    assert await alex.told("GET", f"/{POLICIES}") == before


async def test_what_is_not_there_is_not_found(alex: Visitor) -> None:
    mine = await new(alex)
    file = (await alex.upload(mine, "a.txt", b"")).json()["id"]
    for path in ("/nothing", f"/{POLICIES}/files/{file}", f"/{POLICIES}/path?path=a.txt", f"/{mine}/files/x/download"):
        assert (await alex.ask("GET", path)).status_code == 404


async def test_a_file_that_is_too_large_is_refused(alex: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domo_mcp.sandbox.routes.fileset_files.LARGEST_FILE", 10)
    mine = await new(alex)
    assert (await alex.upload(mine, "a.txt", b"12345678901")).status_code == 413
    assert (await alex.upload(mine, "a.txt", b"1234567890")).status_code == 201


async def test_a_signature_is_needed(site: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://sandbox") as http:
        assert (await http.post(f"{PRODUCT}/search", json={})).status_code == 401
