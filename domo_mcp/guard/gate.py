"""The one path that every call takes: check, run, ask about a change, apply it, trim, record."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import anyio

from domo_mcp.errors import DomoMcpError, Refused, TimedOut
from domo_mcp.guard import budget, policy
from domo_mcp.guard.applying import Applier, Overtaken
from domo_mcp.guard.asking import GRANT_MINUTES, Question
from domo_mcp.guard.audit import Audit
from domo_mcp.guard.prepared import Caller, Prepared, Request, from_json, prepared
from domo_mcp.guard.preview import Preview, digest, preview, question
from domo_mcp.guard.record import Record
from domo_mcp.guard.ticket import Pending, Tickets
from domo_mcp.guard.written import Written
from domo_mcp.tools.change import Change, Done
from domo_mcp.tools.results import Answer, Chart, Page, Picture, Text
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Tool

Result = Table | Text | Picture | Chart | Page[Any] | Answer

Changed = Callable[[str, str, str, str], Awaitable[None]]
"""Is told by instance, kind, id and name of a thing that was or may have been changed; the id of a new one is empty."""

_LONG_AGO = -1
_DECLINED = {
    "no": "The person said no; nothing was changed.",
    "cancelled": "The person closed the question; nothing was changed.",
    "unanswered": "Nobody answered the question in time; nothing was changed.",
}


@dataclass
class Gate:
    """Guards every tool; a tool neither sees nor reaches it."""

    audit: Audit
    tickets: Tickets
    applier: Applier
    max_tokens: int
    call_timeout_s: float
    changed: list[Changed] = field(default_factory=list)
    _made: int = 0
    _grants: dict[tuple[str, ...], float] = field(default_factory=dict)
    _locks: defaultdict[tuple[str, ...], anyio.Lock] = field(default_factory=lambda: defaultdict(anyio.Lock))

    async def run(self, request: Request) -> Result:
        """The tool's answer, trimmed to the caller's budget; of a tool that changes Domo what became of the change.

        Raises Refused before anything is sent where policy says no, TimedOut where no answer came in time, and whatever
        the tool raises.
        """
        async with self.recorded(request.tool, request.arguments, request.caller) as record:
            made = self._made
            result = await self._answer(request)
            if isinstance(result, Change):
                result = await self._decide(request, prepared(result, request.tool, request.arguments), made)
            elif isinstance(result, Done):
                result = _done(result)
            if isinstance(result, Written):
                record.told(result)
            return await _linked(self._trim(result, request.arguments))

    @asynccontextmanager
    async def recorded(self, tool: Tool, arguments: Mapping[str, Any], caller: Caller) -> AsyncIterator[Record]:
        """Put on record what happens to a call inside. Raises StateUnavailable where that cannot be done."""
        record = Record(tool, arguments, caller)
        self.audit.check()
        try:
            yield record
            record.facts["outcome"] = "ok"
        except Exception as error:
            record.failed(error)
            raise
        finally:
            record.write(self.audit)
            with anyio.CancelScope(shield=True):
                await self.audit.anchor()

    async def explain(self, request: Request) -> list[str]:
        """What the policy would do with this call and why, without doing it. Raises as `run` does."""
        result = await self._answer(request)
        if not isinstance(result, Change):
            return ["It changes nothing in Domo: it is answered at once."]
        change = prepared(result, request.tool, request.arguments)
        await self._check(request, change)
        told = [f"Would: {change.summary}", f"Objects: {change.count:,}. Undo: {change.undo}."]
        for can_ask, client in ((True, "A client that can ask a person"), (False, "A client that cannot")):
            how = self._ruling(request, change, can_ask=can_ask)
            told.append(f"{client}: {_WAYS[how.way]}{f' ({how.why})' if how.why else ''}.")
        return told

    async def _answer(self, request: Request) -> Any:
        policy.check_access(request.caller.policy.access, request.tool)
        try:
            with anyio.fail_after(self.call_timeout_s):
                return await one_failure(request.tool.fn(request.call, **request.arguments))
        except TimeoutError:
            raise TimedOut(
                f"No answer within {self.call_timeout_s:g} seconds.",
                "Ask for less: fewer rows, a filter, an aggregate.",
            ) from None

    async def _check(self, request: Request, change: Prepared) -> None:
        policy.check_access(request.caller.policy.access, change.tool, change.effect)
        if not change.undoes:  # what takes a change back reaches what that change reached
            policy.check_reach(request.caller.policy, change.effect, change)
        await request.call.catalog.permit_now(change.on.kind, change.on_id, change.on.name)

    def _ruling(self, request: Request, change: Prepared, *, can_ask: bool) -> policy.Ruling:
        granted = request.person.is_alone and self._grants.get(_grant(request, change), 0.0) > time.monotonic()
        return policy.ruling(
            request.caller.policy, change.tool, change.effect, change, can_ask=can_ask, granted=granted
        )

    async def _decide(self, request: Request, change: Prepared, made: int) -> Written:
        await self._check(request, change)
        shown, now = await self._preview(request, change), self._digest(request, change)
        how = self._ruling(request, change, can_ask=request.person.can_be_asked)
        if how.way == "refuse":
            return _refused(shown, how.why)
        if change.ticket and not policy.takes_a_person(change.effect, change):
            return await self._redeem(request, change, shown, now, made)
        if how.way == "ask":
            return await self._ask(request, change, shown, now, made)
        if how.way == "ticket":
            return await self._issue(request, change, shown, now, f"A yes is needed: {how.why}.")
        return await self._apply(request, change, now, how.yes, made)

    async def _ask(self, request: Request, change: Prepared, shown: Preview, now: str, made: int) -> Written:
        minutes = change.undo != "none" and not change.must_confirm and request.person.is_alone
        asked = Question(question(shown, request.caller.instance), now, offers_minutes=minutes)
        reply = await request.person.ask(asked)
        if reply.answer not in {"once", "minutes"}:
            return Written(status="declined", summary=change.summary, reason=_DECLINED[reply.answer])
        if reply.answer == "minutes" and minutes:
            self._grants[_grant(request, change)] = time.monotonic() + GRANT_MINUTES * 60
        return await self._apply(request, change, now, "person", _LONG_AGO if reply.stale else made)

    async def _issue(self, request: Request, change: Prepared, shown: Preview, now: str, reason: str) -> Written:
        caller = request.caller
        ticket = await self.tickets.issue(
            Pending(caller.principal, caller.instance, change.tool.name, change.arguments, now, change.summary),
            life_s=caller.policy.ticket_s,
        )
        return Written(
            status="needs_confirmation",
            summary=change.summary,
            reason=reason,
            preview=shown,
            ticket=ticket,
            next=_IN_PANEL if request.person.has_panel else _IN_WORDS,
        )

    async def _redeem(self, request: Request, change: Prepared, shown: Preview, now: str, made: int) -> Written:
        if change.form == "app" and not request.person.has_panel:
            raise Refused("This yes belongs to a panel, and this client shows none.", "Use the preview's own ticket.")
        if change.seen != now:
            reason = "What it would change has changed since the preview; nothing was applied. This is the new preview."
            return await self._issue(request, change, shown, now, reason)
        if not await self.tickets.use(change.ticket):
            raise Refused("This ticket was used already.", "See list_changes for what it did.")
        return await self._apply(request, change, now, change.form, made)

    async def _apply(self, request: Request, change: Prepared, now: str, yes: str, made: int) -> Written:
        """Apply, one change of a thing at a time; not where it is no longer the change that was agreed to.

        `made` is how many changes this server had made when this one was prepared: after others it is prepared anew.
        """
        async with self._locks[(request.caller.instance, change.on.kind, change.on.id)]:
            if self._made != made:
                again = await self._again(request, change)
                if isinstance(again, Done):
                    return _done(again)
                if self._digest(request, again) != now:
                    return _moved(await self._preview(request, again))
                change = again
            try:
                applied = await self.applier.apply(request, change, yes)
            except Overtaken:
                return await self._overtaken(request, change)
            finally:
                self._made += 1
                await request.call.catalog.forget(change.on.kind, change.on_id)
                for tell in self.changed:
                    await tell(request.caller.instance, change.on.kind, change.on_id, change.on.name)
        return Written(
            status="applied",
            summary=change.summary,
            change=applied.id,
            confirmed_by=yes,
            verified=applied.verified,
            differences=applied.differences or None,
            facts=[*change.notes, *applied.facts] or None,
            result=applied.outcome.result,
            new_ids=dict(applied.outcome.ids) or None,
            undo=change.undo,
        )

    async def _overtaken(self, request: Request, change: Prepared) -> Written:
        """What became of the same change, which another server makes."""
        again = await self._again(request, change)
        if isinstance(again, Done):
            return _done(again)
        raise Refused("Another call did the same a moment ago; nothing was changed by this one.", "See list_changes.")

    async def _again(self, request: Request, change: Prepared) -> Prepared | Done:
        """The change as it would be now; the call that proposed it, which need not be the one that confirms it."""
        arguments = from_json(change.tool, change.arguments)
        asked = replace(request, tool=change.tool, arguments=arguments)
        result = await self._answer(asked)
        return result if isinstance(result, Done) else prepared(result, change.tool, arguments)

    async def _preview(self, request: Request, change: Prepared) -> Preview:
        on = change.on
        shown = preview(change, await request.domo.columns.of_thing(on.kind, change.on_id, on.name))
        keeper = self.applier.keeper_of(change.after.kind or change.before.kind)
        if keeper and change.undo != "none":
            back = keeper.effect(change.before, change.after)
            if not policy.allows(request.caller.policy.access, back):
                return shown.model_copy(update={"undo": f"not here: it would {back}, which access does not allow"})
        return shown

    def _digest(self, request: Request, change: Prepared) -> str:
        # Clients see what is made of it, and it is made of values that policy may hide.
        return self.tickets.keyed(digest(change.tool.name, change.arguments, request.caller.instance, change))

    def _trim(self, result: Result, arguments: Mapping[str, Any]) -> Result:
        tokens = arguments.get("max_tokens") or self.max_tokens
        if isinstance(result, Page):
            result = result.table()
        if isinstance(result, Table):
            return replace(budget.trim(result, tokens), uncut=result)
        if isinstance(result, Picture):
            return result
        if isinstance(result, Chart):
            return budget.trim_chart(result, tokens)
        return budget.trim_text(result, tokens) if isinstance(result, Text) else budget.trim_answer(result, tokens)


_IN_WORDS = (
    "Nothing was changed yet. Show the preview to the person you work for; with their yes call confirm_change with "
    "this ticket and the summary word for word."
)
_IN_PANEL = (
    "Nothing was changed yet. The person sees the preview with Apply and Cancel: leave it to them. Only where they "
    "tell you their yes in words call confirm_change with this ticket and the summary word for word."
)
_WAYS = {
    "apply": "it is applied at once",
    "ask": "a person is asked first",
    "ticket": "it waits with a ticket for confirm_change",
    "refuse": "it is refused",
}


async def _linked(result: Result) -> Result:
    """Rows that were cut with the link to all of them, where the client has no other way to get them."""
    if isinstance(result, Table) and result.more and result.whole:
        return replace(result, link=await result.whole())
    return result


def _refused(shown: Preview, why: str) -> Written:
    return Written(
        status="refused",
        summary=shown.summary,
        reason=f"{why} Nothing was changed.",
        preview=shown,
        next="Use a client that can ask a person (MCP elicitation), or do it in Domo itself.",
    )


def _done(done: Done) -> Written:
    return Written(
        status="applied",
        summary=done.summary,
        change=done.change,
        facts=list(done.facts),
        new_ids=dict(done.ids) or None,
        reason="The same was done a short while ago: nothing was done now, this is what became of it.",
    )


def _moved(shown: Preview) -> Written:
    return Written(
        status="needs_confirmation",
        summary=shown.summary,
        reason="What it would change has changed since the question; nothing was applied. This is the new preview.",
        preview=shown,
        next="Call the tool again to be asked about it as it is now.",
    )


def _grant(request: Request, change: Prepared) -> tuple[str, ...]:
    return (request.caller.principal, request.caller.instance, change.on.kind, change.on_id or change.on.name)


async def one_failure(answer: Awaitable[Any]) -> Any:
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
