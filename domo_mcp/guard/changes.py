"""Changes that wait for a yes, and those that were made: what a ticket stands for, and what takes a change back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import anyio
from pydantic import JsonValue

from domo_mcp.errors import Refused, UnknownName
from domo_mcp.guard.applying import Applier, settled
from domo_mcp.guard.journal import Entry
from domo_mcp.guard.prepared import NOT_MADE_YET, Caller, from_json, prepared
from domo_mcp.guard.preview import differences
from domo_mcp.guard.ticket import Pending, Tickets
from domo_mcp.guard.written import Written
from domo_mcp.tools import tool_named, tool_names
from domo_mcp.tools.change import Change, Done, Earlier, Keeper, Outcome, Snapshot, Thing
from domo_mcp.tools.changes import ChangeEntry
from domo_mcp.tools.results import Answer
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import one_line

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo


_LOOK_S, _LONGEST_WAIT_S, _DAY_S = 0.1, 20, 86_400
_PATIENCE = timedelta(minutes=2)
"""By then a Domo that did not answer has done what it was asked for, or will not."""


@dataclass(frozen=True)
class OwnChanges:
    """The changes of one caller on one instance."""

    caller: Caller
    tickets: Tickets
    applier: Applier

    async def pending(self, call: Call, ticket: str, summary: str) -> Change | Done | Answer:
        """The change that a ticket stands for, as it would be now, or that it was made since, or was declined.

        Raises Refused for a ticket that is not good, and what the tool raises that proposed it.
        """
        waiting = await self.tickets.read(
            ticket, principal=self.caller.principal, instance=self.caller.instance, summary=summary
        )
        if self.tickets.form(ticket) == "no":
            return await self._declined(ticket, waiting)
        if waiting.tool not in tool_names():
            raise Refused(f"{waiting.tool} is not offered any more.", "Nothing was changed.")
        tool = tool_named(waiting.tool)
        arguments = from_json(tool, waiting.arguments)
        proposed = await tool.fn(call, **arguments)
        if isinstance(proposed, Done):
            await self.tickets.use(ticket)  # what it stands for was made already: it is good no more
            return proposed
        form = self.tickets.form(ticket)
        return prepared(proposed, tool, arguments, ticket=ticket, form=form, seen=waiting.digest)

    async def _declined(self, ticket: str, waiting: Pending) -> Written:
        """The person's no: from now on no form of the ticket is good."""
        if not await self.tickets.use(ticket):
            raise Refused("This ticket was used already.", "See list_changes for what it did.")
        return Written(
            status="declined",
            summary=waiting.summary,
            reason="The person pressed Cancel; nothing was changed, and the ticket is good no more.",
        )

    async def earlier(self, once: str) -> Earlier | None:
        """The caller's change with the same `once`; one that is being made is waited for a while."""
        who, within_s = self.caller, self.caller.policy.start_once_s
        found = None
        with anyio.move_on_after(_LONGEST_WAIT_S):
            while True:
                found = await self.applier.journal.same(who.principal, who.instance, once, within_s=within_s)
                if found is None or found.status != "pending":
                    break
                if within_s:  # what was being made when this call came is the same, however slow it is
                    within_s = _DAY_S
                await anyio.sleep(_LOOK_S)
        left = found.after.objects if found and found.after else {}
        return Earlier(found.id, found.time, found.status, tuple(left)) if found else None

    async def recent(self, call: Call, *, limit: int, offset: int, undoable: bool | None) -> Sequence[ChangeEntry]:
        """Changes of the caller on this instance, newest first; one that a crash left open is looked into first."""
        await self._settle_open(call.domo)
        journal = self.applier.journal
        entries = await journal.recent(
            self.caller.principal, self.caller.instance, limit=limit, offset=offset, undoable=undoable
        )
        return [_told(await _under_rules(call.domo, entry), await journal.standing(entry)) for entry in entries]

    async def inverse(self, call: Call, change_id: str) -> Change:
        """The change that takes another one back, where its target is still as that change left it.

        Raises UnknownName for an id that is not in the journal, Refused where it cannot be undone, or not any more.
        """
        await self._settle_open(call.domo)
        entry = await self.applier.journal.get(change_id, self.caller.principal)
        if entry is None or entry.instance != self.caller.instance:
            raise UnknownName(f"There is no change {one_line(change_id, 40)} here.", "See list_changes for the ids.")
        entry = await _under_rules(call.domo, entry)
        keeper = self._keeper(entry)
        left = entry.after or Snapshot()
        on = _as_made(entry.thing, left)
        current = await self._unmoved(call.domo, keeper, entry, left)
        wanted = replace(entry.before, objects={key: entry.before.objects.get(key) for key in current.objects})
        change = Change(
            summary=_undoing(entry),
            on=on,
            apply=partial(_restored, keeper, wanted, current),
            undo=keeper.undo(wanted, current),
            must_confirm=keeper.must_confirm,
            before=current,
            after=wanted,
        )
        tool = tool_named("undo_change")
        effect = keeper.effect(wanted, current)
        return prepared(change, tool, {"change": entry.id}, effect=effect, undoes=entry.id)

    def _keeper(self, entry: Entry) -> Keeper:
        if entry.undone_by:
            raise Refused(f"{entry.id} was undone already, by {entry.undone_by}.", f"undo_change {entry.undone_by}?")
        if entry.status not in {"applied", "partial"}:
            raise Refused(f"{entry.id} is {entry.status}: there is nothing known to take back.", entry.note)
        keeper = self.applier.keeper_of(entry.before.kind or (entry.after.kind if entry.after else ""))
        if entry.undo == "none" or keeper is None or entry.after is None:
            raise Refused(f"{entry.id} cannot be undone: {entry.summary}", "Domo offers no way back.")
        return keeper

    async def _unmoved(self, domo: Domo, keeper: Keeper, entry: Entry, left: Snapshot) -> Snapshot:
        """The objects as they are; Refused where they are no longer as the change left them."""
        current = await keeper.read(domo, left.place, list(left.objects))
        rules = await domo.columns.of_thing(entry.thing.kind, entry.thing.id, entry.thing.name)
        changed = [key for key, content in left.objects.items() if not _equal(content, current.get(key))]
        if changed:
            # Named only: a difference may lie in what policy hides, or in a value that nobody can have foreseen.
            moved = differences(left.objects, current, rules) or [one_line(key, 60) for key in changed]
            raise Refused(
                f"{entry.id} is not undone: its target has changed since ({'; '.join(moved[:3])}).",
                "Undoing would lose that later change. Read it and decide what it should be.",
            )
        return replace(left, objects=current)

    async def _settle_open(self, domo: Domo) -> None:
        """Look into changes whose process ended in the middle: what is there now often tells what became of them."""
        journal = self.applier.journal
        for entry in await journal.unknown(self.caller.principal, self.caller.instance):
            ids = list(dict.fromkeys([*entry.before.objects, *entry.intended.objects]))
            snapshot = entry.before if entry.before.kind else entry.intended
            found = await self.applier.read(domo, snapshot, ids)
            status = settled(entry.before.objects, entry.intended.objects, found)
            if status == "applied" and not self.applier.proves(entry.intended):
                continue
            if status == "unknown" or found is None or (status == "failed" and _may_act_yet(entry)):
                continue
            await journal.settle(
                entry.id, status, replace(snapshot, objects=found), "Reading back told what became of it."
            )
            if status == "failed" and entry.undoes:
                await journal.release(entry.undoes, entry.id)


