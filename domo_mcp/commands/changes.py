"""`domo-mcp changes`: the journal, as this machine has it; Domo is not asked."""

from __future__ import annotations

import anyio

from domo_mcp.app import LOCAL_PRINCIPAL, keep_journal
from domo_mcp.config import Config


def changes(config: Config, limit: int) -> int:
    """Print the newest changes of each instance."""
    anyio.run(_changes, config, limit)
    return 0


async def _changes(config: Config, limit: int) -> None:
    from domo_mcp.guard.journal import Journal

    told = 0
    async with keep_journal(config) as state:
        journal = Journal(state, config.journal)
        for name in config.instances:
            for entry in await journal.recent(LOCAL_PRINCIPAL, name, limit=limit):
                told += 1
                standing = await journal.standing(entry)
                by = f" by {entry.undone_by}" if standing != entry.status else ""
                print(f"{entry.id}  {entry.time:%Y-%m-%d %H:%M:%S}Z  {name}  {standing}{by}  yes: {entry.yes}")
                print(f"    {entry.tool}: {entry.summary}")
    if not told:
        print("No change found.")
