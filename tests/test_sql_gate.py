"""The SQL gate against statements that must not reach Domo, and against those that must, as they were written."""

from __future__ import annotations

from itertools import chain

import pytest

from benchmarks.sql_gate import Section, arrivals, as_written, passes, sections
from domo_mcp.sql import ColumnRules, parse

HOSTILE, HONEST = sections("hostile"), sections("honest")

# Domo's functions (Beast Mode functions, KB 360043429933), each as it may be written.
FUNCTIONS = [
    "APPROXIMATE_COUNT_DISTINCT(`a`)", "AVG(`a`)", "COUNT(*)", "COUNT(DISTINCT `a`)", "HLL_SKETCH_ESTIMATE(`a`)",
    "MAX(`a`)", "MIN(`a`)", "STDDEV_POP(`a`)", "SUM(`a`)", "SUM(DISTINCT `a`)", "VAR_POP(`a`)", "ABS(`a`)",
    "CEILING(`a`)", "FLOOR(`a`)", "MOD(`a`, 2)", "POWER(`a`, 2)", "RAND()", "ROUND(`a`, 2)",
    "CASE WHEN `a` > 1 THEN 'x' ELSE 'y' END", "`a` IN (1, 2)", "`a` LIKE 'x%'", "IFNULL(`a`, 0)", "NULLIF(`a`, 0)",
    "CONCAT(`a`, 'x')", "INSTR(`a`, 'x')", "LEFT(`a`, 2)", "LENGTH(`a`)", "LOWER(`a`)", "REPLACE(`a`, 'x', 'y')",
    "RIGHT(`a`, 2)", "SUBSTRING(`a`, 2, 3)", "TRIM(`a`)", "UPPER(`a`)", "ADDDATE(`a`, 1)", "ADDTIME(`a`, '01:00:00')",
    "CURDATE()", "CURTIME()", "CURRENT_DATE()", "CURRENT_TIME()", "CURRENT_TIMESTAMP()", "DATE(`a`)",
    "DATEDIFF(`a`, `b`)", "DATE_ADD(`a`, INTERVAL 1 MONTH)", "DATE_FORMAT(`a`, '%Y-%m')",
    "DATE_SUB(`a`, INTERVAL 1 DAY)", "DAY(`a`)", "DAYNAME(`a`)", "DAYOFMONTH(`a`)", "DAYOFWEEK(`a`)", "DAYOFYEAR(`a`)",
    "FROM_DAYS(`a`)", "FROM_UNIXTIME(`a`)", "HOUR(`a`)", "LAST_DAY(`a`)", "MINUTE(`a`)", "MONTH(`a`)", "MONTHNAME(`a`)",
    "NOW()", "PERIOD_ADD(202601, 2)", "PERIOD_DIFF(202603, 202601)", "QUARTER(`a`)", "SECOND(`a`)", "SEC_TO_TIME(`a`)",
    "STR_TO_DATE(`a`, '%d.%m.%Y')", "SUBDATE(`a`, 1)", "SUBTIME(`a`, '01:00:00')", "SYSDATE()", "TIME(`a`)",
    "TIMEDIFF(`a`, `b`)", "TIMESTAMP(`a`)", "TIME_FORMAT(`a`, '%H:%i')", "TIME_TO_SEC(`a`)", "TO_DAYS(`a`)",
    "UNIX_TIMESTAMP(`a`)", "WEEK(`a`, 11)", "WEEK(`a`, 22)", "YEAR(`a`)", "YEARWEEK(`a`, 11)",
]  # fmt: skip


def name(section: Section) -> str:
    return section.name


@pytest.mark.parametrize("section", HOSTILE, ids=name)
def test_no_hostile_statement_reaches_domo(section: Section) -> None:
    assert [statement for statement in section.statements if passes(statement, section.dataset)] == []


@pytest.mark.parametrize("section", HONEST, ids=name)
def test_every_honest_statement_passes(section: Section) -> None:
    assert [statement for statement in section.statements if not passes(statement, section.dataset)] == []


def test_the_corpora_are_large_and_hold_nothing_twice() -> None:
    for corpus, fewest in ((HOSTILE, 300), (HONEST, 1000)):
        statements = [*chain.from_iterable(section.statements for section in corpus)]
        assert len(set(statements)) == len(statements) >= fewest


async def test_domo_gets_every_fifth_honest_statement_byte_for_byte() -> None:
    statements = [*chain.from_iterable(section.statements for section in HONEST)][::5]
    assert len(statements) >= 200
    arrived = await arrivals(statements)
    assert arrived == [as_written(statement) for statement in statements]


@pytest.mark.parametrize(
    ("statement", "sent"),
    [
        (" SELECT  a -- x\n , b FROM t ;; ", "SELECT  a , b FROM t LIMIT 1001"),
        ("SELECT '-- x', `/* y */` FROM t LIMIT 5 # z", "SELECT '-- x', `/* y */` FROM t LIMIT 5"),
        ("SELECT a/b, a- -1 FROM t limit 7 , 5000;", "SELECT a/b, a- -1 FROM t LIMIT 1001 OFFSET 7"),
        ("(SELECT 1 LIMIT 2)", "(SELECT 1 LIMIT 2) LIMIT 1001"),
    ],
)
def test_what_should_arrive_lacks_comments_and_semicolons_and_has_a_limit(statement: str, sent: str) -> None:
    assert as_written(statement) == sent


@pytest.mark.parametrize("call", FUNCTIONS)
def test_domos_functions_are_sent_unchanged(call: str) -> None:
    written = f"SELECT {call} AS x FROM table WHERE {call} IS NOT NULL GROUP BY {call} ORDER BY {call}"
    select = parse(written)
    assert select.to_send() == written
    ruled = select.to_send(rules=ColumnRules(hide=("c",)), columns=["a", "b", "c"])
    assert ruled == written.replace("FROM table", "FROM (SELECT `a`, `b` FROM table) AS table")
