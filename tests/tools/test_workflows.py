"""Workflows as a client sees them: started once, followed to the end, told apart by policy, on both surfaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp_types import CallToolResult
from starlette.types import Receive, Scope, Send

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.workflows import APPROVE_DISCOUNT, NIGHTLY_RECONCILIATION, REFRESH, REGION_REPORT
from domo_mcp.sandbox.store import Store
from tests.answers import cursor_of, rows_of, text_of
from tests.changes.answers import Person
from tests.sandbox.clock import Clock
from tests.tools.workshop import Workshop, applied, refused

ASKED = {"customer": "Berg", "discount": 10, "amount": 1200}
IN_APP = {"customerName": "Berg", "discountPercent": 10, "amount": 1200}
START = {
    "product": {"workflow": "Approve Discount", "parameters": ASKED},
    "app": {"workflow": "approveDiscount", "parameters": IN_APP},
}
STARTS = {"product": "/api/workflow/v1/instances/message", "app": "/domo/workflow/v1/models/approveDiscount/start"}
PAST, FAILED = (f"5a1e0000-0000-4000-8016-{number:012d}" for number in (1, 10))

_time = Clock()


@pytest.fixture(scope="module")
def company() -> Iterator[Store]:
    """A company whose clock tests move."""
    store = Store.open(clock=_time)
    yield store
    store.close()


@pytest.fixture
def clock() -> Clock:
    """That clock; it goes on by more than any window before each test, so that none sees another's starts."""
    _time.move(hours=1)
    return _time


@pytest.fixture
def workshop(company: Store, clock: Clock) -> Workshop:
    return Workshop(sandbox_app(company))


class Passing:
    """The sandbox, whose clock goes on by a little with each look at an instance."""

    def __init__(self, workshop: Workshop, seconds: float) -> None:
        self.workshop, self.seconds = workshop, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if re.search(r"/status$|/instance/", scope.get("path", "")):
            _time.move(seconds=self.seconds)
        await self.workshop.sandbox(scope, receive, send)


def instance_of(result: CallToolResult) -> str:
    """The id of a started instance."""
    return str(applied(result)["new_ids"]["new:1"])


def details(result: CallToolResult) -> dict[str, Any]:
    assert result.structured_content, text_of(result)
    return dict(result.structured_content)


async def start(client: Client, **arguments: Any) -> str:
    return instance_of(await client.call_tool("start_workflow", arguments))


