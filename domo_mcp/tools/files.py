"""Domo's files: uploaded, revised, permitted."""

from __future__ import annotations

from domo_mcp.tools.toolset import Toolset

toolset = Toolset("files", defaults=frozenset())
