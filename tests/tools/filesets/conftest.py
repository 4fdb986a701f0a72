"""FileSets for tests, which go with the test that made them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.tools.cabinet import Cabinet, cabinet, clear
from tests.tools.workshop import Workshop


@pytest.fixture(autouse=True)
async def _emptied(workshop: Workshop) -> AsyncIterator[None]:
    """What a test made goes with it: others count FileSets, and ask all there are."""
    yield
    await clear(workshop)


@pytest.fixture
async def papers(workshop: Workshop) -> Cabinet:
    """A FileSet of Alex's that cannot be asked, with four files."""
    return await cabinet(
        workshop,
        {"top.txt": "At the top.", "a/one.md": "# One", "a/two.md": "# Two", "a/b/three.html": "<p>Three</p>"},
    )
