"""AppDB: collections of JSON documents, of an instance or of one app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter

from domo_mcp.client.aggregation import Aggregation, Row, flattened, parameters
from domo_mcp.client.appdb_failures import explained, reworded
from domo_mcp.client.collections import Collections
from domo_mcp.client.documents import Collection, Document, Upserted
from domo_mcp.client.places import appdb as places
from domo_mcp.client.surface import ApiPath
from domo_mcp.errors import DomoError, InvalidInput

Json = Mapping[str, object]

_READ_AT_ONCE = 100
_DELETED_AT_ONCE = 15  # the ids stand in the URL; as many are in one call of Domo's own clean-up script
_ROUTES = frozenset({"bulk", "query", "update"})


class AppDb(Collections):
    """Collections and documents; a document that is not there, or that document-level security hides, is `NotFound`.

    Queries and operations are MongoDB's, where a property of the content is `content.name`. Source, where nothing else
    is said: App-Framework document, AppDB API, the section about it.
    """

    async def get(self, c: Collection, document_id: str) -> Document:
        """Return one document."""
        with explained(c.name, "read_content", document=document_id):
            return await self._session.read("GET", self._document(c, document_id), Document)

    async def page(self, c: Collection, *, limit: int, offset: int) -> tuple[Document, ...]:
        """Return at most `limit` (up to 10,000) documents from `offset` on, in Domo's order."""
        params = {"limit": limit, "offset": offset or None}
        with explained(c.name, "read_content"):
            return tuple(await self._session.read("GET", self._at(places.DOCUMENTS, c), list[Document], params=params))

    async def query(
        self, c: Collection, where: Json, *, limit: int, offset: int, order_by: str = ""
    ) -> tuple[Document, ...]:
        """Return at most `limit` (up to 10,000) documents that match `where`, which is {} for all.

        `order_by` is text such as `content.month descending`. Raises `Rejected` where Domo does not take the query.
        """
        params = {"orderby": order_by or None, "limit": limit, "offset": offset or None}
        with explained(c.name, "read_content"):
            return tuple(
                await self._session.read(
                    "POST", self._at(places.QUERY, c), list[Document], params=params, json=dict(where)
                )
            )

    async def aggregate(
        self, c: Collection, where: Json, aggregation: Aggregation, *, limit: int, offset: int
    ) -> tuple[Row, ...]:
        """Return rows of groups and results over the documents that match `where`.

        Raises `InvalidInput` for names that the query string cannot carry.
        """
        params = {**parameters(aggregation), "limit": limit, "offset": offset or None}
        with explained(c.name, "read_content"):
            rows = await self._session.read(
                "POST", self._at(places.QUERY, c), list[Row], params=params, json=dict(where)
            )
        return flattened(rows, aggregation)

    async def get_many(self, c: Collection, ids: Sequence[str]) -> dict[str, Document]:
        """Return those of the documents that are there and may be seen, by id."""
        found: dict[str, Document] = {}
        for some in _slices(ids, _READ_AT_ONCE):
            wanted: Json = {"id": {"$in": [*some]}}
            found |= {each.id: each for each in await self.query(c, wanted, limit=len(some), offset=0)}
        return found

    async def create(self, c: Collection, content: Json) -> Document:
        """Create one document and return it with its id."""
        with explained(c.name, "create_content"):
            return await self._session.write("POST", self._at(places.DOCUMENTS, c), Document, json=_body(content))

    async def create_many(self, c: Collection, contents: Sequence[Json]) -> int:
        """Create documents and return how many; Domo does not say their ids."""
        body = [_body(content) for content in contents]
        with explained(c.name, "create_content"):
            return await self._session.write("POST", self._at(places.BULK, c), _CREATED, json=body)

    async def replace(self, c: Collection, document_id: str, content: Json) -> Document:
        """Put `content` in place of all that one document holds."""
        with explained(c.name, "update_content", document=document_id):
            return await self._session.write("PUT", self._document(c, document_id), Document, json=_body(content))

    async def update(self, c: Collection, query: Json, operation: Json) -> int:
        """Apply an operation such as `{"$set": {"content.x": 1}}` to all that matches and return Domo's count.

        The document calls that count "the number of updated objects or properties".
        """
        body = {"query": dict(query), "operation": dict(operation)}
        with explained(c.name, "update_content"):
            return await self._session.write("PUT", self._at(places.UPDATE, c), _UPDATED, json=body)

    async def upsert(self, c: Collection, documents: Sequence[tuple[str | None, Json]]) -> Upserted:
        """Replace the content of documents with an id; create those without, or with an id that is not there.

        Whether a document that is created with an id keeps it is not documented.
        """
        body = [{**({"id": key} if key else {}), **_body(content)} for key, content in documents]
        with explained(c.name, "update_content and create_content"):
            return await self._session.write("PUT", self._at(places.UPSERT, c), Upserted, json=body)

    async def delete(self, c: Collection, document_id: str) -> None:
        """Delete one document."""
        with explained(c.name, "delete_content", document=document_id):
            await self._session.write("DELETE", self._document(c, document_id), str)

    async def delete_many(self, c: Collection, ids: Sequence[str]) -> int:
        """Delete documents, fifteen to a request, and return how many Domo deleted.

        An error of a later request says how many are gone by then, and is never `surely_unprocessed`.
        """
        slices = [",".join(map(_without_comma, some)) for some in _slices(ids, _DELETED_AT_ONCE)]
        deleted = 0
        for some in slices:
            try:
                with explained(c.name, "delete_content"):
                    where = self._at(places.BULK, c)
                    deleted += await self._session.write("DELETE", where, _DELETED, params={"ids": some})
            except DomoError as error:
                if not deleted:
                    raise
                raise _so_far(error, deleted) from error
        return deleted

    def _document(self, c: Collection, document_id: str) -> ApiPath:
        if document_id.strip().casefold() in _ROUTES:
            # In the place of an id each of these words is another request: DELETE …/documents/bulk.
            raise InvalidInput(f'"{document_id}" is not the id of a document.', "Look the id up with a query.")
        return self._at(places.DOCUMENT, c, document_id)


def _body(content: Json) -> dict[str, object]:
    return {"content": dict(content)}


def _slices(ids: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """The ids, each once, in tuples of at most `size`."""
    once = tuple(dict.fromkeys(ids))
    return (once[start : start + size] for start in range(0, len(once), size))


def _without_comma(document_id: str) -> str:
    if "," in document_id or not document_id.strip():
        raise InvalidInput("That is not the id of a document.", "Pass each id by itself, as a query shows it.")
    return document_id


def _so_far(error: DomoError, deleted: int) -> DomoError:
    told = reworded(error, f"{error.message} Before that {deleted} documents were deleted.", error.hint)
    told.surely_unprocessed = False
    return told


def _count(word: str) -> TypeAdapter[int]:
    """A number as it is, or that under `word` of an object, in whatever case."""

    def number(value: object) -> object:
        if not isinstance(value, dict):
            return value
        return next((count for key, count in value.items() if str(key).casefold() == word), None)

    return TypeAdapter(Annotated[int, Field(ge=0), BeforeValidator(number)])


_CREATED, _UPDATED, _DELETED = _count("created"), _count("updated"), _count("deleted")
