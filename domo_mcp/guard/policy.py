"""What this server may do, and who has to agree: pure decisions over a tool and what it would change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from domo_mcp.errors import Refused
from domo_mcp.sql import ColumnRules
from domo_mcp.tools.change import Change, Thing
from domo_mcp.tools.toolset import Effect, Tool

Access = Literal["read", "write", "full"]
Confirmable = Literal["create", "update", "delete", "run"]
Kind = Literal["dataset", "collection", "fileset", "workflow", "package", "stream", "file"]

ColumnPattern = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]

_EFFECTS: dict[Access, frozenset[Effect]] = {
    "read": frozenset({Effect.READ}),
    "write": frozenset({Effect.READ, Effect.CREATE, Effect.UPDATE, Effect.RUN}),
    "full": frozenset(Effect),
}
_MOST_CREATED = 1000


class ColumnSettings(BaseModel):
    """`[policy.columns]`: columns that nobody sees, and columns of which asterisks are seen.

    Globs of names without regard to case, `Dataset.Column`, or agent-disabled: what data dictionaries say.
    """

    model_config = ConfigDict(extra="forbid")

    hide: list[ColumnPattern] = []
    mask: list[ColumnPattern] = []

    def rules(self) -> ColumnRules:
        """The same as a value."""
        return ColumnRules(tuple(self.hide), tuple(self.mask))


class PolicySettings(BaseModel):
    """`[policy]` and `[instances.NAME.policy]`: what callers may do to Domo, and what a person has to agree to."""

    model_config = ConfigDict(extra="forbid")

    access: Access = "read"
    confirm: Literal["ask", "two_step"] = "ask"
    fallback: Literal["two_step", "refuse"] = "two_step"
    confirm_for: list[Confirmable] = ["update", "delete", "run"]
    unattended: list[str] = []
    max_affected: int = Field(100, ge=1, le=10_000)
    start_once_s: float = Field(60, ge=0, le=86_400)
    ask_timeout_s: float = Field(300, gt=0, le=3600)
    ticket_s: float = Field(600, gt=0, le=86_400)
    allow: dict[Kind, list[str]] = {"dataset": ["*"]}
    deny: dict[Kind, list[str]] = {}
    columns: ColumnSettings = ColumnSettings()

    @field_validator("confirm_for")
    @classmethod
    def _delete_stays(cls, value: list[Confirmable]) -> list[Confirmable]:
        if "delete" not in value:
            raise ValueError("delete cannot be taken off")
        return value

    @field_validator("unattended")
    @classmethod
    def _tool_and_target(cls, value: list[str]) -> list[str]:
        for entry in value:
            if not all(entry.partition(":")):
                raise ValueError(f"{entry!r} is not TOOL:NAME, such as start_workflow:Refresh *")
        return value

    @property
    def digest(self) -> str:
        """Tells one policy from another in the audit lines."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    def overlaid(self, over: Mapping[str, object]) -> PolicySettings:
        """These settings with an instance's own keys in place of the general ones."""
        columns = {**self.columns.model_dump(), **_table(over.get("columns"))}
        return PolicySettings.model_validate({**self.model_dump(), **over, "columns": columns})


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True)
class Ruling:
    """How a change may go on: at once, after a person's yes, by ticket, or not at all; `yes` and `why` say by what."""

    way: Literal["apply", "ask", "ticket", "refuse"]
    yes: str = ""
    why: str = ""


def allows(access: Access, effect: Effect) -> bool:
    """Whether an access level covers an effect at all."""
    return effect in _EFFECTS[access]


def check_access(access: Access, tool: Tool, effect: Effect | None = None) -> None:
    """Raise Refused where the access level does not cover the tool, or the effect that it has in this case."""
    needed = effect or tool.effect
    if not allows(access, needed):
        what = f"{tool.name} is" if needed is tool.effect else f"{tool.name} would {needed} something here, which is"
        raise Refused(
            f"{what} not allowed at access level {access!r}.",
            "The operator of this server raises policy.access where that is wanted.",
        )


def check_reach(policy: PolicySettings, effect: Effect, change: Change) -> None:
    """Raise Refused where more objects would change than one call may."""
    most = max(_MOST_CREATED, policy.max_affected) if effect is Effect.CREATE else policy.max_affected
    if change.count > most:
        raise Refused(
            f"This would change {change.count:,} objects; one call may change {most:,} (policy.max_affected).",
            "Narrow the filter or name fewer ids, and go on in several calls.",
        )


_CANNOT_ASK = (
    "this client cannot ask a person: that takes one with elicitation, over HTTP of protocol 2026-07-28 (earlier ones "
    "over stdio only)"
)


def takes_a_person(effect: Effect, change: Change) -> bool:
    """Whether only a person who is asked can agree to it, whatever ticket there is: it destroys something for good."""
    return change.undo == "none" and effect in {Effect.UPDATE, Effect.DELETE}


def ruling(
    policy: PolicySettings, tool: Tool, effect: Effect, change: Change, *, can_ask: bool, granted: bool
) -> Ruling:
    """Who has to agree to a change.

    `can_ask` tells whether a person can be asked, `granted` whether one has agreed to undoable changes of the same
    thing a short while ago. What destroys data for good takes a person, whatever the configuration says.
    """
    if takes_a_person(effect, change):
        alone = Ruling("refuse", why=f"It cannot be undone, and {_CANNOT_ASK}.")
        return Ruling("ask", why="it cannot be undone") if can_ask else alone
    if free := _without_asking(policy, tool, effect, change, granted=granted):
        return free
    why = _why_confirmed(policy, effect, change)
    if policy.confirm == "ask" and can_ask:
        return Ruling("ask", why=why)
    if policy.confirm == "ask" and policy.fallback == "refuse":
        return Ruling("refuse", why=f"policy.fallback is refuse, and {_CANNOT_ASK}.")
    return Ruling("ticket", why=why)


def _without_asking(
    policy: PolicySettings, tool: Tool, effect: Effect, change: Change, *, granted: bool
) -> Ruling | None:
    if _unattended(policy, tool, change.on):
        return Ruling("apply", yes="unattended", why="the operator approved it in advance (policy.unattended)")
    if not _why_confirmed(policy, effect, change):
        return Ruling("apply", yes="not required", why=f"{effect} is not in policy.confirm_for")
    if granted and change.undo != "none" and not change.must_confirm:
        return Ruling("apply", yes="person", why="a person agreed to undoable changes of this for a while")
    return None


def _why_confirmed(policy: PolicySettings, effect: Effect, change: Change) -> str:
    if change.must_confirm:
        return change.must_confirm
    if effect.value in policy.confirm_for:
        return f"policy.confirm_for has {effect}"
    return "it cannot be undone" if change.undo == "none" else ""


def _unattended(policy: PolicySettings, tool: Tool, thing: Thing) -> bool:
    for entry in policy.unattended:
        name, _, pattern = entry.partition(":")
        if name == tool.name and (fnmatchcase(thing.name, pattern) or thing.id == pattern):
            return True
    return False
