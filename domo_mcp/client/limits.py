"""How much one instance is asked at a time: concurrency and rate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from pydantic import BaseModel, ConfigDict, PositiveInt

from domo_mcp.errors import RateLimited


class Limits(BaseModel):
    """Requests at once, requests a minute, and how many may go at once after a pause (`burst`).

    The default rate is the one number Domo gives: about 120 requests a minute for its search API (portal, Search).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    concurrency: PositiveInt = 8
    per_minute: PositiveInt = 120
    burst: PositiveInt = 20


USUAL_LIMITS = Limits()


class Bucket:
    """A token bucket that gives reservations; it holds no clock, so every call names its time in seconds."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._rate = limits.per_minute / 60
        self._size = float(limits.burst)
        self._tokens = self._size
        self._at = now

    def reserve(self, now: float) -> float:
        """Take one token, of the future if need be, and return the seconds until it is there."""
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)

    def give_back(self) -> None:
        """Return a token that was not used."""
        self._tokens = min(self._size, self._tokens + 1)


class Throttle:
    """Lets requests through within `Limits`; must be made where an event loop runs."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._slots = anyio.Semaphore(limits.concurrency)
        self._bucket = Bucket(limits, anyio.current_time())

    @asynccontextmanager
    async def slot(self, deadline: float) -> AsyncIterator[None]:
        """Hold one of the places while the block runs.

        `deadline` is on the event loop's clock. Raises `RateLimited` where the turn would come later than that.
        """
        await self._take_place(deadline)
        try:
            await self._take_token(deadline)
            yield
        finally:
            self._slots.release()

    async def _take_place(self, deadline: float) -> None:
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            with anyio.move_on_at(deadline) as wait:
                await self._slots.acquire()
            if wait.cancelled_caught:
                raise self._too_busy(f"{self._limits.concurrency} requests at once", None) from None

    async def _take_token(self, deadline: float) -> None:
        wait = self._bucket.reserve(anyio.current_time())
        if anyio.current_time() + wait > deadline:
            self._bucket.give_back()
            raise self._too_busy(f"{self._limits.per_minute} requests a minute", wait)
        try:
            await anyio.sleep(wait)
        except anyio.get_cancelled_exc_class():
            self._bucket.give_back()
            raise

    @staticmethod
    def _too_busy(limit: str, wait: float | None) -> RateLimited:
        return RateLimited(
            f"This server's own limit for the Domo instance is reached ({limit}); the request was not sent.",
            "Wait a little, or ask for less at a time.",
            retry_after=wait,
            surely_unprocessed=True,
        )
