"""Rows as Domo's CSV, cut into parts. Pure.

As Domo specifies it (portal, Format Data to Import): RFC 4180 in UTF-8, `,,` for NULLs and `""` for the empty text.
Without a header: no section about uploads has one, and published clients send none.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence

Columns = Sequence[Sequence[str | None]]
"""Some rows as the cells of each column; None is NULL."""

_PLAIN = re.compile(r'[^\s",](?:[^",\r\n]*[^\s",])?').fullmatch
_TO_QUOTE = re.compile(r'[",\r]|^[^\S\n]|[^\S\n]$', re.MULTILINE).search


def parts(blocks: Iterable[Columns], size: int) -> Generator[tuple[bytes, int]]:
    """The rows in parts of at most `size` bytes with the count of each; a row that is larger has its own."""
    held, lines = 0, list[bytes]()
    for block in blocks:
        for line in encoded(block):
            if held and held + len(line) > size:
                yield b"".join(lines), len(lines)
                lines, held = [], 0
            lines.append(line)
            held += len(line)
    if lines:
        yield b"".join(lines), len(lines)


def encoded(block: Columns) -> list[bytes]:
    """The rows of a block, each with its line feed."""
    return [(row + "\n").encode() for row in map(",".join, zip(*map(_column, block), strict=True))]


def _column(cells: Sequence[str | None]) -> list[str]:
    """The fields of a column; where no cell of it needs quotes, which one look tells, none is looked at by itself."""
    filled = list(filter(None, cells))
    text = "\n".join(filled)
    if "" in cells or text.count("\n") >= max(len(filled), 1) or _TO_QUOTE(text):
        return [_field(cell) for cell in cells]
    return [cell or "" for cell in cells]


def _field(cell: str | None) -> str:
    if cell is None:
        return ""
    return cell if _PLAIN(cell) else '"' + cell.replace('"', '""') + '"'
