"""What tools answer about Domo's files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.tools.files.changes import named
from domo_mcp.tools.results import Answer
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from datetime import datetime

    from domo_mcp.client.file_contents import Access, DataFile, Entry, Revision


class DataFileEntry(Answer):
    """One file of a list; `scan` is what Domo's virus scan says."""

    id: str
    name: str
    owner: str | None
    type: str | None
    size: int | None
    revision: str | None
    uploaded: str | None
    created: str | None
    scan: str | None
    revisions: list[str] | None = None
    metadata: str | None = None


class RevisionDetails(Answer):
    """One version of a file; `sha256` is the hash of its bytes in hex, `scan` what Domo's virus scan says."""

    id: str
    current: bool
    type: str | None
    size: int | None
    sha256: str | None
    uploaded: str | None
    uploaded_by: str | None
    scan: str | None


class DataFileDetails(Answer):
    """One file. `public`: whether everybody in the instance may open it; `entries`: who else may do what."""

    id: str
    name: str
    owner: str | None
    created: str | None
    current: RevisionDetails | None
    revisions: list[RevisionDetails] | None = None
    metadata: JsonValue = None
    public: bool | None = None
    entries: list[str] | None = None


def entry(file: DataFile, *, revisions: bool) -> DataFileEntry:
    """A file as a line of a list."""
    current = file.current_revision
    return DataFileEntry(
        id=file.id,
        name=file.name,
        owner=file.owner,
        type=(current.content_type or None) if current else None,
        size=current.size if current else None,
        revision=current.id if current else None,
        uploaded=_iso(current.uploaded) if current else None,
        created=_iso(file.created),
        scan=current.scan_state if current else None,
        revisions=[each.id for each in file.versions] if revisions else None,
        metadata=None if file.metadata is None else json.dumps(file.metadata, ensure_ascii=False),
    )


def _revision(file: DataFile, revision: Revision) -> RevisionDetails:
    return RevisionDetails(
        id=revision.id,
        current=file.current_revision is not None and file.current_revision.id == revision.id,
        type=revision.content_type or None,
        size=revision.size,
        sha256=revision.sha256,
        uploaded=_iso(revision.uploaded),
        uploaded_by=revision.uploaded_by,
        scan=revision.scan_state,
    )


def details(file: DataFile, access: Access | None, *, revisions: bool) -> DataFileDetails:
    """All that is known of a file."""
    return DataFileDetails(
        id=file.id,
        name=file.name,
        owner=file.owner,
        created=_iso(file.created),
        current=_revision(file, file.current_revision) if file.current_revision else None,
        revisions=[_revision(file, each) for each in file.versions] if revisions else None,
        metadata=file.metadata,
        public=access.public_access if access else None,
        entries=[_told(each) for each in access.entries] if access else None,
    )


def facts(file: DataFile, revision: Revision | None) -> tuple[str, ...]:
    """What stands under a file's text."""
    about = f"File {named(file)}"
    if revision is None:
        return (f"{about}.",)
    uploaded = f", uploaded {_iso(revision.uploaded)}" if revision.uploaded else ""
    scan = f", virus scan {foreign(revision.scan_state, 40)}" if revision.scan_state else ""
    return (f"{about}, revision {foreign(revision.id, 40)}{uploaded}{scan}.",)


def _told(entry: Entry) -> str:
    passing = f", pass {entry.pass_}" if entry.pass_ != "NONE" else ""  # noqa: S105 - Domo's word for passing it on
    return f"{entry.entity_type} {entry.entity_id}: {entry.grant}{passing}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
