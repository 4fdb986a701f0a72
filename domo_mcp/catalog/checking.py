"""SQL against a dataset's columns and Domo's dialect, before it costs a call. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from domo_mcp.sql import OWN_TABLE_NAMES, Select
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from sqlglot import exp

_DOMO_WAY = {
    "convert_tz": "Domo's query engine has no time zones; dates are stored as shown.",
    "date_trunc": "Write DATE_FORMAT(d, '%Y-%m-01') for months, YEAR(d) or QUARTER(d) for longer periods.",
    "datefromparts": "Write a date as text: '2026-01-31'.",
    "extract": "Write YEAR(d), MONTH(d), DAY(d) or HOUR(d).",
    "iif": "Write CASE WHEN … THEN … ELSE … END.",
    "len": "Write LENGTH(text).",
    "microsecond": "Domo has no microseconds.",
    "nvl": "Write IFNULL(value, other).",
    "sqrt": "Write POWER(x, 0.5).",
    "string_agg": "Domo does not join texts over rows.",
    "to_char": "Write DATE_FORMAT(d, '%Y-%m-%d').",
    "to_date": "Write STR_TO_DATE(text, '%Y-%m-%d').",
    "weekday": "Write DAYOFWEEK(d): 1 is Sunday.",
}


_MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Problem:
    """Something that Domo would refuse or misread: what, and the way out."""

    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class NamedFormula(Protocol):
    """A beast mode: a formula that has a name, and is no column in SQL."""

    @property
    def name(self) -> str: ...

    @property
    def formula(self) -> str: ...


def check(select: Select, columns: Sequence[str], formulas: Sequence[NamedFormula] = ()) -> list[Problem]:
    """What is wrong with `select` on a dataset of these columns and beast modes; empty where nothing is known to be."""
    found = chain(_unknown_columns(select, columns, formulas), misread(select, columns), _functions(select))
    return list(islice(found, _MOST_PROBLEMS))


def foreign_tables(select: Select, names: Iterable[str]) -> list[str]:
    """The tables of FROM that are not the dataset, whose id and names are given."""
    own = OWN_TABLE_NAMES | {_folded(name) for name in names}
    return [table for table in select.tables if _folded(table) not in own]


def _folded(name: str) -> str:
    """`name` without case, letter by letter: no letter becomes two, and none beyond ASCII one of ASCII.

    Python's casefold makes an s of the long s, so that another dataset could pass for this one.
    """
    lower = [(letter, letter.lower()) for letter in name]
    return "".join(small if len(small) == 1 and small.isascii() is big.isascii() else big for big, small in lower)


def nearest(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names most like `name`, case aside."""
    by_fold = {candidate.casefold(): candidate for candidate in names}
    return [by_fold[fold] for fold in difflib.get_close_matches(name.casefold(), by_fold, n=most, cutoff=0.5)]


def _unknown_columns(select: Select, columns: Sequence[str], formulas: Sequence[NamedFormula]) -> Iterator[Problem]:
    from sqlglot import exp

    known = {name.casefold() for name in columns} | _names_made(select)
    seen: set[str] = set()
    for node in select.tree.find_all(exp.Column):
        fold = node.name.casefold()
        if isinstance(node.this, exp.Star) or fold in known or fold in seen:
            continue
        seen.add(fold)
        if beast_mode := next((entry for entry in formulas if entry.name.casefold() == fold), None):
            written = foreign(beast_mode.formula, 500)
            yield Problem(
                f"`{foreign(node.name, 60)}` is a beast mode, which SQL does not know.",
                f"Write its formula: {written}.",
            )
            continue
        near = nearest(node.name, columns)
        listed = ", ".join(f"`{foreign(name, 60)}`" for name in near or list(columns)[:30])
        yield Problem(
            f"There is no column `{foreign(node.name, 60)}`.", f"{'Nearest' if near else 'The columns are'}: {listed}."
        )


def _names_made(select: Select) -> set[str]:
    """The names that the statement itself gives: aliases, common table expressions and their columns."""
    from sqlglot import exp

    made: set[str] = set()
    for node in select.tree.find_all(exp.Alias, exp.TableAlias, exp.CTE):
        made.add(node.alias.casefold() if not isinstance(node, exp.TableAlias) else node.name.casefold())
        if isinstance(node, exp.TableAlias):
            made |= {column.name.casefold() for column in node.columns}
    return made


def misread(select: Select, columns: Sequence[str]) -> Iterator[Problem]:
    """What Domo would take and answer wrongly: a column in double quotes is a text, a date without quotes a sum."""
    for written in dict.fromkeys(
        re.findall(r"(?<![\w'\"`-])\d{4}-\d{1,2}-\d{1,2}(?![\w'\"`-])", select.without_strings())
    ):
        yield Problem(f"{written} without quotes is a subtraction to Domo.", f"Write '{written}'.")
    by_fold = {name.casefold(): name for name in columns}
    made = _names_made(select)
    for text in dict.fromkeys(select.double_quoted):
        column = by_fold.get(text.casefold())
        if column and text.casefold() not in made:
            yield Problem(
                f'"{foreign(text, 60)}" in double quotes is a text to Domo, not the column.',
                f"Write `{foreign(column, 60)}`.",
            )


def _functions(select: Select) -> Iterator[Problem]:
    from sqlglot import exp

    for name in dict.fromkeys(_written_names(select, select.tree.find_all(exp.Func))):
        if way := _DOMO_WAY.get(name):
            yield Problem(f"Domo's SQL has no {name.upper()}.", way)
    if any(isinstance(node, exp.ILike) for node in select.tree.walk()):
        yield Problem("Domo's SQL has no ILIKE.", "Write LIKE; it does not tell upper from lower case.")
    if "::" in select.text and any(isinstance(node, exp.Cast) for node in select.tree.walk()):
        yield Problem("Domo's SQL has no `::` casts.", "Compare with a literal of the right kind, or use DATE(text).")


def _written_names(select: Select, functions: Iterable[exp.Func]) -> Iterator[str]:
    """Function names as the text has them: the parser renames some."""
    from sqlglot import exp

    for node in functions:
        start, end = node.meta.get("start"), node.meta.get("end")
        if start is not None and end is not None:
            yield select.text[start : end + 1].casefold()
        elif isinstance(node, exp.Extract):
            yield "extract"
