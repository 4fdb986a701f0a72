"""What a FileSet and its files are. Times are milliseconds since 1970, in UTC.

Permissions, statuses and connectors are those of domo-developer-portal, Product-APIs/Filesets.yaml.
"""

from __future__ import annotations

from typing import Literal

from domo_mcp.sandbox.records import Part, Record

Permission = Literal["OWNER", "EDIT", "READ"]
IndexStatus = Literal["PENDING", "COMPLETED", "FAILED", "SKIPPED"]


class FileSetGrant(Part):
    """What a user or a group may do with a FileSet."""

    entity: Literal["USER", "GROUP"]
    entity_id: int
    permission: Permission


class FileSet(Record):
    """A FileSet; its files are `StoredFile` records. Only one with `ai_enabled` can be asked."""

    id: str
    name: str
    description: str
    owner_id: int
    created: int
    created_by: int
    updated: int
    updated_by: int
    ai_enabled: bool = False
    account_id: int = 0
    connector: str = "DOMO"
    relative_path: str | None = None
    grants: tuple[FileSetGrant, ...] = ()


class StoredFile(Record):
    """A file or a directory of a FileSet; a file's bytes are in the `Library` under its id.

    `path` has no slash at either end. `content_type` and `hash` (SHA-256, hex) are None for a directory.
    `index_status` is None where the FileSet cannot be asked.
    """

    id: str
    fileset_id: str
    path: str
    created: int
    created_by: int
    content_type: str | None = None
    size: int = 0
    hash: str | None = None
    index_status: IndexStatus | None = None
    index_reason: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def directory(self) -> str:
        """The path of the directory the file is in; empty at the top."""
        return self.path.rpartition("/")[0]

    @property
    def is_directory(self) -> bool:
        """Whether this is a directory."""
        return self.content_type is None
