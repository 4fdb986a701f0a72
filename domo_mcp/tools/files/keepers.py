"""Files and their permissions: as snapshots, and how they are put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.client.file_contents import Access, DataFile, Entry, Revision
from domo_mcp.errors import Refused
from domo_mcp.tools.change import Outcome, Snapshot, Undoable, after_writing, each_or_none
from domo_mcp.tools.toolset import Effect

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo


def versions(name: str, size: int | None, sha256: str | None, revisions: list[JsonValue], *, public: bool) -> JsonValue:
    """A file as a snapshot holds it: what its current revision is, all revisions there are, the oldest first."""
    return {"name": name, "size": size, "sha256": sha256, "revisions": revisions, "public": public}


def versions_of(file: DataFile, access: Access, without: str = "") -> JsonValue:
    """That of a file as it is, or would be `without` a revision; None where none is left."""
    left = [each for each in file.versions if each.id != without]
    if not left:
        return None
    current = _current(file, left)
    ids: list[JsonValue] = [each.id for each in left]
    return versions(file.name, current.size, current.sha256, ids, public=access.public_access)


def access_content(access: Access) -> dict[str, JsonValue]:
    """Permissions as a snapshot holds them: one field for each entity."""
    entries: dict[str, JsonValue] = {
        f"{each.entity_type} {each.entity_id}": {"grant": each.grant, "pass": each.pass_} for each in access.entries
    }
    return {"public": access.public_access, **dict(sorted(entries.items()))}


class Versions:
    """Reads which revisions files have; a revision that was added is taken away again."""

    kind = "data file"
    must_confirm = ""
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """What each file is, None for one that is not there."""
        return await each_or_none(ids, partial(_versions, domo))

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:
        """DELETE where a revision would go."""
        goes = any(_more(current.objects[key], wanted.objects.get(key)) for key in current.objects)
        return Effect.DELETE if goes else Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002 - the same for all
        """Nothing: a revision that is deleted does not come back."""
        return "none"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Delete the one revision that `current` has and `wanted` has not.

        Raises Refused where more than that would be lost, or something deleted would have to come back.
        """
        for number, (key, content) in enumerate(current.objects.items()):
            more, less = _more(content, wanted.objects.get(key)), _more(wanted.objects.get(key), content)
            if less or len(more) != 1:
                raise Refused("A deleted revision does not come back.", "Upload its content again where you have it.")
            with after_writing(number):
                await domo.files.delete_revision(key, more[0])
        return Outcome()


class Permissions:
    """Reads who may do what with files, and puts it back."""

    kind = "data file permissions"
    must_confirm = "it opens access"
    conclusive = True

    async def read(self, domo: Domo, place: str, ids: Sequence[str]) -> dict[str, JsonValue]:  # noqa: ARG002 - one place
        """The permissions of each file, None for one that is not there."""

        async def read(key: str) -> dict[str, JsonValue]:
            return access_content(await domo.files.access(key))

        return await each_or_none(ids, read)

    def effect(self, wanted: Snapshot, current: Snapshot) -> Effect:  # noqa: ARG002 - the same for all
        """Permissions are put in place of others."""
        return Effect.UPDATE

    def undo(self, wanted: Snapshot, current: Snapshot) -> Undoable:  # noqa: ARG002 - the same for all
        """What was there before can be put back in turn."""
        return "exact"

    async def restore(self, domo: Domo, wanted: Snapshot, current: Snapshot) -> Outcome:
        """Set the permissions that were. Raises Refused for a file that is gone."""
        for number, key in enumerate(current.objects):
            content = wanted.objects.get(key)
            if not isinstance(content, dict):
                raise Refused("The file is gone, and its permissions with it.", "Upload it again.")
            with after_writing(number):
                await domo.files.set_access(key, _access(content))
        return Outcome()


DATA_FILES, FILE_PERMISSIONS = Versions(), Permissions()


async def _versions(domo: Domo, key: str) -> JsonValue:
    file = await domo.files.get(key, expand=["revisions"])
    return versions_of(file, await domo.files.access(key))


def _current(file: DataFile, left: Sequence[Revision]) -> Revision:
    current = file.current_revision
    return current if current in left and current is not None else left[-1]


def _more(one: JsonValue, other: JsonValue) -> list[str]:
    """The revisions of one state that another one has not."""
    return [each for each in _ids(one) if each not in _ids(other)]


def _ids(content: JsonValue) -> list[str]:
    ids = content.get("revisions") if isinstance(content, dict) else None
    return [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []


def _access(content: Mapping[str, JsonValue]) -> Access:
    entries = [
        Entry(entity_type=kind, entity_id=entity, grant=str(value["grant"]), pass_=str(value["pass"]))
        for (kind, _, entity), value in ((key.partition(" "), value) for key, value in content.items())
        if isinstance(value, dict)
    ]
    return Access(public_access=content.get("public") is True, entries=tuple(entries))
