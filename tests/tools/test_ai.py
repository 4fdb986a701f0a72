"""The AI tools: text from a picture, text from a prompt, on the sandbox's engines."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.answers import Connect, rows_of, text_of
from tests.sandbox.ocr.pictures import encoded, lines, sheet

pytest.importorskip("faster_paddle", reason="reading pictures needs the ocr extra")

ORDER = "SELECT `Order ID`, `Product Name`, Quantity, Revenue FROM `Sales Orders` WHERE `Order ID` = 'SO-000042'"


def receipt(order: list[str]) -> bytes:
    """A picture of a receipt for one order of the sandbox's company."""
    number, product, quantity, total = order
    texts = [
        "NORTHWIND TRAIL",
        f"Order {number}",
        f"{quantity} x {product}",
        f"Total EUR {float(total):.2f}",
        "Thank you!",
    ]
    return encoded(sheet(480, 260, lines(texts)))


async def test_a_receipt_becomes_text_that_sql_confirms(connect: Connect, tmp_path: Path) -> None:
    async with connect(files={"roots": [str(tmp_path)]}) as client:
        order = rows_of(text_of(await client.call_tool("run_sql", {"sql": ORDER})))[1]
        (tmp_path / "receipt.png").write_bytes(receipt(order))
        read = text_of(await client.call_tool("image_to_text", {"image": "receipt.png"}))
        number = re.search(r"SO-\d{6}", read)
        total = re.search(r"EUR ([\d.]+)", read)
        assert number, read
        assert total, read
        sql = f"SELECT Revenue FROM `Sales Orders` WHERE `Order ID` = '{number.group()}'"
        confirmed = rows_of(text_of(await client.call_tool("run_sql", {"sql": sql})))[1]
    assert float(confirmed[0]) == pytest.approx(float(total.group(1)), abs=0.005)
    assert "1 AI call by sandbox.ocr" in read


async def test_a_picture_may_come_as_a_data_uri(connect: Connect) -> None:
    picture = encoded(sheet(400, 90, lines(["Quarterly report"])))
    async with connect(files={"exports": ""}) as client:
        uri = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        text = text_of(await client.call_tool("image_to_text", {"image": uri}))
    assert "Quarterly report" in text


async def test_what_is_more_than_reading_is_refused_without_a_vision_model(connect: Connect) -> None:
    picture = encoded(sheet(400, 90, lines(["Quarterly report"])))
    uri = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    async with connect() as client:
        result = await client.call_tool("image_to_text", {"image": uri, "prompt": "How many people are in the photo?"})
    assert result.is_error
    assert "vision model" in text_of(result)


@pytest.mark.parametrize(
    ("image", "says"),
    [
        ("data:image/heic;base64,AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWlj", "PNG or JPEG"),
        ("data:image/png;base64,bm8gcGljdHVyZQ==", "picture"),
        ("data:image/png;base64,%%%", "base64"),
        ("/etc/passwd", "folders"),
        ("../../etc/passwd", "folders"),
        ("no-such-file.png", "read"),
        ("domo://acme/data-files/1", "to the instance"),
    ],
)
async def test_what_is_no_picture_or_not_in_reach_is_told(
    connect: Connect, tmp_path: Path, image: str, says: str
) -> None:
    async with connect(files={"roots": [str(tmp_path)]}) as client:
        result = await client.call_tool("image_to_text", {"image": image})
    assert result.is_error
    assert says in text_of(result)


async def test_over_http_only_pictures_in_the_call_itself_are_read(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(encoded(sheet(200, 60, lines(["x"]))))
    async with connect(local_files=False, files={"roots": [str(tmp_path)]}) as client:
        result = await client.call_tool("image_to_text", {"image": "x.png"})
    assert result.is_error


async def test_generate_text_fills_the_template(connect: Connect) -> None:
    arguments = {
        "prompt": "Revenue fell in the West. Deliveries were late.",
        "template": "Use at most ${max_words} words. ${input}",
        "parameters": {"max_words": "30"},
    }
    async with connect(tools={"toolsets": ["ai"]}) as client:
        result = await client.call_tool("generate_text", arguments)
    assert not result.is_error, text_of(result)
    assert "1 AI call by sandbox.extractive" in text_of(result)
