"""Places values: each is a condition, or joins the condition before it."""

from __future__ import annotations

from dataclasses import replace

from domo_mcp.sandbox.questions.conditions import deny
from domo_mcp.sandbox.questions.draft import Sentence
from domo_mcp.sandbox.questions.keywords import Keyword, Kind
from domo_mcp.sandbox.questions.linking import Named, Valued
from domo_mcp.sandbox.questions.reading import Condition
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood
from domo_mcp.sandbox.questions.words import quoted


def place_value(sentence: Sentence, mark: Valued) -> None:
    """Make a value a condition, or add it to the condition it is joined to."""
    _check_group(sentence, mark)
    if _is_deed(sentence, mark):
        sentence.draft.deeds.add(mark.options[0][1].casefold())
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
        sentence.draft.loose |= sentence.draft.part is not None and len(conditions) > sentence.draft.part and not joined
        conditions.append(said)
        deny(sentence, negation)


def _check_group(sentence: Sentence, mark: Valued) -> None:
    """Refuse `revenue by store`: of the value Store, or of each store; `by Ana Berg` and `by Fjell` are whose it is."""
    draft, before = sentence.draft, sentence.before()
    is_by = isinstance(before, Keyword) and before.kind is Kind.BY and before.text in {"by", "per"}
    if is_by and mark.text.islower() and " " not in mark.text and draft.figures and not sentence.joined:
        raise NotUnderstood(f"`by {mark.text}` could be each {mark.text}, or what is called so", (mark.text,))


def _is_deed(sentence: Sentence, mark: Valued) -> bool:
    """Whether a state is said as what was done: `we solved`, `were solved`, but not `solved tickets`, `are solved`."""
    before, after = sentence.before(), sentence.after()
    is_state = isinstance(before, Keyword) and before.kind is Kind.BE and before.text.split()[-1] in {"is", "are", "be"}
    is_value = isinstance(before, Named) and any(column in before.columns for column, _ in mark.options)
    return not (isinstance(after, Named) or is_state or is_value or sentence.negation)


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
