"""People: who this server acts as."""

from __future__ import annotations

from domo_mcp.tools.results import Answer
from domo_mcp.tools.toolset import Call, Toolset

toolset = Toolset("people", defaults=frozenset({"whoami"}))


class Identity(Answer):
    """Who the server is in Domo, and what it lets its callers do."""

    user_id: str
    name: str
    email: str | None
    role: str | None
    instance: str
    url: str
    access: str
    toolsets: list[str]
    sandbox: bool


@toolset.read
async def whoami(call: Call) -> Identity:
    """Use it to find out who this server acts as in Domo: user, role, instance, access level and toolsets in force."""
    me = await call.domo.people.me()
    return Identity(
        user_id=me.id,
        name=me.display_name,
        email=me.email,
        role=me.role,
        instance=call.domo.name,
        url=call.domo.url,
        access=call.rights.access,
        toolsets=list(call.rights.toolsets),
        sandbox=call.rights.sandbox,
    )
