"""SQL as other dialects write it: what becomes of it, and what is said."""

from __future__ import annotations

import time

import pytest

from domo_mcp.catalog.checking import Checked, Schema, check
from domo_mcp.client.metadata import Column, Formula
from domo_mcp.sql import parse
from domo_mcp.untrusted import plain

TYPES = {
    "Order Date": "DATE", "Seen At": "DATETIME", "Region": "STRING", "Status": "STRING", "Revenue": "DECIMAL",
    "Quantity": "LONG",
}  # fmt: skip
SCHEMA = Schema([Column(name=name, type=kind) for name, kind in TYPES.items()], values={"Region": ("West", "North")})


def checked(sql: str, schema: Schema = SCHEMA) -> Checked:
    return check(parse(sql), schema)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("SELECT COUNTIF(Revenue > 5) FROM t", "SELECT COUNT(CASE WHEN Revenue > 5 THEN 1 END) FROM t"),
        ("SELECT COUNT_IF(Region IN ('a')) FROM t", "SELECT COUNT(CASE WHEN Region IN ('a') THEN 1 END) FROM t"),
        ("SELECT IFF(Revenue > 5, 'a', 'b') FROM t", "SELECT CASE WHEN Revenue > 5 THEN 'a' ELSE 'b' END FROM t"),
        (
            "SELECT SAFE_DIVIDE(SUM(Revenue), COUNT(*) - 1) FROM t",
            "SELECT ((SUM(Revenue)) / NULLIF(COUNT(*) - 1, 0)) FROM t",
        ),
        ("SELECT [region], COUNT(*) FROM t GROUP BY [Region]", "SELECT `Region`, COUNT(*) FROM t GROUP BY `Region`"),
        ("SELECT s.[Region], [Order Date] FROM [t] s", "SELECT s.`Region`, `Order Date` FROM `t` s"),
        ("SELECT COUNT(*) FILTER (WHERE Revenue > 5) FROM t", "SELECT COUNT(CASE WHEN Revenue > 5 THEN 1 END) FROM t"),
        (
            "SELECT SUM(Revenue) FILTER (WHERE Region = 'a') OVER (ORDER BY Status) FROM t",
            "SELECT SUM(CASE WHEN Region = 'a' THEN Revenue END) OVER (ORDER BY Status) FROM t",
        ),
        (
            "SELECT COUNT(DISTINCT NVL(Region, '')) FILTER (WHERE NVL(Revenue, 0) > 5) FROM t",
            "SELECT COUNT(DISTINCT CASE WHEN IFNULL(Revenue, 0) > 5 THEN IFNULL(Region, '') END) FROM t",
        ),
        (
            "SELECT * FROM t WHERE `Order Date` >= CURRENT_DATE - 30",
            "SELECT * FROM t WHERE `Order Date` >= DATE_SUB(CURRENT_DATE, INTERVAL 30 DAY)",
        ),
        (
            "SELECT * FROM t s WHERE s.`Seen At` < DATE(s.`Order Date`) + 2",
            "SELECT * FROM t s WHERE s.`Seen At` < DATE_ADD(DATE(s.`Order Date`), INTERVAL 2 DAY)",
        ),
        (
            "SELECT * FROM t WHERE `Seen At` BETWEEN NOW() - 7 AND NOW()",
            "SELECT * FROM t WHERE `Seen At` BETWEEN DATE_SUB(NOW(), INTERVAL 7 DAY) AND NOW()",
        ),
        (
            "SELECT * FROM t WHERE `Seen At` > NOW() - INTERVAL '3 months' AND Revenue > 1",
            "SELECT * FROM t WHERE `Seen At` > NOW() - INTERVAL 3 MONTH AND Revenue > 1",
        ),
        ("SELECT `Seen At` + INTERVAL 2 DAYS FROM t", "SELECT `Seen At` + INTERVAL 2 DAY FROM t"),
        ('SELECT Region FROM "t" WHERE Revenue > 1', "SELECT Region FROM `t` WHERE Revenue > 1"),
        ("SELECT x.a FROM (SELECT Region AS a FROM 'my t') x", "SELECT x.a FROM (SELECT Region AS a FROM `my t`) x"),
        ("SELECT Region||'-'||UPPER(s.Status) FROM t s", "SELECT CONCAT(Region,'-',UPPER(s.Status)) FROM t s"),
        ("SELECT * FROM t WHERE Region LIKE 'W'||'%'", "SELECT * FROM t WHERE Region LIKE CONCAT('W','%')"),
        ("SELECT * FROM t WHERE Region||'x' = 'Wx'", "SELECT * FROM t WHERE CONCAT(Region,'x') = 'Wx'"),
    ],
)  # fmt: skip
def test_what_has_one_way_out_is_written_in_domos_way(written: str, sent: str) -> None:
    found = checked(written)
    assert found.problems == ()
    assert found.select.text == sent
    assert found.changes
    assert checked(sent).changes == ()


