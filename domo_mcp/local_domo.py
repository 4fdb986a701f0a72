"""The sandbox in place of Domo: in this process, opened when it is first used."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from domo_mcp.config import SandboxSettings
from domo_mcp.errors import ConfigError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from domo_mcp.sandbox.faults import Plan
    from domo_mcp.sandbox.store import Store

logger = logging.getLogger(__name__)


class Embedded:
    """The sandbox in this process: one for all instances of that kind, opened when the first of them is used."""

    def __init__(self, settings: SandboxSettings, stack: AsyncExitStack, running: ASGIApp | None) -> None:
        self._settings = settings
        self._stack = stack
        self._running = running
        self._opening = anyio.Lock()

    async def app(self) -> ASGIApp:
        """The application that answers. Raises ConfigError where it cannot be opened."""
        async with self._opening:
            if self._running is None:
                store = await anyio.to_thread.run_sync(open_store, self._settings.folder())
                self._stack.callback(store.close)
                self._running = self._on(store)
            return self._running

    def _on(self, store: Store) -> ASGIApp:
        from domo_mcp.sandbox.ai import AiSettings
        from domo_mcp.sandbox.app import INDEX_S, sandbox_app

        settings = self._settings
        ai = AiSettings(settings.ai_url, settings.ai_model, settings.ai_key.get_secret_value())
        plan = fault_plan(settings.faults)
        return sandbox_app(store, ai=ai if settings.ai_url else None, plan=plan, index_s=INDEX_S)


def open_store(folder: Path | None) -> Store:
    """The sandbox's state in a folder, or in memory. Raises ConfigError where it cannot be opened."""
    try:
        from domo_mcp.sandbox.store import Store
        from domo_mcp.sandbox.warehouse import WarehouseBusy
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The sandbox needs {error.name}, which is not installed.", "Install it: pip install 'domo-mcp[sandbox]'"
        ) from None
    try:
        return Store.open(folder)
    except WarehouseBusy:
        raise ConfigError(
            f"Another process has the sandbox's folder {folder} open.", "Stop it, or choose another folder."
        ) from None
    except Exception as error:
        logger.debug("The sandbox did not open", exc_info=True)
        raise ConfigError(
            f"The sandbox's folder {folder} cannot be opened ({type(error).__name__}).",
            "Choose an empty folder; one that was damaged can be deleted, its data are invented.",
        ) from None


def fault_plan(file: str) -> Plan | None:
    """What shall go wrong in the sandbox; None for no file. Raises ConfigError for a file that says it wrongly."""
    if not file:
        return None
    from domo_mcp.sandbox.faults import KINDS, Plan

    try:
        return Plan.read(Path(file))
    except ValueError as error:
        raise ConfigError(
            f"The fault plan {file} cannot be used: {error}.",
            f"It has [[rules]] with kind ({', '.join(KINDS)}), path, method, share, times, retry_after, delay_s.",
        ) from None
