"""Hidden and masked columns through everything that speaks SQL or the Data API, on both surfaces."""

from __future__ import annotations

import re
from typing import Any

from tests.answers import rows_of
from tests.columns.conftest import CANARIES, EMPLOYEES, Open, leaks

SCORE = "Performance Score"
NAMED = {"product": "Employees", "app": "employees"}

HIDDEN = [
    "SELECT {c} FROM {t}",
    "SELECT `{c}` FROM {t}",
    "SELECT {t}.{c} FROM {t}",
    "SELECT e.`{c}` AS x FROM {t} e",
    "SELECT x FROM (SELECT {c} AS x FROM {t}) y",
    "SELECT x FROM (SELECT * FROM {t}) y WHERE {c} > 0",
    "WITH a AS (SELECT * FROM {t}), b AS (SELECT {c} FROM a) SELECT * FROM b",
    "WITH {t} AS (SELECT * FROM {t}) SELECT {c} FROM {t}",
    "SELECT Office FROM {t} UNION ALL SELECT {c} FROM {t}",
    "SELECT Office FROM {t} WHERE {c} > 800000",
    "SELECT Office FROM {t} WHERE Office IN (SELECT Office FROM {t} WHERE {c} > 0)",
    "SELECT Office FROM {t} a WHERE EXISTS (SELECT 1 FROM {t} b WHERE b.{c} > 0 AND a.Office = b.Office)",
    "SELECT (SELECT MAX({c}) FROM {t}) AS m FROM {t}",
    "SELECT COUNT(*) FROM {t} GROUP BY {c}",
    "SELECT {c}, COUNT(*) FROM {t} GROUP BY 1",
    "SELECT Office FROM {t} ORDER BY {c}",
    "SELECT Office, RANK() OVER (ORDER BY {c}) AS r FROM {t}",
    "SELECT Office, LAG(`{c}`) OVER (PARTITION BY Office ORDER BY `Hire Date`) AS r FROM {t}",
    "SELECT Office FROM {t} GROUP BY Office HAVING MAX({c}) > 0",
    "SELECT AVG({c}), MIN({c}), SUM({c}) FROM {t}",
    "SELECT CASE WHEN {c} > 0 THEN 'high' ELSE 'low' END AS x FROM {t}",
    "SELECT COALESCE({c}, 0) FROM {t}",
    "SELECT CONCAT('x', {c}) FROM {t}",
    "SELECT COUNT(DISTINCT {c}) FROM {t}",
    "SELECT {c} + 'x' FROM {t}",
    "SELECT DATE_FORMAT({c}, '%Y') FROM {t}",
    "SELECT Office FROM {t} WHERE {c} IS NULL OR {c} IS NOT NULL",
    "SELECT /* {c} */ `{c}` FROM {t} -- {c}\n",
]
MASKED = [
    "SELECT * FROM {t}",
    "SELECT Name FROM {t}",
    "SELECT name AS n, LENGTH(name) AS l, REVERSE(Name) AS r FROM {t}",
    "SELECT MIN(Name), MAX(Name), COUNT(DISTINCT Name) FROM {t}",
    "SELECT Name, COUNT(*) FROM {t} GROUP BY Name",
    "SELECT Office FROM {t} WHERE Name LIKE 'Canary%'",
    "SELECT Office FROM {t} WHERE Name IS NULL",
    "SELECT Office FROM {t} ORDER BY Name",
    "SELECT LAG(Name) OVER (ORDER BY Name) AS x FROM {t}",
    "SELECT CASE WHEN Name > 'B' THEN Name END AS x FROM {t}",
    "SELECT CONCAT(Name, Name) AS x FROM {t} UNION SELECT Name FROM {t}",
    "SELECT Name + 1 AS x FROM {t}",
    "SELECT x.* FROM {t} AS x LIMIT 3",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM {t}) a) b",
    "SELECT {t} FROM {t}",
    "SELECT COLUMNS('.*') FROM {t}",
    "SELECT `*` FROM {t}",
]


