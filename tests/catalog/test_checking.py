"""SQL against a dataset's columns and Domo's dialect: what is surely wrong, what is doubtful, what is right."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from benchmarks.sql_gate import sections
from domo_mcp.catalog.checking import Checked, Schema, check, foreign_tables
from domo_mcp.catalog.nearness import nearest
from domo_mcp.client.metadata import Column
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from domo_mcp.sql import parse
from domo_mcp.untrusted import plain

TYPES = {
    "Order Date": "DATE", "Seen At": "DATETIME", "Region": "STRING", "Revenue": "DECIMAL", "Quantity": "LONG",
    "Product Name": "STRING", "Status": "STRING",
}  # fmt: skip
SCHEMA = Schema([Column(name=name, type=kind) for name, kind in TYPES.items()])
ROOT = Path(__file__).parents[2]

NOT_THERE = ("Größe", "user", "version", "sleep")
"""Names in honest statements that the company's datasets do not have."""


def checked(sql: str, schema: Schema = SCHEMA) -> Checked:
    return check(parse(sql), schema)


def told(found: Checked) -> str:
    return plain(" ".join(map(str, found.problems)))


class TestRightSql:
    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT Region, SUM(Revenue) AS total FROM t GROUP BY Region HAVING total > 5 ORDER BY total",
            "SELECT s.Region FROM t AS s WHERE s.Revenue > (SELECT AVG(Revenue) FROM t)",
            "WITH q AS (SELECT Region AS r, COUNT(*) AS n FROM t GROUP BY Region) SELECT r, n FROM q WHERE n > 1",
            "SELECT x.a FROM (SELECT Region AS a FROM t) x",
            'SELECT COUNT(*), SUM(Revenue) AS "Total" FROM t ORDER BY "Total"',
            "SELECT * FROM t WHERE `Order Date` >= '2026-01-01' AND `Seen At` < '2026-01-01T10:00:00Z'",
            "SELECT * FROM t WHERE `Order Date` IN ('2026-1-5', '20260105') AND Revenue > '12.5'",
            "SELECT * FROM t WHERE `Order Date` LIKE '2026-01%' AND Status = 'March'",
            "SELECT `2026-01-01`, 2026 - 1 - 1 FROM (SELECT Region AS `2026-01-01` FROM t) x",
            "SELECT * FROM t WHERE YEAR(`Order Date`) > 2026-10-12 AND Revenue > 2026-10-12",
            "SELECT Region, 100 * Revenue / SUM(Revenue) OVER () FROM t",
            "SELECT Region, SUM(SUM(Revenue)) OVER (ORDER BY Region) FROM t GROUP BY Region",
            "SELECT UPPER(Region), COUNT(*) FROM t GROUP BY 1",
            "SELECT UPPER(t.Region) AS r, COUNT(*) FROM t GROUP BY upper(Region)",
            "SELECT CASE WHEN Revenue > 5 THEN 'a' ELSE 'b' END AS band, MAX(Region) FROM t GROUP BY band",
            "SELECT Region, Status, COUNT(*) FROM t GROUP BY Region, Status WITH ROLLUP",
            "SELECT Region, (SELECT MAX(x.Revenue) FROM t x WHERE x.Region = t.Region) FROM t",
            "SELECT DATE_FORMAT(`Order Date`, '%Y-%m') AS d, COUNT(*) FROM t GROUP BY d HAVING d = '2026-01'",
            "SELECT TIMESTAMPDIFF(MONTH, `Order Date`, NOW()), SOME_NEW_FUNCTION(Region) FROM t",
            "SELECT * FROM t WHERE Region IS NULL OR IFNULL(Status, '') <> 'x'",
        ],
    )
    def test_it_is_neither_refused_nor_changed(self, sql: str) -> None:
        found = checked(sql)
        assert (found.problems, found.changes, found.select.text) == ((), (), sql)

    def test_no_honest_statement_is_refused_or_changed(self) -> None:
        company = schemas()
        statements = list(honest())
        assert len(statements) > 1200
        wrong = [sql for sql, dataset in statements if not is_let_through(sql, company[dataset])]
        assert wrong == []

    def test_a_statement_as_long_as_any_is_checked_in_a_moment(self) -> None:
        began = time.monotonic()
        checked(f"SELECT {'+'.join(['Revenue'] * 1500)} AS a, COUNT(*) FROM t GROUP BY Revenue + Quantity")
        checked(f"SELECT {'+'.join(['SUM(Revenue)'] * 900)} AS Revenue FROM t GROUP BY Revenue")
        assert time.monotonic() - began < 20

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT {} FROM t".format(",".join(['"region"'] * 700 + ["revenue"] * 800)),
            f"SELECT * FROM t WHERE Revenue > '{'9' * 13_000}x'",
            f"SELECT {','.join(f'revenu{place}' for place in range(1200))} FROM t",
            f"SELECT Region AS r, COUNT(*) FROM t GROUP BY {','.join(['r'] * 1500)}",
        ],
    )
    def test_many_columns_and_a_long_statement_are_no_work(self, sql: str) -> None:
        wide = Schema([*SCHEMA.columns, *(Column(name=f"Column {place}") for place in range(600))])
        began = time.monotonic()
        checked(sql, wide)
        assert time.monotonic() - began < 20


