"""What a model can do with Domo: one typed function per tool, one module per toolset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from domo_mcp.tools import (
    ai,
    appdb,
    changes,
    codeengine,
    collections,
    data,
    data_api,
    datasets,
    files,
    filesets,
    people,
    streams,
    workflows,
)
from domo_mcp.tools.change import Keeper
from domo_mcp.tools.definitions import COLLECTIONS
from domo_mcp.tools.documents import DOCUMENTS
from domo_mcp.tools.toolset import BOTH_SURFACES, Surface, Tool, Toolset

TOOLSETS: tuple[Toolset, ...] = (
    data.toolset,
    data_api.toolset,
    ai.toolset,
    filesets.toolset,
    appdb.toolset,
    collections.toolset,
    workflows.toolset,
    codeengine.toolset,
    datasets.toolset,
    streams.toolset,
    files.toolset,
    people.toolset,
    changes.toolset,
)

KEEPERS: Mapping[str, Keeper] = {keeper.kind: keeper for keeper in (DOCUMENTS, COLLECTIONS)}
"""Who reads and restores the objects of a change, by the kind of its snapshots."""


def toolset_names() -> tuple[str, ...]:
    """The names that configuration may list, `default` and `all` aside."""
    return tuple(toolset.name for toolset in TOOLSETS)


def select_tools(names: Iterable[str], surfaces: Collection[Surface] = BOTH_SURFACES) -> list[Tool]:
    """The tools of the toolsets named that one of `surfaces` has.

    `default` means what each toolset lists unasked on these surfaces, `all` everything.
    """
    wanted, there = set(names), set(surfaces)
    return [
        tool
        for toolset in TOOLSETS
        for tool in toolset.tools
        if (tool.surfaces & there and wanted & {"all", toolset.name})
        or ("default" in wanted and tool.default_on & there)
    ]
