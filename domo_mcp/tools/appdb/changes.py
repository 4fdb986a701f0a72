"""What changes of AppDB documents would do, proposed from what the documents hold now."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.catalog.collections import named
from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.appdb.documents import (
    MAY_BE_HIDDEN,
    Meant,
    counted,
    deleting,
    listed,
    many,
    snapshot,
    strange_names,
    thing,
)
from domo_mcp.tools.appdb.mongo import sight
from domo_mcp.tools.appdb.mongo.equality import as_text
from domo_mcp.tools.appdb.mongo.operations import check_operation, names_in_operation
from domo_mcp.tools.appdb.mongo.paths import operation_in_domo, shown
from domo_mcp.tools.appdb.mongo.prediction import predicted
from domo_mcp.tools.appdb.new_ids import creating
from domo_mcp.tools.appdb.syncing import deletion_notes, sync_notes
from domo_mcp.tools.change import NEW, UNKNOWN_VALUE, Change, Outcome, after_writing
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign, one_line

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection, Document
    from domo_mcp.client.domo import Domo

Json = Mapping[str, JsonValue]

_MOST_LOST = 10


async def create(call: Call, c: Collection, documents: Sequence[Json]) -> Change:
    """New documents with these contents."""
    contents = [_unwrapped(document) for document in documents]
    await _check_contents(call, c, contents)
    notes = ("The `content` wrapper was taken off.",) if contents != [*documents] else ()
    new: dict[str, JsonValue] = {f"{NEW}{number}": dict(content) for number, content in enumerate(contents, 1)}
    return Change(
        summary=f"Create {many(len(new))} in collection {named(c)}.",
        on=thing(c),
        apply=partial(_create, c, new),
        undo="content",
        before=snapshot(c, {}),
        after=snapshot(c, new),
        notes=(*notes, *sync_notes(c, contents)),
    )


def operation(properties: Json | None, given: Json | None) -> Json:
    """The one operation that `set` or `operation` stands for. Raises InvalidInput for both, none, or a wrong one."""
    if (properties is None) == (given is None):
        raise InvalidInput("Pass either `set` or `operation`.", 'The usual case: set = {"status": "done"}.')
    if given is not None:
        return given
    if any(name.startswith("$") for name in properties or ()):
        raise InvalidInput("`set` takes plain properties.", "Operators go into `operation`.")
    asked: Json = {"$set": dict(properties or {})}
    check_operation(asked)
    return asked


async def update(call: Call, c: Collection, meant: Meant, asked: Json) -> Change:
    """`asked`, a checked operation, on these documents alone."""
    change = operation_in_domo(asked)
    meant, untouched = _that_change(meant, change)
    before: dict[str, Json] = {key: document.content for key, document in meant.documents.items()}
    after = {key: predicted(content, change) for key, content in before.items()}
    names = names_in_operation(change)
    await _check_operation(call, c, change, before)
    strange = await strange_names(call, c, names, before.values())
    rules = await call.domo.columns.of_collection(c)
    differing = [sight.seen(_differing(before[key], after[key]), rules) for key in after]
    return Change(
        summary=f"Update {_some(names)} of {many(len(after))} in collection {named(c)}.",
        on=thing(c),
        apply=partial(_update, c, meant, change),
        undo="content",
        before=snapshot(c, meant.contents),
        after=snapshot(c, after),
        notes=(*untouched, *meant.notes, *strange, *sync_notes(c, differing)),
    )


def _that_change(meant: Meant, change: Json) -> tuple[Meant, tuple[str, ...]]:
    """Those of the documents that the operation changes, and a note on the others. Raises InvalidInput for none."""
    changing = {
        key: document
        for key, document in meant.documents.items()
        if _changes(document.content, predicted(document.content, change))
    }
    same = len(meant.documents) - len(changing)
    if not changing:
        raise InvalidInput(f"{many(same).capitalize()} already so: there is nothing to change.")
    return dataclasses.replace(meant, documents=changing), (f"{many(same)} already so, left alone.",) if same else ()


def _changes(before: Json, after: Json) -> bool:
    """Whether they differ, or may: what only Domo knows counts as another value, a number's kind too."""
    return _holds_unknown(dict(after)) or as_text(before, ordered=True) != as_text(after, ordered=True)


