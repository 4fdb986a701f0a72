"""Domo's files: found, read, uploaded, revised, permitted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from domo_mcp.client.file_contents import Access, Entry
from domo_mcp.errors import InvalidInput, NotFound, Refused, UnknownName
from domo_mcp.tools import args
from domo_mcp.tools.change import Change
from domo_mcp.tools.contents.links import FileLink
from domo_mcp.tools.contents.reading import SavedFile, read_file
from domo_mcp.tools.files import changes as file_changes
from domo_mcp.tools.files.answers import DataFileDetails, DataFileEntry, details, entry, facts
from domo_mcp.tools.local.sources import source_of
from domo_mcp.tools.results import Page, Picture, Text
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import files as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.file_contents import DataFile, Revision


Expand = Annotated[list[Literal["revisions", "metadata"]], Field(max_length=2, description="What to add.")]

EntryArgument = TypedDict(
    "EntryArgument",
    {
        "entityType": Literal["USER", "GROUP"],
        "entityId": Annotated[str, Field(pattern="^[0-9]{1,19}$")],
        "grant": Annotated[
            str, Field(pattern="^(READ|WRITE|DELETE|SHARE|ADMIN)(_(READ|WRITE|DELETE|SHARE|ADMIN)){0,4}$")
        ],
        "pass": NotRequired[Annotated[str, Field(pattern="^[A-Z_]{1,60}$")]],
    },
)


@toolset.read
async def list_data_files(
    call: Call,
    files: Annotated[list[args.FileNumber], Field(min_length=1, max_length=100, description="Only files of these ids.")]
    | None = None,
    expand: Expand = [],  # noqa: B006 - read only, and the schema shows it
    owned_only: Annotated[bool, Field(description="Only files that the user uploaded.")] = False,
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[DataFileEntry]:
    """Use it to find files uploaded to Domo's file service. For documents that can be searched use list_filesets."""
    offset = call.cursors.offset(cursor)
    found = await call.domo.files.listed(files or (), expand=expand, owned_only=owned_only)
    seen = sorted([each for each in found if await _may_see(call, each)], key=lambda each: (len(each.id), each.id))
    return Page.part(
        [entry(each, revisions="revisions" in expand) for each in seen[offset : offset + limit]],
        of=len(seen),
        kind="file",
        first=offset,
        cursors=call.cursors,
    )


@toolset.read
async def get_data_file(
    call: Call,
    file: args.DataFile,
    expand: Expand = [],  # noqa: B006 - read only, and the schema shows it
    permissions: Annotated[bool, Field(description="Also who may do what with it.")] = False,
) -> DataFileDetails:
    """Use it for what Domo knows of one file: size, hash, revisions, permissions. For its text use read_data_file."""
    found = await _file(call, file, list(dict.fromkeys([*expand, "metadata"])))  # where its description is
    access = await call.domo.files.access(found.id) if permissions else None
    return details(found, access, revisions="revisions" in expand)


@toolset.read
async def read_data_file(
    call: Call,
    file: args.DataFile,
    revision: args.RevisionNumber | None = None,
    max_tokens: args.MaxTokens | None = None,  # noqa: ARG001 - the gate trims to it
    save_as: args.SaveFileAs | None = None,
) -> Text | Picture | SavedFile:
    """Use it to read the text of a file in Domo: PDF, DOCX, XLSX, HTML, plain text. For pictures use image_to_text."""
    found = await _file(call, file, ["revisions"] if revision else [])
    wanted = _chosen(found, revision) if revision else found.current_revision
    if save_as and wanted and wanted.scan_state not in {None, "SAFE"}:
        raise Refused(
            f"Domo's virus scan says {foreign(wanted.scan_state or '', 40)} of this file: it is not saved.",
            "Where the scan is not over yet, try again later.",
        )
    media_type = wanted.content_type if wanted else ""
    return await read_file(
        call,
        partial(call.domo.files.download, found.id, revision, html="html" in media_type),
        name=found.name,
        media_type=media_type or None,
        size=wanted.size if wanted else None,
        save_as=save_as,
        link=FileLink(call.domo.name, found.id),
        facts=facts(found, wanted),
    )