def schemas() -> dict[str, Schema]:
    store = Store.open()
    columns = {each.name: store.warehouse.columns(each.id) for each in store.all(Dataset)}
    store.close()
    return {name: Schema([Column(name=c.name, type=c.type) for c in each]) for name, each in columns.items()}


def honest() -> Iterator[tuple[str, str]]:
    """Statements that are right, with the dataset that each is about."""
    for section in sections("honest"):
        yield from ((sql, section.dataset) for sql in section.statements if not any(n in sql for n in NOT_THERE))
    for question in tomllib.loads((ROOT / "benchmarks/text_to_sql/seen.toml").read_text("utf-8"))["questions"]:
        yield from ((sql, question["dataset"]) for sql in question.get("sql", ()))
    questions = tomllib.loads((ROOT / "tests/sandbox/questions/company_questions.toml").read_text("utf-8"))
    for question in chain.from_iterable(questions.values()):
        if sql := question.get("sql"):
            yield sql, parse(sql).tables[0]


def is_let_through(sql: str, schema: Schema) -> bool:
    """Whether the statement may be sent as it is, but for names in another case and what Domo surely does not have."""
    found = checked(sql, schema)
    return not found.problems and all("→ `" in change or "EXTRACT" in change for change in found.changes)


@pytest.mark.parametrize(
    ("sql", "what", "fix"),
    [
        ("SELECT SUM(Revenu) FROM t", "`Revenu`", "Nearest: `Revenue`"),
        ("SELECT `Produkt Name` FROM t", "`Produkt Name`", "`Product Name`"),
        ("SELECT zzz FROM t", "`zzz`", "`Order Date`"),
        ("SELECT SUM(total) AS total FROM t", "`total`", "The columns are"),
        ("SELECT DATE_TRUNC('quarter', `Order Date`) FROM t", "DATE_TRUNC", "QUARTER"),
        ("SELECT Revenue::INT FROM t", "::", "DATE"),
        ("SELECT WEEKDAY(`Order Date`) FROM t", "WEEKDAY", "DAYOFWEEK"),
        ("SELECT TO_CHAR(`Order Date`, 'YYYY') FROM t", "TO_CHAR", "DATE_FORMAT"),
        ("SELECT DATEDIFF(day, `Order Date`, NOW()) FROM t", "DATEDIFF", "(later, earlier)"),
        ("SELECT * FROM t WHERE `Order Date` = 'March'", "is a date (DATE)", "MONTHNAME"),
        ("SELECT * FROM t WHERE `Seen At` > '31.01.2026'", "is a date (DATETIME)", "Write '2026-01-31'."),
        ("SELECT * FROM t WHERE `Seen At` > '01/02/2026'", "is a date", "'2026-01-02' or '2026-02-01', whichever"),
        ("SELECT * FROM t WHERE 'Jan 31, 2026' < `Order Date`", "is a date", "Write '2026-01-31'."),
        ("SELECT * FROM t WHERE `Order Date` BETWEEN '2026-02-01' AND '2026-02-30'", "calendar", "'2026-02-28'"),
        ("SELECT * FROM t WHERE `Order Date` = 2026", "is a date, 2026 is a number", "YEAR(`Order Date`)"),
        ("SELECT * FROM t WHERE Revenue > 'high'", "holds numbers (DECIMAL)", "Write a number"),
        ("SELECT * FROM t WHERE Quantity IN ('$1,000', '7')", "holds numbers (LONG)", "Write 1000."),
        ("SELECT Region, SUM(Revenue) FROM t", "`Region` is selected and neither", "Add GROUP BY `Region`"),
        ("SELECT Region, Status, COUNT(*) FROM t GROUP BY Region", "`Status` is selected", "Add it to GROUP BY"),
        ("SELECT Region FROM t WHERE SUM(Revenue) > 5 GROUP BY 1", "SUM(…) in WHERE", "HAVING"),
        ("SELECT Region, SUM(Revenue) AS total FROM t WHERE total > 5 GROUP BY 1", "`total`, an aggregate", "HAVING"),
        ("SELECT Region, COUNT(*) FROM t GROUP BY 1, 2", "COUNT(…) in GROUP BY", "plain columns"),
        ("SELECT * FROM t WHERE Region NOT IN ('a', NULL)", "NOT IN with NULL", "IS NOT NULL"),
    ],
)
def test_each_mistake_is_named_with_its_way_out(sql: str, what: str, fix: str) -> None:
    found = checked(sql)
    assert len(found.problems) == 1, told(found)
    assert what in plain(found.problems[0].message)
    assert fix in plain(found.problems[0].fix)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM t WHERE Status <> 'a' AND Region NOT LIKE 'b%'", "`Status` or `Region` is NULL are left out"),
        ("SELECT * FROM t WHERE NOT Status IN ('a', 'b')", "OR `Status` IS NULL"),
        ("SELECT * FROM t WHERE `Order Date` >= '2026-01'", "is not written as one"),
        ("SELECT * FROM t WHERE Revenue = ''", "IS NULL"),
        ('SELECT * FROM t WHERE Status = "Region"', "is a text to Domo"),
        ('SELECT "Region" AS part, Region, COUNT(*) FROM t GROUP BY 1, 2', "is a text to Domo"),
        ("SELECT * FROM t WHERE Region = 'x' || Status = 'y'", "CONCAT"),
    ],
)
def test_what_may_be_meant_is_told_and_not_refused(sql: str, says: str) -> None:
    found = checked(sql)
    assert (found.problems, found.changes) == ((), ())
    assert says in plain(" ".join(map(str, found.notes)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM t WHERE Status <> 'a' OR Status IS NULL",
        "SELECT SUM(CASE WHEN Status <> 'a' THEN 1 ELSE 0 END) FROM t",
        "SELECT Status <> 'a' FROM t",
    ],
)
def test_nobody_is_reminded_of_null_where_no_rows_are_lost_to_it(sql: str) -> None:
    assert checked(sql).notes == ()


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT MEDIAN(Revenue) FROM t", "MEDIAN"),
        ("SELECT EXTRACT(WEEK FROM `Order Date`) FROM t", "EXTRACT"),
        ("SELECT YEAR(`Order Date`), COUNT(*) FROM t GROUP BY DATE_FORMAT(`Order Date`, '%Y')", "neither grouped"),
        ("SELECT DATE_SOMETHING(week, Region) FROM t", "`week`"),
    ],
)
def test_what_domo_may_take_or_not_only_explains_its_refusal(sql: str, says: str) -> None:
    found = checked(sql)
    assert (found.problems, found.notes, found.changes) == ((), (), ())
    assert says in plain(" ".join(map(str, found.reasons)))


