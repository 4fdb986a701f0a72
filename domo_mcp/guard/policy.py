"""What this server may do: pure decisions over a tool and its arguments."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from domo_mcp.errors import Refused
from domo_mcp.tools.toolset import Effect, Tool

Access = Literal["read", "write", "full"]

_EFFECTS: dict[Access, frozenset[Effect]] = {
    "read": frozenset({Effect.READ}),
    "write": frozenset({Effect.READ, Effect.CREATE, Effect.UPDATE, Effect.RUN}),
    "full": frozenset(Effect),
}


class PolicySettings(BaseModel):
    """`[policy]`: what callers may do to Domo."""

    model_config = ConfigDict(extra="forbid")

    access: Access = "read"


def allows(access: Access, tool: Tool) -> bool:
    """Whether a tool exists at all at this access level."""
    return tool.effect in _EFFECTS[access]


def check(access: Access, tool: Tool) -> None:
    """Raise Refused where the access level does not cover the tool."""
    if not allows(access, tool):
        raise Refused(
            f"{tool.name} is not allowed at access level {access!r}.",
            "The operator of this server raises policy.access where that is wanted.",
        )
