"""What can be changed about files, as proposals: uploads, revisions, permissions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.client.file_contents import Access, DataFile, Entry, Parts, Progress, Revision
from domo_mcp.errors import InvalidInput
from domo_mcp.tools.change import NEW, UNKNOWN_VALUE, Change, Outcome, Snapshot, Thing
from domo_mcp.tools.files.keepers import DATA_FILES, FILE_PERMISSIONS, access_content, versions, versions_of
from domo_mcp.tools.local.sources import Source
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import all_foreign, foreign, one_line

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo

_MB = 1024 * 1024
_OPENS = "it opens access"
_RIGHTS = ("READ", "WRITE", "DELETE", "SHARE", "ADMIN")
_MOST_GAINING = 40
_EVERYBODY = "With that, everybody in the Domo instance can open it."


def upload(call: Call, body: Source, description: str, *, public: bool) -> Change:
    """A new file."""
    after = versions(body.name, body.size, body.sha256, [dict(UNKNOWN_VALUE)], public=public)
    whom = "open to everybody in the instance" if public else "for its owner alone"
    return Change(
        summary=f'Upload "{foreign(body.name, 80)}" ({body.size:,} bytes) as a new file, {whom}.',
        on=Thing("file", "new", body.name),
        apply=partial(_upload, call, body, description, public=public),
        undo="exact",
        before=Snapshot(DATA_FILES.kind),
        after=Snapshot(DATA_FILES.kind, "", {f"{NEW}1": after}),
        must_confirm=_OPENS if public else "",
        notes=(_EVERYBODY,) if public else (),
        sends_bytes=body.size,
        stoppable=body.size > _parts(call).size,
    )


def revise(call: Call, file: DataFile, access: Access, body: Source) -> Change:
    """The next revision of a file."""
    before = versions_of(file, access)
    ids: list[JsonValue] = [*(each.id for each in file.versions), dict(UNKNOWN_VALUE)]
    after = versions(file.name, body.size, body.sha256, ids, public=access.public_access)
    same = file.current_revision is not None and file.current_revision.sha256 == body.sha256
    notes = (
        "Its content is the same as that of the current revision." if same else "",
        _EVERYBODY if access.public_access else "",
    )
    return Change(
        summary=f'Upload "{foreign(body.name, 60)}" ({body.size:,} bytes) as a new revision of file {named(file)}.',
        on=thing(file),
        apply=partial(_revise, call, file, body),
        undo="exact",
        before=Snapshot(DATA_FILES.kind, "", {file.id: before}),
        after=Snapshot(DATA_FILES.kind, "", {file.id: after}),
        notes=tuple(filter(None, notes)),
        sends_bytes=body.size,
        stoppable=body.size > _parts(call).size,
    )


def delete(file: DataFile, access: Access, revision: Revision) -> Change:
    """A revision gone."""
    return Change(
        summary=f"Delete revision {foreign(revision.id, 40)} of file {named(file)}.",
        on=thing(file),
        apply=partial(_delete, file, revision),
        undo="none",
        before=Snapshot(DATA_FILES.kind, "", {file.id: versions_of(file, access)}),
        after=Snapshot(DATA_FILES.kind, "", {file.id: versions_of(file, access, without=revision.id)}),
        notes=(_what_is_left(file, revision),),
    )


def permit(file: DataFile, before: Access, after: Access) -> Change:
    """Other permissions in place of those that a file has.

    Raises InvalidInput where more would gain something than whoever decides can be told.
    """
    was, will_be = access_content(before), access_content(after)
    gone = [foreign(entity, 60) for entity in was if entity not in will_be]
    opened = after.public_access and not before.public_access
    lose = f"These lose what they had: {', '.join(gone)}." if gone else ""
    notes = (_EVERYBODY if opened else "", _gaining(before, after), lose)
    return Change(
        summary=f"Set the permissions of file {named(file)}{', which opens it to everybody' if opened else ''}.",
        on=thing(file),
        apply=partial(_permit, file, after),
        undo="exact",
        before=Snapshot(FILE_PERMISSIONS.kind, "", {file.id: was}),
        after=Snapshot(FILE_PERMISSIONS.kind, "", {file.id: will_be}),
        must_confirm=_OPENS,
        notes=tuple(filter(None, notes)),
    )


def _gaining(before: Access, after: Access) -> str:
    """All who gain something, the strongest grants first: none of them is opened to unseen."""
    had = {(each.entity_type, each.entity_id): each for each in before.entries}
    gaining = [each for each in after.entries if _gains(had.get((each.entity_type, each.entity_id)), each)]
    if len(gaining) > _MOST_GAINING:
        raise InvalidInput(
            f"{len(gaining)} users and groups would gain something at once, more than can be told to who decides.",
            f"Give something new to at most {_MOST_GAINING} in one call.",
        )
    strongest = sorted(gaining, key=lambda each: _rights(each)[::-1], reverse=True)
    told = [foreign(f"{each.entity_type} {each.entity_id} {each.grant}", 80) for each in strongest]
    return f"These gain what stands with them: {', '.join(told)}." if told else ""


def _gains(before: Entry | None, after: Entry) -> bool:
    if before is None:
        return True
    return before.pass_ != after.pass_ or any(
        new and not old for old, new in zip(_rights(before), _rights(after), strict=True)
    )


def _rights(entry: Entry) -> list[bool]:
    """Which of the rights it has, the weakest first."""
    return [right in entry.grant.split("_") for right in _RIGHTS]


def named(file: DataFile) -> str:
    """A file by name and id, safe to stand in a sentence of ours."""
    return all_foreign(f'"{one_line(file.name, 60)}" ({one_line(file.id, 40)})')


def thing(file: DataFile) -> Thing:
    """A file as what a change touches."""
    return Thing("file", file.id, file.name)


async def _upload(call: Call, body: Source, description: str, domo: Domo, *, public: bool) -> Outcome:
    made = await domo.files.upload(
        body, description=description, public=public, parts=_parts(call), progress=_progress(call, body)
    )
    return Outcome((f"Its id is {foreign(made.file_id, 40)}.",), {f"{NEW}1": made.file_id})


async def _revise(call: Call, file: DataFile, body: Source, domo: Domo) -> Outcome:
    made = await domo.files.upload_revision(file, body, parts=_parts(call), progress=_progress(call, body))
    return Outcome((f"The revision's id is {foreign(made.revision_id, 40)}.",) if made.revision_id else ())


async def _delete(file: DataFile, revision: Revision, domo: Domo) -> Outcome:
    await domo.files.delete_revision(file.id, revision.id)
    return Outcome()


async def _permit(file: DataFile, access: Access, domo: Domo) -> Outcome:
    await domo.files.set_access(file.id, access)
    return Outcome()


def _parts(call: Call) -> Parts:
    return Parts(call.files.part_mb * _MB, call.files.parallel_parts)


def _progress(call: Call, body: Source) -> Progress:
    async def told(done: int) -> None:
        await call.progress(done, body.size, f"{done:,} of {body.size:,} bytes uploaded")

    return told


def _what_is_left(file: DataFile, revision: Revision) -> str:
    left = [each for each in file.versions if each.id != revision.id]
    if not left:
        return "It is the file's only revision: the file goes with it."
    if file.current_revision is not None and revision.id == file.current_revision.id:
        return f"Revision {foreign(left[-1].id, 40)} becomes the current one."
    return "The current revision stays."