def _holds_unknown(value: JsonValue) -> bool:
    if value == UNKNOWN_VALUE:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_holds_unknown, inner))


async def upsert(call: Call, c: Collection, documents: Sequence[tuple[str | None, Json]]) -> Change:
    """Whole contents in place of those that are there, and as new documents where none is.

    Raises InvalidInput where one id is there twice.
    """
    given = [key for key, _ in documents if key]
    if twice := [key for key in dict.fromkeys(given) if given.count(key) > 1]:
        raise InvalidInput(f"Given more than once: {listed(twice)}.", "One content for each id.")
    there = await call.domo.appdb.get_many(c, given)
    await _check_contents(call, c, [content for _, content in documents], replaced=there.values())
    after = {key or f"{NEW}{number}": content for number, (key, content) in enumerate(documents, 1)}
    absent = [key for key in given if key not in there]
    return Change(
        summary=_upserting(c, len(there), len(documents) - len(there)),
        on=thing(c),
        apply=partial(_upsert, c, documents, frozenset(there)),
        undo="content",
        before=snapshot(c, {key: dict(there[key].content) if key in there else None for key in given}),
        after=snapshot(c, {key: dict(content) for key, content in after.items()}),
        must_confirm=_why_confirmed(len(there), len(absent)),
        notes=(*_absent(absent), *_lost(there, after), *sync_notes(c, after.values())),
    )


def delete(c: Collection, meant: Meant) -> Change:
    """These documents gone."""
    ids = [*meant.documents]
    return Change(
        summary=f"Delete {many(len(ids))} from collection {named(c)}.",
        on=thing(c),
        apply=partial(_delete, c, ids),
        undo="content",
        before=snapshot(c, meant.contents),
        after=snapshot(c, dict.fromkeys(ids)),
        notes=(*meant.notes, *deletion_notes(c)),
    )


async def replace(call: Call, c: Collection, document: Document, content: Json) -> Change:
    """`content` in place of all that one document holds."""
    await _check_contents(call, c, [content], replaced=[document])
    after: dict[str, Json] = {document.id: content}
    return Change(
        summary=f"Replace the whole content of document {one_line(document.id, 40)} in collection {named(c)}.",
        on=thing(c),
        apply=partial(_replace, c, document.id, content),
        undo="content",
        before=snapshot(c, {document.id: dict(document.content)}),
        after=snapshot(c, {document.id: dict(content)}),
        must_confirm="it replaces the whole content",
        notes=(*_lost({document.id: document}, after), *sync_notes(c, [content])),
    )


async def _check_contents(
    call: Call, c: Collection, contents: Iterable[Json], *, replaced: Iterable[Document] = ()
) -> None:
    """Raise Refused where hidden properties would be written, or hidden and masked ones lost with a content."""
    rules = await call.domo.columns.of_collection(c)
    for content in contents:
        sight.check_content(rules, content)
    for document in replaced:
        if sight.kept_back([document.content], rules):
            raise Refused(
                f"Document {foreign(document.id, 40)} holds properties that policy hides or masks: they would be lost.",
                "Change the others with update_appdb_documents.",
            )


async def _check_operation(call: Call, c: Collection, change: Json, before: Mapping[str, Json]) -> None:
    """Raise Refused where an operation writes, moves or takes along what is hidden or masked."""
    rules = await call.domo.columns.of_collection(c)
    names = names_in_operation(change)
    sight.check_names(rules, names)
    for changes in change.values():
        for name, value in changes.items() if isinstance(changes, dict) else ():
            sight.check_value(rules, name.removeprefix("content."), value)
    for name in names:
        if sight.kept_back(map(dict, before.values()), rules, name.removeprefix("content.")):
            raise Refused(
                f"{foreign(shown(name), 60)} holds properties that policy hides or masks.",
                "Change single properties in it.",
            )


