"""Domo's things of one kind by id and name, each kind with its own way to be listed and described."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domo_mcp.catalog.cache import Cache
from domo_mcp.catalog.nearness import nearest
from domo_mcp.catalog.permits import Permits
from domo_mcp.errors import NotFound, Refused, UnknownName
from domo_mcp.untrusted import all_foreign, foreign, in_quotes, one_line

UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
"""How most of Domo's ids are written."""

_MOST_LISTED = 10


class Entry(Protocol):
    """What has an id and a name."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True)
class Kind(Generic[EntryT]):
    """One kind of things, of one instance.

    `name` is the kind in policy and in sentences ("fileset"), `lister` the tool that lists them. `load` gives all that
    the user may see. `one` gives the thing of an id that the list may leave out, None where there is no such endpoint;
    `is_id` tells which texts may be ids. `about` says of a candidate what tells it from others: owner, rows, update.
    """

    name: str
    lister: str
    load: Callable[[], Awaitable[Sequence[EntryT]]]
    about: Callable[[EntryT], str]
    one: Callable[[str], Awaitable[EntryT]] | None = None
    is_id: Callable[[str], object] = bool


class Directory(Generic[EntryT]):
    """Things as the one user sees them that the instance's token stands for; only those that are permitted."""

    def __init__(self, kind: Kind[EntryT], max_age_s: float, permits: Permits) -> None:
        self._kind = kind
        self._max_age_s = max_age_s
        self._permits = permits
        self.forget()

    def forget(self) -> None:
        """Take nothing as known any more, after one was made, changed or deleted."""
        self._known: Cache[tuple[EntryT, ...]] = Cache(self._max_age_s)

    async def listed(self) -> tuple[EntryT, ...]:
        """All that may be seen, asked of Domo anew."""
        self.forget()
        return await self.permitted(await self.all())

    async def all(self) -> tuple[EntryT, ...]:
        """All that the user sees, permitted or not."""

        async def load() -> tuple[EntryT, ...]:
            return tuple(await self._kind.load())

        return await self._known.get("", load)

    async def get(self, name_or_id: str) -> EntryT:
        """The thing of that id, or of that name: exact, or the only one when case does not count.

        Raises UnknownName with the candidates where it is none or several, Refused where it is not permitted.
        """
        wanted = _bare(name_or_id)
        found = await self._in_list(wanted)
        if found is None:
            self.forget()  # it may be younger than the list
            found = await self._in_list(wanted) or await self._by_id(wanted)
        await self._permits.check(self._kind.name, found.id, found.name)
        return found

    async def now(self, name_or_id: str) -> EntryT:
        """The same as it is at this moment, for who is about to change it: the list may be of a while ago.

        Raises Refused, beside what `get` raises, where it is not called that any more.
        """
        found = await self.get(name_or_id)
        if self._kind.one is None:
            return found
        found = await self._kind.one(found.id)
        await self._permits.check(self._kind.name, found.id, found.name)
        wanted = _bare(name_or_id)
        if not self._kind.is_id(wanted) and not _matches(wanted, [found]):
            self.forget()
            raise Refused(
                f'What was called "{foreign(name_or_id, 80)}" is the {self._kind.name} {named(found)} by now.',
                "Call again with the name or id of the one you mean.",
            )
        return found

    async def readable(self, name_or_id: str) -> EntryT:
        """The same for who reads it: as it is at this moment only where another name may be denied."""
        return await (self.now if self._permits.restricts(self._kind.name) else self.get)(name_or_id)

    async def permitted(self, some: Iterable[EntryT]) -> tuple[EntryT, ...]:
        """Those that policy lets callers see."""
        return tuple([each for each in some if await self._permits.allows(self._kind.name, each.id, each.name)])

    async def _in_list(self, wanted: str) -> EntryT | None:
        """The one that is meant; only permitted ones are candidates, another is found just to be told as refused."""
        everything = await self.all()
        matches = _matches(wanted, await self.permitted(everything))
        if len(matches) > 1:
            listed = "; ".join(map(self._shortly, matches[:_MOST_LISTED]))
            raise UnknownName(
                f'{len(matches)} {self._kind.name}s are called "{foreign(wanted, 80)}": {listed}.',
                "Use the id of the one you mean.",
            )
        return next(iter(matches or _matches(wanted, everything)), None)

    async def _by_id(self, wanted: str) -> EntryT:
        """A thing that the list leaves out."""
        if self._kind.one is None or not self._kind.is_id(wanted):
            raise self._unknown(wanted, await self.permitted(await self.all()))
        try:
            return await self._kind.one(wanted)
        except NotFound:
            raise self._unknown(wanted, ()) from None

    def _shortly(self, entry: EntryT) -> str:
        return all_foreign(f"{named(entry)}: {self._kind.about(entry)}")

    def _unknown(self, wanted: str, candidates: Sequence[EntryT]) -> UnknownName:
        names = {each.name: each for each in candidates}
        close = [names[name] for name in nearest(wanted, names, 5)]
        listed = "; ".join(map(self._shortly, close or candidates[:5]))
        return UnknownName(
            f'There is no {self._kind.name} "{foreign(wanted, 80)}" that the user may see.'
            + (f" {'Nearest' if close else 'There are, among others'}: {listed}." if listed else ""),
            f"Find it with {self._kind.lister}.",
        )


def named(entry: Entry) -> str:
    """A thing by name and id, safe to stand in a sentence of ours."""
    return all_foreign(f"{in_quotes(entry.name)} ({one_line(entry.id, 40)})")


def _bare(name_or_id: str) -> str:
    return name_or_id.strip().strip("`").strip()


def _matches(wanted: str, some: Sequence[EntryT]) -> list[EntryT]:
    """Those of that id, else of that name, else of that name in another case."""
    fold = wanted.casefold()
    by_id = [each for each in some if each.id.casefold() == fold]
    by_name = [each for each in some if each.name == wanted]
    return by_id or by_name or [each for each in some if each.name.casefold() == fold]
