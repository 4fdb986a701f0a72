"""Under which ids documents are that Domo was told to create: it only says how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import anyio
from pydantic import JsonValue

from domo_mcp.errors import DomoError
from domo_mcp.tools.appdb.mongo.equality import as_text
from domo_mcp.tools.change import NEW

if TYPE_CHECKING:
    from domo_mcp.client.appdb import AppDb
    from domo_mcp.client.documents import Collection

AnswerT = TypeVar("AnswerT")
Content = Mapping[str, JsonValue]

_ASKED_AT_ONCE = 50
_MOST_READ = 10_000
_LONGEST_SEARCH_S = 10
_SPARE_S = 1  # left of what the change as a whole may take
_MOST_COMPARED = 10
_LONGEST_COMPARED = 500


@dataclass(frozen=True)
class Made(Generic[AnswerT]):
    """Domo's answer, the ids that are not the keys they were wanted under, and what could not be found out."""

    answer: AnswerT
    ids: Mapping[str, str]
    facts: tuple[str, ...]


async def creating(
    appdb: AppDb, c: Collection, wanted: Mapping[str, Content], create: Callable[[], Awaitable[AnswerT]]
) -> Made[AnswerT]:
    """Let `create` make documents and find them: those with exactly that content that were not there before.

    `wanted` has the content of each by the id it should get, or by a key that starts with `NEW`. Where somebody else
    made the same at the same time, or Domo does not answer within seconds, ids stay unknown, which a fact says. Raises
    what `create` does.
    """
    before, kept, ids = None, set[str](), dict[str, str]()
    with _a_while():
        before = await _same(appdb, c, [*wanted.values()])
    answer = await create()
    if not wanted:
        return Made(answer, {}, ())
    with _a_while():
        kept = await _kept(appdb, c, wanted)
        after = await _same(appdb, c, [content for key, content in wanted.items() if key not in kept])
        ids = _assigned(wanted, kept, before, after)
    lost = len(wanted) - len(kept) - len(ids)
    fact = f"The ids of {lost:,} of {len(wanted):,} new documents are not known: find them with query_appdb_documents."
    return Made(answer, ids, (fact,) if lost else ())


def _a_while() -> anyio.CancelScope:
    """A search that ends in time: ids that are not found must not make a failure of a change that happened."""
    last = anyio.current_effective_deadline() - _SPARE_S
    return anyio.CancelScope(deadline=min(anyio.current_time() + _LONGEST_SEARCH_S, last))


def _assigned(
    wanted: Mapping[str, Content],
    kept: set[str],
    before: Mapping[str, list[str]] | None,
    after: Mapping[str, list[str]] | None,
) -> dict[str, str]:
    if before is None or after is None:
        return {}
    keys = defaultdict[str, list[str]](list)
    for key, content in wanted.items():
        if key not in kept:
            keys[as_text(content, ordered=False)].append(key)
    ids: dict[str, str] = {}
    for text, same in keys.items():
        new = [each for each in after.get(text, ()) if each not in kept and each not in before.get(text, ())]
        if len(new) == len(same):
            ids |= dict(zip(same, new, strict=True))
    return ids


async def _kept(appdb: AppDb, c: Collection, wanted: Mapping[str, Content]) -> set[str]:
    """The keys that are ids which Domo did keep."""
    try:
        found = await appdb.get_many(c, [key for key in wanted if not key.startswith(NEW)])
    except DomoError:
        return set()
    return set(found)


async def _same(appdb: AppDb, c: Collection, contents: Sequence[Content]) -> dict[str, list[str]] | None:
    """The ids of documents with exactly one of the contents, by its text; None where that cannot be read whole."""
    clauses = {as_text(content, ordered=False): _clause(content) for content in contents}
    found = defaultdict[str, list[str]](list)
    try:
        for some in _slices([*clauses.values()]):
            documents = await appdb.query(c, {"$or": some}, limit=_MOST_READ, offset=0)
            if len(documents) == _MOST_READ:
                return None
            for document in documents:
                found[as_text(document.content, ordered=False)].append(document.id)
    except DomoError:
        return None  # the documents matter more than the knowledge of their ids
    return {text: list(dict.fromkeys(ids)) for text, ids in found.items()}


def _clause(content: Content) -> dict[str, JsonValue]:
    """A query that finds documents with that content, and few others."""
    if not content:
        return {"content": {}}
    plain = {f"content.{name}": value for name, value in content.items() if name and "." not in name}
    short = {name: value for name, value in plain.items() if _is_short(value)}
    some: dict[str, JsonValue] = {**short} if short else {name: {"$exists": True} for name in plain}
    return dict([*some.items()][:_MOST_COMPARED])


def _is_short(value: JsonValue) -> bool:
    return (
        value is None or isinstance(value, int | float) or (isinstance(value, str) and len(value) < _LONGEST_COMPARED)
    )


def _slices(clauses: list[dict[str, JsonValue]]) -> Iterator[list[JsonValue]]:
    for start in range(0, len(clauses), _ASKED_AT_ONCE):
        yield [*clauses[start : start + _ASKED_AT_ONCE]]
