"""A company of this folder's own, to which tests add datasets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domo_mcp.sandbox.store import Store
from tests.catalog.shop import Shop


@pytest.fixture(scope="session")
def shop_store() -> Iterator[Store]:
    """Its clock runs: what was updated after it was learnt is learnt anew."""
    store = Store.open()
    yield store
    store.close()


@pytest.fixture
def shop(shop_store: Store) -> Shop:
    """A sandbox of each test's own on that company."""
    return Shop.on(shop_store)
