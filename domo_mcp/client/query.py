"""SQL on one dataset; the only place that sends any."""

from __future__ import annotations

from collections.abc import AsyncIterator

from domo_mcp.client.column_policy import ColumnPolicy, Sight
from domo_mcp.client.places import datasets as places
from domo_mcp.client.rows import ANSWER, Rows, rows_of
from domo_mcp.client.rowstream import RowReader
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Content, Surface
from domo_mcp.sql import Select

_LARGEST_EXPORT = 4 * 1024**3


class Query:
    """Sends parsed statements, each under the column rules of the instance."""

    def __init__(self, session: Session, surface: Surface, policy: ColumnPolicy) -> None:
        self._session = session
        self._surface = surface
        self._policy = policy

    async def execute(self, dataset_id: str, select: Select, *, limit: int | None, offset: int = 0) -> Rows:
        """Return at most `limit` rows from `offset` on.

        Source: datasets document, Query with SQL; App-Framework document, SQL API. Raises `SqlRefused` by the rules,
        `Rejected` where Domo does not take the statement, `AnswerTooLarge` past 32 MiB.
        """
        sight = await self._sight(dataset_id)
        body = self._body(dataset_id, select, sight, limit, offset)
        where = self._surface.at(places.SQL, dataset_id)
        return rows_of(await self._asked(sight).read("POST", where, ANSWER, content=body))

    async def stream(
        self, dataset_id: str, select: Select, *, limit: int | None = None, max_bytes: int = _LARGEST_EXPORT
    ) -> AsyncIterator[Rows]:
        """Yield the rows in batches as they arrive, each with its columns; memory holds about one batch.

        Raises as `execute` does. The connection closes when the iteration ends; close the iterator if it ends early.
        """
        sight = await self._sight(dataset_id)
        body = self._body(dataset_id, select, sight, limit, 0)
        reader = RowReader()
        where = self._surface.at(places.SQL, dataset_id)
        async with self._asked(sight).stream("POST", where, content=body, max_bytes=max_bytes) as pieces:
            async for piece in pieces:
                if batch := reader.feed(piece):
                    yield batch
            yield reader.finish()

    async def _sight(self, dataset_id: str) -> Sight | None:
        """What rules leave of the columns; None where there are none, or none for this dataset."""
        if not self._policy.rules:
            return None  # a request is saved
        sight = await self._policy.sight(dataset_id)
        return sight if sight.narrows else None

    def _asked(self, sight: Sight | None) -> Session:
        return self._session.discreet() if sight else self._session

    def _body(self, dataset_id: str, select: Select, sight: Sight | None, limit: int | None, offset: int) -> Content:
        table = dataset_id if self._surface.from_takes_alias else None
        if sight is None:
            return self._surface.statement(select.to_send(limit=limit, offset=offset, table=table))
        return self._surface.statement(
            select.to_send(limit=limit, offset=offset, rules=sight.rules, columns=sight.names, table=table)
        )
