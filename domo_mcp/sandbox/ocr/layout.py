"""From boxes to text: which share a line, which lines are columns of prose, how wide the gaps are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from domo_mcp.sandbox.ocr.boxes import Box

Row = list[Box]  # from left to right
Gap = tuple[float, float]  # from x to x, in pixels

_FEWEST_LINES = 3  # of a column
_FEWEST_CHARACTERS = 15  # in a line of a column: cells of a table are shorter
_FILLED = 0.75  # of a column's width, by its median line: cells of a table vary more


def text_of(boxes: Sequence[Box]) -> str:
    """The text in reading order: lines downwards, columns of prose one after the other, table cells side by side.

    A gap within a line becomes as many spaces as characters of that line would fill it.
    """
    return "\n".join(_joined(row) for row in _reading_order(_rows(boxes)))


def _rows(boxes: Sequence[Box]) -> list[Row]:
    """Boxes by line. Each is compared with its nearest neighbour to the left, so that lines may slope a little."""
    rows: list[Row] = []
    for box in sorted(boxes, key=lambda box: box.left):
        best = max(rows, key=lambda row: _overlap(row[-1], box), default=None)
        if best is not None and _overlap(best[-1], box) > 0.5:
            best.append(box)
        else:
            rows.append([box])
    return sorted(rows, key=lambda row: median(box.top + box.bottom for box in row))


def _overlap(one: Box, other: Box) -> float:
    """How much of the lower box's height both share, 0 to 1."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared / max(min(one.height, other.height), 1)


def _reading_order(rows: list[Row]) -> list[Row]:
    ordered: list[Row] = []
    while rows:
        count, gutter = _columns(rows)
        if gutter is None:
            ordered.append(rows[0])
            rows = rows[1:]
            continue
        left, right = _split(rows[:count], gutter)
        ordered += left + _reading_order(right)
        rows = rows[count:]
    return ordered


def _columns(rows: list[Row]) -> tuple[int, Gap | None]:
    """How many of the first rows stand in columns of prose, and the gap that divides them; None where they do not."""
    for first in _inner_gaps(rows[0]):
        gutter, count = first, 0
        for row in rows:
            narrowed = next((both for gap in _gaps(row) if (both := _intersection(gutter, gap))), None)
            if narrowed is None:
                break
            gutter, count = narrowed, count + 1
        if all(_is_prose(side) for side in _split(rows[:count], gutter)):
            return count, gutter
    return 0, None


def _split(rows: list[Row], gutter: Gap) -> tuple[list[Row], list[Row]]:
    left = [[box for box in row if box.right <= gutter[0]] for row in rows]
    right = [[box for box in row if box.left >= gutter[1]] for row in rows]
    return [row for row in left if row], [row for row in right if row]


def _is_prose(rows: list[Row]) -> bool:
    widths = [row[-1].right - row[0].left for row in rows]
    lengths = [sum(len(box.text) for box in row) for row in rows]
    enough = len(rows) >= _FEWEST_LINES and median(lengths) >= _FEWEST_CHARACTERS
    return enough and median(widths) >= _FILLED * max(widths)


def _inner_gaps(row: Row) -> list[Gap]:
    """The gaps between boxes that are wider than the line is high."""
    pairs = ((one, other) for one, other in pairwise(row) if other.left - one.right > one.height)
    return [(one.right, other.left) for one, other in pairs]


def _gaps(row: Row) -> list[Gap]:
    """The gaps between boxes and those to the page's edges."""
    return [(float("-inf"), row[0].left), *_inner_gaps(row), (row[-1].right, float("inf"))]


def _intersection(one: Gap, other: Gap) -> Gap | None:
    left, right = max(one[0], other[0]), min(one[1], other[1])
    return (left, right) if left < right else None


def _joined(row: Row) -> str:
    """The texts of a row with spaces between them."""
    characters = sum(len(box.text) for box in row)
    character = sum(box.width for box in row) / max(characters, 1)
    text = row[0].text
    for before, box in pairwise(row):
        text += " " * max(1, round((box.left - before.right) / max(character, 1))) + box.text
    return text
