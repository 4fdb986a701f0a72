"""Pictures that calls name: where they come from, and whether they are what Domo's AI can look at."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import anyio.to_thread

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.contents.image_formats import check_complete, media_type
from domo_mcp.tools.contents.links import FileLink, parsed
from domo_mcp.tools.contents.reading import whole
from domo_mcp.tools.filesets.files import file_of
from domo_mcp.tools.local.folders import Folders
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.ai import Image

MOST_BYTES = 20 * 1024 * 1024
FORMS = (
    "Give a path in a folder of this server, data:image/png;base64,… with the bytes, or a link to a file in Domo "
    "(domo://{instance}/filesets/{id}/files/{id}, domo://{instance}/data-files/{id})."
)

_DATA_URI = re.compile(r"data:(?P<head>[^,]{0,200}),(?P<body>.*)", re.IGNORECASE | re.DOTALL)
_DOMO = "domo://"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_LONGEST_PATH = 4096


async def picture_of(call: Call, source: str) -> Image:
    """The picture of a path, a `data:` URI or a link to a file in Domo, with the type that its bytes show.

    Raises InvalidInput for other forms, for what is empty, damaged, larger than MOST_BYTES or of another format;
    Refused for a path outside the folders, and what Domo and the lists say of a link.
    """
    if source.strip()[: len(_DOMO)].lower() == _DOMO:
        data = await _in_domo(call, parsed(source))
        return await anyio.to_thread.run_sync(_checked, data)
    return await anyio.to_thread.run_sync(read_picture, source, call.folders)


def read_picture(source: str, folders: Folders) -> Image:
    """The same for a path or a `data:` URI; reads files, so call it in a thread."""
    return _checked(_bytes(source.strip(), folders))


async def _in_domo(call: Call, link: FileLink) -> bytes:
    if link.instance != call.domo.name:
        other = f'"{foreign(link.instance, 60)}"'
        raise InvalidInput(
            f'The link is to the instance {other}, this call is about "{foreign(call.domo.name, 60)}".',
            "Pass a link to a file of the same instance, or domo_instance where there are several.",
        )
    if link.fileset:
        fileset = await call.catalog.filesets.readable(link.fileset)
        file = await file_of(call, fileset, link.file)
        return await whole(partial(call.domo.filesets.download, fileset.id, file.id), file.size, MOST_BYTES)
    found = await call.domo.files.get(link.file)
    await call.catalog.permit("file", found.id, found.name)
    size = found.current_revision.size if found.current_revision else None
    return await whole(partial(call.domo.files.download, found.id), size, MOST_BYTES)


def _checked(data: bytes) -> Image:
    from domo_mcp.client.ai import Image

    if not data:
        raise InvalidInput("The picture is empty.", FORMS)
    form = media_type(data)
    check_complete(form, data)
    return Image(form, data)


def _bytes(source: str, folders: Folders) -> bytes:
    if source[:5].lower() == "data:":
        return _from_uri(source)
    if scheme := _SCHEME.match(source):
        raise InvalidInput(f"Pictures are not fetched from {scheme[1].lower()}:// addresses.", FORMS)
    if not source or len(source) > _LONGEST_PATH:
        raise InvalidInput("`image` is neither a path nor a data URI.", FORMS)
    return folders.read(source, most_bytes=MOST_BYTES)


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
