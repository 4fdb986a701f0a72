"""What policy keeps callers from is not there for them: not in lists, not as a candidate, not by any of its names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from starlette.applications import Starlette

from domo_mcp.sandbox.company.appdb import NOTES_DATASET
from tests.answers import text_of
from tests.changes.answers import Person
from tests.changes.conftest import Open
from tests.changes.scratch import CHANGING, TOKEN, ChangingTool, Scratch, scratch, writes

SIGNED = {"X-DOMO-Developer-Token": TOKEN}
COLLECTIONS = "/api/datastores/v1/collections"
PRODUCTS = "5a1e0000-0000-4000-8000-000000000002"

READING = {
    "get_appdb_document": lambda at, name: {"collection": name, "document": at.ids[0]},
    "query_appdb_documents": lambda at, name: {"collection": name},  # noqa: ARG005 - one form for all
}
OF_A_DATASET: dict[str, Any] = {
    "run_sql": lambda name: {"sql": "SELECT COUNT(*) AS n FROM table", "dataset": name},
    "run_sql in FROM": lambda name: {"sql": f"SELECT COUNT(*) AS n FROM `{name}`"},
    "query_data": lambda name: {"dataset": name, "fields": ["author"]},
    "get_dataset": lambda name: {"dataset": name},
    "get_schema_context": lambda name: {"datasets": [name]},
    "ask_data": lambda name: {"question": "how many rows are there", "datasets": [name]},
    "text_to_sql": lambda name: {"question": "how many rows are there", "datasets": [name]},
}


def named_alike(at: Scratch) -> list[str]:
    """All that a collection answers to."""
    return [at.id, at.id.upper(), at.name, at.name.upper(), at.name.lower(), f" {at.name} ", f"`{at.name}`"]


async def refused(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    """What a call that is refused says."""
    result = await client.call_tool(tool.partition(" ")[0], arguments)
    assert result.is_error, text_of(result)
    return text_of(result)


@pytest.mark.parametrize("by", ["name", "id", "glob", "other case"])
async def test_a_denied_collection_is_neither_listed_nor_a_candidate(
    opened: Open, direct: httpx.AsyncClient, by: str
) -> None:
    at, allowed = await scratch(direct, "Payroll"), await scratch(direct, "Payrule")
    pattern = {"name": at.name, "id": at.id, "glob": "Payroll*", "other case": at.name.upper()}[by]
    async with opened(deny={"collection": [pattern]}) as client:
        listed = text_of(await client.call_tool("list_appdb_collections", {"query": "pay", "limit": 100}))
        missing = await refused(client, "query_appdb_documents", {"collection": f"{at.name}x"})
    assert allowed.name in listed
    assert at.name not in listed
    assert at.id not in listed
    assert "Nearest" in missing
    assert at.id not in missing
    assert f'"{at.name}"' not in missing


@pytest.mark.parametrize("tool", CHANGING, ids=lambda tool: tool.name)
async def test_no_tool_changes_a_denied_collection_however_it_is_named(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tool: ChangingTool
) -> None:
    at, someone = await scratch(direct, "Payroll"), Person("accepted")
    sandbox.state.processed.clear()
    async with opened(someone, deny={"collection": [at.name, f"{at.name} *"]}) as client:
        for name in named_alike(at):
            arguments = tool.arguments(at)
            if "collection" in arguments:
                arguments["collection"] = name
            told = await refused(client, tool.name, arguments)
            assert "not allowed here" in told
    assert someone.questions == []
    assert writes(sandbox.state.processed) == []


@pytest.mark.parametrize("tool", READING)
async def test_no_tool_reads_a_denied_collection_however_it_is_named(
    opened: Open, direct: httpx.AsyncClient, tool: str
) -> None:
    at = await scratch(direct, "Payroll")
    async with opened(deny={"collection": ["payroll*"]}) as client:
        for name in named_alike(at):
            told = await refused(client, tool, READING[tool](at, name))
            assert "not allowed here" in told
            assert "task 0" not in told


async def test_what_was_changed_before_a_denial_is_not_undone_after_it(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, tmp_path: Path
) -> None:
    at, state = await scratch(direct, "Payroll"), {"state": {"url": str(tmp_path / "state.sqlite")}}
    arguments = {"collection": at.id, "ids": at.ids, "set": {"state": "done"}}
    async with opened(Person("accepted"), tables=state) as client:
        done = (await client.call_tool("update_appdb_documents", arguments)).structured_content
        assert done
    async with opened(None, tables=state) as client:
        waiting = await client.call_tool("delete_appdb_documents", {"collection": at.id, "ids": at.ids})
        ticket = waiting.structured_content
        assert ticket
    sandbox.state.processed.clear()
    async with opened(Person("accepted"), tables=state, deny={"collection": ["Payroll*"]}) as client:
        assert "not allowed here" in await refused(client, "undo_change", {"change": done["change"]})
        confirming = {"ticket": ticket["ticket"], "summary": ticket["summary"]}
        assert "not allowed here" in await refused(client, "confirm_change", confirming)
    assert writes(sandbox.state.processed) == []


@pytest.mark.parametrize("tool", OF_A_DATASET)
@pytest.mark.parametrize("denied", ["dataset by name", "dataset by id", "its collection"])
async def test_a_denied_dataset_answers_nothing(opened: Open, tool: str, denied: str) -> None:
    deny = {
        "dataset by name": {"dataset": ["campaign NOTES"]},
        "dataset by id": {"dataset": [NOTES_DATASET]},
        "its collection": {"collection": ["Campaign Notes"]},
    }[denied]
    async with opened(deny=deny) as client:
        for name in ("Campaign Notes", "campaign notes", NOTES_DATASET, NOTES_DATASET.upper()):
            assert "not allowed here" in await refused(client, tool, OF_A_DATASET[tool](name))
        allowed = await client.call_tool("get_dataset", {"dataset": "Products"})
    assert not allowed.is_error


@pytest.mark.parametrize("deny", [{"dataset": ["Campaign Notes"]}, {"collection": ["Campaign Notes"]}], ids=str)
async def test_a_denied_dataset_is_in_no_list_and_no_candidate(opened: Open, deny: dict[str, list[str]]) -> None:
    async with opened(deny=deny) as client:
        texts = [
            text_of(await client.call_tool("search_datasets", {"query": "campaign", "limit": 100})),
            text_of(await client.call_tool("search_datasets", {"limit": 100})),
            text_of(await client.call_tool("get_schema_context", {"question": "campaign notes per author"})),
            await refused(client, "get_dataset", {"dataset": "Campaign Note"}),
            text_of(await client.call_tool("ask_data", {"question": "how many campaign notes are there"})),
        ]
    assert "Marketing Campaigns" in texts[0]
    for text in texts:
        assert NOTES_DATASET not in text
        assert '"Campaign Notes"' not in text


async def test_where_only_some_are_allowed_the_others_are_not_there(opened: Open) -> None:
    async with opened(allow={"dataset": ["Products"], "collection": ["Tasks"]}) as client:
        found = text_of(await client.call_tool("search_datasets", {"limit": 100}))
        listed = text_of(await client.call_tool("list_appdb_collections", {"limit": 100}))
        others = [
            await refused(client, "get_dataset", {"dataset": "Sales Orders"}),
            await refused(client, "query_appdb_documents", {"collection": "Campaign Notes"}),
        ]
        fits = [
            await client.call_tool("get_dataset", {"dataset": "products"}),
            await client.call_tool("get_dataset", {"dataset": PRODUCTS}),
            await client.call_tool("query_appdb_documents", {"collection": "tasks"}),
        ]
    assert "Products" in found
    assert "Sales Orders" not in found
    assert "Tasks" in listed
    assert "Campaign Notes" not in listed
    assert all("not allowed here" in told for told in others)
    assert not any(result.is_error for result in fits), [text_of(result) for result in fits]


async def test_an_allowed_name_holds_for_the_first_that_had_it(
    opened: Open, direct: httpx.AsyncClient, tmp_path: Path
) -> None:
    at = await scratch(direct, "Pinned")
    rules: dict[str, Any] = {
        "allow": {"dataset": ["*"], "collection": [at.name]},
        "tables": {"state": {"url": str(tmp_path / "state.sqlite")}, "catalog": {"max_age_s": 0}},
    }
    async with opened(**rules) as client:
        assert not (await client.call_tool("query_appdb_documents", {"collection": at.name})).is_error
        await direct.delete(f"{COLLECTIONS}/{at.id}", headers=SIGNED)
        body = {"name": at.name, "schema": {"columns": []}, "syncEnabled": False}
        again = (await direct.post(COLLECTIONS, json=body, headers=SIGNED)).json()["id"]
        told = [await refused(client, "query_appdb_documents", {"collection": name}) for name in (at.name, again)]
    async with opened(**rules) as client:
        told.append(await refused(client, "query_appdb_documents", {"collection": at.name}))
        assert again not in text_of(await client.call_tool("list_appdb_collections", {"limit": 100}))
    assert all(at.id in one for one in told)


async def test_only_collections_of_an_allowed_name_can_be_made_and_taken_back(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct, "Allowed")
    allow = {"dataset": ["*"], "collection": [f"{at.name} *"]}
    async with opened(Person("accepted"), allow=allow) as client:
        sandbox.state.processed.clear()
        told = await refused(client, "create_appdb_collection", {"name": f"Not {at.name} too"})
        assert "policy.allow does not name it" in told
        assert writes(sandbox.state.processed) == []
        made = await client.call_tool("create_appdb_collection", {"name": f"{at.name} too"})
        assert made.structured_content, text_of(made)
        read = await client.call_tool("query_appdb_documents", {"collection": f"{at.name} too"})
        undone = await client.call_tool("undo_change", {"change": made.structured_content["change"]})
    assert not read.is_error, text_of(read)
    assert not undone.is_error, text_of(undone)


async def test_an_allowed_thing_stays_allowed_under_another_name(opened: Open, direct: httpx.AsyncClient) -> None:
    at, other = await scratch(direct, "Renamed"), await scratch(direct, "Renamed")
    tables = {"catalog": {"max_age_s": 0}}
    async with opened(allow={"dataset": ["*"], "collection": [at.name]}, tables=tables) as client:
        assert not (await client.call_tool("query_appdb_documents", {"collection": at.name})).is_error
        await _rename(direct, at, f"{at.name} now")
        await _rename(direct, other, at.name)
        renamed = await client.call_tool("query_appdb_documents", {"collection": f"{at.name} now"})
        assert not renamed.is_error, text_of(renamed)
        assert "not allowed here" in await refused(client, "query_appdb_documents", {"collection": at.name})


async def _rename(direct: httpx.AsyncClient, at: Scratch, name: str) -> None:
    body = {"id": at.id, "name": name, "schema": {"columns": [{"name": "title", "type": "STRING"}]}}
    answer = await direct.put(f"{COLLECTIONS}/{at.id}", json=body, headers=SIGNED)
    answer.raise_for_status()


def instances(**second: Any) -> dict[str, Any]:
    """Two instances; both are the one sandbox, the second with keys of a policy of its own."""
    both = {"sandbox": {"kind": "sandbox"}, "second": {"kind": "sandbox", "policy": second}}
    return {"instances": both, "default_instance": "sandbox"}


async def test_where_two_instances_can_be_changed_a_change_names_one(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at, someone = await scratch(direct), Person("accepted")
    sandbox.state.processed.clear()
    async with opened(someone, tables=instances(access="full")) as client:
        for tool in CHANGING:
            told = await refused(client, tool.name, tool.arguments(at))
            assert "domo_instance is required" in told
        assert writes(sandbox.state.processed) == []
        read = await client.call_tool("query_appdb_documents", {"collection": at.id})
        arguments = {"collection": at.id, "ids": at.ids, "set": {"state": "done"}, "domo_instance": "second"}
        done = await client.call_tool("update_appdb_documents", arguments)
    assert not read.is_error
    assert not done.is_error, text_of(done)
    assert "On second:" in someone.questions[0]


@pytest.mark.parametrize(
    ("access", "has"), [("read", set()), ("write", {"create", "update"}), ("full", {"create", "update", "delete"})]
)
async def test_a_tool_is_there_for_the_instances_whose_policy_allows_it(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette, access: str, has: set[str]
) -> None:
    at = await scratch(direct)
    async with opened(Person("accepted"), tables=instances(access=access)) as client:
        schemas = {tool.name: tool.input_schema["properties"] for tool in (await client.list_tools()).tools}
        for tool in CHANGING:
            effect = tool.name.partition("_")[0]
            choice = schemas[tool.name].get("domo_instance", {}).get("enum", [])
            if effect in {"create", "update", "delete"}:
                assert ("second" in choice) is (effect in has), tool.name
                assert choice == (["sandbox", "second"] if effect in has else [])
        assert schemas["query_appdb_documents"]["domo_instance"]["enum"] == ["sandbox", "second"]
        sandbox.state.processed.clear()
        if "delete" not in has:
            arguments = {"collection": at.id, "ids": at.ids, "domo_instance": "second"}
            await refused(client, "delete_appdb_documents", arguments)
    assert writes(sandbox.state.processed) == []


async def test_where_no_instance_can_be_changed_there_are_no_tools_for_it(opened: Open) -> None:
    async with opened(access="read", tables=instances(access="read")) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
    assert names.isdisjoint({tool.name for tool in CHANGING} | {"confirm_change", "undo_change", "list_changes"})


async def test_a_list_of_one_instance_does_not_hold_for_the_other(opened: Open, direct: httpx.AsyncClient) -> None:
    at = await scratch(direct, "Payroll")
    tables = instances(access="full", deny={"collection": ["Payroll*"]})
    async with opened(tables=tables) as client:
        for where, fits in (("sandbox", True), ("second", False)):
            asked = {"collection": at.name, "domo_instance": where}
            assert bool((await client.call_tool("query_appdb_documents", asked)).is_error) is not fits
            listed = await client.call_tool("list_appdb_collections", {"query": at.name, "domo_instance": where})
            assert (at.id in text_of(listed)) is fits


async def test_a_ticket_and_a_change_of_one_instance_are_not_there_for_the_other(
    opened: Open, direct: httpx.AsyncClient, sandbox: Starlette
) -> None:
    at = await scratch(direct)
    async with opened(tables=instances(access="full")) as client:
        arguments = {"collection": at.id, "ids": at.ids[:1], "set": {"state": "done"}, "domo_instance": "second"}
        waiting = (await client.call_tool("update_appdb_documents", arguments)).structured_content
        assert waiting
        confirming = {"ticket": waiting["ticket"], "summary": waiting["summary"]}
        sandbox.state.processed.clear()
        assert "second" in await refused(client, "confirm_change", {**confirming, "domo_instance": "sandbox"})
        assert writes(sandbox.state.processed) == []
        done = (await client.call_tool("confirm_change", {**confirming, "domo_instance": "second"})).structured_content
        assert done
        there = text_of(await client.call_tool("list_changes", {"domo_instance": "second"}))
        elsewhere = text_of(await client.call_tool("list_changes", {"domo_instance": "sandbox"}))
        await refused(client, "undo_change", {"change": done["change"], "domo_instance": "sandbox"})
    assert done["change"] in there
    assert done["change"] not in elsewhere


async def test_a_yes_for_a_while_to_a_new_collection_does_not_cover_another(
    opened: Open, direct: httpx.AsyncClient
) -> None:
    at, someone = await scratch(direct), Person("minutes")
    async with opened(someone) as client:
        for name in ("one", "two"):
            await client.call_tool("create_appdb_collection", {"name": f"{at.name} {name}"})
    assert len(someone.questions) == 2
