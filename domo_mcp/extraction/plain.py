"""Texts as they are: plain, Markdown, CSV, JSON and the like."""

from __future__ import annotations

import codecs

from domo_mcp.extraction.outcome import LONGEST_TEXT, Extracted, NoText

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def decoded(data: bytes) -> str:
    """Decode a text by its mark, else as UTF-8, else as Windows' Latin. Raises NoText for bytes that are no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data:
        raise NoText("The bytes of this file are not text.")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _latin(data)


def plain(text: str) -> Extracted:
    """Give a text with plain line ends, cut where it is too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Extracted(text[:LONGEST_TEXT], truncated=len(text) > LONGEST_TEXT)


def _latin(data: bytes) -> str:
    """Decode as cp1252; what would show control characters all over is no text."""
    text = data.decode("cp1252", "replace")
    strange = sum(
        character == "\ufffd" or not (character.isprintable() or character in "\n\r\t\f") for character in text[:4096]
    )
    if 20 * strange > min(len(text), 4096):
        raise NoText("The bytes of this file are not text.")
    return text
