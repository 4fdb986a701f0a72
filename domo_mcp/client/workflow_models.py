"""What Workflows answer, as types: models and their versions, what starts them, their instances."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, JsonValue, field_validator, model_validator

from domo_mcp.client.shapes import Count, Instant, Many, Readable, Shape
from domo_mcp.client.workflow_states import status_of

_Status = Annotated[str, BeforeValidator(status_of)]


def _named(name: str, *others: str) -> AliasChoices:
    return AliasChoices(name, *others)


class Version(Shape):
    """One version of a workflow; `state` as Domo spells it (shape of the product surface's list: assumed)."""

    version: str = Field(validation_alias=_named("version", "modelVersion", "versionNumber"))
    state: str | None = Field(default=None, validation_alias=_named("state", "status"))
    active: bool | None = Field(default=None, validation_alias=_named("active", "isActive", "deployed"))
    released_on: Instant = Field(default=None, validation_alias=_named("releasedOn", "released", "deployedOn"))

    @property
    def is_draft(self) -> bool:
        """Whether it was never released."""
        return (self.state or "").upper() in {"DRAFT", "UNRELEASED", "IN_DEVELOPMENT"}

    @property
    def order(self) -> tuple[int, ...]:
        """What puts versions in order: 1.10.0 comes after 1.9.0."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version))


class Workflow(Shape):
    """A workflow; `versions` only where it was asked for by itself (GET …/models/{id}, Postman collection)."""

    id: str
    name: str = Field(default="", validation_alias=_named("name", "modelName"))
    description: str | None = None
    owner: str | None = Field(default=None, validation_alias=_named("owner", "ownerId", "createdBy"))
    created_on: Instant = None
    updated_on: Instant = None
    versions: Readable[Version] = ()

    @field_validator("owner", mode="before")
    @classmethod
    def _name_of(cls, value: object) -> object:
        return (value.get("displayName") or value.get("name") or value.get("id")) if isinstance(value, dict) else value

    def latest(self) -> str | None:
        """The version that is meant where none is named: the highest active one, else the highest that was released."""
        released = [each for each in self.versions if not each.is_draft]
        chosen = [each for each in released if each.active] or released
        return max(chosen, key=lambda each: each.order).version if chosen else None


class Parameter(Shape):
    """A parameter of a start message (definition, `designElements[].data.input[]`)."""

    name: str = Field(validation_alias=_named("paramName", "name", "aliasName"))
    type: str = Field(default="text", validation_alias=_named("dataType", "type"))
    is_list: bool = Field(default=False, validation_alias=_named("isList", "list"))
    required: bool = False
    default: JsonValue = Field(default=None, validation_alias=_named("value", "default"))


@dataclass(frozen=True)
class Start:
    """One way to start a version: the exact message name, and what goes with it."""

    message: str
    parameters: tuple[Parameter, ...]


class _Data(Shape):
    title: str = ""
    input: Many[Parameter] = ()


class _Element(Shape):
    id: str = ""
    type: str = ""
    parent: str | None = Field(default=None, validation_alias=_named("parent", "parentId", "parentNode"))
    data: _Data = _Data()


class _Connection(Shape):
    target: str = Field(default="", validation_alias=_named("target", "targetId", "to"))


class Definition(Shape):
    """What a version consists of (GET …/v2/models/{id}/versions/{v}/definition)."""

    design_elements: tuple[JsonValue, ...] = ()

    def starts(self) -> tuple[Start, ...]:
        """The ways to start it: start elements by their type, else the elements that nothing leads to."""
        elements = list(_read(self.design_elements))
        titled = [each for each in elements if each.data.title]
        begin = [each for each in titled if "start" in each.type.casefold()]
        if not begin:
            led_to = {each.target for each in map(_connection, self.design_elements)}
            begin = [each for each in titled if each.parent is None and each.id not in led_to][:1]
        return tuple(Start(each.data.title, each.data.input) for each in begin)


def _read(elements: Sequence[JsonValue]) -> Iterator[_Element]:
    """Those elements that are nodes with data; shapes beside them are of no use here."""
    for element in elements:
        if isinstance(element, dict) and isinstance(element.get("data"), dict):
            try:
                yield _Element.model_validate(element)
            except ValueError:
                continue


def _connection(element: JsonValue) -> _Connection:
    there = element if isinstance(element, dict) else {}
    return _Connection.model_validate({key: value for key, value in there.items() if isinstance(value, str)})


class Instance(Shape):
    """What a start or a cancel answers: `id` is the instance and `model_id` the workflow (portal, Workflows).

    The comments in the App-Framework document have the two the other way round; its sample ids have not.
    """

    id: str
    model_id: str | None = None
    model_name: str | None = None
    model_version: str | None = None
    created_by: str | None = None
    created_on: Instant = None
    updated_on: Instant = None
    status: _Status = "null"

    def instance_of(self, workflow_id: str) -> str:
        """The id of the instance, also where an answer has it in the place of the workflow's."""
        return self.model_id if self.id == workflow_id and self.model_id else self.id


class Execution(Shape):
    """One instance in a list: a row of the product surface's executions, or of an app's `instanceMetric`."""

    id: str = Field(validation_alias=_named("instanceId", "id", "executionId"))
    version: str | None = Field(default=None, validation_alias=_named("version", "modelVersion"))
    status: _Status = "null"
    started: Instant = Field(
        default=None, validation_alias=_named("workflowStartTime", "startedOn", "createdOn", "startTime")
    )
    completed: Instant = Field(
        default=None, validation_alias=_named("workflowEndTime", "completedOn", "endedOn", "endTime")
    )
    canceled: Instant = Field(default=None, validation_alias=_named("workflowCancelTime", "canceledOn", "cancelledOn"))
    started_by: str | None = Field(default=None, validation_alias=_named("creatorId", "createdBy", "startedBy"))
    trigger: str | None = Field(default=None, validation_alias=_named("triggerType", "trigger"))
    error: str | None = Field(default=None, validation_alias=_named("errorMessage", "error", "failureReason", "reason"))

    @field_validator("error", "started_by", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return (value.get("message") or value.get("id")) if isinstance(value, dict) else value

    @property
    def ended(self) -> datetime | None:
        """When it completed, failed or was canceled."""
        return self.completed or self.canceled

    @property
    def seconds(self) -> float | None:
        """How long it ran; None while it does."""
        return (self.ended - self.started).total_seconds() if self.ended and self.started else None


class Metrics(Shape):
    """How the instances of a workflow went (Workflows document, Get Metrics for a Workflow)."""

    completed: Count = Field(default=None, validation_alias=_named("completedWorkflows", "completed"))
    in_progress: Count = Field(default=None, validation_alias=_named("inProgressWorkflows", "inProgress"))
    failed: Count = Field(default=None, validation_alias=_named("failedWorkflows", "failed"))
    canceled: Count = Field(
        default=None, validation_alias=_named("canceledWorkflows", "cancelledWorkflows", "canceled")
    )
    average_cycle_time: float | None = None
    instances: Many[Execution] = Field(default=(), validation_alias=_named("instanceMetric", "instanceMetrics"))


class Transaction(Shape):
    """A value that an instance ended with: id `result`, and others."""

    id: str
    value: JsonValue = None


class Executions(Shape):
    """Executions as a list, or as the one list in an object (which of them is not documented).

    `came` counts those that cannot be read, too.
    """

    rows: Readable[Execution] = ()
    came: int = 0

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"rows": value, "came": len(value)}
        if isinstance(value, Mapping) and "rows" not in value:
            lists = [part for part in value.values() if isinstance(part, list)]
            held = next((part for part in lists if any(isinstance(each, dict) for each in part)), None)
            if held is None and value and [] not in lists:
                raise ValueError("no list of executions")
            return {"rows": held or [], "came": len(held or [])}
        return value
