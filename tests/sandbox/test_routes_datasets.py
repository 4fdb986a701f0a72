"""Datasets over HTTP: search, list, metadata, schema, and who may see what."""

import json

import httpx
import pytest

IDS = [f"5a1e0000-0000-4000-8000-00000000000{number}" for number in range(1, 10)]
SALES, PRODUCTS, CUSTOMERS, MARKETING, EMPLOYEES, TICKETS, SESSIONS, ARCHIVE, BOARD = IDS
SEARCH = "/api/data/ui/v3/datasources/search"
DATA = "/api/data/v3/datasources"


def named(pattern: str) -> dict[str, object]:
    return {"field": "name_sort", "filterType": "wildcard", "query": pattern}


async def found(http: httpx.AsyncClient, **body: object) -> list[str]:
    response = await http.post(SEARCH, json={"entities": ["DATASET"], "query": "*", **body})
    assert response.status_code == 200, response.text
    return [dataset["name"] for dataset in response.json()["dataSources"]]


async def test_a_search_by_name_ignores_case_and_counts_all_that_match(alex: httpx.AsyncClient) -> None:
    body = {"filters": [named("*SALES*")], "count": 1, "offset": 1, "sort": {"isRelevance": True}}
    answer = (await alex.post(SEARCH, json=body)).json()
    assert [dataset["name"] for dataset in answer["dataSources"]] == ["Sales Orders (Archive)"]
    assert answer["_metaData"] == {"totalCount": 2}


async def test_relevance_puts_the_name_itself_first(alex: httpx.AsyncClient) -> None:
    assert await found(alex, filters=[named("*sales orders*")]) == ["Sales Orders", "Sales Orders (Archive)"]
    assert (await found(alex, filters=[named("*s*")]))[:3] == [
        "Sales Orders",
        "Sales Orders (Archive)",
        "Support Tickets",
    ]


async def test_a_search_can_be_for_an_owner_or_an_id(alex: httpx.AsyncClient) -> None:
    owned = {"field": "owned_by_id", "filterType": "term", "value": "1003"}
    assert await found(alex, filters=[owned]) == ["Campaign Notes", "Marketing Campaigns", "Web Sessions"]
    assert await found(alex, filters=[owned, named("*web*")]) == ["Web Sessions"]
    assert await found(alex, filters=[owned | {"not": True}, named("*web*")]) == []
    assert await found(alex, filters=[{"field": "databaseId", "filterType": "term", "value": TICKETS}]) == [
        "Support Tickets"
    ]


async def test_a_search_sorts_by_fields(alex: httpx.AsyncClient) -> None:
    by_name = {"isRelevance": False, "fieldSorts": [{"field": "name_sort", "sortOrder": "ASC"}]}
    names = await found(alex, sort=by_name)
    assert names == sorted(names)
    newest = {"isRelevance": False, "fieldSorts": [{"field": "create_date", "sortOrder": "DESC"}]}
    assert (await found(alex, sort=newest))[-1] == "Sales Orders (Archive)"


async def test_special_characters_of_patterns_stand_for_themselves(alex: httpx.AsyncClient) -> None:
    assert await found(alex, filters=[named("*(Archive)")]) == ["Sales Orders (Archive)"]
    assert await found(alex, filters=[named("Sal.s*")]) == []


@pytest.mark.parametrize(
    "body",
    [
        {"filters": [{"field": "shoe_size", "filterType": "term", "value": "1"}]},
        {"filters": [named("*") | {"filterType": "fuzzy"}]},
        {"sort": {"isRelevance": False, "fieldSorts": [{"field": "shoe_size"}]}},
        {"count": -1},
        [],
    ],
)
async def test_a_search_that_makes_no_sense_is_400(alex: httpx.AsyncClient, body: object) -> None:
    assert (await alex.post(SEARCH, json=body)).status_code == 400


async def test_what_a_user_may_not_read_is_found_all_the_same(alex: httpx.AsyncClient) -> None:
    assert await found(alex, filters=[named("*board*")]) == ["Board Minutes KPIs"]


