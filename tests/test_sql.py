"""One readable SELECT, judged and spliced."""

from __future__ import annotations

import time

import pytest

from domo_mcp.errors import SqlRefused
from domo_mcp.sql import MAX_CHARACTERS, ColumnRules, counted, parse

REFUSED = {
    "empty": ("", "no SQL"),
    "only a comment": ("-- nothing", "no SQL"),
    "two statements": ("SELECT 1; SELECT 2", "One statement a call"),
    "insert": ("INSERT INTO t VALUES (1)", "Only SELECT"),
    "update": ("UPDATE t SET a = 1", "Only SELECT"),
    "delete": ("DELETE FROM t", "Only SELECT"),
    "drop": ("DROP TABLE t", "Only SELECT"),
    "create as": ("CREATE TABLE x AS SELECT * FROM t", "Only SELECT"),
    "show": ("SHOW TABLES", "Only SELECT"),
    "explain": ("EXPLAIN SELECT 1", "Only SELECT"),
    "set": ("SET @a = 1", "Only SELECT"),
    "call": ("CALL doit()", "Only SELECT"),
    "table statement": ("TABLE t", "Only SELECT"),
    "values": ("VALUES ROW(1)", "Only SELECT"),
    "write in a CTE": ("WITH x AS (DELETE FROM t RETURNING a) SELECT * FROM x", "cannot be parsed|Only reading"),
    "into outfile": ("SELECT a INTO OUTFILE '/tmp/x' FROM t", "cannot be parsed|INTO"),
    "into variable": ("SELECT a INTO @x FROM t", "INTO|Variables"),
    "for update": ("SELECT a FROM t FOR UPDATE", "locks"),
    "lock in share mode": ("SELECT a FROM t LOCK IN SHARE MODE", "locks"),
    "executable comment": ("SELECT a /*!50000 , b */ FROM t", "execute"),
    "executable comment in front": ("/*! SET @a = 1; */ SELECT a FROM t", "execute"),
    "optimizer hint": ("SELECT /*+ SET_VAR(x=1) */ a FROM t", "execute"),
    "mariadb comment": ("SELECT a /*M! , b */ FROM t", "execute"),
    "minus minus without space": ("SELECT a FROM t WHERE a --1\n= 2", "two minus signs"),
    "join": ("SELECT a.x FROM a JOIN b ON a.x = b.x", "no JOIN"),
    "comma join": ("SELECT x FROM a, b", "no JOIN"),
    "join in a subselect": ("SELECT x FROM (SELECT a.x FROM a LEFT JOIN b USING (x)) q", "no JOIN"),
    "recursive": ("WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x) SELECT * FROM x", "Recursive"),
    "table function": ("SELECT * FROM read_csv('/etc/passwd')", "not a function"),
    "table function in a subselect": ("SELECT (SELECT max(a) FROM files('*')) FROM t", "not a function"),
    "qualified table": ("SELECT * FROM information_schema.tables", "no schema or database"),
    "session variable": ("SELECT @@version FROM t", "Variables"),
    "user variable": ("SELECT @a FROM t", "Variables"),
    "placeholder": ("SELECT a FROM t WHERE b = ?", "placeholders"),
    "sleep": ("SELECT SLEEP(10) FROM t", "does not read data"),
    "benchmark": ("SELECT benchmark(1000000, 1) FROM t", "does not read data"),
    "load_file": ("SELECT LOAD_FILE('/etc/passwd') FROM t", "does not read data"),
    "limit in the middle": ("SELECT a FROM t LIMIT 5 UNION ALL SELECT b FROM t LIMIT n", "very end|cannot be parsed"),
    "limit with ties": ("SELECT a FROM t LIMIT 5 WITH TIES", "very end|cannot be parsed"),
    "limit in percent": ("SELECT a FROM t LIMIT 5 PERCENT", "very end|cannot be parsed"),
    "an id without backticks": ("SELECT a FROM 5a1e0000-0000-4000-8000-000000000001", "needs backticks"),
    "six hundred CTEs": (
        "WITH " + ", ".join(f"c{n} AS (SELECT 1)" for n in range(600)) + " SELECT * FROM c1",
        "common table expressions",
    ),
    "limit of a name": ("SELECT a FROM t LIMIT n", "plain numbers|cannot be parsed"),
    "open quote": ("SELECT 'a FROM t", "not closed"),
    "broken": ("SELECT FROM WHERE", "cannot be parsed"),
    "too long": ("SELECT a FROM t WHERE b IN (" + "'x'," * MAX_CHARACTERS + "'x')", "characters"),
    "a thousand names in brackets": ("SELECT " + "[a]" * 1000 + " FROM t", "cannot be parsed|too large"),
    "too deep": ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "cannot be parsed|too large"),
    "too many nodes": ("SELECT " + "+".join(["1"] * 6000), "too large|cannot be parsed"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_plain_reading_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(SqlRefused, match=why) as refused:
        parse(text)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        "SELECT IFNULL(a, 0), INSTR(b, 'x'), CEILING(c), MONTHNAME(d) FROM t",
        "SELECT a || b FROM t ORDER BY `Total`",
        "select `Größe`, 'it''s', \"double\" from `Sales Orders` where `b``c` = 1",
        "WITH q AS (SELECT a, ROW_NUMBER() OVER (PARTITION BY b ORDER BY c) AS n FROM t) SELECT * FROM q WHERE n = 1",
        "SELECT a FROM t UNION ALL SELECT b FROM t",
        "(SELECT a FROM t)",
        "SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END, COUNT(DISTINCT b) FROM t GROUP BY 1 HAVING COUNT(*) > 2",
        "SELECT DATE_ADD(d, INTERVAL 3 MONTH), WEEK(d, 11) FROM t WHERE d >= '2026-01-01'",
    ],
)
def test_domo_gets_the_callers_own_text(text: str) -> None:
    assert parse(text).to_send() == text
    assert parse(text).to_send(limit=10) == f"{text} LIMIT 10"


