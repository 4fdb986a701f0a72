"""A form with one file (multipart/form-data, RFC 7578), sent piece by piece."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from secrets import token_hex

from domo_mcp.client.surface import Content, Pieces
from domo_mcp.errors import InvalidInput

_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w.+-]+=[\w.+-]+)*", re.ASCII)
_ESCAPED = str.maketrans({"\r": "%0D", "\n": "%0A", '"': "%22"})


def form(
    fields: Mapping[str, tuple[str, str]],
    file_field: str,
    name: str,
    media_type: str,
    size: int,
    pieces: Callable[[], AsyncIterator[bytes]],
) -> Content:
    """A form of one file of `size` bytes, which `pieces` gives from the start each time, and of `fields` after it.

    Each field is a text and its media type, empty for none, as browsers send texts. Names are written as browsers write
    them: quotes and line ends percent-encoded (HTML Living Standard, Multipart form data). Raises `InvalidInput` for a
    media type that is none.
    """
    boundary = token_hex(24)  # no file can hold what nobody can foresee
    before = _head(boundary, file_field, media_type, name)
    after = b"".join([*_texts(boundary, fields), f"\r\n--{boundary}--\r\n".encode()])

    async def body() -> AsyncIterator[bytes]:
        yield before
        async for piece in pieces():
            yield piece
        yield after

    return Content(Pieces(len(before) + size + len(after), body), f"multipart/form-data; boundary={boundary}")


def _texts(boundary: str, fields: Mapping[str, tuple[str, str]]) -> Iterator[bytes]:
    for field, (text, media_type) in fields.items():
        yield b"\r\n" + _head(boundary, field, media_type) + text.encode()


def _head(boundary: str, field: str, media_type: str, name: str | None = None) -> bytes:
    if media_type and not _MEDIA_TYPE.fullmatch(media_type):
        raise InvalidInput("That is not a media type.", "Write it like text/plain.")
    lines = [f"--{boundary}", f'Content-Disposition: form-data; name="{field.translate(_ESCAPED)}"']
    if name is not None:
        lines[-1] += f'; filename="{name.translate(_ESCAPED)}"'
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace")
