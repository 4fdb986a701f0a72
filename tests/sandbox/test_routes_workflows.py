"""Workflows of the sandbox: they run by its clock, on both surfaces, and survive a restart."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company import appdb, workflows
from domo_mcp.sandbox.company.people import USERS
from domo_mcp.sandbox.company.plan import ADMIN, dataset_id
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column, Warehouse
from domo_mcp.sandbox.workflows.definitions import Instance, Running
from tests.sandbox.clock import Clock

API, APP = "/api/workflow", "/domo/workflow/v1/models"
ASKED = {"customer": "Berg", "discount": 10, "amount": 1200}


def opened(file: str | Path, clock: Clock) -> Store:
    """The company's people and workflows on a database, and nothing else."""
    return Store(Warehouse(clock=clock), sqlite3.connect(file, check_same_thread=False), clock)


@pytest.fixture
def small_store(clock: Clock) -> Iterator[Store]:
    store = opened(":memory:", clock)
    store.put(*USERS, *appdb.records(clock.now), *workflows.records(clock.now))
    yield store
    store.close()


@asynccontextmanager
async def user(store: Store, name: str = "") -> AsyncIterator[httpx.AsyncClient]:
    headers = {"X-DOMO-Developer-Token": f"sandbox-{name}token", "X-DOMO-Ryuu-Session": f"sandbox-{name}session"}
    transport = httpx.ASGITransport(sandbox_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=headers) as http:
        yield http


@pytest.fixture
async def http(small_store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with user(small_store) as client:
        yield client


def message(**over: Any) -> dict[str, Any]:
    """What starts the discount's version 1.1.0."""
    given = {
        "messageName": "Request Discount",
        "version": "1.1.0",
        "modelId": workflows.APPROVE_DISCOUNT,
        "data": ASKED,
    }
    return {**given, **over}


async def started(http: httpx.AsyncClient, **over: Any) -> dict[str, Any]:
    answer = await http.post(f"{API}/v1/instances/message", json=message(**over))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def status(http: httpx.AsyncClient, instance: str) -> str:
    answer = await http.get(f"{API}/v1/instances/{instance}/status")
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


async def results(http: httpx.AsyncClient, instance: str) -> dict[str, Any]:
    answer = await http.get(f"{API}/v1/instances/transactions", params={"instanceId": instance})
    return {each["id"]: each["value"] for each in answer.json()}


async def test_an_instance_goes_from_null_to_its_result_with_the_clock(http: httpx.AsyncClient, clock: Clock) -> None:
    begun = await started(http)
    assert (begun["modelId"], begun["modelName"], begun["status"]) == (
        workflows.APPROVE_DISCOUNT, "Approve Discount", "null"
    )  # fmt: skip
    seen = []
    for seconds in (0, 1, 1, 1):
        clock.move(seconds=seconds)
        seen.append(await status(http, begun["id"]))
    assert seen == ["null", "IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    assert await results(http, begun["id"]) == {"decision": "approved", "decided_by": "rule", "net_amount": "1080.0"}
    clock.move(days=400)
    row = (await http.get(f"{API}/v2/executions", params={"modelId": begun["modelId"]})).json()[0]
    assert (row["id"], row["status"], row["completedOn"]) == (begun["id"], "COMPLETED", "2026-11-22T12:00:03.000Z")


async def test_what_is_over_a_limit_waits_for_a_person_and_is_rejected(http: httpx.AsyncClient, clock: Clock) -> None:
    begun = await started(http, data={**ASKED, "discount": 15.5})
    clock.move(seconds=32)
    assert (await status(http, begun["id"]), await results(http, begun["id"])) == ("IN_PROGRESS", {})
    clock.move(seconds=1)
    assert (await results(http, begun["id"]))["decision"] == "rejected"


async def test_an_older_version_takes_less_and_a_draft_nothing(http: httpx.AsyncClient, clock: Clock) -> None:
    old = await started(
        http, messageName="Start Approve Discount", version="1.0.0", data={"customer": "B", "discount": 5}
    )
    clock.move(seconds=3)
    assert await results(http, old["id"]) == {"decision": "approved", "decided_by": "rule"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"messageName": "Start Approve Discount"}, 404),
        ({"messageName": "request discount"}, 404),
        ({"version": "2.0.0"}, 404),
        ({"version": "9"}, 404),
        ({"modelId": "nothing"}, 404),
        ({"modelId": workflows.SALARY_REVIEW}, 403),
        ({"data": {"customer": "x"}}, 400),
        ({"data": {**ASKED, "more": 1}}, 400),
        ({"data": [1]}, 400),
    ],
)
async def test_a_wrong_start_is_an_envelope_and_starts_nothing(
    http: httpx.AsyncClient, small_store: Store, wrong: dict[str, Any], code: int
) -> None:
    answer = await http.post(f"{API}/v1/instances/message", json=message(**wrong))
    assert (answer.status_code, answer.json()["status"]) == (code, code)
    assert answer.json()["toe"]
    assert not small_store.all(Running)


