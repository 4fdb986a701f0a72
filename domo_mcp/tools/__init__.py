"""What a model can do with Domo: one typed function per tool, one module per toolset."""

from __future__ import annotations

from collections.abc import Iterable

from domo_mcp.tools import data, people
from domo_mcp.tools.toolset import Tool, Toolset

TOOLSETS: tuple[Toolset, ...] = (data.toolset, people.toolset)


def toolset_names() -> tuple[str, ...]:
    """The names that configuration may list, `default` and `all` aside."""
    return tuple(toolset.name for toolset in TOOLSETS)


def select_tools(names: Iterable[str]) -> list[Tool]:
    """The tools of the toolsets named; `default` means what each toolset lists by default, `all` everything."""
    wanted = set(names)
    return [
        tool
        for toolset in TOOLSETS
        for tool in toolset.tools
        if wanted & {"all", toolset.name} or ("default" in wanted and tool.default)
    ]
