"""PP-OCR `tiny` from the package faster-paddle, whose wheel holds the model: nothing is downloaded.

Its boxes are used and its own text is not: that runs columns together.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import TYPE_CHECKING, Any

from domo_mcp.sandbox.ocr.boxes import GUESSED, SURE, Box, certainty
from domo_mcp.sandbox.ocr.decoding import decoded
from domo_mcp.sandbox.ocr.engine import OcrMissing
from domo_mcp.sandbox.ocr.layout import text_of

if TYPE_CHECKING:
    from PIL import Image


class PaddleOcr:
    """An OcrEngine that loads its model at the first picture and reads one picture at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()  # also bounds memory: pixels of one picture only
        self._engine: Any = None

    def read(self, picture: bytes) -> str:
        """See OcrEngine.read. A picture that reads poorly is turned by quarters until it reads well."""
        with self._one_at_a_time:
            self._load()
            boxes = self._upright(decoded(picture))
        return text_of([box for box in boxes if box.confidence >= GUESSED])

    def _load(self) -> None:
        if self._engine is not None:
            return
        try:
            import faster_paddle
            import PIL  # noqa: F401  (pictures are decoded with it)
        except ImportError:
            raise OcrMissing from None
        self._engine = faster_paddle.OcrEngine(model_size="tiny")

    def _upright(self, image: Image.Image) -> list[Box]:
        """The boxes of the orientation that reads best; the first that reads well ends the search."""
        best = self._boxes(image)
        if not best or certainty(best) >= SURE:
            return best
        for degrees in _turns(best):
            boxes = self._boxes(image.rotate(degrees, expand=True))
            best = max(best, boxes, key=certainty)
            if certainty(best) >= SURE:
                break
        return best

    def _boxes(self, image: Image.Image) -> list[Box]:
        file = io.BytesIO()
        image.save(file, "BMP")
        found = self._engine.ocr(file.getvalue())["bounds"].values()
        return [_box(box) for box in found if box["text"].strip()]


def _turns(boxes: Sequence[Box]) -> tuple[int, int, int]:
    """Degrees counterclockwise to try, the likeliest first: the engine reads tall boxes from one side, and well."""
    tall = [box for box in boxes if box.sideways]
    if 2 * sum(len(box.text) for box in tall) < sum(len(box.text) for box in boxes):
        return 180, 90, 270
    return (90, 270, 180) if mean(box.confidence for box in tall) >= SURE else (270, 90, 180)


def _box(found: Mapping[str, Any]) -> Box:
    (left, top), (right, bottom) = found["topLeftCoord"], found["bottomRightCoord"]
    return Box(left, top, right, bottom, found["text"].strip(), found["confidence"])
