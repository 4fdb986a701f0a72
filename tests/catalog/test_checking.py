"""SQL against a dataset's columns and Domo's dialect."""

from __future__ import annotations

import pytest

from domo_mcp.catalog.checking import check, foreign_tables, misread, nearest
from domo_mcp.client.metadata import Formula
from domo_mcp.sql import parse
from domo_mcp.untrusted import plain

COLUMNS = ["Order Date", "Region", "Revenue", "Product Name", "Status"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT Region, SUM(Revenue) AS total FROM t GROUP BY Region HAVING total > 5 ORDER BY total",
        "SELECT region, `product name` FROM t WHERE status <> 'Returned'",
        "SELECT s.Region FROM t AS s WHERE s.Revenue > (SELECT AVG(Revenue) FROM t)",
        "WITH q AS (SELECT Region AS r, COUNT(*) AS n FROM t GROUP BY Region) SELECT r, n FROM q WHERE n > 1",
        "SELECT x.a FROM (SELECT Region AS a FROM t) x",
        'SELECT COUNT(*), SUM(Revenue) AS "Total" FROM t ORDER BY "Total"',
        "SELECT * FROM t WHERE `Order Date` >= '2026-01-01'",
    ],
)
def test_right_sql_has_no_problems(sql: str) -> None:
    assert check(parse(sql), COLUMNS) == []


@pytest.mark.parametrize(
    ("sql", "what", "fix"),
    [
        ("SELECT SUM(Revenu) FROM t", "`Revenu`", "`Revenue`"),
        ("SELECT `Produkt Name` FROM t", "`Produkt Name`", "`Product Name`"),
        ("SELECT zzz FROM t", "`zzz`", "`Order Date`"),
        ('SELECT "Region" FROM t', "double quotes", "`Region`"),
        ("SELECT DATE_TRUNC('month', `Order Date`) FROM t", "DATE_TRUNC", "DATE_FORMAT"),
        ("SELECT EXTRACT(YEAR FROM `Order Date`) FROM t", "EXTRACT", "YEAR"),
        ("SELECT SQRT(Revenue) FROM t", "SQRT", "POWER"),
        ("SELECT Revenue::INT FROM t", "::", "DATE"),
        ("SELECT NVL(Region, 'x') FROM t", "NVL", "IFNULL"),
        ("SELECT WEEKDAY(`Order Date`) FROM t", "WEEKDAY", "DAYOFWEEK"),
    ],
)
def test_each_mistake_is_named_with_its_way_out(sql: str, what: str, fix: str) -> None:
    problems = check(parse(sql), COLUMNS)
    assert len(problems) == 1, problems
    assert what in plain(problems[0].message)
    assert fix in plain(problems[0].fix)


def test_a_beast_mode_is_told_from_a_column() -> None:
    problems = check(parse("SELECT `Profit` FROM t"), COLUMNS, [Formula(name="Profit", formula="`Revenue`\n - `Cost`")])
    assert [plain(str(problem)) for problem in problems] == [
        "`Profit` is a beast mode, which SQL does not know. Write its formula: `Revenue` - `Cost`."
    ]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM t WHERE `Order Date` > 2026-01-01", "'2026-01-01'"),
        ('SELECT "Region" FROM t', "`Region`"),
    ],
)
def test_what_domo_would_answer_wrongly_is_found(sql: str, says: str) -> None:
    assert says in plain(next(misread(parse(sql), COLUMNS)).fix)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM t WHERE d > '2026-01-01'",
        "SELECT `2026-01-01` FROM t",
        "SELECT 2026 - 1 - 1",
        "SELECT a-b FROM t",
    ],
)
def test_honest_subtractions_and_quoted_dates_are_let_through(sql: str) -> None:
    assert list(misread(parse(sql), COLUMNS)) == []


def test_a_column_is_complained_about_once() -> None:
    assert len(check(parse("SELECT x, x FROM t WHERE x > 1"), COLUMNS)) == 1


def test_tables_that_are_not_the_dataset_are_named() -> None:
    select = parse("SELECT * FROM table WHERE a IN (SELECT a FROM `Other`)")
    assert foreign_tables(select, ("id-1", "Sales")) == ["Other"]
    assert foreign_tables(parse("SELECT * FROM sales"), ("id-1", "Sales")) == []


def test_the_nearest_name_ignores_case() -> None:
    assert nearest("REVENUES", COLUMNS) == ["Revenue"]