async def test_code_fails_with_its_reason(http: httpx.AsyncClient, small_store: Store, clock: Clock) -> None:
    for number, rows in ((1, 3), (8, 2)):
        key = dataset_id(number)
        small_store.warehouse.create(key, [Column("n", "LONG")], f"SELECT * FROM range({rows})")
        small_store.put(_dataset(key))
    begun = await started(
        http,
        messageName="Start Nightly Reconciliation",
        version="3.0.1",
        modelId=workflows.NIGHTLY_RECONCILIATION,
        data={},
    )
    clock.move(seconds=6)
    assert await status(http, begun["id"]) == "FAILED"
    assert await results(http, begun["id"]) == {
        "error": "Compare: The archive does not balance: 3 orders, 2 of them archived"
    }


async def test_a_step_changes_something_real_once_though_nobody_asks_for_the_instance(
    http: httpx.AsyncClient, small_store: Store, clock: Clock
) -> None:
    small_store.warehouse.create(dataset_id(1), [Column("n", "LONG")], "SELECT * FROM range(1234)")
    small_store.put(_dataset(dataset_id(1)))
    where = f"/api/datastores/v1/collections/{appdb.TASKS}/documents"
    begun = await started(
        http, messageName="Start Refresh and Notify", version="1.2.0", modelId=workflows.REFRESH, data={"notify": 1002}
    )
    clock.move(seconds=6.5)
    assert (await http.get(where)).json() == []
    clock.move(seconds=0.5)
    for _ in range(2):
        (task,) = (await http.get(where)).json()
    assert task["content"]["title"] == "Orders was refreshed: 1,234 rows"
    assert task["content"]["assignee"] == {"id": 1002, "name": "Dana Okafor"}
    assert (await results(http, begun["id"]))["task"] == task["id"]


async def test_a_canceled_instance_stays_where_it_was(http: httpx.AsyncClient, clock: Clock) -> None:
    begun = await started(http)
    canceled = await http.post(f"{API}/v1/instances/{begun['id']}/cancel")
    assert (canceled.json()["status"], canceled.json()["isTestRun"]) == ("CANCELED", False)
    clock.move(minutes=5)
    assert (await status(http, begun["id"]), await results(http, begun["id"])) == ("CANCELED", {})
    rows = (await http.get(f"{API}/v2/executions", params={"modelId": begun["modelId"], "status": "CANCELLED"})).json()
    assert [row["status"] for row in rows] == ["CANCELLED"] * 2
    again = await http.post(f"{API}/v1/instances/{begun['id']}/cancel")
    assert (again.status_code, again.json()["statusReason"]) == (409, "Conflict")


async def test_what_runs_goes_on_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "records.sqlite"
    store = opened(file, clock)
    store.put(*USERS, *workflows.records(clock.now))
    async with user(store) as http:
        begun = await started(http)
    store.close()
    clock.move(seconds=2.5)
    again = opened(file, clock)
    async with user(again) as http:
        assert await status(http, begun["id"]) == "IN_PROGRESS"
        clock.move(minutes=1)
        assert await status(http, begun["id"]) == "COMPLETED"
    assert [each.ended for each in again.all(Instance) if each.id == begun["id"]] == [1_795_348_803_000]
    assert not again.all(Running)
    again.close()


