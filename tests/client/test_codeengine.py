"""The Code Engine client: against the sandbox, and what Domo may answer beside that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from pydantic import JsonValue
from starlette.applications import Starlette

from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.codeengine import CodeEngine, Package
from domo_mcp.client.domo import Aliases, Domo
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Product
from domo_mcp.errors import DomoFailed, Forbidden, FunctionFailed, NotFound, UnreadableAnswer
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.codeengine import ORDER_CHECKS, PAYROLL, PRICING
from domo_mcp.sandbox.store import Store

Answering = Callable[..., AbstractAsyncContextManager[Session]]


@pytest.fixture
def sandbox(spare_store: Store) -> Starlette:
    """Executions are kept, so this is not the company that others only read."""
    return sandbox_app(spare_store)


@pytest.fixture
async def code(sandbox: Starlette) -> AsyncIterator[CodeEngine]:
    """Code Engine of the product surface."""
    auth = DeveloperToken("sandbox-token")
    async with Domo.connect("acme", "https://sandbox.invalid", auth, app=sandbox) as domo:
        yield domo.code_engine


@pytest.fixture
async def of_app(sandbox: Starlette) -> AsyncIterator[CodeEngine]:
    """Code Engine of an app."""
    auth, aliases = AppSession("sandbox-session"), Aliases(packages=("discountedPrice",))
    async with Domo.connect(
        "acme", "https://sandbox.invalid", auth, surface="app", aliases=aliases, app=sandbox
    ) as domo:
        yield domo.code_engine


async def test_packages_versions_and_functions_are_read(code: CodeEngine) -> None:
    names = [package.name for package in await code.packages()]
    assert names == ["Pricing", "Text Tools", "Sales Lookup", "Order Checks", "Payroll"]
    package = await code.package(PRICING)
    assert [(each.version, each.is_released) for each in package.newest_first] == [
        ("1.2.0", False), ("1.1.0", True), ("1.0.0", True),
    ]  # fmt: skip
    function = (await code.version(PRICING, "1.1.0")).functions[0]
    assert [(each.name, each.type, each.required) for each in function.inputs] == [
        ("price", "decimal", True), ("discount", "decimal", True), ("quantity", "number", False),
    ]  # fmt: skip
    assert function.output
    assert function.output.type == "decimal"


async def test_a_function_gives_its_result_and_where_asked_its_log(code: CodeEngine) -> None:
    inputs: dict[str, JsonValue] = {"price": 10, "cost": 4}
    quiet = await code.run(PRICING, "1.1.0", "margin", inputs, logs=False)
    assert (quiet.result, quiet.lines) == ({"margin": 6, "percent": 60.0}, ())
    assert (await code.run(PRICING, "1.1.0", "margin", inputs, logs=True)).lines == ("price 10, cost 4",)


async def test_a_failure_that_came_with_200_is_an_error_with_messages_types_and_log(code: CodeEngine) -> None:
    with pytest.raises(FunctionFailed) as failed:
        await code.run(ORDER_CHECKS, "1.0.0", "findOrder", {"orderId": "none"}, logs=True)
    assert 'The function "findOrder" ended with FAILED: No order none' in str(failed.value)
    assert "looking for order none | stderr: Error: no order none" in str(failed.value)
    with pytest.raises(FunctionFailed, match=r"should be number and is text: \d+ orders"):
        await code.run(ORDER_CHECKS, "1.0.0", "countOrders", {"region": "West"}, logs=False)
    with pytest.raises(FunctionFailed, match=r"OUTPUT_UNDEFINED.*should be boolean and is undefined"):
        await code.run(ORDER_CHECKS, "1.0.0", "touchOrder", {"orderId": "1"}, logs=False)


@pytest.mark.parametrize(("package", "version", "kind"), [(PRICING, "1.2.0", NotFound), (PAYROLL, "1.0.0", Forbidden)])
async def test_what_may_not_run_is_an_error_of_domo(
    code: CodeEngine, package: str, version: str, kind: type[Exception]
) -> None:
    function = "bestPrice" if package == PRICING else "raiseSalaries"
    with pytest.raises(kind):
        await code.run(package, version, function, {}, logs=False)


async def test_an_app_calls_by_alias(of_app: CodeEngine) -> None:
    assert [package.id for package in await of_app.packages()] == ["discountedPrice"]
    assert await of_app.call("discountedPrice", {"listPrice": 8, "rebate": 0.5}) == 4
    with pytest.raises(DomoFailed, match="No order none"):
        await of_app.call("findOrder", {"orderId": "none"})
    with pytest.raises(NotFound):
        await of_app.call("nothing", {})


def execution(**more: Any) -> httpx.Response:
    return httpx.Response(200, json={"executionId": "e1", "status": "FAILED", **more})


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (execution(), "ended with FAILED."),
        (execution(stdout=None, stderr=None, errorInformation=None), "ended with FAILED."),
        (execution(status="RUNNING"), "still runs: Domo answered before it ended (execution e1)"),
        (execution(errorInformation={"errorMessages": [{"code": 7}, "why"]}), 'FAILED: {"code":7}; why'),
        (
            execution(
                status="RESULT_TYPE_FAILURE",
                errorInformation={"expectedType": "text", "expectedIsList": True, "actualType": "text"},
            ),
            "its result should be a list of text and is text",
        ),
        (execution(stdout={"log": [{"level": "info"}, "a\nb"]}), 'It wrote: {"level":"info"} | a | b'),
        (execution(stdout={"log": [f"line {n}" for n in range(100)]}), "line 39 | … 60 more lines"),
    ],
)
async def test_whatever_a_failure_tells_is_said(answering: Answering, answer: httpx.Response, says: str) -> None:
    async with answering(lambda _: answer) as session:
        with pytest.raises(FunctionFailed) as failed:
            await CodeEngine(session, Product(), ()).run("p", "1", "f", {}, logs=True)
    assert says in str(failed.value)


async def test_an_answer_without_a_status_is_not_taken_for_a_result(answering: Answering) -> None:
    async with answering(lambda _: httpx.Response(200, json={"result": 1})) as session:
        with pytest.raises(UnreadableAnswer):
            await CodeEngine(session, Product(), ()).run("p", "1", "f", {}, logs=False)


@pytest.mark.parametrize("status", [500, 503])
async def test_a_call_is_not_sent_twice(answering: Answering, status: int) -> None:
    sent = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status)

    async with answering(handler) as session:
        with pytest.raises(DomoFailed):
            await CodeEngine(session, Product(), ()).run("p", "1", "f", {}, logs=False)
    assert len(sent) == 1


@pytest.mark.parametrize(
    "hit",
    [
        {"uuid": "u", "title": "P", "ownedById": 7},
        {"uuid": "u", "name": "P", "ownedById": "7", "id": 12},
        {"id": "u", "name": "P", "owner": 7, "versions": None},
    ],
)
async def test_packages_have_several_spellings(answering: Answering, hit: dict[str, object]) -> None:
    answer = {"searchResultsMap": {"package": [hit]}, "totalResultCount": 1}
    async with answering(lambda _: httpx.Response(200, json=answer)) as session:
        assert await CodeEngine(session, Product(), ()).packages() == [Package(id="u", name="P", owner="7")]


async def test_no_packages_is_an_empty_list(answering: Answering) -> None:
    async with answering(lambda _: httpx.Response(200, json={"searchResultsMap": {}})) as session:
        assert await CodeEngine(session, Product(), ()).packages() == []
