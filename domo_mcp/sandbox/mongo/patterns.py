"""`$regex` without backtracking: a pattern is matched in time that grows with the text, never exponentially.

The engine is the one in pydantic (Rust's `regex`), which has neither look-around nor backreferences: such a pattern is
refused. Also refused: patterns longer than 1,000 characters or with more than 2,000 states once their counted
repetitions are written out, and texts of more than 100,000 characters; a query may match for 2 seconds in all.
Assumed: MongoDB's own bounds, which are wider, matter to nobody.
"""

from __future__ import annotations

import re
import time
from typing import Any, Final

from pydantic_core import SchemaError, SchemaValidator, core_schema

from domo_mcp.sandbox.mongo.paths import Test
from domo_mcp.sandbox.mongo.refusal import BadQuery

LONGEST_PATTERN: Final = 1_000
MOST_STATES: Final = 2_000
LONGEST_TEXT: Final = 100_000
MATCHING_S: Final = 2.0
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", re.DOTALL)
_WIDE = 10  # a class such as \w has many states in UTF-8


def pattern_test(pattern: str, options: str) -> Test:
    r"""Whether a text has a match; holds for no other type of value.

    `options` are MongoDB's: i, m, s, x and u. As documented for PCRE in its UTF mode; but `\d`, `\w` and `\s` know all
    of Unicode here.

    Raises:
        BadQuery: here for what cannot be compiled; the test raises it when the text or the time is too long.
    """
    search = _compiled(pattern, options).isinstance_python
    left = MATCHING_S

    def test(value: Any) -> bool:
        nonlocal left
        if type(value) is not str:
            return False
        if len(value) > LONGEST_TEXT or left <= 0:
            raise BadQuery("Error occurred while executing regular expression: match limit exceeded")
        began = time.perf_counter()
        found = search(value)
        left -= time.perf_counter() - began
        return found

    return test


def _compiled(pattern: str, options: str) -> SchemaValidator:
    if unknown := set(options) - set("imsxu"):
        raise BadQuery(f"invalid flag in regex options: {min(unknown)}")
    if len(pattern) > LONGEST_PATTERN or _states(pattern) > MOST_STATES:
        raise BadQuery("Regular expression is too long")
    flags = "".join(sorted(set(options) - {"u"}))
    flagged = f"(?{flags}){pattern}" if flags else pattern
    try:
        return SchemaValidator(core_schema.str_schema(pattern=flagged, regex_engine="rust-regex", strict=True))
    except SchemaError as problem:
        reason = str(problem).strip().splitlines()[-1].removeprefix("error:").strip()
        raise BadQuery(f"Regular expression is invalid: {reason}") from None


def _states(pattern: str) -> int:
    """About how many states a pattern has when every counted repetition is written out."""
    groups, last = [0], 0
    for piece in _PIECE.findall(pattern):
        if piece == "(":
            groups.append(0)
        elif piece == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif piece[0] == "{" and (counts := re.findall(r"\d+", piece)):
            times = max(int(count[:9]) for count in counts)
            groups[-1] += last * max(times - 1, 0)
            last *= max(times, 1)
        else:
            last = _WIDE if piece[0] in "\\[." and piece[-1] in "wWdDsSpP]." else 1
            groups[-1] += last
    return sum(groups)
