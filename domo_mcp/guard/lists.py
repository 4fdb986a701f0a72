"""Allow and deny lists: which of Domo's things may be touched, by id or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

from domo_mcp.errors import Refused
from domo_mcp.untrusted import foreign


class Pins(Protocol):
    """Remembers for good which id a name stood for when it was first used."""

    async def pin(self, name: str, thing_id: str) -> str:
        """The id that `name` stands for: the one kept, or `thing_id`, which is kept from now on."""
        ...

    async def pinned(self, prefix: str, thing_id: str) -> bool:
        """Whether some name that starts with `prefix` stands for `thing_id`."""
        ...


@dataclass(frozen=True)
class Lists:
    """The lists of one instance.

    A denial matches the id or the name. An allowance by name holds for the id that the name had at first use: who
    renames another thing to an allowed name gains nothing, and a thing that is renamed stays allowed.
    """

    instance: str
    allow: Mapping[Any, Sequence[str]]
    deny: Mapping[Any, Sequence[str]]
    pins: Pins

    def restricts(self, kind: str) -> bool:
        """Whether things of a kind may be refused at all."""
        return bool(self.deny.get(kind)) or "*" not in self.allow.get(kind, ["*"])

    async def allows(self, kind: str, thing_id: str, name: str) -> bool:
        """Whether one thing may be touched and seen in lists."""
        return not await self._refusal(kind, thing_id, name)

    async def check(self, kind: str, thing_id: str, name: str) -> None:
        """Raise Refused where it may not. Of a thing that is yet to be made, without an id, only the name counts."""
        if why := await self._refusal(kind, thing_id, name):
            raise Refused(
                f'The {kind} "{foreign(name, 80)}" ({foreign(thing_id, 60) or "new"}) is not allowed here: {why}.',
                "The operator of this server decides about that in its configuration.",
            )

    async def _refusal(self, kind: str, thing_id: str, name: str) -> str:
        if not self.restricts(kind):
            return ""
        for pattern in self.deny.get(kind, ()):
            if _matches(pattern.casefold(), *filter(None, (thing_id.casefold(), name.casefold()))):
                return f"policy.deny has {pattern!r}"
        patterns = self.allow.get(kind, ["*"])
        if "*" in patterns or thing_id in patterns:
            return ""
        place = f"{self.instance}/{kind}/"
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            if not thing_id:
                return ""
            first = await self.pins.pin(place + name, thing_id)
            return "" if first == thing_id else f"that name stood for {first} when it was first used"
        return "" if await self.pins.pinned(place, thing_id) else "policy.allow does not name it"


def _matches(pattern: str, *texts: str) -> bool:
    return any(fnmatchcase(text, pattern) for text in texts)
