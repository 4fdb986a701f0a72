"""How far the audit files had come: what shows later that their end was cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domo_mcp.state.store import Store


@dataclass(frozen=True)
class Anchor:
    """The last line known of one server in an audit file: its number and its hash."""

    writer: str
    number: int
    hash: str


@dataclass(frozen=True)
class AnchorRows:
    """Every method raises StateUnavailable where the store cannot be used."""

    store: Store

    async def put(self, file: str, anchor: Anchor) -> None:
        """Keep how far a server has come, in place of what was kept."""
        await self.store.execute(
            "INSERT INTO domo_mcp_anchors (file, writer, number, hash) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (file, writer) DO UPDATE SET number = excluded.number, hash = excluded.hash",
            file,
            anchor.writer,
            anchor.number,
            anchor.hash,
        )

    async def all(self, file: str) -> list[Anchor]:
        """How far each server had come in a file."""
        rows = await self.store.fetch("SELECT writer, number, hash FROM domo_mcp_anchors WHERE file = $1", file)
        return [Anchor(*row) for row in rows]
