"""Datasets as things to administer: made, shaped, shared, tagged, indexed."""

from __future__ import annotations

from domo_mcp.tools.toolset import Toolset

toolset = Toolset("datasets", defaults=frozenset())
