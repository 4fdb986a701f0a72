"""Why there is no chart, or no picture of it."""

from __future__ import annotations


class CannotChart(Exception):
    """These rows make no such chart: the message says why, `hint` what to ask for instead."""

    def __init__(self, message: str, hint: str) -> None:
        """Say why, and what to do."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnknownColumn(CannotChart):
    """A column was named that the rows do not have."""


class NoPicture(Exception):
    """The chart cannot be drawn as a picture here; the message says why."""
