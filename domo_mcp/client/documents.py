"""What AppDB holds, as types: collections and their documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, JsonValue, model_validator
from pydantic_core import from_json

from domo_mcp.client.shapes import Instant, Many, Shape


def _never_in_1970(value: datetime | None) -> datetime | None:
    return None if value is not None and value.year == 1970 else value


class CollectionColumn(Shape):
    """One column that is synced; `type` is STRING, LONG, DECIMAL, DOUBLE, DATE or DATETIME."""

    name: str
    type: str
    visible: bool = True


class Collection(Shape):
    """A collection (App-Framework document, List Collections).

    `columns` are what is synced to the dataset `datasource_id`; documents may hold more. `last_sync` is None before
    the first one, where Domo says 1970. The columns come as `schema`, or as JSON text in `schemaJson`.
    """

    id: str
    name: str
    datastore_id: str = ""
    owner: str | None = None
    columns: Many[CollectionColumn] = ()
    sync_enabled: bool = False
    datasource_id: str | None = None
    created_on: Instant = None
    updated_on: Instant = None
    last_sync: Annotated[Instant, AfterValidator(_never_in_1970)] = None
    sync_required: bool = False

    @model_validator(mode="before")
    @classmethod
    def _columns_from_schema(cls, value: object) -> object:
        if not isinstance(value, Mapping) or "columns" in value:
            return value
        return {**value, "columns": _columns(value.get("schema")) or _columns(_parsed(value.get("schemaJson")))}


def _columns(schema: object) -> object:
    return schema.get("columns") if isinstance(schema, Mapping) else None


def _parsed(text: object) -> object:
    try:
        return from_json(text) if isinstance(text, str) else None
    except ValueError:
        return None


class Document(Shape):
    """A document (App-Framework document, Get Document).

    `sync_required` means that the dataset of its collection does not have it as it is here. The product surface has
    `created_by`, an app has not.
    """

    id: str
    content: dict[str, JsonValue] = Field(default_factory=dict)
    owner: str | None = None
    created_by: str | None = None
    created_on: Instant = None
    updated_on: Instant = None
    updated_by: str | None = None
    sync_required: bool = False
    collection_id: str | None = None


class Upserted(Shape):
    """How many documents an upsert made and changed (App-Framework document, Upsert Documents in Bulk)."""

    created: int = Field(default=0, validation_alias=AliasChoices("Created", "created"))
    updated: int = Field(default=0, validation_alias=AliasChoices("Updated", "updated"))