@pytest.mark.parametrize(
    ("sql", "what", "fix"),
    [
        ("SELECT FORMAT(`Order Date`, 'yyyy-MM') FROM t", "FORMAT", "DATE_FORMAT(d, '%Y-%m')"),
        ("SELECT COUNTIF(DISTINCT Revenue > 5) FROM t", "COUNTIF", "SUM(CASE WHEN"),
        ("SELECT TOP (5) Region FROM t", "TOP", "LIMIT n"),
        ("SELECT GROUP_CONCAT(Region) FILTER (WHERE Revenue > 5) FROM t", "FILTER", "SUM(CASE WHEN"),
        ("SELECT * FROM t WHERE Region = west", "`west`", "Write 'West': `Region` has that value."),
        ("SELECT * FROM t WHERE Status IN ('Open', Closed)", "`Closed`", "If it is a value, write 'Closed'."),
        ("SELECT * FROM t WHERE Status = Regio", "`Regio`", "If it is a value, write 'Regio'. Nearest: `Region`."),
        ("SELECT * FROM t WHERE Revenue = high", "`high`", "The columns are: `Order Date`,"),
        (
            "SELECT Region FROM t GROUP BY 1 HAVING Revenue > 5",
            "`Revenue` in HAVING",
            "WHERE, or aggregate it, like SUM",
        ),
        ("SELECT COUNT(*) FROM t HAVING Revenue > 5", "`Revenue` in HAVING", "WHERE"),
        ("SELECT `Seen At` + INTERVAL '1 year 2 months' FROM t", "outside of quotes", "INTERVAL 3 MONTH"),
        ("SELECT Region || Quantity FROM t", "`||`", "Write CONCAT(Region, Quantity)."),
        ("SELECT \"Region\" || 'x' FROM t", "`||`", "Write CONCAT(`Region`, 'x')."),
        ("SELECT DATE_TRUNC('day', `Seen At` - `Order Date`) FROM t", "DATE_TRUNC", "DATEDIFF(a, b)"),
        ("SELECT DATE_TRUNC('day', ABS(`Seen At` - 5)) FROM t", "DATE_TRUNC", ""),
        ("SELECT DATE_TRUNC('month', Revenue * 2) FROM t", "DATE_TRUNC", ""),
        ("SELECT zzqqy FROM t", "`zzqqy`", "The columns are: `Order Date`, `Seen At`"),
        ("SELECT date FROM t", "`date`", "Nearest: `Order Date`."),
    ],
)
def test_what_is_surely_wrong_is_refused_with_the_way_out(sql: str, what: str, fix: str) -> None:
    found = checked(sql)
    assert (found.changes, found.select.text) == ((), sql)
    assert len(found.problems) == 1, plain(" ".join(map(str, found.problems)))
    assert what in plain(" ".join(each.message for each in found.problems))
    assert fix in plain(" ".join(each.fix for each in found.problems))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM t WHERE Region = 'a' || Status = 'b'", "`||` may be OR"),
        ("SELECT * FROM t WHERE Region = 'a' || Quantity", "`||` may be OR"),
        ("SELECT Quantity || Revenue FROM t", "`||` may be OR"),
        ("SELECT * FROM t WHERE Region = _utf8'a' || 'b'", "`||` may be OR"),
        ("SELECT COUNT(*) FROM t WHERE \"Status\" IN (Region, 'x')", "column"),
        ("SELECT 'a' || Region || CASE WHEN 1 = 1 THEN 'b' END FROM t", "`||` may be OR"),
        ("SELECT `Seen At` - `Order Date` FROM t", "DATEDIFF(later, earlier)"),
        ("SELECT `Order Date` + 7 FROM t", "Write DATE_ADD(`Order Date`, INTERVAL 7 DAY)."),
        ("SELECT MEDIAN(Revenue) FROM t", "ORDER BY x LIMIT 1 OFFSET half of it"),
        ("SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY Revenue) FROM t", "OFFSET that share of it"),
        ("SELECT FORMAT(Revenue, 2) FROM t", "ROUND(x, 2)"),
    ],
)
def test_what_domo_may_take_is_sent_and_told_of(sql: str, says: str) -> None:
    found = checked(sql)
    assert (found.problems, found.changes, found.select.text) == ((), (), sql)
    assert says in plain(" ".join(map(str, found.reasons)))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM (SELECT Region FROM t) len (a)",
        "SELECT a FROM (SELECT Region FROM t) AS len (a)",
        "SELECT CURRENT_DATE + 0, YEAR(CURRENT_DATE) - 1, Quantity - 30 FROM t WHERE Quantity > Revenue - 30",
        "SELECT `Seen At` + INTERVAL '3' MONTH, `Seen At` + INTERVAL '1:30' HOUR_MINUTE FROM t",
        "SELECT DATE_ADD(`Seen At`, INTERVAL Quantity DAY) FROM t",
        "SELECT Region, SUM(Revenue) AS Revenue FROM t GROUP BY Region HAVING Revenue > 5 AND Region <> 'a'",
        "SELECT UPPER(Region), COUNT(*) FROM t GROUP BY UPPER(Region) HAVING UPPER(Region) = 'A' AND MAX(Status) > 'b'",
        "SELECT Region, Revenue FROM t HAVING Revenue > 5",
        "SELECT COUNT(*) AS filter FROM t",
    ],
)
def test_what_only_looks_like_another_dialect_is_left_alone(sql: str) -> None:
    found = checked(sql)
    assert (found.problems, found.changes, found.select.text) == ((), (), sql)


