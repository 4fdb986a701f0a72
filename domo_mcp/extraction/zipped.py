"""Archives that somebody else made: no more is unpacked than fits, and XML is read without what can blow it up."""

from __future__ import annotations

import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from types import TracebackType
from typing import Self
from xml.parsers import expat

from domo_mcp.extraction.outcome import MOST_SECONDS, Damaged

MOST_UNPACKED = 64 * 1024 * 1024  # bytes, of all members together
_CHUNK = 64 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError, ValueError)
"""What zipfile raises for members that are damaged, encrypted, or compressed in a way that it does not know."""

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Characters = Callable[[str], None]


class Enough(Exception):
    """Raised in a handler to stop reading."""


class Zipped:
    """A ZIP archive in memory. Raises Damaged for what is no archive, is encrypted or unpacks to too much."""

    def __init__(self, data: bytes) -> None:
        """Open it."""
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except _BROKEN:
            raise Damaged("The file is damaged: its archive cannot be opened.") from None
        self.names = frozenset(self._archive.namelist())
        self._left = MOST_UNPACKED
        self._until = time.monotonic() + MOST_SECONDS

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the bytes."""
        self._archive.close()

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._until

    def parse(self, name: str, start: Start, end: End, characters: Characters) -> None:
        """Read a member as XML and tell its elements, by their local names, and texts; nothing where there is none.

        What is not read within the time for the whole file is left out: `late` says so.
        """
        if name not in self.names:
            return
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(_local(tag), _locals(attributes))
        parser.EndElementHandler = lambda tag: end(_local(tag))
        parser.CharacterDataHandler = characters
        parser.StartDoctypeDeclHandler = _refuse
        try:
            for chunk in self._chunks(name):
                parser.Parse(chunk, False)
                if self.late:
                    return
            parser.Parse(b"", True)
        except Enough:
            return
        except expat.ExpatError:
            raise Damaged(f"The file is damaged: {name} in it is not well-formed.") from None

    def _chunks(self, name: str) -> Iterator[bytes]:
        try:
            with self._archive.open(name) as member:
                while chunk := member.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise Damaged(f"The file unpacks to more than {MOST_UNPACKED >> 20} MB: it is not read.")
                    yield chunk
        except _BROKEN:
            raise Damaged(f"The file is damaged or encrypted: {name[:100]} in it cannot be unpacked.") from None


def _refuse(*_: object) -> None:
    """Office writes no document type; entities that expand without end, or to other files, would need one."""
    raise Damaged("The file declares a document type, which no Office file does: it is not read.")


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _locals(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rpartition(":")[2]: value for name, value in attributes.items()}
