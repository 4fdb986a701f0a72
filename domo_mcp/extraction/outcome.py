"""What extraction gives, and why it may not."""

from __future__ import annotations

import time
from dataclasses import dataclass

LONGEST_TEXT = 2_000_000
MOST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, with lines like `[page 2]` or `[sheet Prices]` where one begins.

    `pages` is the number of pages or sheets, None for what has none. `truncated` is whether the text is not the whole.
    """

    text: str
    pages: int | None = None
    truncated: bool = False


class NoText(Exception):
    """There is no text to be had from such a file; the message says why."""


class Damaged(NoText):
    """The file should have text and cannot be read: broken, encrypted, or made to do harm."""


class Collected:
    """Text that grows piece by piece until there is enough, or too much time has passed."""

    def __init__(self) -> None:
        """Begin to collect, and to count the time."""
        self._pieces: list[str] = []
        self._length = 0
        self._until = time.monotonic() + MOST_SECONDS

    def add(self, piece: str) -> None:
        """Take another piece; what goes beyond the longest text is left out."""
        if not self.full:
            self._pieces.append(piece)
            self._length += len(piece)

    @property
    def full(self) -> bool:
        """Whether nothing more is taken."""
        return self._length > LONGEST_TEXT or time.monotonic() > self._until

    def extracted(self, pages: int | None = None, *, truncated: bool = False) -> Extracted:
        """Give what was collected."""
        text = "".join(self._pieces)
        return Extracted(text[:LONGEST_TEXT].strip(), pages, truncated or self.full)
