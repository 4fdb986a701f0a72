"""Text out of pictures: decoding, an OCR engine's boxes, their orientation and reading order."""

from __future__ import annotations

from domo_mcp.sandbox.ocr.engine import NotReadable, OcrEngine, OcrMissing
from domo_mcp.sandbox.ocr.paddle import PaddleOcr

__all__ = ["NotReadable", "OcrEngine", "OcrMissing", "PaddleOcr"]
