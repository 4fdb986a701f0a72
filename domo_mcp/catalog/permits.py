"""Which of Domo's things may be touched at all: the catalog asks wherever a name or id becomes a thing."""

from __future__ import annotations

from typing import Protocol


class Permits(Protocol):
    """The allow and deny lists of one instance."""

    def restricts(self, kind: str) -> bool:
        """Whether things of a kind may be refused at all."""
        ...

    async def allows(self, kind: str, thing_id: str, name: str) -> bool:
        """Whether one thing may be touched and seen in lists."""
        ...

    async def check(self, kind: str, thing_id: str, name: str) -> None:
        """Raise Refused where it may not."""
        ...


class Everything:
    """Permits everything."""

    def restricts(self, kind: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Nothing is refused."""
        return False

    async def allows(self, kind: str, thing_id: str, name: str) -> bool:  # noqa: ARG002
        """Everything is allowed."""
        return True

    async def check(self, kind: str, thing_id: str, name: str) -> None:
        """Let it pass."""
