"""How the gate asks a person; the server knows how a client is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Answer = Literal["once", "minutes", "no", "cancelled", "unanswered"]
"""Yes to this change; yes, and to undoable changes of the same thing for a while; every other answer is a no."""

GRANT_MINUTES = 15


@dataclass(frozen=True)
class Question:
    """What a person is asked; the same for the same change.

    `digest` is that of all that would change; `offers_minutes` tells whether a yes for a while may be given.
    """

    text: str
    digest: str
    offers_minutes: bool


@dataclass(frozen=True)
class Reply:
    """What came back; `stale` is true where time passed since the change was prepared."""

    answer: Answer
    stale: bool


class Person(Protocol):
    """Whoever sits at the client of one call."""

    @property
    def can_be_asked(self) -> bool:
        """Whether the client can show a question now."""
        ...

    @property
    def is_alone(self) -> bool:
        """Whether no other client calls under the same name: else a yes for a while would be everybody's."""
        ...

    @property
    def has_panel(self) -> bool:
        """Whether the client shows a change that waits for a yes with buttons of its own."""
        ...

    async def ask(self, question: Question) -> Reply:
        """The answer. A client that is asked by answering its call raises what makes it ask and call again."""
        ...


class Nobody:
    """For calls behind which no person sits."""

    can_be_asked = False
    is_alone = True
    has_panel = False

    async def ask(self, question: Question) -> Reply:  # noqa: ARG002 - the protocol's signature
        """Nobody says yes."""
        return Reply("no", stale=False)
