"""Names that stand for AppDB collections."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domo_mcp.catalog.collections import collections
from domo_mcp.catalog.datasets import Catalog
from domo_mcp.catalog.settings import CatalogSettings
from domo_mcp.client.auth import AppSession, DeveloperToken
from domo_mcp.client.domo import Domo
from domo_mcp.errors import Refused, UnknownName
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store


@pytest.fixture
async def domo() -> AsyncIterator[Domo]:
    """A company of its own: collections are added to it."""
    store = Store.open()
    async with Domo.connect("x", "https://x.invalid", DeveloperToken("sandbox-token"), app=sandbox_app(store)) as domo:
        yield domo
    store.close()


class AllBut:
    """Permits everything but one collection, by name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def restricts(self, kind: str) -> bool:
        return kind == "collection"

    async def allows(self, kind: str, thing_id: str, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        return name != self._name

    async def check(self, kind: str, thing_id: str, name: str) -> None:
        if name == self._name:
            raise Refused(f"{kind} {thing_id} is not allowed here.")


@pytest.mark.parametrize("name", ["Tasks", "tasks", " `TASKS` "])
async def test_a_name_stands_for_the_only_collection_of_it_in_any_case(domo: Domo, name: str) -> None:
    assert (await Catalog(domo, CatalogSettings()).collections.get(name)).name == "Tasks"


async def test_an_id_stands_for_its_collection_in_any_case(domo: Domo) -> None:
    catalog = Catalog(domo, CatalogSettings())
    tasks = await catalog.collections.get("Tasks")
    assert await catalog.collections.get(tasks.id.upper()) == tasks


async def test_case_decides_between_names_that_differ_in_nothing_else(domo: Domo) -> None:
    made = await domo.appdb.create_collection("TASKS", (), sync=False)
    catalog = Catalog(domo, CatalogSettings())
    assert (await catalog.collections.get("TASKS")).id == made.id
    with pytest.raises(UnknownName, match='2 collections are called "tasks"') as error:
        await catalog.collections.get("tasks")
    assert made.id in error.value.message
    assert error.value.hint == "Use the id of the one you mean."


async def test_a_name_that_is_none_is_told_with_the_nearest(domo: Domo) -> None:
    with pytest.raises(UnknownName, match=r'no collection "Campain Notes".*Nearest: "Campaign Notes"') as error:
        await Catalog(domo, CatalogSettings()).collections.get("Campain Notes")
    assert error.value.hint == "Find it with list_appdb_collections."


async def test_a_collection_younger_than_the_list_is_found(domo: Domo) -> None:
    catalog = Catalog(domo, CatalogSettings())
    await catalog.collections.get("Tasks")
    await domo.appdb.create_collection("Younger", (), sync=False)
    assert (await catalog.collections.get("younger")).name == "Younger"


async def test_what_was_known_is_kept_until_it_is_forgotten(domo: Domo) -> None:
    catalog = Catalog(domo, CatalogSettings())
    made = await domo.appdb.create_collection("Short", (), sync=False)
    await catalog.collections.get("Short")
    await domo.appdb.delete_collection(made)
    assert (await catalog.collections.get("Short")).id == made.id
    await catalog.forget("collection")
    with pytest.raises(UnknownName):
        await catalog.collections.get("Short")


async def test_a_list_is_always_as_it_is_now(domo: Domo) -> None:
    catalog = Catalog(domo, CatalogSettings())
    before = await catalog.collections.listed()
    made = await domo.appdb.create_collection("New", (), sync=False)
    assert {each.id for each in await catalog.collections.listed()} - {each.id for each in before} == {made.id}


async def test_what_is_not_permitted_is_not_listed_no_candidate_and_refused(domo: Domo) -> None:
    directory = collections(domo, 900, AllBut("Tasks"))
    assert "Tasks" not in [each.name for each in await directory.listed()]
    with pytest.raises(UnknownName) as error:
        await directory.get("Taskz")
    assert "Tasks" not in error.value.message
    with pytest.raises(Refused):
        await directory.get("Tasks")


async def test_of_an_app_the_list_is_all_there_is() -> None:
    store = Store.open()
    app = sandbox_app(store)
    async with Domo.connect("x", "https://x.invalid", AppSession("sandbox-session"), surface="app", app=app) as domo:
        catalog = Catalog(domo, CatalogSettings())
        assert (await catalog.collections.get("tasks")).name == "Tasks"
        with pytest.raises(UnknownName):
            await catalog.collections.get("5a1e0000-0000-4000-8003-0000000000ff")
    store.close()
