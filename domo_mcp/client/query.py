"""SQL on one dataset; the only place that sends any."""

from __future__ import annotations

from collections.abc import AsyncIterator

from domo_mcp.client.datasets import Datasets
from domo_mcp.client.rows import ANSWER, Rows, rows_of
from domo_mcp.client.rowstream import RowReader
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Content, Surface
from domo_mcp.sql import ColumnRules, Select

_LARGEST_EXPORT = 4 * 1024**3


class Query:
    """Sends parsed statements, each under the column rules of the instance."""

    def __init__(self, session: Session, surface: Surface, datasets: Datasets, rules: ColumnRules) -> None:
        self._session = session
        self._surface = surface
        self._datasets = datasets
        self._rules = rules

    async def execute(self, dataset_id: str, select: Select, *, limit: int | None, offset: int = 0) -> Rows:
        """Return at most `limit` rows from `offset` on.

        Source: datasets document, Query with SQL; App-Framework document, SQL API. Raises `SqlRefused` by the rules,
        `Rejected` where Domo does not take the statement, `AnswerTooLarge` past 32 MiB.
        """
        body = await self._body(dataset_id, select, limit, offset)
        where = self._surface.at("SQL", dataset_id)
        return rows_of(await self._session.read("POST", where, ANSWER, content=body))

    async def stream(
        self, dataset_id: str, select: Select, *, limit: int | None = None, max_bytes: int = _LARGEST_EXPORT
    ) -> AsyncIterator[Rows]:
        """Yield the rows in batches as they arrive, each with its columns; memory holds about one batch.

        Raises as `execute` does. The connection closes when the iteration ends; close the iterator if it ends early.
        """
        body = await self._body(dataset_id, select, limit, 0)
        reader = RowReader()
        where = self._surface.at("SQL", dataset_id)
        async with self._session.stream("POST", where, content=body, max_bytes=max_bytes) as pieces:
            async for piece in pieces:
                if batch := reader.feed(piece):
                    yield batch
            yield reader.finish()

    async def _body(self, dataset_id: str, select: Select, limit: int | None, offset: int) -> Content:
        # Without rules the columns are not needed, and a request is saved.
        columns = [column.name for column in await self._datasets.schema(dataset_id)] if self._rules else []
        table = dataset_id if self._surface.from_takes_alias else None
        return self._surface.statement(
            select.to_send(limit=limit, offset=offset, rules=self._rules, columns=columns, table=table)
        )
