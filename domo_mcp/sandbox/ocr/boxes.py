"""Pieces of text as an OCR engine finds them, and how sure one can be that they are the right way up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SURE = 0.85  # upright text of any quality reads above, text upside down or on its side below
GUESSED = 0.4
_TALL = 1.5


@dataclass(frozen=True)
class Box:
    """A run of text within one line: its edges in pixels from the left upper corner, and a confidence of 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    confidence: float

    @property
    def height(self) -> float:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def sideways(self) -> bool:
        """Whether several characters stand one above the other."""
        return len(self.text) > 1 and self.height > _TALL * self.width


def certainty(boxes: Sequence[Box]) -> float:
    """The confidence of an average character, 0 to 1; characters in boxes that lie sideways have none."""
    characters = sum(len(box.text) for box in boxes)
    sure = sum(len(box.text) * box.confidence for box in boxes if not box.sideways)
    return sure / characters if characters else 0.0
