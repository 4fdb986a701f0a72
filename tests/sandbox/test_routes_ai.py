"""The AI services over HTTP: both answer shapes, the deterministic engines, and a chat-completions model."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domo_mcp.sandbox.ai import AiSettings
from domo_mcp.sandbox.ai.schemas import ColumnSchema, DataSourceSchema, enriched
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.records import ColumnNote, Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column, Warehouse

SQL, TEXT = "/api/ai/v1/text/sql", "/api/ai/v1/text/generation"
SALES = "5a1e0000-0000-4000-8000-000000000001"
SCHEMA = {
    "dataSourceName": "Sales Orders",
    "description": "",
    "columns": [
        {"name": "Region", "type": "STRING"},
        {"name": "Order Date", "type": "DATE"},
        {"name": "Revenue", "type": "DECIMAL", "description": "Money"},
    ],
}
QUESTION = {"input": "What is the total turnover in the West?", "dataSourceSchemas": [SCHEMA]}

Handler = Callable[[Request], Any]


def speaking(store: Store, handler: Handler) -> httpx.AsyncClient:
    """A client of a sandbox whose model is a small chat-completions server."""
    model = Starlette(routes=[Route("/v1/chat/completions", handler, methods=["POST"])])
    transport = httpx.ASGITransport(model, raise_app_exceptions=False)
    settings = AiSettings(url="http://model/v1/", model="tiny-1", key="model-key", transport=transport)
    headers = {"X-DOMO-Developer-Token": "sandbox-token"}
    app = sandbox_app(store, ai=settings)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox", headers=headers)


def completion(text: str) -> Response:
    return JSONResponse({"choices": [{"message": {"role": "assistant", "content": text}}]})


async def test_a_question_becomes_sql_that_runs(alex: httpx.AsyncClient) -> None:
    body = (await alex.post(SQL, json=QUESTION)).json()
    assert set(body) == {"prompt", "choices", "modelId", "isCustomerModel"}
    assert (body["modelId"], body["isCustomerModel"]) == ("sandbox.deterministic-sql", False)
    sql = body["choices"][0]["output"]
    direct = {"sql": "SELECT SUM(`Revenue`) FROM table WHERE `Region` = 'West'"}
    rows = [(await alex.post(f"/api/query/v1/execute/{SALES}", json=s)).json()["rows"] for s in ({"sql": sql}, direct)]
    assert rows[0] == rows[1]


def schema_of(store: Store, name: str, *, without: str = "") -> DataSourceSchema:
    dataset = next(d for d in store.all(Dataset) if d.name == name)
    columns = [ColumnSchema(name=c.name, type=c.type) for c in store.warehouse.columns(dataset.id) if c.name != without]
    return DataSourceSchema(data_source_name=name, columns=columns)


@pytest.mark.parametrize(
    ("question", "name", "by_hand"),
    [
        (
            "profit by category this year",
            "Sales Orders",
            (
                "SELECT `Category`, SUM(`Revenue`) - SUM(`Cost`) p FROM table WHERE YEAR(`Order Date`) = 2026 "
                "GROUP BY `Category` ORDER BY p DESC"
            ),
        ),
        (
            "margin % by region",
            "Sales Orders",
            "SELECT `Region`, 1 - SUM(`Cost`) / SUM(`Revenue`) m FROM table GROUP BY `Region` ORDER BY m DESC",
        ),
        (
            "average order value by month this year",
            "Sales Orders",
            (
                "SELECT DATE_FORMAT(`Order Date`, '%Y-%m') m, AVG(`Revenue`) FROM table "
                "WHERE YEAR(`Order Date`) = 2026 GROUP BY m ORDER BY m"
            ),
        ),
        (
            "cost per click by campaign channel",
            "Marketing Campaigns",
            "SELECT `Campaign Channel`, SUM(`Spend`) / SUM(`Clicks`) c FROM table GROUP BY 1 ORDER BY c DESC",
        ),
        (
            "Jonas Laurent revenue",
            "Sales Orders",
            (
                "SELECT `Customer ID`, MIN(`Customer Name`), SUM(`Revenue`) r FROM table "
                "WHERE `Customer Name` = 'Jonas Laurent' GROUP BY `Customer ID` ORDER BY r DESC"
            ),
        ),
        (
            "revenue of Alpine Pro Tent",
            "Sales Orders",
            "SELECT SUM(`Revenue`) FROM table WHERE `Product ID` = 'P-001'",
        ),
        (
            "latest order",
            "Sales Orders",
            (
                "SELECT `Order ID`, `Order Date`, `Ship Date`, `Region`, `Country`, `Customer ID`, `Customer Name` "
                "FROM table WHERE `Order Date` = '2026-11-22' ORDER BY `Order ID`"
            ),
        ),
    ],
)
async def test_a_beast_mode_or_a_name_gives_the_rows_of_sql_by_hand(
    alex: httpx.AsyncClient, store: Store, question: str, name: str, by_hand: str
) -> None:
    body = {"input": question, "dataSourceSchemas": [schema_of(store, name).model_dump(by_alias=True)]}
    sql = (await alex.post(SQL, json=body)).json()["choices"][0]["output"]
    dataset = next(d for d in store.all(Dataset) if d.name == name)
    answered, expected = [await store.warehouse.query(dataset.id, text, names=(name,)) for text in (sql, by_hand)]
    assert len(expected.rows) > 0
    assert [row[:-1] for row in answered.rows] == [row[:-1] for row in expected.rows], sql
    if question != "latest order":
        figures = [[float(str(row[-1])) for row in result.rows] for result in (answered, expected)]
        assert figures[0] == pytest.approx(figures[1]), sql


async def test_a_beast_mode_is_known_only_where_its_dataset_and_its_columns_are(store: Store) -> None:
    async def beast_modes(readable: list[Dataset], without: str = "") -> list[str]:
        found = await enriched(store, schema_of(store, "Sales Orders", without=without), readable)
        return [column.name for column in found.columns if column.formula]

    sales = next(d for d in store.all(Dataset) if d.name == "Sales Orders")
    kept = [note.model_copy(update={"agent_enabled": note.name != "Cost"}) for note in sales.columns]
    assert await beast_modes([sales]) == ["Profit", "Margin %", "Average Order Value"]
    assert await beast_modes([]) == []
    assert await beast_modes([sales], without="Cost") == ["Average Order Value"]
    assert await beast_modes([sales.model_copy(update={"columns": tuple(kept)})]) == ["Average Order Value"]


async def test_values_are_looked_up_once_for_each_update_of_the_dataset() -> None:
    warehouse = Warehouse()
    warehouse.create("d-1", [Column("Team", "STRING")])
    warehouse.insert("d-1", [["Red"]])
    store = Store(warehouse, sqlite3.connect(":memory:"), lambda: datetime(2026, 11, 22, tzinfo=UTC))
    team = Dataset(
        id="d-1", name="Teams", description="", unit=None, owner_id=1, provider="webform", created=1, updated=1,
        columns=(ColumnNote(name="Team", description=""),),
    )  # fmt: skip
    schema = DataSourceSchema(data_source_name="Teams", columns=[ColumnSchema(name="Team", type="STRING")])
    assert (await enriched(store, schema, [team])).columns[0].values == ("Red",)
    warehouse.insert("d-1", [["Blue"]])
    assert (await enriched(store, schema, [team])).columns[0].values == ("Red",)
    updated = team.model_copy(update={"updated": 2})
    assert (await enriched(store, schema, [updated])).columns[0].values == ("Blue", "Red")
    store.close()


async def test_the_prompt_shows_the_tables_the_date_and_the_question(alex: httpx.AsyncClient) -> None:
    prompt = (await alex.post(SQL, json=QUESTION)).json()["prompt"]
    assert "Table `Sales Orders`, columns=[Region:STRING, Order Date:DATE, Revenue:DECIMAL]." in prompt
    assert QUESTION["input"] in prompt
    assert "Today is 2026-11-22." in prompt
    assert "${" not in prompt


async def test_the_other_answer_shape_can_be_had(store: Store) -> None:
    transport = httpx.ASGITransport(sandbox_app(store, ai_shape="output"))
    headers = {"X-DOMO-Developer-Token": "sandbox-token"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        assert set((await http.post(SQL, json=QUESTION)).json()) == {"output", "modelId"}
        assert set((await http.post(TEXT, json={"input": "Hello."})).json()) == {"output", "modelId"}


@pytest.mark.parametrize(
    "body",
    [
        {"input": "What is our market share by region?", "dataSourceSchemas": [SCHEMA]},
        {"input": "What is the total turnover?"},
    ],
)
async def test_what_is_not_understood_is_one_comment(alex: httpx.AsyncClient, body: dict[str, object]) -> None:
    response = await alex.post(SQL, json=body)
    assert response.status_code == 200
    output = response.json()["choices"][0]["output"]
    assert output.startswith("-- cannot answer: ")
    assert "\n" not in output


async def test_a_template_and_its_parameters_make_the_question(alex: httpx.AsyncClient) -> None:
    body = {
        "input": "Show me the total ${measure}",
        "promptTemplate": {"template": "${input} ${measure} by ${dimension}"},
        "parameters": {"measure": "revenue", "dimension": "region"},
        "dataSourceSchemas": [SCHEMA],
    }
    answer = (await alex.post(SQL, json=body | {"input": "total"})).json()
    assert answer["prompt"] == "total revenue by region"
    assert "GROUP BY" in answer["choices"][0]["output"]
    assert (await alex.post(SQL, json=body)).json()["prompt"] == "Show me the total ${measure} revenue by region"


async def test_relative_dates_count_from_the_day_the_request_gives(alex: httpx.AsyncClient) -> None:
    body = {"input": "total revenue this year", "dataSourceSchemas": [SCHEMA]}
    output = (await alex.post(SQL, json=body | {"parameters": {"today": "2024-05-05"}})).json()["choices"][0]["output"]
    assert "2024-01-01" in output
    output = (await alex.post(SQL, json=body | {"parameters": {"today": "soon"}})).json()["choices"][0]["output"]
    assert "2026-01-01" in output


@pytest.mark.parametrize("path", [SQL, TEXT])
@pytest.mark.parametrize("body", [{}, {"input": ""}, {"input": 5}, {"input": "x", "promptTemplate": "text"}])
async def test_a_body_without_input_is_400(alex: httpx.AsyncClient, path: str, body: dict[str, object]) -> None:
    assert (await alex.post(path, json=body)).status_code == 400


async def test_text_without_a_model_is_an_extract_and_says_so(alex: httpx.AsyncClient) -> None:
    text = (
        "Revenue fell in the West. Revenue in the West fell because parcels shipped late. Nobody ate lunch. "
        "Late parcels made customers in the West cancel. It rained. The West is a region."
    )
    body = {"input": text, "promptTemplate": {"template": "${input}"}, "model": "any", "parameters": {}}
    answer = (await alex.post(TEXT, json=body)).json()
    assert (answer["modelId"], answer["prompt"]) == ("sandbox.extractive", text)
    output = answer["choices"][0]["output"]
    assert output.startswith("Extractive summary (no language model")
    assert "parcels shipped late" in output
    assert "lunch" not in output


async def test_a_template_of_generated_text_is_filled(alex: httpx.AsyncClient) -> None:
    body = {
        "input": "Recap the 2021 superbowl",
        "promptTemplate": {"template": "${input}. Use ${max_words} words or less, ${unknown}"},
        "parameters": {"max_words": "30"},
    }
    answer = (await alex.post(TEXT, json=body)).json()
    assert answer["prompt"] == "Recap the 2021 superbowl. Use 30 words or less, ${unknown}"


async def test_a_configured_model_gets_the_prompt_and_its_tags_are_cut(store: Store) -> None:
    asked: list[dict[str, Any]] = []

    async def model(request: Request) -> Response:
        asked.append(await request.json() | {"key": request.headers["authorization"]})
        return completion("Sure!\n<SQL>\n```sql\nSELECT 1 FROM `Sales Orders`\n```\n</SQL> Done.")

    async with speaking(store, model) as http:
        answer = (await http.post(SQL, json=QUESTION | {"system": "Be terse."})).json()
    assert answer["choices"][0]["output"] == "SELECT 1 FROM `Sales Orders`"
    assert (answer["modelId"], answer["isCustomerModel"]) == ("tiny-1", True)
    assert (asked[0]["model"], asked[0]["key"]) == ("tiny-1", "Bearer model-key")
    assert asked[0]["messages"] == [
        {"role": "system", "content": "Be terse."},
        {"role": "user", "content": answer["prompt"]},
    ]


async def test_a_configured_model_writes_text_as_it_is(store: Store) -> None:
    async def model(request: Request) -> Response:
        return completion("A joke.")

    async with speaking(store, model) as http:
        answer = (await http.post(TEXT, json={"input": "Tell me a joke"})).json()
    assert (answer["choices"][0]["output"], answer["modelId"]) == ("A joke.", "tiny-1")


async def refuses(request: Request) -> Response:
    return JSONResponse({"error": "secret words of the model"}, 401)


async def babbles(request: Request) -> Response:
    return Response("<html>secret words of the model</html>")


async def says_nothing(request: Request) -> Response:
    return JSONResponse({"choices": []})


@pytest.mark.parametrize("model", [refuses, babbles, says_nothing])
@pytest.mark.parametrize("path", [SQL, TEXT])
async def test_a_model_that_fails_is_502_without_its_own_words(store: Store, model: Handler, path: str) -> None:
    async with speaking(store, model) as http:
        response = await http.post(path, json=QUESTION)
    assert (response.status_code, response.json()["statusReason"]) == (502, "Bad Gateway")
    assert "secret" not in response.text


async def test_a_model_that_cannot_be_reached_is_502(store: Store) -> None:
    settings = AiSettings(url="http://127.0.0.1:9/v1", model="tiny-1")
    transport = httpx.ASGITransport(sandbox_app(store, ai=settings))
    headers = {"X-DOMO-Developer-Token": "sandbox-token"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        response = await http.post(TEXT, json={"input": "Hello"})
    assert (response.status_code, response.json()["message"]) == (502, "The model could not be reached (ConnectError).")


def test_settings_do_not_show_their_key() -> None:
    assert "model-key" not in repr(AiSettings(url="http://model", model="m", key="model-key"))
