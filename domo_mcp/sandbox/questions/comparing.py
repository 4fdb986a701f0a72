"""Places numbers: the limit of a list, or a comparison with the figure that is named beside it."""

from __future__ import annotations

from domo_mcp.sandbox.questions.draft import DEFAULT, Comparison, Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import AMOUNTS, Named
from domo_mcp.sandbox.questions.marking import Mark, Number, Timed
from domo_mcp.sandbox.questions.schema import NotUnderstood
from domo_mcp.sandbox.questions.words import phrase

_LIMITING = {Kind.RANK, Kind.MOST, Kind.SELLING, Kind.RECENT, Kind.LIST}


def place_number(sentence: Sentence, mark: Number) -> None:
    """Read `satisfaction 5` as an equality, and `top 5` or `5 products` as a limit."""
    before, after, draft = sentence.before(), sentence.after(), sentence.draft
    if isinstance(after, Keyword) and after.kind is Kind.MORE:
        _place_at_least(sentence, mark, after)
    elif mark.text == "one" and isinstance(before, Keyword) and before.kind in {Kind.RECENT, Kind.MOST}:
        return  # `the most recent one`
    elif isinstance(before, Named) and draft.figures and draft.figures[-1][1] is before and before.column.is_number:
        function, figure = draft.figures.pop()
        draft.comparisons.append(Comparison(figure, function, "=", (mark.value,), _subject(sentence), mark.percent))
    elif isinstance(after, Named) and _is_score(after) and not _is_ranked(before):
        sentence.at += 1
        draft.comparisons.append(Comparison(after, DEFAULT, "=", (mark.value,), _subject(sentence), mark.percent))
    elif draft.limit is None and mark.value > 0 and mark.value == int(mark.value) and _is_limit(sentence):
        draft.limit = int(mark.value)
    else:
        raise NotUnderstood(f"I do not know what the number {mark.text} is for", (mark.text,))


def _is_score(named: Named) -> bool:
    return bool(named.columns) and named.column.is_number and not named.column.is_additive


def _is_ranked(before: Mark | None) -> bool:
    return isinstance(before, Keyword) and before.kind in _LIMITING


def _place_at_least(sentence: Sentence, mark: Number, sign: Keyword) -> None:
    """Read `5 or more orders` and `a rating of 4 or higher`."""
    subject, before = _subject(sentence), _named_right_before(sentence)
    sentence.at += 1
    function, figure = _compared(sentence, before)
    sentence.draft.comparisons.append(
        Comparison(figure, function, sign.stands_for, (mark.value,), subject, mark.percent)
    )


def _is_limit(sentence: Sentence) -> bool:
    before, after = sentence.before(), sentence.after()
    if isinstance(after, Named):
        return not after.columns or not after.column.is_number
    return any(isinstance(m, Keyword) and m.kind in _LIMITING for m in (before, after))


def place_comparison(sentence: Sentence, mark: Keyword) -> None:
    """Take the numbers after the sign, and the figure right after or right before them."""
    if isinstance(sentence.after(), Timed) and mark.text == "over":
        return
    subject, before = _subject(sentence), _named_right_before(sentence)
    values = _numbers(sentence, mark)
    if mark.text.startswith("worth") and before and before.column.is_number and not AMOUNTS & set(phrase(before.text)):
        raise NotUnderstood(f"what `{before.text}` is worth is in no column", (mark.text,))  # `stock worth over 500`
    function, figure = _compared(sentence, before)
    operator = "BETWEEN" if mark.kind is Kind.BETWEEN else mark.stands_for
    is_percent, taken = any(n.percent for n in values), tuple(n.value for n in values)
    sentence.draft.comparisons.append(
        Comparison(figure, function, operator, taken, subject, is_percent, values[0].unit)
    )


def _subject(sentence: Sentence) -> Named | None:
    """Return the last thing named before a comparison that is no figure itself."""
    named = [m for m in sentence.marks[: sentence.at - 1] if isinstance(m, Named)]
    return next((n for n in reversed(named) if not (n.columns and not n.column.is_text)), None)


def _numbers(sentence: Sentence, mark: Keyword) -> tuple[Number, ...]:
    """Take one number, or two with `and` between them."""
    length = 3 if mark.kind is Kind.BETWEEN else 1
    following = sentence.marks[sentence.at : sentence.at + length]
    numbers = tuple(m for m in following[::2] if isinstance(m, Number))
    joins = [m for m in following[1::2] if isinstance(m, Keyword) and m.kind is Kind.JOIN]
    if len(numbers) + len(joins) != length:
        raise NotUnderstood(f"`{mark.text}` needs {'two numbers' if length > 1 else 'a number'} after it", (mark.text,))
    sentence.at += length
    return numbers


def _compared(sentence: Sentence, before: Named | None) -> tuple[str, Named | None]:
    after, figures = sentence.after(), sentence.draft.figures
    if isinstance(after, Keyword) and after.text == "times":  # `more than 5 times`: rows
        sentence.at += 1
        return "COUNT", Named((), 0, "times", is_row=True)
    if isinstance(after, Named) and (after.is_row or after.key or after.column.is_number):
        sentence.at += 1
        return (DEFAULT if after.columns and after.column.is_number else "COUNT"), after
    if figures and figures[-1][1] is before and (figures[-1][1].column.is_number or sentence.draft.heads):
        return figures.pop()
    return DEFAULT, None


def _named_right_before(sentence: Sentence) -> Named | None:
    """Return the name before a comparison's sign, with at most a verb between."""
    before = list(sentence.marks[: sentence.at - 1])
    while before and isinstance(before[-1], Keyword) and before[-1].kind is Kind.BE:
        before.pop()
    return before[-1] if before and isinstance(before[-1], Named) and before[-1].columns else None