def test_a_reminder_explains_no_refusal() -> None:
    assert checked("SELECT * FROM t WHERE Status <> 'a'").reasons == []


def test_names_are_not_judged_where_not_all_are_known() -> None:
    incomplete = Schema(SCHEMA.columns, complete=False)
    assert checked("SELECT Wired FROM t", incomplete).problems == ()
    assert "`Wired`" in plain(str(checked("SELECT Wired FROM t", incomplete).reasons[0]))
    assert checked("SELECT anything FROM t", Schema(complete=False)) == Checked(parse("SELECT anything FROM t"))
    assert checked("SELECT Old FROM t", Schema(SCHEMA.columns, unlisted=frozenset({"old"}))).problems == ()


def test_the_sql_of_a_cloud_warehouse_is_its_own() -> None:
    sql = "SELECT \"Region\"::date, NVL(x, 1) FROM t WHERE zzz ILIKE 'a'"
    assert checked(sql, Schema(SCHEMA.columns, native=False)) == Checked(parse(sql))


def test_a_column_is_complained_about_once() -> None:
    assert len(checked("SELECT x, x FROM t WHERE x > 1").problems) == 1


def test_tables_that_are_not_the_dataset_are_named() -> None:
    select = parse("SELECT * FROM table WHERE a IN (SELECT a FROM `Other`)")
    assert foreign_tables(select, ("id-1", "Sales")) == ["Other"]
    assert foreign_tables(parse("SELECT * FROM sales"), ("id-1", "Sales")) == []


def test_the_nearest_name_ignores_case() -> None:
    assert nearest("REVENUES", list(TYPES)) == ["Revenue"]
