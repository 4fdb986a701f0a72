"""What the first bytes of a file say it is, and whether its end is there."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

from domo_mcp.errors import InvalidInput

CONVERT = "Convert it to PNG or JPEG."

_FIRST_BYTES = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF....WEBP",
    "image/bmp": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00",  # the sizes that its second header may have
    "image/tiff": rb"II\x2a\x00|MM\x00\x2a",
}
_REFUSED = {
    "a HEIC or HEIF picture": rb"....ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1)",
    "an AVIF picture": rb"....ftypavi[fs]",
    "a PDF": rb"\s*%PDF-",
    "an SVG drawing": rb"(?:\xef\xbb\xbf)?\s*+<(?:(?!<svg\b).)*+<svg\b|<svg\b",
}


def media_type(data: bytes) -> str:
    """The media type of a picture, such as image/png; raises InvalidInput where Domo's AI takes none such."""
    for form, first_bytes in _FIRST_BYTES.items():
        if re.match(first_bytes, data, re.DOTALL):
            return form
    for what, first_bytes in _REFUSED.items():
        if re.match(first_bytes, data[:2000], re.DOTALL):
            raise InvalidInput(f"This is {what}, which Domo's AI does not read.", CONVERT)
    raise InvalidInput("This is no picture of a known format: PNG, JPEG, GIF, WEBP, BMP, TIFF.", CONVERT)


def check_complete(form: str, data: bytes) -> None:
    """Raise InvalidInput where a picture of this media type is cut off or damaged."""
    try:
        whole = _CHECKS[form](data)
    except (struct.error, IndexError):
        whole = False
    if not whole:
        raise InvalidInput(f"The picture is cut off or damaged ({form}).", "Send the whole file, or save it anew.")


def _png(data: bytes) -> bool:
    """Whether each chunk up to the last has its checksum (PNG specification, 5.3)."""
    place = 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, place)
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        if zlib.crc32(data[place + 4 : place + 8 + length]) != checksum:
            return False
        if kind == b"IEND":
            return True
        place += 12 + length


def _jpeg(data: bytes) -> bool:
    """Whether the scan and, after it, the end are there (ITU T.81, B.1.1); a thumbnail's own are passed over."""
    place = 2
    while data[place] == 0xFF and data[place + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, place + 2)
        place += 1 if data[place + 1] == 0xFF else 2 + length
    return data[place] == 0xFF and data.find(b"\xff\xd9", place) > 0


def _gif(data: bytes) -> bool:
    """Whether there is an image and the trailer (GIF89a, 20 and 27); some writers pad with zeros."""
    return b"," in data[13:] and data.rstrip(b"\0").endswith(b";")


def _webp(data: bytes) -> bool:
    """Whether all bytes are there that the container announces (RFC 9649, 2.4)."""
    length: int = struct.unpack_from("<I", data, 4)[0]
    return length > 4 and len(data) >= length + 8


def _bmp(data: bytes) -> bool:
    """Whether the pixels start and all announced bytes are there; some writers leave the size 0."""
    announced: tuple[int, int] = struct.unpack_from("<I4xI", data, 2)
    length, pixels = announced
    return 14 < pixels < len(data) >= length


def _tiff(data: bytes) -> bool:
    """Whether the first directory is there (TIFF 6.0, section 2)."""
    order = "<" if data[:2] == b"II" else ">"
    place: int = struct.unpack_from(f"{order}I", data, 4)[0]
    entries: int = struct.unpack_from(f"{order}H", data, place)[0]
    return place >= 8 and entries > 0 and place + 2 + 12 * entries <= len(data)


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/bmp": _bmp,
    "image/tiff": _tiff,
}
