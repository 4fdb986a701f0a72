"""Domo's date functions whose result depends on how they are written: intervals, patterns, week modes."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from domo_mcp.sandbox.dialect import patterns
from domo_mcp.sandbox.dialect.kinds import call, cast_to, date, instant, kind, moment, number, text, typed
from domo_mcp.sandbox.refusals import QueryError

Build = Callable[[list[exp.Expr]], exp.Expr]

# Unit -> (DuckDB's function that makes the interval, how many of its units).
_UNITS = {
    "SECOND": ("to_seconds", 1), "MINUTE": ("to_minutes", 1), "HOUR": ("to_hours", 1), "DAY": ("to_days", 1),
    "WEEK": ("to_days", 7), "MONTH": ("to_months", 1), "QUARTER": ("to_months", 3), "YEAR": ("to_months", 12),
}  # fmt: skip

# Mode -> (first day of the week, 0 = Sunday; the day of a week whose year the week belongs to; numbers from 1 to 53
# only). 0 to 7 are MySQL's. 11 and 22 are Domo's own and assumed: week 1 holds 1 January, and weeks begin on Sunday
# in mode 11 and on Monday in mode 22.
_WEEK_MODES = {
    0: (0, 0, False), 1: (1, 3, False), 2: (0, 0, True), 3: (1, 3, True), 4: (0, 3, False), 5: (1, 0, False),
    6: (0, 3, True), 7: (1, 0, True), 11: (0, 6, False), 22: (1, 6, False),
}  # fmt: skip


def add_interval(node: exp.Expr, interval: exp.Expr, sign: int) -> exp.Expr:
    """A date or datetime moved by an interval; a DATE stays one unless hours, minutes or seconds are added."""
    unit = interval.text("unit").upper()
    if unit not in _UNITS:
        raise QueryError(f"Unsupported interval unit {unit}".rstrip())
    maker, factor = _UNITS[unit]
    start = moment(node)
    amount = exp.Mul(this=exp.Paren(this=number(interval.this)), expression=exp.Literal.number(factor * sign))
    whole = amount if unit == "SECOND" else call("domo.whole", amount, of="number")
    moved = typed(exp.Paren(this=exp.Add(this=start, expression=call(maker, whole, of="interval"))), "datetime")
    if kind(start) == "date" and unit not in ("SECOND", "MINUTE", "HOUR"):
        return cast_to(moved, "DATE", "date")
    return moved


def shift(sign: int) -> Build:
    """DATE_ADD and its relatives: with an interval, or with a number of days."""

    def build(arguments: list[exp.Expr]) -> exp.Expr:
        start, amount = arguments
        if not isinstance(amount, exp.Interval):
            amount = exp.Interval(this=amount, unit=exp.var("DAY"))
        return add_interval(start, amount, sign)

    return build


def datediff(arguments: list[exp.Expr]) -> exp.Expr:
    """Whole days from the second date to the first."""
    later, earlier = (date(each) for each in arguments)
    return typed(exp.Paren(this=exp.Sub(this=later, expression=earlier)), "number")


def date_format(arguments: list[exp.Expr]) -> exp.Expr:
    """DATE_FORMAT with a literal pattern."""
    return _formatted(instant(arguments[0]), _pattern(arguments[1]))


def time_format(arguments: list[exp.Expr]) -> exp.Expr:
    """TIME_FORMAT with a literal pattern."""
    return _formatted(call("domo.of_day", text(arguments[0]), of="datetime"), _pattern(arguments[1]), span=True)


def _formatted(when: exp.Expr, pattern: str, *, span: bool = False) -> exp.Expr:
    pieces = patterns.pieces(pattern, span=span)
    if len(pieces) == 1:
        return _piece(when, pieces[0])
    held = exp.to_identifier("w")
    parts = exp.Lambda(this=exp.Array(expressions=[_piece(held, piece) for piece in pieces]), expressions=[held])
    lists = call("list_transform", exp.Array(expressions=[when]), parts, of="any")
    return call("domo.concat", call("list_extract", lists, exp.Literal.number(1), of="any"), of="text")


def _piece(when: exp.Expr, piece: str) -> exp.Expr:
    if piece.startswith("domo."):
        return call(piece, when.copy(), of="text")
    return call("strftime", when.copy(), exp.Literal.string(piece), of="text")


def str_to_date(arguments: list[exp.Expr]) -> exp.Expr:
    """STR_TO_DATE with a literal pattern; text that does not fit is NULL, and so is a date without a day."""
    pattern = _pattern(arguments[1])
    if patterns.has_date(pattern) and not patterns.has_whole_date(pattern):
        return cast_to(exp.null(), "DATE", "date")
    written = call("domo.unspaced", text(arguments[0]), of="text")
    parsed = call("try_strptime", written, exp.Literal.string(patterns.parse_format(pattern)), of="datetime")
    if not patterns.has_time(pattern):
        return cast_to(parsed, "DATE", "date")
    if not patterns.has_date(pattern):
        return call("strftime", parsed, exp.Literal.string("%H:%M:%S"), of="time")
    return parsed


def week(narrow: str, wide: str) -> Build:
    """WEEK and YEARWEEK, whose second argument is a literal mode."""

    def build(arguments: list[exp.Expr]) -> exp.Expr:
        first, anchor, is_wide = _WEEK_MODES[_mode(arguments[1:])]
        constants = (exp.Literal.number(first), exp.Literal.number(anchor))
        return call(wide if is_wide else narrow, moment(arguments[0]), *constants, of="number")

    return build


def add_time(clock: str, calendar: str) -> Build:
    """ADDTIME and SUBTIME: a datetime stays one, a time of day stays one."""

    def build(arguments: list[exp.Expr]) -> exp.Expr:
        start, amount = arguments
        dated = kind(start) in ("date", "datetime") or (isinstance(start, exp.Literal) and "-" in start.name[1:])
        if dated:
            return call(calendar, instant(start), text(amount), of="datetime")
        return call(clock, text(start), text(amount), of="time")

    return build


def timestamp(arguments: list[exp.Expr]) -> exp.Expr:
    """TIMESTAMP(d) as a datetime; TIMESTAMP(d, t) with the time added."""
    start = instant(arguments[0])
    return start if len(arguments) == 1 else call("domo.later", start, text(arguments[1]), of="datetime")


def from_unixtime(arguments: list[exp.Expr]) -> exp.Expr:
    """Seconds since 1970 as a datetime in UTC, or as text when a pattern is given."""
    when = call("domo.from_unixtime", number(arguments[0]), of="datetime")
    return when if len(arguments) == 1 else date_format([when, arguments[1]])


def _pattern(node: exp.Expr) -> str:
    if not (isinstance(node, exp.Literal) and node.is_string):
        raise QueryError("A date format must be a literal")
    return node.name


def _mode(arguments: list[exp.Expr]) -> int:
    if not arguments:
        return 0
    mode = arguments[0]
    if not (isinstance(mode, exp.Literal) and mode.name.isdigit() and int(mode.name) in _WEEK_MODES):
        raise QueryError("Unsupported week mode: use 0 to 7, 11 or 22")
    return int(mode.name)
