"""How much one instance is asked at a time: concurrency and rate."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from pydantic import BaseModel, ConfigDict, PositiveInt

from domo_mcp.errors import RateLimited


class Limits(BaseModel):
    """Requests at once, requests in any minute, and calls of Domo's AI, which cost credits, in any hour.

    The default rate is the one number Domo gives: about 120 requests a minute for its search API (portal, Search).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    concurrency: PositiveInt = 8
    per_minute: PositiveInt = 120
    ai_per_hour: PositiveInt = 60


USUAL_LIMITS = Limits()
_MINUTE, _HOUR = 60.0, 3600.0


class Window:
    """The turns of the last `length_s` seconds and those to come; it holds no clock: every call names its time."""

    def __init__(self, most: int, length_s: float = _MINUTE) -> None:
        self._most = most
        self._length_s = length_s
        self._turns: deque[float] = deque()

    def reserve(self, now: float) -> float:
        """Take the next turn and return its time: now, unless the time before has its number already."""
        while self._turns and self._turns[0] <= now - self._length_s:
            self._turns.popleft()
        full = len(self._turns) >= self._most
        turn = self._turns[-self._most] + self._length_s if full else now
        self._turns.append(turn)
        return turn

    def give_back(self, turn: float) -> None:
        """Return a turn that was not used."""
        self._turns.remove(turn)


class Throttle:
    """Lets requests through within `Limits`; must be made where an event loop runs."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._slots = anyio.Semaphore(limits.concurrency)
        self._window = Window(limits.per_minute)
        self._ai = Window(limits.ai_per_hour, _HOUR)

    def count_ai_call(self) -> None:
        """Count a call that costs credits. Raises `RateLimited` where the hour has its number of them."""
        now = anyio.current_time()
        turn = self._ai.reserve(now)
        if turn > now:
            self._ai.give_back(turn)
            raise RateLimited(
                f"Domo's AI was called {self._limits.ai_per_hour} times in the last hour, this server's limit.",
                "Do without it: get_schema_context and your own SQL in run_sql cost no credits.",
                retry_after=turn - now,
                surely_unprocessed=True,
            )

    @asynccontextmanager
    async def slot(self, deadline: float) -> AsyncIterator[None]:
        """Hold one of the places while the block runs.

        `deadline` is on the event loop's clock. Raises `RateLimited` where the turn would come later than that.
        """
        await self._take_place(deadline)
        try:
            await self._take_turn(deadline)
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

    async def _take_turn(self, deadline: float) -> None:
        now = anyio.current_time()
        turn = self._window.reserve(now)
        if turn > deadline:
            self._window.give_back(turn)
            raise self._too_busy(f"{self._limits.per_minute} requests a minute", turn - now)
        try:
            await anyio.sleep_until(turn)
        except anyio.get_cancelled_exc_class():
            self._window.give_back(turn)
            raise

    @staticmethod
    def _too_busy(limit: str, wait: float | None) -> RateLimited:
        return RateLimited(
            f"This server's own limit for the Domo instance is reached ({limit}); the request was not sent.",
            "Wait a little, or ask for less at a time.",
            retry_after=wait,
            surely_unprocessed=True,
        )
