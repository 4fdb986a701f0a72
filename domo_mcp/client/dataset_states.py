"""What Domo says of a dataset that is administered, as types; names are assumed where the document prints no answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field, model_validator

from domo_mcp.client.shapes import Count, Instant, Many, Shape

EntityType = Literal["USER", "GROUP"]

_DONE = frozenset({"SUCCESS", "SUCCEEDED", "COMPLETE", "COMPLETED", "DONE", "INDEXED", "FINISHED"})
_FAILED = frozenset({"ERROR", "FAILED", "FAILURE", "ABORTED", "CANCELLED", "CANCELED"})


def _tags(value: object) -> object:
    """Tags are a list, or JSON text of one (datasets document, Stream (Connector) - Get); plain text: by commas."""
    if not isinstance(value, str):
        return value or ()
    try:
        return json.loads(value) or ()
    except ValueError:
        return [tag for part in value.split(",") if (tag := part.strip())]


@dataclass(frozen=True)
class AccessGrant:
    """What a user or a group shall be allowed: `level` such as CO_OWNER."""

    id: str
    type: EntityType
    level: str


class Properties(Shape):
    """What of a dataset's metadata can be set (datasets document, Get Metadata)."""

    provider_type: str = Field(default="", validation_alias=AliasChoices("dataProviderType", "type"))
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = ()


class MadeDataset(Shape):
    """The answer to Create Dataset Copy; the document prints none, client code reads `dataSource.dataSourceId`."""

    id: str = Field(
        validation_alias=AliasChoices(
            AliasPath("dataSource", "dataSourceId"), AliasPath("dataSource", "id"), "dataSourceId", "id", "datasetId"
        )
    )


class SchemaColumn(Shape):
    """One column of a declared schema."""

    name: str
    type: str
    id: str | None = None
    visible: bool = True


class DeclaredSchema(Shape):
    """The schema that was declared last (portal, Get-Dataset-Schema), or one that is indexed."""

    columns: Many[SchemaColumn] = Field(
        default=(), validation_alias=AliasChoices(AliasPath("schema", "columns"), AliasPath("tables", 0, "columns"))
    )


class PartitionState(Shape):
    """One partition: how many rows, when it was loaded last."""

    id: str = Field(validation_alias=AliasChoices("partitionId", "id", "name", "tag"))
    row_count: Count = Field(default=None, validation_alias=AliasChoices("rowCount", "rows"))
    completed: Instant = Field(
        default=None, validation_alias=AliasChoices("dateCompleted", "datecompleted", "datetimeCompleted", "completed")
    )

    @model_validator(mode="before")
    @classmethod
    def _from_bare_id(cls, value: object) -> object:
        return {"id": value} if isinstance(value, str | int) else value


class PartitionPage(Shape):
    """Some partitions, as a list or under a name."""

    items: Many[PartitionState] = Field(
        default=(), validation_alias=AliasChoices("items", "partitions", "list", "results", "data")
    )

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        return {"items": value} if isinstance(value, list) else value


class MagicVersion(Shape):
    """One data version as Magic sees it."""

    id: str = Field(validation_alias=AliasChoices("dataVersionId", "versionId", "dataId", "id"))
    row_count: Count = Field(default=None, validation_alias=AliasChoices("rowCount", "rows"))
    size_bytes: Count = Field(default=None, validation_alias=AliasChoices("sizeBytes", "bytes", "size"))
    status: str | None = None
    completed: Instant = Field(
        default=None,
        validation_alias=AliasChoices("datetimeUploadCompleted", "dateCompleted", "completed", "createdAt", "created"),
    )
    partition: str | None = Field(
        default=None, validation_alias=AliasChoices("dataTag", "partitionTag", "partitionId", "tag", "partition")
    )


class MagicVersions(Shape):
    """Data versions as Magic sees them, as a list or under a name; `total` is None where Domo does not count."""

    items: Many[MagicVersion] = Field(
        default=(), validation_alias=AliasChoices("dataVersions", "versions", "items", "list", "results")
    )
    total: Count = Field(default=None, validation_alias=AliasChoices("totalCount", "total", "count"))

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        return {"items": value} if isinstance(value, list) else value


class BegunIndex(Shape):
    """The answer to Index Dataset; that it says an id to ask for is assumed."""

    id: str | None = Field(
        default=None, validation_alias=AliasChoices("id", "indexId", "requestKey", "indexRequestKey", "requestId")
    )

    @model_validator(mode="before")
    @classmethod
    def _from_bare_id(cls, value: object) -> object:
        return {"id": value} if isinstance(value, str | int) else value


class IndexStatus(Shape):
    """How far one version is; `state` in upper case."""

    state: Annotated[str, BeforeValidator(lambda value: str(value).upper())] = Field(
        default="UNKNOWN", validation_alias=AliasChoices("status", "state", "currentState", "indexStatus")
    )
    percent: Count = Field(default=None, validation_alias=AliasChoices("percentComplete", "percent", "progress"))

    @property
    def is_done(self) -> bool:
        """Whether it is indexed."""
        return self.state in _DONE

    @property
    def has_failed(self) -> bool:
        """Whether it will not be indexed."""
        return self.state in _FAILED


class IndexStatuses(Shape):
    """How far an index request is: a list, one status, or a list under a name."""

    items: Many[IndexStatus] = Field(
        default=(), validation_alias=AliasChoices("statuses", "items", "list", "indexStatuses")
    )

    @model_validator(mode="before")
    @classmethod
    def _from_list_or_one(cls, value: object) -> object:
        if isinstance(value, list):
            return {"items": value}
        is_one = isinstance(value, dict) and {"status", "state", "currentState", "indexStatus"} & value.keys()
        return {"items": [value]} if is_one else value
