"""Workflows and their instances in the shapes of each surface's answers. Pure.

App: App Framework APIs, Workflows API. Product: domo-developer-portal, Product-APIs/Workflows.md; the lists of
workflows, versions and executions are printed nowhere, so what they hold is assumed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from pydantic_core import to_json

from domo_mcp.sandbox.appdb.definitions import EPOCH
from domo_mcp.sandbox.workflows.definitions import Instance, Version, Workflow
from domo_mcp.sandbox.workflows.machine import status

Shape = dict[str, object]


def time(milliseconds: int | None) -> str | None:
    """Give a time as the documents print it."""
    if milliseconds is None:
        return None
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def workflow_row(workflow: Workflow) -> Shape:
    """Give a workflow as a list has it."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "createdBy": str(workflow.owner_id),
        "createdOn": time(workflow.created),
        "updatedBy": str(workflow.owner_id),
        "updatedOn": time(workflow.updated),
    }


def version_row(version: Version) -> Shape:
    """Give a version as a list has it."""
    return {
        "version": version.version,
        "status": "DRAFT" if version.released is None else "RELEASED",
        "active": version.active,
        "releasedOn": time(version.released),
    }


def definition(version: Version) -> Shape:
    """Give the design of a version: the start first, whose title is the message that starts it."""
    inputs = [
        {
            "paramName": each.name,
            "dataType": each.type,
            "isList": each.is_list,
            "required": each.required,
            "value": each.value,
        }
        for each in version.parameters
    ]
    nodes: list[Shape] = [{"id": "start", "type": "startEvent", "data": {"title": version.message, "input": inputs}}]
    for place, step in enumerate(version.steps):
        nodes.append({"id": f"step-{place}", "type": "serviceTask", "data": {"title": step.title, "input": []}})
    arrows: list[Shape] = [
        {"id": f"arrow-{place}", "type": "sequenceFlow", "source": one["id"], "target": other["id"]}
        for place, (one, other) in enumerate(pairwise(nodes))
    ]
    return {"version": version.version, "designElements": nodes + arrows}


def instance_shape(instance: Instance, workflow: Workflow, now: datetime) -> Shape:
    """Give what a start answers: `id` is the instance, `modelId` the workflow (portal; the given comments differ)."""
    changed = instance.ended or instance.started
    return {
        "id": instance.id,
        "modelId": workflow.id,
        "modelName": workflow.name,
        "modelVersion": instance.version,
        "createdBy": str(instance.started_by),
        "createdOn": time(instance.started),
        "updatedBy": str(instance.started_by),
        "updatedOn": time(changed),
        "status": status(instance, now) or "null",
    }


def execution(instance: Instance, workflow: Workflow, now: datetime) -> Shape:
    """Give a row of the product surface's executions, where a status that was not reported is JSON null."""
    told = status(instance, now)
    return {
        **instance_shape(instance, workflow, now),
        "status": "CANCELLED" if told == "CANCELED" else told,
        "triggerType": instance.trigger,
        "completedOn": time(instance.ended),
        "errorMessage": instance.reason,
    }


def metric(instance: Instance, now: datetime) -> Shape:
    """Give an instance as an app's metrics have it; cycle times are milliseconds (assumed)."""
    canceled = instance.outcome == "CANCELED"
    return {
        "instanceId": instance.id,
        "modelId": instance.workflow_id,
        "version": instance.version,
        "creatorId": str(instance.started_by),
        "workflowStartTime": time(instance.started),
        "workflowEndTime": None if canceled else time(instance.ended),
        "workflowCancelTime": time(instance.ended) if canceled else None,
        "workflowCycleTime": cycle_time(instance),
        "status": status(instance, now) or "null",
    }


def cycle_time(instance: Instance) -> int:
    """Give how long an instance took; 0 while it runs, as the document prints it."""
    return instance.ended - instance.started if instance.ended is not None else 0


def results(instance: Instance, version: Version | None) -> list[Shape]:
    """Give what an instance ended with, as text; of one that failed the reason (assumed)."""
    if instance.outcome == "FAILED":
        return [{"id": "error", "value": instance.reason}]
    if instance.outcome != "COMPLETED" or version is None:
        return []
    return [{"id": name, "value": _text(instance.variables.get(name))} for name in version.results]


def _text(value: object) -> str:
    return value if isinstance(value, str) else to_json(value).decode()
