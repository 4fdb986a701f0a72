"""The sandbox's state: made once, kept, never shared between processes."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domo_mcp.sandbox.records import Card, Dataset, Stream, User
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column, Warehouse, WarehouseBusy

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SALES = "5a1e0000-0000-4000-8000-000000000001"


def test_what_was_put_is_there_after_a_restart_and_nothing_is_made_anew(tmp_path: Path) -> None:
    store = Store.open(tmp_path, clock=lambda: NOW)
    made = store.get(Dataset, SALES)
    assert made is not None
    store.put(made.model_copy(update={"description": "Edited"}))
    store.close()

    store = Store.open(tmp_path, clock=lambda: NOW + timedelta(days=400))
    try:
        assert store.get(Dataset, SALES) == made.model_copy(update={"description": "Edited"})
        assert store.warehouse.row_count(SALES) == 50_000
        assert len(store.all(Dataset)) == 10
    finally:
        store.close()


def test_a_folder_that_is_open_is_not_opened_twice(tmp_path: Path) -> None:
    store = Store.open(tmp_path, clock=lambda: NOW)
    try:
        with pytest.raises(WarehouseBusy):
            Store.open(tmp_path)
    finally:
        store.close()


def test_a_first_opening_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.create("left over", [Column("a", "LONG")], "SELECT 1")
    warehouse.create(SALES, [Column("a", "LONG")], "SELECT 1")
    warehouse.close()

    store = Store.open(tmp_path, clock=lambda: NOW)
    try:
        assert store.warehouse.row_count(SALES) == 50_000
        assert "left over" not in store.warehouse.datasets()
    finally:
        store.close()


def test_a_folder_whose_records_cannot_be_read_stays_closed(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite").write_bytes(b"not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(sqlite3.DatabaseError):
        Store.open(tmp_path, clock=lambda: NOW)
    Warehouse(tmp_path).close()


def test_records_are_found_by_kind_and_id(store: Store) -> None:
    alex = store.get(User, 1001)
    assert alex is not None
    assert alex.name == "Alex Rivera"
    assert store.get(Card, 1001) is None
    assert store.get(User, "nobody") is None


def test_records_of_a_kind_come_in_the_order_they_were_put(store: Store) -> None:
    names = [dataset.name for dataset in store.all(Dataset)]
    assert names[:2] == ["Sales Orders", "Products"]
    assert names[-2:] == ["Board Minutes KPIs", "Campaign Notes"]


def test_cards_and_streams_belong_to_datasets(store: Store) -> None:
    ids = {dataset.id for dataset in store.all(Dataset)}
    cards = store.all(Card)
    assert {card.dataset_id for card in cards} == ids - {"5a1e0000-0000-4000-8000-000000000008"}
    assert {stream.dataset_id for stream in store.all(Stream)} < ids
    assert all(2 <= sum(card.dataset_id == key for card in cards) <= 6 for key in {c.dataset_id for c in cards})
