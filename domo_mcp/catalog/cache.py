"""Values with an age: one load at a time for a key, however many ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import anyio

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Cache(Generic[KeyT, ValueT]):
    """Keeps what `load` gave for `max_age_s` seconds, the `most` latest keys of it; a failure is not kept."""

    def __init__(self, max_age_s: float, *, most: int = 1000) -> None:
        self._max_age_s = max_age_s
        self._most = most
        self._values: dict[KeyT, tuple[float, ValueT]] = {}
        self._loading: dict[KeyT, anyio.Lock] = {}

    def forget(self) -> None:
        """Load every value anew from here on."""
        self._values = {}

    async def get(self, key: KeyT, load: Callable[[], Awaitable[ValueT]]) -> ValueT:
        """The value of `key`, loaded where none is young enough."""
        kept = self._values.get(key)
        if kept and anyio.current_time() - kept[0] < self._max_age_s:
            return kept[1]
        lock = self._loading.setdefault(key, anyio.Lock())
        try:
            async with lock:
                kept = self._values.get(key)
                if kept and anyio.current_time() - kept[0] < self._max_age_s:
                    return kept[1]
                value = await load()
                self.put(key, value)
                return value
        finally:
            if not lock.locked():
                self._loading.pop(key, None)

    def put(self, key: KeyT, value: ValueT) -> None:
        """Keep `value` from now on."""
        self._values.pop(key, None)
        self._values[key] = (anyio.current_time(), value)
        while len(self._values) > self._most:
            self._values.pop(next(iter(self._values)))
