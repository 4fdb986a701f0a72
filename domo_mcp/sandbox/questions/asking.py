"""Places keywords: what each way of asking does to the sentence."""

from __future__ import annotations

from collections.abc import Callable

from domo_mcp.sandbox.questions.comparing import place_comparison
from domo_mcp.sandbox.questions.draft import DEFAULT, Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Happened, Named, Valued
from domo_mcp.sandbox.questions.naming import check_per_average
from domo_mcp.sandbox.questions.schema import NotUnderstood

# of things: `the most orders` counts them, `the largest order` does not
_COUNTING = {
    "most",
    "least",
    "fewest",
    "busiest",
    "quietest",
}  # of things: `the most orders` counts them, `the largest order` does not


def place_keyword(sentence: Sentence, mark: Keyword) -> None:
    """Note what the keyword asks for; the next name, value or number completes it."""
    _HANDLERS[mark.kind](sentence, mark)


def _refuse(sentence: Sentence, mark: Keyword) -> None:
    if mark.text == "how much of" and _has(sentence, Kind.PERCENT):
        sentence.draft.share = True
        return
    raise NotUnderstood(f"I cannot answer `{mark.text}`: {mark.stands_for}", (mark.text,))


def _has(sentence: Sentence, kind: Kind) -> bool:
    return any(isinstance(m, Keyword) and m.kind is kind for m in sentence.marks)


def _aggregate(sentence: Sentence, mark: Keyword) -> None:
    if sentence.draft.elapsed and mark.stands_for == sentence.draft.elapsed[0]:
        return  # `how long does it take to ship on average`
    if mark.text == "overall" and not sentence.draft.direction:
        return  # what is not said to be an average is a whole already
    if mark.text == "on average" and _averages_the_last(sentence):
        return
    if sentence.functions and not sentence.joined:
        raise NotUnderstood(f"`{mark.text}` of another aggregate needs two steps", (mark.text,))
    sentence.functions.append(mark.stands_for)


def _averages_the_last(sentence: Sentence) -> bool:
    """Read `the biggest discount on average`: the figure stands before its aggregate."""
    figures = sentence.draft.figures
    if isinstance(sentence.before(), Named) and figures and figures[-1] == ("", sentence.before()):
        figures[-1] = ("AVG", figures[-1][1])
        return True
    is_per_period = sentence.role == "group" and len(sentence.draft.grains) == 1
    is_figure = len(figures) == 1 and (figures[0][0] == "COUNT" or (figures[0][0] == DEFAULT and is_per_period))
    if is_figure and not isinstance(sentence.after(), Named):
        sentence.draft.averaged = True
        return True
    return False


def _count(sentence: Sentence, mark: Keyword) -> None:
    before, draft = sentence.before(), sentence.draft
    if (
        mark.text in {"count", "counts", "numbers", "volume", "volumes"}
        and isinstance(before, Named)
        and draft.heads[-1:] == [before]
    ):
        _figure_of(sentence)
        return
    if draft.listing and mark.text == "numbers of":
        raise NotUnderstood("`numbers of` could be how many there are or what they are numbered", (mark.text,))
    if sentence.functions == ["AVG"]:
        sentence.draft.averaged, sentence.functions = True, []
    if sentence.functions not in ([], ["SUM"]):
        raise NotUnderstood(f"an aggregate of `{mark.text}` needs two steps", (mark.text,))
    sentence.functions = ["COUNT"]


def _figure_of(sentence: Sentence) -> None:
    """Read `order count`: the name stands before what is asked of it."""
    sentence.draft.figures.append(("COUNT", sentence.draft.heads.pop()))
    sentence.role = "COUNT"


def _distinct(sentence: Sentence, _: Keyword) -> None:
    sentence.distinct = not sentence.draft.listing or bool(sentence.functions)


def _by(sentence: Sentence, mark: Keyword) -> None:
    if sentence.functions:
        raise NotUnderstood(f"the aggregate before `{mark.text}` has nothing to apply to", (mark.text,))
    sentence.by = mark.stands_for


