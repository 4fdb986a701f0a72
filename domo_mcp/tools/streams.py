"""Streams: the connectors that fill datasets."""

from __future__ import annotations

from domo_mcp.tools.toolset import Toolset

toolset = Toolset("streams", defaults=frozenset())
