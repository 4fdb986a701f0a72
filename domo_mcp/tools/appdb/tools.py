"""AppDB: the records that apps write. Find collections, read documents, change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NotRequired

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

from domo_mcp.client.aggregation import Aggregation
from domo_mcp.errors import InvalidInput
from domo_mcp.tools import args
from domo_mcp.tools.appdb import changes as document_changes
from domo_mcp.tools.appdb import rows as document_rows
from domo_mcp.tools.appdb.documents import meant
from domo_mcp.tools.appdb.mongo.sight import hides, seen
from domo_mcp.tools.change import Change
from domo_mcp.tools.results import Answer, Page
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import appdb as toolset

if TYPE_CHECKING:
    from datetime import datetime

    from domo_mcp.client.documents import Collection


class CollectionEntry(Answer):
    """One collection of a list."""

    id: str
    name: str
    owner: str | None
    columns: list[str]
    synced: bool
    dataset_id: str | None
    last_sync: str | None
    updated: str | None


class DocumentDetails(Answer):
    """One document."""

    id: str
    collection: str
    collection_id: str
    owner: str | None
    created: str | None
    created_by: str | None
    updated: str | None
    updated_by: str | None
    synced: bool | None
    content: dict[str, JsonValue]


@with_config(ConfigDict(extra="forbid"))
class DocumentArgument(TypedDict):
    """A document as an upsert takes it."""

    id: NotRequired[args.Id]
    content: args.Content


def _has_content(document: object) -> object:
    if isinstance(document, dict) and (set(document) - {"id", "content"} or "content" not in document):
        raise InvalidInput('A document is {"id": …, "content": {…}} here.', "Put its properties into content.")
    return document


@toolset.read
async def list_appdb_collections(
    call: Call,
    query: Annotated[str, Field(max_length=200, description="Part of the name; left out: all.")] = "",
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[CollectionEntry]:
    """Use it to find the AppDB collections that apps keep records in. For what they hold use query_appdb_documents."""
    offset = call.cursors.offset(cursor)
    wanted = query.strip().casefold()
    found = [c for c in await call.catalog.collections.listed() if wanted in c.name.casefold()]
    found.sort(key=lambda c: (c.name.casefold(), c.id))
    return Page.part(
        [await _entry(call, c) for c in found[offset : offset + limit]],
        of=len(found),
        kind="AppDB collection",
        first=offset,
        cursors=call.cursors,
    )


@toolset.read
async def get_appdb_document(call: Call, collection: args.Collection, document: args.DocumentId) -> DocumentDetails:
    """Use it for one AppDB document whole, by id. To find documents use query_appdb_documents."""
    c = await call.catalog.collections.get(collection)
    found = await call.domo.appdb.get(c, document)
    rules = await call.domo.columns.of_collection(c)
    return DocumentDetails(
        id=found.id,
        collection=c.name,
        collection_id=c.id,
        owner=found.owner,
        created=_iso(found.created_on),
        created_by=found.created_by,
        updated=_iso(found.updated_on),
        updated_by=found.updated_by,
        synced=not found.sync_required if c.sync_enabled else None,
        content=seen(found.content, rules),
    )


@toolset.read
async def query_appdb_documents(  # noqa: PLR0913, PLR0917 - the parameters of the document's query
    call: Call,
    collection: args.Collection,
    filter: args.Filter = {},  # noqa: A002, B006 - the argument's fixed name; read only
    group_by: Annotated[args.Properties, Field(description="Properties to group by.")] = [],  # noqa: B006
    count: Annotated[str | None, Field(max_length=100, description="Alias for the number of documents.")] = None,
    avg: args.Aliases = {},  # noqa: B006
    sum: args.Aliases = {},  # noqa: A002, B006
    min: args.Aliases = {},  # noqa: A002, B006
    max: args.Aliases = {},  # noqa: A002, B006
    unwind: Annotated[args.Properties, Field(description="Lists to flatten before grouping.")] = [],  # noqa: B006
    order_by: Annotated[args.Properties, Field(description='"name ascending" or "name descending".')] = [],  # noqa: B006
    limit: Annotated[int, Field(ge=1, le=10_000, description="Most rows to return.")] = 100,
    cursor: args.Cursor | None = None,
    max_tokens: args.MaxTokens | None = None,  # noqa: ARG001 - the gate trims to it
) -> Table:
    """Use it to read, count or sum the records of an AppDB collection as they are at this moment.

    For one document whole use get_appdb_document; for datasets use run_sql.
    """
    asked = document_rows.question(filter, Aggregation(group_by, count, avg, sum, min, max, unwind), order_by)
    c = await call.catalog.collections.get(collection)
    read = document_rows.groups if asked.aggregation else document_rows.documents
    return await read(call, c, asked, limit=limit, cursor=cursor)


@toolset.create
async def create_appdb_documents(
    call: Call,
    collection: args.Collection,
    documents: Annotated[
        list[args.Content], Field(min_length=1, max_length=1000, description="Contents, without a `content` wrapper.")
    ],
) -> Change:
    """Use it to add new documents to an AppDB collection. For documents that exist use update_appdb_documents."""
    return await document_changes.create(call, await call.catalog.collections.get(collection), documents)


@toolset.update
async def update_appdb_documents(
    call: Call,
    collection: args.Collection,
    ids: args.DocumentIds | None = None,
    filter: args.Which | None = None,  # noqa: A002 - the argument's fixed name
    set: Annotated[  # noqa: A002
        dict[args.Property, JsonValue] | None, Field(description='Properties to set: {"status": "done"}.')
    ] = None,
    operation: args.Operation | None = None,
) -> Change:
    """Use it to change properties of AppDB documents, by ids or filter; all their other properties stay.

    For whole contents use upsert_appdb_documents.
    """
    asked = document_changes.operation(set, operation)
    c = await call.catalog.collections.get(collection)
    return await document_changes.update(call, c, await meant(call, c, ids, filter), asked)


@toolset.update
async def upsert_appdb_documents(
    call: Call,
    collection: args.Collection,
    documents: Annotated[
        list[Annotated[DocumentArgument, BeforeValidator(_has_content)]],
        Field(min_length=1, max_length=1000, description="With `id`: replaced or created; without: created."),
    ],
) -> Change:
    """Use it to put whole contents in place of AppDB documents' by id, or to create those that are not there.

    Every property not given is lost: to change some use update_appdb_documents.
    """
    c = await call.catalog.collections.get(collection)
    return await document_changes.upsert(call, c, [(each.get("id"), each["content"]) for each in documents])


@toolset.delete
async def delete_appdb_documents(
    call: Call,
    collection: args.Collection,
    ids: args.DocumentIds | None = None,
    filter: args.Which | None = None,  # noqa: A002 - the argument's fixed name
) -> Change:
    """Use it to delete AppDB documents, by ids or filter; undo_change creates them again.

    To remove single properties use update_appdb_documents with $unset.
    """
    c = await call.catalog.collections.get(collection)
    return document_changes.delete(c, await meant(call, c, ids, filter))


async def _entry(call: Call, c: Collection) -> CollectionEntry:
    rules = await call.domo.columns.of_collection(c)
    return CollectionEntry(
        id=c.id,
        name=c.name,
        owner=c.owner,
        columns=[column.name for column in c.columns if not hides(rules, column.name)],
        synced=c.sync_enabled,
        dataset_id=c.datasource_id,
        last_sync=_iso(c.last_sync),
        updated=_iso(c.updated_on),
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