def _equal(left: JsonValue, right: JsonValue) -> bool:
    """Whether two contents that Domo gave are the same to the letter."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


async def _restored(keeper: Keeper, wanted: Snapshot, current: Snapshot, domo: Domo) -> Outcome:
    return await keeper.restore(domo, wanted, current)


def _may_act_yet(entry: Entry) -> bool:
    """Whether Domo, which did not answer, may still be at it; a crashed process leaves no note and no connection."""
    return bool(entry.note) and datetime.now(UTC) - entry.time < _PATIENCE


def _as_made(thing: Thing, left: Snapshot) -> Thing:
    """The thing under the id that it got where the change made it."""
    return replace(thing, id=next(iter(left.objects))) if thing.id == NOT_MADE_YET and left.objects else thing


async def _under_rules(domo: Domo, entry: Entry) -> Entry:
    """The entry without names of hidden columns in what it says: rules may be younger than it is."""
    if not domo.rules:
        return entry
    thing = entry.thing
    rules = await domo.columns.of_thing(thing.kind, "" if thing.id == NOT_MADE_YET else thing.id, thing.name)
    own = one_line(thing.name, 60)

    def redacted(text: str) -> str:
        return own.join(map(rules.redacted, text.split(own))) if own else rules.redacted(text)

    return replace(entry, summary=redacted(entry.summary), note=redacted(entry.note))


def _undoing(entry: Entry) -> str:
    return f"Undo {entry.id}: {one_line(entry.summary, 170)}"


def _told(entry: Entry, standing: str) -> ChangeEntry:
    undoable = entry.status in {"applied", "partial"} and not entry.undone_by
    return ChangeEntry(
        change=entry.id,
        time=entry.time.isoformat(timespec="seconds"),
        tool=entry.tool,
        summary=entry.summary,
        status=standing,
        confirmed_by=entry.yes,
        undo=entry.undo if undoable else "none",
        undone_by=entry.undone_by,
        note=entry.note or None,
    )
