"""SQL with mistakes that have one way out, whatever the data: changed in the text, and nothing else of it."""

from __future__ import annotations

import pytest

from domo_mcp.catalog.checking import Checked, Schema, check
from domo_mcp.client.metadata import Column, Formula
from domo_mcp.sql import parse
from domo_mcp.untrusted import plain

TYPES = {"Order Date": "DATE", "d": "DATETIME", "Region": "STRING", "Revenue": "DECIMAL", "Cost": "DECIMAL"}
FORMULAS = {
    "Profit": "`Revenue`\n - `Cost` -- per order",
    "Net": "NVL(`Revenue`, 0) /* euros */",
    "Margin": "SUM(`Revenue`) / SUM(`Cost`)",
    "Uniques": "APPROXIMATE_COUNT_DISTINCT(`Region`)",
    "Hidden": "`Salary` * 2",
    "Odd": "1 FROM `Other` WHERE 1",
    "Two": "`Revenue`, `Cost`",
    "Sneaky": "(SELECT MAX(`Revenue`) FROM table)",
}
SCHEMA = Schema(
    [Column(name=name, type=kind) for name, kind in TYPES.items()],
    [Formula(name=name, formula=text) for name, text in FORMULAS.items()],
)


def checked(sql: str, schema: Schema = SCHEMA) -> Checked:
    return check(parse(sql), schema)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("SELECT region, t.REVENUE, `cost` FROM t", "SELECT Region, t.Revenue, `Cost` FROM t"),
        ("SELECT `order date` FROM t", "SELECT `Order Date` FROM t"),
        (
            'SELECT "Region", SUM("Revenue") FROM t GROUP BY "Region"',
            "SELECT `Region`, SUM(`Revenue`) FROM t GROUP BY `Region`",
        ),
        ("SELECT * FROM t WHERE \"region\" = 'West'", "SELECT * FROM t WHERE `Region` = 'West'"),
        ("SELECT * FROM t WHERE `Order Date` > 2026-01-31", "SELECT * FROM t WHERE `Order Date` > '2026-01-31'"),
        (
            "SELECT * FROM t WHERE d BETWEEN 2026-1-5 AND NOW()",
            "SELECT * FROM t WHERE d BETWEEN '2026-01-05' AND NOW()",
        ),
        ("SELECT * FROM t WHERE d >= '2026/1/31'", "SELECT * FROM t WHERE d >= '2026-01-31'"),
        ("SELECT NVL(Region,'?'), LEN(Region) FROM t", "SELECT IFNULL(Region,'?'), LENGTH(Region) FROM t"),
        ("SELECT ISNULL(Region, 'x'), GETDATE() FROM t", "SELECT IFNULL(Region, 'x'), NOW() FROM t"),
        (
            "SELECT iif(Revenue>1,'a',len(Region)) FROM t",
            "SELECT CASE WHEN Revenue>1 THEN 'a' ELSE LENGTH(Region) END FROM t",
        ),
        ("SELECT SQRT(NVL(Revenue, 0)) FROM t", "SELECT POWER(IFNULL(Revenue, 0), 0.5) FROM t"),
        ("SELECT SQRT(SQRT(Revenue)) FROM t", "SELECT POWER(POWER(Revenue, 0.5), 0.5) FROM t"),
        ("SELECT EXTRACT(YEAR FROM d), DATE_PART('month', d) FROM t", "SELECT YEAR(d), MONTH(d) FROM t"),
        (
            "SELECT d::date, (d)::DATE, MAX(t.d)::date FROM t GROUP BY 1, 2",
            "SELECT DATE(d), DATE((d)), DATE(MAX(t.d)) FROM t GROUP BY 1, 2",
        ),
        ("SELECT DATE_TRUNC('month', d) FROM t", "SELECT DATE(DATE_FORMAT(d, '%Y-%m-01')) FROM t"),
        ("SELECT DATE_TRUNC('year', d) FROM t", "SELECT DATE(DATE_FORMAT(d, '%Y-01-01')) FROM t"),
        ("SELECT DATE_TRUNC('day', d) FROM t", "SELECT DATE(d) FROM t"),
        ("SELECT * FROM t WHERE Region ILIKE 'w%'", "SELECT * FROM t WHERE Region LIKE 'w%'"),
        (
            "SELECT * FROM t WHERE Region=NULL OR Cost <> NULL",
            "SELECT * FROM t WHERE Region IS NULL OR Cost IS NOT NULL",
        ),
        (
            "SELECT SUM(Profit) AS Profit FROM t ORDER BY Profit",
            "SELECT SUM((`Revenue`\n - `Cost`)) AS Profit FROM t ORDER BY Profit",
        ),
        ("SELECT profit FROM t", "SELECT (`Revenue`\n - `Cost`) AS `Profit` FROM t"),
        ("SELECT SUM(Net) FROM t", "SELECT SUM((IFNULL(`Revenue`, 0))) FROM t"),
    ],
)
def test_what_has_one_way_out_is_changed_there_and_nowhere_else(written: str, sent: str) -> None:
    found = checked(written)
    assert found.problems == ()
    assert found.select.text == sent
    assert found.changes
    assert checked(sent).changes == ()