def written(attack: str, table: str, column: str = "") -> str:
    """The statement against a table."""
    return attack.replace("{t}", table).replace("{c}", column)


def but_for(column: str, text: str) -> str:
    """An answer without the name that the caller wrote, and what is new each time."""
    told = re.sub(re.escape(column), "COLUMN", text, flags=re.IGNORECASE)
    return re.sub(r"data-\w+|trace id: \S+?\)", "", told)


async def test_a_hidden_column_is_answered_as_one_that_is_not_there(opened: Open, surface: str) -> None:
    table = NAMED[surface]
    async with opened(surface) as ask:
        for attack in HIDDEN:
            real = await ask("run_sql", sql=written(attack, table, "Salary"))
            invented = await ask("run_sql", sql=written(attack, table, "Xalary"))
            assert but_for("Salary", real) == but_for("Xalary", invented), attack
            assert not leaks(real), attack
            assert '"is_error": true' in real or '"isError": true' in real, attack


async def test_a_masked_column_is_asterisks_wherever_it_stands(opened: Open, surface: str) -> None:
    table = NAMED[surface]
    async with opened(surface) as ask:
        for attack in MASKED:
            told = await ask("run_sql", sql=written(attack, table))
            assert not leaks(told.replace("'Canary%'", "")), (attack, told)
            assert "salary" not in told.casefold(), attack
        result = await ask.client.call_tool("run_sql", {"sql": f"SELECT Name, Office FROM {table} LIMIT 2"})
        assert [row[0] for row in rows_of(result.content[0].text)[1:]] == ["***", "***"]  # type: ignore[union-attr]
        counted = await ask.client.call_tool(
            "run_sql",
            {"sql": f"SELECT COUNT(DISTINCT Name), COUNT(*) FROM {table} WHERE Name LIKE 'C%' OR Name IS NULL"},
        )
        assert rows_of(counted.content[0].text)[1:] == [["0", "0"]]  # type: ignore[union-attr]


async def test_a_file_and_a_summary_hold_no_more_than_an_answer(opened: Open, tmp_path: Any) -> None:
    async with opened() as ask:
        saved = await ask("run_sql", sql="SELECT * FROM Employees", save_as="all.csv")
        short = await ask("run_sql", sql="SELECT * FROM Employees", limit=400, max_tokens=300)
        page = await ask("run_sql", sql="SELECT Name, Office FROM Employees ORDER BY Name, Office", limit=5)
        assert not leaks(saved + short + page)
        file = (tmp_path / "exports" / "all.csv").read_text()
        assert file.count("\n") > 300
        assert not leaks(file)
        assert "salary" not in (file + saved + short).casefold()


HONEST = [
    "SELECT Office, COUNT(*) AS n FROM {t} GROUP BY 1 ORDER BY 1",
    "SELECT `Employee ID`, `Hire Date` FROM {t} WHERE Department = 'Sales' ORDER BY 1 LIMIT 20",
    "WITH a AS (SELECT * FROM {t}) SELECT Department, AVG(`Performance Score`) AS s FROM a GROUP BY 1 ORDER BY 1",
    "SELECT Office, RANK() OVER (PARTITION BY Office ORDER BY `Hire Date`) AS r FROM {t} ORDER BY 1, 2 LIMIT 30",
    "SELECT Office FROM {t} WHERE `Leave Date` IS NULL UNION SELECT Department FROM {t} ORDER BY 1",
    "SELECT COUNT(*) AS n FROM {t} e WHERE EXISTS (SELECT 1 FROM {t} f WHERE f.Office = e.Office) HAVING n > 1",
]


