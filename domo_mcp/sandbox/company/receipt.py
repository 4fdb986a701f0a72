"""A receipt as a picture: text in a font of five by seven dots, written as PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

RECEIPT = (
    "CAFE NORDLYS",
    "KARL JOHANS GATE 12 OSLO",
    "DATE 14.05.2025  19:42",
    "TABLE 7",
    "",
    "2 FISH SOUP       34.00",
    "1 REINDEER STEW   29.50",
    "3 COFFEE          13.50",
    "",
    "TOTAL EUR         77.00",
    "VAT 15%           10.04",
    "CARD ENDING 4821",
    "THANK YOU",
)

# Columns of each letter from left to right; the lowest bit is its top row.
_LETTERS = {
    "A": "7e0909097e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941", "F": "7f09090901",
    "G": "3e41495932", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01", "K": "7f08142241", "L": "7f40404040",
    "M": "7f020c027f", "N": "7f060c187f", "O": "3e4141413e", "P": "7f09090906", "R": "7f09192946", "S": "2649494932",
    "T": "01017f0101", "U": "3f4040403f", "V": "0718601807", "W": "3f4038403f", "Y": "0304780403",
    "0": "003e41413e", "1": "00427f4000", "2": "4261514946", "3": "2241494936", "4": "1814127f10", "5": "2745454539",
    "6": "3c4a494930", "7": "0171090503", "8": "3649494936", "9": "064949291e",
    ".": "0060600000", ":": "0036360000", "%": "2313086462",
}  # fmt: skip
_MARGIN, _LINE, _STEP, _DOT, _WHITE = 8, 12, 7, 3, 255


def picture(lines: Sequence[str] = RECEIPT) -> bytes:
    """Give lines of capital letters and digits as a grey PNG, black on white."""
    width = 2 * _MARGIN + max(len(line) for line in lines) * _STEP
    blank = b"\xff" * width
    rows = [blank] * _MARGIN
    for line in lines:
        rows += [_drawn(line, row, width) if row < 7 else blank for row in range(_LINE)]
    smooth = _doubled([*rows, *[blank] * _MARGIN])
    return _png(2 * _DOT * width, [wide for wide in map(_widened, smooth) for _ in range(_DOT)])


def _drawn(line: str, row: int, width: int) -> bytes:
    dots = b"".join(_dots(letter, row) for letter in line)
    return (b"\xff" * _MARGIN + dots).ljust(width, b"\xff")


def _dots(letter: str, row: int) -> bytes:
    columns = bytes.fromhex(_LETTERS.get(letter, "0000000000"))
    return bytes(0 if column >> row & 1 else _WHITE for column in columns).ljust(_STEP, b"\xff")


def _doubled(rows: Sequence[bytes]) -> list[bytes]:
    """Give a picture twice as large, its slants smooth: Scale2x, by which stairs of dots are still read as letters."""
    blank = b"\xff" * len(rows[0])
    larger: list[bytes] = []
    for above, row, below in zip([blank, *rows], rows, [*rows[1:], blank], strict=False):
        upper, lower = bytearray(), bytearray()
        for up, left, dot, right, down in zip(above, b"\xff" + row, row, row[1:] + b"\xff", below, strict=False):
            slanted = up != down and left != right
            upper += bytes((up if slanted and up == left else dot, up if slanted and up == right else dot))
            lower += bytes((down if slanted and down == left else dot, down if slanted and down == right else dot))
        larger += [bytes(upper), bytes(lower)]
    return larger


def _widened(row: bytes) -> bytes:
    wide = bytearray(len(row) * _DOT)
    for place in range(_DOT):
        wide[place::_DOT] = row
    return bytes(wide)


def _png(width: int, rows: Sequence[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            *_chunk(b"IHDR", header),
            *_chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows), 6)),
            *_chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> Iterator[bytes]:
    yield struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
