"""Which reader a file needs: its first bytes say so before its name or the media type that came with it."""

from __future__ import annotations

from collections.abc import Callable

from domo_mcp.extraction.documents import document
from domo_mcp.extraction.outcome import Extracted, NoText
from domo_mcp.extraction.pages import pages
from domo_mcp.extraction.plain import decoded, plain
from domo_mcp.extraction.web import web_page
from domo_mcp.extraction.workbooks import workbook
from domo_mcp.extraction.zipped import Zipped

_OTHER = {
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"BM": "a picture",
    b"II*\0": "a picture", b"MM\0*": "a picture", b"RIFF": "a picture, sound or film", b"\x1f\x8b": "an archive",
    b"7z\xbc\xaf": "an archive", b"Rar!": "an archive", b"BZh": "an archive", b"\xfd7zXZ": "an archive",
    b"\xd0\xcf\x11\xe0": "a file of an old Office (save it as .docx or .xlsx)", b"ID3": "sound", b"OggS": "sound",
    b"\x7fELF": "a program", b"MZ": "a program", b"SQLite format 3": "a database",
}  # fmt: skip
_ZIPPED: dict[str, Callable[[Zipped], Extracted]] = {"word/document.xml": document, "xl/workbook.xml": workbook}
_PAGES = {"html", "htm", "xhtml"}


def extract(data: bytes, media_type: str, name: str) -> Extracted:
    """Give the text of a file. Raises NoText for a kind that has none, Damaged for what cannot be read.

    It takes seconds for a large file: call it in a thread. At most 2,000,000 characters and about 10 seconds.
    """
    if data.startswith(b"%PDF-") or b"%PDF-" in data[:1024]:
        return pages(data)
    if data.startswith(b"PK"):
        return _zipped(data)
    kind = next((kind for start, kind in _OTHER.items() if data.startswith(start)), None)
    if kind is not None and _is_binary(data):
        raise NoText(f"This is {kind}: there is no text to read from it.")
    text = decoded(data)
    return web_page(text) if _is_page(text, media_type, name) else plain(text)


def _is_binary(data: bytes) -> bool:
    """Whether there are bytes that no text has: a text may begin like a picture (BM, MZ, RIFF)."""
    return any(byte < 9 or 13 < byte < 27 for byte in data[:4096])


def _zipped(data: bytes) -> Extracted:
    with Zipped(data) as archive:
        for member, reader in _ZIPPED.items():
            if member in archive.names:
                return reader(archive)
    raise NoText("This is an archive, or an Office file other than .docx and .xlsx: there is no text to read from it.")


def _is_page(text: str, media_type: str, name: str) -> bool:
    start = text[:512].lstrip().lower()
    told = "html" in media_type.lower() or name.lower().rpartition(".")[2] in _PAGES
    return told or start.startswith(("<!doctype html", "<html"))
