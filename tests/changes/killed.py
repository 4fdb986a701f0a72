"""`domo-mcp` that is killed at one step of a change: `python -m tests.changes.killed STEP serve …`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from domo_mcp.cli import main
from domo_mcp.client.session import Session
from domo_mcp.guard.journal import Journal

STEPS = (
    "before the record",
    "after the record",
    "before sending",
    "after the answer",
    "before the end is recorded",
    "after the end is recorded",
)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killing(step: Callable[..., Awaitable[Any]], *, before: bool) -> Callable[..., Awaitable[Any]]:
    async def killed(*given: Any, **named: Any) -> Any:
        if before:
            _die()
        result = await step(*given, **named)
        _die()
        return result

    return killed


def _arm(step: str) -> None:
    place, name = {
        "before the record": (Journal, "begin"),
        "after the record": (Journal, "begin"),
        "before sending": (Session, "write"),
        "after the answer": (Session, "write"),
        "before the end is recorded": (Journal, "finish"),
        "after the end is recorded": (Journal, "finish"),
    }[step]
    setattr(place, name, _killing(getattr(place, name), before=step.startswith("before")))


if __name__ == "__main__":
    _arm(sys.argv[1])
    main(sys.argv[2:])
