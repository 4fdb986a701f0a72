"""Axes, scales and legends of a chart, as Vega-Lite has them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domo_mcp.charts.columns import Field
from domo_mcp.charts.drawing import EPOCH, Drawing
from domo_mcp.untrusted import one_line

Spec = dict[str, Any]

WIDTH = 640
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#1A1A1A", "#810CE4", "#8C5A2B"]
"""At least 3:1 on white, told apart with any colour blindness: Okabe and Ito's, the pale ones replaced."""

DASHES = [[1, 0], [6, 3], [2, 2], [10, 3, 2, 3], [4, 4], [12, 4], [1, 3]]
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"]
_OF_EVERY_OBJECT = frozenset({
    "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "constructor",
    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
})  # fmt: skip
_BILLIONS = "replace(format(datum.value, '~s'), 'G', 'B')"
_PERCENT = "format(datum.value / 100, '.4~%')"
_ROUNDED_BILLIONS = "replace(format(datum.value, '.3~s'), 'G', 'B')"


def harmless(text: str) -> str:
    """A text that is not the name of something that every JavaScript object has, which Vega would find instead."""
    return f" {text}" if text in _OF_EVERY_OBJECT else text


def begins_at_zero(drawing: Drawing) -> bool:
    """Whether the axis of the numbers begins at zero: where they differ little from each other, lines need not."""
    if drawing.encoding.type not in {"line", "scatter"}:
        return True
    least, most = min(drawing.numbers), max(drawing.numbers)
    return least <= 0 <= most or least == most or (most - least) >= 0.25 * max(abs(least), abs(most))


def numbers_axis(drawing: Drawing) -> Spec:
    """The axis of what is measured."""
    numbers = drawing.numbers
    return {
        "field": "y",
        "type": "quantitative",
        "title": harmless(drawing.encoding.y.label),
        "scale": {"zero": begins_at_zero(drawing), "nice": True},
        "axis": {**number_format(numbers, drawing.encoding.y.whole), "tickCount": 6},
    }


def number_format(numbers: Sequence[float], whole: float = 0, *, rounded: bool = False) -> Spec:
    """How numbers of this size are written: `1.2M`, `1,234.5`, `0.05`; shares of a `whole` as `5%`."""
    if whole:
        return {"format": ".4~%"} if whole == 1 else {"labelExpr": _PERCENT}
    most = max(map(abs, numbers), default=0.0)
    if most >= 1e15:
        return {"format": ".3~g"}
    if most >= 10_000:
        return {"labelExpr": _ROUNDED_BILLIONS if rounded else _BILLIONS}
    return {"format": ",.3~r" if rounded else ",.6~r"}


def along_axis(drawing: Drawing) -> Spec:
    """The axis that runs along: labels in their order, moments or numbers."""
    title = harmless(drawing.encoding.x.label)
    if drawing.columns:
        axis = {"labelAngle": _angle(drawing.columns), "labelOverlap": "greedy" if len(drawing.columns) > 31 else False}
        return labels_axis("x", title, drawing.columns, axis)
    if isinstance(drawing.points[0].x, datetime):
        moments = sorted({point.x for point in drawing.points if isinstance(point.x, datetime)})
        return {
            "field": "x", "type": "temporal", "title": title, "scale": {"type": "utc"}, "axis": _moment_axis(moments),
        }  # fmt: skip
    numbers = [point.x for point in drawing.points if isinstance(point.x, float)]
    spread = max(numbers) - min(numbers)
    scale = {"zero": min(numbers) <= 0 or spread >= 0.5 * max(numbers), "nice": True}
    return {
        "field": "x", "type": "quantitative", "title": title, "scale": scale,
        "axis": {**number_format(numbers, drawing.encoding.x.whole), "tickCount": 10},
    }  # fmt: skip


def _moment_axis(moments: Sequence[datetime]) -> Spec:
    """Ticks where they can be read: at years, months, or at some of the days that there are."""
    days = (moments[-1] - moments[0]).days
    common: Spec = {"labelOverlap": "greedy", "labelFlush": False, "grid": False}
    if days > 120:
        months = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200, 12_000) if days / 30 / step <= 12)
        if months >= 12:
            return {**common, "format": "%Y", "tickCount": {"interval": "year", "step": months // 12}}
        return {**common, "format": "%b %Y", "tickCount": {"interval": "month", "step": months}}
    fine = any(moment.hour or moment.minute or moment.second for moment in moments)
    if fine:
        return {**common, "format": "%H:%M" if days < 1 else "%d %b %H:%M", "tickCount": 8}
    every = -(-len(moments) // 7)
    return {
        **common, "format": "%d %b %Y",
        "values": [(moment - EPOCH).total_seconds() * 1000 for moment in moments[::every]],
    }  # fmt: skip


def _angle(labels: Sequence[str]) -> int:
    """Upright where all labels fit beside each other."""
    room = WIDTH / max(1, len(labels)) / 7
    return 0 if max(map(len, labels)) <= room or all(len(label) <= 4 for label in labels) else -40


def labels_axis(field: str, title: str, labels: Sequence[str], axis: Spec) -> Spec:
    """An axis of labels in their order."""
    return {
        "field": field, "type": "nominal", "title": title, "sort": None, "scale": {"domain": list(labels)},
        "axis": {"grid": False, **axis},
    }  # fmt: skip


def legend(field: Field) -> Spec:
    """The legend of a column."""
    return {"title": harmless(one_line(field.label, 30))}


def looks(drawing: Drawing, channel: str, choices: Sequence[Any], symbol: str | None = None) -> Spec:
    """A look of its own for each series, where there are any."""
    if drawing.encoding.series is None:
        return {}
    domain = list(drawing.series)
    told = {**legend(drawing.encoding.series), **({"symbolType": symbol} if symbol else {})}
    scale = {"domain": domain, "range": list(choices[: len(domain)])}
    return {channel: {"field": "series", "type": "nominal", "sort": None, "scale": scale, "legend": told}}
