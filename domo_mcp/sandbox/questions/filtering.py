"""Comparisons with numbers -> tests of rows or tests of groups."""

from __future__ import annotations

from collections import Counter

from domo_mcp.sandbox.questions.draft import DEFAULT, Comparison, Draft
from domo_mcp.sandbox.questions.linking import Named, row_key
from domo_mcp.sandbox.questions.measuring import amount_column, measure
from domo_mcp.sandbox.questions.reading import Condition, Having
from domo_mcp.sandbox.questions.schema import NotUnderstood, Schema
from domo_mcp.sandbox.questions.words import quoted


def tests(draft: Draft, schema: Schema) -> tuple[tuple[Condition, ...], tuple[Having, ...]]:
    """Return the tests of rows, and those of groups. A group's figure becomes a measure where none is asked for."""
    rows: list[Condition] = []
    groups: list[Having] = []
    for comparison in draft.comparisons:
        if comparison.figure and _is_about_groups(comparison, comparison.figure, draft, schema):
            groups.append(_having(comparison, comparison.figure, draft))
        else:
            rows.append(_condition(comparison, schema))
    if groups and any(comparison.figure is None for comparison in draft.comparisons):
        raise NotUnderstood("a comparison of groups stands beside one that does not say of which column")
    return tuple(rows), tuple(groups)


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
    return named.is_row and (not named.columns or row_key(schema) in named.columns)


def _having(comparison: Comparison, figure: Named, draft: Draft) -> Having:
    same = [function for function, named in draft.figures if named.columns == figure.columns]
    function = comparison.function or (same[0] if same else DEFAULT)
    if not draft.figures:
        draft.figures.append((function, figure))
    return Having(measure(function, figure), comparison.operator, comparison.values)


def _condition(comparison: Comparison, schema: Schema) -> Condition:
    figure = comparison.figure
    if figure is None and (comparison.subject is None or not is_row(comparison.subject, schema)):
        raise NotUnderstood("a comparison does not say of which column", tuple(map(str, comparison.values)))
    if figure and figure.column.is_aggregate:
        raise NotUnderstood(f"`{figure.text}` is a figure of groups, not of rows", (figure.text,))
    column = figure.column if figure else amount_column(schema, f"over {comparison.values[0]}")
    return Condition(column, comparison.operator, comparison.values)


def check_values(conditions: tuple[Condition, ...]) -> None:
    """Refuse two equalities on one column: `in the West for East` would find nothing."""
    counted = Counter(c.column for c in conditions if c.operator == "IN")
    if twice := [column.name for column, count in counted.items() if count > 1]:
        raise NotUnderstood(f"there are two filters on {quoted(twice)}; join the values with `and`")
