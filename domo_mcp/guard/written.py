"""What a tool that changes Domo answers, whatever became of the change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

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


def status_in(structured: Mapping[str, Any] | None) -> Status | None:
    """What became of the change whose answer, in its structured form, this is; None for an answer of another kind.

    Answers about Domo have states of their own, of workflow instances for one, by the same name.
    """
    answer = structured or {}
    return (
        cast("Status", answer["status"]) if answer.get("status") in get_args(Status) and "summary" in answer else None
    )
