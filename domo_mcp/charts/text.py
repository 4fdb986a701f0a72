"""A drawing in characters, for where there is no picture. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

from domo_mcp.charts.drawing import Drawing, Point, place_of

_WIDTH, _HEIGHT = 60, 16
_BAR = 36
_MOST_BARS = 36
_LABEL = 24
_PARTS = " ▏▎▍▌▋▊▉█"
_STEPS = "▁▂▃▄▅▆▇█"
_SHADES = "·░▒▓█"
_CELLS = " ·∘●"


def text_chart(drawing: Drawing) -> str:
    """The chart in lines of at most about a hundred characters."""
    return "\n".join(line.rstrip() for line in _lines(drawing))


def _lines(drawing: Drawing) -> Iterator[str]:
    kind = drawing.encoding.type
    if kind == "scatter":
        return _cloud(drawing)
    if kind == "heatmap":
        return _grid(drawing)
    places = len({point.x for point in drawing.points})
    if kind != "bar" and (drawing.series or places > _MOST_BARS):
        return _courses(drawing)
    return _bars(drawing)


def _bars(drawing: Drawing) -> Iterator[str]:
    numbers, measure = drawing.numbers, drawing.encoding.y
    most = max(map(abs, numbers)) or 1.0
    signed = min(numbers) < 0
    points = drawing.points
    names = [_name(drawing, point) for point in points[:_MOST_BARS]]
    wide = max(map(_width, names))
    for name, point in zip(names, points, strict=False):
        if point.y is None:
            yield f"{_padded(name, wide)} │ NULL"
            continue
        sign = ("-" if point.y < 0 else " ") if signed else ""
        yield f"{_padded(name, wide)} │{sign}{_bar(abs(point.y) / most)} {measure.text(point.y)}"
    if len(points) > _MOST_BARS:
        yield f"… and {len(points) - _MOST_BARS} more"


def _name(drawing: Drawing, point: Point) -> str:
    where = drawing.x_text(point.x)
    return where if point.series is None else f"{where} / {point.series}"


def _width(text: str) -> int:
    """The columns that a text takes where letters are as wide as each other, Chinese ones twice that."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text if not combining(letter))


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - _width(text))


def _bar(part: float) -> str:
    eighths = round(part * _BAR * 8)
    return "█" * (eighths // 8) + _PARTS[eighths % 8].strip()


def _courses(drawing: Drawing) -> Iterator[str]:
    """A line of blocks for each series, over the same places."""
    measure = drawing.encoding.y
    places = drawing.columns or sorted({point.x for point in drawing.points}, key=place_of)
    least, most = min(drawing.numbers), max(drawing.numbers)
    wide = max((_width(name[:_LABEL]) for name in drawing.series), default=0)
    for name in drawing.series or (None,):
        own = {point.x: point.y for point in drawing.points if point.series == name}
        course = _bundled([own.get(place) for place in places])
        blocks = "".join(" " if y is None else _STEPS[round(_part(y, least, most) * 7)] for y in course)
        values = [y for y in own.values() if y is not None]
        ends = f"{measure.short(values[0])} → {measure.short(values[-1])}" if values else "NULL"
        yield f"{_padded((name or '')[:_LABEL], wide)} │{blocks}│ {ends}"
    yield f"{'':<{wide}}  {drawing.x_text(places[0])} … {drawing.x_text(places[-1])}"
    yield f"{'':<{wide}}  ▁ = {measure.text(least)}, █ = {measure.text(most)}"


def _bundled(course: Sequence[float | None]) -> list[float | None]:
    """At most as many values as fit on a line: the mean of neighbours."""
    if len(course) <= _WIDTH:
        return list(course)
    bundles = [course[len(course) * at // _WIDTH : len(course) * (at + 1) // _WIDTH] for at in range(_WIDTH)]
    return [_mean([y for y in bundle if y is not None]) for bundle in bundles]


def _mean(values: Sequence[float]) -> float | None:
    return sum(value / len(values) for value in values) if values else None


def _grid(drawing: Drawing) -> Iterator[str]:
    measure = drawing.encoding.y
    least, most = min(drawing.numbers), max(drawing.numbers)
    cells = {(point.x, point.series): point.y for point in drawing.points}
    names = [name[:_LABEL] for name in drawing.series]
    wide = max(map(_width, names))
    for name, row in zip(names, drawing.series, strict=True):
        yield f"{_padded(name, wide)} │{''.join(_shade(cells.get((x, row)), least, most) for x in drawing.columns)}│"
    yield f"{'':<{wide}}  {', '.join(drawing.columns)[:200]}"
    yield f"{'':<{wide}}  from ·· = {measure.text(least)} to ██ = {measure.text(most)}; blank: no value"


def _shade(y: float | None, least: float, most: float) -> str:
    return "  " if y is None else _SHADES[round(_part(y, least, most) * 4)] * 2


def _cloud(drawing: Drawing) -> Iterator[str]:
    measure = drawing.encoding.y
    there = [(place_of(point.x), point.y, point.x) for point in drawing.points if point.y is not None]
    left, right = min(there), max(there)
    low, high = min(y for _, y, _ in there), max(y for _, y, _ in there)
    counts = [[0] * _WIDTH for _ in range(_HEIGHT)]
    for x, y, _ in there:
        row = _HEIGHT - 1 - round(_part(y, low, high) * (_HEIGHT - 1))
        counts[row][round(_part(x, left[0], right[0]) * (_WIDTH - 1))] += 1
    wide = max(len(measure.short(low)), len(measure.short(high)))
    for place, row_of in enumerate(counts):
        tick = measure.short(high) if place == 0 else measure.short(low) if place == _HEIGHT - 1 else ""
        yield f"{tick:>{wide}} │{''.join(_CELLS[min(count, 3)] for count in row_of)}"
    yield f"{'':>{wide}} └{'─' * _WIDTH}"
    yield f"{'':>{wide}}  {drawing.x_text(left[2])} … {drawing.x_text(right[2])} (· one, ∘ two, ● more points)"


def _part(value: float, least: float, most: float) -> float:
    span = most / 2 - least / 2  # halves, since the whole of two huge numbers may be none
    return (value / 2 - least / 2) / span if span > 0 else 0.5
