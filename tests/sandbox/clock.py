"""A clock for tests: it stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the sandbox's time."""

    def __init__(self) -> None:
        """Begin at a full hour."""
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now

    def move(self, **by: float) -> None:
        """Go on by so many minutes, seconds and so on."""
        self.now += timedelta(**by)
