"""Where Domo's files are: on the product surface below the data service, its multipart sessions there too (assumed)."""

from __future__ import annotations

from domo_mcp.client.places import Place

FILES = Place("upload of files", product="api/data/v1/data-files", app="domo/data-files/v1")
DETAILS = Place("list of files", product="api/data/v1/data-files/details", app="domo/data-files/v1/details")
FILE = Place("file", product="api/data/v1/data-files/{}", app="domo/data-files/v1/{}")
FILE_DETAILS = Place(
    "details of a file", product="api/data/v1/data-files/{}/details", app="domo/data-files/v1/{}/details"
)
REVISION = Place(
    "revision of a file", product="api/data/v1/data-files/{}/revisions/{}", app="domo/data-files/v1/{}/revisions/{}"
)
PERMISSIONS = Place(
    "permissions of a file", product="api/data/v1/data-files/{}/permissions", app="domo/data-files/v1/{}/permissions"
)
SESSIONS = Place(
    "upload of files in parts", product="api/data/v1/data-files/multipart", app="domo/data-files/v1/multipart"
)
REVISION_SESSIONS = Place(
    "upload of revisions in parts",
    product="api/data/v1/data-files/{}/multipart",
    app="domo/data-files/v1/{}/multipart",
)
PART = Place(
    "part of an upload",
    product="api/data/v1/data-files/multipart/{}/part/{}",
    app="domo/data-files/v1/multipart/{}/part/{}",
)
COMMIT = Place(
    "end of an upload in parts",
    product="api/data/v1/data-files/multipart/{}/commit",
    app="domo/data-files/v1/multipart/{}/commit",
)
ABORT = Place(
    "abort of an upload in parts",
    product="api/data/v1/data-files/multipart/{}/abort",
    app="domo/data-files/v1/multipart/{}/abort",
)