async def test_honest_queries_give_the_same_rows_as_without_rules(opened: Open, surface: str) -> None:
    answers: list[list[list[list[str]]]] = []
    for ruled in (True, False):
        async with opened(surface, ruled=ruled) as ask:
            statements = [written(text, NAMED[surface]) for text in HONEST]
            statements += [
                written("SELECT * FROM {t} ORDER BY 1 LIMIT 50", "`Sales Orders`" if surface == "product" else "sales")
            ]
            results = [await ask.client.call_tool("run_sql", {"sql": sql}) for sql in statements]
            assert not any(result.is_error for result in results), results
            answers.append([rows_of(result.content[0].text) for result in results])  # type: ignore[union-attr]
    assert answers[0] == answers[1]


DATA_API: list[dict[str, Any]] = [
    {"fields": ["{c}"]},
    {"fields": ["Office"], "where": ["{c} > 1"]},
    {"group_by": ["{c}"]},
    {"aggregate": {"max": ["{c}"]}},
    {"aggregate": {"avg": ["{c}"], "count": ["Office"]}},
    {"fields": ["Office"], "order_by": ["{c} descending"]},
    {"fields": ["{c}", "Office"], "date_grain": {"field": "Hire Date", "grain": "year"}},
    {"date_grain": {"field": "{c}", "grain": "year"}},
]


async def test_the_data_api_knows_no_hidden_column(opened: Open, surface: str) -> None:
    def of(question: Any, column: str) -> Any:
        if isinstance(question, dict):
            return {key: of(part, column) for key, part in question.items()}
        return (
            [of(part, column) for part in question] if isinstance(question, list) else question.replace("{c}", column)
        )

    async with opened(surface) as ask:
        for question in DATA_API:
            real = await ask("query_data", dataset=NAMED[surface], **of(question, "Salary"))
            invented = await ask("query_data", dataset=NAMED[surface], **of(question, "Xalary"))
            assert but_for("Salary", real) == but_for("Xalary", invented), question
            assert not leaks(real)
        for question in ({}, {"group_by": ["Office"]}, {"aggregate": {"max": ["Name"]}}, {"fields": ["name"]},
                         {"where": ["Name contains 'x'"]}, {"use_beast_modes": True, "fields": ["Loud Pay"]},
                         {"date_grain": {"field": "Hire Date", "grain": "year"}}):  # fmt: skip
            told = await ask("query_data", dataset=NAMED[surface], **question)
            assert not leaks(told), question
            assert "salary" not in told.casefold(), question


async def test_honest_questions_of_the_data_api_are_answered_as_without_rules(opened: Open, surface: str) -> None:
    questions: list[dict[str, Any]] = [
        {"fields": ["Office", "Department"], "order_by": ["Office"], "limit": 20},
        {
            "fields": ["Office", "Performance Score"],
            "group_by": ["Office"],
            "aggregate": {"avg": ["Performance Score"]},
        },
        {"aggregate": {"max": ["Performance Score"]}},
    ]
    answers = []
    for ruled in (True, False):
        async with opened(surface, ruled=ruled) as ask:
            found = [
                await ask.client.call_tool("query_data", {"dataset": NAMED[surface], **question})
                for question in questions
            ]
            assert not any(result.is_error for result in found), found
            answers.append([sorted(rows_of(result.content[0].text)) for result in found])  # type: ignore[union-attr]
    assert answers[0] == answers[1]


def test_the_attacks_would_find_the_planted_values() -> None:
    assert CANARIES
    assert leaks("x 867512.5")
    assert leaks("Canary E0001")


async def test_without_rules_the_same_attacks_find_them(opened: Open) -> None:
    async with opened(ruled=False) as ask:
        assert leaks(await ask("run_sql", sql="SELECT Salary FROM Employees LIMIT 1")) == ["8675"]
        assert leaks(await ask("run_sql", sql="SELECT Name FROM Employees LIMIT 1")) == ["canary"]
        assert "salary" in (await ask("get_dataset", dataset=EMPLOYEES, include=["schema"])).casefold()
        assert leaks(await ask("query_appdb_documents", collection="Campaign Notes")) == ["8675", "canary"]
        assert leaks(await ask("query_appdb_documents", collection="Tasks")) == ["8675", "canary"]
