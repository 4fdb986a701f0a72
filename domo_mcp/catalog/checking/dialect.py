"""Domo's SQL functions, and its way of writing those that it does not have.

Source: Beast Mode functions, KB 360043429933, which also names those that are no longer supported.
"""

from __future__ import annotations

_PARTS = "Write YEAR(d), MONTH(d), DAY(d), DAYOFWEEK(d), DAYOFYEAR(d), WEEK(d) or HOUR(d); for days DATEDIFF(a, b)."
_COUNTED = "Write SUM(CASE WHEN … THEN 1 ELSE 0 END)."
_CASE = "Write CASE WHEN … THEN … ELSE … END."
_IN_ORDER = "ask COUNT(x) first, then SELECT x … WHERE x IS NOT NULL ORDER BY x LIMIT 1 OFFSET"

DOMO_WAY = {
    "convert_tz": "Domo's query engine has no time zones; dates are stored as shown.",
    "count_if": _COUNTED,
    "countif": _COUNTED,
    "date_part": _PARTS,
    "date_trunc": "Write DATE_FORMAT(d, '%Y-%m-01') for months, YEAR(d), QUARTER(d) or YEARWEEK(d) for the rest; "
    "for the days between two dates DATEDIFF(a, b).",
    "dateadd": "Write DATE_ADD(d, INTERVAL 1 DAY).",
    "datefromparts": "Write a date as text: '2026-01-31'.",
    "datepart": _PARTS,
    "extract": _PARTS,
    "getdate": "Write NOW().",
    "iff": _CASE,
    "iif": _CASE,
    "len": "Write LENGTH(text).",
    "microsecond": "Domo has no microseconds.",
    "nvl": "Write IFNULL(value, other).",
    "safe_divide": "Write a / NULLIF(b, 0).",
    "sqrt": "Write POWER(x, 0.5).",
    "string_agg": "Domo does not join texts over rows.",
    "to_char": "Write DATE_FORMAT(d, '%Y-%m-%d').",
    "to_date": "Write STR_TO_DATE(text, '%Y-%m-%d').",
    "top": "Write LIMIT n at the end of the statement.",
    "weekday": "Write DAYOFWEEK(d): 1 is Sunday.",
}

INSTEAD = {
    "format": "Write DATE_FORMAT(d, '%Y-%m') for a date, ROUND(x, 2) for a number.",
    "median": f"For a median {_IN_ORDER} half of it.",
    "percentile_cont": f"For a percentile {_IN_ORDER} that share of it.",
    "percentile_disc": f"For a percentile {_IN_ORDER} that share of it.",
}
"""What serves where Domo does not take a function that it does not list."""

DOMO_HAS = frozenset({
    "approximate_count_distinct", "avg", "count", "max", "min", "stddev_pop", "sum", "var_pop", "hll_sketch",
    "hll_sketch_union", "hll_sketch_estimate", "abs", "ceiling", "ceil", "floor", "mod", "power", "pow", "rand",
    "round", "case", "if", "ifnull", "coalesce", "nullif", "greatest", "least", "cast", "concat", "instr", "left",
    "length", "lower", "replace", "right", "substring", "substr", "trim", "upper", "adddate", "addtime", "curdate",
    "curtime", "current_date", "current_time", "current_timestamp", "date", "datediff", "date_add", "date_format",
    "date_sub", "day", "dayname", "dayofmonth", "dayofweek", "dayofyear", "from_days", "from_unixtime", "hour",
    "last_day", "minute", "month", "monthname", "now", "period_add", "period_diff", "quarter", "second", "sec_to_time",
    "str_to_date", "subdate", "subtime", "sysdate", "time", "timediff", "timestamp", "time_format", "time_to_sec",
    "to_days", "unix_timestamp", "week", "year", "yearweek", "row_number", "rank", "dense_rank", "ntile", "lag", "lead",
    "first_value", "last_value", "percent_rank", "cume_dist", "nth_value",
})  # fmt: skip
"""What Domo lists; COALESCE, IF, CAST, GREATEST, LEAST, CEIL, POW, SUBSTR and the window functions are assumed."""
