"""AppDB documents as changes see them: which ones are meant, what they hold, how they come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.catalog.collections import named
from domo_mcp.errors import InvalidInput
from domo_mcp.tools.appdb.ids import checked_id
from domo_mcp.tools.appdb.mongo.paths import paths_of, query_in_domo, unknown
from domo_mcp.tools.appdb.mongo.sight import check_where, hides
from domo_mcp.tools.appdb.new_ids import creating
from domo_mcp.tools.change import Outcome, Snapshot, Thing, Undoable, after_writing, going
from domo_mcp.tools.toolset import Call, Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection, Document
    from domo_mcp.client.domo import Domo

Json = Mapping[str, JsonValue]

MAY_BE_HIDDEN = "Document-level security may also hide documents."
_MOST_MATCHED = 1000
_CHANGED_AT_ONCE = 100
_SAMPLE = 100
_MOST_NAMED = 10


@dataclass(frozen=True)
class Meant:
    """The documents that a call means, by id, and those of its ids that are none."""

    documents: Mapping[str, Document]
    missing: tuple[str, ...]
    where: Json

    @property
    def contents(self) -> dict[str, JsonValue]:
        """What they hold now."""
        return {key: dict(document.content) for key, document in self.documents.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """A note on the ids that are left out."""
        if not self.missing:
            return ()
        return (f"Left out, as not there or not matching: {listed(self.missing)}. {MAY_BE_HIDDEN}",)

    def queries(self) -> Iterator[Json]:
        """Queries that together match these documents alone, and those only while they still match the filter."""
        ids = [*self.documents]
        for start in range(0, len(ids), _CHANGED_AT_ONCE):
            yield _narrowed(self.where, ids[start : start + _CHANGED_AT_ONCE])


async def meant(call: Call, c: Collection, ids: Sequence[str] | None, query: Json | None) -> Meant:
    """The documents of these ids that match the query, or all that match it.

    Raises InvalidInput where that is none, more than one call may touch, or everything; and for an odd id.
    """
    if not ids and not query:
        raise InvalidInput("Which documents is not said.", "Pass `ids`, or a `filter` that says which.")
    where = query_in_domo(query or {})
    check_where(await call.domo.columns.of_collection(c), where)
    wanted = list(dict.fromkeys(ids or ()))
    found = await _by_id(call, c, wanted, where) if wanted else await _matching(call, c, where)
    missing = tuple(key for key in wanted if key not in found)
    if not found:
        told = (
            f"{named(c)} has no such document: {listed(missing)}" if missing else f"No document of {named(c)} matches"
        )
        raise InvalidInput(
            f"{told}. {MAY_BE_HIDDEN}",
            "Find the ones you mean with query_appdb_documents.",
        )
    return Meant({checked_id(key): document for key, document in found.items()}, missing, where)


async def strange_names(call: Call, c: Collection, names: Iterable[str], seen: Iterable[Json]) -> tuple[str, ...]:
    """A sentence for each property that neither the columns nor documents have: those `seen`, else a sample."""
    names = list(names)
    rules = await call.domo.columns.of_collection(c)
    known = {column.name for column in c.columns} | paths_of(dict(content) for content in seen)
    if unknown(names, known):
        known |= paths_of(document.content for document in await call.domo.appdb.page(c, limit=_SAMPLE, offset=0))
    known = {name for name in known if not hides(rules, name)}
    strange = unknown(names, known) if known else {}
    return tuple(_strange(name, near) for name, near in strange.items())


def thing(c: Collection) -> Thing:
    """The collection as what a change touches."""
    return Thing("collection", c.id, c.name)


def snapshot(c: Collection, objects: Mapping[str, JsonValue]) -> Snapshot:
    """Documents of one collection at one moment."""
    return Snapshot(DOCUMENTS.kind, c.id, objects)


def counted(said: int, previewed: int, what: str) -> tuple[str, ...]:
    """A fact where Domo counts otherwise than the preview did."""
    if said == previewed:
        return ()
    return (f"Domo says {said:,} {what}, the preview had {previewed:,}: security or a change in between may be why.",)


def many(count: int) -> str:
    """So many documents, in words."""
    return f"{count:,} document{'' if count == 1 else 's'}"


def listed(ids: Sequence[str]) -> str:
    """Ids as a sentence names them: the first ten, and how many more."""
    more = f" and {len(ids) - _MOST_NAMED:,} more" if len(ids) > _MOST_NAMED else ""
    return ", ".join(foreign(each, 60) for each in ids[:_MOST_NAMED]) + more


async def deleting(domo: Domo, c: Collection, ids: Sequence[str]) -> int:
    """Delete documents and return how many Domo deleted."""
    if len(ids) != 1:
        return await domo.appdb.delete_many(c, ids)
    await domo.appdb.delete(c, ids[0])
    return 1


class Documents:
    """Reads documents and puts them back."""

    kind = "appdb documents"
    must_confirm = ""
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:
        """The content of each, None for what is not there or hidden."""
        if not ids:
            return {}
        found = await domo.appdb.get_many(await domo.appdb.collection(place), ids)
        return {key: dict(found[key].content) if key in found else None for key in ids}

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """DELETE where a document that is there would go."""
        return Effect.DELETE if going(wanted, current) else Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002 - the same for all documents
        """The content: what is deleted can be created again."""
        return "content"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Upsert what is wanted and delete what is not; what has to be created again may get another id.

        The outcome is `incomplete` where Domo put back or deleted fewer, as of documents that security hides.
        """
        c = await domo.appdb.collection(wanted.place)
        back = {key: content for key, content in wanted.objects.items() if isinstance(content, dict)}
        anew = {key: content for key, content in back.items() if current.objects.get(key) is None}
        put = await _put_back(domo, c, back, anew) if back else Outcome()
        gone = going(wanted, current)
        with after_writing(back):
            deleted = await deleting(domo, c, gone) if gone else 0
        facts = (*put.facts, *counted(deleted, len(gone), "were deleted"))
        return Outcome(facts, put.ids, incomplete=put.incomplete or deleted < len(gone))


