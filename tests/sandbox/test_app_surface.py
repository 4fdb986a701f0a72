"""The App-Framework surface: its sign-in, its formats, SQL, AI and users, beside the product surface."""

import io
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from starlette.applications import Starlette

SALES = "5a1e0000-0000-4000-8000-000000000001"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENVIRONMENT = "/domo/environment/v1"
PLAIN = {"Content-Type": "text/plain"}
TWO = "/data/v1/products?fields=Product ID,Product Name,Stock&orderby=Product ID&limit=2"


def session(app: Starlette, id_: str) -> httpx.AsyncClient:
    headers = {"X-Domo-Ryuu-Session": id_}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox", headers=headers)


@pytest.fixture
async def http(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """An app of the ordinary user."""
    async with session(sandbox, "sandbox-session") as client:
        yield client


@pytest.fixture
async def anybody(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without credentials."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox), base_url="http://sandbox") as client:
        yield client


@pytest.mark.parametrize("path", [ENVIRONMENT, "/data/v1/sales", "/sql/v1/sales", "/domo/users/v1", "/domo/nothing"])
@pytest.mark.parametrize("headers", [{}, {"X-Domo-Ryuu-Session": "wrong"}, {"X-DOMO-Developer-Token": "sandbox-token"}])
async def test_an_apps_paths_are_403_without_a_known_session_even_with_a_developer_token(
    anybody: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    response = await anybody.get(path, headers=headers)
    assert (response.status_code, response.json()["statusReason"]) == (403, "Forbidden")
    assert {"toe", "path"} < set(response.json())


async def test_a_session_does_not_open_the_product_surface(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/content/v2/users/me")).status_code == 401


async def test_the_session_is_the_headers_else_the_querys_else_the_cookies(anybody: httpx.AsyncClient) -> None:
    ways: list[dict[str, Any]] = [
        {"headers": {"X-Domo-Ryuu-Session": "sandbox-session"}},
        {"params": {"ryuu_sid": "sandbox-admin-session"}},
        {"headers": {"Cookie": "ryuu_sid=sandbox-session"}},
        {"params": {"ryuu_sid": "sandbox-admin-session"}, "headers": {"Cookie": "ryuu_sid=sandbox-session"}},
        {"params": {"ryuu_sid": "sandbox-admin-session"}, "headers": {"X-Domo-Ryuu-Session": "sandbox-session"}},
    ]
    users = [(await anybody.get(ENVIRONMENT, **way)).json()["userId"] for way in ways]
    assert users == [1001, 27, 1001, 27, 1001]
    wrong = {"params": {"ryuu_sid": "sandbox-session"}, "headers": {"X-Domo-Ryuu-Session": "wrong"}}
    assert (await anybody.get(ENVIRONMENT, **wrong)).status_code == 403  # type: ignore[arg-type]


async def test_a_session_in_the_query_is_no_query_operator(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/data/v1/sales?limit=1&ryuu_sid=sandbox-session")).status_code == 200


async def test_the_environment_says_who_and_where(http: httpx.AsyncClient) -> None:
    environment = (await http.get(ENVIRONMENT)).json()
    assert (environment["userId"], environment["userName"]) == (1001, "Alex Rivera")
    assert environment["userEmail"].endswith("@example.com")
    assert environment["domain"] == f"{environment['customer']}.domo.com"


async def test_users_come_by_page_with_details_where_asked(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/domo/users/v1")).json()
    assert len(listed) == 5
    assert set(listed[0]) == {"id", "displayName", "avatarKey", "role"}
    page = (await http.get("/domo/users/v1?includeDetails=true&limit=2&offset=1")).json()
    assert [user["id"] for user in page] == [user["id"] for user in listed[1:3]]
    assert set(page[0]["detail"]) == {"title", "email", "phoneNumber", "employeeNumber", "pending"}


async def test_one_user_comes_by_id(http: httpx.AsyncClient) -> None:
    assert (await http.get("/domo/users/v1/27")).json()["displayName"] == "Robin Falk"
    assert "detail" in (await http.get("/domo/users/v1/27?includeDetails=true")).json()
    assert (await http.get("/domo/users/v1/1")).status_code == 404


async def test_an_unknown_alias_is_404_and_a_dataset_without_permission_403(
    sandbox: Starlette, http: httpx.AsyncClient
) -> None:
    for method, path in (("GET", "/data/v1/{}"), ("POST", "/sql/v1/{}")):
        statuses = [
            (await http.request(method, path.format(alias))).status_code for alias in ("nothing", SALES, "board")
        ]
        assert statuses == [404, 404, 403]
    async with session(sandbox, "sandbox-admin-session") as admin:
        assert (await admin.get("/data/v1/board")).status_code == 200


@pytest.mark.parametrize(
    "alias", ["sales", "products", "customers", "campaigns", "employees", "tickets", "sessions", "archive"]
)
async def test_every_dataset_of_the_company_has_an_alias(http: httpx.AsyncClient, alias: str) -> None:
    assert (await http.get(f"/data/v1/{alias}?limit=1")).json()["numRows"] == 1


@pytest.mark.parametrize(
    "accept", ["array-of-objects", "application/array-of-objects", "text/html, array-of-objects;q=1"]
)
async def test_rows_come_as_objects(http: httpx.AsyncClient, accept: str) -> None:
    response = await http.get(TWO, headers={"Accept": accept})
    assert response.headers["content-type"].startswith("application/json")
    assert [list(row) for row in response.json()] == [["Product ID", "Product Name", "Stock"]] * 2
    assert response.json()[0]["Product Name"] == "Alpine Pro Tent"


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*"])
async def test_rows_come_with_their_columns_in_detailed_json(http: httpx.AsyncClient, accept: str) -> None:
    body = (await http.get("/data/v1/sales?fields=Region,Quantity&limit=2", headers={"Accept": accept})).json()
    assert set(body) == {
        "columns", "datasource", "device", "duration", "fromcache", "metadata", "numColumns", "numRows", "queryUrl",
        "rows",
    }  # fmt: skip
    assert (body["columns"], body["numColumns"], body["numRows"]) == (["Region", "Quantity"], 2, 2)
    assert body["metadata"] == [{"dataSourceId": SALES, "type": kind} for kind in ("STRING", "LONG")]
    assert (body["datasource"], body["fromcache"]) == (SALES, "false")
    assert body["queryUrl"].startswith("/query/")
    assert body["queryUrl"].endswith(f"/{SALES}")
    assert body["duration"].isdigit()
    assert [len(row) for row in body["rows"]] == [2, 2]


async def test_csv_is_as_the_document_prints_it(http: httpx.AsyncClient) -> None:
    sql = "SELECT 'Joe' AS `first`, 'O''Hara' AS `last`, 39 AS `age`, NULL AS `none` FROM sales LIMIT 1"
    response = await http.post("/sql/v1/sales", content=sql, headers={**PLAIN, "Accept": "text/csv"})
    assert response.headers["content-type"].startswith("text/csv")
    assert response.text == "'first', 'last', 'age', 'none';\n'Joe', 'O''Hara', '39', '';\n"


async def test_excel_is_a_workbook_with_the_names_in_its_first_row(http: httpx.AsyncClient) -> None:
    sql = "SELECT 'a<b&c' AS `text`, 1.5 AS `number`, NULL AS `none`, ' x ' AS `space` FROM sales LIMIT 1"
    response = await http.post("/sql/v1/sales", content=sql, headers={**PLAIN, "Accept": EXCEL})
    assert response.headers["content-type"] == EXCEL
    with ZipFile(io.BytesIO(response.content)) as package:
        parts = {name: ET.fromstring(package.read(name)) for name in package.namelist()}  # noqa: S314  (our own bytes)
    assert set(parts) == {
        "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
    }  # fmt: skip
    rows = [["".join(cell.itertext()) for cell in row] for row in parts["xl/worksheets/sheet1.xml"][0]]
    assert rows == [["text", "number", "none", "space"], ["a<b&c", "1.5", "", " x "]]


async def test_a_format_that_is_not_offered_is_406(http: httpx.AsyncClient) -> None:
    assert (await http.get("/data/v1/sales?limit=1", headers={"Accept": "text/html"})).status_code == 406


async def test_sql_asks_the_alias(http: httpx.AsyncClient) -> None:
    response = await http.post("/sql/v1/sales", content="SELECT * FROM sales limit 100", headers=PLAIN)
    assert (response.status_code, response.json()["numRows"], response.json()["numColumns"]) == (200, 100, 20)
    rows = await http.post(
        "/sql/v1/sales",
        content="SELECT `Region`, COUNT(*) AS n FROM sales GROUP BY `Region` ORDER BY n DESC LIMIT 1",
        headers={"Content-Type": "text/plain;charset=UTF-8", "Accept": "array-of-objects"},
    )
    assert [set(row) for row in rows.json()] == [{"Region", "n"}]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM sales a JOIN sales b ON a.`Order ID` = b.`Order ID`", "JOIN is not supported"),
        ("SELECT SIN(1) FROM sales", "Unknown function SIN"),
        ("SELECT * FROM products", 'Unknown table "products"'),
        ("", "Exactly one SELECT is needed"),
        (b"\xff", "The query is not UTF-8 text"),
        ('{"sql": "SELECT 1"}', "Only SELECT is supported"),
    ],
)
async def test_sql_that_cannot_run_is_400(http: httpx.AsyncClient, sql: str | bytes, message: str) -> None:
    response = await http.post("/sql/v1/sales", content=sql, headers=PLAIN)
    assert response.status_code == 400
    assert message in response.json()["message"]


async def test_sql_that_is_not_plain_text_is_415(http: httpx.AsyncClient) -> None:
    assert (await http.post("/sql/v1/sales", json={"sql": "SELECT 1"})).status_code == 415


TEXT_TO_SQL = {
    "input": "Create a sql query to show me total sales.",
    "promptTemplate": {"template": "${input}. Show me the ${measure} for the last ${timeframe}"},
    "parameters": {"measure": "sales", "timeframe": "3 months"},
    "model": "8dc5737d-0bc8-425b-ad0d-5d6ec1a99e72",
    "dataSourceSchemas": [
        {
            "dataSourceName": "Sales",
            "description": "Sales Data",
            "columns": [{"name": "Date", "type": "date"}, {"name": "Sales", "type": "number"}],
        }
    ],
}
TEXT_GENERATION = {
    "input": "Recap the 2021 superbowl",
    "promptTemplate": {
        "template": "${input}. You are a helpful assistant that gives answers in ${max_words} words or less"
    },
    "parameters": {"max_words": "30"},
    "model": "8dc5737d-0bc8-425b-ad0d-5d6ec1a99e72",
}


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("text/sql", TEXT_TO_SQL),
        ("text/generation", TEXT_GENERATION),
        ("text/generation", {"input": "Tell me a joke about data."}),
    ],
)
async def test_the_ai_services_answer_as_on_the_product_surface(
    http: httpx.AsyncClient, alex: httpx.AsyncClient, service: str, body: dict[str, object]
) -> None:
    app, product = (
        await http.post(f"/domo/ai/v1/{service}", json=body),
        await alex.post(f"/api/ai/v1/{service}", json=body),
    )
    assert (app.status_code, app.json()) == (200, product.json())
    assert set(app.json()) == {"prompt", "choices", "modelId", "isCustomerModel"}
