"""AppDB collections: define, permit and sync them; replace whole documents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints

from domo_mcp.catalog.collections import named
from domo_mcp.client.documents import CollectionColumn
from domo_mcp.errors import InvalidInput
from domo_mcp.tools import args
from domo_mcp.tools.appdb import changes as document_changes
from domo_mcp.tools.appdb.definitions import COLLECTIONS, ColumnArgument, columns_of, definition, definition_of
from domo_mcp.tools.appdb.documents import many, thing
from domo_mcp.tools.appdb.mongo.sight import check_columns, hides
from domo_mcp.tools.appdb.rows import count_documents
from domo_mcp.tools.change import NEW, Change, Outcome, Snapshot, Thing
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import collections as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection
    from domo_mcp.client.domo import Domo


Columns = Annotated[
    list[ColumnArgument],
    Field(max_length=200, description="What is synced to a dataset; documents may hold more."),
]
Entity = Annotated[Literal["USER", "GROUP", "RYUU_APP"], Field(description="RYUU_APP: all who have the app.")]
EntityId = Annotated[
    str, Field(min_length=1, max_length=60, description="User id, group id, or id of the app's instance.")
]
Permission = Literal[
    "admin", "write", "read", "share", "delete", "create_content", "update_content", "read_content", "delete_content"
]

AnswerT = TypeVar("AnswerT")

_MANIFEST = "Where an app's manifest defines it, saving a card of that app puts the manifest's definition back."


@toolset.update
async def replace_appdb_document(
    call: Call,
    collection: args.Collection,
    document: args.DocumentId,
    content: Annotated[args.Content, Field(description="All that the document shall hold, without a wrapper.")],
) -> Change:
    """Use it to put a whole content in place of one AppDB document's: every property not given is lost.

    To change some properties use update_appdb_documents.
    """
    c = await call.catalog.collections.get(collection)
    return await document_changes.replace(call, c, await call.domo.appdb.get(c, document), content)


@toolset.create
async def create_appdb_collection(
    call: Call,
    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True),
        Field(min_length=1, max_length=200, description="Name of the new collection."),
    ],
    columns: Columns = [],  # noqa: B006 - read only, and the schema shows it
    sync: Annotated[bool, Field(description="Sync to a dataset every 15 minutes.")] = False,
) -> Change:
    """Use it to make a new AppDB collection. To find those that exist use list_appdb_collections."""
    await _check_free(call, name)
    wanted = columns_of(columns)
    check_columns(call.domo.rules.of({name}), wanted)
    if sync and not wanted:
        raise InvalidInput("A synced collection needs columns.", 'Such as {"name": "status", "type": "STRING"}.')
    return Change(
        summary=f'Create collection "{foreign(name, 80)}"{", synced to a dataset" if sync else ""}.',
        on=Thing("collection", "new", name),
        apply=partial(_create, name, wanted, sync=sync),
        undo="content",
        before=Snapshot(COLLECTIONS.kind),
        after=Snapshot(COLLECTIONS.kind, "", {f"{NEW}1": definition(name, wanted, sync=sync)}),
    )


@toolset.update
async def update_appdb_collection(
    call: Call,
    collection: args.Collection,
    columns: Annotated[Columns | None, Field(description="All columns as they shall be.")] = None,
    sync: Annotated[bool | None, Field(description="Whether it syncs to a dataset.")] = None,
) -> Change:
    """Use it to change what an AppDB collection syncs to its dataset. For documents use update_appdb_documents."""
    if columns is None and sync is None:
        raise InvalidInput("Nothing to change was given.", "Pass columns, sync, or both.")
    c = await _as_it_is(call, collection)
    wanted = c.columns if columns is None else await _with_hidden(call, c, columns_of(columns, c.columns))
    synced = c.sync_enabled if sync is None else sync
    if synced and not wanted:
        raise InvalidInput("A synced collection needs columns.", 'Such as {"name": "status", "type": "STRING"}.')
    return Change(
        summary=f"Change {' and '.join(_parts(columns, sync))} of collection {named(c)}.",
        on=thing(c),
        apply=partial(_update, c, wanted, sync=synced),
        undo="content",
        before=_snapshot(c),
        after=Snapshot(COLLECTIONS.kind, "", {c.id: definition(c.name, wanted, sync=synced)}),
        notes=(*_column_notes(c.columns, wanted), _MANIFEST),
    )


@toolset.delete
async def delete_appdb_collection(call: Call, collection: args.Collection) -> Change:
    """Use it to delete an AppDB collection with all its documents, for good.

    To delete documents, which can be undone, use delete_appdb_documents.
    """
    c = await _as_it_is(call, collection)
    count = await count_documents(call, c, {})
    return Change(
        summary=f"Delete collection {named(c)} with its {many(count)}.",
        on=thing(c),
        apply=partial(_delete, c),
        undo="none",
        before=_snapshot(c),
        after=Snapshot(COLLECTIONS.kind, "", {c.id: None}),
        affected=max(count, 1),
        notes=_deletion_notes(c),
    )


@toolset.update
async def set_appdb_permissions(
    call: Call,
    collection: args.Collection,
    entity: Entity,
    entity_id: EntityId,
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=9, description="All that it may do.")],
) -> Change:
    """Use it to set what a user, a group or an app may do with an AppDB collection.

    To take everything away use remove_appdb_permissions.
    """
    c = await call.catalog.collections.get(collection)
    who = _who(entity, entity_id)
    wanted = list(dict.fromkeys(permissions))
    named_so = ", ".join(wanted) if len(wanted) <= 3 else f"{len(wanted)} permissions"
    return Change(
        summary=f"Give {who} {named_so} on collection {named(c)}.",
        on=thing(c),
        apply=partial(_permit, c, entity, entity_id, wanted),
        undo="none",
        affected=1,
        must_confirm="it opens access",
        notes=(f"Permissions: {', '.join(wanted)}.", f"What {who} may do until now cannot be read, so not restored."),
    )


@toolset.delete
async def remove_appdb_permissions(
    call: Call, collection: args.Collection, entity: Entity, entity_id: EntityId
) -> Change:
    """Use it to take away all that a user, a group or an app may do with an AppDB collection.

    To leave it some permissions use set_appdb_permissions.
    """
    c = await call.catalog.collections.get(collection)
    who = _who(entity, entity_id)
    return Change(
        summary=f"Remove all permissions of {who} on collection {named(c)}.",
        on=thing(c),
        apply=partial(_forbid, c, entity, entity_id),
        undo="none",
        affected=1,
        notes=("Where nobody has any left, only users with the grant Manage AppDB reach it.",),
    )


@toolset.run
async def export_appdb_collections(
    call: Call,
    collection: args.Collection | None = None,
    include_related: Annotated[bool, Field(description="On an app: also collections other instances made.")] = False,
) -> Change:
    """Use it to sync AppDB collections to their datasets now instead of within 15 minutes.

    Of an app all are synced; else `collection` names one, and those beside it are synced too.
    """
    c = await _exported(call, collection, include_related=include_related)
    what = f"collection {named(c)} and those beside it" if c else "the app's collections"
    idle = ("It is not synced itself: sync is off.",) if c and not c.sync_enabled else ()
    return Change(
        summary=f"Sync {what} to their datasets now.",
        on=thing(c) if c else Thing("datastore", call.domo.name, call.domo.name),
        apply=partial(_export, c, include_related=include_related),
        undo="none",
        affected=1,
        notes=idle,
    )


async def _as_it_is(call: Call, collection: str) -> Collection:
    """The collection, asked of Domo anew: what it is changed from must not be of a while ago."""
    return await call.domo.appdb.collection((await call.catalog.collections.get(collection)).id)


async def _with_hidden(
    call: Call, c: Collection, columns: tuple[CollectionColumn, ...]
) -> tuple[CollectionColumn, ...]:
    """The columns with those that the caller cannot see, which stay. Raises Refused for one of them by name."""
    rules = await call.domo.columns.of_collection(c)
    check_columns(rules, columns)
    return (*columns, *(column for column in c.columns if hides(rules, column.name)))


async def _check_free(call: Call, name: str) -> None:
    for each in await call.catalog.collections.listed():
        if each.name.casefold() == name.strip().casefold():
            raise InvalidInput(f"There is a collection {named(each)} already.", "Choose another name.")


async def _exported(call: Call, collection: str | None, *, include_related: bool) -> Collection | None:
    if not call.domo.surface.one_app:
        if include_related or not collection:
            raise InvalidInput("An export needs `collection` here, and no include_related.", "Name one to be synced.")
        return await call.catalog.collections.get(collection)
    if collection:
        raise InvalidInput("An app syncs all its collections at once.", "Leave `collection` out.")
    return None


async def _create(name: str, columns: Sequence[CollectionColumn], domo: Domo, *, sync: bool) -> Outcome:
    made = await domo.appdb.create_collection(name, columns, sync=sync)
    return Outcome((f"Its id is {foreign(made.id, 40)}.",), {f"{NEW}1": made.id})


async def _update(c: Collection, columns: Sequence[CollectionColumn], domo: Domo, *, sync: bool) -> Outcome:
    await domo.appdb.update_collection(c, columns=columns, sync=sync)
    return Outcome()


async def _delete(c: Collection, domo: Domo) -> Outcome:
    await domo.appdb.delete_collection(c)
    return Outcome()


async def _permit(c: Collection, entity: str, entity_id: str, permissions: Sequence[str], domo: Domo) -> Outcome:
    await domo.appdb.set_permissions(c, entity, entity_id, permissions)
    return Outcome()


async def _forbid(c: Collection, entity: str, entity_id: str, domo: Domo) -> Outcome:
    await domo.appdb.remove_permissions(c, entity, entity_id)
    return Outcome()


async def _export(c: Collection | None, domo: Domo, *, include_related: bool) -> Outcome:
    await domo.appdb.export(c, include_related=include_related)
    return Outcome(("Domo took the request; the datasets follow when the export is done.",))


def _snapshot(c: Collection) -> Snapshot:
    return Snapshot(COLLECTIONS.kind, "", {c.id: definition_of(c)})


def _parts(columns: Sequence[ColumnArgument] | None, sync: bool | None) -> list[str]:
    return [*(["the columns"] if columns is not None else []), *([] if sync is None else ["the sync"])]


def _column_notes(before: Sequence[CollectionColumn], after: Sequence[CollectionColumn]) -> list[str]:
    kept = {column.name for column in after}
    gone = [foreign(column.name, 40) for column in before if column.name not in kept]
    return [f"No longer synced: {', '.join(gone[:10])}{', …' if len(gone) > 10 else ''}."] if gone else []


def _deletion_notes(c: Collection) -> tuple[str, ...]:
    dataset = (
        f"The dataset {foreign(c.datasource_id, 40)} that it syncs to gets no new rows." if c.datasource_id else ""
    )
    return tuple(note for note in (dataset, "Documents that security hides go too.") if note)


def _who(entity: str, entity_id: str) -> str:
    if entity != "RYUU_APP" and not entity_id.strip().isdigit():
        raise InvalidInput(f'"{foreign(entity_id, 40)}" is not the id of a {entity.lower()}.', "Ids are numbers.")
    kinds = {"USER": "user", "GROUP": "group", "RYUU_APP": "all users of app"}
    return f"{kinds[entity]} {foreign(entity_id, 40)}"
