"""What Domo says about a dataset, as types; every field but an id may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field, JsonValue, model_validator

from domo_mcp.client.shapes import Count, Instant, Many, Shape


class Owner(Shape):
    """A user or group, wherever Domo names one."""

    id: str | None = None
    name: str | None = Field(default=None, validation_alias=AliasChoices("name", "displayName"))
    type: str | None = None


class Position(Shape):
    """A column that a beast mode reads, in backticks."""

    column_name: str | None = None


class Formula(Shape):
    """A beast mode: a named calculation kept on the dataset. Another one may name it by `template_id`."""

    id: str | None = None
    template_id: str | None = None
    column_positions: Many[Position] = ()
    name: str = ""
    formula: str = ""
    status: str | None = None
    data_type: str | None = None
    is_aggregatable: bool | None = None


class Dataset(Shape):
    """Metadata of one dataset (datasets document, Get Metadata); which fields come depends on the parts asked for."""

    id: str = Field(validation_alias=AliasChoices("id", "databaseId"))
    name: str = ""
    description: str | None = None
    owner: Owner | None = None
    row_count: Count = None
    column_count: Count = None
    created: Instant = None
    last_touched: Instant = None
    last_updated: Instant = None
    state: str | None = Field(default=None, validation_alias=AliasChoices("state", "status"))
    display_type: str | None = None
    data_provider_type: str | None = None
    stream_id: str | None = None
    cloud_id: str | None = None
    cloud_engine: str | None = None
    permissions: str | None = None
    card_count: Count = None
    certified_as: str | None = Field(default=None, validation_alias=AliasPath("certification", "state"))
    current_user_full_access: bool | None = None
    formulas_by_id: Annotated[Mapping[str, Formula], BeforeValidator(lambda value: value or {})] = Field(
        default={}, validation_alias=AliasPath("properties", "formulas", "formulas")
    )

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The beast modes; empty unless the dataset was read with all details."""
        return tuple(self.formulas_by_id.values())


class DatasetPage(Shape):
    """Several datasets; `total` is None where Domo does not count. A bare list is read too (seen in client code)."""

    items: Many[Dataset] = Field(default=(), validation_alias=AliasChoices("dataSources", "items"))
    total: Count = Field(default=None, validation_alias=AliasChoices(AliasPath("_metaData", "totalCount"), "total"))

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        return {"dataSources": value} if isinstance(value, list) else value


class Column(Shape):
    """One column; `type` is STRING, LONG, DOUBLE, DECIMAL, DATE or DATETIME. Of a `masked` one asterisks are shown."""

    name: str
    id: str | None = None
    type: str = "STRING"
    visible: bool | None = None
    masked: bool = False


class Table(Shape):
    """One table of an indexed schema; Domo gives one per dataset."""

    columns: Many[Column] = ()


class IndexedSchema(Shape):
    """What the query engine sees (datasets document, Get Dataset Schema)."""

    tables: Many[Table] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of all tables."""
        return tuple(column for table in self.tables for column in table.columns)


class LatestSchema(Shape):
    """What was last declared, whether indexed or not (portal, Get-Dataset-Schema)."""

    columns: Many[Column] = Field(default=(), validation_alias=AliasPath("schema", "columns"))


class Access(Shape):
    """One user or group that may use a dataset; `access_level` such as OWNER, CAN_VIEW."""

    id: str
    type: str | None = None
    name: str | None = None
    access_level: str | None = None


class AccessList(Shape):
    """Who may use a dataset (datasets document, Dataset Access List)."""

    items: Many[Access] = Field(default=(), validation_alias=AliasChoices("list", "items"))
    total_user_count: Count = None
    total_group_count: Count = None


class Card(Shape):
    """A card that shows a dataset (datasets document, Get Cards for a Dataset ID)."""

    id: str
    title: str = ""
    type: str | None = None
    chart_type: str | None = None
    owners: Many[Owner] = ()


class Partition(Shape):
    """A partition. The documents print no answer: a bare id and an object with one are both read (assumed)."""

    id: str = Field(validation_alias=AliasChoices("partitionId", "id", "name"))
    row_count: Count = None

    @model_validator(mode="before")
    @classmethod
    def _from_bare_id(cls, value: object) -> object:
        return {"id": value} if isinstance(value, str | int) else value


class Version(Shape):
    """A data version. The documents print no answer; the names are assumed.

    `indexed` is True where queries know its rows, anything else where they do not or Domo does not tell.
    """

    id: str = Field(validation_alias=AliasChoices("dataVersionId", "versionId", "id", "dataId"))
    row_count: Count = None
    created: Instant = Field(
        default=None, validation_alias=AliasChoices("created", "createdAt", "dateCreated", "uploadTime")
    )
    status: JsonValue = None
    indexed: JsonValue = None


class Transport(Shape):
    """How a stream brings data: CONNECTOR with the connector's name as description, or WEBFORM."""

    type: str | None = None
    description: str | None = None
    version: str | None = None


class Execution(Shape):
    """One run of a stream."""

    execution_id: str | None = None
    current_state: str | None = None
    started_at: Instant = None
    ended_at: Instant = None
    rows_inserted: Count = None


class Stream(Shape):
    """How a dataset is filled (datasets document, Stream (Connector)); its configuration may hold secrets: not read."""

    id: str
    valid: bool | None = None
    transport: Transport | None = None
    update_method: str | None = None
    data_provider: Owner | None = None
    account: Owner | None = None
    schedule_expression: str | None = None
    schedule_state: str | None = None
    last_execution: Execution | None = None
    last_successful_execution: Execution | None = None


class DictionaryColumn(Shape):
    """What a column means."""

    name: str
    description: str | None = None
    synonyms: Many[str] = ()
    sub_type: str | None = None
    agent_enabled: bool | None = None
    beastmode_id: str | None = None


class Dictionary(Shape):
    """A dataset's data dictionary (route seen in client code, not in the documents).

    One without `columns` is unreadable: which columns it keeps from agents could not be told.
    """

    name: str | None = None
    description: str | None = None
    unit_of_analysis: str | None = None
    columns: Many[DictionaryColumn]
