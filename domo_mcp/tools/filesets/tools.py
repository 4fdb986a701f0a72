"""FileSets: folders of documents that can be asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from domo_mcp.catalog.directory import named
from domo_mcp.errors import InvalidInput
from domo_mcp.tools import args
from domo_mcp.tools.change import Change
from domo_mcp.tools.contents.links import FileLink
from domo_mcp.tools.contents.reading import SavedFile, read_file
from domo_mcp.tools.filesets import definitions as fileset_definitions
from domo_mcp.tools.filesets import files as fileset_files
from domo_mcp.tools.filesets import queries as fileset_queries
from domo_mcp.tools.filesets.filters import Filters, wanted
from domo_mcp.tools.local.sources import source_of
from domo_mcp.tools.results import Answer, Page, Picture, Text
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import filesets as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from datetime import datetime

    from domo_mcp.client.fileset_contents import FileEntry, FileSet
    from domo_mcp.client.fileset_search import Wanted


_SHORT = 100
"""So many files Domo gives where no limit is said, so a page of fewer than asked and than this is short."""

Question = Annotated[str, Field(min_length=2, max_length=2000, description="What to find, in plain words.")]
FilesetList = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]],
    args.Target("fileset"),
    Field(min_length=1, max_length=fileset_queries.MOST_ASKED, description="FileSet ids or names; left out: all."),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(min_length=1, max_length=255, description="Name of the FileSet."),
]
Description = Annotated[str, Field(max_length=4000, description="What it holds.")]
AiEnabled = Annotated[bool, Field(description="Whether query_filesets can ask it; not in an app.")]


class FileSetEntry(Answer):
    """One FileSet of a list."""

    id: str
    name: str
    description: str | None
    ai_enabled: bool | None
    files: int | None
    owner: str | None
    updated: str | None


class FileSetDetails(FileSetEntry):
    """One FileSet."""

    permission: str | None
    index_status: str | None
    bytes: int | None
    connector: str | None
    relative_path: str | None
    account_id: str | None
    created: str | None
    created_by: str | None
    updated_by: str | None


class FileSetFile(Answer):
    """One file or directory of a list."""

    path: str
    id: str
    type: str | None
    bytes: int | None
    created: str | None
    created_by: str | None
    index_status: str | None
    index_reason: str | None


@toolset.read
async def list_filesets(
    call: Call,
    query: Annotated[str, Field(max_length=200, description="Part of the name; left out: all.")] = "",
    filters: Filters = [],  # noqa: B006 - read only
    limit: args.ListLimit = 20,
    cursor: args.Cursor | None = None,
) -> Page[FileSetEntry]:
    """Use it to find FileSets, which hold documents. To find something in the documents use query_filesets."""
    offset = call.cursors.offset(cursor)
    found, complete = await _found(call, wanted(filters, name=query.strip()), offset + limit)
    return Page(
        items=[_entry(each) for each in found[offset : offset + limit]],
        kind="FileSet",
        first=offset,
        total=len(found) if complete else None,
        more=offset + limit < len(found),
        continues=lambda shown: call.cursors.at(offset + shown),
    )


@toolset.read
async def query_filesets(
    call: Call,
    query: Question,
    filesets: FilesetList | None = None,
    directory: args.Directory = "",
    limit: Annotated[int, Field(ge=1, le=50, description="Most matches.")] = 5,
    max_tokens: args.MaxTokens | None = None,
) -> Text:
    """Use it to find what policies, reports, contracts and other documents say: the passages that fit best.

    For the whole of one file use read_fileset_file; for numbers use run_sql.
    """
    folder = fileset_files.checked_path(directory) if directory.strip("/ ") else ""
    asked = await fileset_queries.chosen(call, query, filesets)
    hits, failed = await fileset_queries.ask(call, asked, query, folder, limit)
    return fileset_queries.told(hits, (*asked.facts, *failed), max_tokens or call.results.max_tokens)


@toolset.read
async def list_fileset_files(
    call: Call,
    fileset: args.Fileset,
    directory: args.Directory = "",
    immediate_children: Annotated[bool, Field(description="Leave out what is in directories below.")] = False,
    filters: Filters = [],  # noqa: B006 - read only
    limit: args.ListLimit = 50,
    cursor: args.Cursor | None = None,
) -> Page[FileSetFile]:
    """Use it to see which files a FileSet has. To find something in their texts use query_filesets."""
    found = await call.catalog.filesets.readable(fileset)
    after, skipped = _place(call.cursors.place(cursor))
    page = await call.domo.filesets.files(
        found.id,
        wanted(filters),
        directory=fileset_files.checked_path(directory) if directory.strip("/ ") else "",
        immediate_children=immediate_children,
        limit=limit + skipped,
        after=after,
    )
    rest = page.files[skipped:]

    def continues(shown: int) -> str:
        where = f"0 {page.next or ''}" if shown >= len(rest) else f"{skipped + shown} {after or ''}"
        return call.cursors.after(where)

    # Domo may give a place to go on even at the end; a short page is the last one.
    more = page.next not in {None, after} and len(page.files) >= min(limit + skipped, _SHORT)
    return Page([_file(each) for each in rest], "file", more=more, continues=continues)


@toolset.read
async def read_fileset_file(
    call: Call,
    fileset: args.Fileset,
    file: args.FilesetFile,
    max_tokens: args.MaxTokens | None = None,  # noqa: ARG001 - the gate trims to it
    save_as: args.SaveFileAs | None = None,
) -> Text | Picture | SavedFile:
    """Use it to read one document of a FileSet (PDF, Word, Excel, HTML, text), or to save the file.

    To find the document use query_filesets; for a picture use image_to_text.
    """
    place = await call.catalog.filesets.readable(fileset)
    found = await fileset_files.file_of(call, place, file)
    return await read_file(
        call,
        partial(call.domo.filesets.download, place.id, found.id, html=found.is_html),
        name=found.name,
        media_type=found.content_type,
        size=found.size,
        save_as=save_as,
        link=FileLink(call.domo.name, found.id, place.id),
        facts=(_source(place, found),),
    )


@toolset.read
async def get_fileset(call: Call, fileset: args.Fileset) -> FileSetDetails:
    """Use it for all that Domo says about one FileSet. For its files use list_fileset_files."""
    found = await call.catalog.filesets.now(fileset)
    context = found.connector_context
    return FileSetDetails(
        **_entry(found).model_dump(),
        permission=found.permission,
        index_status=found.index_status,
        bytes=found.size,
        connector=found.connector or (context.connector if context else None),
        relative_path=context.relative_path or None if context else None,
        account_id=found.account_id,
        created=_iso(found.created),
        created_by=found.created_by,
        updated_by=found.updated_by,
    )


@toolset.create
async def upload_fileset_file(
    call: Call,
    fileset: args.Fileset,
    source: args.UploadSource | None = None,
    content: args.UploadContent | None = None,
    name: args.UploadName | None = None,
    directory: Annotated[str, Field(max_length=1000, description="Directory to put it in; left out: the top.")] = "",
) -> Change:
    """Use it to put a new document into a FileSet. To find one that is there use query_filesets."""
    place = await call.catalog.filesets.now(fileset)
    given = await source_of(call.folders, source=source, content=content, name=name)
    return await fileset_files.uploading(call, place, given, directory)


@toolset.create
async def create_fileset(
    call: Call,
    name: Name,
    description: Description = "",
    account_id: Annotated[int | None, Field(ge=0, description="Account of the connector.")] = None,
    connector: Annotated[str | None, Field(min_length=1, max_length=100, description="Connector key, as S3.")] = None,
    relative_path: Annotated[str | None, Field(min_length=1, max_length=1000, description="Path there.")] = None,
    ai_enabled: AiEnabled | None = None,
) -> Change:
    """Use it to make a new FileSet. To add a file to one that is there use upload_fileset_file."""
    new = fileset_definitions.NewFileSet(name, description, account_id, connector, relative_path, ai_enabled)
    return await fileset_definitions.creating(call, new)


@toolset.update
async def update_fileset(
    call: Call,
    fileset: args.Fileset,
    name: Annotated[Name, Field(description="Its new name.")] | None = None,
    description: Description | None = None,
    ai_enabled: AiEnabled | None = None,
) -> Change:
    """Use it to rename a FileSet, describe it anew or switch its AI on. For its files use upload_fileset_file."""
    return await fileset_definitions.updating(call, fileset, name, description, ai_enabled)


@toolset.delete
async def delete_fileset_file(call: Call, fileset: args.Fileset, file: args.FilesetFile) -> Change:
    """Use it to delete one file of a FileSet, for good. For a FileSet with all its files use delete_fileset."""
    return await fileset_files.deleting(call, await call.catalog.filesets.now(fileset), file)


@toolset.delete
async def delete_fileset(call: Call, fileset: args.Fileset) -> Change:
    """Use it to delete a FileSet with all its files, for good. For a single file use delete_fileset_file."""
    return await fileset_definitions.ending(call, fileset)


async def _found(call: Call, what: Wanted, most: int) -> tuple[list[FileSet], bool]:
    """FileSets that fit and that the caller may see, at least one more than `most` if there are; whether it is all."""
    found: list[FileSet] = []
    async for page in call.domo.filesets.found(what):
        found += await call.catalog.filesets.permitted(page)
        if len(found) > most:
            return found, False
    return found, True


def _place(place: str | None) -> tuple[str | None, int]:
    """Domo's own place, and how many files after it were shown already."""
    if place is None:
        return None, 0
    skipped, _, after = place.partition(" ")
    if not skipped.isdigit():
        raise InvalidInput("This is not a cursor of this tool.", "Pass next_cursor of the last answer, unchanged.")
    return after or None, int(skipped)


def _entry(fileset: FileSet) -> FileSetEntry:
    return FileSetEntry(
        id=fileset.id,
        name=fileset.name,
        description=fileset.description or None,
        ai_enabled=fileset.ai_enabled,
        files=fileset.file_count,
        owner=fileset.owner,
        updated=_iso(fileset.updated or fileset.created),
    )


def _file(file: FileEntry) -> FileSetFile:
    return FileSetFile(
        path=file.path,
        id=file.id,
        type=file.content_type or file.file_type or None,
        bytes=file.size,
        created=_iso(file.created),
        created_by=file.created_by,
        index_status=file.index_status,
        index_reason=file.index_reason,
    )


def _source(fileset: FileSet, file: FileEntry) -> str:
    made = f", as of {file.created:%Y-%m-%d}" if file.created else ""
    size = f", {file.size:,} bytes" if file.size is not None else ""
    return f'File "{foreign(file.path, 120)}" ({foreign(file.id, 60)}) of FileSet {named(fileset)}{size}{made}.'


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
