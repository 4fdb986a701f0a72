"""Pictures that calls name: where they come from, and whether they are what Domo's AI can look at."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.folders import Folders
from domo_mcp.tools.image_formats import check_complete, media_type

if TYPE_CHECKING:
    from domo_mcp.client.ai import Image

MOST_BYTES = 20 * 1024 * 1024
FORMS = "Give a path in a folder of this server, or data:image/png;base64,… with the bytes."

_DATA_URI = re.compile(r"data:(?P<head>[^,]{0,200}),(?P<body>.*)", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_LONGEST_PATH = 4096


def read_picture(source: str, folders: Folders) -> Image:
    """The picture of a path or a `data:` URI, with the type that its bytes show; reads files, so call it in a thread.

    Raises InvalidInput for other forms, for what is empty, damaged, larger than MOST_BYTES or of another format;
    Refused for a path outside the folders.
    """
    from domo_mcp.client.ai import Image

    data = _bytes(source.strip(), folders)
    if not data:
        raise InvalidInput("The picture is empty.", FORMS)
    form = media_type(data)
    check_complete(form, data)
    return Image(form, data)


def _bytes(source: str, folders: Folders) -> bytes:
    if source[:5].lower() == "data:":
        return _from_uri(source)
    if scheme := _SCHEME.match(source):
        raise InvalidInput(_not_offered(scheme[1].lower()), FORMS)
    if not source or len(source) > _LONGEST_PATH:
        raise InvalidInput("`image` is neither a path nor a data URI.", FORMS)
    return folders.read(source, most_bytes=MOST_BYTES)


def _not_offered(scheme: str) -> str:
    if scheme == "domo":
        return "Pictures that are in Domo cannot be named by domo:// yet."
    return f"Pictures are not fetched from {scheme}:// addresses."


def _from_uri(source: str) -> bytes:
    uri = _DATA_URI.fullmatch(source)
    if uri is None:
        raise InvalidInput("The data URI has no comma before its data.", FORMS)
    data = _decoded(uri["body"], base64=uri["head"].lower().endswith(";base64"))
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"The picture is too large: at most {MOST_BYTES // 1024**2} MB.", "Make it smaller.")
    return data


def _decoded(body: str, *, base64: bool) -> bytes:
    try:
        data = unquote_to_bytes(body)
        return b64decode(b"".join(data.split()), validate=True) if base64 else data
    except ValueError:
        raise InvalidInput("The data URI's data is not base64.", FORMS) from None
