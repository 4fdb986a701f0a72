"""Asking the person at the client, on both protocol eras."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import anyio
from mcp.server.elicitation import AcceptedElicitation, CancelledElicitation, render_elicitation_schema
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import is_version_at_least
from pydantic import BaseModel, ConfigDict, Field

from domo_mcp.guard.asking import GRANT_MINUTES, Answer, Question, Reply

_ONCE = "Yes, this once"
_MINUTES = f"Yes, and for {GRANT_MINUTES} minutes all changes here that can be undone, deletes too"
_NO = "No"
_KEY = "confirmation"
_ASKS_BY_ANSWERING = "2026-07-28"


class Confirmation(BaseModel):
    """This server waits for your yes before it changes Domo."""

    model_config = ConfigDict(title="Confirm a change")

    answer: Literal[_ONCE, _NO] = Field(title="Apply this change?")  # type: ignore[valid-type]


class ConfirmationForAWhile(BaseModel):
    """This server waits for your yes before it changes Domo."""

    model_config = ConfigDict(title="Confirm a change")

    answer: Literal[_ONCE, _MINUTES, _NO] = Field(title="Apply this change?")  # type: ignore[valid-type]


class Asked(Exception):
    """The call ends with a question; the client asks it and calls again with the answer (2026-07-28)."""

    outcome = "asked"

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("asked")
        self.result = result


@dataclass(frozen=True)
class McpPerson:
    """The person at the client of one call.

    `once` marks an id as used and tells whether it was the first time, so that an answer is good for one change.
    """

    context: Context[Any, Any]
    once: Callable[[str], Awaitable[bool]]
    timeout_s: float

    @property
    def can_be_asked(self) -> bool:
        """Whether the client declared that it shows forms, and can be reached in the middle of a call."""
        declared = self.context.client_capabilities
        elicitation = declared.elicitation if declared else None
        if elicitation is None or (elicitation.form is None and elicitation.url is not None):
            return False
        return self._asks_by_answering or self.context.session.can_send_request

    @property
    def is_alone(self) -> bool:
        """Whether the client came over stdio or in this process; over HTTP all clients are one principal as yet."""
        return self.context.request_context.request is None

    @property
    def has_panel(self) -> bool:
        """Whether the client declared MCP Apps: then it shows a change that waits in a panel with Apply and Cancel."""
        from mcp.server.apps import client_supports_apps

        return client_supports_apps(self.context)

    @property
    def _asks_by_answering(self) -> bool:
        version = self.context.protocol_version
        return version is not None and is_version_at_least(version, _ASKS_BY_ANSWERING)

    async def ask(self, question: Question) -> Reply:
        """The answer; everything that is not clearly a yes is a no. Raises Asked where the client has to call again."""
        form = ConfirmationForAWhile if question.offers_minutes else Confirmation
        if self._asks_by_answering:
            return Reply(await self._echoed(question, form), stale=False)
        return Reply(await self._elicited(question, form), stale=True)

    async def _elicited(self, question: Question, form: type[BaseModel]) -> Answer:
        with anyio.move_on_after(self.timeout_s):
            try:
                result = await self.context.elicit(question.text, form)
            except (ValueError, MCPError):
                return "no"  # an answer that does not fit the form, or a client that cannot show it after all
            if isinstance(result, AcceptedElicitation):
                return _meaning(result.data)
            return "cancelled" if isinstance(result, CancelledElicitation) else "no"
        return "unanswered"

    async def _echoed(self, question: Question, form: type[BaseModel]) -> Answer:
        params = ElicitRequestFormParams(message=question.text, requested_schema=render_elicitation_schema(form))
        asked = _mark(question, params)
        answer = (self.context.input_responses or {}).get(_KEY)
        state = _state(self.context.request_state)
        if isinstance(answer, ElicitResult) and state.get("asked") == asked and await self.once(state["once"]):
            return _read(answer, form)
        again = json.dumps({"asked": asked, "once": secrets.token_urlsafe(16)})
        raise Asked(InputRequiredResult(input_requests={_KEY: ElicitRequest(params=params)}, request_state=again))


def _mark(question: Question, params: ElicitRequestFormParams) -> str:
    """What an answer is bound to: the very question, and all that would change."""
    shown = params.model_dump_json(by_alias=True, exclude_none=True)
    return sha256(f"{question.digest}\n{shown}".encode()).hexdigest()


def _state(text: str | None) -> dict[str, str]:
    try:
        state = json.loads(text or "{}")
    except ValueError:
        return {}
    good = isinstance(state, dict) and all(isinstance(state.get(key), str) for key in ("asked", "once"))
    return state if good else {}


def _read(answer: ElicitResult, form: type[BaseModel]) -> Answer:
    if answer.action != "accept":
        return "cancelled" if answer.action == "cancel" else "no"
    try:
        return _meaning(form.model_validate(answer.content))
    except ValueError:
        return "no"


def _meaning(data: BaseModel) -> Answer:
    given = getattr(data, "answer", _NO)
    return "once" if given == _ONCE else "minutes" if given == _MINUTES else "no"