class TestApp:
    async def test_an_alias_is_started_by_its_own_names_and_followed(
        self, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        asked = {"customerName": "Berg", "discountPercent": 10, "amount": 1200}
        begun = (await http.post(f"{APP}/approveDiscount/start", json=asked)).json()
        where = f"{APP}/approveDiscount/instance/{begun['id']}"
        before = (await http.get(where)).json()["status"]
        clock.move(seconds=3)
        assert (begun["status"], before, (await http.get(where)).json()["status"]) == ("null", "null", "COMPLETED")
        row = (await http.get(f"{API}/v2/executions", params={"modelId": begun["modelId"]})).json()[0]
        assert row["triggerType"] == "CUSTOM_APP"

    @pytest.mark.parametrize(
        ("alias", "body", "code"),
        [
            ("nothing", {}, 404),
            ("oldDiscount", {}, 404),
            ("approveDiscount", {"customer": "by its own name"}, 400),
            ("approveDiscount", [], 400),
        ],
    )
    async def test_what_the_manifest_does_not_map_is_not_started(
        self, http: httpx.AsyncClient, alias: str, body: object, code: int
    ) -> None:
        answer = await http.post(f"{APP}/{alias}/start", json=body)
        assert (answer.status_code, answer.json()["status"]) == (code, code)

    async def test_an_instance_of_another_workflow_is_not_found(self, http: httpx.AsyncClient) -> None:
        begun = await started(http)
        assert (await http.get(f"{APP}/refreshAndNotify/instance/{begun['id']}")).status_code == 404

    async def test_metrics_count_all_and_list_a_page(self, http: httpx.AsyncClient) -> None:
        await started(http)
        where, first = f"{APP}/approveDiscount/overall", {"limit": 2, "offset": 1}
        found = (await http.get(where, params=first)).json()
        assert [found[name] for name in ("completedWorkflows", "inProgressWorkflows", "failedWorkflows")] == [3, 1, 0]
        assert (found["canceledWorkflows"], found["averageCycleTime"]) == (1, 13000)
        assert [each["status"] for each in found["instanceMetric"]] == ["CANCELED", "COMPLETED"]
        one = (await http.get(where, params={"status": "COMPLETED", "after": "1794873600000"})).json()
        assert [each["workflowEndTime"] for each in one["instanceMetric"]] == ["2026-11-18T12:00:03.000Z"]
        assert (await http.get(where, params={"after": "yesterday"})).status_code == 400


class TestDescriptions:
    async def test_a_workflow_is_listed_and_described_to_who_may_see_it(
        self, http: httpx.AsyncClient, small_store: Store
    ) -> None:
        async with user(small_store, "admin-") as admin:
            everything = {each["name"] for each in (await admin.get(f"{API}/v1/models")).json()}
        assert everything - {each["name"] for each in (await http.get(f"{API}/v1/models")).json()} == {"Salary Review"}
        one = (await http.get(f"{API}/v1/models/{workflows.APPROVE_DISCOUNT}", params={"parts": "users"})).json()
        versions = (await http.get(f"{API}/v2/models/{workflows.APPROVE_DISCOUNT}/versions")).json()
        assert [(each["version"], each["status"], each["active"]) for each in one["versions"]] == [
            ("1.0.0", "RELEASED", False), ("1.1.0", "RELEASED", True), ("2.0.0", "DRAFT", False)
        ]  # fmt: skip
        assert (versions, one["users"][0]["id"]) == (one["versions"], 1002)

    @pytest.mark.parametrize("part", ["", "/definition"])
    async def test_a_version_has_a_definition_whose_start_names_message_and_parameters(
        self, http: httpx.AsyncClient, part: str
    ) -> None:
        base = "v2" if part else "v1"
        where = f"{API}/{base}/models/{workflows.REGION_REPORT}/versions"
        assert (await http.get(f"{where}/7{part}")).status_code == 404
        found = (await http.get(f"{where}/1.0.0{part}")).json()
        assert found["version"] == "1.0.0"
        if part:
            start = found["designElements"][0]["data"]
            assert start["title"] == "Start Region Report"
            parts = ("paramName", "dataType", "isList", "required")
            assert [tuple(each[part] for part in parts) for each in start["input"]] == [
                ("regions", "text", True, True), ("since", "date", False, True), ("reviewers", "person", True, False)
            ]  # fmt: skip

    async def test_the_past_is_the_same_each_time(self, http: httpx.AsyncClient, clock: Clock) -> None:
        one, other = ([each.model_dump() for each in workflows.records(clock.now)] for _ in range(2))
        assert one == other
        rows = (await http.get(f"{API}/v2/executions", params={"modelId": workflows.NIGHTLY_RECONCILIATION})).json()
        assert [(row["status"], row["createdBy"]) for row in rows] == [("FAILED", str(ADMIN))] * 3


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", f"{API}/v1/instances/nothing/status", 404),
        ("POST", f"{API}/v1/instances/nothing/cancel", 404),
        ("GET", f"{API}/v1/instances/transactions", 404),
        ("GET", f"{API}/v2/executions", 404),
        ("GET", f"{API}/v2/executions?modelId={workflows.SALARY_REVIEW}", 403),
        ("GET", f"{API}/v1/models/{workflows.SALARY_REVIEW}", 403),
        ("GET", f"{API}/v2/executions?modelId={workflows.REFRESH}&limit=x", 400),
    ],
)
async def test_what_is_not_there_or_not_for_the_user_is_an_envelope(
    http: httpx.AsyncClient, method: str, path: str, code: int
) -> None:
    answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["status"]) == (code, code)


def _dataset(key: str) -> Dataset:
    return Dataset(
        id=key,
        name="Orders",
        description="",
        unit=None,
        owner_id=ADMIN,
        provider="webform",
        created=0,
        updated=0,
        columns=(),
    )
