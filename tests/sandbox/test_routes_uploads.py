"""Uploads over HTTP: three stages, nothing before the commit, nothing of a bad one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.records import ColumnNote, Dataset, Grant
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column
from tests.sandbox.clock import Clock

ALEX, DANA = 1001, 1002
CSV = {"content-type": "text/csv"}
NEW: dict[str, Any] = {"action": None, "appendId": None}

_numbers = count(1)


def dataset(store: Store, owner: int = ALEX) -> str:
    """A new dataset of three columns that Alex may at least read."""
    dataset_id = f"5a1e0000-0000-4000-8998-{next(_numbers):012d}"
    columns = [Column("Name", "STRING"), Column("Count", "LONG"), Column("Day", "DATE")]
    store.warehouse.create(dataset_id, columns)
    grants = (Grant(user_id=ALEX, level="CAN_VIEW"), Grant(user_id=owner, level="OWNER"))
    notes = tuple(ColumnNote(name=column.name, description="") for column in columns)
    fields: dict[str, Any] = {"description": "", "unit": None, "created": 0, "updated": 0, "columns": notes}
    store.put(Dataset(id=dataset_id, name=dataset_id, owner_id=owner, provider="api", grants=grants, **fields))
    return dataset_id


@dataclass(frozen=True)
class Uploader:
    """Alex at one dataset."""

    http: httpx.AsyncClient
    dataset_id: str

    @property
    def base(self) -> str:
        return f"/api/data/v3/datasources/{self.dataset_id}/uploads"

    async def begin(self, tag: str | None = None) -> int:
        answer = await self.http.post(self.base, params={"restateDataTag": tag} if tag else {}, json=NEW)
        assert answer.json()["dataSourceId"] == self.dataset_id, answer.text
        return int(answer.json()["uploadId"])

    async def part(self, upload: int, number: int, body: bytes) -> None:
        answer = await self.http.put(f"{self.base}/{upload}/parts/{number}", content=body, headers=CSV)
        assert answer.status_code == 200, answer.text

    async def commit(self, upload: int, action: str = "APPEND", **further: object) -> httpx.Response:
        return await self.http.put(f"{self.base}/{upload}/commit", json={"action": action, "index": True, **further})

    async def send(self, body: bytes, action: str = "APPEND", tag: str | None = None) -> int:
        upload = await self.begin(tag)
        await self.part(upload, 1, body)
        answer = await self.commit(upload, action, **({"restateDataTag": tag} if tag else {}))
        assert answer.status_code == 200, answer.text
        return upload

    async def rows(self) -> list[list[Any]]:
        answer = await self.http.post(f"/api/query/v1/execute/{self.dataset_id}", json={"sql": "SELECT * FROM table"})
        found: list[list[Any]] = answer.json()["rows"]
        return found

    async def versions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            await self.http.get(f"/api/data/v3/datasources/{self.dataset_id}/dataversions/details")
        ).json()
        return found


@pytest.fixture(scope="module")
def uploads_store() -> Iterator[Store]:
    """A company for these tests, which change it."""
    store = Store.open(clock=Clock())
    yield store
    store.close()


@pytest.fixture
async def uploader(uploads_store: Store) -> AsyncIterator[Uploader]:
    async with client(uploads_store) as http:
        yield Uploader(http, dataset(uploads_store))


def client(store: Store) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(sandbox_app(store))
    headers = {"X-DOMO-Developer-Token": "sandbox-token"}
    return httpx.AsyncClient(transport=transport, base_url="https://sandbox.invalid", headers=headers)


async def test_parts_are_rows_in_their_order_once_they_are_committed(uploader: Uploader) -> None:
    upload = await uploader.begin()
    await uploader.part(upload, 2, b"c,3,\r\n")
    await uploader.part(upload, 1, b"wrong\n")
    await uploader.part(upload, 1, b'"a ""b"", \n",1,2026-01-31\n"",,\n')
    assert await uploader.rows() == []
    assert (await uploader.commit(upload, index="true")).json()["rowCount"] == 3
    assert await uploader.rows() == [['a "b", \n', 1, "2026-01-31"], ["", None, None], ["c", 3, None]]
    version = (await uploader.versions())[0]
    assert (version["dataVersionId"], version["rowCount"], version["status"]) == (upload, 3, "COMPLETE")
    metadata = (await uploader.http.get(f"/api/data/v3/datasources/{uploader.dataset_id}?part=core,rowcolcount")).json()
    assert (metadata["rowCount"], metadata["lastUpdated"]) == (3, version["datetimeUploadCompleted"])


async def test_replace_replaces_all_and_a_restated_tag_its_own_rows(uploader: Uploader) -> None:
    await uploader.send(b"a,,\nb,,\n")
    await uploader.send(b"c,,\n", "REPLACE")
    await uploader.send(b"j,,\n", tag="jan")
    await uploader.send(b"k,,\n", tag="Jan")
    await uploader.send(b"new,,\n", tag="jan")
    assert [row[0] for row in await uploader.rows()] == ["c", "k", "new"]
    partitions = await uploader.http.get(f"/api/query/v1/datasources/{uploader.dataset_id}/partition")
    assert [each["partitionId"] for each in partitions.json()] == ["Jan", "jan"]
    await uploader.send(b"only,,\n", "REPLACE")
    assert await uploader.rows() == [["only", None, None]]


@pytest.mark.parametrize(
    "body",
    [
        b"a,1\n",
        b"a,1,,\n",
        b"a,one,\n",
        b"a,1.5,\n",
        b"a,1,31.01.2026\n",
        b"a,1,2026-02-30\n",
        b'a",1,\n',
        b'"a"b,1,\n',
        b'"a,1,\n',
        b"a,1,\n\nb,2,\n",
        "grün,1,\n".encode("latin-1"),
        b"a,99999999999999999999,\n",
    ],
)
async def test_a_part_that_is_no_csv_of_the_columns_fails_the_commit_and_changes_nothing(
    uploader: Uploader, body: bytes
) -> None:
    await uploader.send(b"there,,\n")
    upload = await uploader.begin()
    await uploader.part(upload, 1, b"fine,1,\n")
    await uploader.part(upload, 2, body)
    answer = await uploader.commit(upload, "REPLACE")
    assert (answer.status_code, answer.json()["message"]) == (400, "Data import failed")
    assert await uploader.rows() == [["there", None, None]]
    assert len(await uploader.versions()) == 1
    await uploader.part(upload, 2, b"mended,2,\n")
    assert (await uploader.commit(upload, "REPLACE")).status_code == 200


async def test_without_an_index_rows_wait_until_they_are_indexed(uploader: Uploader) -> None:
    upload = await uploader.begin()
    await uploader.part(upload, 1, b"a,,\n")
    assert (await uploader.commit(upload, index=False)).status_code == 200
    assert await uploader.rows() == []
    await uploader.http.post(f"/api/data/v3/datasources/{uploader.dataset_id}/indexes", json={"dataIds": [upload]})
    assert await uploader.rows() == [["a", None, None]]


async def test_requests_that_make_no_sense_are_refused(uploader: Uploader, uploads_store: Store) -> None:
    upload, http, base = await uploader.begin(), uploader.http, uploader.base
    statuses = [
        (await http.put(f"{base}/{upload}/parts/0", content=b"a,,\n", headers=CSV)).status_code,
        (await http.put(f"{base}/{upload}/parts/1", json=[])).status_code,
        (await http.put(f"{base}/99/parts/1", content=b"a,,\n", headers=CSV)).status_code,
        (await uploader.commit(upload, "MERGE")).status_code,
        (await uploader.commit(upload, restateDataTag="jan")).status_code,
        (await uploader.commit(upload)).status_code,
        (await uploader.commit(upload)).status_code,
    ]
    assert statuses == [400, 415, 404, 400, 400, 200, 400]
    reader = Uploader(http, dataset(uploads_store, owner=DANA))
    assert (await http.post(reader.base, json=NEW)).status_code == 403
    nothing = Uploader(http, "5a1e0000-0000-4000-8998-999999999999")
    assert (await http.post(nothing.base, json=NEW)).status_code == 404


async def test_an_open_upload_and_its_parts_survive_a_restart(tmp_path: Path) -> None:
    store = Store.open(tmp_path, clock=Clock())
    dataset_id = dataset(store)
    async with client(store) as http:
        upload = await Uploader(http, dataset_id).begin()
        await Uploader(http, dataset_id).part(upload, 1, b"a,,\n")
    store.close()
    store = Store.open(tmp_path, clock=Clock())
    async with client(store) as http:
        assert (await Uploader(http, dataset_id).commit(upload)).status_code == 200
        assert await Uploader(http, dataset_id).rows() == [["a", None, None]]
    store.close()