class TestFindingAndDescribing:
    async def test_workflows_are_listed_page_by_page(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            first = text_of(await client.call_tool("list_workflows", {"limit": 3}))
            rest = text_of(await client.call_tool("list_workflows", {"limit": 3, "cursor": cursor_of(first)}))
            found = text_of(await client.call_tool("list_workflows", {"query": "RECON"}))
        names = [row[1] for text in (first, rest) for row in rows_of(text)[1:]]
        assert names == ["Approve Discount", "Nightly Reconciliation", "Refresh and Notify", "Region Report"]
        assert [row[0] for row in rows_of(found)[1:]] == [NIGHTLY_RECONCILIATION]

    async def test_an_app_lists_the_aliases_that_are_configured(self, workshop: Workshop) -> None:
        async with workshop.client("app") as client:
            none = text_of(await client.call_tool("list_workflows", {}))
            details = text_of(await client.call_tool("get_workflow", {"workflow": "approveDiscount"}))
            text = refused(await client.call_tool("get_workflow", {"workflow": "approveDiscount", "version": "1.1.0"}))
        assert "aliases.workflows" in none
        assert "cannot be read here" in details
        assert "version is not taken" in text

    @pytest.mark.parametrize("name", ["approve discount", APPROVE_DISCOUNT])
    async def test_one_is_described_with_versions_message_and_parameters(self, workshop: Workshop, name: str) -> None:
        async with workshop.client() as client:
            latest = details(await client.call_tool("get_workflow", {"workflow": name}))
            old = details(await client.call_tool("get_workflow", {"workflow": name, "version": "1.0.0"}))
        assert (latest["version"], latest["versions"][1:]) == ("1.1.0", ["1.1.0 (released, active)", "2.0.0 (draft)"])
        (way,) = latest["starts"]
        assert way["message_name"] == "Request Discount"
        assert [(each["name"], each["type"], each["required"]) for each in way["parameters"]] == [
            ("customer", "text", True), ("discount", "decimal", True), ("amount", "number", True)
        ]  # fmt: skip
        assert [each["message_name"] for each in old["starts"]] == ["Start Approve Discount"]

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"workflow": "Aprove Discount"}, 'Nearest: "Approve Discount"'),
            ({"workflow": "Salary Review"}, "There is no workflow"),
            ({"workflow": "x" * 501}, "workflow"),
            ({"workflow": ""}, "workflow"),
            ({"workflow": "../" * 12}, "There is no workflow"),
            ({"workflow": "0" * 36}, "There is no workflow"),
            ({"workflow": "Approve Discount", "version": "7"}, "There are: 1.0.0, 1.1.0, 2.0.0"),
            ({}, "workflow is required"),
        ],
    )
    async def test_what_is_not_there_is_told_with_what_is(
        self, workshop: Workshop, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client() as client:
            assert says in refused(await client.call_tool("get_workflow", arguments))


class TestStarting:
    async def test_a_start_is_asked_for_and_followed_to_its_result(self, workshop: Workshop) -> None:
        someone, seen = Person("accepted"), list[str]()

        async def progress(progress: float, total: float | None, message: str | None) -> None:
            seen.append(f"{message} ({progress < 10}, {total:g})")

        async with workshop.client(person=someone, domo=Passing(workshop, 1.5)) as client:
            key = await start(client, **START["product"])
            look = {"instance_id": key, "workflow": "Approve Discount", "wait_s": 10}
            found = details(await client.call_tool("get_workflow_instance", look, progress_callback=progress))
        (question,) = someone.questions
        for part in ('"Approve Discount"', "version 1.1.0", 'customer = "Berg"', "amount = 1200", "Request Discount"):
            assert part in question
        assert "cannot be undone" in question
        assert (found["status"], found["version"], found["started_by"]) == ("COMPLETED", "1.1.0", "1001")
        assert found["result"] == {"decision": "approved", "decided_by": "rule", "net_amount": "1080.0"}
        assert found["ended"] > found["started"]
        assert seen == ["waiting: IN_PROGRESS (True, 10)"]

    async def test_an_app_starts_and_follows_by_its_alias(self, workshop: Workshop) -> None:
        async with workshop.client("app", domo=Passing(workshop, 1.5)) as client:
            key = await start(client, **START["app"])
            look = {"instance_id": key, "workflow": "approveDiscount", "wait_s": 10}
            found = details(await client.call_tool("get_workflow_instance", look))
        assert (found["status"], found["workflow"], found["version"]) == ("COMPLETED", "Approve Discount", "1.1.0")
        assert "result" not in found
        assert "product surface" in found["note"]

    async def test_one_that_fails_tells_its_reason(self, workshop: Workshop, clock: Clock) -> None:
        async with workshop.client() as client:
            key = await start(client, workflow="Nightly Reconciliation")
            clock.move(seconds=6)
            found = details(await client.call_tool("get_workflow_instance", {"instance_id": key, "wait_s": 5}))
        assert found["status"] == "FAILED"
        assert found["error"] == "Compare: The archive does not balance: 50,000 orders, 2,000 of them archived"

    async def test_lists_dates_people_and_datasets_are_what_the_definition_says(
        self, workshop: Workshop, clock: Clock
    ) -> None:
        report = {"regions": ["North", "West"], "since": "2026-11-01", "reviewers": [1002, "27"]}
        async with workshop.client() as client:
            key = await start(client, workflow="Region Report", parameters=report)
            other = await start(
                client, workflow="Refresh and Notify", parameters={"dataset": "sales orders", "notify": 1002}
            )
            clock.move(seconds=30)
            revenue = details(await client.call_tool("get_workflow_instance", {"instance_id": key}))["result"][
                "revenue"
            ]
            refreshed = details(await client.call_tool("get_workflow_instance", {"instance_id": other}))["result"]
            task = {"collection": "Tasks", "document": refreshed["task"]}
            document = text_of(await client.call_tool("get_appdb_document", task))
        assert re.fullmatch(r'\{"North":[\d.]+,"West":[\d.]+\}', revenue)
        assert refreshed["dataset_name"] == "Sales Orders"
        assert "Sales Orders was refreshed: 50,000 rows" in document

    async def test_an_older_version_is_started_by_its_own_message(self, workshop: Workshop, clock: Clock) -> None:
        given = {"customer": "Berg", "discount": 5}
        async with workshop.client() as client:
            old = {"workflow": "Approve Discount", "version": "1.0.0", "message_name": "Start Approve Discount"}
            key = await start(client, **old, parameters=given)
            clock.move(seconds=5)
            look = {"instance_id": key, "workflow": "Approve Discount"}
            assert details(await client.call_tool("get_workflow_instance", look))["version"] == "1.0.0"

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"parameters": {**ASKED, "discout": 1}}, "Did you mean discount?"),
            ({"parameters": {"customer": "x"}}, "discount is required. amount is required."),
            ({"parameters": {**ASKED, "amount": None}}, "amount is required."),
            ({"parameters": {**ASKED, "discount": "10"}}, 'discount takes decimal, such as 12.5; got "10"'),
            ({"parameters": {**ASKED, "amount": True}}, "amount takes number"),
            ({"parameters": {**ASKED, "customer": ["x"]}}, "one value, not a list"),
            ({"parameters": {**ASKED, "customer": 5}}, "customer takes text"),
            ({"parameters": {**ASKED, "customer": "x" * 1_000_001}}, "larger than 1 MB"),
            ({"parameters": [1]}, "parameters"),
            ({"parameters": ASKED, "version": "2.0.0"}, "is a draft"),
            ({"parameters": ASKED, "version": "3"}, "There are: 1.0.0"),
            ({"parameters": ASKED, "message_name": "Request discount"}, "Did you mean Request Discount?"),
            ({"parameters": ASKED, "message_name": ""}, "message_name"),
            ({"parameters": ASKED, "wait": 5}, "There is no argument wait"),
            ({"workflow": "Region Report", "parameters": {"regions": "North", "since": "2026-01-01"}}, "takes a list"),
            ({"workflow": "Region Report", "parameters": {"regions": [1], "since": "2026-01-01"}}, "list of text"),
            ({"workflow": "Region Report", "parameters": {"regions": [], "since": "31.1.2026"}}, "takes date"),
            ({"workflow": "Region Report", "parameters": {"regions": [], "since": "2026-02-30"}}, "takes date"),
            (
                {
                    "workflow": "Region Report",
                    "parameters": {"regions": [], "since": "2026-01-01", "reviewers": ["Ann"]},
                },
                "such as the user id 27",
            ),
            ({"workflow": "Refresh and Notify", "parameters": {"dataset": "Sales Ordres"}}, "Nearest:"),
            ({"workflow": "Nightly Reconciliation", "parameters": {"x": 1}}, "It takes none."),
            ({"workflow": "Salary Review", "parameters": {}}, "There is no workflow"),
        ],
    )
    async def test_what_the_definition_does_not_take_is_refused_before_anything_is_sent(
        self, workshop: Workshop, arguments: dict[str, Any], says: str
    ) -> None:
        workshop.forget()
        async with workshop.client() as client:
            text = refused(await client.call_tool("start_workflow", {"workflow": "Approve Discount", **arguments}))
        assert says in text
        assert not workshop.written()

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"version": "1.1.0"}, "version is not taken"),
            ({"message_name": "Request Discount"}, "message_name is not taken"),
            ({"workflow": "oldDiscount", "parameters": {}}, "startName"),
            ({"workflow": "nothing"}, "no such alias"),
            ({"parameters": ASKED}, "Unknown parameter customer"),
        ],
    )
    async def test_an_app_is_told_what_its_alias_does_not_take(
        self, workshop: Workshop, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client("app") as client:
            assert says in refused(await client.call_tool("start_workflow", {**START["app"], **arguments}))
            entries = text_of(await client.call_tool("list_changes", {}))
        assert ",applied," not in entries

    async def test_a_no_starts_nothing_and_who_cannot_be_asked_gets_a_ticket(self, workshop: Workshop) -> None:
        workshop.forget()
        async with workshop.client(person=Person("no")) as client:
            assert details(await client.call_tool("start_workflow", START["product"]))["status"] == "declined"
        async with workshop.client(policy={"access": "full", "confirm": "two_step"}) as client:
            first = details(await client.call_tool("start_workflow", START["product"]))
            second = details(await client.call_tool("start_workflow", START["product"]))
            assert not workshop.written()
            begun = await _confirmed(client, first)
            repeated = await _confirmed(client, second)
        assert (begun["confirmed_by"], repeated["new_ids"]) == ("ticket", begun["new_ids"])
        assert "Nothing was started now" in " ".join(repeated["facts"])
        assert len(workshop.written()) == 1

    async def test_what_the_operator_approved_in_advance_starts_at_once(self, workshop: Workshop) -> None:
        someone = Person("no")
        policy = {"access": "write", "unattended": ["start_workflow:Refresh *"]}
        async with workshop.client(person=someone, policy=policy) as client:
            begun = applied(await client.call_tool("start_workflow", {"workflow": REFRESH}))
        assert (begun["confirmed_by"], someone.questions) == ("unattended", [])


async def _confirmed(client: Client, waiting: dict[str, Any]) -> dict[str, Any]:
    confirmation = {part: waiting[part] for part in ("ticket", "summary")}
    return applied(await client.call_tool("confirm_change", confirmation))


class TestStartOnce:
    async def test_the_same_start_answers_with_the_first_instance_and_its_status(
        self, workshop: Workshop, surface: str, clock: Clock
    ) -> None:
        workshop.forget()
        async with workshop.client(surface) as client:
            first = applied(await client.call_tool("start_workflow", START[surface]))
            clock.move(seconds=5)
            again = applied(await client.call_tool("start_workflow", START[surface]))
            assert len(workshop.written()) == 1
            other = await start(client, **START[surface], again=True)
            third = instance_of(await client.call_tool("start_workflow", START[surface]))
        assert (again["new_ids"], again["change"]) == (first["new_ids"], first["change"])
        assert "its status is COMPLETED" in again["facts"][0]
        assert other not in first["new_ids"].values()
        assert third == other
        assert len(workshop.written()) == 2

    async def test_another_parameter_version_or_workflow_is_another_start(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            keys = [
                await start(client, **START["product"]),
                await start(client, workflow=APPROVE_DISCOUNT, parameters={**ASKED, "amount": 1201}),
                await start(
                    client, workflow=APPROVE_DISCOUNT, version="1.0.0", parameters={"customer": "B", "discount": 1}
                ),
                await start(client, workflow=NIGHTLY_RECONCILIATION),
            ]
            same = await start(
                client, workflow=APPROVE_DISCOUNT, version="1.1.0", parameters=dict(reversed(ASKED.items()))
            )
        assert len(set(keys)) == 4
        assert same == keys[0]

    async def test_another_spelling_of_the_same_values_is_the_same_start(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            given = {"customer": "Nord", "discount": 10, "amount": 1200}
            first = await start(client, workflow="Approve Discount", parameters=given)
            spelled = {"amount": 1200.0, "discount": 10.0, "customer": "Nord"}
            assert await start(client, workflow="Approve Discount", parameters=spelled) == first

    async def test_it_can_be_switched_off(self, workshop: Workshop) -> None:
        async with workshop.client(policy={"access": "full", "start_once_s": 0}) as client:
            keys = [await start(client, **START["product"]) for _ in range(2)]
        assert len(set(keys)) == 2

    @pytest.mark.parametrize("servers", [1, 2])
    async def test_many_at_once_start_one(self, workshop: Workshop, surface: str, servers: int, tmp_path: Path) -> None:
        workshop.forget()
        workshop.sandbox.state.latency_s = 0.05
        state = {"url": str(tmp_path / "state.db")}
        results: list[CallToolResult] = []

        async def call(client: Client) -> None:
            results.append(await client.call_tool("start_workflow", START[surface]))

        async with (
            workshop.client(surface, state=state) as one,
            workshop.client(surface, state=state) as two,
            anyio.create_task_group() as tasks,
        ):
            for number in range(6):
                tasks.start_soon(call, (one, two)[number % servers])
        assert len({instance_of(result) for result in results}) == 1
        assert len(workshop.written()) == 1

    @pytest.mark.parametrize("kind", ["reset_after", "truncated", "not_json", "503"])
    async def test_a_start_whose_answer_was_lost_is_not_sent_again_blindly(
        self, workshop: Workshop, surface: str, kind: str
    ) -> None:
        async with workshop.client(surface) as client:
            workshop.strike(kind, "POST", STARTS[surface])
            lost = refused(await client.call_tool("start_workflow", START[surface]))
            sent = workshop.written()
            workshop.forget()
            told = [refused(await client.call_tool("start_workflow", START[surface])) for _ in range(2)]
            assert not workshop.written()
            when = re.search(r"after = (\S+)\.", told[0])
            other = await start(client, **START[surface], again=True)
            known = instance_of(await client.call_tool("start_workflow", START[surface]))
        assert "not known" in lost
        assert len(sent) == (0 if kind == "503" else 1)
        assert when
        assert "list_workflow_instances" in told[1]
        assert known == other

    async def test_a_start_that_surely_failed_may_be_tried_again(self, workshop: Workshop, surface: str) -> None:
        async with workshop.client(surface) as client:
            workshop.strike("401", "POST", STARTS[surface])
            failed = refused(await client.call_tool("start_workflow", START[surface]))
            begun = applied(await client.call_tool("start_workflow", START[surface]))
        assert "Nothing was changed" in failed
        assert begun["confirmed_by"] == "person"

    async def test_a_status_that_cannot_be_read_does_not_hide_the_first_instance(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            first = await start(client, **START["product"])
            workshop.strike("500", "GET", "*/status", times=9)
            again = applied(await client.call_tool("start_workflow", START["product"]))
        assert again["new_ids"]["new:1"] == first
        assert "cannot be read at the moment" in again["facts"][0]


class TestFollowing:
    async def test_what_has_not_reported_back_or_not_ended_says_so(
        self, workshop: Workshop, surface: str, clock: Clock
    ) -> None:
        async with workshop.client(surface) as client:
            look = {"instance_id": await start(client, **START[surface]), "workflow": START[surface]["workflow"]}
            young = details(await client.call_tool("get_workflow_instance", look))
            clock.move(seconds=1)
            waited = details(await client.call_tool("get_workflow_instance", {**look, "wait_s": 1}))
        assert (young["status"], waited["status"]) == ("null", "IN_PROGRESS")
        assert "not reported back" in young["note"]
        assert "not ended after 1 s" in waited["note"]

    async def test_a_passing_failure_does_not_end_the_wait(self, workshop: Workshop, clock: Clock) -> None:
        async with workshop.client() as client:
            key = await start(client, **START["product"])
            clock.move(seconds=3)
            workshop.strike("503", "GET", "*/status", times=4)
            found = details(await client.call_tool("get_workflow_instance", {"instance_id": key, "wait_s": 20}))
            workshop.strike("500", "GET", "*/status", times=99)
            text = refused(await client.call_tool("get_workflow_instance", {"instance_id": key, "wait_s": 1}))
        assert found["result"]["decision"] == "approved"
        assert "500" in text or "no status" in text

    async def test_results_that_cannot_be_read_leave_the_status(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            workshop.strike("500", "GET", "*/transactions", times=9)
            found = details(await client.call_tool("get_workflow_instance", {"instance_id": PAST}))
        assert (found["status"], "result" in found) == ("COMPLETED", False)
        assert "could not be read" in found["note"]

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"instance_id": "nothing"}, "404"),
            ({"instance_id": "a/b"}, "not an id"),
            ({"instance_id": ""}, "instance_id"),
            ({"instance_id": "x" * 201}, "instance_id"),
            ({"instance_id": PAST, "wait_s": 46}, "wait_s"),
            ({"instance_id": PAST, "wait_s": -1}, "wait_s"),
            ({"instance_id": PAST, "workflow": "Region Report"}, "not among the instances of workflow"),
            ({"instance_id": PAST, "workflow": "nothing"}, "There is no workflow"),
        ],
    )
    async def test_what_is_no_instance_is_told(self, workshop: Workshop, arguments: dict[str, Any], says: str) -> None:
        async with workshop.client() as client:
            assert says in refused(await client.call_tool("get_workflow_instance", arguments))

    async def test_an_app_needs_the_alias(self, workshop: Workshop) -> None:
        async with workshop.client("app") as client:
            text = refused(await client.call_tool("get_workflow_instance", {"instance_id": PAST}))
            wrong = {"instance_id": PAST, "workflow": "refreshAndNotify"}
            other = refused(await client.call_tool("get_workflow_instance", wrong))
        assert "workflow is required here" in text
        assert "404" in other

    async def test_instances_are_listed_newest_first_with_totals(self, workshop: Workshop, surface: str) -> None:
        where = {"product": "Nightly Reconciliation", "app": "nightlyReconciliation"}[surface]
        asked = {"workflow": where, "status": ["FAILED"], "until": "2026-11-22T10:00:00Z", "limit": 2}
        async with workshop.client(surface) as client:
            first = text_of(await client.call_tool("list_workflow_instances", asked))
            more = {**asked, "cursor": cursor_of(first)}
            rest = text_of(await client.call_tool("list_workflow_instances", more))
            none = {"workflow": where, "after": "2030-01-01", "until": "2030-01-02"}
            empty = text_of(await client.call_tool("list_workflow_instances", none))
        header, *rows = rows_of(first)
        assert [row[0][-2:] for row in [*rows, *rows_of(rest)[1:]]] == ["10", "11", "12"]
        assert {row[header.index("status")] for row in rows} == {"FAILED"}
        assert ("does not balance" in first) is (surface == "product")
        assert "Totals: 0 completed, 0 in progress, 3 failed, 0 canceled; average cycle time" in rest
        assert "Totals: 0 completed, 0 in progress, 0 failed" in empty

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"workflow": "nothing"}, "There is no workflow"),
            ({"workflow": "Approve Discount", "status": ["DONE"]}, "status"),
            ({"workflow": "Approve Discount", "after": "yesterday"}, "after"),
            ({"workflow": "Approve Discount", "limit": 0}, "limit"),
            ({"workflow": "Approve Discount", "cursor": "x"}, "not a cursor"),
            ({}, "workflow is required"),
        ],
    )
    async def test_a_list_of_what_is_not_there_is_refused(
        self, workshop: Workshop, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client() as client:
            assert says in refused(await client.call_tool("list_workflow_instances", arguments))

    @pytest.mark.parametrize(
        ("tool", "arguments"),
        [
            ("list_workflows", {}),
            ("get_workflow", {"workflow": "Approve Discount"}),
            ("start_workflow", START["product"]),
            ("get_workflow_instance", {"instance_id": PAST}),
            ("list_workflow_instances", {"workflow": "Approve Discount"}),
            ("cancel_workflow_instance", {"instance_id": PAST}),
        ],
    )
    async def test_a_domo_that_fails_is_told(self, workshop: Workshop, tool: str, arguments: dict[str, Any]) -> None:
        async with workshop.client() as client:
            workshop.strike("not_json", "GET", "/api/workflow/*", times=99)
            assert "documents promise" in refused(await client.call_tool(tool, arguments))
        assert not workshop.written()


class TestCancelling:
    @pytest.mark.parametrize("given", [{}, {"workflow": "Approve Discount"}])
    async def test_the_question_names_the_workflow_and_the_instance_ends(
        self, workshop: Workshop, clock: Clock, given: dict[str, str]
    ) -> None:
        someone = Person("accepted")
        async with workshop.client(person=someone) as client:
            key = await start(client, workflow="Approve Discount", parameters={**ASKED, "discount": 28})
            clock.move(seconds=5)
            written = applied(await client.call_tool("cancel_workflow_instance", {"instance_id": key, **given}))
            clock.move(minutes=5)
            found = details(await client.call_tool("get_workflow_instance", {"instance_id": key}))
            ended = refused(await client.call_tool("cancel_workflow_instance", {"instance_id": key, **given}))
            undo = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        assert f'Cancel instance {key} of workflow "Approve Discount"' in someone.questions[1]
        assert (found["status"], written["undo"]) == ("CANCELED", "none")
        assert "is CANCELED already" in ended
        assert "cannot be undone" in undo

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"instance_id": "nothing"}, "404"),
            ({"instance_id": FAILED}, "is FAILED already"),
            ({"instance_id": "."}, "id"),
        ],
    )
    async def test_what_does_not_run_is_not_canceled(
        self, workshop: Workshop, arguments: dict[str, Any], says: str
    ) -> None:
        workshop.forget()
        async with workshop.client() as client:
            assert says in refused(await client.call_tool("cancel_workflow_instance", arguments))
        assert not workshop.written()

    async def test_an_app_does_not_have_it(self, workshop: Workshop) -> None:
        async with workshop.client("app") as client:
            assert "cancel_workflow_instance" not in {tool.name for tool in (await client.list_tools()).tools}


