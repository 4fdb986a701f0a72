"""What the OCR engine reads on pictures whose text is known."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import zlib

import pytest

pytest.importorskip("faster_paddle", reason="the extra `ocr` has no wheel for this platform")
pytest.importorskip("PIL", reason="the extra `ocr` has no wheel for this platform")

from PIL import Image

from domo_mcp.sandbox.company.receipt import RECEIPT as DINNER
from domo_mcp.sandbox.company.receipt import picture
from domo_mcp.sandbox.ocr import NotReadable, OcrMissing, PaddleOcr
from domo_mcp.sandbox.ocr.decoding import LONGEST_SIDE, MOST_PIXELS, decoded
from tests.sandbox.ocr.errors import wrong_characters
from tests.sandbox.ocr.pictures import Picture, encoded, lines, pictures, sheet

MOST_WRONG = 0.02  # of all characters
MOST_WRONG_OF_ONE = 0.04  # of a picture's characters

PICTURES = {picture.name: picture for picture in pictures()}


@pytest.fixture(scope="module")
def engine() -> PaddleOcr:
    return PaddleOcr()


@pytest.fixture(scope="module")
def wrong(engine: PaddleOcr) -> dict[str, int]:
    """Wrong characters by picture; printed, for `pytest -s` and for failures."""
    counts = {name: wrong_characters(engine.read(picture.data), picture.text) for name, picture in PICTURES.items()}
    for name, count in counts.items():
        print(f"{name:18} {count:3} of {len(PICTURES[name].text)} characters wrong")  # noqa: T201  (for people)
    return counts


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_a_picture_is_read(picture: Picture, wrong: dict[str, int]) -> None:
    assert wrong[picture.name] <= MOST_WRONG_OF_ONE * len(picture.text)


def test_few_characters_are_wrong_over_all_pictures(wrong: dict[str, int]) -> None:
    assert len(wrong) >= 15
    assert sum(wrong.values()) <= MOST_WRONG * sum(len(picture.text) for picture in PICTURES.values())


def test_cells_of_a_table_stand_apart(engine: PaddleOcr) -> None:
    first = engine.read(PICTURES["table"].data).splitlines()[0]
    assert all(f"  {cell}" in first for cell in ("Orders", "Revenue", "Margin"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_every_format_is_read(engine: PaddleOcr, form: str) -> None:
    file = io.BytesIO()
    sheet(360, 100, lines(["Northwind 4711"], size=28)).save(file, form, quality=90)
    assert engine.read(file.getvalue()) == "Northwind 4711"


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 1), (64, 64)])
def test_a_picture_without_text_has_none(engine: PaddleOcr, size: tuple[int, int]) -> None:
    assert engine.read(encoded(Image.new("RGB", size, "white"))) == ""


def test_a_letter_is_read(engine: PaddleOcr) -> None:
    assert engine.read(encoded(sheet(120, 120, lines(["B"], size=40)))) == "B"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_pixels_of_every_kind_are_decoded(mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, (40, 30)).save(file, "TIFF" if mode in ("CMYK", "I;16", "F") else "PNG")
    assert (decoded(file.getvalue()).mode, decoded(file.getvalue()).size) == ("RGB", (40, 30))


def test_large_pictures_are_made_smaller() -> None:
    assert max(decoded(encoded(Image.new("L", (LONGEST_SIDE * 2, 50)))).size) == LONGEST_SIDE


@pytest.mark.parametrize("times", [1, 3, 40])
def test_a_picture_of_too_many_pixels_is_refused_before_they_are_decoded(times: int) -> None:
    bomb = bytearray(encoded(Image.new("1", (8, 8))))
    bomb[16:24] = (MOST_PIXELS // 1000 * times + 1).to_bytes(4, "big") + (1000).to_bytes(4, "big")
    bomb[29:33] = _checksum(bytes(bomb[12:29]))
    with pytest.raises(NotReadable, match="too large"):
        decoded(bytes(bomb))


def _checksum(chunk: bytes) -> bytes:
    return zlib.crc32(chunk).to_bytes(4, "big")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_damaged_pictures_are_refused_or_read_never_a_crash(form: str) -> None:
    file = io.BytesIO()
    sheet(80, 60, lines(["Text"])).save(file, form)
    whole = file.getvalue()
    reasons: list[str] = []
    for place in range(0, len(whole), max(len(whole) // 60, 1)):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]):
            try:
                decoded(damaged)
            except NotReadable as error:
                reasons.append(str(error))
    assert len(reasons) > 10
    assert all(reason.startswith("The image ") for reason in reasons)


@pytest.mark.parametrize("data", [b"", b"\0" * 40, b"%PDF-1.7", b"GIF89a", b"<svg/>"])
def test_what_is_no_picture_is_refused(engine: PaddleOcr, data: bytes) -> None:
    with pytest.raises(NotReadable, match="cannot be decoded"):
        engine.read(data)


def test_the_receipt_of_the_company_is_read_as_it_is_written(engine: PaddleOcr) -> None:
    read = engine.read(picture())
    assert ["".join(line.split()) for line in read.splitlines()] == ["".join(line.split()) for line in DINNER if line]


def test_threads_may_share_an_engine(engine: PaddleOcr) -> None:
    read: dict[str, str] = {}
    names = ["dark mode", "low contrast", "receipt"]
    threads = [
        threading.Thread(target=lambda name=name: read.update({name: engine.read(PICTURES[name].data)}))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(wrong_characters(read[name], PICTURES[name].text) <= 2 for name in names)


def test_without_the_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_paddle", None)
    with pytest.raises(OcrMissing, match=r"pip install 'domo-mcp\[ocr\]'"):
        PaddleOcr().read(PICTURES["receipt"].data)


def test_nothing_of_the_engine_is_imported_before_the_first_picture() -> None:
    code = (
        "import sys; from domo_mcp.sandbox.app import sandbox_app; from domo_mcp.sandbox.ocr import PaddleOcr; "
        "PaddleOcr(); print('faster_paddle' in sys.modules, 'PIL' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
