"""Places names: as a figure, a group, a condition, or the head of the question."""

from __future__ import annotations

from domo_mcp.sandbox.questions.conditions import condition_of, deny, is_compared, is_flag, is_present, never, require
from domo_mcp.sandbox.questions.draft import DEFAULT, Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import AMOUNTS, BEGINNINGS, Happened, Named, Titled, Valued
from domo_mcp.sandbox.questions.marking import Mark
from domo_mcp.sandbox.questions.schema import NotUnderstood
from domo_mcp.sandbox.questions.words import phrase

_RELATIONS = ("to", "by", "for", "under")
_HEADED = {Kind.WHICH, Kind.RANK, Kind.MOST, Kind.LIST, Kind.COUNT, Kind.AGGREGATE, Kind.SELLING}


def place_name(sentence: Sentence, mark: Named) -> None:
    """Give a name the role that the words before it ask for."""
    draft, is_number = sentence.draft, bool(mark.columns) and mark.column.is_number
    draft.starts_with_head |= not (draft.figures or draft.heads or sentence.functions or is_number)
    most, sentence.most = sentence.most, False
    if _has_its_value_next(sentence, mark):
        sentence.role = ""
    elif _is_the_average(sentence, mark):
        draft.ratio.append(mark)
        sentence.functions = []
    elif _is_test(sentence, mark):
        sentence.most = most  # `the most discontinued products`
    elif sentence.by or (sentence.joined and sentence.role == "group" and not is_number):
        _group(sentence, mark)
    elif sentence.functions or sentence.distinct:
        _figures(sentence, mark, sentence.functions or ["COUNT"])
    elif is_number:
        _bare_number(sentence, mark)
    elif mark.columns and mark.column.is_date:
        draft.happened.append(mark)
    elif most or (sentence.joined and draft.figures and sentence.role not in {"head", "group"}):
        _figures(sentence, mark, ["COUNT"])
    elif not _only_carries_a_value(sentence, mark) and not _is_said_again(sentence, mark):
        draft.heads.append(mark)
        sentence.role = "head"


def _is_test(sentence: Sentence, mark: Named) -> bool:
    """Make a condition of a negation, of a flag, and of what rows are said to have; return whether there was one."""
    if sentence.negation or (is_flag(mark) and not sentence.by and sentence.functions in ([], ["COUNT"])):
        condition_of(sentence, mark)
    elif is_present(sentence, mark):
        require(sentence, mark)
    else:
        return False
    return True


def _only_carries_a_value(sentence: Sentence, mark: Named) -> bool:
    """Whether a noun beside a value adds nothing to it: `revenue of business customers`, `from customers in Norway`."""
    draft, before = sentence.draft, sentence.before()
    if draft.heads and isinstance(before, Valued) and not sentence.joined and not mark.is_row:
        return True
    if not draft.figures or draft.listing or draft.asked in {"which", "when"} or draft.direction or sentence.joined:
        return False
    is_total = draft.asked == "what" or draft.figures[-1][0] in {"SUM", "AVG", "MIN", "MAX"}
    return isinstance(before, Valued) or (is_total and isinstance(sentence.after(), Valued))


def _is_said_again(sentence: Sentence, mark: Named) -> bool:
    """Whether the rows are only named another time: `employees per office, current staff`."""
    return mark.is_row and bool(mark.columns) and mark.columns in [h.columns for h in sentence.draft.heads if h.is_row]


def _is_the_average(sentence: Sentence, mark: Named) -> bool:
    """Read `how many items are in an average order` as items per order."""
    is_single = sentence.functions == ["AVG"] and mark.is_row and not mark.is_plural
    return is_single and not sentence.draft.ratio and _is_sum(sentence.draft.figures)


def _bare_number(sentence: Sentence, mark: Named) -> None:
    """Place a number column without an aggregate: with the one before it, or as the schema's default."""
    draft = sentence.draft
    if draft.figures and draft.figures[-1][1].columns == mark.columns and not sentence.joined:
        return  # `how many pieces do we have in stock` says it twice
    is_listed = draft.listing or draft.asked or draft.direction or is_compared(sentence)
    _check_bare_number(sentence, mark)
    if sentence.joined and sentence.role == "head" and not is_listed:
        _check_owner(sentence, mark)
        draft.figures.append(("COUNT", draft.heads.pop()))  # `orders and revenue by month`
        sentence.role = DEFAULT
    if draft.figures and not sentence.joined and not is_compared(sentence):
        raise NotUnderstood(f"I do not know how `{mark.text}` joins the rest", (mark.text,))
    inherited = sentence.role if sentence.joined and sentence.role in {"SUM", "AVG", "MIN", "MAX"} else DEFAULT
    _figures(sentence, mark, [inherited])


