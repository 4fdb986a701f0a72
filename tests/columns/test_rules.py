"""What a rule means, and what a configuration makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import JsonValue

from domo_mcp.client.column_policy import Sight
from domo_mcp.client.metadata import Formula, Position
from domo_mcp.client.seen_datasets import readable
from domo_mcp.config import load
from domo_mcp.errors import ConfigError, Refused
from domo_mcp.sql import ColumnRules
from domo_mcp.tools.appdb.mongo import sight


@pytest.mark.parametrize(
    ("rule", "names", "column", "hidden"),
    [
        ("Salary", [], "SALARY", True),
        ("sal*", [], "Salary", True),
        ("Salary", [], "Salary Band", False),
        ("Staff.Salary", ["staff"], "salary", True),
        ("Staff.Salary", ["Payroll"], "Salary", False),
        ("Staff.Salary", [], "Staff.Salary", True),
        ("Q1.2026.Net Pay", ["Q1.2026"], "net pay", True),
        ("*.Net Pay", ["anything"], "net pay", True),
        ("agent-disabled", ["x"], "Secret", True),
        ("agent-disabled", ["x"], "Open", False),
    ],
)
def test_a_pattern_fits_a_column_by_name_or_by_dataset_and_name(
    rule: str, names: list[str], column: str, hidden: bool
) -> None:
    assert ColumnRules(hide=(rule,)).of(names, ["secret"]).hides(column) is hidden


def test_what_is_hidden_is_not_masked() -> None:
    rules = ColumnRules(hide=("pay",), mask=("p*",))
    assert (rules.masks("pay"), rules.masks("phone"), rules.touches("pay")) == (False, True, True)


@pytest.mark.parametrize(
    ("rules", "text", "told"),
    [
        (ColumnRules(hide=("Net Pay",)), "net  pay, netpay, Net Pays", "[hidden], netpay, Net Pays"),
        (ColumnRules(hide=("sal*",)), "Salary by office; sale", "[hidden] by office; [hidden]"),
        (ColumnRules(hide=("Staff.Pay",)).of(["staff"]), "Pay of all", "[hidden] of all"),
        (ColumnRules(hide=("Staff.Pay",)).of(["other"]), "Pay of all", "Pay of all"),
        (ColumnRules(hide=("agent-disabled",)).of([], ["Iban"]), "the IBAN", "the [hidden]"),
        (ColumnRules(mask=("Pay",)), "Pay of all", "Pay of all"),
        (ColumnRules(hide=("*",)), "Pay of all", "Pay of all"),
    ],
)  # fmt: skip
def test_names_of_hidden_columns_are_taken_out_of_what_people_wrote(rules: ColumnRules, text: str, told: str) -> None:
    assert rules.redacted(text) == told


FORMULAS = {
    "a": "SUM(`Net Pay`)",
    "b": "sum(`NET  PAY`)",
    "c": '"net pay" + 1',
    "d": "`by a` * 2",
    "e": "DOMO_BEAST_MODE(41) * 2",
    "f": "`by d`",
    "g": "SUM(`Net Payments`)",
    "h": "ＮＥＴ ＰＡＹ",  # noqa: RUF001 - letters that an engine may take for others
    "i": "1",
}


def test_a_formula_reads_what_another_reads_that_it_names() -> None:
    formulas = {
        key: Formula(id=key * 9, name=f"by {key}", formula=text, template_id="41" if key == "a" else None)
        for key, text in FORMULAS.items()
    }
    formulas["j"] = Formula(name="by j", formula="?", column_positions=(Position(column_name="`Net Pay`"),))
    seen = Sight(columns=(), hidden=("Net Pay",), rules=ColumnRules(), complete=True)
    assert sorted(readable(formulas, seen)) == ["g", "i"]


RULES = ColumnRules(hide=("pay", "boss.name", "iban"), mask=("nick",))
CONTENT: dict[str, JsonValue] = {
    "pay": 1,
    "boss": {"name": "x", "nick": "y", "age": 3},
    "boss_name": 1,
    "list": [{"iban": 1, "a": [{"Pay": 2, "b": 3}]}, 5],
    "nick": {"deep": 1},
}


def test_properties_go_at_every_depth() -> None:
    assert sight.seen(CONTENT, RULES) == {
        "boss": {"nick": "***", "age": 3},
        "boss_name": 1,
        "list": [{"a": [{"b": 3}]}, 5],
        "nick": "***",
    }


@pytest.mark.parametrize(
    ("below", "held"),
    [("", True), ("boss", True), ("list.0", True), ("list.1.a", True), ("boss_name", False), ("bos", False)],
)
def test_it_is_known_below_which_properties_something_is_kept_back(below: str, held: bool) -> None:
    assert sight.kept_back([CONTENT], RULES, below) is held


@pytest.mark.parametrize(
    "query",
    [
        {"content.pay.0": 1},
        {"$and": [{"$or": [{"content.boss.name.first": 1}]}]},
        {"content.list": {"$elemMatch": {"iban": 1}}},
        {"content.list": {"$elemMatch": {"$or": [{"iban": 1}]}}},
        {"content.list": {"$not": {"$elemMatch": {"a.pay": 1}}}},
        {"content.list": {"$all": [{"$elemMatch": {"iban": 1}}]}},
        {"content.boss": {"age": 3}},
        {"content.boss": {"$in": [[{"age": 3}]]}},
        {"$expr": True},
        {"content": {"$exists": True}},
    ],
)
def test_queries_that_could_tell_are_refused(query: dict[str, JsonValue]) -> None:
    with pytest.raises(Refused):
        sight.check_where(RULES, query)
    sight.check_where(ColumnRules(), query)


@pytest.mark.parametrize(
    "query",
    [
        {"owner": "27", "id": {"$in": ["a"]}, "createdOn": {"$gt": {"$date": "2026-01-31T00:00:00.000Z"}}},
        {"content.boss.age": {"$gt": 1, "$in": [1, None]}},
        {"content.list": {"$size": 2}, "$comment": "pay"},
        {"content.list": {"$elemMatch": {"a.b": 3}}},
    ],
)
def test_honest_queries_pass(query: dict[str, JsonValue]) -> None:
    sight.check_where(RULES, query)


def configured(**tables: Any) -> Any:
    return load(sandbox=True, overrides=tables, environment={})


def test_an_instance_has_its_own_list_in_place_of_the_general_one_and_keeps_the_other() -> None:
    own = {"kind": "sandbox", "policy": {"columns": {"mask": ["b"]}}}
    config = configured(policy={"columns": {"hide": ["a"], "mask": ["c"]}})
    config = type(config).model_validate(
        {"policy": {"columns": {"hide": ["a"], "mask": ["c"]}}, "instances": {"one": own, "two": {"kind": "sandbox"}}}
    )
    assert config.policy_of("one").columns.rules() == ColumnRules(("a",), ("b",))
    assert config.policy_of("two").columns.rules() == ColumnRules(("a",), ("c",))


@pytest.mark.parametrize(
    ("columns", "told"), [({"hid": []}, "Did you mean hide"), ({"hide": [" "]}, "policy.columns.hide")]
)
def test_a_wrong_key_or_an_empty_pattern_is_an_error(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        configured(policy={"columns": columns})
