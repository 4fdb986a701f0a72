"""What the sandbox knows of uploaded files. Times are milliseconds since 1970, in UTC."""

from __future__ import annotations

from typing import Literal

from domo_mcp.sandbox.records import Part, Record

FULL = "READ_WRITE_DELETE_SHARE_ADMIN"
"""What the one who uploads a file may do with it: Get file permissions."""

EntityType = Literal["USER", "GROUP"]


class Grant(Part):
    """What a user or a group may do with a file: READ, WRITE, DELETE, SHARE, ADMIN, joined by underscores."""

    entity_type: EntityType
    entity_id: str
    grant: str
    passing: str = "NONE"


class Revision(Part):
    """One version of a file; its bytes are in `Contents` under `revision-{id}`. Hashes are in upper-case hex.

    `scan` is what the virus scan says; of its words only SAFE is documented.
    """

    id: int
    content_type: str
    uploaded_by: int
    uploaded: int
    took: int
    size: int
    md5: str
    sha256: str
    scan: str = "SAFE"

    @property
    def key(self) -> str:
        """Where its bytes are."""
        return f"revision-{self.id}"


class DataFile(Record):
    """A file. `revisions` has the oldest first; the last one is current."""

    id: int
    name: str
    description: str
    owner_id: int
    created: int
    public: bool
    grants: tuple[Grant, ...]
    revisions: tuple[Revision, ...]

    @property
    def current(self) -> Revision:
        """The version that a download gives."""
        return self.revisions[-1]


class UploadSession(Record):
    """An upload in parts; its parts are in `Contents` under its id. `file_id` is what it revises, None for a new file.

    `public` is what the file will be: the way in decides.
    """

    id: str
    file_id: int | None
    name: str
    description: str
    content_type: str
    user_id: int
    started: int
    public: bool


class Numbers(Record):
    """The number that the next file or revision gets; none is given twice."""

    id: str = "files"
    next: int = 401
