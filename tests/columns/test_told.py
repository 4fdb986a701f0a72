"""What is told about datasets, to callers and to Domo's AI: no name of a hidden column, no formula that reads one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.columns.conftest import CUSTOMERS, EMPLOYEES, Open, leaks

ABOUT: list[tuple[str, dict[str, Any]]] = [
    ("get_dataset", {"dataset": EMPLOYEES, "include": ["schema", "formulas", "dictionary", "cards", "access"]}),
    ("get_dataset", {"dataset": "employees", "include": ["versions", "stream"]}),
    ("get_dataset", {"dataset": EMPLOYEES, "include": ["partitions"]}),
    ("get_schema_context", {"question": "what do employees earn, by department", "datasets": ["Employees"]}),
    ("get_schema_context", {"question": "pay of employees"}),
    ("text_to_sql", {"question": "average performance by department", "datasets": ["Employees"]}),
    ("text_to_sql", {"question": "average pay by department", "datasets": ["Employees"]}),
    ("ask_data", {"question": "how many employees by office", "datasets": ["Employees"]}),
    ("ask_data", {"question": "highest pay by employee name", "datasets": ["Employees"]}),
    ("ask_data", {"question": "list all employee names"}),
    ("search_datasets", {"query": "Empl"}),
    ("run_sql", {"sql": "SELECT `Offic` FROM Employees"}),
    ("run_sql", {"sql": "SELECT zzzzz FROM Employees"}),
    ("run_sql", {"sql": "SELECT salry FROM Employees"}),
    ("run_sql", {"sql": "SELECT `Loud Pay`, `Odd Pay`, `Initials` FROM Employees"}),
    ("query_data", {"dataset": "Employees", "fields": ["Offic"]}),
    ("query_data", {"dataset": "Employees", "fields": ["zzzzz"]}),
]


async def test_no_answer_names_a_hidden_column(opened: Open) -> None:
    async with opened() as ask:
        for tool, arguments in ABOUT:
            told = await ask(tool, **arguments)
            assert "salary" not in told.casefold(), (tool, arguments, told)
            assert not leaks(told), (tool, arguments, told)
        sent = ask.sandbox.to_ai()
        assert "Performance Score" in sent
        assert "salary" not in sent.casefold()
        assert not leaks(sent)


async def test_formulas_go_that_read_what_is_kept_back_however_they_name_it(opened: Open) -> None:
    async with opened() as ask:
        found = await ask.client.call_tool(
            "get_dataset", {"dataset": EMPLOYEES, "include": ["schema", "formulas", "dictionary", "cards"]}
        )
        told = found.structured_content
        assert told
        assert [formula["name"] for formula in told["formulas"]] == ["Mean Score"]
        assert {column["name"]: column["type"] for column in told["schema_columns"]}["Name"] == "STRING"
        assert [card["title"] for card in told["cards"] if "hidden" in card["title"]] == ["[hidden] by Office"]
        assert told["columns"] == len(told["schema_columns"]) == 9
        assert "[hidden] and score" in told["description"]


async def test_customers_are_told_without_their_addresses(opened: Open) -> None:
    async with opened() as ask:
        for tool, arguments in (
            ("get_dataset", {"dataset": CUSTOMERS, "include": ["schema", "dictionary", "formulas"]}),
            ("get_schema_context", {"question": "customers", "datasets": ["Customers"]}),
            ("run_sql", {"sql": "SELECT * FROM Customers LIMIT 20"}),
            ("ask_data", {"question": "how many customers by region", "datasets": ["Customers"]}),
        ):
            told = (await ask(tool, **arguments)).casefold()
            assert "email" not in told, (tool, told)
            assert "phone" not in told, (tool, told)
            assert not leaks(told)
        assert "customer name" in told or "region" in told
        sent = ask.sandbox.to_ai().casefold()
        assert "email" not in sent
        assert "phone" not in sent


async def test_the_dictionarys_flag_hides_what_is_not_for_agents(opened: Open) -> None:
    async with opened(columns={"hide": ["agent-disabled"]}) as ask:
        for dataset, names in (("Employees", ["salary"]), ("Customers", ["email", "phone"])):
            told = await ask("run_sql", sql=f"SELECT * FROM {dataset} LIMIT 5")
            told += await ask("get_dataset", dataset=dataset, include=["schema", "dictionary", "formulas"])
            told += await ask("get_schema_context", question="all", datasets=[dataset])
            assert not [name for name in names if name in told.casefold()], told
            assert "8675" not in told


async def test_the_flag_can_mask_as_well(opened: Open) -> None:
    async with opened(columns={"mask": ["agent-disabled"]}) as ask:
        told = await ask("run_sql", sql="SELECT Salary FROM Employees GROUP BY 1")
        assert "***" in told
        assert not leaks(told)


async def test_where_no_dictionary_is_told_the_flag_is_no_rule_that_could_be_kept(opened: Open) -> None:
    async with opened("app", columns={"hide": ["agent-disabled"]}) as ask:
        for told in (
            await ask("run_sql", sql="SELECT Office FROM employees"),
            await ask("query_data", dataset="employees", fields=["Office"]),
        ):
            assert "agent-disabled" in told
            assert not leaks(told)


async def test_a_dataset_of_which_all_is_hidden_is_refused(opened: Open) -> None:
    async with opened(columns={"hide": ["employees.*"]}) as ask:
        assert "hidden by policy" in await ask("run_sql", sql="SELECT 1 FROM Employees")
        assert not leaks(await ask("get_schema_context", question="all", datasets=["Employees"]))
        assert "Customer ID" in await ask("run_sql", sql="SELECT * FROM Customers LIMIT 1")


@pytest.mark.parametrize("rule", ["employees.SALARY", f"{EMPLOYEES}.Salary", "*.sal?ry", "5a1e0000-*.S*", "salary"])
async def test_a_rule_names_its_dataset_by_name_or_id_with_globs(opened: Open, rule: str) -> None:
    async with opened(columns={"hide": [rule]}) as ask:
        told = await ask("run_sql", sql="SELECT * FROM Employees LIMIT 1")
        assert "Office" in told
        assert "Salary" not in told


async def test_a_rule_for_another_dataset_leaves_this_one_alone(opened: Open) -> None:
    async with opened(columns={"hide": ["Customers.Salary", "Office.Salary"]}) as ask:
        assert leaks(await ask("run_sql", sql="SELECT * FROM Employees LIMIT 1"))


async def test_the_rule_of_a_collection_holds_for_the_dataset_that_it_syncs_to(opened: Open) -> None:
    async with opened(columns={"hide": ["5a1e0000-0000-4000-8003-000000000001.budget"]}) as ask:
        told = await ask("run_sql", sql="SELECT * FROM `Campaign Notes` LIMIT 3")
        assert "rating" in told
        assert "budget:" not in told
        assert "8675" not in told
