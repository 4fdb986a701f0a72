"""Encoded pictures made into pixels, the right way up as far as the file says, on white."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from domo_mcp.sandbox.ocr.engine import NotReadable

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 4000  # pixels; larger pictures are made smaller: their letters are large enough
SHORTEST_SIDE = 16
_ON_WHITE = 255, 255, 255, 255


def decoded(data: bytes) -> Image.Image:
    """The first frame in RGB; raises NotReadable. Size is checked before any pixel is decoded."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            return _upright(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotReadable(f"The image is too large: at most {MOST_PIXELS:,} pixels are read.") from None
    except NotReadable:
        raise
    except Exception as error:  # noqa: BLE001  (decoders of damaged files raise whatever they stumble over)
        raise NotReadable(f"The image cannot be decoded ({type(error).__name__}).") from None


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise NotReadable(f"The image is too large: {width} by {height}; at most {MOST_PIXELS:,} pixels are read.")


def _upright(image: Image.Image) -> Image.Image:
    """In RGB, no larger than needed, turned as the file says, with white behind what is transparent."""
    from PIL import Image, ImageOps

    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    turned = ImageOps.exif_transpose(image)
    if turned.has_transparency_data:
        page = Image.new("RGBA", turned.size, _ON_WHITE)
        turned = Image.alpha_composite(page, turned.convert("RGBA"))
    return _padded(turned.convert("RGB"))


def _padded(image: Image.Image) -> Image.Image:
    """The picture, on a larger white page where it is smaller than a letter."""
    from PIL import ImageOps

    if min(image.size) >= SHORTEST_SIDE:
        return image
    size = max(image.width, SHORTEST_SIDE), max(image.height, SHORTEST_SIDE)
    return ImageOps.pad(image, size, color="white")