def _check_owner(sentence: Sentence, mark: Named) -> None:
    """Refuse `products and their stock` unless it is listed: it asks for neither a count nor a sum."""
    joint = sentence.before()
    if isinstance(joint, Keyword) and joint.text != "and" and joint.text.startswith("and"):
        raise NotUnderstood(f"`{joint.text} {mark.text}` needs a word such as `list`, or a total", (mark.text,))


def _check_cost(sentence: Sentence, mark: Named) -> None:
    """Refuse `products cost more than 300`: what they cost us, or whoever buys them."""
    is_verb = isinstance(sentence.before(), Named) and mark.text.casefold() in {"cost", "costs"}
    if is_verb and "Cost" in mark.column.name:
        raise NotUnderstood(f"`{mark.text}` could be what it costs us or its price: say which", (mark.text,))


def _check_bare_number(sentence: Sentence, mark: Named) -> None:
    """Refuse `products with stock`, a test or a sum, and `by region and quantity`, a group or a figure."""
    _check_cost(sentence, mark)
    if is_compared(sentence):
        return
    if sentence.joined and sentence.role == "group":
        raise NotUnderstood(f"`{mark.text}` could be a group or a figure: say which", (mark.text,))
    before, draft = sentence.before(), sentence.draft
    is_ranked = any(isinstance(m, Keyword) and m.kind in {Kind.MOST, Kind.RANK} for m in sentence.marks[sentence.at :])
    is_owner = isinstance(before, Named) and before.is_row and (before.is_plural or draft.asked == "which")
    if is_owner and not (draft.listing or draft.direction or is_ranked):
        raise NotUnderstood(f"`{mark.text}` could be tested or added up: say `total`, or compare it", (mark.text,))


def _figures(sentence: Sentence, mark: Named, functions: list[str]) -> None:
    for function in functions:
        sentence.draft.figures.append((_meant(function, mark, distinct=sentence.distinct), mark))
    sentence.role, sentence.functions, sentence.by, sentence.distinct = functions[-1], [], "", False


def _meant(function: str, mark: Named, *, distinct: bool) -> str:
    """Read `how many units` as their sum, and `total orders` as their count; `how many sales` could be either."""
    is_number = bool(mark.columns) and mark.column.is_number
    if is_number and mark.column.is_aggregate:
        return function
    if function == "COUNT" and distinct:
        return "COUNT DISTINCT"
    if function == "COUNT" and is_number:
        if not AMOUNTS.isdisjoint(phrase(mark.text)):
            raise NotUnderstood(f"`{mark.text}` is an amount: say `total {mark.text}`, or what to count", (mark.text,))
        return DEFAULT
    return "COUNT" if function == "SUM" and not is_number and (mark.is_row or mark.key) else function


def _group(sentence: Sentence, mark: Named) -> None:
    draft = sentence.draft
    if sentence.by == "per" and _divides(sentence, mark):
        sentence.by, sentence.role = "", "group"
        return
    ranks = sentence.by == "by" and bool(draft.direction and draft.heads) and not draft.figures
    if sentence.functions or (mark.columns and mark.column.is_number) or (mark.is_row and ranks):
        if sentence.by == "per" or not draft.direction:
            raise NotUnderstood(f"I cannot group or divide by the figure `{mark.text}`", (mark.text,))
        is_number = bool(mark.columns) and mark.column.is_number
        _figures(sentence, mark, sentence.functions or [DEFAULT if is_number else "COUNT"])
        return
    _check_agent(sentence, mark)
    if mark.is_row or mark.key or mark.column.is_date:
        check_per_average(sentence, mark.text)
    draft.groups.append(mark)
    if sentence.by != "each":
        draft.divided.append((sentence.by or "by", mark))
    sentence.by, sentence.role = "", "group"


