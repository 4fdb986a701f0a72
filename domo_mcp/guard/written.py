"""What a tool that changes Domo answers, whatever became of the change."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from domo_mcp.guard.preview import Preview
from domo_mcp.tools.results import Answer

Status = Literal["applied", "needs_confirmation", "declined", "refused"]


class Written(Answer):
    """A change that was applied, or why it was not.

    `confirmed_by` says which kind of yes it had: person, app, ticket, unattended, not required. `verified` is true
    where reading back found what was intended, null where Domo offers no read. `result` is what came of something that
    ran. `next` says what to do now.
    """

    status: Status
    summary: str
    change: str | None = None
    confirmed_by: str | None = None
    verified: bool | None = None
    differences: list[str] | None = None
    facts: list[str] | None = None
    result: JsonValue = None
    new_ids: dict[str, str] | None = None
    undo: str | None = None
    reason: str | None = None
    preview: Preview | None = None
    ticket: str | None = None
    next: str | None = None
