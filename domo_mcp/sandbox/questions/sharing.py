"""Shares: of the rows that meet a part of what is asked, or of the total in each group."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.draft import Draft
from domo_mcp.sandbox.questions.reading import Condition, Reading
from domo_mcp.sandbox.questions.schema import NotUnderstood

_SIGNS = {"=", "<>", "<", "<=", ">", ">=", "BETWEEN"}


def shared(reading: Reading, draft: Draft) -> Reading:
    """Read a share: of the rows that meet what the verb says, else of the total in each group."""
    countable = {"SUM", "COUNT", "COUNT DISTINCT"}
    tested = _tested(reading, draft)
    if (
        len(reading.measures) != 1
        or reading.measures[0].function not in countable
        or (draft.comparisons and not tested)
    ):
        raise NotUnderstood("a share needs one sum or count, and no comparison")
    if draft.happened and not draft.periods:
        raise NotUnderstood("the share could be of each group or of the total")
    is_after = draft.part is not None and (draft.part < len(draft.conditions) or reading.dimensions)
    start = draft.part if is_after and draft.part else 0
    part = (draft.rated,) if draft.rated else tested or tuple(draft.conditions[start:])
    if draft.loose and is_after and not draft.rated:
        raise NotUnderstood("the share could be of all or of some: say the condition of the whole before the verb")
    only_periods = all(d.grain for d in reading.dimensions)
    if part and reading.dimensions and draft.part is None and not draft.rated and not only_periods:
        raise NotUnderstood("the share could be of each group or of the total: say `what share ... were ...`")
    if draft.part is None and len(part) > 1:
        raise NotUnderstood("the share does not say which of its conditions is the part: say `what share ... were ...`")
    if not part and not reading.dimensions:
        raise NotUnderstood("the share does not say of what")
    conditions = tuple(c for c in reading.conditions if c not in part)
    return replace(reading, measures=(replace(reading.measures[0], share=True, part=part),), conditions=conditions)


def _tested(reading: Reading, draft: Draft) -> tuple[Condition, ...]:
    """Return the one comparison that is the part: what share of tickets has a satisfaction of 5."""
    tests = [c for c in reading.conditions if c.operator in _SIGNS and c not in draft.conditions and c.column.is_number]
    before_verb = draft.part is None and draft.conditions
    after_verb = draft.part is not None and draft.conditions[draft.part :]
    one = len(tests) == len(draft.comparisons) == 1 and not (before_verb or after_verb or reading.having or draft.rated)
    return tuple(tests) if one else ()
