"""How a workflow and one of its instances are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.client.workflow_states import ENDED
from domo_mcp.tools.results import Answer
from domo_mcp.tools.workflows.parameters import type_of
from domo_mcp.untrusted import plain

if TYPE_CHECKING:
    from domo_mcp.client.workflow_models import Instance, Start, Version, Workflow
    from domo_mcp.tools.workflows.instances import Place

_ALIAS = (
    "An alias of the app's manifest: it stands for one version and one start message. Its parameters go by the "
    "aliasName that the manifest gives them, which cannot be read here."
)
_REASONS = ("error", "errorMessage")
_APP_TELLS_LESS = "An app is told the status alone: results and reasons are on the product surface."


class WorkflowEntry(Answer):
    """One workflow of a list."""

    id: str
    name: str
    description: str | None
    owner: str | None
    updated: str | None


class ParameterEntry(Answer):
    """A parameter of a start."""

    name: str
    type: str
    required: bool
    default: JsonValue = None


class StartEntry(Answer):
    """A way to start a version."""

    message_name: str
    parameters: list[ParameterEntry]


class WorkflowDetails(Answer):
    """One workflow, and how one version of it is started."""

    id: str
    name: str
    description: str | None = None
    owner: str | None = None
    updated: str | None = None
    version: str | None = None
    versions: list[str] | None = None
    starts: list[StartEntry] | None = None
    note: str | None = None


class InstanceDetails(Answer):
    """What has become of an instance."""

    instance_id: str
    status: str
    workflow: str | None = None
    workflow_id: str | None = None
    version: str | None = None
    started: str | None = None
    ended: str | None = None
    started_by: str | None = None
    result: dict[str, JsonValue] | None = None
    error: str | None = None
    note: str | None = None


def entry(workflow: Workflow) -> WorkflowEntry:
    """A workflow as lists have it."""
    return WorkflowEntry(
        id=workflow.id,
        name=workflow.name,
        description=workflow.description or None,
        owner=workflow.owner,
        updated=iso(workflow.updated_on),
    )


def alias_details(workflow: Workflow) -> WorkflowDetails:
    """What is known of an app's alias."""
    return WorkflowDetails(id=workflow.id, name=workflow.name, note=_ALIAS)


def details(workflow: Workflow, version: str, starts: Sequence[Start]) -> WorkflowDetails:
    """A workflow with all its versions, and how one of them is started."""
    return WorkflowDetails(
        **entry(workflow).model_dump(),
        version=version,
        versions=list(map(_version, workflow.versions)),
        starts=list(map(_start, starts)),
    )


def instance_details(
    instance_id: str, status: str, place: Place, result: Mapping[str, JsonValue], notes: Sequence[str]
) -> InstanceDetails:
    """An instance on the product surface; `place` tells what was looked up of it besides its status."""
    row, workflow = place.row, place.workflow
    reason = next((result[name] for name in _REASONS if name in result), None)
    values = {name: value for name, value in result.items() if name not in _REASONS}
    return InstanceDetails(
        instance_id=instance_id,
        status=status,
        workflow=workflow.name if workflow else None,
        workflow_id=workflow.id if workflow else None,
        version=row.version if row else None,
        started=iso(row.started) if row else None,
        ended=iso(row.ended) if row else None,
        started_by=row.started_by if row else None,
        result=values or None,
        error=(row.error if row else None) or (None if reason is None else str(reason)),
        note=_joined(notes),
    )


def instance_in_app(instance_id: str, alias: str, found: Instance, notes: Sequence[str]) -> InstanceDetails:
    """An instance as an app is told about it."""
    ended = found.status in ENDED
    return InstanceDetails(
        instance_id=instance_id,
        status=found.status,
        workflow=found.model_name or alias,
        workflow_id=found.model_id,
        version=found.model_version,
        started=iso(found.created_on),
        ended=iso(found.updated_on) if ended else None,
        started_by=found.created_by,
        note=_joined([*notes, _APP_TELLS_LESS if ended else ""]),
    )


def status_notes(status: str, waited_s: int) -> list[str]:
    """What there is to say about a status."""
    return [
        "null: the instance has not reported back as started yet." if status == "null" else "",
        f"It has not ended after {waited_s} s of waiting; ask again." if waited_s and status not in ENDED else "",
    ]


def iso(moment: datetime | None) -> str | None:
    """A time as answers have it."""
    return moment.isoformat() if moment else None


def _version(version: Version) -> str:
    said = [version.state.lower() if version.state else "", "active" if version.active else ""]
    return f"{version.version} ({', '.join(filter(None, said))})" if any(said) else version.version


def _start(start: Start) -> StartEntry:
    return StartEntry(
        message_name=start.message,
        parameters=[
            ParameterEntry(name=each.name, type=plain(type_of(each)), required=each.required, default=each.default)
            for each in start.parameters
        ],
    )


def _joined(notes: Sequence[str]) -> str | None:
    return plain(" ".join(filter(None, notes))) or None
