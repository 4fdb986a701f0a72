"""Versions, partitions and streams over HTTP."""

import httpx
import pytest

SALES = "5a1e0000-0000-4000-8000-000000000001"
PRODUCTS = "5a1e0000-0000-4000-8000-000000000002"
BOARD = "5a1e0000-0000-4000-8000-000000000009"


async def test_versions_come_newest_first_and_the_newest_holds_all_rows(alex: httpx.AsyncClient) -> None:
    versions = (await alex.get(f"/api/data/v3/datasources/{SALES}/dataversions/details")).json()
    assert [version["dataVersionId"] for version in versions] == [5, 4, 3, 2, 1]
    assert versions[0]["rowCount"] == 50_000
    assert versions[0]["datetimeUploadCompleted"] > versions[1]["datetimeUploadCompleted"] > 1_700_000_000_000


async def test_partitions_are_the_months_of_the_data(alex: httpx.AsyncClient) -> None:
    partitions = (await alex.get(f"/api/query/v1/datasources/{SALES}/partition")).json()
    names = [partition["partitionId"] for partition in partitions]
    assert (names[0], names[-1], len(names)) == ("2023-11", "2026-11", 37)
    assert (await alex.get(f"/api/query/v1/datasources/{PRODUCTS}/partition")).json() == []


async def test_a_partition_search_pages_newest_first_with_row_counts(alex: httpx.AsyncClient) -> None:
    path = f"/api/query/v1/datasources/{SALES}/partition/list"
    field = {"fieldName": "datecompleted", "sortOrder": "DESC", "filterValues": {"MIN": None, "MAX": None}}
    everything = (await alex.post(path, json={"paginationFields": [field], "limit": 100, "offset": 0})).json()
    assert everything[0]["partitionId"] == "2026-11"
    assert sum(partition["rowCount"] for partition in everything) == 50_000
    page = (await alex.post(path, json={"limit": 2, "offset": 3})).json()
    assert page == everything[3:5]
    ascending = (await alex.post(path, json={"paginationFields": [field | {"sortOrder": "ASC"}]})).json()
    assert ascending == everything[::-1]
    future = field | {"filterValues": {"MIN": everything[0]["dateCompleted"] + 1, "MAX": None}}
    assert (await alex.post(path, json={"paginationFields": [future]})).json() == []


async def test_a_partition_search_by_an_unknown_field_is_400(alex: httpx.AsyncClient) -> None:
    body = {"paginationFields": [{"fieldName": "colour"}]}
    assert (await alex.post(f"/api/query/v1/datasources/{SALES}/partition/list", json=body)).status_code == 400


async def test_a_stream_tells_how_its_dataset_is_loaded(alex: httpx.AsyncClient) -> None:
    dataset = (await alex.get(f"/api/data/v3/datasources/{SALES}")).json()
    stream = (await alex.get(f"/api/data/v1/streams/{dataset['streamId']}")).json()
    assert stream["dataSource"]["id"] == SALES
    assert stream["updateMethod"] == "REPLACE"
    assert stream["lastExecution"]["rowsInserted"] == 50_000
    assert (
        stream["lastExecution"]["endedAt"] * 1000
        <= dataset["lastUpdated"]
        < (stream["lastExecution"]["endedAt"] + 1) * 1000
    )
    assert stream["currentExecutionState"] == "SUCCESS"
    assert stream["schemaDefinition"]["columns"][0]["name"] == "Order ID"


@pytest.mark.parametrize("stream", ["9", "no-number"])
async def test_an_unknown_stream_is_404(alex: httpx.AsyncClient, stream: str) -> None:
    assert (await alex.get(f"/api/data/v1/streams/{stream}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/data/v3/datasources/{}/dataversions/details"),
        ("GET", "/api/query/v1/datasources/{}/partition"),
        ("POST", "/api/query/v1/datasources/{}/partition/list"),
    ],
)
async def test_loads_are_kept_from_users_without_permission(alex: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await alex.request(method, path.format(BOARD), json={})).status_code == 403
    assert (await alex.request(method, path.format("unknown"), json={})).status_code == 404
