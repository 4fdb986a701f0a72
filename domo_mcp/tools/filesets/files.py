"""Files of FileSets as changes see them: which one is meant, what would become of it, how an upload is taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.catalog.directory import UUID, named
from domo_mcp.client.fileset_search import Filter, Wanted
from domo_mcp.errors import (
    DomoError,
    DomoFailed,
    InvalidInput,
    NotFound,
    Refused,
    TimedOut,
    UnknownName,
    Unreachable,
    UnreadableAnswer,
)
from domo_mcp.tools.change import NEW, Change, Outcome, Snapshot, Thing, Undoable, after_writing, each_or_none, going
from domo_mcp.tools.toolset import Call, Effect
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.fileset_contents import FileEntry, FileSet
    from domo_mcp.tools.local.sources import Source

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TEXTUAL = re.compile(r"text/|application/(pdf|json|xml|vnd\.openxmlformats-officedocument\.)")
_PICTURED = ("image/", "audio/", "video/")
_NEW_FILE = f"{NEW}1"
_MOST_NEAR = 5
_MAYBE_DONE = (TimedOut, Unreachable, DomoFailed, UnreadableAnswer)


async def file_of(call: Call, fileset: FileSet, file: str) -> FileEntry:
    """The file of that id or path. Raises UnknownName with those of that name, InvalidInput for a directory."""
    wanted = file.strip()
    try:
        if is_id(wanted):
            found = await call.domo.filesets.file(fileset.id, wanted.lower())
        else:
            found = await call.domo.filesets.file_at(fileset.id, checked_path(wanted))
    except NotFound:
        raise await _unknown(call, fileset, wanted) from None
    if found.is_directory:
        raise InvalidInput(f'"{foreign(found.path, 80)}" is a directory.', "list_fileset_files shows what is in it.")
    return found


def is_id(file: str) -> bool:
    """Whether it is an id rather than a path."""
    return UUID.fullmatch(file) is not None


def checked_path(path: str) -> str:
    """A path below a FileSet without slashes around it. Raises InvalidInput for one that leads nowhere or elsewhere."""
    parts = path.strip().strip("/").split("/")
    if any(part.strip() in {"", ".", ".."} or _CONTROL.search(part) for part in parts):
        raise InvalidInput(f'"{foreign(path, 80)}" is no path in a FileSet.', "Such as reports/2026/q1.pdf.")
    return "/".join(parts)


async def uploading(call: Call, fileset: FileSet, source: Source, directory: str) -> Change:
    """A new file in the FileSet, or one in place of the file that is at its path.

    Domo overwrites where the user may, else it answers 409 (Filesets OpenAPI document, createFile). Raises InvalidInput
    where the file that is there has the same content already, or is a directory.
    """
    folder = checked_path(directory) if directory.strip().strip("/") else ""
    path = f"{folder}/{source.name}" if folder else source.name
    there = await _at(call.domo, fileset.id, path)
    if there and there.is_directory:
        raise InvalidInput(f'"{foreign(path, 80)}" is a directory.', "Choose another name.")
    if there and there.sha256 == source.sha256:
        raise InvalidInput(f"{_named(there)} has this content already: there is nothing to upload.")
    key = there.id if there else _NEW_FILE
    how = "Replace" if there else "Upload"
    return Change(
        summary=f'{how} "{foreign(path, 60)}" ({source.size:,} bytes) in FileSet {named(fileset)}.',
        on=thing(fileset),
        apply=partial(_upload, fileset, path, source, key),
        undo="none" if there else "content",
        before=_snapshot(fileset, {there.id: _content(there)} if there else {}),
        after=_snapshot(fileset, {key: {"path": path, "size": source.size, "sha256": source.sha256}}),
        must_confirm="it replaces what is there" if there else "",
        acts_as=Effect.UPDATE if there else None,
        notes=_replacing(there) if there else (),
        sends_bytes=source.size,
    )


async def deleting(call: Call, fileset: FileSet, file: str) -> Change:
    """One file gone."""
    found = await file_of(call, fileset, file)
    return Change(
        summary=f"Delete {_named(found)} from FileSet {named(fileset)}.",
        on=thing(fileset),
        apply=partial(_delete, fileset.id, found, by_path=not is_id(file.strip())),
        undo="none",
        before=_snapshot(fileset, {found.id: _content(found)}),
        after=_snapshot(fileset, {found.id: None}),
        notes=("What is left is a copy that was saved before: read_fileset_file with save_as.",)
        if call.folders
        else (),
    )


def thing(fileset: FileSet) -> Thing:
    """The FileSet as what a change touches."""
    return Thing("fileset", fileset.id, fileset.name)


class Files:
    """Reads what files are, and takes uploads back."""

    kind = "fileset files"
    must_confirm = ""
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:
        """Path, size and hash of each, None for what is not there."""

        async def read(key: str) -> dict[str, JsonValue]:
            return _content(await domo.filesets.file(place, key))

        return await each_or_none(ids, read)

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """DELETE where a file that is there would go."""
        return Effect.DELETE if going(wanted, current) else Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002 - the same for all files
        """Nothing: the bytes of a file that is gone are kept nowhere."""
        return "none"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Delete what is not wanted. Raises Refused where a file would have to come back."""
        if any(content is not None and content != current.objects.get(key) for key, content in wanted.objects.items()):
            raise Refused("A file that was deleted or replaced does not come back.", "Upload it again.")
        for number, key in enumerate(going(wanted, current)):
            with after_writing(number):
                await domo.filesets.delete_file(wanted.place, key)
        return Outcome()


