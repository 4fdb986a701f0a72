"""Places names and values: as a figure, a group, a condition, or the head of the question."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.draft import DEFAULT, Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import AMOUNTS, Happened, Named, Titled, Valued
from domo_mcp.sandbox.questions.marking import Mark, Number, Timed
from domo_mcp.sandbox.questions.reading import Condition
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood
from domo_mcp.sandbox.questions.words import phrase, quoted

_HEADED = {Kind.WHICH, Kind.RANK, Kind.MOST, Kind.LIST, Kind.COUNT, Kind.AGGREGATE, Kind.SELLING}
_ABSENT = {
    *("without", "no", "with no", "lacking", "lack", "missing", "never", "have not", "has not"),
    *("do not have", "does not have", "did not have"),
}
# `excluding` and its like are always said of rows
_DENIALS = _ABSENT | {"not", "non", "isn", "not yet", "but not yet", "neither"}


def place_name(sentence: Sentence, mark: Named) -> None:
    """Give a name the role that the words before it ask for."""
    draft, is_number = sentence.draft, bool(mark.columns) and mark.column.is_number
    draft.starts_with_head |= not (draft.figures or draft.heads or sentence.functions or is_number)
    most, sentence.most = sentence.most, False
    if _has_its_value_next(sentence, mark):
        sentence.role = ""
    elif sentence.negation or (_is_flag(mark) and not sentence.by and sentence.functions in ([], ["COUNT"])):
        _condition_of(sentence, mark)
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
    elif not _only_carries_a_value(sentence, mark):
        draft.heads.append(mark)
        sentence.role = "head"


def _only_carries_a_value(sentence: Sentence, mark: Named) -> bool:
    """Whether a noun beside a value adds nothing to it: `revenue of business customers`, `from customers in Norway`."""
    draft, before = sentence.draft, sentence.before()
    if draft.heads and isinstance(before, Valued) and not sentence.joined and not mark.is_row:
        return True
    if not draft.figures or draft.listing or draft.asked in {"which", "when"} or draft.direction or sentence.joined:
        return False
    is_total = draft.asked == "what" or draft.figures[-1][0] in {"SUM", "AVG", "MIN", "MAX"}
    return isinstance(before, Valued) or (is_total and isinstance(sentence.after(), Valued))


def _bare_number(sentence: Sentence, mark: Named) -> None:
    """Place a number column without an aggregate: with the one before it, or as the schema's default."""
    draft = sentence.draft
    if draft.figures and draft.figures[-1][1].columns == mark.columns and not sentence.joined:
        return  # `how many pieces do we have in stock` says it twice
    is_listed = draft.listing or draft.asked or draft.direction or _is_compared(sentence)
    _check_bare_number(sentence, mark)
    if sentence.joined and sentence.role == "head" and not is_listed:
        _check_owner(sentence, mark)
        draft.figures.append(("COUNT", draft.heads.pop()))  # `orders and revenue by month`
        sentence.role = DEFAULT
    if draft.figures and not sentence.joined and not _is_compared(sentence):
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
    if _is_compared(sentence):
        return
    if sentence.joined and sentence.role == "group":
        raise NotUnderstood(f"`{mark.text}` could be a group or a figure: say which", (mark.text,))
    before, draft = sentence.before(), sentence.draft
    is_ranked = any(isinstance(m, Keyword) and m.kind in {Kind.MOST, Kind.RANK} for m in sentence.marks[sentence.at :])
    is_owner = isinstance(before, Named) and before.is_row and (before.is_plural or draft.asked == "which")
    if is_owner and not (draft.listing or draft.direction or is_ranked):
        raise NotUnderstood(f"`{mark.text}` could be tested or added up: say `total`, or compare it", (mark.text,))


def _is_compared(sentence: Sentence) -> bool:
    after = sentence.after(skipping=Kind.BE)
    compares = isinstance(after, Keyword) and after.kind in {Kind.COMPARE, Kind.BETWEEN}
    return compares or isinstance(after, Number)


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
    """Whether there is one figure, and it adds up the amounts of a stored column."""
    named = [n for f, n in figures if f in {DEFAULT, "SUM"} and n.columns]
    return len(named) == len(figures) == 1 and named[0].column.is_additive and not named[0].column.formula


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


def _is_flag(mark: Named) -> bool:
    return len(mark.columns) == 1 and mark.column.flag is not None


