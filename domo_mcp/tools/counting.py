"""Numbers in sentences."""

from __future__ import annotations


def many(number: int, what: str) -> str:
    """So many of something."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
