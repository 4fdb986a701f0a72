"""Workflows: shapes that drift, what is sent, and what is never sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from domo_mcp.client.session import Session
from domo_mcp.client.surface import AppFramework, Product, PublicApi, Surface
from domo_mcp.client.workflow_models import Definition, Execution, Instance, Metrics, Workflow
from domo_mcp.client.workflow_states import status_of
from domo_mcp.client.workflows import Workflows
from domo_mcp.errors import Conflict, DomoFailed, InvalidInput, NotFound, Refused, TimedOut, UnreadableAnswer

Answering = Callable[..., AbstractAsyncContextManager[Session]]

STARTED = {
    "id": "2052e10a-d142-4391-a731-2be1ab1c0188",
    "modelId": "a8afdc89-9491-4ee4-b7c3-b9e9b86c0138",
    "modelName": "AddTwoNumbers",
    "modelVersion": "1.1.0",
    "createdBy": "8811501",
    "createdOn": "2023-11-15T15:28:57.479Z",
    "updatedBy": "8811501",
    "updatedOn": "2023-11-15T15:28:57.479Z",
    "status": "null",
}


class Recorder:
    """A Domo that notes what comes and answers alike."""

    def __init__(self, answer: object) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer if isinstance(self._answer, httpx.Response) else httpx.Response(200, json=self._answer)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (None, "null"), ("null", "null"), ("", "null"), ('"null"', "null"), ("IN_PROGRESS", "IN_PROGRESS"),
        (' "IN_PROGRESS"\n', "IN_PROGRESS"), ("CANCELLED", "CANCELED"),
        ("CANCELED", "CANCELED"), ("FAILED", "FAILED"), ("PAUSED", "PAUSED"),
    ],
)  # fmt: skip
def test_a_status_has_one_spelling(told: object, status: str) -> None:
    assert status_of(told) == status


class TestShapes:
    @pytest.mark.parametrize(("status", "read"), [("null", "null"), (None, "null"), ("CANCELLED", "CANCELED")])
    def test_a_started_instance_is_read_as_portal_and_samples_have_it(self, status: object, read: str) -> None:
        instance = Instance.model_validate({**STARTED, "status": status})
        assert (instance.instance_of(STARTED["modelId"]), instance.status) == (STARTED["id"], read)
        assert instance.created_on == datetime(2023, 11, 15, 15, 28, 57, 479000, UTC)

    def test_ids_that_are_swapped_as_the_documents_comments_say_are_told_apart(self) -> None:
        swapped = Instance.model_validate({**STARTED, "id": STARTED["modelId"], "modelId": STARTED["id"]})
        assert swapped.instance_of(STARTED["modelId"]) == STARTED["id"]

    @pytest.mark.parametrize(
        ("versions", "latest"),
        [
            ([], None),
            ([{"version": "1.9.0"}, {"version": "1.10.0"}], "1.10.0"),
            ([{"modelVersion": "1.0.0", "state": "RELEASED"}, {"modelVersion": "2.0.0", "state": "DRAFT"}], "1.0.0"),
            ([{"version": "1.0.0", "active": True}, {"version": "2.0.0", "active": False}], "1.0.0"),
            ([{"version": "2.0.0", "status": "draft"}], None),
        ],
    )
    def test_the_latest_version_is_the_highest_that_is_active_or_released(
        self, versions: list[dict[str, Any]], latest: str | None
    ) -> None:
        workflow = Workflow.model_validate(
            {"id": "w", "owner": {"id": 27, "displayName": "Robin"}, "versions": versions}
        )
        assert (workflow.latest(), workflow.owner) == (latest, "Robin")

    @pytest.mark.parametrize(
        "elements",
        [
            [
                {"id": "e", "type": "END_EVENT", "data": {"title": "End"}},
                {"id": "s", "type": "START_EVENT", "data": {}},
            ],
            [{"id": "a", "type": "node", "data": {}}, {"id": "b", "type": "node", "data": {"title": "Task"}}, 7, None],
        ],
    )
    def test_the_start_is_found_among_the_elements(self, elements: list[Any]) -> None:
        takes = {"paramName": "n", "dataType": "number", "isList": True, "required": True, "value": None}
        start = next(each for each in elements if isinstance(each, dict) and each["data"] == {})
        start["data"] = {"title": "Start it", "input": [takes]}
        arrow = {"type": "sequenceFlow", "source": "a", "target": "b"}
        (found,) = Definition.model_validate({"designElements": [*elements, arrow]}).starts()
        (parameter,) = found.parameters
        assert found.message == "Start it"
        assert (parameter.name, parameter.type, parameter.is_list, parameter.required) == ("n", "number", True, True)

    def test_metrics_are_those_of_the_document(self) -> None:
        row = {
            "instanceId": "i",
            "version": "1.1.0",
            "creatorId": "8811501",
            "workflowStartTime": "2023-11-15T15:28:59.950Z",
            "workflowEndTime": "2023-11-15T15:29:09.950Z",
            "workflowCycleTime": 0,
            "status": "FAILED",
        }
        told = {
            "completedWorkflows": 0,
            "inProgressWorkflows": 4,
            "failedWorkflows": 1,
            "canceledWorkflows": None,
            "averageCycleTime": 0,
            "instanceMetric": [row],
        }
        metrics = Metrics.model_validate(told)
        (execution,) = metrics.instances
        assert (metrics.completed, metrics.in_progress, metrics.failed, metrics.canceled) == (0, 4, 1, None)
        assert (execution.id, execution.status, execution.seconds, execution.started_by) == (
            "i",
            "FAILED",
            10,
            "8811501",
        )

    def test_a_row_of_executions_may_say_its_error_as_object(self) -> None:
        row = Execution.model_validate({"id": 5, "status": None, "error": {"message": "no"}, "createdBy": {"id": 27}})
        assert (row.id, row.status, row.error, row.started_by, row.seconds) == ("5", "null", "no", "27", None)


class TestRequests:
    async def test_a_start_says_all_four_parts(self, answering: Answering) -> None:
        domo = Recorder(STARTED)
        async with answering(domo) as session:
            await Workflows(session, Product()).start("w", "1.1.0", "Start AddTwoNumbers", {"a": 13, "b": [None, "ü"]})
        (sent,) = domo.requests
        assert (sent.method, sent.url.path) == ("POST", "/api/workflow/v1/instances/message")
        assert json.loads(sent.content) == {
            "messageName": "Start AddTwoNumbers",
            "version": "1.1.0",
            "modelId": "w",
            "data": {"a": 13, "b": [None, "ü"]},
        }

    async def test_an_app_sends_the_parameters_alone(self, answering: Answering) -> None:
        domo = Recorder(STARTED)
        async with answering(domo) as session:
            await Workflows(session, AppFramework()).start_alias("my alias", {"a": 13})
        (sent,) = domo.requests
        assert (sent.url.raw_path, json.loads(sent.content)) == (
            b"/domo/workflow/v1/models/my%20alias/start",
            {"a": 13},
        )

    @pytest.mark.parametrize("surface", [Product(), AppFramework()])
    async def test_a_start_or_a_cancel_without_an_answer_is_not_sent_again(
        self, answering: Answering, surface: Surface
    ) -> None:
        domo = Recorder(httpx.Response(503))
        async with answering(domo) as session:
            workflows = Workflows(session, surface)
            starting = workflows.start_alias("w", {}) if surface.one_app else workflows.start("w", "1", "m", {})
            with pytest.raises(DomoFailed):
                await starting
            if not surface.one_app:
                with pytest.raises(DomoFailed):
                    await workflows.cancel("i")
        assert len(domo.requests) == (1 if surface.one_app else 2)

    async def test_a_session_that_only_reads_starts_nothing(self, answering: Answering) -> None:
        domo = Recorder(STARTED)
        async with answering(domo) as session:
            for name in ("start", "cancel"):
                with pytest.raises(RuntimeError):
                    await CALLS[name](Workflows(session.reading(), Product()))
        assert not domo.requests

    @pytest.mark.parametrize(
        ("answer", "kind", "says"),
        [
            (httpx.Response(404), NotFound, "message name"),
            (httpx.Response(200, json={}), UnreadableAnswer, "documents promise"),
        ],
    )
    async def test_what_a_start_meets_is_told(
        self, answering: Answering, answer: httpx.Response, kind: type[Exception], says: str
    ) -> None:
        async with answering(Recorder(answer)) as session:
            with pytest.raises(kind, match=says):
                await Workflows(session, Product()).start("w", "1", "m", {})

    async def test_a_cancel_of_what_has_ended_says_so(self, answering: Answering) -> None:
        async with answering(Recorder(httpx.Response(409))) as session:
            with pytest.raises(Conflict, match="probably ended"):
                await Workflows(session, Product()).cancel("i")

    async def test_a_status_is_plain_text(self, answering: Answering) -> None:
        domo = Recorder(httpx.Response(200, text="IN_PROGRESS\n", headers={"content-type": "text/plain"}))
        async with answering(domo) as session:
            assert await Workflows(session, Product()).status("i") == "IN_PROGRESS"

    @pytest.mark.parametrize("text", ["upstream connect error or disconnect", '{"status": "COMPLETED"}', "<p>no</p>"])
    async def test_a_status_that_is_no_word_is_not_taken_for_one(self, answering: Answering, text: str) -> None:
        async with answering(Recorder(httpx.Response(200, text=text))) as session:
            with pytest.raises(UnreadableAnswer):
                await Workflows(session, Product()).status("i")

    async def test_metrics_are_asked_for_as_documented(self, answering: Answering) -> None:
        domo = Recorder({"completedWorkflows": 1})
        after = datetime.fromisoformat("2026-01-31T10:00:00+02:00")
        async with answering(domo) as session:
            await Workflows(session, AppFramework()).metrics(
                "w", statuses=["COMPLETED", "CANCELED"], after=after, limit=3, offset=0
            )
        assert dict(domo.requests[0].url.params) == {
            "limit": "3", "status": "COMPLETED,CANCELED", "after": "1769846400000"
        }  # fmt: skip

    @pytest.mark.parametrize(
        "wrapped", [lambda rows: rows, lambda rows: {"total": 9, "executions": rows}, lambda _: {}]
    )
    async def test_executions_come_page_by_page_as_list_or_object(
        self, answering: Answering, wrapped: Callable[[list[Any]], Any]
    ) -> None:
        everything = [{"id": f"i-{n}", "status": "CANCELLED"} for n in range(130)]

        def domo(request: httpx.Request) -> httpx.Response:
            limit, offset = (int(request.url.params.get(name, 0)) for name in ("limit", "offset"))
            assert request.url.params["status"] == "CANCELLED"
            return httpx.Response(200, json=wrapped(everything[offset : offset + limit]))

        async with answering(domo) as session:
            found = await Workflows(session, Product()).executions("w", statuses=["CANCELED"])
        assert [each.id for each in found] == ([] if wrapped([]) == {} else [each["id"] for each in everything])

    async def test_executions_without_paging_are_taken_as_they_are(self, answering: Answering) -> None:
        async with answering(Recorder([{"id": f"i-{n}"} for n in range(150)])) as session:
            found = await Workflows(session, Product()).executions("w", most=120)
        assert len(found) == 120

    @pytest.mark.parametrize(
        "answer",
        [
            {"facets": [], "executions": [{"id": "i"}, None, {"no": "id"}]},
            {"total": 1, "names": ["a"], "rows_of_it": [{"id": "i"}]},
        ],
    )
    async def test_executions_are_the_list_that_holds_them_and_odd_entries_cost_nothing(
        self, answering: Answering, answer: dict[str, Any]
    ) -> None:
        async with answering(Recorder(answer)) as session:
            found = await Workflows(session, Product()).executions("w")
        assert [each.id for each in found] == ["i"]

    @pytest.mark.parametrize("answer", [{"error": "no"}, {"data": {"executions": [{"id": "i"}]}}])
    async def test_an_answer_without_executions_is_not_taken_for_none(
        self, answering: Answering, answer: dict[str, Any]
    ) -> None:
        async with answering(Recorder(answer)) as session:
            with pytest.raises(UnreadableAnswer):
                await Workflows(session, Product()).executions("w")

    @pytest.mark.parametrize("status", [408, 425, 499])
    async def test_a_start_that_somebody_gave_up_on_is_not_sent_again_and_not_told_as_nothing(
        self, answering: Answering, status: int
    ) -> None:
        asked: list[str] = []

        def domo(request: httpx.Request) -> httpx.Response:
            asked.append(request.method)
            return httpx.Response(status)

        async with answering(domo) as session:
            with pytest.raises(TimedOut) as caught:
                await Workflows(session, Product()).start("w", "1.0.0", "Start", {})
        assert asked == ["POST"]
        assert not caught.value.surely_unprocessed


CALLS: dict[str, Callable[[Workflows], Any]] = {
    "all": lambda w: w.all(),
    "get": lambda w: w.get("w"),
    "starts": lambda w: w.starts("w", "1"),
    "start": lambda w: w.start("w", "1", "m", {}),
    "start_alias": lambda w: w.start_alias("w", {}),
    "status": lambda w: w.status("i"),
    "instance": lambda w: w.instance("w", "i"),
    "results": lambda w: w.results("i"),
    "executions": lambda w: w.executions("w"),
    "metrics": lambda w: w.metrics("w", limit=1, offset=0),
    "cancel": lambda w: w.cancel("i"),
}


@pytest.mark.parametrize("name", CALLS)
async def test_what_a_surface_does_not_have_is_refused_before_anything_is_sent(answering: Answering, name: str) -> None:
    domo = Recorder([])
    lacking: list[Surface] = [PublicApi()]
    lacking += [] if name in {"start_alias", "instance", "metrics", "start"} else [AppFramework()]
    lacking += [Product()] if name in {"instance", "metrics"} else []
    async with answering(domo) as session:
        for surface in lacking:
            with pytest.raises(Refused):
                await CALLS[name](Workflows(session, surface))
    assert not domo.requests


@pytest.mark.parametrize("key", ["", "..", "a/b", "x" * 600])
async def test_what_cannot_be_an_id_is_not_sent(answering: Answering, key: str) -> None:
    domo = Recorder([])
    async with answering(domo) as session:
        product, app = Workflows(session, Product()), Workflows(session, AppFramework())
        calls = (
            lambda: product.get(key),
            lambda: product.status(key),
            lambda: product.cancel(key),
            lambda: product.starts("w", key),
            lambda: app.start_alias(key, {}),
            lambda: app.instance("w", key),
        )
        for call in calls:
            with pytest.raises(InvalidInput):
                await call()
    assert not domo.requests
