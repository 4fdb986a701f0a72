"""FileSets as changes see them: name and description, how they are read and put back; new ones, and their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pydantic import JsonValue

from domo_mcp.catalog.directory import named
from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.change import (
    NEW,
    UNKNOWN_VALUE,
    Change,
    Outcome,
    Snapshot,
    Thing,
    Undoable,
    after_writing,
    each_or_none,
    going,
)
from domo_mcp.tools.filesets.files import thing
from domo_mcp.tools.toolset import Call, Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.fileset_contents import FileEntry, FileSet

AnswerT = TypeVar("AnswerT")

_NEW_FILESET = f"{NEW}1"
_MOST_COUNTED = 1000
_MOST_NAMED = 10
_INDEXING = (
    "With AI on, Domo indexes its files: that takes a while, may cost credits, and query_filesets finds none before."
)
_WORDS = {"name": "the name", "description": "the description", "ai_enabled": "the AI"}


@dataclass(frozen=True)
class NewFileSet:
    """A FileSet as a caller wants it; `connector` and `account_id` say where its files are, if not in Domo."""

    name: str
    description: str
    account_id: int | None
    connector: str | None
    relative_path: str | None
    ai_enabled: bool | None


async def creating(call: Call, new: NewFileSet) -> Change:
    """A new FileSet. Raises InvalidInput for a name that is taken, or what does not go together."""
    if new.relative_path and not new.connector:
        raise InvalidInput("relative_path is a place at a connector.", "Name the connector.")
    _check_ai(call, new.ai_enabled)
    for each in await call.catalog.filesets.listed():
        if each.name.casefold() == new.name.strip().casefold():
            raise InvalidInput(f"There is a FileSet {named(each)} already.", "Choose another name.")
    ai: JsonValue = dict(UNKNOWN_VALUE) if new.ai_enabled is None else new.ai_enabled
    content: JsonValue = {"name": new.name, "description": new.description, "ai_enabled": ai}
    return Change(
        summary=f'Create FileSet "{foreign(new.name, 80)}"{_where(new)}.',
        on=Thing("fileset", "new", new.name),
        apply=partial(_create, new),
        undo="content",
        before=Snapshot(FILESETS.kind),
        after=Snapshot(FILESETS.kind, "", {_NEW_FILESET: content}),
    )


async def updating(
    call: Call, fileset: str, name: str | None, description: str | None, ai_enabled: bool | None
) -> Change:
    """Another name or description, or AI on or off. Raises InvalidInput where nothing would change."""
    _check_ai(call, ai_enabled)
    current = await call.catalog.filesets.now(fileset)
    before = content_of(current)
    new: dict[str, JsonValue] = {"name": name, "description": description, "ai_enabled": ai_enabled}
    given = {key: value for key, value in new.items() if value is not None and value != before[key]}
    if not given:
        raise InvalidInput("Nothing would change.", "Pass another name, another description, or ai_enabled.")
    return Change(
        summary=f"Change {' and '.join(_WORDS[key] for key in given)} of FileSet {named(current)}.",
        on=thing(current),
        apply=partial(_update, current.id, given),
        undo="content",
        before=Snapshot(FILESETS.kind, "", {current.id: before}),
        after=Snapshot(FILESETS.kind, "", {current.id: {**before, **given}}),
        notes=(_INDEXING,) if given.get("ai_enabled") else (),
    )


async def ending(call: Call, fileset: str) -> Change:
    """A FileSet gone, with all its files."""
    current = await call.catalog.filesets.now(fileset)
    files = await _files(call.domo, current.id)
    count = current.file_count if current.file_count is not None else len(files)
    return Change(
        summary=f"Delete FileSet {named(current)} with its {count:,} file{'' if count == 1 else 's'}.",
        on=thing(current),
        apply=partial(_delete, current.id),
        undo="none",
        before=Snapshot(FILESETS.kind, "", {current.id: content_of(current)}),
        after=Snapshot(FILESETS.kind, "", {current.id: None}),
        notes=_called(files, count),
        affected=max(count, 1),
    )


def content_of(fileset: FileSet) -> dict[str, JsonValue]:
    """What a snapshot holds of a FileSet."""
    return {"name": fileset.name, "description": fileset.description, "ai_enabled": fileset.ai_enabled}


class Definitions:
    """Reads names and descriptions of FileSets and puts them back."""

    kind = "fileset"
    must_confirm = ""
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """Name, description and AI of each, None for a FileSet that is not there."""

        async def read(key: str) -> dict[str, JsonValue]:
            return content_of(await domo.filesets.get(key))

        return await each_or_none(ids, read)

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """DELETE where a FileSet that is there would go."""
        return Effect.DELETE if going(wanted, current) else Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:
        """Nothing where a FileSet would go. Else the content."""
        return "none" if self.effect(wanted, current) is Effect.DELETE else "content"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Name FileSets as wanted; one that is not wanted is deleted, while it holds no file.

        Raises Refused where files would be lost, or a deleted FileSet would have to come back.
        """
        there = [key for key, content in current.objects.items() if content is not None]
        if any(content is not None and key not in there for key, content in wanted.objects.items()):
            raise Refused("A deleted FileSet does not come back.", "Create it anew; its files are gone.")
        for number, key in enumerate(there):
            with after_writing(number):
                await _restore(domo, key, wanted.objects.get(key), current.objects[key])
        return Outcome()