@toolset.create
async def upload_data_file(
    call: Call,
    source: args.UploadSource | None = None,
    content: args.UploadContent | None = None,
    name: args.UploadName | None = None,
    description: Annotated[str, Field(max_length=1000, description="What it is.")] = "",
    public: Annotated[bool, Field(description="Open it to everybody in the instance.")] = False,
) -> Change:
    """Use it to upload a new file to Domo's file service, for its owner alone unless `public`.

    For the next version of a file use upload_data_file_revision, for a FileSet upload_fileset_file.
    """
    body = await source_of(call.folders, source=source, content=content, name=name)
    return file_changes.upload(call, body, description.strip(), public=public)


@toolset.update
async def upload_data_file_revision(
    call: Call,
    file: args.DataFile,
    source: args.UploadSource | None = None,
    content: args.UploadContent | None = None,
) -> Change:
    """Use it to upload the next version of a file; those before it stay. For a new file use upload_data_file."""
    found = await _file(call, file, ["revisions"])
    body = await source_of(call.folders, source=source, content=content, name=found.name if content else None)
    return file_changes.revise(call, found, await call.domo.files.access(found.id), body)


@toolset.delete
async def delete_data_file_revision(call: Call, file: args.DataFile, revision: args.RevisionNumber) -> Change:
    """Use it to delete one version of a file for good; the one before it becomes current.

    With the only one the file goes. To take an upload of yours back use undo_change.
    """
    found = await _file(call, file, ["revisions"])
    return file_changes.delete(found, await call.domo.files.access(found.id), _chosen(found, revision))


@toolset.update
async def set_data_file_permissions(
    call: Call,
    file: args.DataFile,
    public: Annotated[bool | None, Field(description="Whether everybody in the instance may open it.")] = None,
    entries: Annotated[
        list[EntryArgument] | None,
        Field(
            max_length=200,
            description='All who may do something, each {"entityType": "USER", "entityId": "27", "grant": "READ"}; '
            "whoever is not among them loses it.",
        ),
    ] = None,
) -> Change:
    """Use it to set who may do what with a file; what is left out stays. For what is there use get_data_file."""
    if public is None and entries is None:
        raise InvalidInput("Nothing to change was given.", "Pass public, entries, or both.")
    found = await _file(call, file)
    before = await call.domo.files.access(found.id)
    after = Access(
        public_access=before.public_access if public is None else public,
        entries=before.entries if entries is None else _entries(entries),
    )
    return file_changes.permit(found, before, after)


async def _file(call: Call, file_id: str, expand: Sequence[str] = ()) -> DataFile:
    """The file, asked of Domo anew. Raises UnknownName, and Refused where policy keeps callers from it."""
    try:
        found = await call.domo.files.get(file_id, expand=expand)
    except NotFound:
        raise UnknownName(
            f"There is no file {file_id} that the user may see.", "Find it with list_data_files."
        ) from None
    await call.catalog.permit("file", found.id, found.name)
    return found


async def _may_see(call: Call, file: DataFile) -> bool:
    try:
        await call.catalog.permit("file", file.id, file.name)
    except Refused:
        return False
    return True


def _chosen(file: DataFile, revision: str) -> Revision:
    """The revision of that id. Raises UnknownName with those that there are."""
    for each in file.versions:
        if each.id == revision:
            return each
    known = ", ".join(foreign(each.id, 40) for each in file.versions[-10:])
    raise UnknownName(f"File {file_changes.named(file)} has no revision {revision}.", f"It has {known}.")


def _entries(given: Sequence[EntryArgument]) -> tuple[Entry, ...]:
    whom = [(each["entityType"], each["entityId"]) for each in given]
    if len(set(whom)) < len(whom):
        raise InvalidInput("Two entries are about the same user or group.", "Write one with the whole grant.")
    return tuple(Entry.model_validate(each) for each in given)
