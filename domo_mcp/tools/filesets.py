"""FileSets: folders of documents that can be asked."""

from __future__ import annotations

from domo_mcp.tools.toolset import Toolset

toolset = Toolset(
    "filesets", defaults=frozenset({"list_filesets", "query_filesets", "list_fileset_files", "read_fileset_file"})
)