def _grain(sentence: Sentence, mark: Keyword) -> None:
    if mark.text == "days" and _counts_days(sentence):
        return
    sentence.draft.plural_grain |= mark.text.endswith("s")
    is_adjective = mark.text.endswith("ly") or mark.text == "annual" or " by " in mark.text
    before = sentence.before()
    is_what = isinstance(before, Keyword) and before.kind is Kind.WHICH
    is_asked = (sentence.draft.asked == "which" or is_what) and not sentence.draft.figures
    if sentence.functions == ["AVG"] and is_adjective and not sentence.by:
        sentence.draft.spread, sentence.functions = mark.stands_for, ["SUM"]
        return
    is_asked |= bool(sentence.draft.rank) and not sentence.draft.figures
    if sentence.functions or not (sentence.by or is_adjective or is_asked or sentence.role == "group"):
        raise NotUnderstood(f"`{mark.text}` stands where I cannot place it", (mark.text,))
    check_per_average(sentence, mark.text)
    sentence.draft.grains.append(mark.stands_for)
    sentence.by, sentence.role = "", "group"


def _counts_days(sentence: Sentence) -> bool:
    """Read `average days between order and shipping`."""
    match sentence.marks[sentence.at : sentence.at + 4]:
        case [
            Keyword(kind=Kind.BETWEEN),
            Named() | Happened() as start,
            Keyword(kind=Kind.JOIN),
            Named() | Happened() as end,
        ]:
            return _take_days(sentence, start, end, 4)
    return False


def _take_days(sentence: Sentence, start: Named | Happened | None, end: Named | Happened, length: int) -> bool:
    draft = sentence.draft
    function = "AVG" if draft.averaged else sentence.functions[0] if len(sentence.functions) == 1 else ""
    if function not in {"AVG", "MIN", "MAX"}:
        raise NotUnderstood("say whether the average, the shortest or the longest time is asked for", ("days",))
    draft.elapsed, draft.averaged, sentence.functions = (function, start, end), False, []
    sentence.at += length
    sentence.role = function
    return True


def _long(sentence: Sentence, mark: Keyword) -> None:
    """Read `how long does it take to ship`: from the row's beginning to what is done."""
    after = _deed(sentence)
    if after is None:
        raise NotUnderstood(f"I could not place `{mark.text}`", (mark.text,))
    if not sentence.functions and not sentence.draft.averaged:
        marks = sentence.marks
        if not any(isinstance(m, Keyword) and m.stands_for == "AVG" for m in marks):
            raise NotUnderstood(f"`{mark.text}` needs a word for how: average, shortest or longest", (mark.text,))
        sentence.functions = ["AVG"]
    _take_days(sentence, None, after, sentence.marks[sentence.at :].index(after) + 1)


def _deed(sentence: Sentence) -> Named | Happened | None:
    """Return what is done next, behind the rows it is done to: until a ticket is resolved."""
    for mark in sentence.marks[sentence.at :]:
        if isinstance(mark, Happened) or (isinstance(mark, Named) and mark.columns and mark.column.is_date):
            return mark
        is_verb = isinstance(mark, Keyword) and mark.kind in {Kind.BE, Kind.AGGREGATE}
        if not is_verb and not (isinstance(mark, Named) and mark.is_row):
            return None
    return None


def _time(sentence: Sentence, mark: Keyword) -> None:
    """Read `average delivery time`: the days until what the word before it says."""
    before, happened = sentence.before(), sentence.draft.happened
    if not isinstance(before, Happened) or not happened or happened.pop() != before:
        raise NotUnderstood(f"I could not place `{mark.text}`", (mark.text,))
    _take_days(sentence, None, before, 0)


def _trend(sentence: Sentence, _: Keyword) -> None:
    sentence.draft.trend = True


def _rank(sentence: Sentence, mark: Keyword) -> None:
    if sentence.draft.direction:
        raise NotUnderstood(f"there are two rankings, the second is `{mark.text}`", (mark.text,))
    sentence.draft.direction, sentence.draft.rank = mark.stands_for, mark.text
    sentence.draft.superlative = mark.kind is Kind.MOST
    sentence.most = mark.text in _COUNTING or mark.text.endswith("number of")
    sentence.draft.best_selling = mark.kind is Kind.SELLING


def _recent(sentence: Sentence, mark: Keyword) -> None:
    recent = "MIN" if mark.stands_for == "START" else mark.stands_for
    sentence.draft.both |= sentence.draft.recent not in {"", recent}
    sentence.draft.recent = recent
    sentence.draft.new |= mark.stands_for == "START" or mark.text == "newest"
    sentence.draft.now |= mark.stands_for == "START"