FILESETS = Definitions()


async def _create(new: NewFileSet, domo: Domo) -> Outcome:
    making = domo.filesets.create(
        new.name,
        new.description,
        account_id=new.account_id,
        connector=new.connector,
        relative_path=new.relative_path,
        ai_enabled=new.ai_enabled,
    )
    made = await making
    return Outcome((f"Its id is {foreign(made.id, 40)}.",), {_NEW_FILESET: made.id})


async def _update(fileset_id: str, given: Mapping[str, JsonValue], domo: Domo) -> Outcome:
    await _put(domo, fileset_id, given)
    return Outcome()


async def _put(domo: Domo, fileset_id: str, given: Mapping[str, JsonValue]) -> None:
    name, description, ai = (given.get(key) for key in _WORDS)
    await domo.filesets.update(
        fileset_id,
        name=name if isinstance(name, str) else None,
        description=description if isinstance(description, str) else None,
        ai_enabled=ai if isinstance(ai, bool) else None,
    )


async def _delete(fileset_id: str, domo: Domo) -> Outcome:
    await domo.filesets.delete(fileset_id)
    return Outcome()


async def _files(domo: Domo, fileset_id: str) -> list[FileEntry]:
    """Its files without directories, up to more than a change may touch."""
    page = await domo.filesets.files(fileset_id, limit=_MOST_COUNTED)
    return [each for each in page.files if not each.is_directory]


def _called(files: Sequence[FileEntry], count: int) -> tuple[str, ...]:
    """A sentence that names the first of its files."""
    if not files:
        return ()
    named_files = ", ".join(f'"{foreign(each.path, 80)}"' for each in files[:_MOST_NAMED])
    more = count - len(files[:_MOST_NAMED])
    return (f"Its files: {named_files}{f' and {more:,} more' if more > 0 else ''}.",)


async def _restore(domo: Domo, key: str, wanted: JsonValue, current: JsonValue) -> None:
    if isinstance(wanted, dict):
        was = current if isinstance(current, dict) else {}
        await _put(domo, key, {name: value for name, value in wanted.items() if value != was.get(name)})
        return
    if await _files(domo, key):
        raise Refused("The FileSet holds files by now.", "Use delete_fileset if they may go with it.")
    await domo.filesets.delete(key)


def _check_ai(call: Call, ai_enabled: bool | None) -> None:
    if ai_enabled is not None and call.domo.surface.one_app:
        raise InvalidInput("In an app the AI of a FileSet is not switched.", "Leave ai_enabled out.")


def _where(new: NewFileSet) -> str:
    connected = f' on connector "{foreign(new.connector, 40)}"' if new.connector else ""
    account = f" with account {new.account_id}" if new.account_id is not None else ""
    return f"{connected}{account}{', with AI on' if new.ai_enabled else ''}"
