"""Who reads and restores the objects of a change; imported with the first change, as reading needs none of them."""

from __future__ import annotations

from collections.abc import Mapping

from domo_mcp.tools.appdb.definitions import COLLECTIONS
from domo_mcp.tools.appdb.documents import DOCUMENTS
from domo_mcp.tools.change import Keeper
from domo_mcp.tools.datasets.keepers import ACCESS, PROPERTIES, SCHEMAS, TAGS
from domo_mcp.tools.datasets.upload import ROWS
from domo_mcp.tools.files.keepers import DATA_FILES, FILE_PERMISSIONS
from domo_mcp.tools.filesets.definitions import FILESETS
from domo_mcp.tools.filesets.files import FILES as FILESET_FILES
from domo_mcp.tools.streams.definitions import STREAMS

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
"""By the kind of its snapshots."""
