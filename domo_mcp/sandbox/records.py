"""What the sandbox remembers about people and data. Times are milliseconds since 1970, in UTC."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Role = Literal["Admin", "Privileged", "Editor", "Participant"]
AccessLevel = Literal["OWNER", "CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"]


class Part(BaseModel):
    """A part of a record."""

    model_config = ConfigDict(frozen=True)


class Record(Part):
    """Something stored by its kind and `id`."""

    id: int | str


class User(Record):
    """A person who can sign in."""

    id: int
    name: str
    email: str
    role: Role
    role_id: int
    title: str
    active: bool = True


class Grant(Part):
    """What one user may do with a dataset."""

    user_id: int
    level: AccessLevel


class GroupGrant(Part):
    """What the members of a group may do with a dataset."""

    group_id: int
    level: AccessLevel


class ColumnNote(Part):
    """What people wrote about a column; its type is the warehouse's business."""

    name: str
    description: str
    synonyms: tuple[str, ...] = ()
    agent_enabled: bool = True
    visible: bool = True


class BeastMode(Part):
    """A calculation kept on a dataset. `columns` are those it reads, in order."""

    id: str
    name: str
    formula: str
    data_type: Literal["LONG", "DOUBLE", "DECIMAL", "STRING"]
    aggregated: bool
    columns: tuple[str, ...]


class DataVersion(Part):
    """One load of a dataset. `partition` is its tag; until it is `indexed` no query sees it, nor when `deleted`."""

    id: int
    recorded: int
    completed: int
    rows: int
    size_bytes: int
    partition: str | None = None
    indexed: bool = True
    deleted: bool = False


class Dataset(Record):
    """Metadata of a dataset; its rows and columns are in the warehouse under the same id.

    `provider` is Domo's data provider type. `unit` says what one row is; None where nobody has written a dictionary.
    `emptied_partitions` are the tags whose data were deleted and which are still there.
    """

    id: str
    name: str
    description: str
    unit: str | None
    owner_id: int
    provider: str
    created: int
    updated: int
    columns: tuple[ColumnNote, ...]
    beast_modes: tuple[BeastMode, ...] = ()
    grants: tuple[Grant, ...] = ()
    group_grants: tuple[GroupGrant, ...] = ()
    tags: tuple[str, ...] = ()
    certified_by: int | None = None
    stream_id: int | None = None
    emptied_partitions: tuple[str, ...] = ()
    versions: tuple[DataVersion, ...] = ()


class FieldAlias(Part):
    """The name an app gives to a column or a beast mode of a dataset."""

    alias: str
    column: str


class DataAlias(Record):
    """The name an app's manifest gives to a dataset: `id` is the alias."""

    id: str
    dataset_id: str
    fields: tuple[FieldAlias, ...] = ()


class Card(Record):
    """A chart on a dataset."""

    id: int
    title: str
    chart_type: str
    dataset_id: str
    owner_id: int


class Execution(Part):
    """One run of a stream; `ended` is None while it runs."""

    id: int
    started: int
    ended: int | None
    state: Literal["ACTIVE", "SUCCESS", "ERROR"]
    rows: int
    size_bytes: int
    errors: tuple[str, ...] = ()
    run_type: Literal["AUTOMATED", "MANUAL"] = "AUTOMATED"


class Setting(Part):
    """One entry of a stream's configuration."""

    name: str
    value: JsonValue
    type: str = "string"
    category: str = "METADATA"


class Stream(Record):
    """A connector that fills a dataset. `executions` has the newest run first; `advanced_schedule` is JSON text."""

    id: int
    dataset_id: str
    connector: str
    version: str
    provider: str
    provider_name: str
    update_method: Literal["APPEND", "REPLACE"]
    account_id: int | None = None
    schedule: str
    advanced_schedule: str
    settings: tuple[Setting, ...]
    created_by: int
    created: int
    modified_by: int
    modified: int
    executions: tuple[Execution, ...] = ()

    @property
    def query(self) -> str:
        """What it asks its source."""
        return next((str(setting.value) for setting in self.settings if setting.name == "query"), "")
