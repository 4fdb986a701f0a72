"""Making a change happen: on record before, applied once, read back, on record after."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import anyio
from pydantic import JsonValue

from domo_mcp.client.retry import SLOWEST
from domo_mcp.errors import (
    AnswerTooLarge,
    DomoError,
    DomoFailed,
    DomoMcpError,
    FunctionFailed,
    Refused,
    StateUnavailable,
    TimedOut,
    Unreachable,
    UnreadableAnswer,
)
from domo_mcp.guard.journal import Draft, Entry, Journal
from domo_mcp.guard.prepared import Prepared, Request
from domo_mcp.guard.preview import differences, same
from domo_mcp.sql import ColumnRules
from domo_mcp.tools.change import NEW, Keeper, Outcome, Snapshot
from domo_mcp.untrusted import plain

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo

logger = logging.getLogger(__name__)

_READ_BACK_S = 20
_MAYBE_DONE = (TimedOut, Unreachable, DomoFailed, UnreadableAnswer, AnswerTooLarge)
"""Errors after which Domo may have done what it was asked for, or may do it yet."""
_FAULT = "It ended in a fault of this server."

Settled = Literal["applied", "failed", "partial", "unknown"]


class Overtaken(Exception):
    """Another call is making the same change, or made it a moment ago; nothing was sent."""


@dataclass(frozen=True)
class Applied:
    """A change that happened: its id in the journal, what Domo said, and what reading back showed."""

    id: str
    outcome: Outcome
    verified: bool | None
    differences: list[str]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Applier:
    """Applies changes, one attempt each."""

    journal: Journal
    keeper_of: Callable[[str], Keeper | None]
    timeout_s: float

    async def apply(self, request: Request, change: Prepared, yes: str) -> Applied:
        """Apply `change`; from here on nothing interrupts it but the end of the process.

        The exception is a `stoppable` change whose caller gives it up.

        Raises, before anything is sent, StateUnavailable where it cannot be put on record, Refused where column rules
        cannot be kept and Overtaken where another call makes the same change; else what Domo raised, with a hint that
        says what it is like now.
        """
        on = change.on
        rules = await request.domo.columns.of_thing(on.kind, change.on_id, on.name)
        with anyio.CancelScope(shield=True) as held:
            entry = await self.journal.begin(_draft(request, change, yes))
            await self._claim(change, entry, request.caller.policy.start_once_s)
            return await self._attempt(request.domo, change, entry, rules, held)
        raise AssertionError("a shield lets everything through")

    async def _claim(self, change: Prepared, entry: Entry, once_s: float) -> None:
        """Take for this change what only one may have, whatever other servers do. Raises Refused, or Overtaken."""
        if change.undoes and not await self.journal.mark_undone(change.undoes, entry.id):
            await self.journal.finish(entry.id, "failed", None, "Another call takes it back.")
            raise Refused(f"{change.undoes} is being undone already, or was.", "See list_changes.")
        if change.once and not change.again and once_s and not await self.journal.claim(entry, once_s):
            await self.journal.finish(entry.id, "failed", None, "Another call did the same.")
            raise Overtaken

    async def _attempt(
        self, domo: Domo, change: Prepared, entry: Entry, rules: ColumnRules, held: anyio.CancelScope
    ) -> Applied:
        written = domo.session.written
        try:
            with _unheld(held, change), anyio.fail_after(self.timeout_s + change.sends_bytes / SLOWEST):
                outcome = await change.apply(domo)
        except anyio.get_cancelled_exc_class():
            status: Settled = "failed" if domo.session.written == written else "unknown"
            await self._finish(entry, status, None, "Its caller gave it up.", change)
            raise
        except TimeoutError:
            late = TimedOut(f"Domo did not answer the change within {self.timeout_s:g} seconds.")
            return await self._settle_failure(domo, change, entry, late, clean=False)
        except DomoMcpError as error:
            clean = domo.session.written == written and not isinstance(error, _MAYBE_DONE)
            surely = isinstance(error, DomoError) and error.surely_unprocessed and domo.session.written == written
            return await self._settle_failure(domo, change, entry, error, clean=clean or surely)
        except Exception:
            await self._finish(entry, "unknown", None, _FAULT, change)
            raise
        try:
            return await self._verify(domo, change, entry, outcome, rules)
        except Exception:
            await self._finish(entry, "unknown", None, _FAULT, change)
            raise

    async def _verify(
        self, domo: Domo, change: Prepared, entry: Entry, outcome: Outcome, rules: ColumnRules
    ) -> Applied:
        expected = {outcome.ids.get(key, key): content for key, content in change.after.objects.items()}
        lost = [key for key in expected if key.startswith(NEW)]
        ids = [key for key in dict.fromkeys([*expected, *change.before.objects]) if not key.startswith(NEW)]
        found = await self.read(domo, change.after if change.after.kind else change.before, ids)
        told: list[str] = []
        if found is not None and expected:
            told = differences({key: content for key, content in expected.items() if key in found}, found, rules)
            told += [f"{len(lost)} new objects could not be told from others with the same content"] if lost else []
        told += ["Domo did less than it was asked for"] if outcome.incomplete else []
        verified = None if found is None or not expected else not told
        after = found if found is not None else {key: content for key, content in expected.items() if key not in lost}
        status: Settled = "partial" if outcome.incomplete else "applied"
        facts = outcome.facts + await self._finish(entry, status, after, "; ".join(told), change)
        return Applied(entry.id, outcome, verified, told, facts)

    async def _settle_failure(
        self, domo: Domo, change: Prepared, entry: Entry, error: DomoMcpError, *, clean: bool
    ) -> Applied:
        """What became of a change whose answer is an error, or did not come.

        `clean` is true where Domo surely did nothing. Where it may act yet, an untouched target proves nothing.
        """
        found = await self.read(domo, change.before, list(change.before.objects))
        status = settled(change.before.objects, change.after.objects, found)
        doubted = {"failed": isinstance(error, _MAYBE_DONE), "applied": not self.proves(change.after)}
        if clean:
            status = "failed"
        elif doubted.get(status):
            status = "unknown"
        facts = await self._finish(entry, status, found, plain(error.message), change)
        if status == "applied" and found is not None:
            lost = f"Domo's answer was lost ({error.message.rstrip('.')}), and reading back shows the change is there."
            return Applied(entry.id, Outcome(), True, [], (lost, *facts))
        told = _RAN if isinstance(error, FunctionFailed) else _TOLD[status]
        error.hint = f"{error.hint} {told.format(entry.id)}".strip()
        raise error

    def proves(self, intended: Snapshot) -> bool:
        """Whether finding what was intended proves that it was this change that made it."""
        keeper = self.keeper_of(intended.kind)
        return keeper is None or keeper.conclusive

    async def read(self, domo: Domo, snapshot: Snapshot, ids: list[str]) -> dict[str, JsonValue] | None:
        """The objects as they are now; None where they cannot be read."""
        keeper = self.keeper_of(snapshot.kind)
        if keeper is None:
            return None
        try:
            with anyio.fail_after(_READ_BACK_S):
                return await keeper.read(domo, snapshot.place, ids)
        except (DomoMcpError, TimeoutError) as error:
            logger.warning("Reading back failed: %s", error)
            return None

    async def _finish(
        self, entry: Entry, status: Settled, after: Mapping[str, JsonValue] | None, note: str, change: Prepared
    ) -> tuple[str, ...]:
        """Complete the journal's entry. What happened stands even where that fails, which is then told."""
        kept = change.before if change.before.kind else change.after
        try:
            await self.journal.finish(entry.id, status, None if after is None else replace(kept, objects=after), note)
            if change.undoes and status == "failed":
                await self.journal.release(change.undoes, entry.id)
            if change.once and not change.again and status == "failed":
                await self.journal.free(entry)
        except StateUnavailable as error:
            logger.exception("The journal's entry %s stays open", entry.id)
            return (f"The journal could not be completed ({error.message.rstrip('.')}): {entry.id} stays open there.",)
        return ()