def _condition_of(sentence: Sentence, mark: Named) -> None:
    """Read a flag as being set, `not` before a flag as not, and `without` before another name as absent."""
    absent = sentence.negation
    _deny(sentence, absent)
    sentence.negation = None
    flag = mark.column.flag if _is_flag(mark) else None
    if flag is not None:
        operator = "NOT IN" if absent else "IN"
        if (said := Condition(mark.column, operator, (flag,))) not in sentence.draft.conditions:
            sentence.draft.conditions.append(said)
    elif absent and mark.columns and mark.column.is_date:
        _never(sentence, mark)
    elif absent and absent.text in _ABSENT and _may_be_absent(mark):
        sentence.draft.conditions.append(Condition(mark.key or mark.column, "IS NULL"))
    else:
        raise NotUnderstood(_undeniable(mark, absent), (mark.text,))


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


def _is_headed(before: Mark | None) -> bool:
    return isinstance(before, Keyword) and before.kind in _HEADED and before.stands_for != "when"


def _has_its_value_next(sentence: Sentence, mark: Named) -> bool:
    """Whether a name only says whose value follows: `priority high`."""
    before, after = sentence.before(), sentence.after(skipping=Kind.BE)
    if sentence.by or sentence.role == "group" or _is_headed(before):
        return False
    return isinstance(after, Valued) and any(column in mark.columns for column, _ in after.options)


def place_value(sentence: Sentence, mark: Valued) -> None:
    """Make a value a condition, or add it to the condition it is joined to."""
    column, value = _one_option(sentence, mark)
    sentence.by = "" if sentence.by == "by" else sentence.by  # `products by Fjell`: whose they are
    conditions, negation, joined = sentence.draft.conditions, sentence.negation, sentence.joined
    last, sentence.negation = (conditions[-1] if conditions else None), None
    is_list = bool(joined or sentence.draft.contrast) and last is not None and last.operator in {"IN", "NOT IN"}
    if is_list and last and last.column == column and not negation:
        conditions[-1] = replace(last, values=(*last.values, value))
        if last.operator == "IN" and joined == "and" and not sentence.draft.contrast:
            sentence.draft.whole = "and"
            sentence.draft.joint = column
    elif joined == "or" or (joined and last and last.operator == "NOT IN" and not negation):
        raise NotUnderstood(f"`{mark.text}` is joined to a value of another column", (mark.text,))
    elif (said := Condition(column, "NOT IN" if negation else "IN", (value,))) not in conditions:
        conditions.append(said)
        _deny(sentence, negation)


def _one_option(sentence: Sentence, mark: Valued) -> tuple[Column, str]:
    """Choose the column a value belongs to: the one named beside it, else the only one."""
    after = sentence.after()
    for beside in (sentence.before(), after):
        named = beside.columns if isinstance(beside, Named) else ()
        if options := [option for option in mark.options if option[0] in named]:
            sentence.at += beside is after
            return options[0]
    if len(mark.options) > 1:
        names = quoted([c.name for c, _ in mark.options], "or")
        raise NotUnderstood(f"`{mark.text}` is a value of {names}: say which", (mark.text,))
    return mark.options[0]


def place_happened(sentence: Sentence, mark: Happened) -> None:
    """Note which date a verb means; `not shipped` is a date that is not there."""
    if sentence.negation:
        _deny(sentence, sentence.negation)
        sentence.negation = None
        _never(sentence, mark)
    else:
        if (sentence.functions == ["COUNT"] or sentence.most) and mark.text.casefold().endswith(
            "s"
        ):  # `number of sign-ups`
            _figures(sentence, Named((), 0, mark.text, is_row=True), ["COUNT"])
            sentence.most = False
        sentence.draft.happened.append(mark)


def _never(sentence: Sentence, mark: Named | Happened) -> None:
    if isinstance(sentence.after(), Timed):
        raise NotUnderstood(f"`not {mark.text}` in a period could be never, or at another time", (mark.text,))
    sentence.draft.conditions += [Condition(column, "IS NULL") for column in mark.columns if column.is_date]


def _deny(sentence: Sentence, negation: Keyword | None) -> None:
    if negation and negation.text in _DENIALS:
        sentence.draft.whole = negation.text


def place_title(sentence: Sentence, mark: Titled) -> None:
    """Accept a word of the table's name before a name of its own: `marketing spend`."""
    beside = (sentence.before(), sentence.after())
    if not mark.is_qualifier and not any(isinstance(m, Named | Valued) for m in beside):
        raise NotUnderstood(f"I could not place `{mark.text}`", (mark.text,))
