"""The functions Domo has, and what each is in DuckDB.

Source: Domo's list of supported functions (KB 360043429933). Assumed beyond it: COALESCE, IF, CAST, GREATEST, LEAST,
CEIL, POW, SUBSTR, and the window functions. HLL_SKETCH_* is in Domo's list and not here.
LENGTH counts bytes, as in MySQL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from domo_mcp.sandbox.dialect import dates
from domo_mcp.sandbox.dialect.kinds import (
    Kind,
    call,
    cast_to,
    common_kind,
    comparable,
    date,
    instant,
    kind,
    moment,
    number,
    text,
    typed,
    unify,
    value,
)  # fmt: skip
from domo_mcp.sandbox.refusals import QueryError

Coercion = Callable[[exp.Expr], exp.Expr]
Build = Callable[[list[exp.Expr]], exp.Expr]


@dataclass(frozen=True)
class Function:
    """How many arguments a function takes, and the expression it becomes."""

    fewest: int
    most: int
    build: Build


def _plain(target: str, of: Kind, *coercions: Coercion, fewest: int | None = None) -> Function:
    def build(arguments: list[exp.Expr]) -> exp.Expr:
        return call(target, *(coerce(each) for coerce, each in zip(coercions, arguments, strict=False)), of=of)

    return Function(len(coercions) if fewest is None else fewest, len(coercions), build)


def _aggregate(target: str, coerce: Coercion, of: Kind | None) -> Function:
    def build(arguments: list[exp.Expr]) -> exp.Expr:
        argument = arguments[0]
        if isinstance(argument, exp.Distinct):
            inner = coerce(_one(argument.expressions))
            return call(target, exp.Distinct(expressions=[inner]), of=of or kind(inner))
        inner = coerce(argument)
        return call(target, inner, of=of or kind(inner))

    return Function(1, 1, build)


def _one(nodes: list[exp.Expr]) -> exp.Expr:
    if len(nodes) != 1:
        raise QueryError("DISTINCT takes one column here")
    return nodes[0]


def _count(arguments: list[exp.Expr]) -> exp.Expr:
    argument = arguments[0]
    if isinstance(argument, exp.Distinct) and len(argument.expressions) > 1:
        parts = exp.Array(expressions=[text(part) for part in argument.expressions])
        return call("count", exp.Distinct(expressions=[call("domo.row", parts, of="any")]), of="number")
    return call("count", argument, of="number")


def _choice(target: str) -> Build:
    def build(arguments: list[exp.Expr]) -> exp.Expr:
        branches = unify(arguments)
        return call(target, *branches, of=common_kind(branches))

    return build


def _extreme(target: str) -> Build:
    def build(arguments: list[exp.Expr]) -> exp.Expr:
        branches = unify(arguments)
        return call(target, exp.Array(expressions=branches), of=common_kind(branches))

    return build


def _nullif(arguments: list[exp.Expr]) -> exp.Expr:
    left, right = (value(each) for each in arguments)
    if kind(left) == "text" and kind(right) in ("number", "date", "datetime"):
        target = "domo.nullif_number" if kind(right) == "number" else "domo.nullif_moment"
        return call(target, left, right, of="text")
    return call("domo.nullif", left, comparable(right, [left]), of=kind(left))


def _concat(arguments: list[exp.Expr]) -> exp.Expr:
    return call(
        "domo.concat", exp.Array(expressions=[cast_to(text(each), "VARCHAR", "text") for each in arguments]), of="text"
    )


def _substring(arguments: list[exp.Expr]) -> exp.Expr:
    size = number(arguments[2]) if len(arguments) == 3 else exp.Literal.number(2**31)
    return call("domo.substring", text(arguments[0]), number(arguments[1]), size, of="text")


def _round(arguments: list[exp.Expr]) -> exp.Expr:
    digits = number(arguments[1]) if len(arguments) == 2 else exp.Literal.number(0)
    return call("domo.round", number(arguments[0]), digits, of="number")


def _random(arguments: list[exp.Expr]) -> exp.Expr:  # noqa: ARG001 - a seed is accepted and has no effect
    return call("random", of="number")


def _shifted(target: str) -> Build:
    """LAG and LEAD: the value, how many rows away, what to give beyond the edge."""

    def build(arguments: list[exp.Expr]) -> exp.Expr:
        first, *rest = (value(each) for each in arguments)
        return call(target, first, *rest, of=kind(first))

    return build


FUNCTIONS: dict[str, Function] = {
    "COUNT": Function(1, 1, _count),
    "SUM": _aggregate("sum", number, "number"),
    "AVG": _aggregate("avg", number, "number"),
    "MIN": _aggregate("min", value, None),
    "MAX": _aggregate("max", value, None),
    "STDDEV_POP": _aggregate("stddev_pop", number, "number"),
    "VAR_POP": _aggregate("var_pop", number, "number"),
    "APPROXIMATE_COUNT_DISTINCT": _aggregate(
        "approx_count_distinct", lambda node: call("lower", text(node), of="text"), "number"
    ),
    "ABS": _plain("abs", "number", number),
    "CEILING": _plain("domo.ceiling", "number", number),
    "CEIL": _plain("domo.ceiling", "number", number),
    "FLOOR": _plain("domo.floor", "number", number),
    "MOD": _plain("mod", "number", number, number),
    "POWER": _plain("power", "number", number, number),
    "POW": _plain("power", "number", number, number),
    "RAND": Function(0, 1, _random),
    "ROUND": Function(1, 2, _round),
    "IFNULL": Function(2, 2, _choice("coalesce")),
    "COALESCE": Function(1, 100, _choice("coalesce")),
    "NULLIF": Function(2, 2, _nullif),
    "GREATEST": Function(2, 100, _extreme("domo.greatest")),
    "LEAST": Function(2, 100, _extreme("domo.least")),
    "CONCAT": Function(1, 100, _concat),
    "INSTR": _plain("domo.instr", "number", text, text),
    "LEFT": _plain("domo.left", "text", text, number),
    "RIGHT": _plain("domo.right", "text", text, number),
    "LENGTH": _plain("strlen", "number", text),
    "LOWER": _plain("lower", "text", text),
    "UPPER": _plain("upper", "text", text),
    "REPLACE": _plain("domo.replace", "text", text, text, text),
    "SUBSTRING": Function(2, 3, _substring),
    "SUBSTR": Function(2, 3, _substring),
    "DATE": _plain("date", "date", date),
    "DATEDIFF": Function(2, 2, dates.datediff),
    "DATE_ADD": Function(2, 2, dates.shift(1)),
    "ADDDATE": Function(2, 2, dates.shift(1)),
    "DATE_SUB": Function(2, 2, dates.shift(-1)),
    "SUBDATE": Function(2, 2, dates.shift(-1)),
    "DATE_FORMAT": Function(2, 2, dates.date_format),
    "TIME_FORMAT": Function(2, 2, dates.time_format),
    "STR_TO_DATE": Function(2, 2, dates.str_to_date),
    "YEAR": _plain("year", "number", moment),
    "QUARTER": _plain("quarter", "number", moment),
    "MONTH": _plain("month", "number", moment),
    "DAY": _plain("day", "number", moment),
    "DAYOFMONTH": _plain("day", "number", moment),
    "DAYOFWEEK": _plain("domo.dayofweek", "number", moment),
    "DAYOFYEAR": _plain("dayofyear", "number", moment),
    "DAYNAME": _plain("dayname", "text", moment),
    "MONTHNAME": _plain("monthname", "text", moment),
    "LAST_DAY": _plain("last_day", "date", date),
    "TO_DAYS": _plain("domo.to_days", "number", date),
    "FROM_DAYS": _plain("domo.from_days", "date", number),
    "WEEK": Function(1, 2, dates.week("domo.week", "domo.wide_week")),
    "YEARWEEK": Function(1, 2, dates.week("domo.yearweek", "domo.yearweek")),
    "PERIOD_ADD": _plain("domo.period_add", "number", number, number),
    "PERIOD_DIFF": _plain("domo.period_diff", "number", number, number),
    "HOUR": _plain("domo.hour", "number", text),
    "MINUTE": _plain("domo.minute", "number", text),
    "SECOND": _plain("domo.second", "number", text),
    "TIME": _plain("domo.time", "time", text),
    "TIME_TO_SEC": _plain("domo.seconds", "number", text),
    "SEC_TO_TIME": _plain("domo.clock", "time", number),
    "TIMEDIFF": _plain("domo.timediff", "time", text, text),
    "ADDTIME": Function(2, 2, dates.add_time("domo.addtime", "domo.later")),
    "SUBTIME": Function(2, 2, dates.add_time("domo.subtime", "domo.earlier")),
    "TIMESTAMP": Function(1, 2, dates.timestamp),
    "UNIX_TIMESTAMP": _plain("domo.unix_timestamp", "number", instant),
    "FROM_UNIXTIME": Function(1, 2, dates.from_unixtime),
}

WINDOWS: dict[str, Function] = {
    "ROW_NUMBER": _plain("row_number", "number"),
    "RANK": _plain("rank", "number"),
    "DENSE_RANK": _plain("dense_rank", "number"),
    "PERCENT_RANK": _plain("percent_rank", "number"),
    "CUME_DIST": _plain("cume_dist", "number"),
    "NTILE": _plain("ntile", "number", number),
    "LAG": Function(1, 3, _shifted("lag")),
    "LEAD": Function(1, 3, _shifted("lead")),
    "FIRST_VALUE": Function(1, 1, _shifted("first_value")),
    "LAST_VALUE": Function(1, 1, _shifted("last_value")),
}

_DATE_NOW = ("CURDATE", "CURRENT_DATE")
_TIME_NOW = ("CURTIME", "CURRENT_TIME")
_DATETIME_NOW = ("NOW", "SYSDATE", "CURRENT_TIMESTAMP", "UNIX_TIMESTAMP")


def function(name: str, arguments: list[exp.Expr], now: datetime, *, windowed: bool) -> exp.Expr:
    """The call of one of Domo's functions, as DuckDB has it.

    Raises:
        QueryError: Domo has no such function, or not with so many arguments.
    """
    name = name.upper()
    if not arguments and name in (*_DATE_NOW, *_TIME_NOW, *_DATETIME_NOW):
        return _now(name, now)
    found = FUNCTIONS.get(name) or WINDOWS.get(name)
    if found is None:
        raise QueryError(f"Unknown function {name}")
    if name in WINDOWS and not windowed:
        raise QueryError(f"{name} needs an OVER clause")
    if not found.fewest <= len(arguments) <= found.most:
        raise QueryError(f"Incorrect number of arguments for {name}")
    return found.build(arguments)


def _now(name: str, now: datetime) -> exp.Expr:
    moment = now.replace(microsecond=0, tzinfo=None)
    if name in _TIME_NOW:
        return typed(exp.Literal.string(moment.time().isoformat()), "time")
    if name in _DATE_NOW:
        return cast_to(exp.Literal.string(moment.date().isoformat()), "DATE", "date")
    written = cast_to(exp.Literal.string(moment.isoformat(" ")), "TIMESTAMP", "datetime")
    return call("domo.unix_timestamp", written, of="number") if name == "UNIX_TIMESTAMP" else written