def test_comments_and_the_closing_semicolon_are_cut() -> None:
    select = parse("-- first\nSELECT a, /* second */ b FROM t -- third\n WHERE c = '-- not a comment' # fourth\n ; ")
    assert select.text == "SELECT a, b FROM t WHERE c = '-- not a comment'"


@pytest.mark.parametrize(
    ("text", "limit", "offset", "sent"),
    [
        ("SELECT a FROM t", 10, 0, "SELECT a FROM t LIMIT 10"),
        ("SELECT a FROM t", 10, 20, "SELECT a FROM t LIMIT 10 OFFSET 20"),
        ("SELECT a FROM t LIMIT 5", 10, 0, "SELECT a FROM t LIMIT 5"),
        ("SELECT a FROM t LIMIT 50", 10, 0, "SELECT a FROM t LIMIT 10"),
        ("SELECT a FROM t LIMIT 25", 10, 20, "SELECT a FROM t LIMIT 5 OFFSET 20"),
        ("SELECT a FROM t LIMIT 50 OFFSET 7", 10, 20, "SELECT a FROM t LIMIT 10 OFFSET 27"),
        ("SELECT a FROM t LIMIT 7, 50", 10, 0, "SELECT a FROM t LIMIT 10 OFFSET 7"),
        ("SELECT a FROM (SELECT a FROM t LIMIT 3) q", 10, 0, "SELECT a FROM (SELECT a FROM t LIMIT 3) q LIMIT 10"),
        ("(SELECT a FROM t LIMIT 2) LIMIT 3", 1, 0, "(SELECT a FROM t LIMIT 2) LIMIT 1"),
        ("SELECT a FROM t LIMIT 5", None, 0, "SELECT a FROM t LIMIT 5"),
        ("SELECT a AS offset FROM t LIMIT 5", 10, 0, "SELECT a AS offset FROM t LIMIT 5"),
        ("SELECT a FROM t WHERE offset > 5 LIMIT 3", 10, 0, "SELECT a FROM t WHERE offset > 5 LIMIT 3"),
    ],
)
def test_the_limit_is_added_or_lowered_never_raised(text: str, limit: int | None, offset: int, sent: str) -> None:
    assert parse(text).to_send(limit=limit, offset=offset) == sent


def test_tables_are_those_of_from_without_common_table_expressions() -> None:
    select = parse("WITH q AS (SELECT * FROM `Sales Orders`) SELECT * FROM q WHERE a IN (SELECT a FROM table)")
    assert select.tables == ("Sales Orders", "table")


def test_a_common_table_expression_does_not_hide_the_table_that_it_reads() -> None:
    assert parse("WITH t AS (SELECT * FROM t) SELECT * FROM t").tables == ("t",)
    assert parse("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM b").tables == ("b",)


def test_a_common_table_expression_is_not_taken_for_a_table_that_python_alone_spells_alike() -> None:
    assert parse("WITH dataſet AS (SELECT 1 AS x) SELECT * FROM dataset").tables == ("dataset",)  # noqa: RUF001


RULES = ColumnRules(hide=("salary",), mask=("*mail",))
COLUMNS = ("Name", "Salary", "E-Mail")
VIEW = "(SELECT `Name`, '***' AS `E-Mail` FROM"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SELECT * FROM t", f"SELECT * FROM {VIEW} t) AS t"),
        ("SELECT * FROM `a b` x", f"SELECT * FROM {VIEW} `a b`) x"),
        ("SELECT * FROM (SELECT * FROM t) q", f"SELECT * FROM (SELECT * FROM {VIEW} t) AS t) q"),
        (
            "SELECT Name FROM t WHERE Name IN (SELECT Name FROM t)",
            f"SELECT Name FROM {VIEW} t) AS t WHERE Name IN (SELECT Name FROM {VIEW} t) AS t)",
        ),
        ("WITH t AS (SELECT * FROM t) SELECT * FROM t", f"WITH t AS (SELECT * FROM {VIEW} t) AS t) SELECT * FROM t"),
    ],
)
def test_column_rules_stand_between_every_base_table_and_the_statement(text: str, sent: str) -> None:
    assert parse(text).to_send(rules=RULES, columns=COLUMNS) == sent


