"""A program that reads a Vega-Lite specification from its input and writes the PNG of it.

Run by its path, so that it imports nothing of this package. It ends with code 3 where vl-convert is not installed.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress

MOST_MEMORY = 2 << 30  # bytes of data; the address space of its JavaScript engine is far larger than what it uses
NOT_INSTALLED = 3
SCALE = 2.0


def main() -> int:
    """Read all input, draw it, write the picture."""
    specification, seconds = sys.stdin.read(), int(sys.argv[1])
    try:
        import vl_convert
    except ImportError:
        return NOT_INSTALLED
    _bound(seconds)
    picture = vl_convert.vegalite_to_png(specification, scale=SCALE, allowed_base_urls=[])
    sys.stdout.buffer.write(_smaller(picture))
    return 0


def _smaller(png: bytes) -> bytes:
    """The same picture, packed better: a third of the size."""
    pixels, out = b"", [png[:8]]
    for kind, content in _chunks(png):
        if kind == b"IDAT":
            pixels += content
            continue
        if kind == b"IEND":
            out.append(_chunk(b"IDAT", zlib.compress(zlib.decompress(pixels), 8)))
        out.append(_chunk(kind, content))
    return b"".join(out)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG (PNG specification, 5.3): length, kind, content, checksum."""
    at = 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _bound(seconds: int) -> None:
    """Bound memory and time where the system can, and leave no file behind when it ends badly."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    sys.exit(main())