FILES = Files()


async def _upload(fileset: FileSet, path: str, source: Source, key: str, domo: Domo) -> Outcome:
    folder = path.rpartition("/")[0]
    told: tuple[str, ...] = ()
    try:
        made = await domo.filesets.upload(
            fileset.id, folder, source.name, source.media_type, source.size, source.pieces
        )
    except _MAYBE_DONE:
        arrived = await _arrived(domo, fileset.id, path, source.sha256)
        if arrived is None:
            raise
        made, told = arrived, ("Domo's answer was lost, and the file is there.",)
    return Outcome((f"Its id is {foreign(made.id, 40)}.", *told, *_searched(fileset, source)), {key: made.id})


def _searched(fileset: FileSet, source: Source) -> tuple[str, ...]:
    """Whether questions will find it, where that can be told: only texts are indexed."""
    if fileset.ai_enabled and source.media_type.startswith(_PICTURED):
        return ("query_filesets does not find it: it has no text to index.",)
    if fileset.ai_enabled and _TEXTUAL.match(source.media_type):
        return ("query_filesets finds it when it is indexed.",)
    return ()


async def _arrived(domo: Domo, fileset_id: str, path: str, sha256: str) -> FileEntry | None:
    """The file at that path, if it is the one that was sent."""
    try:
        found = await _at(domo, fileset_id, path)
    except DomoError:
        return None
    return found if found and found.sha256 == sha256 else None


async def _delete(fileset_id: str, file: FileEntry, domo: Domo, *, by_path: bool) -> Outcome:
    if by_path:
        await domo.filesets.delete_file_at(fileset_id, file.path)
    else:
        await domo.filesets.delete_file(fileset_id, file.id)
    return Outcome()


async def _at(domo: Domo, fileset_id: str, path: str) -> FileEntry | None:
    try:
        return await domo.filesets.file_at(fileset_id, path)
    except NotFound:
        return None


def _content(file: FileEntry) -> dict[str, JsonValue]:
    """What a snapshot holds of a file: what shows that it is still the same one."""
    return {"path": file.path, "size": file.size, "sha256": file.sha256 or file.hash}


def _snapshot(fileset: FileSet, objects: dict[str, JsonValue]) -> Snapshot:
    return Snapshot(FILES.kind, fileset.id, objects)


def _named(file: FileEntry) -> str:
    size = f"{file.size:,} bytes" if file.size is not None else "size unknown"
    return f'file "{foreign(file.path, 60)}" ({size})'


def _replacing(there: FileEntry) -> tuple[str, ...]:
    made = f", made {there.created:%Y-%m-%d %H:%M} UTC" if there.created else ""
    found = f"What is replaced: {_named(there)}{made}."
    return (found, "Domo replaces it for good, and refuses (409) where the user may not overwrite it.")


async def _unknown(call: Call, fileset: FileSet, wanted: str) -> UnknownName:
    name = wanted.rstrip("/").rpartition("/")[2]
    near = await _called(call, fileset, name) if name else []
    listed = ", ".join(f'"{foreign(each.path, 80)}"' for each in near)
    return UnknownName(
        f'FileSet {named(fileset)} has no file "{foreign(wanted, 80)}".' + (f" Nearest: {listed}." if listed else ""),
        "list_fileset_files shows ids and paths.",
    )


async def _called(call: Call, fileset: FileSet, name: str) -> list[FileEntry]:
    stem = name.rpartition(".")[0] or name
    try:
        page = await call.domo.filesets.files(fileset.id, Wanted((Filter("name", (stem,), "LIKE"),)), limit=_MOST_NEAR)
    except DomoError:
        return []  # it was to help with a mistake, not to make another
    return [*page.files[:_MOST_NEAR]]
