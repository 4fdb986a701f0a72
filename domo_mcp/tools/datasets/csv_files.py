"""CSV files of this machine, read some records at a time: never the whole in memory, and hashed on the way."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, repeat, tee
from typing import BinaryIO

from domo_mcp.errors import InvalidInput

LONGEST_TEXT = 16 * 1024 * 1024
"""Characters of one line, and of one cell."""

csv.field_size_limit(LONGEST_TEXT)  # the library's own limit is 128 KiB, which texts may well exceed

_BUFFER = 1024 * 1024
_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')

Record = list[str | None]


@dataclass(frozen=True)
class Records:
    """Some records as they stand one after another in a file, and the lines that they were read from.

    `before` is how many lines of the file come before.
    """

    rows: list[list[str]]
    lines: list[str]
    before: int
    separator: str

    @property
    def width(self) -> int | None:
        """How many fields each has, None where they differ."""
        widths = set(map(len, self.rows))
        return widths.pop() if len(widths) == 1 else None

    @cached_property
    def ends(self) -> list[int]:
        """The number of the line that each ends on."""
        again = csv.reader(self.lines, delimiter=self.separator, strict=True)
        return [self.before + again.line_num for _ in again]

    def columns(self) -> list[Sequence[str | None]]:
        """The fields by column, where all have as many; an empty field is None, a quoted empty one ""."""
        by = re.escape(self.separator)
        if re.search(rf'(?:^|[{by}\r\n])""(?:[{by}\r\n]|\Z)', "".join(self.lines)):
            return list(zip(*self.with_nulls(), strict=True))
        columns = zip(*self.rows, strict=True)
        return [[field or None for field in column] if "" in column else column for column in columns]

    def with_nulls(self) -> Iterator[Record]:
        """Each with None for the empty fields without quotes; the reader of the library tells no difference."""
        start = self.before
        for fields, end in zip(self.rows, self.ends, strict=True):
            raw = self.lines[start - self.before : end - self.before] if "" in fields else ()
            yield _told_apart(fields, "".join(raw), self.separator) if raw else list(fields)
            start = end


class CsvFile:
    """An open CSV file; once all its records are read, `size` and `sha256` are those of the bytes that were read.

    `separator` is what the header has between names: the comma, or where it has none a semicolon, tab or bar.
    """

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
        self.size = 0
        self.separator = ","
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash in hex."""
        return self._digest.hexdigest()

    def records(self, at_once: int) -> Iterator[Records]:
        """The header alone, then all others, some at once. Raises InvalidInput for what is not UTF-8 or not CSV."""
        lines = chain.from_iterable(self._lines())
        header = next(lines, "")
        self.separator = _separator(header)
        parsed, raw = tee(chain([header], lines))
        reader = csv.reader(parsed, delimiter=self.separator, strict=True)
        for most in chain([1], repeat(at_once)):
            before = reader.line_num
            try:
                rows = list(islice(reader, most))
            except csv.Error as error:
                raise InvalidInput(
                    f"{self.name}, line {reader.line_num}: not CSV ({error}).",
                    'A cell with a comma, a quote or a line break stands in quotes; a quote in it is "".',
                ) from None
            if not rows:
                return
            yield Records(rows, list(islice(raw, reader.line_num - before)), before, self.separator)

    def _lines(self) -> Iterator[list[str]]:
        """The lines with their ends, as many at once as a buffer has."""
        rest = ""
        for text in self._texts():
            lines = io.StringIO(rest + text, newline="").readlines()
            rest = lines.pop() if text and lines else ""  # it may go on
            if max(map(len, (*lines, rest)), default=0) >= LONGEST_TEXT:
                raise InvalidInput(f"{self.name} has a line of more than {LONGEST_TEXT // 1024**2} million characters.")
            yield lines

    def _texts(self) -> Iterator[str]:
        """The text, a buffer at once, and "" at its end."""
        decoder, before = codecs.getincrementaldecoder("utf-8-sig")(), 0
        while data := self._file.read(_BUFFER):
            self._digest.update(data)
            self.size += len(data)
            yield self._decoded(decoder, data, before)
            before += data.count(b"\n")
        yield self._decoded(decoder, b"", before)
        yield ""

    def _decoded(self, decoder: codecs.IncrementalDecoder, data: bytes, before: int) -> str:
        try:
            return decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            line = before + error.object.count(b"\n", 0, error.start) + 1
            raise InvalidInput(
                f"{self.name} is not UTF-8 at line {line}.",
                'Save it as "CSV UTF-8", or convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW.csv',
            ) from None


def _separator(header: str) -> str:
    bare = _QUOTED.sub("", header)
    return "," if "," in bare else max(_SEPARATORS, key=bare.count)


def _told_apart(fields: list[str], raw: str, separator: str) -> Record:
    if '""' not in raw:
        return [field or None for field in fields]
    by = re.escape(separator)
    written = re.findall(rf'("[^"]*(?:""[^"]*)*"|[^"{by}\r\n][^{by}\r\n]*|)(?:{by}|\r?\n|\r|\Z)', raw)
    return [field if field or mark else None for field, mark in zip(fields, written, strict=False)]
