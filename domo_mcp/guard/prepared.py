"""A change with what the gate knows about it; only the guard makes one, so no tool can claim a yes for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import JsonValue, TypeAdapter
from pydantic_core import to_jsonable_python

from domo_mcp.guard.asking import Person
from domo_mcp.guard.policy import PolicySettings
from domo_mcp.guard.ticket import Form
from domo_mcp.tools.change import Change
from domo_mcp.tools.toolset import Call, Effect, Tool
from domo_mcp.untrusted import plain

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo

NOT_MADE_YET = "new"
"""Stands as the id of a thing that a change makes."""


@dataclass(frozen=True)
class Caller:
    """Who calls, on which instance, and what may happen there."""

    principal: str
    instance: str
    policy: PolicySettings


@dataclass(frozen=True)
class Request:
    """One call on its way through the gate. `domo` may write; the tool gets `call`, whose Domo only reads."""

    tool: Tool
    arguments: Mapping[str, Any]
    call: Call
    domo: Domo
    caller: Caller
    person: Person


@dataclass(frozen=True, kw_only=True)
class Prepared(Change):
    """A change, the call that it stands for and the effect that it has.

    `undoes` is the journal's id of the change that it takes back. `ticket` is what the caller redeems with it, `form`
    whose yes that is and `seen` the digest of what that ticket's preview showed.
    """

    tool: Tool
    arguments: Mapping[str, JsonValue]
    effect: Effect
    undoes: str = ""
    ticket: str = ""
    form: Form = "ticket"
    seen: str = ""

    @property
    def on_id(self) -> str:
        """The id of what it touches, empty where that is yet to be made."""
        return "" if self.on.id == NOT_MADE_YET else self.on.id


def prepared(change: Change, tool: Tool, arguments: Mapping[str, Any], **told: Any) -> Prepared:
    """`change` as prepared by a call of `tool`; one that the guard prepared stays as it is, `told` aside."""
    own = {part.name: getattr(change, part.name) for part in fields(change)}
    own |= {"summary": plain(change.summary), "notes": tuple(map(plain, change.notes))}
    made = {"tool": tool, "arguments": as_json(arguments), "effect": change.acts_as or tool.effect}
    return Prepared(**{**made, **own, **told})


def as_json(arguments: Mapping[str, Any]) -> dict[str, JsonValue]:
    """Arguments of a call as JSON, to keep and to compare."""
    kept: dict[str, JsonValue] = to_jsonable_python(dict(arguments), fallback=str)
    return kept


def from_json(tool: Tool, arguments: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Kept arguments as the tool's own types again."""
    types = _types(tool)
    return {name: types[name].validate_python(value) for name, value in arguments.items()}


@cache
def _types(tool: Tool) -> dict[str, TypeAdapter[Any]]:
    hints = get_type_hints(tool.fn, include_extras=True)
    return {name: TypeAdapter(hint) for name, hint in hints.items() if name not in {"call", "return"}}
