"""MongoDB's manual and Domo's document, case by case: what they say is what the evaluator answers."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domo_mcp.sandbox.mongo import (
    BadQuery,
    aggregate,
    ordered,
    parse_aggregation,
    parse_order,
    predicate,
    read_extended,
    updater,
)

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def documents(text: str) -> Any:
    return read_extended(json.loads(text))


def load() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.toml"))]
    collections = tomllib.loads((HERE / "collections.toml").read_text(encoding="utf-8"))
    for each in files:
        collections |= each.get("collections", {})
    named = {name: documents(each["documents"]) for name, each in collections.items()}
    return named, [case for each in files for case in each.get("case", [])]


COLLECTIONS, CASES = load()


def name_of(case: dict[str, Any]) -> str:
    asked = next(case[kind] for kind in ("find", "update", "aggregate", "order") if kind in case)
    return f"{case['page'].rpartition('/')[2]} {asked}"


def answer(case: dict[str, Any]) -> Any:
    """What the evaluator makes of a case: ids, the document or rows."""
    if "update" in case:
        return updater(json.loads(case["update"]), now=lambda: NOW)(documents(case["document"]))
    found = COLLECTIONS[case["on"]]
    if "find" in case:
        matches = predicate(json.loads(case["find"]))
        return [each["_id"] for each in found if matches(each)]
    if "order" in case:
        return [each["_id"] for each in ordered(found, parse_order(case["order"]))]
    aggregation = parse_aggregation(case["aggregate"])
    assert aggregation is not None
    return aggregate(found, aggregation)


@pytest.mark.parametrize("case", [case for case in CASES if "error" not in case], ids=name_of)
def test_a_documented_case_answers_as_documented(case: dict[str, Any]) -> None:
    expected = case["ids"] if "ids" in case else documents(case["gives"] if "gives" in case else case["rows"])
    found = answer(case)
    assert found == expected
    if "gives" in case:  # the order of fields counts in queries
        assert list(found) == list(expected)


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=name_of)
def test_what_mongodb_refuses_is_refused_in_its_words(case: dict[str, Any]) -> None:
    with pytest.raises(BadQuery) as refused:
        answer(case)
    assert case["error"] in str(refused.value)
