"""Datasets: what Domo's Datasets API promises of finding and describing them."""

from __future__ import annotations

import pytest

from tests.contract.service import TYPES, Open, on_product

PARTS = ["schema", "access", "cards", "formulas", "partitions", "versions", "stream", "dictionary"]


@on_product
async def test_what_is_found_can_be_described(reading: Open) -> None:
    async with reading() as domo:
        found = await domo.rows("search_datasets", limit=3)
        assert 0 < len(found) <= 3
        for row in found:
            described = await domo.facts("get_dataset", dataset=row["id"], include=PARTS)
            assert (described["id"], described["name"]) == (row["id"], row["name"])
            assert {column["type"] for column in described.get("schema_columns") or []} <= TYPES
            assert all(entry["id"] and entry["type"] in {"USER", "GROUP"} for entry in described.get("access") or [])


@on_product
async def test_tags_are_put_and_taken_back(writing: Open) -> None:
    async with writing() as domo:
        if not domo.live:
            await domo.change("create_dataset", name="contract test", columns=[{"name": "a", "type": "LONG"}])
        me = (await domo.facts("whoami"))["user_id"]
        own = await domo.rows("search_datasets", owner=me, limit=1)
        if not own:
            pytest.skip(reason="whoever the token acts for owns no dataset")
        tagged = await domo.change("tag_dataset", dataset=own[0]["id"], tags=["contract-test"])
        assert tagged["verified"] is not False
        await domo.change("undo_change", change=tagged["change"])
