"""The rows of tickets, and of what may be used only once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domo_mcp.state.store import Store


@dataclass(frozen=True)
class SealedTicket:
    """A ticket as it is kept.

    `sealed` can be read with the key that `key_id` names, until `expires` (Unix seconds); `used` is 0 or 1.
    """

    id: str
    key_id: str
    sealed: str
    expires: int
    used: int = 0


@dataclass(frozen=True)
class TicketRows:
    """Every method raises StateUnavailable where the store cannot be used."""

    store: Store

    async def add(self, ticket: SealedTicket) -> None:
        """Keep a ticket."""
        await self.store.execute(
            "INSERT INTO domo_mcp_tickets (id, key_id, sealed, expires, used) VALUES ($1, $2, $3, $4, 0)",
            ticket.id,
            ticket.key_id,
            ticket.sealed,
            ticket.expires,
        )

    async def get(self, ticket_id: str) -> SealedTicket | None:
        """The ticket of that id."""
        rows = await self.store.fetch(
            "SELECT id, key_id, sealed, expires, used FROM domo_mcp_tickets WHERE id = $1", ticket_id
        )
        return SealedTicket(*rows[0]) if rows else None

    async def use(self, ticket_id: str, now: int) -> bool:
        """Mark a ticket as used; False where it was before, or has expired."""
        changed = await self.store.execute(
            "UPDATE domo_mcp_tickets SET used = 1 WHERE id = $1 AND used = 0 AND expires > $2", ticket_id, now
        )
        return changed == 1

    async def once(self, what: str, now: int, expires: int) -> bool:
        """Mark `what` as used until `expires`; False where it is already."""
        changed = await self.store.execute(
            "INSERT INTO domo_mcp_once (id, expires) VALUES ($1, $3)"
            " ON CONFLICT (id) DO UPDATE SET expires = excluded.expires WHERE domo_mcp_once.expires <= $2",
            _hashed(what),
            now,
            expires,
        )
        return changed == 1

    async def free(self, what: str) -> None:
        """Take back that `what` was used."""
        await self.store.execute("DELETE FROM domo_mcp_once WHERE id = $1", _hashed(what))

    async def forget(self, now: int) -> None:
        """Delete what has expired."""
        await self.store.execute("DELETE FROM domo_mcp_tickets WHERE expires <= $1", now)
        await self.store.execute("DELETE FROM domo_mcp_once WHERE expires <= $1", now)


def _hashed(what: str) -> str:
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