async def _create(c: Collection, new: Mapping[str, JsonValue], domo: Domo) -> Outcome:
    contents = {key: content for key, content in new.items() if isinstance(content, dict)}
    if len(contents) == 1:
        ((key, content),) = contents.items()
        return Outcome(ids={key: (await domo.appdb.create(c, content)).id})
    made = await creating(domo.appdb, c, contents, partial(domo.appdb.create_many, c, [*contents.values()]))
    return Outcome((*counted(made.answer, len(contents), "were created"), *made.facts), made.ids)


async def _update(c: Collection, meant: Meant, change: Json, domo: Domo) -> Outcome:
    updated = 0
    for number, query in enumerate(meant.queries()):
        with after_writing(number):
            updated += await domo.appdb.update(c, query, change)
    return Outcome(counted(updated, len(meant.documents), "were updated"))


async def _upsert(
    c: Collection, documents: Sequence[tuple[str | None, Json]], there: frozenset[str], domo: Domo
) -> Outcome:
    keys = [key or f"{NEW}{number}" for number, (key, _) in enumerate(documents, 1)]
    new = {key: content for key, (_, content) in zip(keys, documents, strict=True) if key not in there}
    made = await creating(domo.appdb, c, new, partial(domo.appdb.upsert, c, documents))
    facts = (
        *counted(made.answer.updated, len(there), "were updated"),
        *counted(made.answer.created, len(new), "were created"),
    )
    return Outcome((*facts, *made.facts), made.ids)


async def _delete(c: Collection, ids: Sequence[str], domo: Domo) -> Outcome:
    return Outcome(counted(await deleting(domo, c, ids), len(ids), "were deleted"))


async def _replace(c: Collection, document_id: str, content: Json, domo: Domo) -> Outcome:
    await domo.appdb.replace(c, document_id, content)
    return Outcome()


def _unwrapped(document: Json) -> Json:
    """The content itself where it came in the wrapper that Domo's API has."""
    content = document.get("content")
    return content if len(document) == 1 and isinstance(content, dict) else document


def _differing(before: Json, after: Json) -> Json:
    return {name: value for name, value in after.items() if value != UNKNOWN_VALUE and value != before.get(name)}


def _lost(there: Mapping[str, Document], after: Mapping[str, Json]) -> tuple[str, ...]:
    """A note on properties that no document will have that has them now."""
    lost = dict.fromkeys(name for key, document in there.items() for name in document.content if name not in after[key])
    if not lost:
        return ()
    return (f"Lost, as not given: {_names(lost)}. To change single properties use update_appdb_documents.",)


def _names(names: Mapping[str, None]) -> str:
    shown_names = ", ".join(one_line(name, 40) for name in [*names][:_MOST_LOST])
    return f"{shown_names}, …" if len(names) > _MOST_LOST else shown_names


def _absent(ids: Sequence[str]) -> Iterator[str]:
    if ids:
        yield (
            f"Not there, so new documents are created, maybe under other ids: {listed(ids)}. {MAY_BE_HIDDEN} What is "
            "hidden would be replaced and could not be brought back."
        )


def _upserting(c: Collection, replaced: int, created: int) -> str:
    parts = [f"replace the content of {many(replaced)}"] if replaced else []
    parts += [f"create {many(created)}"] if created else []
    text = " and ".join(parts)
    return f"{text[0].upper()}{text[1:]} in collection {named(c)}."


def _why_confirmed(there: int, absent: int) -> str:
    if there:
        return f"it replaces the whole content of {many(there)}"
    return "documents of these ids may be hidden, and would be replaced" if absent else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(one_line(shown(name), 20) for name in names[:2]) + (", …" if len(names) > 2 else "")
