"""Opening the state: what is wrong with the configuration shows at once, the database is touched at first use."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from domo_mcp.errors import StateUnavailable
from domo_mcp.state.settings import StateSettings
from domo_mcp.state.store import OnFirstUse, State, Store

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_state(settings: StateSettings, *, in_memory: bool) -> AsyncIterator[State]:
    """The state as `settings` say; `in_memory` for one that ends with the process.

    Raises ConfigError for settings that cannot work. A place that cannot be used does not end the server, which can
    still read: everything that is asked of the state raises StateUnavailable then.
    """
    settings.check()
    key, writer = settings.signing_key(), uuid.uuid4().hex
    unusable: StateUnavailable | None = None
    if key is None and not in_memory:
        try:
            key = await _key_beside(settings)
        except StateUnavailable as error:
            logger.warning("Changes are refused: %s", error)
            unusable = error

    async def opens() -> Store:
        if unusable is not None:
            raise StateUnavailable(unusable.message, unusable.hint)
        return await _opened(settings, writer, in_memory=in_memory)

    store = OnFirstUse(opens)
    try:
        yield State(key or secrets.token_bytes(32), writer, store)
    finally:
        with anyio.CancelScope(shield=True):
            await store.close()


async def _key_beside(settings: StateSettings) -> bytes:
    from domo_mcp.state.folder import Folder

    folder = Folder(settings.file(), own=not settings.url)
    try:
        return await to_thread.run_sync(folder.key)
    except OSError as error:
        raise StateUnavailable(
            f"The state folder {folder.file.parent} cannot be used: {error}.",
            "Give this user the rights to it, or set state.url to another place.",
        ) from None


async def _opened(settings: StateSettings, writer: str, *, in_memory: bool) -> Store:
    if settings.on_postgres and not in_memory:
        from domo_mcp.state.postgres import Postgres

        return await Postgres.open(settings.url, writer)
    from domo_mcp.state.folder import Folder
    from domo_mcp.state.sqlite import Sqlite

    return await Sqlite.open(None if in_memory else Folder(settings.file(), own=not settings.url), writer)
