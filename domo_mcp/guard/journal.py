"""The journal: every change on record before it is sent, and how it ended; what undo_change works from.

What it holds of Domo's data is sealed with the state's key.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from domo_mcp.guard.keys import Keys
from domo_mcp.state import State
from domo_mcp.state.changes import ChangeRow
from domo_mcp.tools.change import Snapshot, Thing, Undoable

logger = logging.getLogger(__name__)

Ending = Literal["applied", "failed", "unknown", "partial"]
Status = Literal["pending", "applied", "failed", "unknown", "partial"]

_ID = re.compile(r"c-[a-z2-7]{8}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_DOUBT = timedelta(days=1)
_MB = 1_000_000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class JournalSettings(BaseModel):
    """`[journal]`: how long changes can be looked up and undone, and how much of the disk that may take."""

    model_config = ConfigDict(extra="forbid")

    keep_days: int = Field(30, ge=1)
    max_mb: int = Field(500, ge=1)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A change that is about to be made.

    `yes` says how it was confirmed, `before` what is there now and `intended` what will be; `undoes` is the id of the
    change that it takes back. `once` is the same for changes that are the same, empty where that does not matter.
    """

    principal: str
    instance: str
    tool: str
    summary: str
    thing: Thing
    yes: str
    before: Snapshot
    intended: Snapshot
    undo: Undoable
    undoes: str | None = None
    once: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry(Draft):
    """A change on record: `after` is what was found there afterwards, None where it was not read."""

    id: str
    time: datetime
    status: Status = "pending"
    after: Snapshot | None = None
    undone_by: str | None = None
    note: str = ""


