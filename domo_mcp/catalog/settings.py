"""`[catalog]`: how old what is known may be, and what the operator adds to it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domo_mcp.catalog.calendar import Calendar
from domo_mcp.catalog.notes import Example


class CatalogSettings(BaseModel):
    """Metadata is taken as true for `max_age_s` seconds; `warm_up` reads all schemas while the server starts.

    `watch_s` is how often, in seconds, the resources that a client subscribed to are looked at.
    `notes` is a Markdown file, `examples` are questions with verified SQL. `time_zone` (IANA) decides which day it is,
    `fiscal_month` (1 to 12) is the one that the fiscal year begins with.
    """

    model_config = ConfigDict(extra="forbid")

    notes: str = ""
    examples: list[Example] = []
    max_age_s: float = Field(900, ge=0)
    warm_up: bool = False
    watch_s: float = Field(60, ge=1)
    time_zone: str = "UTC"
    fiscal_month: int = Field(1, ge=1, le=12)

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"{name!r} is no time zone of the IANA database, such as Europe/Berlin") from None
        return name

    def calendar(self, now: datetime) -> Calendar:
        """The day that it is at `now`."""
        return Calendar(self.today(now), self.time_zone, self.fiscal_month)

    def today(self, now: datetime) -> date:
        """The day that it is at `now` in the time zone."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()
