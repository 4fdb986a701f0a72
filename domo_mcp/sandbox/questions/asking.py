"""Places keywords: what each way of asking does to the sentence."""

from __future__ import annotations

from collections.abc import Callable

from domo_mcp.sandbox.questions.comparing import place_comparison
from domo_mcp.sandbox.questions.draft import Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.naming import check_per_average
from domo_mcp.sandbox.questions.schema import NotUnderstood

_COUNTING = {"most", "least", "fewest"}  # of things: `the most orders` counts them, `the largest order` does not


def place_keyword(sentence: Sentence, mark: Keyword) -> None:
    """Note what the keyword asks for; the next name, value or number completes it."""
    _HANDLERS[mark.kind](sentence, mark)


def _refuse(_: Sentence, mark: Keyword) -> None:
    raise NotUnderstood(f"I cannot answer `{mark.text}`: {mark.stands_for}", (mark.text,))


def _aggregate(sentence: Sentence, mark: Keyword) -> None:
    if sentence.functions and not sentence.joined:
        raise NotUnderstood(f"`{mark.text}` of another aggregate needs two steps", (mark.text,))
    sentence.functions.append(mark.stands_for)


def _count(sentence: Sentence, mark: Keyword) -> None:
    if sentence.functions not in ([], ["SUM"]):
        raise NotUnderstood(f"an aggregate of `{mark.text}` needs two steps", (mark.text,))
    sentence.functions = ["COUNT"]


def _distinct(sentence: Sentence, _: Keyword) -> None:
    sentence.distinct = not sentence.draft.listing or bool(sentence.functions)


def _by(sentence: Sentence, mark: Keyword) -> None:
    if sentence.functions:
        raise NotUnderstood(f"the aggregate before `{mark.text}` has nothing to apply to", (mark.text,))
    sentence.by = mark.stands_for


def _grain(sentence: Sentence, mark: Keyword) -> None:
    is_adjective = mark.text.endswith("ly") or mark.text == "annual"
    is_asked = sentence.draft.asked == "which" and not sentence.draft.figures
    if sentence.functions or not (sentence.by or is_adjective or is_asked or sentence.role == "group"):
        raise NotUnderstood(f"`{mark.text}` stands where I cannot place it", (mark.text,))
    check_per_average(sentence, mark.text)
    sentence.draft.grains.append(mark.stands_for)
    sentence.by, sentence.role = "", "group"


def _trend(sentence: Sentence, _: Keyword) -> None:
    sentence.draft.trend = True


def _rank(sentence: Sentence, mark: Keyword) -> None:
    if sentence.draft.direction:
        raise NotUnderstood(f"there are two rankings, the second is `{mark.text}`", (mark.text,))
    sentence.draft.direction = mark.stands_for
    sentence.draft.superlative = mark.kind is Kind.MOST
    sentence.most = mark.text in _COUNTING
    sentence.draft.best_selling = mark.kind is Kind.SELLING


def _recent(sentence: Sentence, mark: Keyword) -> None:
    sentence.draft.recent = mark.stands_for


def _share(sentence: Sentence, _: Keyword) -> None:
    sentence.draft.share = True


def _list(sentence: Sentence, _: Keyword) -> None:
    sentence.draft.listing = True


def _which(sentence: Sentence, mark: Keyword) -> None:
    sentence.draft.asked = mark.stands_for


def _negate(sentence: Sentence, mark: Keyword) -> None:
    sentence.negation = mark


def _join(sentence: Sentence, mark: Keyword) -> None:
    sentence.joined = mark.stands_for


def _be(sentence: Sentence, _: Keyword) -> None:
    draft = sentence.draft
    if draft.share and (draft.heads or draft.figures):
        draft.part = len(draft.conditions)


_HANDLERS: dict[Kind, Callable[[Sentence, Keyword], None]] = {
    Kind.AGGREGATE: _aggregate,
    Kind.COUNT: _count,
    Kind.DISTINCT: _distinct,
    Kind.BY: _by,
    Kind.GRAIN: _grain,
    Kind.TREND: _trend,
    Kind.RANK: _rank,
    Kind.MOST: _rank,
    Kind.SELLING: _rank,
    Kind.RECENT: _recent,
    Kind.SHARE: _share,
    Kind.LIST: _list,
    Kind.WHICH: _which,
    Kind.NOT: _negate,
    Kind.COMPARE: place_comparison,
    Kind.BETWEEN: place_comparison,
    Kind.JOIN: _join,
    Kind.BE: _be,
    Kind.REFUSED: _refuse,
}
