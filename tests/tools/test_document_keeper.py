"""How AppDB documents and collections come back, and under which ids new documents are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from pydantic import JsonValue
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.documents import CollectionColumn
from domo_mcp.client.domo import Domo
from domo_mcp.errors import RateLimited, Refused
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.sandbox.store import Store
from domo_mcp.tools.appdb.definitions import COLLECTIONS
from domo_mcp.tools.appdb.documents import DOCUMENTS, snapshot
from domo_mcp.tools.appdb.new_ids import creating
from domo_mcp.tools.change import Outcome, Snapshot
from domo_mcp.tools.toolset import Effect


@asynccontextmanager
async def company(*, keeps_ids: bool = True) -> AsyncIterator[Domo]:
    """A company of its own, which may or may not keep the ids of documents that an upsert creates."""
    store = Store.open()
    app = sandbox_app(store, keeps_ids=keeps_ids)
    async with Domo.connect("x", "https://x.invalid", DeveloperToken("sandbox-token"), app=app) as domo:
        yield domo
    store.close()


class _HangsAfterWriting:
    """The sandbox, which answers nothing more once documents were written in bulk."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.written = app, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or never answer it."""
        if self.written:
            await anyio.sleep_forever()
        await self.app(scope, receive, send)
        self.written = str(scope.get("path")).endswith("/documents/bulk")


@pytest.mark.parametrize("keeps_ids", [True, False])
async def test_deleted_documents_come_back_with_their_content_and_their_new_ids_are_known(keeps_ids: bool) -> None:
    async with company(keeps_ids=keeps_ids) as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        for content in ({"a": 1}, {"a": 1}, {"a": {"b": [1.0, None]}}, {}):
            await domo.appdb.create(c, content)
        ids = [each.id for each in await domo.appdb.page(c, limit=10, offset=0)]
        before = snapshot(c, await DOCUMENTS.read(domo, c.id, ids))
        await domo.appdb.delete_many(c, ids)
        gone = snapshot(c, dict.fromkeys(ids))

        assert DOCUMENTS.effect(before, gone) is Effect.UPDATE
        outcome = await DOCUMENTS.restore(domo, before, gone)

        assert outcome.facts == ("Owner and dates of 4 documents are new: they had to be created again.",)
        assert set(outcome.ids) == (set() if keeps_ids else set(ids))
        there = await DOCUMENTS.read(domo, c.id, [outcome.ids.get(key, key) for key in ids])
        assert list(there.values()) == list(before.objects.values())


async def test_what_is_not_wanted_goes_and_what_is_there_gets_its_content_back() -> None:
    async with company() as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        kept, extra = await domo.appdb.create(c, {"a": 1}), await domo.appdb.create(c, {"a": 2})
        current = snapshot(c, {kept.id: {"a": 1}, extra.id: {"a": 2}})
        wanted = replace(current, objects={kept.id: {"a": 0}, extra.id: None})

        assert DOCUMENTS.effect(wanted, current) is Effect.DELETE
        outcome = await DOCUMENTS.restore(domo, wanted, current)

        assert outcome == Outcome()
        assert DOCUMENTS.undo(wanted, current) == "content"
        assert await DOCUMENTS.read(domo, c.id, [kept.id, extra.id]) == wanted.objects


async def test_new_documents_are_told_from_those_with_the_same_content_before() -> None:
    async with company() as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        old = await domo.appdb.create(c, {"a": "x", "b": {"c": 1}})
        wanted: dict[str, dict[str, JsonValue]] = {
            "new:1": {"a": "x", "b": {"c": 1}},
            "new:2": {"a": "x", "b": {"c": 2}},
        }

        made = await creating(domo.appdb, c, wanted, lambda: domo.appdb.create_many(c, [*wanted.values()]))

        assert (made.answer, made.facts) == (2, ())
        there = await domo.appdb.get_many(c, [*made.ids.values()])
        assert {key: there[made.ids[key]].content for key in wanted} == wanted
        assert old.id not in made.ids.values()


async def test_fewer_documents_gone_than_were_to_go_is_incomplete() -> None:
    async with company() as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        there = await domo.appdb.create(c, {"a": 1})
        current = snapshot(c, {there.id: {"a": 1}, "gone": {"a": 2}})

        outcome = await DOCUMENTS.restore(domo, replace(current, objects={}), current)

        assert outcome.incomplete
        assert outcome.facts[0].startswith("Domo says 1 were deleted, the preview had 2")


