"""Pictures with known text, drawn anew each time: what people photograph, scan and take screenshots of.

Only the font that comes with Pillow is used, so that every machine draws the same.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter, ImageFont

BLACK, WHITE = "#000000", "#ffffff"


@dataclass(frozen=True)
class Picture:
    """An encoded picture and the text that is on it, line by line."""

    name: str
    data: bytes
    media_type: str
    text: str


@dataclass(frozen=True)
class Span:
    """A text with its left upper corner and its height, in pixels."""

    x: int
    y: int
    text: str
    size: int = 22
    colour: str = BLACK


def pictures() -> list[Picture]:
    """All pictures, the same at every call."""
    return [make() for make in _MAKERS]


def sheet(width: int, height: int, spans: Sequence[Span], background: str = WHITE) -> Image.Image:
    """A page with texts on it."""
    image = Image.new("RGB", (width, height), background)
    pen = ImageDraw.Draw(image)
    for span in spans:
        pen.text((span.x, span.y), span.text, fill=span.colour, font=ImageFont.load_default(span.size))
    return image


def lines(texts: Sequence[str], *, size: int = 22, step: int = 36, colour: str = BLACK, x: int = 30) -> list[Span]:
    """Texts one below the other."""
    return [Span(x, 30 + step * number, text, size, colour) for number, text in enumerate(texts)]


def encoded(image: Image.Image, form: Literal["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"] = "PNG") -> bytes:
    """The bytes of a file; JPEG of poor quality, so that its blocks show."""
    file = io.BytesIO()
    image.save(file, form, quality=35)
    return file.getvalue()


def _picture(name: str, image: Image.Image, text: Sequence[str]) -> Picture:
    return Picture(name, encoded(image), "image/png", "\n".join(text))


RECEIPT = [
    ("Green Valley Market", ""),
    ("12 Harbor Street, Portland", ""),
    ("Apples 1.2 kg", "4.79"),
    ("Whole milk", "2.35"),
    ("Rye bread", "3.90"),
    ("Coffee beans", "12.49"),
    ("Subtotal", "23.53"),
    ("Tax 8.5%", "2.00"),
    ("TOTAL", "25.53"),
    ("Paid by card", "25.53"),
    ("Thank you!", ""),
]


def receipt() -> Picture:
    """A receipt: goods on the left, prices on the right."""
    spans = [Span(30, 30 + 34 * row, left) for row, (left, _) in enumerate(RECEIPT)]
    spans += [Span(360, 30 + 34 * row, right) for row, (_, right) in enumerate(RECEIPT) if right]
    return _picture("receipt", sheet(460, 430, spans), [" ".join(filter(None, row)) for row in RECEIPT])


TABLE = [
    ("Region", "Orders", "Revenue", "Margin"),
    ("West", "1,204", "$98,410.50", "31.2%"),
    ("East", "987", "$77,032.10", "28.9%"),
    ("Central", "1,530", "$120,004.00", "33.0%"),
    ("South", "642", "$51,777.35", "25.4%"),
    ("Total", "4,363", "$347,223.95", "30.1%"),
]


def table() -> Picture:
    """A table with ruled lines."""
    spans = [
        Span(20 + 180 * column, 22 + 50 * row, cell)
        for row, cells in enumerate(TABLE)
        for column, cell in enumerate(cells)
    ]
    image = sheet(740, 320, spans)
    pen = ImageDraw.Draw(image)
    for row in range(len(TABLE) + 1):
        pen.line((10, 10 + 50 * row, 730, 10 + 50 * row), fill="#888888")
    for column in range(5):
        pen.line((10 + 180 * column, 10, 10 + 180 * column, 310), fill="#888888")
    return _picture("table", image, [" ".join(row) for row in TABLE])


MEMO = [
    "Quarterly review, October 2026",
    "Revenue in the West fell by 12 percent.",
    "Late shipments are the likely cause.",
    "Please call the carrier before Friday.",
    "Budget for next year: 48,000 dollars",
]


def rotated(degrees: int) -> Callable[[], Picture]:
    """A memo that lies on its side or upside down."""
    return lambda: _picture(
        f"rotated by {degrees}", sheet(620, 240, lines(MEMO)).rotate(degrees, expand=True, fillcolor=WHITE), MEMO
    )


def low_contrast() -> Picture:
    """Light grey on white."""
    text = ["Printed on thin paper", "with a ribbon that ran dry", "Invoice number 20417", "Net 30 days"]
    return _picture("low contrast", sheet(520, 210, lines(text, colour="#b4b4b4"), "#f2f2f2"), text)


def small_font() -> Picture:
    """The size of footnotes on a screen."""
    text = [
        "Figures are preliminary and have not been audited.",
        "Source: sales ledger, exported on 14 November 2026.",
        "Amounts in US dollars, rounded to the nearest cent.",
        "Returns are counted in the month of the original order.",
    ]
    return _picture("small font", sheet(460, 130, lines(text, size=12, step=20)), text)


LEFT = [
    "The harbor was quiet on",
    "the morning of the fair.",
    "Two boats had come back",
    "with nothing but rope.",
    "Nobody spoke about it.",
]
RIGHT = [
    "In the market hall the",
    "baker opened his stand",
    "and counted his loaves",
    "twice, as he did every",
    "day since the winter.",
]


def two_columns() -> Picture:
    """Prose in two columns under a heading: the left one is read to its end first."""
    spans = [Span(30, 20, "Chronicle of a small town", 34)]
    spans += [Span(30, 90 + 34 * row, text) for row, text in enumerate(LEFT)]
    spans += [Span(370, 90 + 34 * row, text) for row, text in enumerate(RIGHT)]
    return _picture("two columns", sheet(660, 280, spans), ["Chronicle of a small town", *LEFT, *RIGHT])


def dark_mode() -> Picture:
    """Light text on a dark screen."""
    text = ["Settings", "Notifications are turned off", "Last sync: 09:41 today", "Sign out of all devices"]
    return _picture("dark mode", sheet(480, 210, lines(text, colour="#e6e6e6"), "#16181d"), text)


def numbers() -> Picture:
    """Figures with signs, separators and units."""
    text = [
        "3.14159 2.71828 1.41421",
        "-40 +17 1,000,000 0.05",
        "2026-11-22 08:15 17:45",
        "99.9% 12/24 555-0142",
        "USD 7,350.00 EUR 6,812.40",
    ]
    return _picture("numbers", sheet(440, 240, lines(text)), text)


def mixed_case() -> Picture:
    """Capitals in the middle of words, and words of capitals."""
    text = ["iPhone and MacBook PRICES", "McDonald vs. DeWitt", "eBay LOGIN page", "NASA and UNICEF", "OrderStatus"]
    return _picture("mixed case", sheet(420, 240, lines(text)), text)


def punctuation() -> Picture:
    """Marks of all kinds."""
    text = [
        'She said: "Wait, what?"',
        "(see page 14; note 3)",
        "Yes! No? Well... maybe",
        "R&D / Q&A #42 @home",
        "mail: ana.ruiz@example.com",
        "Rock'n'roll, rhythm & blues",
    ]
    return _picture("punctuation", sheet(420, 270, lines(text)), text)


def noise() -> Picture:
    """A scan with grain and a slight blur."""
    text = ["Delivery note 88213", "Four boxes of ceramic tiles", "Received in good order", "Signed: M. Okafor"]
    image = sheet(480, 210, lines(text, size=24))
    dice = random.Random(7)
    grain = Image.frombytes("L", image.size, bytes(dice.randrange(256) for _ in range(image.width * image.height)))
    return _picture("noise", Image.blend(image, grain.convert("RGB"), 0.3).filter(ImageFilter.GaussianBlur(0.6)), text)


def jpeg() -> Picture:
    """A JPEG that has been saved too often."""
    text = [
        "Minutes of the board meeting",
        "Present: Okoro, Lindqvist, Haas",
        "Item 1: budget approved",
        "Item 2: moved",
    ]
    return Picture("JPEG artefacts", encoded(sheet(480, 210, lines(text)), "JPEG"), "image/jpeg", "\n".join(text))


DASHBOARD = [
    (("Revenue", "$347,224"), ("Orders", "4,363"), ("Customers", "1,918")),
    (("Open tickets", "87"), ("Churn rate", "2.4%"), ("Sessions", "52,310")),
]


def dashboard() -> Picture:
    """Cards with a caption and a large figure each."""
    image = Image.new("RGB", (780, 340), "#eef1f5")
    pen = ImageDraw.Draw(image)
    for row, cards in enumerate(DASHBOARD):
        for column, (caption, figure) in enumerate(cards):
            x, y = 20 + 250 * column, 20 + 160 * row
            pen.rounded_rectangle((x, y, x + 230, y + 140), 10, fill=WHITE, outline="#d0d5dd")
            pen.text((x + 18, y + 18), caption, fill="#475467", font=ImageFont.load_default(20))
            pen.text((x + 18, y + 62), figure, fill="#101828", font=ImageFont.load_default(40))
    text = [" ".join(part) for cards in DASHBOARD for part in zip(*cards, strict=True)]
    return _picture("dashboard", image, text)


def long_lines() -> Picture:
    """Lines of a hundred and more characters."""
    text = [
        "All orders placed before noon are shipped on the same day, provided that every item is in stock there.",
        "Customers who return a parcel within thirty days receive a full refund, less the cost of carriage.",
        "Complaints are answered within two working days; urgent matters should be raised by telephone with us.",
    ]
    return _picture("long lines", sheet(1180, 160, lines(text, size=20)), text)


def mixed_sizes() -> Picture:
    """A poster: a headline, a subtitle, small print."""
    spans = [
        Span(40, 30, "Annual Report", 64),
        Span(40, 130, "Northwind Furniture", 36),
        Span(40, 200, "Fiscal year 2026", 24),
        Span(40, 250, "Prepared by the finance department", 16),
        Span(40, 285, "For internal use only", 13),
    ]
    return _picture("mixed sizes", sheet(560, 330, spans), [span.text for span in spans])


def transparent() -> Picture:
    """Black text on nothing, as a logo is saved: what is transparent is black in the file."""
    text = ["Blue Heron Logistics", "We carry it home"]
    solid = sheet(440, 140, lines(text, size=28, step=44))
    image = Image.new("RGBA", solid.size, (0, 0, 0, 0))
    image.putalpha(solid.convert("L").point(lambda shade: 255 - shade))
    return _picture("transparent", image, text)


def turned_by_camera() -> Picture:
    """A photograph whose file says that the camera was held sideways."""
    text = ["Meter reading 004172", "Serial no. KX-2209", "Next check: March 2027"]
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees clockwise to see it upright
    file = io.BytesIO()
    sheet(420, 180, lines(text)).rotate(90, expand=True).save(file, "JPEG", quality=80, exif=exif)
    return Picture("turned by camera", file.getvalue(), "image/jpeg", "\n".join(text))


def code() -> Picture:
    """A program: indents and underscores."""
    text = ["SELECT region, SUM(revenue)", "FROM sales_orders", "WHERE order_date > '2026-01-01'", "GROUP BY region;"]
    return _picture("code", sheet(460, 210, lines(text)), text)


_MAKERS: list[Callable[[], Picture]] = [
    receipt, table, rotated(90), rotated(180), rotated(270), low_contrast, small_font, two_columns, dark_mode, numbers,
    mixed_case, punctuation, noise, jpeg, dashboard, long_lines, mixed_sizes, transparent, turned_by_camera, code,
]  # fmt: skip
