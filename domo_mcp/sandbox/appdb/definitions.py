"""What a collection is: columns, filter rules, and who may do what. Times are milliseconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from pydantic import ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox.records import Part, Record

Content = dict[str, JsonValue]
Entity = Literal["USER", "GROUP", "RYUU_APP"]
Operation = Literal["READ", "UPDATE", "DELETE"]
Permission = Literal[
    "admin", "write", "read", "share", "delete", "create_content", "update_content", "read_content", "delete_content"
]
PERMISSIONS: frozenset[Permission] = frozenset(get_args(Permission))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = 86_400_000
"""The `lastSync` of what was never synced: the document prints 1970-01-02T00:00:00.000+0000."""


def milliseconds(moment: datetime) -> int:
    """Give a moment as records have it."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


class Group(Record):
    """People who are given access together. `members` are ids of users, `type` is the product surface's word."""

    id: int
    name: str
    members: tuple[int, ...]
    type: Literal["open", "closed", "dynamic", "system"] = "closed"
    description: str = ""
    creator_id: int = 27
    created: int = 1_704_110_400_000
    default: bool = False


class CollectionColumn(Part):
    """A column of the dataset that a collection is synced to; an unknown type is kept as it was given."""

    name: str = Field(min_length=1)
    type: str
    visible: bool = True


class _Given(Part):
    """Written by whoever defines a collection, in Domo's own names."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Condition(_Given):
    """Whom a filter rule is about; the values may have the wildcards %userId% and %groupIds%."""

    type: Literal["USER_ID", "GROUP_ID"]
    values: tuple[int | str, ...]


class FilterRule(_Given):
    """Document Level Security Filtering, Filter Rule: who, what and when."""

    name: str
    apply_on: tuple[Operation, ...]
    apply_to: tuple[Condition, ...] = ()
    apply_to_all: bool = False
    limit_to_owner: bool = False
    query: Content = Field(default_factory=dict)


class CollectionGrant(Part):
    """What a user, a group or an app (`entity_id` is the app instance's) may do with a collection."""

    entity: Entity
    entity_id: str
    permissions: frozenset[Permission]


class Collection(Record):
    """A collection; its documents are in `Documents` under its id.

    `synced_revision` is the revision of the documents that its dataset shows.
    """

    id: str
    name: str
    datastore_id: str
    owner_id: int
    created: int
    updated: int
    updated_by: int
    columns: tuple[CollectionColumn, ...] = ()
    filters: tuple[FilterRule, ...] = ()
    grants: tuple[CollectionGrant, ...] = ()
    sync_enabled: bool = False
    dataset_id: str | None = None
    last_sync: int = NEVER
    synced_revision: int = 0
    full_replace_required: bool = True


class RunningExport(Record):
    """An export at work: `id` is the datastore's. The datasets show their new rows once it `ends`."""

    id: str
    collection_ids: tuple[str, ...]
    ends: int