def _divides(sentence: Sentence, mark: Named) -> bool:
    """Read `spend per click` as a ratio, `average number of orders per customer` too; note an average per row."""
    draft, last = sentence.draft, sentence.draft.figures[-1:] if not sentence.functions else []
    is_number = bool(mark.columns) and mark.column.is_number
    is_thing = mark.is_row or (not is_number and not mark.column.is_date)
    is_counted = draft.averaged and last != [] and (last[0][1].is_row or last[0][0] == DEFAULT)
    is_divided = is_number and mark.column.is_additive and _is_sum(last)
    if not draft.ratio and ((is_counted and is_thing) or is_divided):
        draft.ratio.append(mark)
    elif mark.is_row and last and last[0][0] == "AVG":
        draft.rowwise.append(mark)
    else:
        return False
    return True


def _is_sum(figures: list[tuple[str, Named]]) -> bool:
    """Whether there is one figure, and it adds up the amounts of a column."""
    named = [n for f, n in figures if f in {DEFAULT, "SUM"} and n.columns]
    return len(named) == len(figures) == 1 and named[0].column.is_additive and not named[0].column.is_aggregate


def _check_agent(sentence: Sentence, mark: Named) -> None:
    """Refuse `returned by customers`: who did it, or what to group by."""
    done = sentence.marks[sentence.at - 3] if sentence.at > 2 else None
    is_deed = isinstance(done, Happened) or (isinstance(done, Valued) and done.text.endswith("ed"))
    if is_deed and mark.is_plural:
        raise NotUnderstood(f"`by {mark.text}` could say who did it: say `for each` to group", (mark.text,))


def check_per_average(sentence: Sentence, text: str) -> None:
    """Refuse `average revenue per customer`: of all rows, or of each customer's total."""
    averages = [n for f, n in sentence.draft.figures if f == "AVG" and n.column.is_additive]
    if sentence.by == "per" and averages:
        raise NotUnderstood(
            f"an average `per {text}` can mean two things: say `by {text}` for that of its rows", (text,)
        )


def _is_headed(before: Mark | None) -> bool:
    return isinstance(before, Keyword) and before.kind in _HEADED and before.stands_for != "when"


def _has_its_value_next(sentence: Sentence, mark: Named) -> bool:
    """Whether a name only says whose value follows: `priority high`."""
    before, after = sentence.before(), sentence.after(skipping=Kind.BE)
    is_relation = mark.text.casefold().split()[-1:] in ([word] for word in _RELATIONS)  # who reports to, managed by
    if sentence.by or sentence.role == "group" or (_is_headed(before) and not is_relation):
        return False
    return isinstance(after, Valued) and any(column in mark.columns for column, _ in after.options)


def place_happened(sentence: Sentence, mark: Happened) -> None:
    """Note which date a verb means; `not shipped` is a date that is not there."""
    if sentence.negation and isinstance(sentence.after(), Valued) and mark.text.casefold() in BEGINNINGS:
        return  # `not placed online`: the value is what is denied
    if sentence.negation:
        deny(sentence, sentence.negation)
        sentence.negation = None
        never(sentence, mark)
    else:
        if _is_counted(sentence, mark):
            _figures(sentence, Named((), 0, mark.text, is_row=True), ["COUNT"])
            sentence.most = False
        sentence.draft.happened.append(mark)


def _is_counted(sentence: Sentence, mark: Happened) -> bool:
    """Whether what happened is a noun that is counted: `number of sign-ups`, `hires per year`."""
    draft, after = sentence.draft, sentence.after()
    is_first = not (draft.figures or draft.heads or draft.listing or draft.conditions)
    is_grouped = is_first and isinstance(after, Keyword) and after.kind is Kind.BY
    return mark.text.casefold().endswith("s") and (sentence.functions == ["COUNT"] or sentence.most or is_grouped)


def place_title(sentence: Sentence, mark: Titled) -> None:
    """Accept a word of the table's name before a name of its own: `marketing spend`."""
    beside = (sentence.before(), sentence.after())
    if not mark.is_qualifier and not any(isinstance(m, Named | Valued) for m in beside):
        raise NotUnderstood(f"I could not place `{mark.text}`", (mark.text,))
