"""What reads a picture."""

from __future__ import annotations

from typing import Protocol


class OcrMissing(Exception):
    """The packages of the extra `ocr` are not installed."""

    def __init__(self) -> None:
        super().__init__("Reading pictures needs the extra `ocr`: pip install 'domo-mcp[ocr]'.")


class NotReadable(Exception):
    """The bytes are no picture that can be decoded, or one of more pixels than are read; the message says which."""


class OcrEngine(Protocol):
    """Reads text; safe to use from several threads, and slow enough to belong in one."""

    def read(self, picture: bytes) -> str:
        """The text on an encoded picture in reading order, one line each, "" where there is none.

        Raises OcrMissing and NotReadable.
        """
        ...
