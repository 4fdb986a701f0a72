"""The states of an instance of a workflow, and how many instances are read."""

from __future__ import annotations

ENDED = frozenset({"COMPLETED", "FAILED", "CANCELED"})
MOST_EXECUTIONS = 1000
"""As many instances of one workflow are read at most, to find one of them or to sum them up."""
PAGE = 100
"""As many of them are asked for at once."""


def status_of(told: object) -> str:
    """A status in one spelling: null and "null" are the same, CANCELLED is CANCELED, text may be quoted.

    `null`: the instance has not reported back as started yet (Workflows document, Start a Workflow, HTTP Response).
    """
    word = str("null" if told is None else told).strip().strip('"').strip().upper()
    return {"": "null", "NULL": "null", "NONE": "null", "CANCELLED": "CANCELED"}.get(word, word)