def test_a_beast_mode_with_a_like_name_is_told_as_one() -> None:
    schema = Schema(SCHEMA.columns, [Formula(name="Margin %", formula="SUM(`Revenue`) / COUNT(*)")])
    assert "Nearest: `Margin %` (a beast mode)." in plain(
        str(checked("SELECT Profit_Margin FROM t", schema).problems[0])
    )


def test_a_cloud_warehouse_keeps_its_lists_and_what_cannot_be_read_otherwise_is_told() -> None:
    warehouse = Schema(SCHEMA.columns, native=False)
    assert checked('SELECT [Region] FROM "t"', warehouse).changes == ()
    found = checked("SELECT [Order Date] FROM t", warehouse)
    assert (found.select.text, found.changes) == ("SELECT `Order Date` FROM t", ("[Order Date] → `Order Date`",))
    assert checked(found.select.text, warehouse).changes == ()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT {} FROM t".format(" || ".join(["Region"] * 1_600)),
        "SELECT {} || CASE WHEN 1 = 1 THEN 2 END FROM t".format(" || ".join(["Region"] * 1_600)),
        "SELECT {} FROM t".format(", ".join(["COUNT(*) FILTER (WHERE Revenue > 5)"] * 300)),
        "SELECT {} FROM t".format(", ".join(["DATE_TRUNC('day', DATE(`Seen At`))"] * 400)),
        "SELECT * FROM t WHERE {}".format(" OR ".join(["`Seen At` > NOW() - 5"] * 600)),
        "SELECT * FROM t WHERE {}".format(" OR ".join(f"Region = w{place}" for place in range(500))),
        "SELECT {} FROM t".format(", ".join(["[Region]", "[Order Date]"] * 500)),
        "SELECT {}Region{} FROM t".format("DATE_TRUNC('day', " * 20, ")" * 20),
        "SELECT {}Region{} FROM t".format("DATE(" * 20, ")" * 20),
    ],
)
def test_a_long_statement_of_another_dialect_is_no_work(sql: str) -> None:
    began = time.monotonic()
    checked(sql)
    assert time.monotonic() - began < 20
