"""The FileSets of one instance by id and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domo_mcp.catalog.directory import UUID, Directory, Kind
from domo_mcp.catalog.permits import Permits
from domo_mcp.untrusted import one_line

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.fileset_contents import FileSet


def filesets(domo: Domo, max_age_s: float, permits: Permits) -> Directory[FileSet]:
    """The directory of FileSets."""
    kind = Kind(
        name="fileset",
        lister="list_filesets",
        load=domo.filesets.all,
        about=_about,
        one=lambda key: domo.filesets.get(key.lower()),
        is_id=UUID.fullmatch,
    )
    return Directory(kind, max_age_s, permits)


def _about(fileset: FileSet) -> str:
    owner = f"owner {one_line(fileset.owner, 40)}" if fileset.owner else "unknown owner"
    files = f"{fileset.file_count:,} files" if fileset.file_count is not None else "files unknown"
    updated = f"updated {fileset.updated:%Y-%m-%d}" if fileset.updated else "update unknown"
    return f"{owner}, {files}, {updated}"
