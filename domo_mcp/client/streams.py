"""Streams: the connectors that fill datasets; defined, looked at and run."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AliasChoices, Field, JsonValue

from domo_mcp.client.places import streams as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Count, Instant, Many, Shape
from domo_mcp.client.surface import Surface


class Setting(Shape):
    """One entry of a stream's configuration; its value may be a secret."""

    name: str = ""
    value: JsonValue = None
    type: str = "string"
    category: str = "METADATA"


class Connector(Shape):
    """Which connector brings the data: its name is the description."""

    type: str = "CONNECTOR"
    description: str = ""
    version: str = ""


class Account(Shape):
    """The account with which a connector signs in."""

    id: str


class Provider(Shape):
    """Whose data it is."""

    key: str = ""
    name: str | None = None


class FilledDataset(Shape):
    """The dataset that a stream fills."""

    id: str = ""
    name: str = ""
    description: str | None = None


class Run(Shape):
    """One execution of a stream. Times come in seconds, unlike elsewhere."""

    execution_id: str
    current_state: str | None = None
    started_at: Instant = None
    ended_at: Instant = None
    rows_inserted: Count = None
    bytes_inserted: Count = None
    update_method: str | None = None
    run_type: str | None = None
    errors: Many[JsonValue] = ()


class Stream(Shape):
    """A stream (datasets document, Stream (Connector) - Get)."""

    id: str
    transport: Connector = Connector()
    update_method: str = ""
    provider: Provider = Field(default=Provider(), validation_alias=AliasChoices("dataProvider", "provider"))
    account: Account | None = None
    dataset: FilledDataset = Field(default=FilledDataset(), validation_alias=AliasChoices("dataSource", "dataset"))
    schedule_expression: str | None = None
    schedule: str | None = Field(default=None, validation_alias=AliasChoices("advancedScheduleJson", "schedule"))
    schedule_state: str | None = None
    last_execution: Run | None = None
    last_successful_execution: Run | None = None
    current_execution: Run | None = None
    created_at: Instant = None
    modified_at: Instant = None
    configuration: Many[Setting] = ()


@dataclass(frozen=True)
class Definition:
    """All that a stream is defined by; `schedule` is JSON text, None where none is said."""

    transport: Connector
    configuration: tuple[Setting, ...]
    account_id: str | None
    update_method: str
    provider: str
    name: str
    description: str
    schedule: str | None

    def body(self) -> dict[str, object]:
        """As Domo takes it: every property, as both sections require."""
        account = int(self.account_id) if self.account_id and self.account_id.isdigit() else self.account_id
        return {
            "transport": self.transport.model_dump(include={"type", "description", "version"}),
            "configuration": [setting.model_dump() for setting in self.configuration],
            "account": {"id": account} if account is not None else None,
            "updateMethod": self.update_method,
            "dataProvider": {"key": self.provider},
            "dataSource": {"name": self.name, "description": self.description},
            **({"advancedScheduleJson": self.schedule} if self.schedule is not None else {}),
        }


class Streams:
    """Streams of one instance. Every method raises `DomoError`.

    Source: datasets document, the sections Stream (Connector), Stream Execution History and Execute Dataset Stream.
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def get(self, stream_id: str) -> Stream:
        """Return one stream, with the settings of its configuration."""
        return await self._session.read("GET", self._surface.at(places.STREAM, stream_id), Stream)

    async def runs(self, stream_id: str) -> list[Run]:
        """Return the runs of a stream, newest first; the document has no paging."""
        return await self._session.read("GET", self._surface.at(places.HISTORY, stream_id), list[Run])

    async def create(self, definition: Definition) -> Stream:
        """Make a stream and the dataset that it fills. That the answer is the stream is assumed."""
        where = self._surface.at(places.STREAMS)
        return await self._session.write("POST", where, Stream, json=definition.body())

    async def update(self, stream_id: str, definition: Definition) -> None:
        """Define a stream anew: what is not said is lost, so all is said. The document prints no answer."""
        where = self._surface.at(places.STREAM, stream_id)
        await self._session.write("PUT", where, bytes, json=definition.body(), repeatable=True)

    async def run(self, stream_id: str) -> None:
        """Start a run now; Domo's answer does not name it."""
        where = self._surface.at(places.EXECUTIONS, stream_id)
        await self._session.write("POST", where, bytes, json={"action": "MANUAL"})
