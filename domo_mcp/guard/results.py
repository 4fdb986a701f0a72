"""Whole results for clients without files of ours: a link holds the question, reading it asks Domo anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from domo_mcp import sql
from domo_mcp.errors import AnswerTooLarge, Refused, TimedOut
from domo_mcp.guard.prepared import Caller
from domo_mcp.guard.ticket import Pending, Tickets
from domo_mcp.tools.table import csv_header, csv_line, rows_columns

if TYPE_CHECKING:
    from domo_mcp.catalog.datasets import Catalog
    from domo_mcp.client.domo import Domo

LINK_S = 15 * 60
_MOST_CHARACTERS = 32 * 1024 * 1024
_TOOL = "run_sql"
_NOT_A_CHANGE = "a whole result"


@dataclass(frozen=True)
class Results:
    """The results of one caller on one instance. A link is a ticket: signed, sealed, its caller's, for 15 minutes."""

    caller: Caller
    tickets: Tickets
    timeout_s: float

    async def link(self, dataset_id: str, statement: str) -> str:
        """A link to all rows of a statement that ran."""
        asked = {"dataset": dataset_id, "sql": statement}
        pending = Pending(self.caller.principal, self.caller.instance, _TOOL, asked, "", _NOT_A_CHANGE)
        return f"domo://{self.caller.instance}/results/{await self.tickets.issue(pending, life_s=LINK_S)}"

    async def read(self, ticket: str, domo: Domo, catalog: Catalog) -> str:
        """All rows as CSV, as they are now.

        Raises Refused for a link that is not good, or to what is not permitted any more; AnswerTooLarge, TimedOut.
        """
        asked = await self.tickets.read(
            ticket, principal=self.caller.principal, instance=self.caller.instance, summary=_NOT_A_CHANGE
        )
        if asked.tool != _TOOL or asked.summary != _NOT_A_CHANGE:
            raise Refused("This is no link to a result.", "Use a link that run_sql gave.")
        dataset = await catalog.dataset(str(asked.arguments["dataset"]))
        try:
            with anyio.fail_after(self.timeout_s):
                return await _csv(domo, dataset.id, sql.parse(str(asked.arguments["sql"])))
        except TimeoutError:
            raise TimedOut("The rows did not come in time.", "Select fewer, or ask for an aggregate.") from None


async def _csv(domo: Domo, dataset_id: str, select: sql.Select) -> str:
    parts, size = list[str](), 0
    async for batch in domo.query.stream(dataset_id, select):
        lines = [] if parts else [csv_header(rows_columns(batch))]
        lines += map(csv_line, batch.rows)
        size += sum(map(len, lines))
        if size > _MOST_CHARACTERS:
            raise AnswerTooLarge("The result is larger than 32 MB.", "Select fewer columns or rows, or an aggregate.")
        parts += lines
    return "\n".join(parts)
