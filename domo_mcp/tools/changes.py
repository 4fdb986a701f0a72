"""Changes: confirm what was previewed, see what was done, take it back."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domo_mcp.tools import args
from domo_mcp.tools.change import Change, Done
from domo_mcp.tools.results import Answer, Page
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import changes as toolset


class ChangeEntry(Answer):
    """One change of the journal."""

    change: str
    time: str
    tool: str
    summary: str
    status: str
    confirmed_by: str
    undo: str
    undone_by: str | None
    note: str | None


@toolset.update
async def confirm_change(
    call: Call,
    ticket: Annotated[str, Field(min_length=1, max_length=200, description="Ticket of the preview.")],
    summary: Annotated[
        str, Field(min_length=1, max_length=500, description="The preview's summary, repeated word for word.")
    ],
) -> Change | Done | Answer:
    """Use it to apply a change that waits with a ticket, once the person has seen its preview and agreed.

    Nothing is applied if the target changed since: the new preview comes back instead.
    """
    return await call.changes.pending(call, ticket, summary)


@toolset.read
async def list_changes(
    call: Call,
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
    undoable: Annotated[bool | None, Field(description="true: only what undo_change can take back.")] = None,
) -> Page[ChangeEntry]:
    """Use it to see what this server changed in Domo, newest first, and what undo_change can take back."""
    offset = call.cursors.offset(cursor)
    entries = await call.changes.recent(call, limit=limit + 1, offset=offset, undoable=undoable)
    return Page(
        items=list(entries[:limit]),
        kind="change",
        first=offset,
        more=len(entries) > limit,
        continues=lambda shown: call.cursors.at(offset + shown),
    )


@toolset.update
async def undo_change(
    call: Call, change: Annotated[str, Field(min_length=1, max_length=40, description="Change id, from list_changes.")]
) -> Change:
    """Use it to take back a change that this server made; refused when its target has changed since."""
    return await call.changes.inverse(call, change)
