"""SQL over HTTP: shapes, permissions and refusals."""

import httpx
import pytest
from starlette.applications import Starlette

SALES = "5a1e0000-0000-4000-8000-000000000001"
BOARD = "5a1e0000-0000-4000-8000-000000000009"


def execute(dataset: str = SALES) -> str:
    return f"/api/query/v1/execute/{dataset}"


async def test_an_answer_is_columnar_with_metadata_beside_the_columns(alex: httpx.AsyncClient) -> None:
    sql = """SELECT `Region`, `Region`, COUNT(*) AS n, SUM(`Revenue`) AS r, MAX(`Order Date`) AS d
        FROM table GROUP BY 1 ORDER BY 1"""
    response = await alex.post(execute(), json={"sql": sql})
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {
        "datasource", "columns", "metadata", "rows", "numRows", "numColumns", "fromcache", "duration",
    }  # fmt: skip
    assert body["datasource"] == SALES
    assert body["columns"] == ["Region", "Region", "n", "r", "d"]
    assert [column["type"] for column in body["metadata"]] == ["STRING", "STRING", "LONG", "DECIMAL", "DATE"]
    assert (body["numRows"], body["numColumns"]) == (5, 5)
    assert [row[0] for row in body["rows"]] == ["Central", "East", "North", "South", "West"]
    assert sum(row[2] for row in body["rows"]) == 50_000
    assert body["rows"][0][4] == "2026-11-22"
    assert body["fromcache"] == "false"
    assert body["duration"].isdigit()


async def test_a_list_of_objects_is_given_where_it_is_accepted(alex: httpx.AsyncClient) -> None:
    sql = "SELECT `Status`, COUNT(*) AS n FROM table WHERE `Order ID` = 'SO-000001' GROUP BY 1"
    response = await alex.post(execute(), json={"sql": sql}, headers={"Accept": "array-of-objects"})
    assert response.json() == [{"Status": "Completed", "n": 1}]


@pytest.mark.parametrize("name", ["table", "dataset", f"`{SALES}`", "`Sales Orders`", "`sales orders`"])
async def test_a_dataset_is_named_by_a_word_its_id_or_its_name(alex: httpx.AsyncClient, name: str) -> None:
    response = await alex.post(execute(), json={"sql": f"SELECT COUNT(*) FROM {name}"})
    assert response.json()["rows"] == [[50_000]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC 1",
        "SELECT `No Such Column` FROM table",
        "SELECT SQRT(4) FROM table",
        "SELECT * FROM `Customers`",
        "DELETE FROM table",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('x.csv')",
        "",
    ],
)
async def test_sql_that_cannot_run_is_400_and_shows_nothing_of_the_engine(alex: httpx.AsyncClient, sql: str) -> None:
    response = await alex.post(execute(), json={"sql": sql})
    body = response.json()
    assert (response.status_code, body["statusReason"]) == (400, "Bad Request")
    assert body["message"]
    assert len(body["message"]) < 200
    assert "duckdb" not in response.text.lower()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"sql": {"body": 1}}', b'{"query": {}}', b'{"sql": 5}'])
async def test_a_body_without_sql_text_is_400(alex: httpx.AsyncClient, body: bytes) -> None:
    response = await alex.post(execute(), content=body)
    assert response.status_code == 400
    assert response.json()["message"].startswith("Cannot deserialize")


async def test_a_dataset_without_permission_is_403_for_users_and_open_to_administrators(
    alex: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    statement = {"sql": "SELECT COUNT(*) FROM table"}
    refused = await alex.post(execute(BOARD), json=statement)
    assert (refused.status_code, set(refused.json())) == (403, {"status", "statusReason", "toe", "path"})
    assert (await admin.post(execute(BOARD), json=statement)).json()["rows"] == [[30]]


async def test_an_unknown_dataset_is_404(alex: httpx.AsyncClient) -> None:
    response = await alex.post(execute("5a1e0000-0000-4000-8000-00000000dead"), json={"sql": "SELECT 1 FROM table"})
    assert (response.status_code, set(response.json())) == (404, {"status", "statusReason", "toe", "path"})


async def test_a_large_answer_arrives_whole(sandbox: Starlette, alex: httpx.AsyncClient) -> None:
    response = await alex.post(execute(), json={"sql": "SELECT * FROM table LIMIT 20000"})
    rows = response.json()["rows"]
    assert len({row[0] for row in rows}) == 20_000
    assert sandbox.state.in_flight == 0
