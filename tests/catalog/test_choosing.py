"""Which datasets are asked for their columns, and how often, in an instance of many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from domo_mcp.errors import Refused
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store
from tests.catalog.shop import Shop

THEMES = ["Billing", "Fleet", "Harvest", "Library", "Orchard", "Payroll", "Quarry", "Rainfall", "Shuttle", "Turbine"]


@pytest.fixture(scope="module")
def many_store() -> Iterator[Store]:
    """Two hundred and twenty datasets, most of them like many others."""
    store = Store.open()
    shop = Shop.on(store)
    there = len(store.all(Dataset))
    for number in range(220 - there):
        theme = THEMES[number % len(THEMES)]
        more: dict[str, Any] = {f"{theme} Amount": "DOUBLE", "Day": "DATE"}
        if number == 150:
            more["Zeppelin Count"] = "LONG"
        shop.add(number, f"{theme} Register {number}", more, created=number)
    yield store
    store.close()


@pytest.fixture
def shop(many_store: Store) -> Shop:
    """A sandbox of each test's own on them."""
    return Shop.on(many_store)


async def test_two_hundred_datasets_cost_few_calls_and_the_right_ones_come(shop: Shop) -> None:
    async with shop.catalog() as catalog:
        fits = await catalog.fits("total harvest amount by day")
    assert fits[0].described.dataset.name.startswith("Harvest Register")
    assert len(shop.about("/schema/indexed")) <= 24
    assert len(shop.sent.sent) <= 60


async def test_the_same_question_costs_nothing_and_finds_the_same(shop: Shop) -> None:
    async with shop.catalog() as catalog:
        first = await catalog.fits("orchard amount")
        asked = len(shop.sent.sent)
        assert await catalog.fits("orchard amount") == first
        assert len(shop.sent.sent) == asked


async def test_sixty_four_at_once_cost_what_one_costs(shop: Shop) -> None:
    async with shop.catalog() as catalog:
        await catalog.fits("quarry amount")
    alone = len(shop.sent.sent)
    async with shop.catalog() as catalog, anyio.create_task_group() as tasks:
        for _ in range(64):
            tasks.start_soon(catalog.fits, "quarry amount")
    assert len(shop.sent.sent) == 2 * alone


async def test_what_another_question_learnt_helps_to_find_a_column_by_its_name(shop: Shop) -> None:
    async with shop.catalog() as catalog:
        await catalog.fits("billing amount")
        fits = await catalog.fits("how many zeppelins")
    assert [fit.described.dataset.name for fit in fits if fit.ranked.score > 0] == ["Billing Register 150"]


async def test_a_dataset_beyond_the_first_two_hundred_is_found_by_its_name(shop: Shop) -> None:
    async with shop.catalog() as catalog:
        fits = await catalog.fits("amounts of billing register 0")
    assert "Billing Register 0" in [fit.described.dataset.name for fit in fits]


async def test_a_question_is_thought_over_after_one_of_them_was_updated_or_forgotten(shop: Shop) -> None:
    async with shop.catalog() as catalog:
        first = (await catalog.fits("turbine amount"))[0].described.dataset
        await catalog.forget("dataset", first.id)
        before = len(shop.about("/schema/indexed"))
        assert (await catalog.fits("turbine amount"))[0].described.dataset.id == first.id
        assert len(shop.about("/schema/indexed")) > before


class Denying:
    """A policy that denies some names."""

    def restricts(self, kind: str) -> bool:
        """Some datasets."""
        return kind == "dataset"

    async def allows(self, kind: str, thing_id: str, name: str) -> bool:
        """What has nothing to do with payrolls."""
        assert thing_id
        return kind != "dataset" or "Payroll" not in name

    async def check(self, kind: str, thing_id: str, name: str) -> None:
        """Raise Refused for what has to do with payrolls."""
        if not await self.allows(kind, thing_id, name):
            raise Refused("no")


async def test_a_denied_dataset_is_neither_found_nor_asked_about(shop: Shop) -> None:
    async with shop.catalog(permits=Denying()) as catalog:
        names = [fit.described.dataset.name for fit in await catalog.fits("payroll amount by day")]
    assert names
    assert not [name for name in names if "Payroll" in name]
    denied = {each.id for each in shop.store.all(Dataset) if "Payroll" in each.name}
    assert not [path for path, _ in shop.sent.sent if any(key in path for key in denied)]


async def test_notes_on_a_denied_dataset_never_come_however_far_down_the_list_it_is(shop: Shop) -> None:
    far = [f"Payroll Register {number}" for number in (5, 15, 205)]
    key = next(each.id for each in shop.store.all(Dataset) if each.name == far[0])
    sections = [
        f"# {heading}\nSecret {n}.\n## Bonus\nHidden {n}.\n" for n, heading in enumerate([*far, far[1].upper(), key])
    ]
    notes = "Open.\n" + "".join(sections) + "# Calendar\nWeeks."
    async with shop.catalog(permits=Denying(), notes=notes) as catalog:
        assert await catalog.general_notes() == "Open.\nCalendar: Weeks."
        asked = len(shop.sent.sent)
        await catalog.general_notes()
    assert len(shop.sent.sent) == asked


async def test_a_dataset_behind_a_full_page_with_a_denied_one_is_found_by_its_name(shop: Shop) -> None:
    async with shop.catalog(permits=Denying()) as catalog:
        assert (await catalog.dataset("Billing Register 0")).name == "Billing Register 0"
        with pytest.raises(Refused):
            await catalog.dataset("Payroll Register 5")


@pytest.mark.parametrize("denies", [True, False])
async def test_notes_with_many_headings_cost_no_search_each(shop: Shop, denies: bool) -> None:
    notes = "Open.\n" + "".join(f"# Heading {n}\nText {n}.\n" for n in range(400))
    async with shop.catalog(permits=Denying() if denies else None, notes=notes) as catalog:
        await catalog.fits("")
        asked = len(shop.sent.sent)
        said = await catalog.general_notes()
    assert len(shop.sent.sent) == asked
    assert (said == "Open.", "Text 399." in said) == (denies, not denies)
