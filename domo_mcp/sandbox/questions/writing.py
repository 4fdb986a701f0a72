"""Reading -> one SELECT in Domo's SQL: backticked names, quoted dates, and an order that never varies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domo_mcp.sandbox.questions.linking import row_key
from domo_mcp.sandbox.questions.reading import Condition, Dimension, Measure, Reading
from domo_mcp.sandbox.questions.schema import Column
from domo_mcp.sandbox.questions.words import plural

_TITLES = {"SUM": "Total", "AVG": "Average", "MIN": "Minimum", "MAX": "Maximum"}
_DATE_TITLES = {"MIN": "Earliest", "MAX": "Latest"}
_GRAINS = {
    "week": ("Week", "DATE_SUB({day}, INTERVAL MOD(DAYOFWEEK({date}) + 5, 7) DAY)"),  # the Monday
    "month": ("Month", "DATE_FORMAT({date}, '%Y-%m')"),
    "quarter": ("Quarter", "QUARTER({date})"),
    "year": ("Year", "YEAR({date})"),
    "day": ("Day", "{day}"),
    "weekday number": ("Weekday Number", "DAYOFWEEK({date})"),
    "weekday": ("Weekday", "DAYNAME({date})"),
    "hour": ("Hour", "HOUR({date})"),
}
_STEPS = {"quarter": ["year", "quarter"], "weekday": ["weekday number", "weekday"]}
_Selected = list[tuple[str, str]]


def select(reading: Reading) -> str:
    """Return the statement for a reading, without a closing semicolon."""
    if reading.counted:
        return _counted(reading)
    if reading.measures:
        return _figures(reading)
    return _groups(reading) if reading.dimensions else _rows(reading)


def _figures(reading: Reading) -> str:
    groups = _selected(reading.dimensions)
    figures = [pair for m in reading.measures for pair in _figures_of(m, reading)]
    grain = [_name(title) for d in reading.dimensions if d.grain or d.column.is_date for _, title in _selected([d])]
    ranked = [f"{_name(figures[0][1])} {reading.direction or 'DESC'}"]
    rest = [_name(title) for _, title in groups]
    order = [*grain, *(r for r in rest if r not in grain)] if grain and not reading.direction else [*ranked, *rest]
    group = [expression for expression, _ in groups]
    having = [_test(_figure(h.measure, reading), h.operator, h.values) for h in reading.having]
    if reading.extreme:
        figure, one = figures[0][0], replace(reading, limit=1)
        first = _statement(one, [(figure, "")], group=group, having=having, order=[f"{figure} {reading.direction}"])
        having.append(f"{figure} = ({first})")
    return _statement(reading, [*groups, *figures], group=group, having=having, order=order if groups else [])


def _counted(reading: Reading) -> str:
    groups = _selected(reading.dimensions)
    having = [_test(_figure(h.measure, reading), h.operator, h.values) for h in reading.having]
    present = [f"{groups[0][0]} IS NOT NULL"]
    inner = _statement(reading, groups, where=present, group=[groups[0][0]], having=having)
    return f"SELECT COUNT(*) AS {_name('Number of ' + plural(groups[0][1]))} FROM ({inner}) AS `Groups`"


def _figures_of(measure: Measure, reading: Reading) -> _Selected:
    """Return a measure; with growth that of the former period, that of the current one, and the change."""
    if not reading.growth:
        return [(_figure(measure, reading), _title(measure))]
    former, current = (_figure(replace(measure, part=side), reading) for side in reading.sides)
    title, change = _title(measure), f"{current} - {former}"
    return [
        (former, f"{title} Before"),
        (current, title),
        (change, f"Change of {title}"),
        (f"100.0 * ({change}) / NULLIF({former}, 0)", f"Change of {title} in Percent"),
    ]


def _groups(reading: Reading) -> str:
    selected = _selected(reading.dimensions)
    return _statement(reading, selected, order=[_name(title) for _, title in selected], distinct=True)


def _rows(reading: Reading) -> str:
    columns = reading.rows or tuple(c for c in reading.schema.columns if not c.formula)
    key = row_key(reading.schema) or columns[0]
    by = None if reading.extreme else reading.row_order
    order = [] if by is None else [f"{_column(by)} {reading.direction}"]
    order += [_column(key)] if key != by else []
    return _statement(reading, [(_column(c), c.name) for c in columns], where=_extreme(reading), order=order)


def _extreme(reading: Reading) -> list[str]:
    """Return the test that keeps all rows of the first value: a LIMIT would choose between equals."""
    if reading.row_order is None or not reading.extreme:
        return []
    column = _column(reading.row_order)
    function = "MAX" if reading.direction == "DESC" else "MIN"
    return [f"{column} = ({_statement(reading, [(f'{function}({column})', '')])})"]


def _statement(
    reading: Reading,
    selected: _Selected,
    *,
    where: Iterable[str] = (),
    group: Sequence[str] = (),
    having: Iterable[str] = (),
    order: Sequence[str] = (),
    distinct: bool = False,
) -> str:
    names = (e if not title or e == _name(title) else f"{e} AS {_name(title)}" for e, title in selected)
    parts = [
        ("SELECT DISTINCT " if distinct else "SELECT ", ", ".join(names)),
        ("FROM ", _name(reading.schema.name)),
        ("WHERE ", " AND ".join([*map(_condition, reading.conditions), *_sides(reading), *where])),
        ("GROUP BY ", ", ".join(group)),
        ("HAVING ", " AND ".join(having)),
        ("ORDER BY ", ", ".join(order)),
        ("LIMIT ", str(reading.limit or "")),
    ]
    return " ".join(clause + text for clause, text in parts if text)


def _sides(reading: Reading) -> list[str]:
    """Return the test that a row is in one of the two periods."""
    sides = [" AND ".join(map(_condition, side)) for side in reading.sides]
    return ["(" + " OR ".join(f"({side})" for side in sides) + ")"] if sides else []


def _selected(dimensions: Iterable[Dimension]) -> _Selected:
    return [pair for dimension in dimensions for pair in _dimension(dimension)]


def _dimension(dimension: Dimension) -> _Selected:
    column = _column(dimension.column)
    if not dimension.grain:
        label = dimension.label
        return [(column, dimension.column.name), *([(_column(label), label.name)] if label else [])]
    day = column if dimension.column.type.upper() == "DATE" else f"DATE({column})"
    grains = _STEPS.get(dimension.grain, [dimension.grain])
    return [(_GRAINS[g][1].format(date=column, day=day), _GRAINS[g][0]) for g in grains]


def _figure(measure: Measure, reading: Reading) -> str:
    if measure.per:
        return f"{_aggregate(measure)} / NULLIF({_aggregate(measure.per)}, 0)"
    if not measure.share:
        return _aggregate(measure)
    part, whole = _aggregate(measure), _aggregate(Measure(measure.function, measure.column))
    if not measure.part:
        where = " AND ".join(map(_condition, reading.conditions))
        whole = f"(SELECT {whole} FROM {_name(reading.schema.name)}{' WHERE ' + where if where else ''})"
    return f"100.0 * {part} / NULLIF({whole}, 0)"


def _aggregate(measure: Measure) -> str:
    column = _column(measure.column) if measure.column else "1"
    if measure.part:
        column = f"CASE WHEN {' AND '.join(map(_condition, measure.part))} THEN {column} END"
    if measure.function == "FORMULA":
        return column
    if measure.function == "COUNT":
        return f"COUNT({column})" if measure.part else "COUNT(*)"
    return f"COUNT(DISTINCT {column})" if measure.function == "COUNT DISTINCT" else f"{measure.function}({column})"


def _title(measure: Measure) -> str:
    if measure.per:
        return f"{_title(replace(measure, per=None))} per {_title(measure.per)}"
    name = measure.column.name if measure.column else "Row"
    if measure.function == "FORMULA":
        return name
    if measure.function in _TITLES:
        is_date = measure.column is not None and measure.column.is_date
        title = f"{(_DATE_TITLES if is_date else _TITLES)[measure.function]} {name}"
    else:
        things = plural(re.sub(r" (ID|Name|Code)$", "", name))
        title = things if measure.share else f"Number of {things}"
    return f"Percentage of {title}" if measure.share else title


def _condition(condition: Condition) -> str:
    test = _test(_column(condition.column), condition.operator, condition.values)
    absent = condition.operator in {"NOT IN", "<>"}  # a comparison with NULL is never true, and would drop the row
    return f"({test} OR {_column(condition.column)} IS NULL)" if absent else test


def _test(left: str, operator: str, values: Sequence[str | Decimal | date]) -> str:
    literals = [_literal(v) for v in values]
    if operator == "BETWEEN":
        return f"{left} BETWEEN {literals[0]} AND {literals[1]}"
    if operator in {"IN", "NOT IN"}:
        one = "=" if operator == "IN" else "<>"
        return f"{left} {one} {literals[0]}" if len(literals) == 1 else f"{left} {operator} ({', '.join(literals)})"
    return " ".join([left, operator, *literals])


def _literal(value: str | Decimal | date) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    text = value if isinstance(value, str) else value.isoformat()
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _column(column: Column) -> str:
    return f"({column.formula})" if column.formula else _name(column.name)


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
