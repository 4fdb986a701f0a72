"""A company that tests may change, beside the one that all tests read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from tests.conftest import TODAY
from tests.tools.workshop import SURFACES, Workshop


@pytest.fixture(scope="session")
def company() -> Iterator[Store]:
    """A company whose collections tests write to; its clock stands still."""
    store = Store.open(clock=lambda: TODAY)
    yield store
    store.close()


@pytest.fixture
def workshop(company: Store) -> Workshop:
    """A sandbox application of its own on that company."""
    return Workshop(sandbox_app(company))


@pytest.fixture(params=SURFACES)
def surface(request: pytest.FixtureRequest) -> str:
    """Each surface."""
    name: str = request.param
    return name
