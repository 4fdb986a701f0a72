"""SQL fragments that look random and never change: the same row gets the same value on every machine and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import accumulate


def text(value: str) -> str:
    """Give a SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def day(value: date) -> str:
    """Give a SQL date literal."""
    return f"DATE '{value.isoformat()}'"


def listed(values: Sequence[str]) -> str:
    """Give a SQL list of strings."""
    return "[" + ", ".join(map(text, values)) + "]"


def roll(salt: int, of: str = "i") -> str:
    """Give an expression between 0 (included) and 1 (not), independent between salts."""
    return f"((hash({of}, {salt}) % 1000003)::DOUBLE / 1000003.0)"


def below(count: int, salt: int, of: str = "i") -> str:
    """Give an expression for a whole number from 0 to `count` - 1, all equally likely."""
    return f"(hash({of}, {salt}) % {count})::INTEGER"


def nth(values: Sequence[str], index: str) -> str:
    """Give the string of a list at an expression that counts from 0, going round at the end."""
    return f"{listed(values)}[1 + (({index}) % {len(values)})::INTEGER]"


def pick(values: Sequence[str], salt: int, of: str = "i") -> str:
    """Give one string of a list, all equally likely."""
    return nth(values, below(len(values), salt, of))


def weighted(shares: Mapping[str, float], salt: int, of: str = "i") -> str:
    """Give one of the keys with the probability of its value; the last key takes what is left."""
    *cases, (last, _) = zip(shares, accumulate(shares.values()), strict=True)
    when = " ".join(f"WHEN {roll(salt, of)} < {limit:.4f} THEN {text(key)}" for key, limit in cases)
    return f"CASE {when} ELSE {text(last)} END"


def money(expression: str) -> str:
    """Round an expression to cents."""
    return f"round({expression}, 2)::DECIMAL(18, 2)"


def years_before(today: date, years: int) -> date:
    """Give the same day some years earlier; 29 February becomes the 28th."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def spread(first: date, last: date, rows: int, weight: str) -> str:
    """Give a query of exactly `rows` rows (i from 1, day), in order of days, as dense as `weight` says.

    `first` is excluded and `last` included. `weight` is an expression on `day` and `n`, the day's number from 0.
    """
    return f"""(
        WITH days AS (SELECT n, {day(first)} + (n + 1)::INTEGER AS day FROM range({(last - first).days}) AS r(n)),
             dense AS (SELECT n, day, {weight} AS w FROM days),
             counted AS (SELECT n, day, round({rows} * sum(w) OVER (ORDER BY n) / sum(w) OVER ())::INTEGER AS upto
                         FROM dense),
             spans AS (SELECT day, coalesce(lag(upto) OVER (ORDER BY n), 0) AS since, upto FROM counted)
        SELECT unnest(range(since + 1, upto + 1))::INTEGER AS i, day FROM spans)"""


def code(prefix: str, digits: int, value: str) -> str:
    """Give an identifier such as SO-000042 for a whole number that has at most so many digits."""
    return f"'{prefix}-' || substr(({10**digits} + {value})::VARCHAR, 2)"