@pytest.mark.parametrize(
    ("text", "rules", "sent"),
    [
        ("SELECT * FROM table LIMIT 3", ColumnRules(), "SELECT * FROM `my sales` LIMIT 3"),
        ("SELECT a FROM (SELECT a FROM t x) y", ColumnRules(), "SELECT a FROM (SELECT a FROM `my sales` x) y"),
        ("SELECT * FROM t", RULES, f"SELECT * FROM {VIEW} `my sales`) AS t"),
    ],
)
def test_the_name_in_from_can_be_replaced(text: str, rules: ColumnRules, sent: str) -> None:
    assert parse(text).to_send(rules=rules, columns=COLUMNS, table="my sales") == sent


def test_a_dataset_with_every_column_hidden_is_refused() -> None:
    with pytest.raises(SqlRefused, match="hidden by policy"):
        parse("SELECT * FROM t").to_send(rules=ColumnRules(hide=("*",)), columns=COLUMNS)


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("SELECT a, SUM(b) FROM t GROUP BY a ORDER BY a", True),
        ("SELECT a AS x, SUM(b) AS s FROM t GROUP BY x ORDER BY s DESC, x", True),
        ("SELECT a, SUM(b) FROM t GROUP BY 1 ORDER BY 1", True),
        ("SELECT a, c, SUM(b) FROM t GROUP BY a, c ORDER BY a", False),
        ("SELECT a, SUM(b) AS s FROM t GROUP BY a ORDER BY s", False),
        ("SELECT a, b FROM t ORDER BY b, a", True),
        ("SELECT a, b FROM t ORDER BY a", False),
        ("SELECT * FROM t ORDER BY a", False),
        ("SELECT a FROM t", False),
        ("SELECT a, RAND() AS r FROM t ORDER BY r, a", False),
        ("SELECT a, ROW_NUMBER() OVER (ORDER BY b) AS n FROM t ORDER BY n, a", False),
        ("SELECT a FROM (SELECT a FROM t LIMIT 9) q ORDER BY a", False),
        ("SELECT a, SUM(b) FROM t GROUP BY a WITH ROLLUP ORDER BY a", False),
        ("SELECT a FROM t ORDER BY '1'", False),
        ("SELECT `a + b` FROM t ORDER BY a + b", False),
        ("SELECT a AS b, b AS a FROM t ORDER BY a, b", False),
        ("SELECT a FROM t UNION SELECT b FROM t ORDER BY 1", False),
    ],
)
def test_rows_have_pages_only_where_their_order_is_total(text: str, total: bool) -> None:
    assert parse(text).has_total_order() is total


def test_the_shape_of_a_statement_has_no_literals() -> None:
    assert parse("SELECT a FROM t WHERE b = 'secret' AND c > 12.5").shape() == "SELECT a FROM t WHERE b = ? AND c > ?"


def test_a_statement_is_counted_as_a_subselect() -> None:
    assert counted(parse("SELECT a FROM t LIMIT 5")).text == "SELECT COUNT(*) FROM (SELECT a FROM t LIMIT 5) AS counted"


@pytest.mark.parametrize("name", ["DATE", "BINARY", "CHAR", "YEAR"])
def test_calls_within_each_other_that_may_be_types_are_read_once(name: str) -> None:
    began = time.monotonic()
    parse(f"SELECT {f'{name}(' * 18}a{')' * 18} FROM t")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("SELECT TOP 5 a FROM t", "Write LIMIT 5 at the end."),
        ("SELECT DISTINCT TOP 20 a FROM t", "Write LIMIT 20 at the end."),
        ("SELECT a FROM Sales Orders x", "like FROM `Sales Orders`."),
        ("SELECT [Order Date] FROM t JOIN [x] ON 1 = 1", "Query each dataset by itself"),
        ("SELECT [a, b FROM t", "Domo's SQL is like MySQL's"),
        ("SELECT x [Order Date] FROM t", "Domo's SQL is like MySQL's"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_fitting_advice(written: str, says: str) -> None:
    with pytest.raises(SqlRefused) as refused:
        parse(written)
    assert says in refused.value.hint


def test_names_in_brackets_that_nothing_else_can_be_are_read_in_backticks() -> None:
    select = parse("SELECT t.[Order Date], '[a b]' FROM [Sales Orders (Archive)] t")
    assert select.text == "SELECT t.`Order Date`, '[a b]' FROM `Sales Orders (Archive)` t"
    assert select.changes[0] == "[Order Date] → `Order Date`"
    assert parse("SELECT [a] FROM t").changes == ()
