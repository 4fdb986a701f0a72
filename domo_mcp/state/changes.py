"""The rows of the journal: what may be asked for in columns, the rest as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domo_mcp.state.store import Store

_FOUND = "SELECT id, time, principal, instance, status, undo, undone_by, intent, outcome FROM domo_mcp_changes"
_UNDOABLE = "CASE WHEN undo <> 'none' AND undone_by IS NULL AND status IN ('applied', 'partial') THEN 1 ELSE 0 END"
_END = "UPDATE domo_mcp_changes SET bytes = bytes - length(outcome) + $1, status = $2, outcome = $3 WHERE id = $4"


@dataclass(frozen=True)
class ChangeRow:
    """One change: `time` in microseconds since the epoch, `intent` as it was begun and `outcome` as it ended, JSON."""

    id: str
    time: int
    principal: str
    instance: str
    status: str
    undo: str
    undone_by: str | None
    intent: str
    outcome: str


@dataclass(frozen=True)
class ChangeRows:
    """Every method raises StateUnavailable where the store cannot be used."""

    store: Store
    writer: str

    async def add(self, row: ChangeRow) -> bool:
        """Keep a new row, as written by this process; False where its id is taken."""
        await self.store.hold()
        changed = await self.store.execute(
            "INSERT INTO domo_mcp_changes"
            " (id, time, principal, instance, status, undo, undone_by, intent, outcome, writer, bytes)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
            *(row.id, row.time, row.principal, row.instance, row.status, row.undo, row.undone_by),
            *(row.intent, row.outcome, self.writer, len(row.intent) + len(row.outcome)),
        )
        return changed == 1

    async def finish(self, change_id: str, status: str, outcome: str) -> bool:
        """How a change of this process ended; False where the row is not there."""
        sql = f"{_END} AND writer = $5"
        return await self.store.execute(sql, len(outcome), status, outcome, change_id, self.writer) == 1

    async def settle(self, change_id: str, status: str, outcome: str) -> bool:
        """What became of a change of unknown end; False where it is not unknown any more."""
        sql = f"{_END} AND status = 'unknown'"
        return await self.store.execute(sql, len(outcome), status, outcome, change_id) == 1

    async def mark_undone(self, change_id: str, by: str) -> bool:
        """Say which change took this one back; False where one did already."""
        sql = "UPDATE domo_mcp_changes SET undone_by = $1 WHERE id = $2 AND undone_by IS NULL"
        return await self.store.execute(sql, by, change_id) == 1

    async def release(self, change_id: str, by: str) -> None:
        """Say that `by` did not take this one back after all."""
        sql = "UPDATE domo_mcp_changes SET undone_by = NULL WHERE id = $1 AND undone_by = $2"
        await self.store.execute(sql, change_id, by)

    async def get(self, change_id: str, principal: str) -> ChangeRow | None:
        """The principal's change of that id."""
        rows = await self.store.fetch(f"{_FOUND} WHERE id = $1 AND principal = $2", change_id, principal)
        return ChangeRow(*rows[0]) if rows else None

    async def recent(
        self, principal: str, instance: str, *, limit: int, offset: int, undoable: bool | None
    ) -> list[ChangeRow]:
        """The principal's changes on an instance, newest first."""
        which = "" if undoable is None else f"AND {_UNDOABLE} = {int(undoable)}"
        rows = await self.store.fetch(
            f"{_FOUND} WHERE principal = $1 AND instance = $2 {which} ORDER BY time DESC, id DESC LIMIT $3 OFFSET $4",
            *(principal, instance, limit, offset),
        )
        return [ChangeRow(*row) for row in rows]

    async def since(self, principal: str, instance: str, time: int) -> list[ChangeRow]:
        """The principal's changes on an instance from `time` on (as `ChangeRow.time`), newest first."""
        sql = f"{_FOUND} WHERE principal = $1 AND instance = $2 AND time >= $3 ORDER BY time DESC, id DESC"
        return [ChangeRow(*row) for row in await self.store.fetch(sql, principal, instance, time)]

    async def unknown(self, principal: str, instance: str) -> list[ChangeRow]:
        """The principal's changes on an instance whose end nobody knows, oldest first."""
        sql = f"{_FOUND} WHERE principal = $1 AND instance = $2 AND status = 'unknown' ORDER BY time, id"
        return [ChangeRow(*row) for row in await self.store.fetch(sql, principal, instance)]

    async def unended(self, principal: str, instance: str) -> list[ChangeRow]:
        """The principal's changes on an instance that are being made, or whose end nobody knows."""
        sql = f"{_FOUND} WHERE principal = $1 AND instance = $2 AND status IN ('pending', 'unknown')"
        return [ChangeRow(*row) for row in await self.store.fetch(sql, principal, instance)]

    async def give_up_on_the_dead(self) -> None:
        """Set to unknown what processes had begun that do not run any more."""
        begun = await self.store.fetch("SELECT DISTINCT writer FROM domo_mcp_changes WHERE status = 'pending'")
        for (writer,) in begun:
            if writer != self.writer and not await self.store.alive(writer):
                sql = "UPDATE domo_mcp_changes SET status = 'unknown' WHERE status = 'pending' AND writer = $1"
                await self.store.execute(sql, writer)

    async def prune(self, oldest: int, most_bytes: int) -> None:
        """Delete what is older than `oldest` (as `time`), then the oldest until `most_bytes` are left.

        What is being made at the moment stays.
        """
        await self.store.execute("DELETE FROM domo_mcp_changes WHERE time < $1 AND status <> 'pending'", oldest)
        await self.store.execute(
            "DELETE FROM domo_mcp_changes WHERE status <> 'pending' AND id IN (SELECT id FROM ("
            " SELECT id, SUM(bytes) OVER (ORDER BY time DESC, id DESC) AS kept FROM domo_mcp_changes) AS sums"
            " WHERE kept > $1)",
            most_bytes,
        )
