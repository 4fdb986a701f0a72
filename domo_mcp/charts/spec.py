"""The Vega-Lite specification of a drawing.

Fields are called x, y, series, label: no name from elsewhere is one. Texts from elsewhere stand as values, as members
of a domain, and as titles, which Vega-Lite takes as they are; the expressions in here are constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from textwrap import wrap
from typing import Any

from domo_mcp.charts.axes import (
    COLOURS,
    DASHES,
    SHAPES,
    WIDTH,
    Spec,
    along_axis,
    harmless,
    labels_axis,
    legend,
    looks,
    number_format,
    numbers_axis,
)
from domo_mcp.charts.columns import Field
from domo_mcp.charts.drawing import EPOCH, Drawing, Point, place_of
from domo_mcp.untrusted import one_line

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"  # a name: nothing is read from there
_HEIGHT = 340
_FEW = 40
_LABELLED_BARS = 24
_LABELLED_CELLS = 150
_LONG_LABEL = 9
_PARTLY: Spec = {"field": "partly", "equal": 1}
_CONFIG: Mapping[str, Any] = {
    "font": "Liberation Sans, Arial, sans-serif",
    "title": {"fontSize": 17, "color": "#1A1A1A", "subtitleColor": "#505050", "subtitleFontSize": 11.5, "offset": 14},
    "axis": {
        "labelFontSize": 12, "titleFontSize": 12.5, "labelColor": "#303030", "titleColor": "#303030",
        "gridColor": "#E4E4E4", "domainColor": "#808080", "tickColor": "#808080", "titlePadding": 8,
        "labelLimit": 220, "titleLimit": 330, "titleFontWeight": "normal",
    },
    "legend": {
        "labelFontSize": 12, "titleFontSize": 12, "labelLimit": 190, "titleLimit": 190, "symbolStrokeWidth": 2.5,
        "labelColor": "#303030", "titleColor": "#303030", "titleFontWeight": "normal", "symbolSize": 110,
    },
    "view": {"stroke": None},
}  # fmt: skip


def specification(drawing: Drawing, below: Sequence[str]) -> Spec:
    """The drawing as Vega-Lite; `below` the title stand the sentences that tell where the rows are from."""
    makers = {"bar": _bars, "heatmap": _heat_map, "scatter": _scatter, "line": _lines, "area": _areas}
    drawing = _with_harmless_labels(drawing)
    subtitle = [harmless(line) for text in below if text for line in wrap(one_line(text, 320), 104)][:6]
    return {
        "$schema": _SCHEMA,
        "background": "#FFFFFF",
        "padding": 16,
        "config": dict(_CONFIG),
        "title": {
            "text": [harmless(line) for line in wrap(drawing.encoding.title, 72)[:2]],
            "subtitle": subtitle,
            "anchor": "start",
            "frame": "group",
        },
        "data": {"values": [_record(point, drawing.encoding.y) for point in _with_holes(drawing)]},
        **makers[drawing.encoding.type](drawing),
    }


def _with_harmless_labels(drawing: Drawing) -> Drawing:
    """The drawing with labels that Vega can look up."""
    points = [
        replace(
            point,
            x=harmless(point.x) if isinstance(point.x, str) else point.x,
            series=point.series and harmless(point.series),
        )
        for point in drawing.points
    ]
    columns, series = (tuple(map(harmless, labels)) for labels in (drawing.columns, drawing.series))
    return replace(drawing, points=tuple(points), columns=columns, series=series)


def _with_holes(drawing: Drawing) -> list[Point]:
    """The points, and one without a number for each line where none may run."""
    holes = [Point(moment, None, name) for moment in drawing.holes for name in drawing.series or (None,)]
    return sorted([*drawing.points, *holes], key=lambda point: place_of(point.x)) if holes else list(drawing.points)


def _record(point: Point, measure: Field) -> Spec:
    x = (point.x - EPOCH).total_seconds() * 1000 if isinstance(point.x, datetime) else point.x
    label = "" if point.y is None else measure.short(point.y)
    partly = {"partly": 1} if point.partly else {}
    return {
        "x": x,
        "y": point.y,
        "label": label,
        **partly,
        **({"series": point.series} if point.series is not None else {}),
    }


def _lines(drawing: Drawing) -> Spec:
    places = len({point.x for point in drawing.points})
    line: Spec = {"type": "line", "strokeWidth": 2.4 if places <= 200 else 1.3, "strokeJoin": "round"}
    own = looks(drawing, "color", COLOURS, "stroke") or {"color": {"value": COLOURS[0]}}
    axes = {"x": along_axis(drawing), "y": numbers_axis(drawing)}
    drawn = {"mark": line, "encoding": {**axes, **own, **looks(drawing, "strokeDash", DASHES, "stroke")}}
    size = {"width": WIDTH, "height": _HEIGHT}
    if places > _FEW and not drawing.holes and all(point.y is not None for point in drawing.points):
        hollow = _hollow(drawing, {**axes, **own})
        return {**size, "layer": [drawn, *hollow]} if hollow else {**size, **drawn}
    # A number between two that are missing is no line.
    points = {"mark": {"type": "point", "filled": True, "size": 34, "opacity": 1}, "encoding": {**axes, **own}}
    return {**size, "layer": [drawn, points, *_hollow(drawing, {**axes, **own})]}


def _hollow(drawing: Drawing, encoding: Spec) -> list[Spec]:
    """Rings around what is there only in part."""
    if not any(point.partly for point in drawing.points):
        return []
    mark = {"type": "point", "filled": True, "fill": "#FFFFFF", "size": 46, "opacity": 1, "strokeWidth": 2}
    colour = {"stroke": encoding["color"]} if "color" in encoding else {}
    places = {key: encoding[key] for key in ("x", "y")}
    return [{"transform": [{"filter": _PARTLY}], "mark": mark, "encoding": {**places, **colour}}]


def _areas(drawing: Drawing) -> Spec:
    stacked = bool(drawing.series) and min(drawing.numbers) >= 0
    mark: Spec = {
        "type": "area", "color": COLOURS[0], "opacity": 0.85 if stacked else 0.35 if drawing.series else 0.7,
        "line": not stacked and (True if drawing.series else {"color": COLOURS[0]}),
    }  # fmt: skip
    encoding = {"x": along_axis(drawing), "y": {**numbers_axis(drawing), "stack": "zero" if stacked else None}}
    if stacked:
        encoding["y"]["impute"] = {"value": 0}
    return {
        "width": WIDTH,
        "height": _HEIGHT,
        "mark": mark,
        "encoding": {**encoding, **looks(drawing, "color", COLOURS)},
    }


def _scatter(drawing: Drawing) -> Spec:
    many = len(drawing.points) > 300
    mark = {"type": "point", "filled": True, "size": 28 if many else 60, "opacity": 0.5 if many else 0.75}
    own = {**looks(drawing, "color", COLOURS), **looks(drawing, "shape", SHAPES)} or {"color": {"value": COLOURS[0]}}
    encoding = {"x": along_axis(drawing), "y": numbers_axis(drawing), **own}
    return {"width": WIDTH, "height": _HEIGHT + 40, "mark": mark, "encoding": encoding}


def _bars(drawing: Drawing) -> Spec:
    lying = len(drawing.columns) > 12 or max(map(len, drawing.columns)) > _LONG_LABEL
    lying = lying and drawing.encoding.x.kind == "text"
    labels, numbers = along_axis(drawing), numbers_axis(drawing)
    if lying:
        labels["axis"] = {"grid": False, "labelAngle": 0}
    if not drawing.series and min(drawing.numbers) < 0:
        numbers["scale"]["padding"] = 40 if lying else 16  # for the numbers below bars that fall
    along, across = ("y", "x") if lying else ("x", "y")
    encoding: Spec = {along: labels, across: {**numbers, "stack": None}, **looks(drawing, "color", COLOURS)}
    if drawing.series:
        encoding[f"{along}Offset"] = {"field": "series", "sort": None, "scale": {"domain": list(drawing.series)}}
    else:
        encoding["color"] = {"value": COLOURS[0]}
    if any(point.partly for point in drawing.points):
        encoding["fillOpacity"] = {"condition": {"test": _PARTLY, "value": 0.35}, "value": 1}
    bars: Spec = {"mark": "bar", "encoding": encoding}
    width = max(110 * len(drawing.columns), 260) if len(drawing.columns) < 6 else WIDTH
    step = 26 if not drawing.series else 10 * len(drawing.series) + 10
    size: Spec = {"width": width, "height": _HEIGHT}
    if lying:
        size = {"width": WIDTH - 60, "height": {"step": step, "for": "position"}}
    if drawing.series or (len(drawing.columns) > _LABELLED_BARS and not lying):
        return {**size, **bars}
    places = {key: encoding[key] for key in ("x", "y")}
    return {**size, "layer": [bars, *(_ends(places, lying=lying, below=below) for below in (False, True))]}


def _ends(places: Spec, *, lying: bool, below: bool) -> Spec:
    """The numbers at the ends of bars that rise, or of those that fall."""
    away: Spec = {"baseline": "top" if below else "bottom", "dy": 4 if below else -4}
    if lying:
        away = {"align": "right" if below else "left", "baseline": "middle", "dx": -5 if below else 5}
    return {
        "transform": [{"filter": {"field": "y", "lt" if below else "gte": 0}}],
        "mark": {"type": "text", "fontSize": 11.5, "color": "#303030", **away},
        "encoding": {**places, "text": {"field": "label", "type": "nominal"}},
    }


def _heat_map(drawing: Drawing) -> Spec:
    numbers, rows = drawing.numbers, drawing.series
    least, most = min(numbers), max(numbers)
    both = least < 0 < most
    furthest = max(-least, most)
    scale: Spec = {"scheme": "blueorange", "domain": [-furthest, furthest]} if both else {"scheme": "blues"}
    series = drawing.encoding.series
    axes = {
        "x": along_axis(drawing),
        "y": labels_axis("series", harmless(series.label) if series else "", rows, {"labelAngle": 0}),
    }
    told = {**legend(drawing.encoding.y), **number_format(numbers, drawing.encoding.y.whole, rounded=True)}
    cells: Spec = {
        "mark": {"type": "rect", "stroke": "#FFFFFF", "strokeWidth": 1},
        "encoding": {
            **axes, "color": {"field": "y", "type": "quantitative", "scale": scale, "legend": told},
        },
    }  # fmt: skip
    width = max(320, min(WIDTH, 64 * len(drawing.columns)))
    size = {"width": width, "height": {"step": 30 if len(rows) <= 14 else 22}}
    if len(drawing.columns) * len(rows) > _LABELLED_CELLS or len(drawing.columns) > 14:
        return {**size, **cells}
    dark: Spec = {"field": "y", "gt": 0.6 * furthest if both else least + 0.6 * (most - least)}
    if both:
        dark = {"or": [dark, {"field": "y", "lt": -0.6 * furthest}]}
    colour = {"condition": {"test": dark, "value": "#FFFFFF"}, "value": "#1A1A1A"}
    text = {
        "mark": {"type": "text", "fontSize": 11.5},
        "encoding": {**axes, "text": {"field": "label", "type": "nominal"}, "color": colour},
    }
    return {**size, "layer": [cells, text]}