class Journal:
    """The changes of all processes on one state; every method raises StateUnavailable."""

    def __init__(self, state: State, settings: JournalSettings, clock: Callable[[], datetime] = _utc_now) -> None:
        self._state = state
        self._settings = settings
        self._clock = clock
        self._pruned = _EPOCH
        self._keys = Keys(state.key, "journal")

    async def begin(self, draft: Draft) -> Entry:
        """Put a change on record; it is on disk when this returns. What is too old, or too much, goes."""
        await self._prune()
        while True:
            entry = Entry(**_fields(draft), id=_new_id(), time=self._clock())
            if await self._state.changes.add(self._row(entry)):
                return entry

    async def finish(self, change_id: str, status: Ending, after: Snapshot | None, note: str) -> None:
        """Complete a change of this process."""
        if not await self._state.changes.finish(change_id, status, self._outcome(change_id, after, note)):
            logger.error("The change %s is not in the journal any more; it ended as %s.", change_id, status)

    async def settle(self, change_id: str, status: Ending, after: Snapshot | None, note: str) -> bool:
        """Complete a change of unknown end; False where another process did."""
        return await self._state.changes.settle(change_id, status, self._outcome(change_id, after, note))

    async def mark_undone(self, change_id: str, by: str) -> bool:
        """Say that the change `by` took this one back; False where another did before."""
        return await self._state.changes.mark_undone(change_id, by)

    async def release(self, change_id: str, by: str) -> None:
        """Say that the change `by` did not take this one back after all."""
        await self._state.changes.release(change_id, by)

    async def claim(self, draft: Draft, life_s: float) -> bool:
        """Keep what is the same as `draft` from being made for `life_s` seconds; False where somebody does already."""
        now = self._clock().timestamp()
        await self._state.tickets.forget(int(now))
        # Not rounded up: what the claim covers no longer, `same` still finds.
        return await self._state.tickets.once(self._claimed(draft), int(now), max(int(now) + 1, int(now + life_s)))

    async def free(self, draft: Draft) -> None:
        """Let it be made again."""
        await self._state.tickets.free(self._claimed(draft))

    async def same(self, principal: str, instance: str, once: str, *, within_s: float) -> Entry | None:
        """The principal's newest change with that `once`, if it was begun within `within_s` seconds and did not fail.

        One that is being made, or whose end nobody knows, counts for a day.
        """
        now = self._clock()
        young, recent = now - timedelta(seconds=within_s), now - _DOUBT
        await self._state.changes.give_up_on_the_dead()
        unended = self._entries(await self._state.changes.unended(principal, instance))
        doubtful = [each.time for each in unended if each.once == once]
        since = min([young, *(time for time in doubtful if time > recent)])
        rows = await self._state.changes.since(principal, instance, _microseconds(since))
        alike = [each for each in self._entries(rows) if each.once == once and each.status != "failed"]
        counts = [
            each for each in alike[:1] if each.status in {"pending", "unknown"} or (within_s > 0 and each.time >= young)
        ]
        return next(iter(counts), None)

    async def get(self, change_id: str, principal: str) -> Entry | None:
        """The principal's change of that id; that of another principal is not there."""
        if not _ID.fullmatch(change_id):
            return None
        await self._state.changes.give_up_on_the_dead()
        row = await self._state.changes.get(change_id, principal)
        return self._entry(row) if row else None

    async def recent(
        self, principal: str, instance: str, *, limit: int, offset: int = 0, undoable: bool | None = None
    ) -> list[Entry]:
        """The principal's changes on an instance, newest first; `undoable` chooses those that can be taken back."""
        await self._state.changes.give_up_on_the_dead()
        rows = await self._state.changes.recent(principal, instance, limit=limit, offset=offset, undoable=undoable)
        return self._entries(rows)

    async def standing(self, change: Entry | ChangeRow) -> str:
        """How a change stands by now: as it ended, or undone where the change that took it back stands itself."""
        if change.undone_by and (by := await self._state.changes.get(change.undone_by, change.principal)):
            undone = {"applied": "undone", "partial": "partly undone"}
            return undone.get(await self.standing(by), change.status)
        return change.status

    async def unknown(self, principal: str, instance: str) -> list[Entry]:
        """The principal's changes on an instance whose end nobody knows: their process died, or lost the answer."""
        await self._state.changes.give_up_on_the_dead()
        return self._entries(await self._state.changes.unknown(principal, instance))

    async def _prune(self) -> None:
        """Not more than once a minute: it reads the whole table."""
        now = self._clock()
        if timedelta(0) <= now - self._pruned < _MINUTE:
            return
        self._pruned = now
        oldest = now - timedelta(days=self._settings.keep_days)
        await self._state.changes.prune(_microseconds(oldest), self._settings.max_mb * _MB)

    def _claimed(self, draft: Draft) -> str:
        return self._keys.keyed(json.dumps([draft.principal, draft.instance, draft.tool, draft.once]))

    def _row(self, entry: Entry) -> ChangeRow:
        intent = {
            "tool": entry.tool,
            "summary": entry.summary,
            "thing": asdict(entry.thing),
            "yes": entry.yes,
            "before": _json(entry.before),
            "intended": _json(entry.intended),
            "undoes": entry.undoes,
            "once": entry.once,
        }
        return ChangeRow(
            id=entry.id,
            time=_microseconds(entry.time),
            principal=entry.principal,
            instance=entry.instance,
            status=entry.status,
            undo=entry.undo,
            undone_by=entry.undone_by,
            intent=self._keys.seal(json.dumps(intent), f"{entry.id} intent"),
            outcome=self._outcome(entry.id, entry.after, entry.note),
        )

    def _outcome(self, change_id: str, after: Snapshot | None, note: str) -> str:
        text = json.dumps({"after": _json(after) if after else None, "note": note})
        return self._keys.seal(text, f"{change_id} outcome")

    def _entries(self, rows: Sequence[ChangeRow]) -> list[Entry]:
        return [entry for entry in map(self._entry, rows) if entry]

    def _entry(self, row: ChangeRow) -> Entry | None:
        """The entry of a row; None for one that another key sealed, or somebody edited."""
        parts = [self._keys.unseal(row.intent, f"{row.id} intent"), self._keys.unseal(row.outcome, f"{row.id} outcome")]
        if parts[0] is None or parts[1] is None:
            logger.error("The change %s in the journal was sealed with another key, or edited.", row.id)
            return None
        return _read(row, json.loads(parts[0]), json.loads(parts[1]))


def _new_id() -> str:
    return f"c-{base64.b32encode(secrets.token_bytes(5)).decode().lower()}"


def _fields(draft: Draft) -> dict[str, Any]:
    return {part.name: getattr(draft, part.name) for part in fields(Draft)}


def _read(row: ChangeRow, intent: dict[str, Any], outcome: dict[str, Any]) -> Entry:
    return Entry(
        id=row.id,
        time=_EPOCH + row.time * _MICROSECOND,
        principal=row.principal,
        instance=row.instance,
        tool=intent["tool"],
        summary=intent["summary"],
        thing=Thing(**intent["thing"]),
        yes=intent["yes"],
        before=Snapshot(**intent["before"]),
        intended=Snapshot(**intent["intended"]),
        undo=cast("Undoable", row.undo),
        undoes=intent["undoes"],
        once=intent.get("once", ""),
        status=cast("Status", row.status),
        after=Snapshot(**outcome["after"]) if outcome["after"] else None,
        undone_by=row.undone_by,
        note=outcome["note"],
    )


def _json(snapshot: Snapshot) -> dict[str, JsonValue]:
    return {"kind": snapshot.kind, "place": snapshot.place, "objects": dict(snapshot.objects)}


def _microseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND
