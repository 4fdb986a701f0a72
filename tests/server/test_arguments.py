"""Arguments as models really send them."""

from __future__ import annotations

from typing import Any

import pytest

from domo_mcp.errors import InvalidInput
from domo_mcp.server.arguments import arguments_model, lean_schema, parse
from domo_mcp.sql import Select
from domo_mcp.tools import args
from domo_mcp.tools.toolset import Call


async def sample(
    call: Call,
    dataset: args.Dataset,
    limit: args.Limit = 10,
    datasets: args.DatasetList | None = None,
    sql: args.Sql | None = None,
    wanted: bool = False,  # noqa: FBT001, FBT002, RUF100 - a parameter of a tool
) -> None: ...


MODEL = arguments_model(sample)


@pytest.mark.parametrize(
    ("raw", "given"),
    [
        ({"dataset": "a"}, {"dataset": "a"}),
        ({"dataset": 123}, {"dataset": "123"}),
        ({"dataset": "a", "limit": "5"}, {"dataset": "a", "limit": 5}),
        ({"dataset": "a", "limit": 5.0}, {"dataset": "a", "limit": 5}),
        ({"dataset": "a", "limit": None}, {"dataset": "a"}),
        ({"dataset": "a", "datasets": '["x", "y"]'}, {"dataset": "a", "datasets": ["x", "y"]}),
        ({"dataset": "a", "datasets": "x"}, {"dataset": "a", "datasets": ["x"]}),
        ({"dataset": "[1]"}, {"dataset": "[1]"}),
        ({"dataset": "a", "wanted": True}, {"dataset": "a", "wanted": True}),
        ({"dataset": "a", "wanted": "true"}, {"dataset": "a", "wanted": True}),
    ],
)
def test_what_is_meant_beyond_doubt_is_taken(raw: dict[str, Any], given: dict[str, Any]) -> None:
    assert parse(MODEL, raw).given() == given


def test_sql_arrives_parsed() -> None:
    select = parse(MODEL, {"dataset": "a", "sql": "SELECT a FROM t -- x"}).given()["sql"]
    assert isinstance(select, Select)
    assert select.text == "SELECT a FROM t"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({}, ["dataset is required", "Dataset id or name"]),
        ({"dataset": "a", "limit": True}, ["limit", "true"]),
        ({"dataset": True}, ["dataset", "true"]),
        ({"dataset": "a", "limit": "many"}, ["limit", '"many"']),
        ({"dataset": "a", "limit": 0}, ["limit", "1"]),
        ({"dataset": "a", "limit": 2.5}, ["limit"]),
        ({"dataset": "a", "limt": 5}, ["no argument limt", "Did you mean limit?"]),
        ({"dataset": "a", "zebra": 5}, ["no argument zebra", "It takes: dataset, limit, datasets, sql, wanted"]),
        ({"dataset": ""}, ["dataset"]),
        ({"dataset": {"a": 1}}, ["dataset"]),
        ({"dataset": "a", "datasets": [1, [2]]}, ["datasets"]),
        ({"dataset": "a", "datasets": []}, ["datasets"]),
        ({"dataset": "a", "sql": "DROP TABLE x"}, ["Only SELECT"]),
        ({"dataset": "a", "sql": 5}, ["sql"]),
        ({"dataset": "x" * 5000}, ["dataset"]),
    ],
)
def test_what_would_be_a_guess_is_refused_with_the_way_out(raw: dict[str, Any], says: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(MODEL, raw)
    text = str(refused.value)
    assert all(part in text for part in says), text
    assert "pydantic" not in text
    assert len(text) < 500


def test_the_schema_holds_what_a_model_needs_and_nothing_else() -> None:
    assert lean_schema(MODEL) == {
        "type": "object",
        "additionalProperties": False,
        "required": ["dataset"],
        "properties": {
            "dataset": {"type": "string", "minLength": 1, "maxLength": 500, "description": "Dataset id or name."},
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100_000,
                "default": 10,
                "description": "Most rows to return.",
            },
            "datasets": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 500},
                "minItems": 1,
                "maxItems": 10,
                "description": "Dataset ids or names; left out: chosen by the question.",
            },
            "sql": {
                "type": "string",
                "description": lean_schema(MODEL)["properties"]["sql"]["description"],
            },
            "wanted": {"type": "boolean", "default": False},
        },
    }


def test_parameters_can_be_left_out_and_added() -> None:
    model = arguments_model(sample, without=frozenset({"sql", "limit"}), extra={"domo_instance": (str, None)})
    assert list(lean_schema(model)["properties"]) == ["dataset", "datasets", "wanted", "domo_instance"]
