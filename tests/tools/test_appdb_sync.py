"""AppDB collections and the datasets that they sync to: what lags, and how to sync now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mcp import Client

from domo_mcp.sandbox.store import Store
from tests.answers import rows_of, text_of
from tests.sandbox.clock import Clock
from tests.tools.workshop import Workshop, applied, refused

NOTES = "Campaign Notes"
NOTE = {"campaign": "Boot Week", "note": "New", "budget": 12.5, "rating": 5, "noted_on": "2026-11-22"}
COUNT = {"sql": "SELECT COUNT(*) FROM `Campaign Notes`"}


@pytest.fixture
def clock() -> Clock:
    """The sandbox's time."""
    return Clock()


@pytest.fixture
def company(clock: Clock) -> Iterator[Store]:
    """A company of each test's own, whose clock moves."""
    store = Store.open(clock=clock)
    yield store
    store.close()


def export_of(surface: str) -> dict[str, str]:
    """The arguments of an export."""
    return {"collection": NOTES} if surface == "product" else {}


async def rows_in_sql(client: Client) -> int:
    """How many notes the dataset has."""
    return int(rows_of(text_of(await client.call_tool("run_sql", COUNT)))[1][0])


async def test_documents_are_there_at_once_and_their_rows_with_the_next_sync(workshop: Workshop, clock: Clock) -> None:
    async with workshop.client() as client:
        applied(await client.call_tool("create_appdb_documents", {"collection": NOTES, "documents": [NOTE]}))
        newest = {"collection": NOTES, "filter": {"campaign": "Boot Week", "note": "New"}}
        before = text_of(await client.call_tool("query_appdb_documents", newest))
        assert await rows_in_sql(client) == 60
        clock.move(minutes=16)
        after = text_of(await client.call_tool("query_appdb_documents", newest))
        assert await rows_in_sql(client) == 61
    assert "lags up to 15 minutes; not synced yet: 1 document here." in before
    assert "lags up to 15 minutes." in after


async def test_an_export_brings_the_rows_now(workshop: Workshop, surface: str) -> None:
    async with workshop.client(surface) as client:
        applied(await client.call_tool("create_appdb_documents", {"collection": NOTES, "documents": [NOTE]}))
        written = applied(await client.call_tool("export_appdb_collections", export_of(surface)))
    assert written["undo"] == "none"
    async with workshop.client() as client:
        assert await rows_in_sql(client) == 61


async def test_an_export_while_one_runs_is_told_as_such(workshop: Workshop, surface: str, clock: Clock) -> None:
    workshop.sandbox.state.export_s = 60.0
    async with workshop.client(surface) as client:
        applied(await client.call_tool("export_appdb_collections", export_of(surface)))
        text = refused(await client.call_tool("export_appdb_collections", export_of(surface)))
        clock.move(seconds=61)
        applied(await client.call_tool("export_appdb_collections", export_of(surface)))
    assert "already running" in text
    assert "wait for it to end" in text


async def test_what_an_export_cannot_be_told_on_a_surface_is_refused(workshop: Workshop) -> None:
    workshop.forget()
    async with workshop.client() as client:
        alone = refused(await client.call_tool("export_appdb_collections", {}))
        related = {"collection": NOTES, "include_related": True}
        both = refused(await client.call_tool("export_appdb_collections", related))
    async with workshop.client("app") as client:
        one = refused(await client.call_tool("export_appdb_collections", {"collection": NOTES}))
    assert "`collection`" in alone
    assert "include_related" in both
    assert "Leave `collection` out." in one
    assert not workshop.written()


async def test_an_app_exports_related_collections_where_that_is_asked(workshop: Workshop) -> None:
    async with workshop.client("app") as client:
        applied(await client.call_tool("export_appdb_collections", {"include_related": True}))


async def test_a_collection_gets_its_dataset_with_the_first_sync(workshop: Workshop) -> None:
    columns = {"columns": [{"name": "n", "type": "LONG"}]}
    shelf = await workshop.shelf([{"n": 1}, {"n": "two"}], schema=columns, syncEnabled=True)
    async with workshop.client() as client:
        before = text_of(await client.call_tool("query_appdb_documents", {"collection": shelf.name}))
        applied(await client.call_tool("export_appdb_collections", {"collection": shelf.name}))
        after = text_of(await client.call_tool("query_appdb_documents", {"collection": shelf.name}))
        dataset = (await workshop.definition(shelf))["datasourceId"]
        found = await client.call_tool("run_sql", {"sql": "SELECT `n`, `id` FROM table", "dataset": dataset})
    assert "SQL on its dataset (none known yet) lags" in before
    assert f"SQL on its dataset {dataset} lags" in after
    assert sorted(rows_of(text_of(found))[1:]) == [["", shelf.ids[1]], ["1", shelf.ids[0]]]


async def test_deleting_from_a_synced_collection_says_what_its_dataset_loses(workshop: Workshop, surface: str) -> None:
    async with workshop.client(surface) as client:
        arguments = {"collection": NOTES, "filter": {"rating": 1}}
        written = applied(await client.call_tool("delete_appdb_documents", arguments))
        exported = await client.call_tool("export_appdb_collections", export_of(surface))
    applied(exported)
    assert any("With the next sync they are gone from its dataset" in fact for fact in written["facts"])
    gone = int(written["summary"].split()[1])
    async with workshop.client() as client:
        assert await rows_in_sql(client) == 60 - gone
