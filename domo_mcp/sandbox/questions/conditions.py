"""What a name or a verb tests: a flag that is set, a date that is not there, a code that rows have."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Happened, Named, Valued
from domo_mcp.sandbox.questions.marking import Number, Timed
from domo_mcp.sandbox.questions.reading import Condition
from domo_mcp.sandbox.questions.schema import NotUnderstood

_ABSENT = {
    *("without", "no", "with no", "lacking", "lack", "missing", "never", "have not", "has not"),
    *("do not have", "does not have", "did not have"),
}
# `excluding` and its like are always said of rows
_DENIALS = _ABSENT | {"not", "non", "isn", "not yet", "but not yet", "neither"}


def is_compared(sentence: Sentence) -> bool:
    after = sentence.after(skipping=Kind.BE)
    compares = isinstance(after, Keyword) and after.kind in {Kind.COMPARE, Kind.BETWEEN}
    return compares or isinstance(after, Number)


def condition_of(sentence: Sentence, mark: Named) -> None:
    """Read a flag as being set, `not` before a flag as not, and `without` before another name as absent."""
    absent, draft = sentence.negation, sentence.draft
    if draft.share and draft.part is None and (draft.heads or draft.figures) and not mark.held:
        draft.part = len(draft.conditions)  # `what share of the mobile sessions converted`
    deny(sentence, absent)
    sentence.negation = None
    flag = mark.column.flag if is_flag(mark) else None
    if flag is not None:
        operator = "NOT IN" if absent else "IN"
        if (said := Condition(mark.column, operator, (flag,))) not in sentence.draft.conditions:
            sentence.draft.conditions.append(said)
    elif absent and mark.columns and mark.column.is_date:
        never(sentence, mark)
    elif absent and absent.text in _ABSENT and _may_be_absent(mark):
        sentence.draft.conditions.append(Condition(mark.key or mark.column, "IS NULL"))
    else:
        raise NotUnderstood(_undeniable(mark, absent), (mark.text,))


def is_present(sentence: Sentence, mark: Named) -> bool:
    """Whether rows are asked for that have something which is empty in others: how many orders used a code."""
    draft, after = sentence.draft, sentence.after(skipping=Kind.BE)
    if not mark.held or not mark.columns or mark.is_row or sentence.by or sentence.functions or sentence.distinct:
        return False
    is_tested = isinstance(after, Number | Valued) or is_compared(sentence)
    is_counted = any(function == "COUNT" for function, _ in draft.figures) or (draft.share and bool(draft.heads))
    is_asked = is_counted and not (draft.direction or draft.recent or draft.listing)
    return is_asked and not is_tested and not mark.column.is_date and mark.column.may_be_empty


def require(sentence: Sentence, mark: Named) -> None:
    """Keep the rows in which a cell is not empty; a share is that of these rows."""
    if sentence.draft.share and mark.held != "with":
        sentence.draft.part = len(sentence.draft.conditions)
    sentence.draft.conditions.append(Condition(mark.column, "IS NOT NULL"))
    sentence.role = ""


def is_flag(mark: Named) -> bool:
    return len(mark.columns) == 1 and mark.column.flag is not None


def _may_be_absent(mark: Named) -> bool:
    """Whether `without` means an empty cell: of a text, and of a number that is described as empty at times."""
    if not mark.columns or (mark.is_row and not mark.key):
        return False
    return "empty" in mark.column.description if mark.column.is_number else not mark.is_row


def _undeniable(mark: Named, absent: Keyword | None) -> str:
    if absent and mark.columns and mark.column.is_number:
        both = f"`{absent.text} {mark.text}` could be one of zero or a missing one"
        return f"{both}: for zero say `with {mark.text} exactly 0`"
    return f"I do not know what a negation of `{mark.text}` means"


def never(sentence: Sentence, mark: Named | Happened) -> None:
    if isinstance(sentence.after(), Timed):
        raise NotUnderstood(f"`not {mark.text}` in a period could be never, or at another time", (mark.text,))
    sentence.draft.conditions += [Condition(column, "IS NULL") for column in mark.columns if column.is_date]


def deny(sentence: Sentence, negation: Keyword | None) -> None:
    if negation and negation.text in _DENIALS:
        sentence.draft.whole = negation.text
