"""Code Engine: packages of functions, and calling them."""

from __future__ import annotations

from domo_mcp.tools.toolset import Toolset

toolset = Toolset("codeengine", defaults=frozenset())
