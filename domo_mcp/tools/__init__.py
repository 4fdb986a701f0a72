"""What a model can do with Domo: one typed function per tool, one module or package per toolset."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from domo_mcp.errors import UnknownName
from domo_mcp.tools.toolset import BOTH_SURFACES, Surface, Tool, Toolset
from domo_mcp.tools.toolsets import TOOLSETS

if TYPE_CHECKING:
    from domo_mcp.tools.change import Keeper


def toolset_names() -> tuple[str, ...]:
    """The names that configuration may list, `default` and `all` aside."""
    return tuple(toolset.name for toolset in TOOLSETS)


def tool_names() -> tuple[str, ...]:
    """The names of all tools; nothing is imported for it."""
    return tuple(name for toolset in TOOLSETS for name in toolset.names)


def tool_named(name: str) -> Tool:
    """The tool of that name. Raises UnknownName, whose hint are the nearest."""
    for toolset in TOOLSETS:
        if name in toolset.names:
            return toolset.tool(name)
    near = difflib.get_close_matches(name, tool_names(), n=3)
    raise UnknownName(f"There is no tool {name!r}.", f"Nearest: {', '.join(near)}." if near else "")


def select_tools(names: Iterable[str], surfaces: Collection[Surface] = BOTH_SURFACES) -> list[Tool]:
    """The tools of the toolsets named that one of `surfaces` has; other toolsets are not imported.

    `default` means what each toolset lists unasked on these surfaces, `all` everything.
    """
    wanted, there = set(names), set(surfaces)
    return [tool for toolset in TOOLSETS for tool in _chosen(toolset, wanted, there)]


def _chosen(toolset: Toolset, wanted: set[str], there: set[Surface]) -> list[Tool]:
    if wanted & {"all", toolset.name}:
        return [tool for tool in toolset.tools if tool.surfaces & there]
    if "default" in wanted and toolset.default_on & there:
        return [tool for tool in toolset.tools if tool.default_on & there]
    return []


def keeper_of(kind: str) -> Keeper | None:
    """Who reads and restores the objects of a change, by the kind of its snapshots."""
    from domo_mcp.tools.keepers import KEEPERS

    return KEEPERS.get(kind)
