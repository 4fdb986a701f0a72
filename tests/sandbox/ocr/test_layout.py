"""The order in which boxes are read."""

from __future__ import annotations

from domo_mcp.sandbox.ocr.boxes import Box, certainty
from domo_mcp.sandbox.ocr.layout import text_of


def at(x: float, y: float, text: str, *, width: float | None = None, height: float = 20) -> Box:
    """A box of letters of 10 by 20 pixels."""
    return Box(x, y, x + (len(text) * 10 if width is None else width), y + height, text, 0.99)


def test_no_boxes_are_no_text() -> None:
    assert text_of([]) == ""


def test_boxes_are_read_by_line_whatever_their_order() -> None:
    assert text_of([at(200, 52, "four"), at(0, 50, "three"), at(62, 0, "two"), at(0, 3, "one")]) == (
        "one   two\nthree               four"
    )


def test_gaps_are_as_wide_as_the_characters_that_would_fill_them() -> None:
    assert text_of([at(0, 0, "ab"), at(50, 0, "cd"), at(71, 0, "ef")]) == "ab   cd ef"


def test_lines_may_slope() -> None:
    sloping = [at(200 * step, 40 * line + 7 * step, f"l{line}w{step}") for line in range(3) for step in range(6)]
    lines = text_of(sloping).splitlines()
    assert [line.split() for line in lines] == [[f"l{line}w{step}" for step in range(6)] for line in range(3)]


def test_small_lines_beside_a_large_one_stay_apart() -> None:
    text = text_of([at(0, 0, "BIG", height=60, width=150), at(200, 5, "upper"), at(200, 35, "lower")])
    assert text.split() == ["BIG", "upper", "lower"]
    assert len(text.splitlines()) == 2


LEFT = ["once upon a time there", "was a clerk who counted", "everything that he saw", "and wrote it all down"]
RIGHT = ["his books filled a room", "and then a whole house", "until nobody could find", "the way to the door"]


def columns(left: list[str], right: list[str], x: float = 300, y: float = 0) -> list[Box]:
    return [
        at(place, y + 30 * row, text)
        for place, side in ((0.0, left), (x, right))
        for row, text in enumerate(side)
        if text
    ]


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    assert text_of(columns(LEFT, RIGHT)).splitlines() == LEFT + RIGHT


def test_a_column_may_be_shorter_than_its_neighbour() -> None:
    assert text_of(columns(LEFT[:3], RIGHT)).splitlines() == LEFT[:3] + RIGHT
    assert text_of(columns(LEFT, RIGHT[:3])).splitlines() == LEFT + RIGHT[:3]


def test_text_across_the_page_divides_columns() -> None:
    across = at(0, 130, "a line of text that runs across both of the columns")
    text = text_of([*columns(LEFT, RIGHT), across, *columns(RIGHT, LEFT, y=170)])
    assert text.splitlines() == [*LEFT, *RIGHT, across.text, *RIGHT, *LEFT]


def test_three_columns_are_three() -> None:
    third = [at(600, 30 * row, text) for row, text in enumerate(LEFT)]
    assert text_of([*columns(LEFT, RIGHT), *third]).splitlines() == LEFT + RIGHT + LEFT


def test_rows_of_a_table_are_kept_even_where_cells_are_long() -> None:
    goods = ["oak table, six seats", "chair", "writing desk with drawers", "lamp"]
    prices = ["delivered on Monday", "delivered on Tuesday", "in stock", "no longer made, alas"]
    lines = text_of(columns(goods, prices)).splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        f"{one} {two}" for one, two in zip(goods, prices, strict=True)
    ]


def test_text_on_its_side_has_no_certainty() -> None:
    upright, lying = at(0, 0, "upright"), at(0, 0, "lying", width=20, height=90)
    assert certainty([upright]) == 0.99
    assert certainty([lying]) == 0
    assert 0.5 < certainty([upright, lying]) < 0.6
    assert certainty([at(0, 0, "I", width=5)]) == 0.99
    assert certainty([]) == 0
