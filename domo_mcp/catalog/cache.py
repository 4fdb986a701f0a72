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

    Nor is what was on its way when its key was dropped, or all forgotten: it may have been true only before.

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
        self._shelf = shelf if kind and max_age_s else None
        self._kind = kind
        self._values: dict[str, tuple[float, ValueT]] = {}
        self._loading: dict[str, anyio.Lock] = {}
        self._dropped: dict[str, float] = {}
        self._forgotten = 0.0

    async def get(self, key: str, load: Callable[[], Awaitable[ValueT]], *, since: float = 0) -> ValueT:
        """The value of `key`, loaded where none is young enough and made after `since` (Unix seconds)."""
        kept = self._young(key, since)
        if kept:
            return kept[0]
        lock = self._loading.setdefault(key, anyio.Lock())
        try:
            async with lock:
                kept = await self.peek(key, since=since)
                if kept:
                    return kept[0]
                made, value = time.time(), await load()
                if self._is_stale(key, made):
                    return value
                self.put(key, value, made)
                if self._shelf and self._kind:
                    await self._shelf.put(f"{self._name}/{key}", self._kind.dump_json(value).decode(), made)
                return value
        finally:
            if not lock.locked():
                self._loading.pop(key, None)

    async def peek(self, key: str, *, since: float = 0) -> tuple[ValueT] | None:
        """The value of `key` if there is one, without loading any."""
        return self._young(key, since) or await self._shelved(key, since)

    def put(self, key: str, value: ValueT, made: float) -> None:
        """Keep in this process a value that was true at `made` (Unix seconds)."""
        self._values.pop(key, None)
        self._values[key] = (made, value)
        while len(self._values) > self._most:
            self._values.pop(next(iter(self._values)))

    async def drop(self, key: str) -> None:
        """Keep nothing of `key`."""
        self._dropped[key] = time.time()
        self._values.pop(key, None)
        if self._shelf:
            await self._shelf.drop(f"{self._name}/{key}")

    def forget(self) -> None:
        """Keep nothing of what was loaded until now."""
        self._forgotten = time.time()
        self._dropped.clear()
        self._values.clear()

    def _young(self, key: str, since: float) -> tuple[ValueT] | None:
        kept = self._values.get(key)
        return (kept[1],) if kept and self._is_young(key, kept[0], since) else None

    async def _shelved(self, key: str, since: float) -> tuple[ValueT] | None:
        """What an earlier run kept, as old as it was made."""
        found = await self._shelf.get(f"{self._name}/{key}") if self._shelf else None
        if found is None or self._kind is None or not self._is_young(key, found.made, since):
            return None
        try:
            value = self._kind.validate_json(found.json)
        except ValidationError:
            return None  # another version of this server wrote it
        self.put(key, value, found.made)
        return (value,)

    def _is_young(self, key: str, made: float, since: float) -> bool:
        return made >= since and 0 <= time.time() - made < self._max_age_s and not self._is_stale(key, made)

    def _is_stale(self, key: str, made: float) -> bool:
        return made <= max(self._forgotten, self._dropped.get(key, 0))
