"""The Data API: an app's query operators in, one SELECT in Domo's SQL out. Pure."""

from __future__ import annotations

from domo_mcp.sandbox.data_api.fields import Field, Fields, quoted
from domo_mcp.sandbox.data_api.periods import Calendar
from domo_mcp.sandbox.data_api.query import parse
from domo_mcp.sandbox.data_api.statement import statement

__all__ = ["Calendar", "Field", "Fields", "parse", "quoted", "statement"]