class TestPolicy:
    async def test_a_denied_workflow_is_out_of_reach_by_any_way(self, workshop: Workshop) -> None:
        policy = {"access": "full", "deny": {"workflow": ["Approve*"]}}
        own = {"instance_id": PAST}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("get_workflow", {"workflow": APPROVE_DISCOUNT}),
            ("start_workflow", START["product"]),
            ("list_workflow_instances", {"workflow": APPROVE_DISCOUNT}),
            ("get_workflow_instance", {**own, "workflow": APPROVE_DISCOUNT}),
            ("get_workflow_instance", own),
            ("get_workflow_instance", {**own, "workflow": "Region Report"}),
            ("cancel_workflow_instance", own),
            ("cancel_workflow_instance", {**own, "workflow": REGION_REPORT}),
        ]
        workshop.forget()
        async with workshop.client(policy=policy) as client:
            for name, arguments in calls:
                text = refused(await client.call_tool(name, arguments))
                assert "COMPLETED" not in text
            listed = text_of(await client.call_tool("list_workflows", {}))
            allowed = details(await client.call_tool("get_workflow_instance", {"instance_id": FAILED}))
        assert not workshop.written()
        assert "Approve Discount" not in listed
        assert (allowed["status"], allowed["workflow"]) == ("FAILED", "Nightly Reconciliation")

    async def test_a_denied_alias_is_out_of_reach(self, workshop: Workshop) -> None:
        policy = {"access": "full", "deny": {"workflow": ["approve*"]}}
        workshop.forget()
        async with workshop.client("app", policy=policy) as client:
            for name in ("start_workflow", "get_workflow", "list_workflow_instances"):
                assert "not allowed" in refused(await client.call_tool(name, {"workflow": "approveDiscount"}))
        assert not workshop.written()

    async def test_a_denied_dataset_is_no_parameter(self, workshop: Workshop) -> None:
        policy = {"access": "full", "deny": {"dataset": ["Employees"]}}
        workshop.forget()
        async with workshop.client(policy=policy) as client:
            given = {"workflow": "Refresh and Notify", "parameters": {"dataset": "Employees"}}
            assert "not allowed" in refused(await client.call_tool("start_workflow", given))
        assert not workshop.written()

    @pytest.mark.parametrize(("access", "there"), [("read", False), ("write", True)])
    async def test_who_only_reads_starts_nothing(self, workshop: Workshop, access: str, there: bool) -> None:
        async with workshop.client(policy={"access": access}) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
        assert ({"start_workflow", "cancel_workflow_instance"} <= names) is there
        assert {"list_workflows", "get_workflow_instance"} <= names
