"""Where FileSets and their files are."""

from __future__ import annotations

from domo_mcp.client.places import Place

FILESETS = Place("FileSets", product="api/files/v1/filesets", app="domo/files/v1/filesets")
SEARCH = Place("FileSet search", product="api/files/v1/filesets/search", app="domo/files/v1/filesets/search")
FILESET = Place("FileSet", product="api/files/v1/filesets/{}", app="domo/files/v1/filesets/{}")
QUERY = Place("FileSet query", product="api/files/v1/filesets/{}/query", app="domo/files/v1/filesets/{}/query")
FILES = Place("FileSet upload", product="api/files/v1/filesets/{}/files", app="domo/files/v1/filesets/{}/files")
FILE_SEARCH = Place(
    "list of a FileSet's files",
    product="api/files/v1/filesets/{}/files/search",
    app="domo/files/v1/filesets/{}/files/search",
)
FILE = Place("file of a FileSet", product="api/files/v1/filesets/{}/files/{}", app="domo/files/v1/filesets/{}/files/{}")
FILE_AT = Place(
    "file of a FileSet by path", product="api/files/v1/filesets/{}/path", app="domo/files/v1/filesets/{}/path"
)
DOWNLOAD = Place(
    "download from a FileSet",
    product="api/files/v1/filesets/{}/files/{}/download",
    app="domo/files/v1/filesets/{}/files/{}/download",
)
