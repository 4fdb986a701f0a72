"""Domo's SQL for DuckDB: one statement in, one statement out, or a refusal in Domo's words."""

from __future__ import annotations

from domo_mcp.sandbox.dialect.translation import Source, translate

__all__ = ["Source", "translate"]
