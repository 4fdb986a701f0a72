"""Workflows: start them and follow what becomes of them."""

from __future__ import annotations

from domo_mcp.tools.toolset import Toolset

toolset = Toolset("workflows")
