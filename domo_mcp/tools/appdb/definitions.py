"""Definitions of AppDB collections: name, columns, sync; how they are read and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

from domo_mcp.catalog.collections import named
from domo_mcp.client.documents import CollectionColumn
from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.change import Outcome, Snapshot, Undoable, after_writing, each_or_none, going
from domo_mcp.tools.toolset import Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection
    from domo_mcp.client.domo import Domo

_RIGHT_NAMES = {
    "INTEGER": "LONG",
    "INT": "LONG",
    "BIGINT": "LONG",
    "NUMBER": "LONG for whole numbers, DOUBLE or DECIMAL for others",
    "NUMERIC": "DECIMAL",
    "FLOAT": "DOUBLE",
    "TEXT": "STRING",
    "VARCHAR": "STRING",
    "TIMESTAMP": "DATETIME",
    "BOOLEAN": "STRING",
}


def _right_type(value: object) -> object:
    kind = value.strip().upper() if isinstance(value, str) else value
    if isinstance(kind, str) and kind in _RIGHT_NAMES:
        # Domo takes it, and then the collection never gets a dataset (App-Framework document, Schema Object, Warning).
        raise InvalidInput(f"{kind} is not one of Domo's column types.", f"Write {_RIGHT_NAMES[kind]}.")
    return kind


@with_config(ConfigDict(extra="forbid"))
class ColumnArgument(TypedDict):
    """A column as a caller defines it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[Literal["STRING", "LONG", "DECIMAL", "DOUBLE", "DATE", "DATETIME"], BeforeValidator(_right_type)]


def columns_of(
    given: Sequence[ColumnArgument], before: Sequence[CollectionColumn] = ()
) -> tuple[CollectionColumn, ...]:
    """The columns given; one that was there before stays hidden where it was. Raises InvalidInput for two of a name."""
    names = [column["name"] for column in given]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidInput(f'Two columns are called "{foreign(twice[0], 60)}".', "Give each its own name.")
    hidden = {column.name for column in before if not column.visible}
    return tuple(_column(column["name"], column["type"], hidden=column["name"] in hidden) for column in given)


def definition(name: str, columns: Sequence[CollectionColumn], *, sync: bool) -> dict[str, JsonValue]:
    """A definition as a snapshot holds it."""
    return {"name": name, "columns": [_as_json(column) for column in columns], "sync": sync}


def definition_of(c: Collection) -> dict[str, JsonValue]:
    """That of a collection as it is."""
    return definition(c.name, c.columns, sync=c.sync_enabled)


class Definitions:
    """Reads definitions of collections and puts them back."""

    kind = "appdb collection"
    must_confirm = ""
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """The definition of each, None for a collection that is not there."""

        async def read(key: str) -> dict[str, JsonValue]:
            return definition_of(await domo.appdb.collection(key))

        return await each_or_none(ids, read)

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """DELETE where a collection that is there would go."""
        return Effect.DELETE if going(wanted, current) else Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:
        """Nothing where a collection would go: documents that security hides go with it. Else the content."""
        return "none" if self.effect(wanted, current) is Effect.DELETE else "content"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Define collections as wanted; one that is not wanted is deleted, while it holds no document.

        Raises Refused where documents would be lost, or a deleted collection would have to come back.
        """
        there = [key for key, content in current.objects.items() if content is not None]
        if any(content is not None and key not in there for key, content in wanted.objects.items()):
            raise Refused("A deleted collection does not come back.", "Create it anew; its documents are gone.")
        for number, key in enumerate(there):
            with after_writing(number):
                await _restore(domo, key, wanted.objects.get(key))
        return Outcome()


COLLECTIONS = Definitions()


async def _restore(domo: Domo, key: str, wanted: JsonValue) -> None:
    c = await domo.appdb.collection(key)
    if isinstance(wanted, dict):
        await domo.appdb.update_collection(c, columns=_columns(wanted), sync=wanted.get("sync") is True)
    else:
        await _delete_empty(domo, c)


async def _delete_empty(domo: Domo, c: Collection) -> None:
    if await domo.appdb.page(c, limit=1, offset=0):
        raise Refused(f"{named(c)} holds documents by now.", "Use delete_appdb_collection if they may go with it.")
    await domo.appdb.delete_collection(c)


def _columns(content: Mapping[str, JsonValue]) -> tuple[CollectionColumn, ...]:
    columns = content.get("columns")
    return tuple(
        _column(str(column["name"]), str(column["type"]), hidden=column.get("visible") is False)
        for column in (columns if isinstance(columns, list) else [])
        if isinstance(column, dict)
    )


def _column(name: str, kind: str, *, hidden: bool) -> CollectionColumn:
    return CollectionColumn(name=name, type=kind, visible=False) if hidden else CollectionColumn(name=name, type=kind)


def _as_json(column: CollectionColumn) -> dict[str, JsonValue]:
    return {"name": column.name, "type": column.type, **({} if column.visible else {"visible": False})}
