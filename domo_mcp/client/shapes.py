"""What Domo's JSON has in common: camelCase, ids as text or number, times in three spellings, nulls for nothing."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Shape(BaseModel):
    """Base of every model of an answer: fields that are not named are ignored, numbers may stand for text."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        coerce_numbers_to_str=True,
        defer_build=True,
        extra="ignore",
        frozen=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, value: object) -> object:
        return {key: field for key, field in value.items() if field is not None} if isinstance(value, dict) else value


def _or_none(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError:
        return None


def _in_utc(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


Instant = Annotated[datetime | None, AfterValidator(_in_utc), WrapValidator(_or_none)]
"""A point in time: seconds or milliseconds since 1970 (Domo sends both), or ISO text; None for anything else."""

Count = Annotated[int | None, WrapValidator(_or_none)]
"""A number that may be missing or spelled in a way that is not one."""


def _readable(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except ValidationError as error:
        odd = {fault["loc"][0] for fault in error.errors() if fault["loc"]}
        kept = [each for place, each in enumerate(value) if place not in odd] if isinstance(value, list) else []
        if not kept:
            raise
        _log.warning("%d of %d entries that Domo gave cannot be read and are left out.", len(odd), len(odd) + len(kept))
        return read(kept)


Readable = Annotated[tuple[T, ...], WrapValidator(_readable)]
"""A list without the entries that cannot be read; where none can, it is an error."""

Many = Annotated[tuple[T, ...], BeforeValidator(lambda value: value or ())]
"""A list that may be null."""
