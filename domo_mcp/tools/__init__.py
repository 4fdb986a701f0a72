"""What a model can do with Domo: one typed function per tool, one module or package per toolset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from domo_mcp.tools import ai, changes, data_api, people
from domo_mcp.tools.appdb import collections
from domo_mcp.tools.appdb import tools as appdb_tools
from domo_mcp.tools.appdb.definitions import COLLECTIONS
from domo_mcp.tools.appdb.documents import DOCUMENTS
from domo_mcp.tools.change import Keeper
from domo_mcp.tools.codeengine import tools as codeengine_tools
from domo_mcp.tools.data import tools as data_tools
from domo_mcp.tools.datasets import access as dataset_access  # noqa: F401 - registers its tools
from domo_mcp.tools.datasets import partitions as dataset_partitions  # noqa: F401 - registers its tools
from domo_mcp.tools.datasets import rows as dataset_rows  # noqa: F401 - registers its tools
from domo_mcp.tools.datasets import tools as datasets_tools
from domo_mcp.tools.datasets.keepers import ACCESS, PROPERTIES, SCHEMAS, TAGS
from domo_mcp.tools.datasets.upload import ROWS
from domo_mcp.tools.files import tools as files_tools
from domo_mcp.tools.files.keepers import DATA_FILES, FILE_PERMISSIONS
from domo_mcp.tools.filesets import tools as filesets_tools
from domo_mcp.tools.filesets.definitions import FILESETS
from domo_mcp.tools.filesets.files import FILES as FILESET_FILES
from domo_mcp.tools.streams import tools as streams_tools
from domo_mcp.tools.streams.definitions import STREAMS
from domo_mcp.tools.toolset import BOTH_SURFACES, Surface, Tool, Toolset
from domo_mcp.tools.workflows import tools as workflows_tools

TOOLSETS: tuple[Toolset, ...] = (
    data_tools.toolset,
    data_api.toolset,
    ai.toolset,
    filesets_tools.toolset,
    appdb_tools.toolset,
    collections.toolset,
    workflows_tools.toolset,
    codeengine_tools.toolset,
    datasets_tools.toolset,
    streams_tools.toolset,
    files_tools.toolset,
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
