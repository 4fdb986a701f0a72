"""A client in the same process, on the same server that everybody else talks to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from mcp import Client
from mcp_types import ElicitRequestFormParams, ElicitResult

from domo_mcp.app import App
from domo_mcp.server.assembly import build_server

Ask = Callable[[str, Sequence[str]], Awaitable[str | None]]
"""Shows a question with its answers to a person and gives the one that was chosen, None for none."""


def local_client(app: App, *, mode: str = "auto", ask: Ask | None = None) -> Client:
    """A client of `app`'s server; a context manager. It can ask a person where `ask` is given."""
    return Client(build_server(app), mode=mode, elicitation_callback=_callback(ask) if ask else None)


def _callback(ask: Ask) -> Any:
    async def elicit(_context: object, params: object) -> ElicitResult:
        if not isinstance(params, ElicitRequestFormParams):
            return ElicitResult(action="decline")
        (name, field), *_ = params.requested_schema["properties"].items()
        answer = await ask(params.message, field.get("enum", ()))
        return ElicitResult(action="accept", content={name: answer}) if answer else ElicitResult(action="decline")

    return elicit
