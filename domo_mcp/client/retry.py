"""Which failures are worth another try, and how long to wait before it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domo_mcp.errors import DomoError, DomoFailed, RateLimited, TimedOut, Unreachable

Effect = Literal["read", "write", "same", "ai"]
"""What sending a request twice may cost: nothing, a second change, the same change again, or credits."""

_PASSING_FAULTS = frozenset({500, 502, 503, 504})

SLOWEST = 1_000_000
"""Bytes a second at which an upload is still waited for."""


@dataclass(frozen=True)
class Patience:
    """How often and how long to try. Times in seconds; `first_s` doubles with each try up to `longest_s`."""

    attempts: int = 3
    first_s: float = 0.5
    longest_s: float = 8.0
    longest_asked_s: float = 30.0


USUAL_PATIENCE = Patience()


def decide(
    effect: Effect,
    error: DomoError,
    attempt: int,
    *,
    remaining_s: float,
    chance: float,
    patience: Patience = USUAL_PATIENCE,
) -> float | None:
    """Return the seconds to wait before the next try, or None to give up.

    `attempt` counts from 1, `chance` is a random number in [0, 1). Waiting is full jitter; where Domo asked for a wait
    (`Retry-After`) that long at least, and not at all where it asks for more than the call has left.

    A read, and a write that is the same done twice, is repeated on 429, 500, 502, 503, 504, broken connections and
    timeouts. Another write or an AI call only where
    Domo surely did not act on it: 429, and connections that were never made. A 503 is not such a sign, with or
    without `Retry-After`: a proxy also sends it for an answer that it lost.
    """
    if attempt >= patience.attempts or not _worth_it(effect, error):
        return None
    delay = _delay(error.retry_after, attempt, chance, patience)
    return delay if delay is not None and delay < remaining_s else None


def _worth_it(effect: Effect, error: DomoError) -> bool:
    if isinstance(error, RateLimited | Unreachable) and error.surely_unprocessed:
        return True
    passing = isinstance(error, RateLimited | Unreachable | TimedOut)
    return effect in {"read", "same"} and (
        passing or (isinstance(error, DomoFailed) and error.status in _PASSING_FAULTS)
    )


def _delay(asked_s: float | None, attempt: int, chance: float, patience: Patience) -> float | None:
    if asked_s is None:
        return chance * min(patience.longest_s, patience.first_s * 2.0 ** (attempt - 1))
    return None if asked_s > patience.longest_asked_s else asked_s + chance * patience.first_s
