"""What of the rows is drawn: points with their labels, in order, no more than a picture can show; what was left out.

Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count, pairwise
from statistics import median

from domo_mcp.charts.choosing import MOST_CATEGORIES, MOST_SERIES, Encoding
from domo_mcp.charts.columns import Field, Kind, Value, category, category_by_both_ends
from domo_mcp.charts.numbers import Grain, grain_of, moment_text

MOST_STEPS = 60
_FEW_DATES = 6
_HOLE = 5  # times the usual step
_NAMED_HOLES = 2
_MOST_BARS = 60
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - moments are UTC without zone

_WHOLE: Mapping[Value, str] = {}
_DISCRETE = frozenset({"bar", "heatmap"})


@dataclass(frozen=True)
class Point:
    """One mark. `x` is a label where the chart has `columns`, else where it stands; `y` None leaves a gap.

    `partly` says that not all of its period is in it.
    """

    x: str | float | datetime
    y: float | None
    series: str | None = None
    partly: bool = False


@dataclass(frozen=True)
class Drawing:
    """A chart ready to be drawn. `columns`: the labels along x, none where x is a scale; `notes`: what is left out.

    `holes` are moments that no line runs over: dates are missing there for long.
    """

    encoding: Encoding
    points: tuple[Point, ...]
    columns: tuple[str, ...]
    series: tuple[str, ...]
    grain: Grain
    notes: tuple[str, ...]
    holes: tuple[datetime, ...] = ()

    @property
    def numbers(self) -> list[float]:
        """All numbers that are drawn."""
        return [point.y for point in self.points if point.y is not None]

    def x_text(self, x: str | float | datetime) -> str:
        """Where a point stands, as words."""
        if isinstance(x, datetime):
            return moment_text(x, self.grain)
        return x if isinstance(x, str) else self.encoding.x.text(x)


def draw(encoding: Encoding, *, ordered: bool, partly: Mapping[Value, str] = _WHOLE) -> Drawing:
    """The drawing of a chart; `ordered` is whether the rows stand in an order that the caller asked for.

    `partly` says of values of x, of which only a part is in the rows, what that part is.
    """
    x, y, series = encoding.x, encoding.y, encoding.series
    grain = grain_of(value for value in x.values if isinstance(value, datetime))
    discrete = encoding.type in _DISCRETE or (encoding.type != "scatter" and x.kind in {Kind.TEXT, Kind.STEP})
    weight = y.numbers
    notes = list[str]()
    lines = _kept_series(encoding, weight, notes, ordered=ordered) if series else _Labels({}, ())
    columns = _kept_columns(encoding, weight, len(lines.order), notes, ordered=ordered) if discrete else None
    points, seen = list[Point](), set[Value]()
    for along, number, line in zip(x.values, weight, series.values if series else x.values, strict=True):
        where = columns.of.get(along) if columns else along
        name = lines.of.get(line) if series else None
        if where is not None and (name is not None or not series):
            points.append(Point(where, number, name, along in partly))
            seen.add(along)
    order = columns.order if columns else ()
    at = {label: float(place) for place, label in enumerate(order)}
    among = {label: place for place, label in enumerate(lines.order)}
    points.sort(key=lambda point: (at.get(str(point.x), place_of(point.x)), among.get(point.series or "", 0)))
    notes += [why for value, why in partly.items() if value in seen]
    holes = _holes(points, grain, notes) if encoding.type == "line" else ()
    notes += _missing(encoding, discrete=discrete)
    if many := encoding.uncoloured:
        notes.append(f"not coloured by {many.label}: its {len(set(many.values)):,} values are more than the colours")
    if encoding.others:
        notes.append(f"not drawn: {', '.join(category(name, 40) for name in encoding.others[:8])}")
    return Drawing(encoding, tuple(points), order, lines.order, grain, tuple(notes), holes)


@dataclass(frozen=True)
class _Labels:
    """The label of each value that is shown, and the labels in order; no two are alike."""

    of: dict[Value, str]
    order: tuple[str, ...]

    @classmethod
    def for_(cls, values: Iterable[Value], text: Callable[[Value], str]) -> _Labels:
        """Labels for different values, in their order."""
        labels, used = dict[Value, str](), set[str]()
        for value in values:
            label = text(value)
            if label in used:
                label = next(name for number in count(2) if (name := f"{label} ({number})") not in used)
            used.add(label)
            labels[value] = label
        return cls(labels, tuple(labels.values()))


def _kept_series(encoding: Encoding, weight: Sequence[float | None], notes: list[str], *, ordered: bool) -> _Labels:
    field = encoding.series
    assert field is not None  # noqa: S101 - for the type checker: its only caller asks first
    most = MOST_CATEGORIES if encoding.type == "heatmap" else MOST_SERIES
    kept = _kept(field, weight, most, notes, encoding.y, ordered=ordered and encoding.type == "heatmap")
    return _labelled(kept)


def _kept_columns(
    encoding: Encoding, weight: Sequence[float | None], lines: int, notes: list[str], *, ordered: bool
) -> _Labels:
    field = encoding.x
    most = MOST_CATEGORIES
    if encoding.type == "bar" and lines:
        most = max(4, min(most, _MOST_BARS // lines))
    elif field.kind is not Kind.TEXT:
        most = MOST_STEPS
    kept = _kept(field, weight, most, notes, encoding.y, ordered=ordered or encoding.type in {"line", "area"})
    if field.kind is Kind.STEP and encoding.type != "scatter" and not field.leaps:
        kept = _without_gaps(kept)
    return _labelled(kept)


def _kept(
    field: Field, weight: Sequence[float | None], most: int, notes: list[str], measure: Field, *, ordered: bool
) -> list[Value]:
    """The values of a column that are shown, in order: of categories the heaviest, of what has an order the last."""
    sums, signed = defaultdict[Value, float](float), defaultdict[Value, float](float)
    for value, number in zip(field.values, weight, strict=True):
        if number is not None:
            sums[value] += abs(number)
            signed[value] += number
    heaviest = sorted(sums, key=lambda value: sums[value], reverse=True)
    if field.kind is not Kind.TEXT:
        values = sorted((value for value in sums if value is not None), key=place_of)
        kept = values[-most:] + [None] * (None in sums and len(values) < most)
        if len(kept) < len(sums):
            notes.append(f"shown are the last {len(kept)} of {len(sums):,} values of {field.label}")
        return kept
    if len(heaviest) > most:
        notes.append(f"shown are the {most} of {len(sums):,} values of {field.label} with the largest {measure.label}")
    chosen = set(heaviest[:most])
    falling = sorted(sums, key=lambda value: signed[value], reverse=True)
    return [value for value in (sums if ordered else falling) if value in chosen]


def _without_gaps(kept: list[Value]) -> list[Value]:
    """Years, months, … with those between them that have no row."""
    steps = [value for value in kept if isinstance(value, float)]
    if not steps or steps[-1] - steps[0] >= MOST_STEPS:
        return kept
    return [float(step) for step in range(int(steps[0]), int(steps[-1]) + 1)] + [None] * (None in kept)


def _labelled(kept: list[Value]) -> _Labels:
    grain = grain_of(value for value in kept if isinstance(value, datetime))
    alike = len({category(value) for value in kept}) < len(kept)
    return _Labels.for_(kept, partial(_label, grain=grain, name=category_by_both_ends if alike else category))


def _label(value: Value, grain: Grain, name: Callable[[Value], str]) -> str:
    return moment_text(value, grain) if isinstance(value, datetime) else name(value)


def _holes(points: Sequence[Point], grain: Grain, notes: list[str]) -> tuple[datetime, ...]:
    """Moments within the stretches where dates are missing for long."""
    moments = sorted({point.x for point in points if isinstance(point.x, datetime)})
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    if len(steps) < _FEW_DATES:
        return ()
    usual = median(steps)
    long = [pair for pair, step in zip(pairwise(moments), steps, strict=True) if step > _HOLE * usual]
    notes += [f"no rows between {moment_text(a, grain)} and {moment_text(b, grain)}" for a, b in long[:_NAMED_HOLES]]
    if len(long) > _NAMED_HOLES:
        notes.append(f"{len(long) - _NAMED_HOLES} more such holes")
    return tuple(earlier + (later - earlier) / 2 for earlier, later in long)


def _missing(encoding: Encoding, *, discrete: bool) -> list[str]:
    notes = []
    if nulls := sum(value is None for value in encoding.y.numbers):
        notes.append(f"{nulls:,} row{'s' if nulls > 1 else ''} without {encoding.y.label} (NULL)")
    if not discrete and (nulls := sum(value is None for value in encoding.x.values)):
        notes.append(f"{nulls:,} row{'s' if nulls > 1 else ''} without {encoding.x.label} (NULL)")
    return notes


def place_of(value: Value) -> float:
    """Where a moment or a number stands on its scale."""
    if isinstance(value, datetime):
        return (value - EPOCH).total_seconds()
    return value if isinstance(value, float) else 0.0