async def test_after_something_was_written_no_error_says_that_nothing_was() -> None:
    store = Store.open()
    app = sandbox_app(store)
    async with Domo.connect("x", "https://x.invalid", DeveloperToken("sandbox-token"), app=app) as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        there = await domo.appdb.create(c, {"a": 1})
        current = snapshot(c, {there.id: {"a": 1}, "extra": {"a": 2}})
        rule = {"kind": "429", "method": "DELETE"}
        app.state.faults = Faults(Plan.model_validate({"rules": [rule]}))

        with pytest.raises(RateLimited) as first:
            await DOCUMENTS.restore(domo, replace(current, objects={}), current)
        with pytest.raises(RateLimited) as later:
            await DOCUMENTS.restore(domo, replace(current, objects={there.id: {"a": 0}}), current)
    store.close()

    assert first.value.surely_unprocessed
    assert not later.value.surely_unprocessed


async def test_a_search_for_ids_that_does_not_end_leaves_the_answer_as_it_is() -> None:
    store = Store.open()
    hangs = _HangsAfterWriting(sandbox_app(store))
    async with Domo.connect("x", "https://x.invalid", DeveloperToken("sandbox-token"), app=hangs) as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        wanted: dict[str, dict[str, JsonValue]] = {"new:1": {"a": 1}, "new:2": {"a": 2}}
        with anyio.fail_after(1.5):
            made = await creating(domo.appdb, c, wanted, lambda: domo.appdb.create_many(c, [*wanted.values()]))
    store.close()

    assert (made.answer, made.ids) == (2, {})
    assert made.facts[0].startswith("The ids of 2 of 2 new documents are not known")


async def test_where_someone_makes_the_same_at_the_same_time_the_ids_stay_unknown() -> None:
    async with company() as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        wanted = {"new:1": {"title": "Same"}, "new:2": {"title": "Mine alone"}}

        async def both_at_once() -> int:
            await domo.appdb.create(c, {"title": "Same"})
            return await domo.appdb.create_many(c, [*wanted.values()])

        made = await creating(domo.appdb, c, wanted, both_at_once)

        assert set(made.ids) == {"new:2"}
        assert made.facts == ("The ids of 1 of 2 new documents are not known: find them with query_appdb_documents.",)


async def test_a_collection_that_was_made_goes_only_while_it_is_empty() -> None:
    async with company() as domo:
        c = await domo.appdb.create_collection("Mine", (), sync=False)
        current = Snapshot(COLLECTIONS.kind, "", await COLLECTIONS.read(domo, "", [c.id]))
        wanted = replace(current, objects={c.id: None})
        assert COLLECTIONS.effect(wanted, current) is Effect.DELETE
        assert COLLECTIONS.undo(wanted, current) == "none"

        document = await domo.appdb.create(c, {"a": 1})
        with pytest.raises(Refused, match="holds documents by now"):
            await COLLECTIONS.restore(domo, wanted, current)
        await domo.appdb.delete(c, document.id)
        await COLLECTIONS.restore(domo, wanted, current)

        assert await COLLECTIONS.read(domo, "", [c.id]) == {c.id: None}


async def test_an_apps_collection_that_is_called_like_anothers_id_does_not_take_its_place() -> None:
    store = Store.open()
    app = sandbox_app(store)
    session = AppSession("sandbox-session")
    async with Domo.connect("x", "https://x.invalid", session, surface="app", app=app) as domo:
        mine = await domo.appdb.create_collection("Mine", (), sync=False)
        await domo.appdb.create_collection(mine.id, (), sync=False)

        found = [(await domo.appdb.collection(key)).name for key in (mine.id, "Mine")]
    store.close()

    assert found == ["Mine", "Mine"]


async def test_a_definition_comes_back_with_hidden_columns_hidden() -> None:
    async with company() as domo:
        columns = (CollectionColumn(name="a", type="STRING"), CollectionColumn(name="b", type="LONG", visible=False))
        c = await domo.appdb.create_collection("Mine", columns, sync=True)
        before = Snapshot(COLLECTIONS.kind, "", await COLLECTIONS.read(domo, "", [c.id]))
        await domo.appdb.update_collection(c, columns=columns[:1], sync=False)
        current = Snapshot(COLLECTIONS.kind, "", await COLLECTIONS.read(domo, "", [c.id]))
        assert COLLECTIONS.effect(before, current) is Effect.UPDATE
        assert COLLECTIONS.undo(before, current) == "content"

        await COLLECTIONS.restore(domo, before, current)

        assert await COLLECTIONS.read(domo, "", [c.id]) == before.objects
        assert before.objects[c.id] == {
            "name": "Mine",
            "columns": [{"name": "a", "type": "STRING"}, {"name": "b", "type": "LONG", "visible": False}],
            "sync": True,
        }


async def test_a_deleted_collection_does_not_come_back() -> None:
    async with company() as domo:
        gone = Snapshot(COLLECTIONS.kind, "", {"x": None})
        with pytest.raises(Refused, match="does not come back"):
            await COLLECTIONS.restore(domo, replace(gone, objects={"x": {"name": "Mine"}}), gone)
