"""Shares with their intervals, as the benchmarks print them."""

from __future__ import annotations

import math


def share(part: int, whole: int) -> str:
    """A share with its interval."""
    low, high = wilson(part, whole)
    return f"{part}/{whole} ({part / whole if whole else 0:.1%}, {low:.0%} to {high:.0%})"


def wilson(part: int, whole: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share, at 95 % unless `z` says otherwise; of nothing everything is possible."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, z * z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = z * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(0.0, middle - half), min(1.0, middle + half)
