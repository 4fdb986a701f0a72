"""Which chart fits rows: the kind of chart and what its axes are, as far as nobody said. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal, get_args

from domo_mcp.charts.columns import Field, Kind, Scalar, Told, category, fields
from domo_mcp.charts.outcome import CannotChart, UnknownColumn
from domo_mcp.untrusted import foreign, one_line

ChartType = Literal["bar", "line", "area", "scatter", "heatmap"]
TYPES: tuple[ChartType, ...] = get_args(ChartType)
MOST_CATEGORIES = 30
MOST_SERIES = 7
LONGEST_TITLE = 120

_FEW_STEPS = 6
_LISTED = 40


@dataclass(frozen=True)
class Wish:
    """What the caller said of the chart; None is left to us."""

    type: ChartType | None = None
    x: str | None = None
    y: str | None = None
    series: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Encoding:
    """A chart: `x` runs along, `y` are the numbers, `series` tells lines, colours or bars of a group apart.

    Of a heat map the numbers are the colours and `series` are the rows. `others` are columns that are not drawn.
    `uncoloured` is what a scatter was to be coloured by and has too many values: its points are all there.
    """

    type: ChartType
    x: Field
    y: Field
    series: Field | None
    title: str
    others: tuple[str, ...] = ()
    uncoloured: Field | None = None


def choose(
    columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Scalar]], wish: Wish, told: Sequence[Told] = ()
) -> Encoding:
    """The chart for rows of these columns, given as name and Domo's type; `told` is what the statement says of each.

    Raises UnknownColumn for a name that is not there, CannotChart where the columns make no such chart.
    """
    found = fields(columns, rows, told)
    x, y, series = (_named(found, name, role) for name, role in ((wish.x, "x"), (wish.y, "y"), (wish.series, "series")))
    if wish.type == "heatmap" and y and y.kind is not Kind.NUMBER and (not series or series.kind is Kind.NUMBER):
        y, series = series, y  # said as axes: the numbers are neither
    taken = [field for field in (x, y, series) if field]
    if len({id(field) for field in taken}) < len(taken):
        raise CannotChart("x, y and series name the same column.", f"Name different ones: {_list(found)}.")
    scattered = wish.type == "scatter" or (wish.type is None and not taken and _is_cloud(found))
    y = _numbers(found, y, x, series, keep_first=scattered)
    x = x or _along(found, y, series, scattered=scattered)
    chart = "scatter" if scattered else wish.type
    series = series or _split(found, chart, x, y)
    chart = chart or _fitting(x, series, wished=bool(wish.series))
    many = series if chart == "scatter" and series and len(set(series.values)) > MOST_SERIES else None
    series = None if many else series
    if chart == "heatmap" and not wish.x and not wish.series and series and _is_longer(series, x):
        x, series = series, x
    others = tuple(field.name for field in found if field not in (x, y, series, many))
    drawn = Encoding(chart, x, y, series, "", others, many)
    _check(drawn, found)
    return replace(drawn, title=_title(drawn, wish.title))


def _named(found: Sequence[Field], name: str | None, role: str) -> Field | None:
    if name is None:
        return None
    exact = [field for field in found if field.name == name]
    alike = exact or [field for field in found if field.name.casefold() == name.strip().strip("`").casefold()]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise CannotChart(f"Several columns are called `{foreign(name, 60)}`.", "Give each its own name: AS `…`.")
    near = get_close_matches(name, [field.name for field in found], n=1)
    nearest = f" Nearest: `{foreign(near[0], 60)}`." if near else ""
    raise UnknownColumn(
        f"The rows have no column `{foreign(name, 60)}` for {role}.{nearest}", f"They have: {_list(found)}."
    )


def _list(found: Iterable[Field]) -> str:
    names = [f"`{foreign(field.name, 60)}` ({field.kind})" for field in found]
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")


def _is_cloud(found: Sequence[Field]) -> bool:
    """Whether two columns of numbers are best set against each other."""
    numbers = [field for field in found if field.kind is Kind.NUMBER]
    others = [field for field in found if field.kind is not Kind.NUMBER]
    return len(numbers) >= 2 and all(
        field.kind is Kind.TEXT and len(set(field.values)) > MOST_CATEGORIES for field in others
    )


def _numbers(
    found: Sequence[Field], y: Field | None, x: Field | None, series: Field | None, *, keep_first: bool
) -> Field:
    """The column that is measured: the one named, else the first of numbers that is free, one added up if there is."""
    if y is not None:
        if y.kind not in {Kind.NUMBER, Kind.STEP}:
            raise CannotChart(
                f"y has to be numbers, `{foreign(y.name, 60)}` is {y.kind}.", f"The rows have: {_list(found)}."
            )
        return y
    free = [field for field in found if field not in (x, series)]
    numbers = [field for field in free if field.kind is Kind.NUMBER]
    measured = [field for field in numbers if not field.grouped]
    if measured and len(measured) < len(numbers):
        return measured[0]
    if numbers:
        return numbers[1] if keep_first and x is None and len(numbers) > 1 else numbers[0]
    steps = [field for field in free if field.kind is Kind.STEP]
    if steps:
        return steps[-1]
    raise CannotChart(
        "There is nothing to measure: a chart needs a column of numbers.",
        "Select one, such as COUNT(*) or SUM(`…`), beside what it is by, and GROUP BY that. "
        f"The rows have: {_list(found)}.",
    )


def _along(found: Sequence[Field], y: Field, series: Field | None, *, scattered: bool) -> Field:
    """What the numbers are by: dates before periods before categories; of a scatter numbers. Grouped before others."""
    free = [field for field in found if field not in (y, series)]
    order = (Kind.NUMBER, Kind.MOMENT, Kind.STEP) if scattered else (Kind.MOMENT, Kind.STEP, Kind.TEXT, Kind.NUMBER)
    free.sort(key=lambda field: not field.grouped)
    for kind in order:
        for field in free:
            if field.kind is kind:
                return field
    wanted = "a second column of numbers" if scattered else "a date or a category"
    raise CannotChart(
        f"`{foreign(y.name, 60)}` has nothing to stand against.",
        f"Select {wanted} beside it; one number alone is best said. The rows have: {_list(found)}.",
    )


def _split(found: Sequence[Field], chart: ChartType | None, x: Field, y: Field) -> Field | None:
    """A second category, where rows of the same `x` ask for one."""
    free = [field for field in found if field not in (x, y) and field.kind is not Kind.NUMBER]
    free.sort(key=lambda field: field.kind is Kind.MOMENT)  # a date has too many values for that
    repeated = len(set(x.values)) < len(x.values)
    if chart == "heatmap":
        return next(iter([*free, *(field for field in found if field.grouped and field not in (x, y))]), None)
    if not repeated or chart == "scatter" or (chart is None and x.kind is Kind.NUMBER):
        few = [
            field for field in free if field.kind is Kind.TEXT and 1 < len(set(field.values)) < len(field.values) / 2
        ]
        return few[0] if few and chart == "scatter" else None
    return next((field for field in free if len(set(field.values)) > 1), None)


def _fitting(x: Field, series: Field | None, *, wished: bool) -> ChartType:
    different = len(set(x.values))
    if x.kind is Kind.NUMBER:
        return "scatter"
    if x.kind is Kind.MOMENT:
        return "line" if different > 1 else "bar"
    if series and not wished and series.kind is not Kind.MOMENT and (x.kind is Kind.TEXT or series.kind is Kind.STEP):
        return "heatmap"
    return "line" if x.kind is Kind.STEP and different > _FEW_STEPS else "bar"


def _is_longer(series: Field, x: Field) -> bool:
    """Whether a heat map is better read lying: of two periods the one with more steps runs along."""
    both = x.kind is Kind.STEP and series.kind is Kind.STEP
    return both and len(set(series.values)) > len(set(x.values))


def _check(drawn: Encoding, found: Sequence[Field]) -> None:
    """Raise CannotChart for what would come out empty or wrong."""
    x, y, series = drawn.x, drawn.y, drawn.series
    if all(value is None for value in y.values):
        raise CannotChart(f"`{foreign(y.name, 60)}` is NULL in every row.", "Choose another y, or filter differently.")
    on_scale = drawn.type == "scatter" or (drawn.type in {"line", "area"} and x.kind in {Kind.MOMENT, Kind.NUMBER})
    if on_scale and all(along is None for along, number in zip(x.values, y.values, strict=True) if number is not None):
        raise CannotChart(f"`{foreign(x.name, 60)}` is NULL wherever there is a number.", "Choose another x.")
    if drawn.type == "scatter":
        if x.kind is Kind.TEXT:
            raise CannotChart(
                f"A scatter needs numbers on both axes, `{foreign(x.name, 60)}` is text.",
                f"Choose another x, or chart_type bar. The rows have: {_list(found)}.",
            )
        return
    if drawn.type == "heatmap" and series is None:
        raise CannotChart(
            "A heat map needs two categories and numbers.", f"Select a second category. The rows have: {_list(found)}."
        )
    places = list(zip(x.values, series.values if series else x.values, strict=True))
    if len(set(places)) < len(places):
        names = [field for field in (x, series) if field]
        by = " and ".join(f"`{foreign(field.name, 60)}`" for field in names)
        twice = next(place for place, count in Counter(places).items() if count > 1)
        example = foreign(" / ".join(category(value) for value in twice[: len(names)]), 60)
        raise CannotChart(
            f"Several rows have the same {by} ({example}, for example): a {drawn.type} chart shows one number each.",
            f"Let the SQL put them together: SELECT {by.replace(' and ', ', ')}, SUM(`{foreign(y.name, 60)}`) … "
            f"GROUP BY {by.replace(' and ', ', ')}; or AVG, COUNT; or name another column as series.",
        )


def _title(drawn: Encoding, wished: str | None) -> str:
    if wished and wished.strip():
        return one_line(wished, LONGEST_TITLE)
    if drawn.type == "scatter":
        title = f"{drawn.y.label} against {drawn.x.label}"
    else:
        title = f"{drawn.y.label} by {drawn.x.label}"
    return title + (f" and {drawn.series.label}" if drawn.series else "")
