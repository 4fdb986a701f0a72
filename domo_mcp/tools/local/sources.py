"""What a call uploads: a file of this machine, or what the call itself holds."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import anyio.to_thread

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.local.folders import Folders

Opener = Callable[[], AbstractContextManager[BinaryIO]]

_PIECE = 1024 * 1024
_HASHED_AT_ONCE = 8 * _PIECE
_LARGEST = 50 * 1024**3
_DATA_URI = re.compile(r"data:[^,]{0,200};base64,(?P<body>.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Source:
    """Bytes to upload under a name. `sha256` is in hex; `mark` tells whether the file is still the one it was."""

    name: str
    media_type: str
    size: int
    sha256: str
    mark: tuple[int, ...]
    _open: Opener = field(repr=False, compare=False)

    async def read(self, start: int, length: int) -> bytes:
        """`length` bytes from `start` on, fewer at the end. Raises Refused where the file changed since."""
        return await anyio.to_thread.run_sync(self._read, start, length)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The whole, at most a MB at a time, the last only where all of it is what was measured. Raises as `read`."""
        digest = hashlib.sha256()
        for start in range(0, self.size, _PIECE):
            piece = await self.read(start, _PIECE)
            digest.update(piece)
            if start + _PIECE >= self.size and digest.hexdigest() != self.sha256:
                raise self._changed()
            yield piece

    def _read(self, start: int, length: int) -> bytes:
        with self._open() as file:
            if _mark(file) != self.mark:
                raise self._changed()
            file.seek(start)
            return file.read(length)

    def _changed(self) -> Refused:
        return Refused(f"{self.name} changed while it was being uploaded.", "Call the tool again.")


async def source_of(folders: Folders, *, source: str | None, content: str | None, name: str | None) -> Source:
    """What to upload: the file `source` below a root, or `content` (text, or a base64 data URI) called `name`.

    Raises InvalidInput for both or neither, content without a name, a name with a path, an empty file or bad base64;
    Refused for a path outside the folders.
    """
    if (source is None) is (content is None):
        raise InvalidInput("Give either source or content.", "source: a path below files.roots; content: with name.")
    if source is not None:
        return await _looked_at(_plain(name or Path(source).name), partial(folders.open, source))
    if name is None:
        raise InvalidInput("content needs a name.", "Such as notes.txt: its ending says what it is.")
    data = _decoded(content or "")
    return await _looked_at(_plain(name), partial(BytesIO, data))


async def _looked_at(name: str, opener: Opener) -> Source:
    digest, size = hashlib.sha256(), 0
    with opener() as file:
        mark = _mark(file)
        whole = file.seek(0, os.SEEK_END)
        if whole > _LARGEST:
            raise InvalidInput(f"{name} is too large: at most {_LARGEST // 1024**3} GB.", "Split it.")
        file.seek(0)
        while size < whole and (piece := await anyio.to_thread.run_sync(file.read, _HASHED_AT_ONCE)):
            await anyio.to_thread.run_sync(digest.update, piece)
            size += len(piece)
    if size != whole:
        raise InvalidInput(f"{name} changes while it is being read.", "Call the tool when it is complete.")
    if not size:
        raise InvalidInput(f"{name} is empty.", "Domo keeps no empty files.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Source(name, kind, size, digest.hexdigest(), mark, opener)


def _mark(file: BinaryIO) -> tuple[int, ...]:
    if isinstance(file, BytesIO):
        return ()
    status = os.fstat(file.fileno())
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _plain(name: str) -> str:
    if not name.strip() or not name.isprintable() or "/" in name or "\\" in name or len(name) > 255:
        raise InvalidInput("The name is not one that a file can have.", "Give a plain file name, such as notes.txt.")
    return name


def _decoded(content: str) -> bytes:
    uri = _DATA_URI.fullmatch(content.strip())
    if uri is None:
        return content.encode("utf-8", "surrogatepass")
    try:
        return b64decode("".join(uri["body"].split()), validate=True)
    except ValueError:
        raise InvalidInput("The data URI's data is not base64.", "Write data:TYPE;base64,… or plain text.") from None
