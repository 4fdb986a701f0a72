"""Files of Domo's for a model: their text, or the whole saved into a folder of this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

import anyio.to_thread

from domo_mcp.errors import AnswerTooLarge, InvalidInput
from domo_mcp.tools.contents.image_formats import check_complete
from domo_mcp.tools.contents.image_formats import media_type as form_of
from domo_mcp.tools.contents.links import FileLink
from domo_mcp.tools.results import Answer, Picture, Text
from domo_mcp.tools.toolset import Call

if TYPE_CHECKING:
    from domo_mcp.extraction import Extracted

MOST_READ = 32 * 1024 * 1024
MOST_SAVED = 4 * 1024**3
MOST_SHOWN = 1024 * 1024
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Download(Protocol):
    """Opens the bytes of a file, piece by piece. Raises DomoError, AnswerTooLarge past `max_bytes`."""

    def __call__(self, *, max_bytes: int) -> AbstractAsyncContextManager[AsyncIterator[bytes]]: ...


class SavedFile(Answer):
    """Where a file was saved."""

    saved_to: str
    bytes: int
    media_type: str | None


async def read_file(
    call: Call,
    download: Download,
    *,
    name: str,
    media_type: str | None,
    size: int | None,
    save_as: str | None,
    link: FileLink,
    facts: tuple[str, ...] = (),
) -> Text | Picture | SavedFile:
    """The text of a file of `size` bytes, `facts` after it; with `save_as` the whole as a new file of that name.

    A picture of at most 1 MB comes as it is; `link` is how image_to_text takes one. Raises InvalidInput for what has no
    text or is too large, Refused for a `save_as` that leads elsewhere, and DomoError.
    """
    if save_as is not None:
        return await _saved(call, download, save_as, media_type, size)
    data = await whole(download, size)
    if len(data) <= MOST_SHOWN and (form := _picture(data)) in _SHOWN:
        shown = f"{form.removeprefix('image/').upper()}, {len(data):,} bytes"
        return Picture(
            form, data, f"A picture: {shown}.", (*facts, f"image_to_text reads what it says: image = {link}")
        )
    found = await _extracted(call, data, media_type or "", name, link)
    return Text(found.text, (*facts, *_told(found)))


async def whole(download: Download, size: int | None, most: int = MOST_READ) -> bytes:
    """All bytes of a file. Raises InvalidInput for more than `most`."""
    if size is not None and size > most:
        raise _too_large(most)
    data = bytearray()
    try:
        async with download(max_bytes=most) as pieces:
            async for piece in pieces:
                data += piece
    except AnswerTooLarge:
        raise _too_large(most) from None
    return bytes(data)


async def _saved(call: Call, download: Download, save_as: str, media_type: str | None, size: int | None) -> SavedFile:
    written = 0
    async with download(max_bytes=MOST_SAVED) as pieces:
        with call.folders.create_binary(save_as) as (path, file):
            async for piece in pieces:
                await anyio.to_thread.run_sync(file.write, piece)
                written += len(piece)
                await call.progress(written, size, f"{written:,} bytes saved")
    return SavedFile(saved_to=str(path), bytes=written, media_type=media_type)


async def _extracted(call: Call, data: bytes, media_type: str, name: str, link: FileLink) -> Extracted:
    from domo_mcp.extraction import NoText, extract

    try:
        return await anyio.to_thread.run_sync(extract, data, media_type, name, abandon_on_cancel=True)
    except NoText as error:
        raise InvalidInput(str(error), _instead(call, data, link)) from None


def _instead(call: Call, data: bytes, link: FileLink) -> str:
    if form := _picture(data):
        return f"Read this {form} with image_to_text: image = {link}"
    return "Save it with save_as." if call.folders else "Open it in Domo."


def _picture(data: bytes) -> str:
    """The media type of a picture; empty where the file is none, or not whole: texts may begin like one."""
    try:
        form = form_of(data)
        check_complete(form, data)
    except InvalidInput:
        return ""
    return form


def _told(found: Extracted) -> Iterator[str]:
    pages = f" (pages or sheets: {found.pages:,})" if found.pages else ""
    if found.truncated:
        yield f"The text is longer than this server reads: it has the first {len(found.text):,} characters{pages}."
    else:
        yield f"The whole text has {len(found.text):,} characters{pages}."
    if not found.text.strip():
        yield "There is no text in it: maybe a scan, which has pictures of its pages."


def _too_large(most: int) -> InvalidInput:
    return InvalidInput(
        f"The file is too large: at most {most // 1024**2} MB.", "Make it smaller, or save it with save_as."
    )
