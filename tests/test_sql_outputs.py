"""What the columns of an answer surely are, told by the statement alone."""

from __future__ import annotations

from datetime import date

import pytest

from domo_mcp.sql import parse
from domo_mcp.sql.grouped import Period
from domo_mcp.sql.outputs import Output, outputs

TODAY = date(2026, 11, 22)
YEAR_AGO = date(2025, 11, 22)


def of(column: str, where: str = "") -> Output:
    condition = f" WHERE {where}" if where else ""
    (first, *_) = outputs(parse(f"SELECT {column}, COUNT(*) AS n FROM t{condition} GROUP BY 1"), TODAY)
    return first


@pytest.mark.parametrize(
    ("column", "whole"),
    [
        ("SUM(a) / SUM(SUM(a)) OVER ()", 1),
        ("SUM(a) / (SELECT SUM(a) FROM t)", 1),
        ("ROUND(SUM(a) / NULLIF((SELECT SUM(a) FROM t), 0), 3)", 1),
        ("100 * SUM(a) / SUM(SUM(a)) OVER ()", 100),
        ("ROUND(SUM(a) * 100.0 / (SELECT SUM(a) FROM t), 1)", 100),
        ("(SUM(a) / (SELECT SUM(a) FROM t)) * 100", 100),
        ("SUM(CASE WHEN b = 1 THEN 1 ELSE 0 END) / COUNT(*)", 1),
        ("SUM(CASE WHEN b = 1 THEN a ELSE 0 END) / SUM(a)", 1),
        ("AVG(CASE WHEN b = 1 THEN 1 ELSE 0 END)", 1),
        ("SUM(a) / COUNT(*)", 0),
        ("SUM(a) / SUM(b)", 0),
        ("SUM(a) / SUM(SUM(a)) OVER (ORDER BY b)", 0),
        ("SUM(a) / (SELECT SUM(b) FROM t)", 0),
        ("SUM(CASE WHEN b = 1 THEN 5 ELSE 0 END) / COUNT(*)", 0),
        ("SUM(CASE WHEN b = 1 THEN c ELSE 0 END) / SUM(a)", 0),
        ("12 * SUM(a) / (SELECT SUM(a) FROM t)", 0),
        ("AVG(a)", 0),
    ],
)
def test_a_part_of_a_whole_is_known_by_its_formula(column: str, whole: float) -> None:
    assert of(f"{column} AS share").whole == whole


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("DATE_FORMAT(`d`, '%Y-%m')", "month"),
        ("DATE_FORMAT(`d`, '%Y-%m-01')", "month"),
        ("DATE_FORMAT(`d`, '%Y')", "year"),
        ("DATE(DATE_FORMAT(`d`, '%Y-%m-01'))", "month"),
        ("DATE(DATE_FORMAT(`d`, '%Y-01-01'))", "year"),
        ("CAST(DATE_FORMAT(`d`, '%Y-01-01') AS DATE)", "year"),
        ("DATE(DATE_SUB(`d`, INTERVAL WEEKDAY(`d`) DAY))", "week"),
        ("CONCAT(YEAR(`d`), '-Q', QUARTER(`d`))", "quarter"),
        ("CONCAT(YEAR(`d`), '-Q', QUARTER(`e`))", None),
        ("CONCAT(YEAR(`d`), '-', MONTH(`d`))", None),
        ("DATE(DATE_FORMAT(`d`, '%m'))", None),
        ("CAST(`d` AS DATE)", "day"),
        ("CAST(`d` AS CHAR)", None),
        ("YEAR(`d`)", "year"),
        ("LAST_DAY(`d`)", "month"),
        ("DATE(`d`)", "day"),
        ("DATE_SUB(`d`, INTERVAL WEEKDAY(`d`) DAY)", "week"),
        ("DATE_SUB(`d`, INTERVAL DAYOFWEEK(`d`) - 1 DAY)", "week"),
        ("DATE_SUB(`d`, INTERVAL DAYOFMONTH(`d`) - 1 DAY)", "month"),
        ("DATE_FORMAT(`d`, '%m')", None),
        ("MONTH(`d`)", None),
        ("DATE_SUB(`d`, INTERVAL 1 DAY)", None),
        ("DATE_SUB(`d`, INTERVAL WEEKDAY(`e`) DAY)", None),
        ("YEAR(CURDATE())", None),
    ],
)
def test_the_period_that_dates_are_put_into_is_known(column: str, unit: str | None) -> None:
    period = of(f"{column} AS p").period
    assert (period.column, period.unit) == ("d", unit) if unit and period else period is None


