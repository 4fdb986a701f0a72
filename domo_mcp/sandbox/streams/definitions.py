"""What a stream is defined by, as requests say it: Datasets API, Stream (Connector) - Create and Update."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, Json, JsonValue
from pydantic.alias_generators import to_camel


class _Given(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Transport(_Given):
    """The connector by its name."""

    type: Literal["CONNECTOR"]
    description: str = Field(min_length=1)
    version: str


class GivenSetting(_Given):
    """One entry of the configuration."""

    name: str = Field(min_length=1)
    value: JsonValue
    type: str
    category: str


class Account(_Given):
    """The account with which the connector signs in."""

    id: int = Field(ge=1)


class Provider(_Given):
    """The data provider by its key."""

    key: str = Field(min_length=1)


class Source(_Given):
    """The dataset."""

    name: str = Field(min_length=1)
    description: str = ""


class _Schedule(BaseModel):
    model_config = ConfigDict(extra="allow")
    type: str = Field(min_length=1)


class Definition(_Given):
    """A whole stream: an update says all of it again (the document requires every property)."""

    transport: Transport
    configuration: list[GivenSetting]
    account: Account | None = None
    update_method: Literal["APPEND", "REPLACE"]
    data_provider: Provider
    data_source: Source
    advanced_schedule_json: str = '{"type": "MANUAL", "timezone": "UTC"}'


Schedule = Annotated[_Schedule, Json]
"""The schedule, which is JSON within a text."""