async def test_the_list_pages_by_fifty_at_most(alex: httpx.AsyncClient) -> None:
    page = (await alex.get(DATA, params={"limit": 3, "offset": 2})).json()
    assert [dataset["id"] for dataset in page["dataSources"]] == IDS[2:5]
    assert page["_metaData"]["totalCount"] == 10
    assert len((await alex.get(DATA, params={"nameLike": "orders"})).json()["dataSources"]) == 2
    refused = await alex.get(DATA, params={"limit": 100})
    assert refused.status_code == 400
    assert refused.json()["message"] == "'limit' param must be nonnegative and <= 50. actual=100"


@pytest.mark.parametrize("params", [{"limit": "-1"}, {"offset": "-1"}, {"limit": "many"}])
async def test_a_page_that_makes_no_sense_is_400(alex: httpx.AsyncClient, params: dict[str, str]) -> None:
    assert (await alex.get(DATA, params=params)).status_code == 400


async def test_bulk_gives_what_is_known_and_readable_once(alex: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    ids = [TICKETS, "unknown", BOARD, SALES, TICKETS]
    body = (await alex.post(f"{DATA}/bulk", json=ids, params={"includeAllDetails": "true"})).json()
    assert [dataset["id"] for dataset in body["dataSources"]] == [TICKETS, SALES]
    assert body["dataSources"][1]["properties"]["formulas"]["formulas"]
    assert len((await admin.post(f"{DATA}/bulk", json=ids)).json()["dataSources"]) == 3
    assert (await alex.post(f"{DATA}/bulk", json=[SALES] * 101)).status_code == 400


async def test_core_metadata_have_the_documented_fields(alex: httpx.AsyncClient) -> None:
    body = (await alex.get(f"{DATA}/{SALES}", params={"part": "core,permission"})).json()
    assert (body["id"], body["name"], body["state"]) == (SALES, "Sales Orders", "SUCCESS")
    assert body["owner"] == {"id": "1002", "name": "Dana Okafor", "type": "USER", "group": False}
    assert body["permissions"] == "READ_SHARE"
    assert body["cardInfo"]["cardCount"] == body["cardCount"] == 6
    assert isinstance(body["created"], int)
    assert 1_700_000_000_000 < body["created"] < body["lastUpdated"] < 1_800_000_000_000
    assert json.loads(body["tags"]) == ["sales", "finance"]
    assert body["properties"] == {"formulas": {"formulas": {}}}
    assert not {"rowCount", "columnCount", "certification"} & set(body)


async def test_parts_add_counts_and_certification(alex: httpx.AsyncClient) -> None:
    body = (await alex.get(f"{DATA}/{SALES}", params={"part": "core,rowcolcount,certification"})).json()
    assert (body["rowCount"], body["columnCount"]) == (50_000, 20)
    assert body["certification"]["state"] == "CERTIFIED"
    uncertified = (await alex.get(f"{DATA}/{ARCHIVE}", params={"part": "certification"})).json()
    assert "certification" not in uncertified


async def test_all_details_bring_the_beast_modes(alex: httpx.AsyncClient) -> None:
    body = (await alex.get(f"{DATA}/{SALES}", params={"includeAllDetails": "true"})).json()
    formulas = body["properties"]["formulas"]["formulas"]
    assert {key: formula["id"] for key, formula in formulas.items()} == {key: key for key in formulas}
    profit = next(formula for formula in formulas.values() if formula["name"] == "Profit")
    assert (profit["formula"], profit["status"], profit["isAggregatable"]) == ("`Revenue` - `Cost`", "VALID", False)
    assert profit["columnPositions"] == [
        {"columnName": "`Revenue`", "columnPosition": 17},
        {"columnName": "`Cost`", "columnPosition": 18},
    ]
    assert sorted(formula["name"] for formula in formulas.values()) == ["Average Order Value", "Margin %", "Profit"]


async def test_metadata_are_open_to_users_without_permission_and_say_so(
    alex: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    body = (await alex.get(f"{DATA}/{BOARD}")).json()
    assert (body["permissions"], body["currentUserFullAccess"]) == ("NONE", False)
    assert (await admin.get(f"{DATA}/{BOARD}")).json()["permissions"] == "READ_WRITE_DELETE_SHARE_ADMIN"


async def test_the_indexed_schema_gives_columns_with_their_types(alex: httpx.AsyncClient) -> None:
    body = (await alex.get(f"/api/query/v1/datasources/{PRODUCTS}/schema/indexed")).json()
    assert (body["name"], body["dataSourceId"]) == ("schema", PRODUCTS)
    columns = body["tables"][0]["columns"]
    assert columns[0] == {"name": "Product ID", "id": "Product ID", "type": "STRING", "visible": True, "order": 0}
    assert [column["type"] for column in columns[4:8]] == ["DECIMAL", "DECIMAL", "DATE", "LONG"]


async def test_hidden_columns_are_shown_on_request_only(admin: httpx.AsyncClient) -> None:
    path = f"/api/query/v1/datasources/{BOARD}/schema/indexed"
    shown = (await admin.get(path, params={"includeHidden": "false"})).json()["tables"][0]["columns"]
    everything = (await admin.get(path, params={"includeHidden": "true"})).json()["tables"][0]["columns"]
    assert [column["name"] for column in everything if column not in shown] == ["Note"]


async def test_the_latest_schema_gives_columns_with_their_labels(alex: httpx.AsyncClient) -> None:
    body = (await alex.get(f"/api/data/v2/datasources/{EMPLOYEES}/schemas/latest")).json()
    column = body["schema"]["columns"][7]
    assert (column["name"], column["type"], column["metadata"]["colLabel"]) == ("Salary", "DECIMAL", "Salary")


async def test_permissions_name_the_owner_and_the_readers(alex: httpx.AsyncClient) -> None:
    body = (await alex.get(f"{DATA}/{EMPLOYEES}/permissions")).json()
    assert body["list"][0] == {"type": "USER", "id": "27", "accessLevel": "OWNER", "name": "Robin Falk"}
    assert (body["totalUserCount"], body["totalGroupCount"]) == (len(body["list"]), 0) == (3, 0)


async def test_cards_name_their_dataset_and_owner(alex: httpx.AsyncClient) -> None:
    cards = (await alex.get(f"/api/content/v1/datasources/{SALES}/cards", params={"drill": "true"})).json()
    assert len(cards) == 6
    assert cards[0]["urn"] == str(cards[0]["id"])
    assert cards[0]["owners"] == [{"id": "1002", "type": "USER", "displayName": "Dana Okafor"}]
    assert {card["datasourceId"] for card in cards} == {SALES}
    assert (await alex.get(f"/api/content/v1/datasources/{ARCHIVE}/cards")).json() == []


async def test_the_dictionary_describes_columns_and_is_404_where_there_is_none(alex: httpx.AsyncClient) -> None:
    path = "/api/ai/readiness/v1/data-dictionary/dataset/{}"
    body = (await alex.get(path.format(SALES))).json()
    assert (body["datasetId"], body["unitOfAnalysis"]) == (SALES, "One row is one order of one product.")
    revenue = next(column for column in body["columns"] if column["name"] == "Revenue")
    assert revenue["synonyms"] == ["sales", "turnover", "income"]
    assert revenue["agentEnabled"] is True
    employees = (await alex.get(path.format(EMPLOYEES))).json()
    assert [column["name"] for column in employees["columns"] if not column["agentEnabled"]] == ["Salary"]
    assert (await alex.get(path.format(ARCHIVE))).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/query/v1/datasources/{}/schema/indexed",
        "/api/data/v2/datasources/{}/schemas/latest",
        "/api/data/v3/datasources/{}/permissions",
        "/api/content/v1/datasources/{}/cards",
        "/api/ai/readiness/v1/data-dictionary/dataset/{}",
    ],
)
async def test_details_are_403_without_permission_and_404_when_unknown(alex: httpx.AsyncClient, path: str) -> None:
    for dataset, status, reason in ((BOARD, 403, "Forbidden"), ("unknown", 404, "Not Found")):
        response = await alex.get(path.format(dataset))
        body = response.json()
        assert (response.status_code, body["statusReason"], body["path"]) == (status, reason, path.format(dataset))
        assert "message" not in body


async def test_an_unknown_dataset_has_no_metadata(alex: httpx.AsyncClient) -> None:
    assert (await alex.get(f"{DATA}/unknown")).status_code == 404