def test_two_words_that_are_one_column_get_their_backticks() -> None:
    schema = Schema([Column(name="Product Name"), Column(name="Revenue")])
    assert checked("SELECT product NAME, Revenue FROM t", schema).select.text == "SELECT `Product Name`, Revenue FROM t"
    assert checked("SELECT Revenue Name FROM t", schema).changes == ()


def test_what_was_changed_is_told_in_a_few_words() -> None:
    found = checked("SELECT NVL(region, 'x') FROM t WHERE d > 2026-01-31")
    assert [plain(change) for change in found.changes] == [
        "`region` → `Region`", "NVL → IFNULL", "2026-01-31 → '2026-01-31'",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Margin", "Uniques", "Hidden", "Odd", "Two", "Sneaky"])
def test_a_beast_mode_that_is_not_one_value_of_known_columns_is_told_and_not_put_in(name: str) -> None:
    found = checked(f"SELECT Region, {name} FROM t")
    assert found.select.text == f"SELECT Region, {name} FROM t"
    problem = plain(str(found.problems[0]))
    assert problem.startswith(f"`{name}` is a beast mode, which SQL does not know. Write its formula:")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT MAX(Profit) FROM (SELECT Revenue * 100 AS Revenue, Cost FROM t) s",
        "SELECT Revenue / 1000 AS Revenue FROM t ORDER BY Profit",
        "SELECT Region, SUM(Cost) AS Cost FROM t GROUP BY Region HAVING MAX(Profit) > 5",
    ],
)
def test_a_beast_mode_is_not_put_in_where_its_columns_may_be_others(sql: str) -> None:
    found = checked(sql)
    assert found.changes == ()
    assert "is a beast mode" in str(found.problems[0])


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT Region, Cost FROM t UNION ALL SELECT "Region", Cost FROM t WHERE Cost > 5',
        'SELECT "Region", SUM(Cost) FROM t',
        "SELECT * FROM t WHERE LENGTH(Region) < 2010-05-03 OR Cost * 2 = 2026-01-01 OR YEAR(d) > 2026-01-01",
        "WITH len (a) AS (SELECT Region FROM t), weekday (b) AS (SELECT a FROM len) SELECT b FROM weekday",
        "SELECT * FROM t WHERE d > '2026-01-31 10'",
    ],
)
def test_what_may_be_meant_as_it_is_written_is_left_so(sql: str) -> None:
    found = checked(sql)
    assert (found.problems, found.changes) == ((), ())


def test_the_day_of_a_difference_is_no_date() -> None:
    found = checked("SELECT DATE_PART('day', d - `Order Date`) FROM t")
    assert "DATEDIFF(a, b)" in str(found.problems[0])
    assert checked("SELECT EXTRACT(DAY FROM (d - `Order Date`)) FROM t").changes == ()
    assert checked("SELECT EXTRACT(DAY FROM d - INTERVAL 1 DAY) FROM t").select.text.startswith("SELECT DAY(d - ")


def test_a_time_stays_when_its_date_is_changed() -> None:
    sent = checked("SELECT * FROM t WHERE d > '2026/01/31 10:00'").select.text
    assert sent == "SELECT * FROM t WHERE d > '2026-01-31 10:00'"


def test_columns_that_differ_in_case_alone_are_left_as_they_are_written() -> None:
    schema = Schema([Column(name="Region"), Column(name="REGION")])
    assert checked("SELECT region, Region, REGION FROM t", schema).changes == ()


def test_names_that_the_statement_gives_are_left_alone() -> None:
    sql = "WITH q AS (SELECT COUNT(*) AS region FROM t) SELECT region FROM q WHERE region > 1"
    assert checked(sql).select.text == sql


def test_a_limit_at_the_end_stays_what_it_is() -> None:
    select = checked("SELECT NVL(Region, 'x') FROM t LIMIT 10 OFFSET 5").select
    assert (select.limit, select.offset) == (10, 5)
    assert select.to_send(limit=3) == "SELECT IFNULL(Region, 'x') FROM t LIMIT 3 OFFSET 5"


def test_a_change_that_would_not_pass_the_gate_is_told_and_not_made() -> None:
    long = Schema(SCHEMA.columns, [Formula(name="Long", formula=f"`Revenue` + {' ' * 9_000} `Cost`")])
    sql = "SELECT SUM(Long), AVG(Long), MAX(Long), NVL(MIN(Cost), 0) FROM t"
    found = checked(sql, long)
    assert (found.select.text, found.changes) == (sql, ())
    assert plain(found.problems[0].message) == "`Long` is a beast mode, which SQL does not know."
    assert plain(found.problems[1].message) == "Domo's SQL has no NVL."
