"""What a workflow is: versions with a start message, parameters and steps; and an instance of one.

Times are milliseconds since 1970, in UTC.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from domo_mcp.sandbox.records import Part, Record

ParameterType = Literal[
    "boolean", "date", "dateTime", "decimal", "duration", "number", "object", "person", "dataset", "group", "text",
    "time",
]  # fmt: skip
"""The types of domo-developer-portal, Workflows; each may be a list."""

Trigger = Literal["API", "CUSTOM_APP", "MANUAL", "TIMER"]
Outcome = Literal["COMPLETED", "FAILED", "CANCELED"]
Variables = dict[str, JsonValue]


class Parameter(Part):
    """What a start takes. `value` is the default of one that is not required."""

    name: str
    type: ParameterType
    is_list: bool = False
    required: bool = True
    value: JsonValue = None


class Condition(Part):
    """A comparison of a variable with a value; a variable that is not set is null."""

    variable: str
    operator: Literal["<=", ">", "=="]
    value: JsonValue

    def holds(self, variables: Variables) -> bool:
        """Whether it is so; what cannot be put in order is not."""
        actual = variables.get(self.variable)
        if self.operator == "==":
            return actual == self.value
        if not isinstance(actual, int | float) or not isinstance(self.value, int | float):
            return False
        return actual <= self.value if self.operator == "<=" else actual > self.value


class Step(Part):
    """One step of `seconds`, passed over where a condition does not hold as it begins.

    When its time is up `sets` are set, then the code runs that `calls` names; the instance ends here where that fails.
    """

    title: str
    seconds: float = 0
    when: tuple[Condition, ...] = ()
    sets: Variables = Field(default_factory=dict)
    calls: str | None = None


class Version(Part):
    """One version; `released` is None for a draft, `message` the exact name that a start has to say.

    `results` are the variables that an instance gives when it is complete.
    """

    version: str
    released: int | None
    active: bool
    message: str
    parameters: tuple[Parameter, ...]
    steps: tuple[Step, ...]
    results: tuple[str, ...]


class Workflow(Record):
    """A workflow. `users` are the only ones who see it besides administrators; None for everybody."""

    id: str
    name: str
    description: str
    owner_id: int
    created: int
    updated: int
    versions: tuple[Version, ...]
    users: tuple[int, ...] | None = None

    def version(self, name: str) -> Version | None:
        """Give the version of a name."""
        return next((each for each in self.versions if each.version == name), None)


class ParameterAlias(Part):
    """The name that an app gives to a parameter."""

    alias: str
    name: str


class WorkflowAlias(Record):
    """The name that an app's manifest gives to a workflow: `id` is the alias, `message` the manifest's startName."""

    id: str
    workflow_id: str
    version: str
    message: str
    parameters: tuple[ParameterAlias, ...]


class Instance(Record):
    """One run. `position` is the step it is at, which began at `since`; `ended` is None while it runs."""

    id: str
    workflow_id: str
    version: str
    trigger: Trigger
    started_by: int
    started: int
    since: int
    variables: Variables
    position: int = 0
    ended: int | None = None
    outcome: Outcome | None = None
    reason: str | None = None


class Running(Record):
    """Marks an instance that has not ended, so that the others need not be looked at."""

    id: str
