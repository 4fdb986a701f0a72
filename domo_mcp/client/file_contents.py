"""What Domo's files are, as types: files, their revisions, who may do what with them, and what is to be uploaded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Protocol

from pydantic import Field, JsonValue

from domo_mcp.client.shapes import Count, Instant, Many, Shape
from domo_mcp.client.surface import Content, Pieces

_MOST_PARTS = 10_000  # the index of a part: 1 to 10,000 (App-Framework document, Uploading File Parts)
_PIECE = 1024 * 1024


class Revision(Shape):
    """One version of a file (App-Framework document, Get file metadata by ID); `size` in bytes.

    `scan_state` is what Domo's virus scan says: SAFE, else nothing that is documented.
    """

    id: str = Field(alias="dataFileRevisionId")
    content_type: str = ""
    uploaded_by: str | None = Field(default=None, alias="uploadUserId")
    size: Count = Field(default=None, alias="sizeBytes")
    sha256_hash_value: str | None = None
    scan_state: str | None = None
    uploaded: Instant = Field(default=None, alias="datetimeUploaded")

    @property
    def sha256(self) -> str | None:
        """The hash of its bytes in lower-case hex, None where Domo gives none."""
        return self.sha256_hash_value.lower() if self.sha256_hash_value else None


class DataFile(Shape):
    """A file (App-Framework document, Get file metadata by ID). Times come as milliseconds or as text.

    `revisions` and `metadata` are there where they were asked for; what is in `metadata` is not documented.
    """

    id: str = Field(alias="dataFileId")
    name: str = ""
    owner: str | None = Field(default=None, alias="responsibleUserId")
    current_revision: Revision | None = None
    created: Instant = Field(default=None, alias="datetimeCreated")
    revisions: Many[Revision] = ()
    metadata: JsonValue = None

    @property
    def versions(self) -> tuple[Revision, ...]:
        """Every revision that is told of, the current one included, the oldest first."""
        known = [*self.revisions, *([self.current_revision] if self.current_revision else [])]
        return tuple(sorted({each.id: each for each in known}.values(), key=lambda each: (len(each.id), each.id)))


class Entry(Shape):
    """What one user, group or app may do with a file."""

    entity_type: str
    entity_id: str
    grant: str = ""
    pass_: str = Field(default="NONE", alias="pass")


class Access(Shape):
    """Who may do what with a file (App-Framework document, Get file permissions)."""

    public_access: bool = False
    entries: Many[Entry] = ()


class Made(Shape):
    """What an upload made. In one request a file's first upload does not tell its revision."""

    file_id: str = Field(alias="dataFileId", min_length=1)
    revision_id: str = ""


class Body(Protocol):
    """Bytes to upload; `sha256` is that of all of them, in lower-case hex."""

    @property
    def name(self) -> str: ...

    @property
    def media_type(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str: ...

    async def read(self, start: int, length: int) -> bytes:
        """`length` bytes from `start` on, fewer at the end."""
        ...


class Progress(Protocol):
    """Is told how many bytes have arrived."""

    async def __call__(self, done: int) -> None: ...


@dataclass(frozen=True)
class Parts:
    """How a file is cut that has more than `size` bytes: in parts of that size, `at_once` of them sent together."""

    size: int
    at_once: int

    def size_for(self, total: int) -> int:
        """The size of each part of a file of `total` bytes: larger where there would be too many."""
        return max(self.size, ceil(total / _MOST_PARTS))


async def pieces_of(data: bytes) -> AsyncIterator[bytes]:
    """The same bytes, a MB at a time: each layer of the network would copy a large body whole."""
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]


def whole(data: bytes, media_type: str) -> Content:
    """Bytes as the whole body of a request."""
    return Content(Pieces(len(data), partial(pieces_of, data)), media_type)
