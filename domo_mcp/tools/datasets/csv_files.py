"""CSV files of this machine, read record by record: never the whole in memory, and hashed on the way."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from domo_mcp.errors import InvalidInput

LONGEST_TEXT = 16 * 1024 * 1024
"""Characters of one line, and of one cell."""

csv.field_size_limit(LONGEST_TEXT)  # the library's own limit is 128 KiB, which texts may well exceed

_BUFFER = 1024 * 1024
_FIELD = re.compile(r'("[^"]*(?:""[^"]*)*"|[^",\r\n][^,\r\n]*|)(?:,|\r?\n|\r|\Z)')

Record = list[str | None]


class CsvFile(io.RawIOBase):
    """An open CSV file; once all its records are read, `size` and `sha256` are those of the bytes that were read."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        super().__init__()
        self.name = name
        self.size = 0
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash in hex."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        """A stream that can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's own type has no name
        """Read the next bytes and hash them."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def records(self) -> Iterator[tuple[int, Record]]:
        """Every record with the number of the line it ends on; an empty field is None, a quoted empty one "".

        Raises InvalidInput for what is not UTF-8 or not CSV.
        """
        text = io.TextIOWrapper(io.BufferedReader(self, _BUFFER), encoding="utf-8-sig", newline="")
        lines = _Lines(text, self.name)
        reader = csv.reader(lines, strict=True)
        try:
            for fields in reader:
                raw = lines.taken()
                yield reader.line_num, _with_nulls(fields, raw) if "" in fields else list(fields)
        except csv.Error as error:
            raise InvalidInput(
                f"{self.name}, line {reader.line_num}: not CSV ({error}).",
                'A cell with a comma, a quote or a line break stands in quotes; a quote in it is "".',
            ) from None
        except UnicodeDecodeError:
            raise InvalidInput(
                f"{self.name} is not UTF-8 after line {reader.line_num}.", "Save it as CSV in UTF-8."
            ) from None


class _Lines:
    """The lines of a text, each kept until its record is complete."""

    def __init__(self, text: TextIO, name: str) -> None:
        self._text = text
        self._name = name
        self._raw: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_TEXT)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST_TEXT:
            raise InvalidInput(f"{self._name} has a line of more than {LONGEST_TEXT // 1024**2} million characters.")
        self._raw.append(line)
        return line

    def taken(self) -> list[str]:
        """The lines since the last call."""
        raw, self._raw = self._raw, []
        return raw


def _with_nulls(fields: list[str], raw: list[str]) -> Record:
    """The fields with None for those without quotes; the reader of the library tells no difference."""
    if not any('""' in line for line in raw):
        return [field or None for field in fields]
    written = [found[1] for found in _FIELD.finditer("".join(raw))]
    return [field if field or mark else None for field, mark in zip(fields, written, strict=False)]
