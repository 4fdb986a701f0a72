"""Rows into datasets, in three stages: an upload is opened, filled part by part, and committed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domo_mcp.client.metadata import Column, IndexedSchema, LatestSchema, Partition
from domo_mcp.client.places import datasets, uploads
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Shape
from domo_mcp.client.surface import Content, Surface
from domo_mcp.errors import NotFound

_MESSAGE = "Uploaded with domo-mcp"
_LATEST_FIRST = {"fieldName": "datecompleted", "sortOrder": "DESC", "filterValues": {"MIN": None, "MAX": None}}
_PARTITIONS, _MOST_PARTITIONS = 100, 1000


class Upload(Shape):
    """An upload that is open; without a commit it changes nothing."""

    upload_id: str = Field(min_length=1)


class Uploads:
    """Uploads of one instance. Every method raises `DomoError`.

    Source, where nothing else is said: datasets document, Upload CSV, the stage of that name.
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._staging = session.apart()  # what is not committed is not there, so it does not count as written
        self._surface = surface

    async def columns(self, dataset_id: str) -> tuple[Column, ...]:
        """Return all columns that a row has, in order, those too that Domo hides from queries.

        The declared schema, which an upload has to comply with (portal, Format Data to Import); where the instance has
        no such route, the indexed one. What column rules say does not count here.
        """
        try:
            latest = await self._session.read(
                "GET", self._surface.at(datasets.DECLARED_SCHEMA, dataset_id), LatestSchema
            )
        except NotFound:
            latest = LatestSchema()
        if latest.columns:
            return tuple(latest.columns)
        where = self._surface.at(datasets.INDEXED_SCHEMA, dataset_id)
        return (await self._session.read("GET", where, IndexedSchema, params={"includeHidden": True})).columns

    async def rows_of(self, dataset_id: str, partition: str) -> int | None:
        """Return how many rows a partition has, None where Domo does not tell; 0 where there is no such partition.

        Source: Search Partition List; the document prints no answer.
        """
        where = self._surface.at(datasets.PARTITION_SEARCH, dataset_id)
        for offset in range(0, _MOST_PARTITIONS, _PARTITIONS):
            body = {"paginationFields": [_LATEST_FIRST], "limit": _PARTITIONS, "offset": offset}
            page = await self._session.read("POST", where, list[Partition], json=body)
            for each in page:
                if each.id == partition:
                    return each.row_count
            if len(page) < _PARTITIONS:
                return 0
        return None

    async def begin(self, dataset_id: str, *, append: bool, partition: str | None = None) -> str:
        """Open an upload and return its id; a second one by a repeated request is left uncommitted and harms nothing.

        Source: Stage 1, Append row to Dataset, and Stage 1 - Get Partition Tag for `partition`.
        """
        body = (
            {"action": "APPEND", "message": _MESSAGE, "appendId": "latest"}
            if append
            else {"action": None, "appendId": None}
        )
        where, params = self._surface.at(uploads.UPLOADS, dataset_id), {"restateDataTag": partition}
        opened = await self._staging.write("POST", where, Upload, params=params, json=body, repeatable=True)
        return opened.upload_id

    async def put_part(self, dataset_id: str, upload_id: str, number: int, rows: bytes) -> None:
        """Send the part of that number, from 1 on: rows as CSV without a header. Source: Stage 2 - Upload CSV."""
        where = self._surface.at(uploads.PART, dataset_id, upload_id, str(number))
        await self._staging.write("PUT", where, bytes, content=Content(rows, "text/csv"), repeatable=True)

    async def commit(
        self, dataset_id: str, upload_id: str, action: Literal["APPEND", "REPLACE"], *, partition: str | None = None
    ) -> None:
        """Make what was uploaded the dataset's rows, and index them. Never repeated: it may have been done.

        Source: Stage 3 - Commit and Index. Raises `Rejected` where the parts are not rows of the dataset.
        """
        tag = {"restateDataTag": partition} if partition is not None else {}
        where = self._surface.at(uploads.COMMIT, dataset_id, upload_id)
        await self._session.write("PUT", where, bytes, json={"action": action, **tag, "index": True})
