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
    dataset_access,  # noqa: F401 - registers its tools on datasets.toolset
    dataset_partitions,  # noqa: F401 - registers its tools on datasets.toolset
    dataset_rows,  # noqa: F401 - registers its tools on datasets.toolset
    datasets,
    files,
    filesets,
    people,
    streams,
    workflows,
)
from domo_mcp.tools.change import Keeper
from domo_mcp.tools.dataset_keepers import ACCESS, PROPERTIES, SCHEMAS, TAGS
from domo_mcp.tools.dataset_rows_upload import ROWS
from domo_mcp.tools.definitions import COLLECTIONS
from domo_mcp.tools.documents import DOCUMENTS
from domo_mcp.tools.file_keepers import DATA_FILES, FILE_PERMISSIONS
from domo_mcp.tools.fileset_definitions import FILESETS
from domo_mcp.tools.fileset_files import FILES as FILESET_FILES
from domo_mcp.tools.stream_definitions import STREAMS
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

KEEPERS: Mapping[str, Keeper] = {
    keeper.kind: keeper
    for keeper in (
        DOCUMENTS,
        COLLECTIONS,
        FILESETS,
        FILESET_FILES,
        ROWS,
        STREAMS,
        PROPERTIES,
        TAGS,
        SCHEMAS,
        ACCESS,
        DATA_FILES,
        FILE_PERMISSIONS,
    )
}
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