_RAN = "What it did before it failed stays (journal: {})."
_TOLD: Mapping[Settled, str] = {
    "applied": "The change is there ({}).",
    "failed": "Nothing was changed (journal: {}).",
    "partial": "Part of it was changed: list_changes tells, undo_change with {} takes it back.",
    "unknown": "Whether it was changed is not known (journal: {}); Domo may act yet. Read it before you try again.",
}


def settled(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], found: Mapping[str, JsonValue] | None
) -> Settled:
    """What became of a change, told by what is there now; pure. New objects have no id to look for: unknown."""
    if found is None or not after or any(key.startswith(NEW) for key in after):
        return "unknown"
    if any(
        content is not None and before.get(key) is None and found.get(key) is None for key, content in after.items()
    ):
        return "unknown"  # what was to be made may be there under another id
    applied = {key for key in after if same(after[key], found.get(key))}
    untouched = {key for key in after if same(before.get(key), found.get(key))}
    if untouched >= after.keys():
        return "failed"
    if applied >= after.keys():
        return "applied"
    return "partial" if applied | untouched >= after.keys() else "unknown"


@contextmanager
def _unheld(held: anyio.CancelScope, change: Prepared) -> Iterator[None]:
    held.shield = not change.stoppable
    try:
        yield
    finally:
        held.shield = True


def _draft(request: Request, change: Prepared, yes: str) -> Draft:
    return Draft(
        principal=request.caller.principal,
        instance=request.caller.instance,
        tool=change.tool.name,
        summary=change.summary,
        thing=change.on,
        yes=yes,
        before=change.before,
        intended=change.after,
        undo=change.undo,
        undoes=change.undoes or None,
        once=change.once,
    )
