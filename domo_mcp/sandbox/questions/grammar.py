"""Marks -> a draft: every mark takes its place from left to right, or the question is refused."""

from __future__ import annotations

from domo_mcp.sandbox.questions.asking import place_keyword
from domo_mcp.sandbox.questions.comparing import place_number
from domo_mcp.sandbox.questions.draft import Draft, Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Ambiguous, Happened, Named, Titled, Valued
from domo_mcp.sandbox.questions.marking import Mark, Number, Timed, Unknown
from domo_mcp.sandbox.questions.naming import place_happened, place_name, place_title
from domo_mcp.sandbox.questions.schema import UNPLACED, NotUnderstood
from domo_mcp.sandbox.questions.valuing import place_value
from domo_mcp.sandbox.questions.words import phrase, quoted, root

_SELLING = {root(verb) for verb in ("sold", "bought", "ordered")}
_GOODS = {"product", "category", "item", "brand", "article"}


def draft_of(marks: tuple[Mark, ...]) -> Draft:
    """Place every mark; NotUnderstood names the words that found no place."""
    if unknown := tuple(m.text for m in marks if isinstance(m, Unknown)):
        raise NotUnderstood(f"{UNPLACED} {quoted(unknown)}", unknown)
    sentence = Sentence(marks)
    while sentence.at < len(marks):
        mark = marks[sentence.at]
        sentence.at += 1
        _place(sentence, mark)
    _check_nothing_waits(sentence)
    return sentence.draft


def _place(sentence: Sentence, mark: Mark) -> None:
    _check_order(sentence, mark)
    match mark:
        case Keyword():
            place_keyword(sentence, mark)
        case Ambiguous():
            names = quoted([c.name for c in mark.columns], "or")
            raise NotUnderstood(f"`{mark.text}` could be {names}", (mark.text,))
        case Timed():
            sentence.draft.periods.append(mark)
        case Number():
            place_number(sentence, mark)
        case Valued():
            place_value(sentence, mark)
        case Happened():
            place_happened(sentence, mark)
        case Titled():
            place_title(sentence, mark)
        case Named():
            place_name(sentence, mark)
    if not (
        isinstance(mark, Keyword) and mark.kind in {Kind.JOIN, Kind.AGGREGATE, Kind.COUNT, Kind.CONTRAST, Kind.WHICH}
    ):
        sentence.joined = ""


def _check_order(sentence: Sentence, mark: Mark) -> None:
    """Refuse a negation or an `or` that does not stand right before what it is about."""
    if sentence.joined == "or" and not isinstance(mark, Valued):
        raise NotUnderstood(f"`or` is understood between values of one column, not before `{mark.text}`", (mark.text,))
    is_verb = isinstance(mark, Keyword) and mark.kind is Kind.BE
    if sentence.negation and not is_verb and not isinstance(mark, Valued | Happened | Named):
        raise NotUnderstood(f"I do not know what `{sentence.negation.text}` is about", (sentence.negation.text,))


def _check_nothing_waits(sentence: Sentence) -> None:
    draft = sentence.draft
    if sentence.functions == ["COUNT"] and len(draft.heads) == 1 and not draft.figures:  # `open tickets: how many?`
        draft.figures.append(("COUNT", draft.heads.pop()))
        sentence.functions = []
    elif sentence.functions == ["COUNT"] and not draft.figures and not draft.heads and _is_of_sold_goods(sentence):
        draft.best_selling, sentence.functions = True, []
    waiting = {
        "negation": sentence.negation,
        "`by`": sentence.by,
        "aggregate": sentence.functions,
        "`distinct`": sentence.distinct,
        "`or`": sentence.joined == "or",
    }
    if left := [name for name, waits in waiting.items() if waits]:
        raise NotUnderstood(f"the {left[0]} has nothing to apply to")


def _is_of_sold_goods(sentence: Sentence) -> bool:
    """Whether pieces are counted: how many tents were sold."""
    sold = any(isinstance(m, Happened) and root(m.text.casefold()) in _SELLING for m in sentence.draft.happened)
    return sold and any(_GOODS & set(phrase(c.column.name)) for c in sentence.draft.conditions)
