"""Workflows: on the product surface by id, for an app by the aliases of its manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.sandbox.routes.access import caller, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, number, parsed
from domo_mcp.sandbox.routes.workflow_shapes import (
    cycle_time,
    definition,
    execution,
    instance_shape,
    metric,
    results,
    version_row,
    workflow_row,
)
from domo_mcp.sandbox.workflows import machine
from domo_mcp.sandbox.workflows.definitions import Instance, Trigger, Variables, Version, Workflow, WorkflowAlias


class DueSteps:
    """ASGI middleware: before a request is handled, the steps that have fallen due are done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            await machine.settle(scope["app"].state.store)
        await self.app(scope, receive, send)


class _Message(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    message_name: str
    model_id: str
    version: str
    data: Variables = {}


async def listing(request: Request) -> Response:
    """List the workflows that the user sees: community Domo Product APIs collection."""
    return answer([workflow_row(each) for each in store_of(request).all(Workflow) if _sees(request, each)])


async def get(request: Request) -> Response:
    """Give a workflow with its versions: community Domo Product APIs collection."""
    workflow = _workflow(request, request.path_params["id"])
    row = workflow_row(workflow) | {"versions": [version_row(each) for each in workflow.versions]}
    if "users" in request.query_params.get("parts", ""):
        row["users"] = [{"id": workflow.owner_id, "permission": "ADMIN"}]
    return answer(row)


async def versions(request: Request) -> Response:
    """List the versions of a workflow: domo-toolkit, workflows.js."""
    return answer([version_row(each) for each in _workflow(request, request.path_params["id"]).versions])


async def version(request: Request) -> Response:
    """Give one version: domo-toolkit, workflows.js."""
    return answer(version_row(_version(request)))


async def design(request: Request) -> Response:
    """Give the definition of a version: domo-toolkit, workflows.js."""
    return answer(definition(_version(request)))


async def start(request: Request) -> Response:
    """Start a version by its message: domo-developer-portal, Workflows.md.

    Of a wrong id, a version that is not released, and a message that is not exactly the version's: 404 (assumed). What
    is no parameter, or a required one that is missing, is 400 (assumed).
    """
    wanted = await parsed(request, _Message)
    workflow = _workflow(request, wanted.model_id)
    chosen = workflow.version(wanted.version)
    if chosen is None or chosen.released is None or chosen.message != wanted.message_name:
        raise Failure(404)
    return _started(request, workflow, chosen, wanted.data, "API")


async def start_alias(request: Request) -> Response:
    """Start what an alias stands for: App Framework APIs, Workflows API, Start a Workflow.

    An alias that is not mapped, or is mapped to a message that the version does not have, is 404.
    """
    alias, workflow = _mapped(request)
    chosen = workflow.version(alias.version)
    if chosen is None or chosen.message != alias.message:
        raise Failure(404)
    given, names = await parsed(request, dict[str, JsonValue]), {each.alias: each.name for each in alias.parameters}
    unknown = [name for name in given if name not in names]
    if unknown:
        raise Failure(400, f"Unknown parameter {unknown[0][:40]}")
    data = {names[name]: value for name, value in given.items()}
    return _started(request, workflow, chosen, data, "CUSTOM_APP")


async def status(request: Request) -> Response:
    """Give an instance's status as plain text: dawoodali-showpass/domo-mcp-server."""
    instance, _ = _instance(request, request.path_params["instance"])
    return PlainTextResponse(machine.status(instance, store_of(request).clock()) or "null")


async def transactions(request: Request) -> Response:
    """Give what an instance ended with: dawoodali-showpass/domo-mcp-server."""
    instance, workflow = _instance(request, request.query_params.get("instanceId", ""))
    return answer(results(instance, workflow.version(instance.version)))


async def cancel(request: Request) -> Response:
    """Cancel an instance: community Domo Product APIs collection. One that has ended is 409 (assumed)."""
    instance, workflow = _instance(request, request.path_params["instance"])
    if instance.outcome is not None:
        raise Failure(409, f"The instance is {instance.outcome}")
    store = store_of(request)
    about = {"deploymentId": workflow.id, "bpmnProcessId": workflow.id, "bpmnProcessName": workflow.name}
    canceled = instance_shape(machine.cancel(store, instance), workflow, store.clock())
    return answer(canceled | about | {"isTestRun": False})


async def executions(request: Request) -> Response:
    """List instances, newest first: community Domo Product APIs collection; `limit` and `offset` are assumed."""
    query, now = request.query_params, store_of(request).clock()
    workflow = _workflow(request, query.get("modelId", ""))
    wanted = [word.replace("CANCELLED", "CANCELED") for word in _words(query.get("status"))]
    triggers = _words(query.get("triggerTypes"))
    chosen = [
        each
        for each in _instances(request, workflow)
        if (not wanted or machine.status(each, now) in wanted)
        and (not triggers or each.trigger in triggers)
        and query.get("version") in (None, "", each.version)
    ]
    return answer([execution(each, workflow, now) for each in _page(request, chosen)])


async def overall(request: Request) -> Response:
    """Give metrics: App Framework APIs, Workflows API, Get Metrics for a Workflow.

    The totals are of all that `after`, `until` and `status` choose, `limit` and `offset` are of the list (assumed).
    """
    alias, workflow = _mapped(request)
    now, wanted = store_of(request).clock(), _words(request.query_params.get("status"))
    after, until = _moment(request, "after"), _moment(request, "until")
    chosen = [
        each
        for each in _instances(request, workflow)
        if (not wanted or machine.status(each, now) in wanted)
        and (after is None or each.started >= after)
        and (until is None or each.started <= until)
    ]
    ended = [cycle_time(each) for each in chosen if each.outcome == "COMPLETED"]
    return answer(
        {
            "modelId": workflow.id,
            "version": alias.version,
            "completedWorkflows": len(ended),
            "inProgressWorkflows": sum(each.outcome is None for each in chosen),
            "failedWorkflows": sum(each.outcome == "FAILED" for each in chosen),
            "canceledWorkflows": sum(each.outcome == "CANCELED" for each in chosen),
            "averageCycleTime": sum(ended) / len(ended) if ended else 0,
            "instanceMetric": [metric(each, now) for each in _page(request, chosen)],
        }
    )


async def instance_of_alias(request: Request) -> Response:
    """Give an instance: App Framework APIs, Workflows API, Get Workflow Instance. Another workflow's is 404."""
    _, workflow = _mapped(request)
    instance, its_own = _instance(request, request.path_params["instance"])
    if its_own.id != workflow.id:
        raise Failure(404)
    return answer(instance_shape(instance, workflow, store_of(request).clock()))


def _started(request: Request, workflow: Workflow, chosen: Version, data: Variables, trigger: Trigger) -> Response:
    known = {each.name for each in chosen.parameters}
    for name in data:
        if name not in known:
            raise Failure(400, f"Unknown parameter {name[:40]}")
    for each in chosen.parameters:
        if each.required and each.value is None and data.get(each.name) is None:
            raise Failure(400, f"Parameter {each.name} is required")
    store = store_of(request)
    instance = machine.begin(store, workflow, chosen, data, caller(request).id, trigger)
    return answer(instance_shape(instance, workflow, store.clock()))


def _sees(request: Request, workflow: Workflow) -> bool:
    user = caller(request)
    return workflow.users is None or user.role == "Admin" or user.id in workflow.users


def _workflow(request: Request, key: str) -> Workflow:
    """Give a workflow; Failure 404 for none, 403 for what the user may not see."""
    workflow = store_of(request).get(Workflow, key)
    if workflow is None:
        raise Failure(404)
    if not _sees(request, workflow):
        raise Failure(403)
    return workflow


def _version(request: Request) -> Version:
    found = _workflow(request, request.path_params["id"]).version(request.path_params["version"])
    if found is None:
        raise Failure(404)
    return found


def _instance(request: Request, key: str) -> tuple[Instance, Workflow]:
    instance = store_of(request).get(Instance, key)
    if instance is None:
        raise Failure(404)
    return instance, _workflow(request, instance.workflow_id)


def _mapped(request: Request) -> tuple[WorkflowAlias, Workflow]:
    alias = store_of(request).get(WorkflowAlias, request.path_params["alias"])
    if alias is None:
        raise Failure(404)
    return alias, _workflow(request, alias.workflow_id)


def _instances(request: Request, workflow: Workflow) -> list[Instance]:
    own = [each for each in store_of(request).all(Instance) if each.workflow_id == workflow.id]
    return sorted(own, key=lambda each: each.started, reverse=True)


def _page(request: Request, chosen: list[Instance]) -> list[Instance]:
    offset, limit = number(request, "offset", 0), number(request, "limit", 100)
    return chosen[offset : offset + limit]


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _moment(request: Request, name: str) -> int | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    try:
        return int(given)
    except ValueError:
        raise Failure(400, f"'{name}' param is not a Long") from None


def _routes(base: str, ways: Iterable[tuple[str, str, Callable[..., object]]]) -> list[Route]:
    return [Route(f"{base}{path}", handler, methods=[method]) for method, path, handler in ways]


routes = [
    *_routes(
        "/api/workflow",
        (
            ("GET", "/v1/models", listing),
            ("GET", "/v1/models/{id}", get),
            ("GET", "/v1/models/{id}/versions/{version}", version),
            ("GET", "/v2/models/{id}/versions", versions),
            ("GET", "/v2/models/{id}/versions/{version}/definition", design),
            ("POST", "/v1/instances/message", start),
            ("GET", "/v1/instances/transactions", transactions),
            ("GET", "/v1/instances/{instance}/status", status),
            ("POST", "/v1/instances/{instance}/cancel", cancel),
            ("GET", "/v2/executions", executions),
        ),
    ),
    *_routes(
        "/domo/workflow/v1/models/{alias}",
        (
            ("POST", "/start", start_alias),
            ("GET", "/overall", overall),
            ("GET", "/instance/{instance}", instance_of_alias),
        ),
    ),
]
