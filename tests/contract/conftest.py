"""What the contract's tests share: all calls, made once; and services on the sandbox or on a real Domo."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from tests.conftest import TODAY
from tests.contract.asking import Asked, ask_everything
from tests.contract.recorder import Recorder
from tests.contract.service import Open, Service, configured, digest, invented, opened
from tests.contract.table import SURFACES, Surface, endpoints


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of `pytest tests/contract`."""
    group = parser.getgroup("contract")
    group.addoption("--live", metavar="INSTANCE", help="run the services' tests on this configured instance")
    group.addoption(
        "--live-changes", action="store_true", help="there too those that change something, or cost credits"
    )


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Everything that is sent when every tool is called, on a company of its own."""
    store = Store.open(clock=lambda: TODAY)
    yield asyncio.run(ask_everything(sandbox_app(store), tmp_path_factory.mktemp("files")))
    store.close()


@pytest.fixture(params=SURFACES)
def surface(request: pytest.FixtureRequest) -> Surface:
    """Each surface; on a real Domo the one that its instance is configured for."""
    surface: Surface = request.param
    name = live_instance(request)
    if name and configured(name).instances[name].surface != surface:
        pytest.skip(reason=f"{name} is not on that surface")
    return surface


@pytest.fixture
def reading(request: pytest.FixtureRequest, surface: Surface, store: Store, tmp_path: Path) -> Open:
    """Opens every tool that only reads. On the sandbox nothing may have been changed by it."""
    name = live_instance(request)
    return (
        partial(opened, configured(name), "read", tmp_path, None) if name else partial(_kept, surface, store, tmp_path)
    )


@asynccontextmanager
async def _kept(surface: Surface, store: Store, folder: Path) -> AsyncIterator[Service]:
    before = digest(store)
    recorder = Recorder(sandbox_app(store))
    async with opened(invented(surface), "read", folder, recorder) as service:
        yield service
    changing = [
        str(sent)
        for sent in recorder.sent
        if any(endpoint.changes and endpoint.is_at(surface, sent) for endpoint in endpoints())
    ]
    assert not changing
    assert digest(store) == before


@pytest.fixture
def writing(request: pytest.FixtureRequest, surface: Surface, spare_store: Store, tmp_path: Path) -> Open:
    """Opens every tool; on a real Domo only where that was asked for."""
    if name := live_instance(request):
        if not request.config.getoption("live_changes", default=False):
            pytest.skip(reason="it changes something, or costs credits: --live-changes")
        return partial(opened, configured(name), "full", tmp_path, None)
    return partial(opened, invented(surface), "full", tmp_path, sandbox_app(spare_store))


def live_instance(request: pytest.FixtureRequest) -> str | None:
    """The instance that `--live` names."""
    name: str | None = request.config.getoption("live", default=None)
    return name
