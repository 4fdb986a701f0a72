"""Pictures of people and groups, drawn: their initials in two colours, as PNG. Pure."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

Colour = tuple[int, int, int]

# A letter is seven rows of five dots, a byte each; the shapes are those of common 5 x 7 displays.
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?"
_DOTS = bytes.fromhex(
    "0e11111f1111111e11111e11111e0e11101010110e1e11111111111e1f10101e10101f1f10101e1010100e11101711110f"
    "1111111f1111110e04040404040e0702020202120c111214181412111010101010101f111b151511111111111915131111"
    "0e11111111110e1e11111e1010100e11111115120d1e11111e1412110f10100e01011e1f0404040404041111111111110e"
    "11111111110a0411111115151b1111110a040a111111110a040404041f01020408101f0e11131519110e040c040404040e"
    "0e11010204081f1f02040201110e02060a121f02021f101e0101110e0608101e11110e1f0102040808080e11110e11110e"
    "0e11110f01020c0e110102040004"
)
_FONT = {letter: _DOTS[7 * place : 7 * place + 7] for place, letter in enumerate(_LETTERS)}
_WIDTH, _HEIGHT = 5, 7


def drawn(text: str, size: int, foreground: Colour, background: Colour) -> bytes:
    """Give a square PNG of `size` pixels with the first two characters of a text in its middle."""
    letters = [_FONT.get(letter, _FONT["?"]) for letter in text.upper().replace(" ", "")[:2]]
    dots = max(_WIDTH * len(letters) + len(letters) - 1, _HEIGHT)
    scale = max(size * 6 // 10 // dots, 1)
    return _png(size, foreground, background, _rows(letters, size, scale))


def colour(digits: str) -> Colour:
    """Give the colour of three or six hexadecimal digits. Raises ValueError for anything else."""
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def _rows(letters: list[bytes], size: int, scale: int) -> Iterator[bytes]:
    """Rows of pixels as bits, the first one leftmost: 1 is the foreground."""
    width = _WIDTH * len(letters) + max(len(letters) - 1, 0)
    top = (size - _HEIGHT * scale) // 2
    for y in range(size):
        row = (y - top) // scale
        bits = 0
        for letter in letters if 0 <= row < _HEIGHT else ():
            bits = bits << _WIDTH + 1 | letter[row] << 1
        dots = f"{bits >> 1:0{width}b}" if width else ""
        line = "".join(dot * scale for dot in dots).center(size, "0")
        yield int(line.ljust(-(-size // 8) * 8, "0"), 2).to_bytes(-(-size // 8), "big")


def _png(size: int, foreground: Colour, background: Colour, rows: Iterator[bytes]) -> bytes:
    """An image of a palette of two colours (PNG specification, 11.2)."""
    pixels = b"".join(b"\0" + row for row in rows)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 1, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(background + foreground)),
            _chunk(b"IDAT", zlib.compress(pixels, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
