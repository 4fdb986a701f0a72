"""Image-to-text: an OCR engine for the text on a picture, a vision model for everything else."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Literal

import anyio.to_thread
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox.ai.model import AiSettings, complete
from domo_mcp.sandbox.ai.service import Answer, TextRequest
from domo_mcp.sandbox.ocr import NotReadable, OcrEngine, OcrMissing

IMAGE_ENGINE = "sandbox.ocr"
MOST_BYTES = 20 * 1024 * 1024

_FIRST_BYTES = {
    "image/png": rb"\x89PNG\r\n\x1a\n",
    "image/jpeg": rb"\xff\xd8\xff",
    "image/jpg": rb"\xff\xd8\xff",
    "image/gif": rb"GIF8[79]a",
    "image/webp": rb"RIFF....WEBP",
    "image/bmp": rb"BM",
    "image/tiff": rb"II\x2a\x00|MM\x00\x2a",
}
_TEXT = re.compile(
    r"\b(texts?|transcri\w+|ocr|optical character recognition|words?|writing|written|wording|read|says?)\b",
    re.IGNORECASE,
)
_MORE_THAN_TEXT = re.compile(
    r"\b(descri\w+|caption|count|how|who|whose|why|when|where|which|about|mean\w*|is there|are there|explain\w*|"
    r"summar\w+|translat\w+|classify|compare|colou?rs?|fonts?|languages?|only|totals?|amounts?|sums?|averages?|dates?|"
    r"names?|json|csv|markdown|html|xml|yaml)\b",
    re.IGNORECASE,
)
_DECLINED = re.compile(r"\b(without|do not|don't|never|no|rather than|instead of)\b[^.;\n]*", re.IGNORECASE)


class ImageRefused(Exception):
    """The picture is not one that this service takes; the message says why, `status` how HTTP says it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Image(BaseModel):
    """The picture in the body (App-Framework APIs, Image-to-Text): base64 without a `data:` prefix."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    media_type: str
    type: Literal["base64"]
    data: str

    def decoded(self) -> bytes:
        """The bytes; raises ImageRefused for what is too large, not base64, or not a picture of `media_type`.

        The limit, the formats, and that the type must be the true one are assumed; HEIC and HEIF may be refused says
        the document, and are here.
        """
        first_bytes = _FIRST_BYTES.get(self.media_type.lower())
        if first_bytes is None:
            raise ImageRefused(f"Images of type {self.media_type[:40]} are not supported; convert to PNG or JPEG.")
        if len(self.data) > MOST_BYTES * 4 / 3 + 4:
            raise ImageRefused(f"The image is too large; at most {MOST_BYTES // 1024**2} MB.", 413)
        try:
            picture = b64decode(self.data, validate=True)
        except ValueError:
            raise ImageRefused("The image's data is not base64.") from None
        if not re.match(first_bytes, picture, re.DOTALL):
            raise ImageRefused(f"The image's data is not of type {self.media_type}.")
        return picture


class ImageRequest(TextRequest):
    """The body of Image-to-Text (App-Framework APIs). `model` is listed as required there and left out in practice."""

    input: str
    image: Image


async def image_to_text(request: ImageRequest, *, engine: OcrEngine, settings: AiSettings | None) -> Answer:
    """Answer a prompt about a picture; raises ImageRefused and ModelFailed.

    Text is read by `engine`, and put in <answer> tags where the system prompt speaks of them. Everything else is for
    the model. Without one, what cannot be done is said in the output, `cannot answer: <reason>`, as text-to-SQL does:
    the request is in order, and a client meets the same sentence from a model that declines.
    """
    picture, prompt = request.image.decoded(), request.filled("${input}", {})
    reason = "without a vision model only the text on a picture can be read; ask for the text, or configure a model"
    if wants_text(prompt):
        try:
            return _ours(prompt, await _transcribed(engine, picture, in_tags="<answer>" in request.system))
        except OcrMissing as missing:
            reason = str(missing)
    if settings is None:
        return _ours(prompt, f"cannot answer: {reason}")
    address = f"data:{request.image.media_type};base64,{request.image.data}"
    output = await complete(settings, request.system, prompt, image_url=address)
    return Answer(prompt, output, settings.model, is_customer_model=True)


def wants_text(prompt: str) -> bool:
    """Whether a prompt asks for the text on a picture and nothing beyond it; an empty prompt does."""
    asked = _DECLINED.sub("", prompt)
    return not prompt.strip() or (bool(_TEXT.search(asked)) and not _MORE_THAN_TEXT.search(asked))


async def _transcribed(engine: OcrEngine, picture: bytes, *, in_tags: bool) -> str:
    try:
        text = await anyio.to_thread.run_sync(engine.read, picture)
    except NotReadable as error:
        raise ImageRefused(str(error)) from None
    if not text:
        return "cannot answer: no text was found on the picture"
    return f"<answer>\n{text}\n</answer>" if in_tags else text


def _ours(prompt: str, output: str) -> Answer:
    return Answer(prompt, output, IMAGE_ENGINE, is_customer_model=False)
