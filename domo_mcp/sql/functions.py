"""Functions that do more than read the dataset, or that a small statement can make very expensive."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from domo_mcp.errors import SqlRefused

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

MAX_PADDING = 100_000
"""How many characters REPEAT, SPACE, LPAD and RPAD may make of one, all REPEATs and SPACEs within each other."""

_HARMFUL = re.compile(
    r"""
      sleep | benchmark | .*_lock | release_all_locks | .*_pos_wait | wait_.* | last_insert_id | row_count | found_rows
    | load_file | load_extension | readfile | writefile | read_.* | openrowset | opendatasource | openquery
    | sys_.* | xp_.* | sp_.* | pg_.* | lo_.* | dbms_.* | utl_.* | duckdb_.* | sqlite_.* | dblink.* | system\$.*
    | (?:query|table|schema|database|cursor)_to_.* | extractvalue | updatexml | getenv | getvariable
    | current_(?:setting|user|role|schemas?|database|catalog|warehouse|account) | set_config | nextval | setval
    | currval | lastval | version | user | session_user | system_user | database | schema | connection_id
    | inet_(?:server|client)_.* | http_.* | ai_.* | generate_series | generate_array | range | randomblob | zeroblob
    """,
    re.VERBOSE,
)
_LOOP = r"(?:[*+]|\{\d+,\d*\}|\{\d{2,}\})"
_GROUP = re.compile(rf"\((?:\?(?:[:=!]|<[=!]))?([^()]*)\)({_LOOP})?")
_ENDS_IN_LOOP = re.compile(rf"{_LOOP}[?+]?(?:.[?*])*(?:$|\.)|^(?:.[?*])+$", re.DOTALL)


def check_calls(text: str, found: Sequence[Token]) -> None:
    """Raise SqlRefused for a call of a harmful function among the tokens, however the parser would rename it."""
    for place, token in enumerate(found[1:-1], 1):
        if found[place + 1].token_type.name != "L_PAREN" or not re.match(r"[^\W\d]|`", text[token.start]):
            continue
        if found[place - 1].token_type.name == "DOT":
            raise SqlRefused("Functions of a schema or package are not called.", "Use the functions of Domo's SQL.")
        if _HARMFUL.fullmatch(_folded(token.text)):
            raise SqlRefused(f"The function {token.text.upper()} does not read data.", "Leave it out.")


def _folded(name: str) -> str:
    """The plain name that an engine might take this one for."""
    return unicodedata.normalize("NFKC", name).upper().casefold()


def check_costs(tree: exp.Expr) -> None:
    """Raise SqlRefused for padding without a bound, and for patterns that some engines try in exponential time."""
    from sqlglot import exp

    lengths = [*_lengths(tree.find_all(exp.Repeat), "times"), *_lengths(tree.find_all(exp.Space), "this")]
    pads = [*_lengths(tree.find_all(exp.Pad), "expression")]
    if max([*pads, prod(lengths)]) > MAX_PADDING:
        raise SqlRefused(
            "REPEAT, SPACE, LPAD and RPAD take a small whole number here.",
            f"Write it out, {MAX_PADDING:,} at most; for a bar as long as a column says: LEFT('**********', n).",
        )
    matches = list(
        tree.find_all(
            exp.RegexpLike,
            exp.RegexpILike,
            exp.RegexpReplace,
            exp.RegexpSubstr,
            exp.RegexpInstr,
            exp.RegexpCount,
            exp.RegexpExtract,
            exp.SimilarTo,
        )
    )
    if matches and any(map(_explodes, _patterns(tree, matches))):
        raise SqlRefused(
            "The pattern repeats a repetition, which can take for ever.", "Write it without (…+)+ and alike."
        )


def _lengths(nodes: Iterable[exp.Expr], argument: str) -> Iterator[int]:
    """The lengths asked for; without end where they are computed."""
    for node in nodes:
        length = node.args[argument]
        yield int(length.name) if length.is_int else MAX_PADDING + 1


def _patterns(tree: exp.Expr, matches: Iterable[exp.Expr]) -> Iterator[str]:
    """Every text of the statement, and those that a pattern is put together from as one."""
    from sqlglot import exp

    yield from (literal.name for literal in tree.find_all(exp.Literal) if literal.is_string)
    for match in matches:
        yield "".join(literal.name for literal in match.expression.find_all(exp.Literal, bfs=False))


def _explodes(pattern: str) -> bool:
    """Whether a group that repeats may match the same text in several ways."""
    letters: dict[str, str] = {}
    plain = re.sub(  # each escape and class as a letter of its own
        r"\\.|\[\^?\]?[^\]]*\]", lambda found: letters.setdefault(found.group(), chr(0xE000 + len(letters))), pattern
    )
    while group := _GROUP.search(plain):
        body, loop = group.groups()
        if loop and (_ENDS_IN_LOOP.search(body) or ".*" in body or ".+" in body or _overlap(body.split("|"))):
            return True
        plain = plain[: group.start()] + ("x+" if loop or _ENDS_IN_LOOP.search(body) else "x") + plain[group.end() :]
    return False


def _overlap(choices: Sequence[str]) -> bool:
    ordered = sorted(choice.rstrip("?*+") for choice in choices)
    return any(longer.startswith(shorter) for shorter, longer in pairwise(ordered))