DOCUMENTS = Documents()


async def _put_back(domo: Domo, c: Collection, back: Mapping[str, Json], anew: Mapping[str, Json]) -> Outcome:
    made = await creating(domo.appdb, c, anew, partial(domo.appdb.upsert, c, [*back.items()]))
    count = made.answer.created + made.answer.updated
    facts = (*counted(count, len(back), "were put back"), *made.facts, *_created_again(anew))
    return Outcome(facts, made.ids, incomplete=count < len(back))


async def _by_id(call: Call, c: Collection, ids: Sequence[str], where: Json) -> dict[str, Document]:
    if not where:
        return await call.domo.appdb.get_many(c, ids)
    found: dict[str, Document] = {}
    for start in range(0, len(ids), _CHANGED_AT_ONCE):
        some = ids[start : start + _CHANGED_AT_ONCE]
        page = await call.domo.appdb.query(c, _narrowed(where, some), limit=len(some), offset=0)
        found |= {document.id: document for document in page}
    return found


async def _matching(call: Call, c: Collection, where: Json) -> dict[str, Document]:
    found = await call.domo.appdb.query(c, where, limit=_MOST_MATCHED + 1, offset=0)
    if len(found) > _MOST_MATCHED:
        raise InvalidInput(f"More than {_MOST_MATCHED:,} documents match.", "Narrow the filter, or go by ids.")
    return {document.id: document for document in found}


def _narrowed(where: Json, ids: Sequence[str]) -> Json:
    these: dict[str, JsonValue] = {"id": {"$in": [*ids]}}
    return {"$and": [these, dict(where)]} if where else these


def _created_again(anew: Mapping[str, Json]) -> tuple[str, ...]:
    if not anew:
        return ()
    return (f"Owner and dates of {many(len(anew))} are new: they had to be created again.",)


def _strange(name: str, near: Sequence[str]) -> str:
    nearest = f"; nearest: {', '.join(foreign(each, 60) for each in near)}" if near else ""
    return f'No column and no document looked at has the property "{foreign(name, 60)}"{nearest}.'
