"""The smallest PDF that holds headings and paragraphs, in Helvetica; and one that is a picture only."""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Sequence

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 64  # points; A4
_SIZES = {1: 18, 2: 13, 0: 10.5}
_LETTER = 0.5  # the width of a letter of Helvetica, on the average, in parts of its size

_Line = tuple[float, str]
"""A line of text and the size of its letters; an empty one is a gap."""


def pdf(blocks: Sequence[tuple[int, str]]) -> bytes:
    """Give the file; a block is (level of heading or 0, text). A page of its own is for what precedes sections."""
    first = next((place for place, (level, _) in enumerate(blocks) if level == 2), len(blocks))
    pages = [*_paged(_lines(blocks[:first])), *_paged(_lines(blocks[first:]))]
    return _file([_content(page) for page in pages if page])


def scan() -> bytes:
    """Give a page that looks like a scan: lines drawn where writing would be, and no text."""
    strokes = [f"{_MARGIN} {y} {300 + 37 * y % 150} 6 re f" for y in range(120, 760, 22)]
    return _file(["0.93 0.91 0.85 rg 0 0 595 842 re f 0.35 g " + " ".join(strokes)])


def _lines(blocks: Sequence[tuple[int, str]]) -> list[_Line]:
    lines: list[_Line] = []
    for level, text in blocks:
        size = _SIZES[level]
        letters = int((_WIDTH - 2 * _MARGIN) / (size * _LETTER))
        lines += [(size, line) for line in textwrap.wrap(text, letters)] + [(size, "")]
    return lines


def _paged(lines: Sequence[_Line]) -> list[list[_Line]]:
    pages: list[list[_Line]] = [[]]
    left = _HEIGHT - 2 * _MARGIN
    for size, text in lines:
        left -= int(size * 1.5)
        if left < 0:
            pages.append([])
            left = _HEIGHT - 2 * _MARGIN
        pages[-1].append((size, text))
    return pages


def _content(lines: Sequence[_Line]) -> str:
    shown, y = [], float(_HEIGHT - _MARGIN)
    for size, text in lines:
        y -= size * 1.5
        font = "F2" if size > _SIZES[0] else "F1"
        shown.append(f"BT /{font} {size} Tf {_MARGIN} {y:.1f} Td ({_escaped(text)}) Tj ET" if text else "")
    return "\n".join(shown)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(contents: Sequence[str]) -> bytes:
    """Put pages together: the objects, where each begins, and where that is written."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(contents)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
    ]
    for number, content in enumerate(contents):
        packed = zlib.compress(content.encode("cp1252"), 9)
        about = f"/MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {about} /Contents {6 + 2 * number} 0 R >>".encode())
        objects.append(f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode() + packed + b"\nendstream")
    return _numbered(objects)


def _numbered(objects: Sequence[bytes]) -> bytes:
    file = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(file))
        file += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(file)}\n%%EOF\n"
    return bytes(file) + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
