"""Names that stand for datasets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from domo_mcp.catalog.datasets import Catalog
from domo_mcp.catalog.settings import CatalogSettings
from domo_mcp.client.auth import DeveloperToken
from domo_mcp.client.domo import Domo
from domo_mcp.errors import DomoFailed, UnknownName
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store

PRODUCTS = "5a1e0000-0000-4000-8000-000000000002"
TWIN = "5a1e0000-0000-4000-8000-0000000000aa"
SHOUTED = "5a1e0000-0000-4000-8000-0000000000ab"


@pytest.fixture
async def catalog() -> AsyncIterator[Catalog]:
    """A catalog of the company to which two datasets with names that exist were added."""
    store = Store.open()
    products = next(dataset for dataset in store.all(Dataset) if dataset.name == "Products")
    customers = next(dataset for dataset in store.all(Dataset) if dataset.name == "Customers")
    for original, copy in ((products, TWIN), (customers, SHOUTED)):
        store.warehouse.create(copy, store.warehouse.columns(original.id))
    store.put(
        products.model_copy(update={"id": TWIN}), customers.model_copy(update={"id": SHOUTED, "name": "CUSTOMERS"})
    )
    async with Domo.connect("x", "https://x.invalid", DeveloperToken("sandbox-token"), app=sandbox_app(store)) as domo:
        yield Catalog(domo, CatalogSettings())
    store.close()


async def test_a_name_that_two_datasets_have_lists_both_with_their_ids(catalog: Catalog) -> None:
    with pytest.raises(UnknownName) as error:
        await catalog.dataset("Products")
    assert '2 datasets are called "Products"' in str(error.value)
    assert TWIN in error.value.message
    assert "rows" in error.value.message
    assert error.value.hint == "Use the id of the one you mean."


async def test_case_decides_between_names_that_differ_in_nothing_else(catalog: Catalog) -> None:
    assert (await catalog.dataset("CUSTOMERS")).id == SHOUTED
    assert (await catalog.dataset("Customers")).id != SHOUTED
    with pytest.raises(UnknownName):
        await catalog.dataset("customers")


@pytest.mark.parametrize("name", ["Sales Orders", "`Sales Orders`", "  sales orders "])
async def test_quotes_and_spaces_around_a_name_do_not_matter(catalog: Catalog, name: str) -> None:
    assert (await catalog.dataset(name)).name == "Sales Orders"


async def test_a_name_like_nothing_still_lists_some_datasets(catalog: Catalog) -> None:
    with pytest.raises(UnknownName) as error:
        await catalog.dataset("qqqqqqqqqq")
    assert "There are, among others: " in error.value.message


async def test_a_dictionary_that_cannot_be_read_is_left_out_and_asked_for_again(sandbox: Starlette) -> None:
    async with Domo.connect("x", "https://x.invalid", DeveloperToken("sandbox-token"), app=sandbox) as domo:
        catalog = Catalog(domo, CatalogSettings())
        sandbox.state.faults = Faults(
            Plan.model_validate({"rules": [{"kind": "not_json", "path": "*/data-dictionary/*", "times": 1}]})
        )
        assert (await catalog.describe(PRODUCTS)).dictionary is None
        requests = len(sandbox.state.requests)
        assert (await catalog.describe(PRODUCTS)).dictionary is not None
        assert len(sandbox.state.requests) == requests + 1


async def test_a_dictionary_that_a_passing_fault_hides_is_not_left_out(sandbox: Starlette) -> None:
    async with Domo.connect(
        "x", "https://x.invalid", DeveloperToken("sandbox-token"), app=sandbox, call_timeout_s=0.2
    ) as domo:
        sandbox.state.faults = Faults(
            Plan.model_validate({"rules": [{"kind": "503", "path": "*/data-dictionary/*", "retry_after": 60}]})
        )
        with pytest.raises(DomoFailed):
            await Catalog(domo, CatalogSettings()).describe(PRODUCTS)
