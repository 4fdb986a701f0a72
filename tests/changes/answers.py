"""How the person at a client may answer a question, as elicitation callbacks."""

from __future__ import annotations

from typing import Any

import anyio
from mcp_types import ElicitRequestParams, ElicitResult

ONCE = "Yes, this once"
MINUTES = "Yes, and for 15 minutes all changes here that can be undone, deletes too"


RESULTS = {
    "accepted": ElicitResult(action="accept", content={"answer": ONCE}),
    "minutes": ElicitResult(action="accept", content={"answer": MINUTES}),
    "no": ElicitResult(action="accept", content={"answer": "No"}),
    "nonsense": ElicitResult(action="accept", content={"answer": "whatever"}),
    "empty": ElicitResult(action="accept", content={}),
    "declined": ElicitResult(action="decline"),
    "cancelled": ElicitResult(action="cancel"),
}


class Person:
    """Answers every question alike, "never" to none, and remembers the questions."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.questions: list[str] = []

    async def __call__(self, context: Any, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002 - by keyword
        """Answer one question."""
        self.questions.append(params.message)
        if self.answer == "never":
            await anyio.sleep_forever()
        return RESULTS[self.answer]


def person(answer: str) -> Person | None:
    """The callback for an answer; None for a client that cannot be asked."""
    return None if answer == "unsupported" else Person(answer)