@pytest.mark.parametrize(
    ("where", "since", "until"),
    [
        ("d >= '2026-01-15'", date(2026, 1, 15), None),
        ("d >= '2026-01-15' AND d >= '2026-02-01' AND r = 'x'", date(2026, 2, 1), None),
        ("d < '2026-11-01' AND (d > '2025-01-01')", date(2025, 1, 1), date(2026, 11, 1)),
        ("d BETWEEN '2026-01-01' AND '2026-10-31'", date(2026, 1, 1), date(2026, 11, 1)),
        ("d >= DATE_SUB(CURDATE(), INTERVAL 12 MONTH)", YEAR_AGO, None),
        ("d >= DATE_SUB(NOW(), INTERVAL 1 YEAR) AND d <= NOW()", YEAR_AGO, date(2026, 11, 23)),
        ("d >= '2026-01-15' OR r = 'x'", None, None),
        ("NOT (d >= '2026-01-15')", None, None),
        ("e >= '2026-01-15'", None, None),
        ("YEAR(d) = 2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2025 = YEAR(d) AND d >= '2025-03-01'", date(2025, 3, 1), date(2026, 1, 1)),
        ("YEAR(d) = YEAR(CURDATE())", date(2026, 1, 1), date(2027, 1, 1)),
        ("YEAR(d) > 2024 AND YEAR(d) < 2026", date(2025, 1, 1), date(2026, 1, 1)),
        ("2024 < YEAR(d) AND 2025 >= YEAR(d)", date(2025, 1, 1), date(2026, 1, 1)),
        ("YEAR(d) BETWEEN 2024 AND 2025", date(2024, 1, 1), date(2026, 1, 1)),
        ("d = '2026-03-04'", date(2026, 3, 4), date(2026, 3, 5)),
        ("'2026-01-15' <= d", date(2026, 1, 15), None),
        ("YEAR(d) = 9999", date(9999, 1, 1), None),
        ("YEAR(d) <= 123456 AND YEAR(d) >= 123456", None, None),
        ("YEAR(e) = 2026", None, None),
        ("YEAR(d) = MONTH(d)", None, None),
        ("MONTH(d) = 3", None, None),
        ("d >= 'soon'", None, None),
        ("d >= DATE_SUB(CURDATE(), INTERVAL 99999 YEAR)", None, None),
    ],
)
def test_what_where_surely_leaves_out_is_known(where: str, since: date | None, until: date | None) -> None:
    assert of("DATE_FORMAT(d, '%Y-%m') AS m", where).period == Period("d", "month", since, until)


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM t", "SELECT *, a FROM t", "SELECT a FROM t UNION ALL SELECT b FROM t"]
)
def test_columns_that_are_not_listed_are_not_guessed(statement: str) -> None:
    assert outputs(parse(statement), TODAY) == []


def test_dates_of_a_statement_within_are_not_taken_for_those_of_the_dataset() -> None:
    inside = "SELECT m FROM (SELECT DATE_FORMAT(d, '%Y-%m') AS m FROM t) AS inner_one"
    assert [each.period for each in outputs(parse(inside), TODAY)] == [None]


@pytest.mark.parametrize(
    ("column", "part"),
    [
        ("YEAR(d) AS y", "year"),
        ("QUARTER(d)", "quarter"),
        ("MONTH(d)", "month"),
        ("WEEK(d)", "week"),
        ("DAYOFWEEK(d)", "dayofweek"),
        ("HOUR(d)", "hour"),
        ("YEARWEEK(d)", "yearweek"),
        ("YEARWEEK(d, 1) AS wk", "yearweek"),
        ("YEARWEEK(d) + 1", ""),
        ("YEAR(d) + 1", ""),
        ("d AS year", ""),
    ],
)
def test_parts_of_dates_are_known(column: str, part: str) -> None:
    assert of(column).part == part


def test_what_the_rows_are_by_is_known() -> None:
    statement = "SELECT SUM(a), FLOOR(b / 100) * 100 AS bucket, ROUND(COUNT(*) / 2), c FROM t"
    assert [each.grouped for each in outputs(parse(f"{statement} GROUP BY 2, 4"))] == [False, True, False, True]
    assert not any(each.grouped for each in outputs(parse("SELECT a, b FROM t")))
