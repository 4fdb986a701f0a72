"""`$geoWithin` and `$geoIntersects`, on a plane.

MongoDB manual: reference/operator/query/geoWithin and geoIntersects. Assumed: shapes are small enough that longitude
and latitude may be taken for x and y, as MongoDB itself does for `$box`, `$polygon` and `$center`; `$centerSphere`
measures along the sphere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from domo_mcp.sandbox.mongo.paths import Test
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.values import is_number

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = Sequence[Point]
Inside: TypeAlias = Callable[[Point], bool]


def lies_within(wanted: Any) -> Test:
    """`$geoWithin`: every point of the value lies inside the shape, its border among it.

    Raises:
        BadQuery: the shape is malformed or none of `$geometry`, `$box`, `$polygon`, `$center`, `$centerSphere`.
    """
    inside = _inside(wanted)

    def test(value: Any) -> bool:
        points = _points(value)
        return bool(points) and all(map(inside, points))

    return test


def intersects(wanted: Any) -> Test:
    """`$geoIntersects`: the value and the GeoJSON `$geometry` share a point.

    Raises:
        BadQuery: there is no `$geometry`, or it is malformed.
    """
    match wanted:
        case {"$geometry": dict() as shape, **others} if not others and (points := _points(shape)):
            return lambda value: bool(found := _points(value)) and _meet(value, found, shape, points)
    raise BadQuery("$geoIntersects needs a $geometry")


def _meet(one: Any, ones: Ring, other: Any, others: Ring) -> bool:
    if any(map(_area(one), others)) or any(map(_area(other), ones)):
        return True
    mine, theirs = list(_edges(one, ones)), list(_edges(other, others))
    return any(_cross(*edge, *against) for edge in mine for against in theirs)


def _inside(wanted: Any) -> Inside:
    match wanted:
        case {"$box": [first, second]}:
            return _in_box(_point(first), _point(second))
        case {"$polygon": [_, _, _, *_] as corners}:
            ring = [_point(corner) for corner in corners]
            return lambda point: _in_ring(point, [*ring, ring[0]])
        case {"$center": [middle, radius]} if is_number(radius) and radius >= 0:
            center = _point(middle)
            return lambda point: math.dist(point, center) <= radius
        case {"$centerSphere": [middle, radius]} if is_number(radius) and radius >= 0:
            center = _point(middle)
            return lambda point: _angle(point, center) <= radius
        case {"$geometry": {"type": "Polygon" | "MultiPolygon"} as shape} if _points(shape):
            return _area(shape)
    raise BadQuery("$geoWithin needs a $geometry of type Polygon, $box, $polygon, $center or $centerSphere")


def _in_box(one: Point, other: Point) -> Inside:
    (left, right), (low, high) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return lambda point: left <= point[0] <= right and low <= point[1] <= high


def _area(shape: Any) -> Inside:
    """Whether a point lies in the shape's polygons and not in their holes; a shape without area has no inside."""
    match shape:
        case {"type": "Polygon", "coordinates": rings}:
            polygons = [rings]
        case {"type": "MultiPolygon", "coordinates": polygons}:
            pass
        case _:
            return lambda _: False
    read = [[[_point(each) for each in ring] for ring in rings] for rings in polygons]
    return lambda point: any(
        _in_ring(point, outer) and not any(_in_ring(point, hole, border=False) for hole in holes)
        for outer, *holes in read
    )


def _in_ring(point: Point, ring: Ring, *, border: bool = True) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if _turn((x1, y1), (x2, y2), point) == 0 and _spans((x1, y1), (x2, y2), point):
            return border
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < (x2 - x1) * (point[1] - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _turn(one: Point, two: Point, three: Point) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def _spans(one: Point, two: Point, point: Point) -> bool:
    return _in_box(one, two)(point)


def _cross(one: Point, two: Point, three: Point, four: Point) -> bool:
    """Whether the segments one-two and three-four share a point."""
    first, second = _turn(one, two, three), _turn(one, two, four)
    third, fourth = _turn(three, four, one), _turn(three, four, two)
    if first * second < 0 and third * fourth < 0:
        return True
    touching = (
        (first, one, two, three),
        (second, one, two, four),
        (third, three, four, one),
        (fourth, three, four, two),
    )
    return any(turn == 0 and _spans(start, end, point) for turn, start, end, point in touching)


def _edges(shape: Any, points: Ring) -> Iterator[tuple[Point, Point]]:
    match shape:
        case {"type": "Polygon", "coordinates": rings}:
            for ring in rings:
                yield from pairwise([_point(each) for each in ring])
        case {"type": "MultiPolygon", "coordinates": polygons}:
            for rings in polygons:
                yield from _edges({"type": "Polygon", "coordinates": rings}, points)
        case {"type": "LineString"}:
            yield from pairwise(points)
        case _:
            yield from ((point, point) for point in points)


def _points(value: Any) -> list[Point]:
    """All points of a GeoJSON object, a legacy pair ([x, y] or {x, y}) or an array of pairs; [] for anything else."""
    try:
        match value:
            case {"type": str(), "coordinates": [*coordinates]}:
                return list(_flattened(coordinates))
            case {**fields} if len(fields) == 2:
                return [_point(list(fields.values()))]
            case [*coordinates]:
                return list(_flattened(coordinates))
    except BadQuery:
        pass
    return []


def _flattened(coordinates: Sequence[Any]) -> Iterator[Point]:
    if len(coordinates) == 2 and all(map(is_number, coordinates)):
        yield _point(coordinates)
        return
    for each in coordinates:
        if not isinstance(each, list):
            raise BadQuery("malformed coordinates")
        yield from _flattened(each)


def _point(value: Any) -> Point:
    match value:
        case [x, y] if is_number(x) and is_number(y):
            return x, y
    raise BadQuery("Point must be an array of two numbers")


def _angle(one: Point, other: Point) -> float:
    """The angle in radians between two places in degrees, as seen from the middle of the sphere."""
    (x1, y1), (x2, y2) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * math.asin(min(1.0, math.sqrt(half)))
