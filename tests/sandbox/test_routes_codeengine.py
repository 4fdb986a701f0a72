"""Code Engine over HTTP, on both surfaces."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.codeengine import BOARD_PACK, ORDER_CHECKS, PAYROLL, PRICING, SALES_LOOKUP, TEXT_TOOLS
from domo_mcp.sandbox.company.sales import SALES
from domo_mcp.sandbox.store import Store
from tests.sandbox.conftest import client

BASE = "/api/codeengine/v2/packages"
Run = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


@pytest.fixture
def sandbox(spare_store: Store) -> Starlette:
    """Executions are kept, so this is not the company that others only read."""
    return sandbox_app(spare_store)


@pytest.fixture
def run(alex: httpx.AsyncClient) -> Run:
    """Calls a function as Alex and gives the answer, which is 200 whatever came of it."""

    async def called(package: str, version: str, function: str, **inputs: object) -> dict[str, Any]:
        body = {"inputVariables": inputs, "settings": {"getLogs": True}}
        answer = await alex.post(f"{BASE}/{package}/versions/{version}/functions/{function}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return called


async def test_a_search_gives_the_packages_that_the_user_may_see(
    alex: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    body = {"query": "**", "entityList": [["package"]], "count": 100, "offset": 0, "hideSearchObjects": True}
    found = (await alex.post("/api/search/v1/query", json=body)).json()
    names = [hit["title"] for hit in found["searchResultsMap"]["package"]]
    assert names == ["Pricing", "Text Tools", "Sales Lookup", "Order Checks", "Payroll"]
    assert (found["totalResultCount"], found["hasMore"]) == (5, False)
    page = (await alex.post("/api/search/v1/query", json={**body, "count": 2, "offset": 1})).json()
    assert [hit["uuid"] for hit in page["searchResultsMap"]["package"]] == [TEXT_TOOLS, SALES_LOOKUP]
    everything = (await admin.post("/api/search/v1/query", json=body)).json()
    assert BOARD_PACK in [hit["uuid"] for hit in everything["searchResultsMap"]["package"]]
    owned = {"field": "owned_by_id", "filterType": "term", "value": "1001:USER"}
    own = (await alex.post("/api/search/v1/query", json={**body, "filters": [owned]})).json()
    assert [hit["uuid"] for hit in own["searchResultsMap"]["package"]] == [TEXT_TOOLS, ORDER_CHECKS]
    assert not (await alex.post("/api/search/v1/query", json={**body, "entityList": [["card"]]})).json()[
        "searchResultsMap"
    ]


async def test_a_package_tells_its_versions_and_a_version_its_functions(alex: httpx.AsyncClient) -> None:
    assert "versions" not in (await alex.get(f"{BASE}/{PRICING}")).json()
    package = (await alex.get(f"{BASE}/{PRICING}?parts=versions")).json()
    told = [(each["version"], each["released"], each["releasedOn"] is None) for each in package["versions"]]
    assert told == [("1.2.0", False, True), ("1.1.0", True, False), ("1.0.0", True, False)]
    version = (await alex.get(f"{BASE}/{PRICING}/versions/1.2.0?parts=functions,code")).json()
    assert [each["name"] for each in version["functions"]] == ["discountedPrice", "margin", "bestPrice"]
    assert version["functions"][2]["inputs"] == [
        {"name": "prices", "displayName": "Prices", "type": "decimal", "isList": True, "nullable": False}
    ]
    assert "functions" not in (await alex.get(f"{BASE}/{PRICING}/versions/1.0.0")).json()


async def test_functions_compute(run: Run) -> None:
    price = await run(PRICING, "1.1.0", "discountedPrice", price=40, discount=0.25, quantity=3)
    assert (price["status"], price["result"], price["stdout"]["log"]) == ("SUCCESS", 90, ["price 40 less 25%"])
    assert (await run(PRICING, "1.1.0", "margin", price=50, cost=30))["result"] == {"margin": 20, "percent": 40}
    assert (await run(TEXT_TOOLS, "1.0.0", "slug", text="Été à Oslo!"))["result"] == "ete-a-oslo"
    assert (await run(TEXT_TOOLS, "1.0.0", "similarity", left="Tent", right="TENT"))["result"] == 1
    words = await run(TEXT_TOOLS, "1.0.0", "topWords", texts=["late parcel, late", "parcel lost late"], most=2)
    assert words["result"] == ["late", "parcel"]


async def test_functions_read_the_datasets_of_their_caller(run: Run, spare_store: Store) -> None:
    found = await run(SALES_LOOKUP, "2.0.0", "regionRevenue", region="West", year=2025)
    sql = "SELECT SUM(Revenue), COUNT(*) FROM table WHERE Region = 'West' AND YEAR(`Order Date`) = 2025"
    ((revenue, orders),) = (await spare_store.warehouse.query(SALES.id, sql)).rows
    assert found["result"] == {"region": "West", "revenue": float(str(revenue)), "orders": orders}
    assert (await run(SALES_LOOKUP, "2.0.0", "rowCount", dataset=SALES.id))["result"] == 50_000
    board = await run(SALES_LOOKUP, "2.0.0", "rowCount", dataset="5a1e0000-0000-4000-8000-000000000009")
    assert (board["status"], board["errorInformation"]["errorMessages"]) == (
        "FAILED", ["Request failed with status code 403"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("function", "inputs", "status", "why"),
    [
        ("findOrder", {"orderId": "none"}, "FAILED", {"errorMessages": ["No order none"]}),
        (
            "countOrders",
            {"region": "West"},
            "RESULT_TYPE_FAILURE",
            {"expectedType": "number", "actualType": "text"},
        ),
        ("touchOrder", {"orderId": "1"}, "OUTPUT_UNDEFINED", {"expectedType": "boolean", "actualType": "undefined"}),
        ("wait", {"seconds": 301}, "FAILED", {"errorMessages": ["Task timed out after 300.00 seconds"]}),
        ("findOrder", {}, "FAILED", {"errorMessages": ["Missing required input 'orderId'"]}),
        ("findOrder", {"orderId": 1}, "FAILED", {"errorMessages": ["Input 'orderId' should be text and is number"]}),
        (
            "findOrder",
            {"orderId": "1", "x": 1},
            "FAILED",
            {"errorMessages": ["Unknown input 'x'"]},
        ),
    ],
)
async def test_a_function_that_fails_is_told_with_200(
    run: Run, function: str, inputs: dict[str, object], status: str, why: dict[str, object]
) -> None:
    done = await run(ORDER_CHECKS, "1.0.0", function, **inputs)
    assert (done["status"], done["result"]) == (status, None)
    assert why.items() <= done["errorInformation"].items()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PRICING}/versions/1.2.0/functions/bestPrice", 404),
        (f"{PRICING}/versions/9.9.9/functions/margin", 404),
        (f"{PRICING}/versions/1.1.0/functions/nothing", 404),
        (f"{PAYROLL}/versions/1.0.0/functions/raiseSalaries", 403),
        (f"{BOARD_PACK}/versions/1.0.0/functions/slug", 403),
        ("nowhere/versions/1.0.0/functions/slug", 404),
    ],
)
async def test_what_may_not_or_cannot_run_is_an_error_of_http(alex: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await alex.post(f"{BASE}/{path}", json={"inputVariables": {}})
    assert answer.status_code == status


async def test_an_execution_can_be_read_again_with_its_logs(alex: httpx.AsyncClient) -> None:
    where = f"{BASE}/{TEXT_TOOLS}/versions/1.0.0/functions/slug"
    done = (await alex.post(where, json={"inputVariables": {"text": "A b"}})).json()
    assert done["stdout"]["log"] == []
    again = (await alex.get(f"{BASE}/{TEXT_TOOLS}/executions/{done['executionId']}")).json()
    assert (again["result"], again["stdout"]["log"], again["startedBy"]) == ("a-b", ["3 characters in"], "1001")
    assert (await alex.get(f"{BASE}/{PRICING}/executions/{done['executionId']}")).status_code == 404


async def test_an_administrator_may_run_everything(sandbox: Starlette) -> None:
    async with client(sandbox, "sandbox-admin-token") as admin:
        where = f"{BASE}/{PAYROLL}/versions/1.0.0/functions/raiseSalaries"
        assert (await admin.post(where, json={"inputVariables": {"percent": 2}})).json()["result"] == 2


async def test_an_app_sends_parameters_alone_and_gets_the_result_alone(sandbox: Starlette) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox),
        base_url="http://sandbox/domo/codeengine/v2/packages",
        headers={"X-Domo-Ryuu-Session": "sandbox-session"},
    ) as app:
        assert (await app.post("/discountedPrice", json={"listPrice": 10, "rebate": 0.5})).json() == 5
        failed = await app.post("/findOrder", json={"orderId": "none"})
        assert (failed.status_code, failed.json()["message"]) == (500, "No order none")
        assert (await app.post("/nothing", json={})).status_code == 404