def _share(sentence: Sentence, _: Keyword) -> None:
    sentence.draft.share = True


def _list(sentence: Sentence, _: Keyword) -> None:
    sentence.draft.listing = True


def _which(sentence: Sentence, mark: Keyword) -> None:
    sentence.draft.asked = mark.stands_for
    sentence.draft.whom = mark.text if mark.stands_for == "which" else sentence.draft.whom


def _negate(sentence: Sentence, mark: Keyword) -> None:
    sentence.negation = mark


def _join(sentence: Sentence, mark: Keyword) -> None:
    sentence.joined = mark.stands_for


def _be(sentence: Sentence, _: Keyword) -> None:
    draft = sentence.draft
    if draft.share and (draft.heads or draft.figures):
        draft.part = len(draft.conditions)


def _sort(sentence: Sentence, mark: Keyword) -> None:
    sentence.draft.sort = mark.stands_for


def _unplaced(_: Sentence, mark: Keyword) -> None:
    raise NotUnderstood(f"`{mark.text}` needs a number before it", (mark.text,))


def _change(sentence: Sentence, mark: Keyword) -> None:
    sentence.draft.change = sentence.draft.change or mark
    if mark.text in {"how many more", "how many fewer"}:
        sentence.functions = ["COUNT"]


def _contrast(sentence: Sentence, mark: Keyword) -> None:
    """Note what is set side by side; a value before it is joined to the one after it."""
    sentence.joined = "and" if isinstance(sentence.before(), Valued) else ""
    sentence.draft.contrast = sentence.draft.contrast or mark


def _note(sentence: Sentence, mark: Keyword) -> None:
    draft = sentence.draft
    draft.ago |= mark.kind is Kind.AGO
    draft.only |= mark.kind is Kind.ONLY
    draft.unit = mark.stands_for if mark.kind is Kind.UNIT else draft.unit
    draft.now |= mark.kind is Kind.NOW
    draft.split = mark if mark.kind is Kind.SPLIT else draft.split
    draft.new |= mark.kind is Kind.NEW
    draft.wide |= mark.kind is Kind.WIDE
    draft.dated |= mark.kind is Kind.DATED and not _asks_on(sentence)
    draft.together |= mark.kind is Kind.TOGETHER
    draft.percent = mark if mark.kind is Kind.PERCENT else draft.percent
    draft.current = mark if mark.kind is Kind.CURRENT else draft.current


def _asks_on(sentence: Sentence) -> bool:
    """Whether `and when` goes on to ask: `when was the first order, and when the last`."""
    after = sentence.after()
    return sentence.draft.asked == "when" and isinstance(after, Keyword) and after.kind is Kind.RECENT


def _rate(sentence: Sentence, mark: Keyword) -> None:
    """Read `return rate` as the share of the rows that were returned; an average of a flag is its rate already."""
    before, draft = sentence.before(), sentence.draft
    if isinstance(before, Named) and draft.figures[-1:] == [("AVG", before)]:
        return
    is_state = isinstance(before, Valued) and before.options[0][1].casefold().endswith("ed")
    is_flag = isinstance(before, Named) and len(before.columns) == 1 and before.column.flag is not None
    if not (is_state or is_flag) or draft.share or draft.figures or not draft.conditions:
        raise NotUnderstood(f"I could not place `{mark.text}`", (mark.text,))
    if sentence.functions not in ([], ["AVG"]):
        raise NotUnderstood(f"I do not know what to do with several of `{mark.text}`", (mark.text,))
    draft.share, draft.rated, sentence.functions = True, draft.conditions[-1], []


_NOTED = (
    Kind.UNIT,
    Kind.AGO,
    Kind.ONLY,
    Kind.NEW,
    Kind.NOW,
    Kind.DATED,
    Kind.TOGETHER,
    Kind.PERCENT,
    Kind.SPLIT,
    Kind.WIDE,
    Kind.CURRENT,
)
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
    Kind.SORT: _sort,
    Kind.CHANGE: _change,
    Kind.CONTRAST: _contrast,
    Kind.RATE: _rate,
    Kind.LONG: _long,
    Kind.MORE: _unplaced,
    Kind.TIME: _time,
    **dict.fromkeys(_NOTED, _note),
    Kind.REFUSED: _refuse,
}
