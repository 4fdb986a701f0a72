"""Comparisons with numbers -> tests of rows or tests of groups."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from domo_mcp.sandbox.questions.draft import DEFAULT, Comparison, Draft
from domo_mcp.sandbox.questions.linking import Named, row_key
from domo_mcp.sandbox.questions.measuring import amount_column, measure
from domo_mcp.sandbox.questions.reading import Condition, Having
from domo_mcp.sandbox.questions.scaling import factor, timed_column
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import quoted


def tests(draft: Draft, schema: Schema) -> tuple[tuple[Condition, ...], tuple[Having, ...]]:
    """Return the tests of rows, and those of groups. A group's figure becomes a measure where none is asked for."""
    rows: list[Condition] = []
    groups: list[Having] = []
    for comparison in draft.comparisons:
        if comparison.figure and _counts_groups(comparison, comparison.figure, draft, schema):
            draft.counted = comparison.subject
            groups.append(_having(comparison, comparison.figure, draft))
        elif comparison.figure and _is_about_groups(comparison, comparison.figure, draft, schema):
            groups.append(_having(comparison, comparison.figure, draft))
        else:
            rows.append(_condition(comparison, schema))
    if groups and any(comparison.figure is None for comparison in draft.comparisons):
        raise NotUnderstood("a comparison of groups stands beside one that does not say of which column")
    return tuple(rows), tuple(groups)


def _counts_groups(comparison: Comparison, figure: Named, draft: Draft, schema: Schema) -> bool:
    """Whether things are counted that have more than so much: how many customers have more than 10 orders."""
    subject = comparison.subject
    counted = len(draft.figures) == 1 and draft.figures[0][0] in {"COUNT", "COUNT DISTINCT"} and draft.figures[0][1]
    if subject is None or counted != subject or is_row(subject, schema) or not subject.columns:
        return False
    is_figure = is_row(figure, schema) or (
        bool(figure.columns) and figure.column.is_number and figure.column.is_additive
    )
    return is_figure and not (draft.groups or draft.grains or draft.heads or draft.share or draft.direction)


def _is_about_groups(comparison: Comparison, figure: Named, draft: Draft, schema: Schema) -> bool:
    """Whether it tests a group's figure: `regions with revenue above 500`, unlike `orders with revenue above 500`."""
    subject = comparison.subject
    if comparison.function == DEFAULT and (subject is None or is_row(subject, schema)):
        return False
    if subject is None or is_row(subject, schema) or subject not in (*draft.heads, *draft.groups):
        raise NotUnderstood(f"I do not know whose `{figure.text}` is compared", (figure.text,))
    asked = [named.columns for _, named in draft.figures]
    if asked and figure.columns not in asked:
        raise NotUnderstood(f"`{figure.text}` could be compared for rows or for each `{subject.text}`", (figure.text,))
    return True


def is_row(named: Named, schema: Schema) -> bool:
    """Whether a name means the table's rows: it names the table, and its key tells the rows apart."""
    return row_key(schema) in named.columns if named.columns else named.is_row


def _having(comparison: Comparison, figure: Named, draft: Draft) -> Having:
    same = [function for function, named in draft.figures if named.columns == figure.columns]
    function = comparison.function or (same[0] if same else DEFAULT)
    if not draft.figures:
        draft.figures.append((function, figure))
    return Having(
        measure(function, figure), comparison.operator, _scaled(comparison, figure.column if figure.columns else None)
    )


def _condition(comparison: Comparison, schema: Schema) -> Condition:
    figure = comparison.figure
    if figure is None and (comparison.subject is None or not is_row(comparison.subject, schema)):
        raise NotUnderstood("a comparison does not say of which column", tuple(map(str, comparison.values)))
    if figure and figure.column.is_aggregate:
        raise NotUnderstood(f"`{figure.text}` is a figure of groups, not of rows", (figure.text,))
    own = timed_column(schema) if comparison.unit else None
    column = figure.column if figure else own or amount_column(schema, f"over {comparison.values[0]}")
    return Condition(column, comparison.operator, _scaled(comparison, column))


def _scaled(comparison: Comparison, column: Column | None) -> tuple[Decimal, ...]:
    """Return the numbers in the unit of the column: 20 % of a column of fractions is 0.2."""
    values = comparison.values
    if column is None or comparison.function.startswith("COUNT"):
        column = Column("number", "LONG")
    if comparison.unit:
        unit = factor(column, comparison.unit)
        if unit is None:
            raise NotUnderstood(f"`{column.name}` is not in {comparison.unit}s", (comparison.unit,))
        values = tuple(value * unit for value in values)
    if column.is_fraction and not comparison.percent and max(values) > 1:
        raise NotUnderstood(f"`{column.name}` is a fraction: say {values[0]} %, or a number from 0 to 1", ())
    if comparison.percent and not column.is_fraction:
        raise NotUnderstood(f"`{column.name}` is no fraction, so `%` has no meaning for it", ("%",))
    return tuple(value / 100 for value in values) if comparison.percent else values


def check_values(conditions: tuple[Condition, ...]) -> None:
    """Refuse two equalities on one column: `in the West for East` would find nothing."""
    counted = Counter(c.column for c in conditions if c.operator == "IN")
    if twice := [column.name for column, count in counted.items() if count > 1]:
        raise NotUnderstood(f"there are two filters on {quoted(twice)}; join the values with `and`")
