"""Values with an age: one load at a time for a key, however many ask; kept for later runs where there is a shelf."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio
from pydantic import TypeAdapter, ValidationError

from domo_mcp.catalog.kept import Shelf

ValueT = TypeVar("ValueT")


class Cache(Generic[ValueT]):
    """Keeps what `load` gave for `max_age_s` seconds, the `most` latest keys of it; a failure is not kept.

    With a `shelf` values outlive the process; `kind` is then the type of a value, and `name` tells caches apart.
    """

    def __init__(
        self,
        max_age_s: float,
        *,
        most: int = 1000,
        name: str = "",
        shelf: Shelf | None = None,
        kind: TypeAdapter[ValueT] | None = None,
    ) -> None:
        self._max_age_s = max_age_s
        self._most = most
        self._name = name
        self._shelf = shelf if kind else None
        self._kind = kind
        self._values: dict[str, tuple[float, ValueT]] = {}
        self._loading: dict[str, anyio.Lock] = {}

    async def get(self, key: str, load: Callable[[], Awaitable[ValueT]]) -> ValueT:
        """The value of `key`, loaded where none is young enough."""
        kept = self._young(key)
        if kept:
            return kept[0]
        lock = self._loading.setdefault(key, anyio.Lock())
        try:
            async with lock:
                kept = self._young(key) or await self._shelved(key)
                if kept:
                    return kept[0]
                value = await load()
                self.put(key, value)
                if self._shelf and self._kind:
                    await self._shelf.put(f"{self._name}/{key}", self._kind.dump_json(value, by_alias=True).decode())
                return value
        finally:
            if not lock.locked():
                self._loading.pop(key, None)

    def put(self, key: str, value: ValueT) -> None:
        """Keep `value` from now on, in this process."""
        self._values.pop(key, None)
        self._values[key] = (time.time(), value)
        while len(self._values) > self._most:
            self._values.pop(next(iter(self._values)))

    def forget(self) -> None:
        """Keep nothing of what was loaded."""
        self._values.clear()

    def _young(self, key: str) -> tuple[ValueT] | None:
        kept = self._values.get(key)
        return (kept[1],) if kept and 0 <= time.time() - kept[0] < self._max_age_s else None

    async def _shelved(self, key: str) -> tuple[ValueT] | None:
        """What an earlier run kept, as old as it was made."""
        found = await self._shelf.get(f"{self._name}/{key}") if self._shelf else None
        if found is None or self._kind is None or not 0 <= time.time() - found.made < self._max_age_s:
            return None
        try:
            value = self._kind.validate_json(found.json)
        except ValidationError:
            return None  # another version of this server wrote it
        self._values[key] = (found.made, value)
        return (value,)
