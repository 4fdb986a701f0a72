"""A drawing in words, for whoever does not see it: kind, axes, range, ends, extremes, what was left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import StatisticsError, correlation

from domo_mcp.charts.axes import begins_at_zero
from domo_mcp.charts.columns import Field, Kind
from domo_mcp.charts.drawing import Drawing, Point

_NAMES = {"bar": "Bar chart", "line": "Line chart", "area": "Area chart", "scatter": "Scatter plot",
          "heatmap": "Heat map"}  # fmt: skip
_MARKS = {"bar": "bar", "line": "line", "area": "area"}
_NAMED = 3


def in_words(drawing: Drawing) -> str:
    """The sentences, a line each. Names and values in them come from the rows."""
    encoding = drawing.encoding
    lines = [f"{_NAMES[encoding.type]}: {encoding.title}.", *_shape(drawing)]
    if not begins_at_zero(drawing):
        lines.append(f"The axis of {encoding.y.label} does not begin at zero.")
    lines += [f"{note[0].upper()}{note[1:]}." for note in drawing.notes]
    return "\n".join(lines)


def _shape(drawing: Drawing) -> Iterator[str]:
    if drawing.encoding.type == "scatter":
        yield from _cloud(drawing)
    elif drawing.encoding.type == "heatmap":
        yield from _cells(drawing)
    elif drawing.encoding.x.kind is Kind.TEXT:
        yield from _categories(drawing)
    else:
        yield from _course(drawing)


def _categories(drawing: Drawing) -> Iterator[str]:
    encoding = drawing.encoding
    split = f", each split by {len(drawing.series)} of {encoding.series.label}" if encoding.series else ""
    many = f"{len(drawing.columns)} value{'s' * (len(drawing.columns) > 1)} of {encoding.x.label}"
    yield f"{many}{split}; {encoding.y.label} {_range(drawing.numbers, encoding.y)}."
    yield _ends(drawing, drawing.points)


def _course(drawing: Drawing) -> Iterator[str]:
    """What runs over dates, periods or numbers: from where to where, each series by itself."""
    encoding, there = drawing.encoding, _there(drawing.points)
    places = list(dict.fromkeys(point.x for point in drawing.points))
    first, last = (drawing.columns[0], drawing.columns[-1]) if drawing.columns else (places[0], places[-1])
    split = f", split by {len(drawing.series)} of {encoding.series.label}" if encoding.series else ""
    span = f"{encoding.x.label} from {drawing.x_text(first)} to {drawing.x_text(last)}"
    yield f"{span} ({_points(len(places))}{split}); {encoding.y.label} {_range(drawing.numbers, encoding.y)}."
    for name in drawing.series or (None,):
        own = [point for point in there if point.series == name]
        if whole := [point for point in own if not point.partly]:
            told = _from_to(drawing, whole)
            yield f"{name}: {told}" if name else f"{told[0].upper()}{told[1:]}"


def _from_to(drawing: Drawing, points: Sequence[Point]) -> str:
    first, last = points[0], points[-1]
    lowest, highest = min(points, key=_y), max(points, key=_y)
    number = drawing.encoding.y.text
    change = _change(drawing, _y(first), _y(last))
    told = f"{number(_y(first))} at first, {number(_y(last))} at last{change}"
    if any(point.partly for point in drawing.points):
        if len(points) == 1:
            return f"the only whole period is {drawing.x_text(first.x)} with {number(_y(first))}."
        told = (
            f"of whole periods {number(_y(first))} at first ({drawing.x_text(first.x)}), "
            f"{number(_y(last))} at last ({drawing.x_text(last.x)}){change}"
        )
    if len(points) < 3:
        return f"{told}."
    return (
        f"{told}; highest {number(_y(highest))} ({drawing.x_text(highest.x)}), "
        f"lowest {number(_y(lowest))} ({drawing.x_text(lowest.x)})."
    )


def _change(drawing: Drawing, first: float, last: float) -> str:
    if whole := drawing.encoding.y.whole:
        return f" ({(last - first) / whole * 100:+.1f} percentage points)"
    return f" ({(last - first) / first:+,.1%})" if first > 0 else ""


def _cells(drawing: Drawing) -> Iterator[str]:
    encoding = drawing.encoding
    rows = encoding.series.label if encoding.series else ""
    empty = len(drawing.columns) * len(drawing.series) - len(drawing.numbers)
    yield (
        f"{len(drawing.columns)} of {encoding.x.label} across, {len(drawing.series)} of {rows} down, the colour is "
        f"{encoding.y.label}, {_range(drawing.numbers, encoding.y)}{f'; {empty:,} cells are empty' if empty else ''}."
    )
    yield _ends(drawing, drawing.points)


def _cloud(drawing: Drawing) -> Iterator[str]:
    encoding, there = drawing.encoding, _there(drawing.points)
    places = [point.x for point in there]
    across = f"{encoding.x.label} from {drawing.x_text(places[0])} to {drawing.x_text(places[-1])}"
    numbers = [place for place in places if isinstance(place, float)]
    if numbers:
        across = f"{encoding.x.label} {_range(numbers, encoding.x)}"
    split = f" coloured by {len(drawing.series)} of {encoding.series.label}" if encoding.series else ""
    yield f"{_points(len(there))}{split}; {across}; {encoding.y.label} {_range(drawing.numbers, encoding.y)}."
    if len(numbers) == len(there) > 2 and (how := _together(numbers, [_y(point) for point in there])):
        yield how


def _together(x: Sequence[float], y: Sequence[float]) -> str:
    try:
        r = correlation(x, y)
    except (StatisticsError, OverflowError):  # one of them never changes, or they are too large to add
        return ""
    strength = (
        "hardly related" if abs(r) < 0.2 else "weakly" if abs(r) < 0.5 else "clearly" if abs(r) < 0.8 else "closely"
    )
    way = "" if abs(r) < 0.2 else " related, rising together" if r > 0 else " related, one falls as the other rises"
    return f"They are {strength}{way} (correlation {r:+.2f})."


def _ends(drawing: Drawing, points: Sequence[Point]) -> str:
    ranked = sorted(_there(points), key=_y, reverse=True)
    if len(ranked) <= 2 * _NAMED:
        return f"From the highest: {', '.join(_named(drawing, point) for point in ranked)}."
    highest = ", ".join(_named(drawing, point) for point in ranked[:_NAMED])
    lowest = ", ".join(_named(drawing, point) for point in reversed(ranked[-_NAMED:]))
    return f"Highest: {highest}. Lowest: {lowest}."


def _named(drawing: Drawing, point: Point) -> str:
    where = drawing.x_text(point.x) + (f" / {point.series}" if point.series is not None else "")
    return f"{where} {drawing.encoding.y.text(_y(point))}"


def _points(number: int) -> str:
    return f"{number:,} point{'s' * (number > 1)}"


def _range(numbers: Sequence[float], field: Field) -> str:
    least, most = min(numbers), max(numbers)
    if least == most:
        return f"is {field.text(least)}{' everywhere' if len(numbers) > 1 else ''}"
    return f"from {field.text(least)} to {field.text(most)}"


def _there(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if point.y is not None]


def _y(point: Point) -> float:
    return point.y or 0.0
