"""Files made, revised and deleted in a store."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.files.contents import Measured
from domo_mcp.sandbox.files.definitions import FULL, DataFile, Grant, Numbers, Revision, UploadSession

if TYPE_CHECKING:
    from domo_mcp.sandbox.store import Store

TOOK = 199  # milliseconds, as the document prints


def own(user_id: int) -> Grant:
    """Give what somebody may do with an own file."""
    return Grant(entity_type="USER", entity_id=str(user_id), grant=FULL)


def add(store: Store, upload: UploadSession, measured: Measured, now: datetime) -> tuple[DataFile, Revision]:
    """Make a file, or its next revision, of the bytes that `Contents` has under the upload's id."""
    known = store.get(DataFile, upload.file_id) if upload.file_id is not None else None
    key = known.id if known else _number(store)
    revision = _revision(store, upload, measured, now)
    if known is not None:
        file = known.model_copy(update={"revisions": (*known.revisions, revision)})
    else:
        file = DataFile(
            id=key,
            name=upload.name,
            description=upload.description,
            owner_id=upload.user_id,
            created=revision.uploaded,
            public=upload.public,
            grants=(own(upload.user_id),),
            revisions=(revision,),
        )
    store.put(file)
    return file, revision


def delete(store: Store, file: DataFile, revision: Revision) -> None:
    """Delete a revision; a file without any is gone (assumed)."""
    store.contents.drop(revision.key)
    left = tuple(each for each in file.revisions if each.id != revision.id)
    if left:
        store.put(file.model_copy(update={"revisions": left}))
    else:
        store.remove(DataFile, file.id)


def _revision(store: Store, upload: UploadSession, measured: Measured, now: datetime) -> Revision:
    revision = Revision(
        id=_number(store),
        content_type=upload.content_type,
        uploaded_by=upload.user_id,
        uploaded=milliseconds(now),
        took=TOOK,
        size=measured.size,
        md5=measured.md5,
        sha256=measured.sha256,
    )
    store.contents.rename(upload.id, revision.key)
    return revision


def _number(store: Store) -> int:
    numbers = store.get(Numbers, "files") or Numbers()
    store.put(Numbers(next=numbers.next + 1))
    return numbers.next
