"""The one path that every call takes: check, run within the time, trim, record."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio

from domo_mcp.errors import DomoMcpError, InvalidInput, Refused, SqlRefused, TimedOut
from domo_mcp.guard import budget, policy
from domo_mcp.guard.audit import Audit
from domo_mcp.tools.results import Answer, Page, Text
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Call, Tool

Result = Table | Text | Page[Any] | Answer

_REFUSALS = frozenset({Refused.__name__, InvalidInput.__name__, SqlRefused.__name__})


@dataclass(frozen=True)
class Caller:
    """Who calls, and on which instance."""

    principal: str
    instance: str


@dataclass(frozen=True)
class Gate:
    """Guards every tool; a tool neither sees nor reaches it."""

    access: policy.Access
    audit: Audit
    max_tokens: int
    call_timeout_s: float

    async def run(self, tool: Tool, call: Call, arguments: Mapping[str, Any], caller: Caller) -> Result:
        """The tool's answer, trimmed to the caller's budget.

        Raises Refused before anything is sent where policy says no, TimedOut where no answer came in time, and whatever
        the tool raises.
        """
        started, outcome = time.monotonic(), "cancelled"
        try:
            policy.check(self.access, tool)
            with anyio.fail_after(self.call_timeout_s):
                result: Result = await one_failure(tool.fn(call, **arguments))
            outcome = "ok"
            return self._trim(result, arguments)
        except TimeoutError:
            outcome = "TimedOut"
            raise TimedOut(
                f"No answer within {self.call_timeout_s:g} seconds.",
                "Ask for less: fewer rows, a filter, an aggregate.",
            ) from None
        except DomoMcpError as error:
            outcome = type(error).__name__
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            self._record(tool, arguments, caller, outcome, started)

    def turn_away(self, tool: Tool, arguments: Mapping[str, Any], caller: Caller, error: DomoMcpError) -> None:
        """Put a call on record whose arguments could not be read."""
        self._record(tool, arguments, caller, type(error).__name__, time.monotonic())

    def _record(self, tool: Tool, arguments: Mapping[str, Any], caller: Caller, outcome: str, started: float) -> None:
        self.audit.record(
            arguments=arguments,
            principal=caller.principal,
            instance=caller.instance,
            tool=tool.name,
            effect=tool.effect.value,
            decision="refused" if outcome in _REFUSALS else "allowed",
            outcome=outcome,
            duration_ms=round((time.monotonic() - started) * 1000),
        )

    def _trim(self, result: Result, arguments: Mapping[str, Any]) -> Result:
        tokens = arguments.get("max_tokens") or self.max_tokens
        if isinstance(result, Page):
            result = result.table()
        if isinstance(result, Table):
            return budget.trim(result, tokens)
        return budget.trim_text(result, tokens) if isinstance(result, Text) else budget.trim_answer(result, tokens)


async def one_failure(answer: Awaitable[Result]) -> Result:
    """The answer; where several reads at the same time failed as expected, the first failure without its group."""
    try:
        return await answer
    except ExceptionGroup as failed:
        expected, unexpected = failed.split(DomoMcpError)
        if expected is None or unexpected:
            raise
        first: Exception = expected
        while isinstance(first, ExceptionGroup):
            first = first.exceptions[0]
        raise first from None
