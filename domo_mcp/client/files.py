"""Domo's files: found, read, uploaded whole or in parts, revised, permitted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import partial

import anyio
import anyio.to_thread
from pydantic import Field

from domo_mcp.client.file_contents import Access, Body, DataFile, Made, Parts, Progress, pieces_of, whole
from domo_mcp.client.forms import form
from domo_mcp.client.multipart import ANSWER_LOST, Multipart, check, sha256_of
from domo_mcp.client.people import User
from domo_mcp.client.places import files as places
from domo_mcp.client.places.people import ME
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Shape
from domo_mcp.client.surface import Content, Surface
from domo_mcp.client.wire import Params
from domo_mcp.errors import DomoError, Rejected
from domo_mcp.untrusted import foreign


class _Revised(Shape):
    revision_id: str = Field(min_length=1)


class Files:
    """Files of one instance. Every method raises `DomoError`; the public API has no files: `Refused`.

    Source, where nothing else is said: App-Framework document, Files API, the section about it; on the product surface
    the same below `/api/data/v1/data-files` (portal, Files; the product APIs' Postman collection).
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def listed(
        self, ids: Sequence[str] = (), *, expand: Sequence[str] = (), owned_only: bool = False
    ) -> tuple[DataFile, ...]:
        """Return the files of these ids, or all that the user has access to (Get all files metadata).

        `expand` adds "revisions" and "metadata". Domo has no pages here.
        """
        chosen, more = ",".join(ids) or None, ",".join(expand) or None
        if self._surface.one_app:
            params: Params = {"limitToOwned": owned_only, "ids": chosen, "expand": more}
        else:
            owner = (await self._session.read("GET", self._surface.at(ME), User)).id if owned_only else None
            params = {"userId": owner, "dataFileIds": chosen, "expand": more}
        return tuple(await self._session.read("GET", self._surface.at(places.DETAILS), list[DataFile], params=params))

    async def get(self, file_id: str, *, expand: Sequence[str] = ()) -> DataFile:
        """Return one file (Get file metadata by ID)."""
        where = self._surface.at(places.FILE_DETAILS, file_id)
        return await self._session.read("GET", where, DataFile, params={"expand": ",".join(expand) or None})

    def download(
        self, file_id: str, revision_id: str | None = None, *, max_bytes: int, html: bool = False
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the bytes of a file, or of one of its revisions (Download a file); `html` where it is a web page.

        Raises `AnswerTooLarge` past `max_bytes`.
        """
        one = [file_id, *([revision_id] if revision_id else [])]
        where = self._surface.at(places.REVISION if revision_id else places.FILE, *one)
        return self._session.stream("GET", where, max_bytes=max_bytes, html=html)

    async def access(self, file_id: str) -> Access:
        """Return who may do what with a file (Get file permissions)."""
        return await self._session.read("GET", self._surface.at(places.PERMISSIONS, file_id), Access)

    async def set_access(self, file_id: str, access: Access) -> None:
        """Put all permissions of a file in place of those it has (Update file permissions)."""
        await self._put_access(self._session, file_id, access)

    async def delete_revision(self, file_id: str, revision_id: str) -> None:
        """Delete a revision for good; the one before it becomes the current one (Delete a file)."""
        await self._delete(self._session, file_id, revision_id)

    async def upload(self, body: Body, *, description: str, public: bool, parts: Parts, progress: Progress) -> Made:
        """Make a new file (Upload a file), in parts where it is larger than one (Creating a Multi-part Upload Session).

        It is open to everybody in the instance where `public`, else to the user alone: what Domo made of it is read
        back, corrected, and where that fails the file is deleted again before `Rejected` says what happened.
        """
        with self._counted() as own:
            if body.size > parts.size:
                made = await self._made_of_parts(own, body, description, parts, progress)
            else:
                made = await self._made_whole(own, body, description, public=public)
                await progress(body.size)
            with anyio.CancelScope(shield=True):
                await self._open_or_close(own, made.file_id, public=public)
        return made

    async def upload_revision(self, file: DataFile, body: Body, *, parts: Parts, progress: Progress) -> Made:
        """Make a new revision of `file` (Upload a file revision, Creating a Multi-part Upload Update Session)."""
        with self._counted() as own:
            if body.size > parts.size:
                return await self._revised_with_parts(own, file, body, parts, progress)
            content = await self._content(body)
            where = self._surface.at(places.FILE, file.id)
            revised = await own.write("PUT", where, _Revised, content=content)
            await progress(body.size)
        return Made(file_id=file.id, revision_id=revised.revision_id)

    async def _made_whole(self, own: Session, body: Body, description: str, *, public: bool) -> Made:
        params = {"name": body.name, "description": description or None, "public": public}
        content = await self._content(body)
        return await own.write("POST", self._surface.at(places.FILES), Made, params=params, content=content)

    async def _made_of_parts(
        self, own: Session, body: Body, description: str, parts: Parts, progress: Progress
    ) -> Made:
        before = {each.id for each in await self.listed(owned_only=True)}

        async def found() -> Made | None:
            new = [each for each in await self.listed(owned_only=True) if each.id not in before and _holds(each, body)]
            return Made(file_id=new[0].id) if len(new) == 1 else None

        about: dict[str, object] = {"description": description} if description else {}
        async with Multipart.opened(own, self._surface, self._surface.at(places.SESSIONS), about, body) as session:
            await session.send(parts, progress)
            try:
                return await session.commit(found)
            except ANSWER_LOST as error:
                error.hint = f"{error.hint} {_MAYBE_OPEN}".strip()
                raise
        raise AssertionError("the session lets everything through")

    async def _revised_with_parts(
        self, own: Session, file: DataFile, body: Body, parts: Parts, progress: Progress
    ) -> Made:
        before = {each.id for each in file.versions}

        async def found() -> Made | None:
            now = (await self.get(file.id)).current_revision
            new = now is not None and now.id not in before and now.sha256 == body.sha256
            return Made(file_id=file.id, revision_id=now.id) if now and new else None

        where = self._surface.at(places.REVISION_SESSIONS, file.id)
        async with Multipart.opened(own, self._surface, where, {"fileId": int(file.id)}, body) as session:
            await session.send(parts, progress)
            return await session.commit(found)
        raise AssertionError("the session lets everything through")

    async def _content(self, body: Body) -> Content:
        """A file that fits one request: its bytes as they are, of an app in a form with the field `file`."""
        data = await body.read(0, body.size)
        check(body, await anyio.to_thread.run_sync(sha256_of, data))
        if not self._surface.one_app:
            return whole(data, body.media_type)
        return form({}, "file", body.name, body.media_type, len(data), partial(pieces_of, data))

    @contextmanager
    def _counted(self) -> Iterator[Session]:
        """A session of one upload's own: what it writes counts at the end, unless it was taken back by then."""
        own = self._session.apart()
        try:
            yield own
        finally:
            self._session.count(own)

    async def _open_or_close(self, own: Session, file_id: str, *, public: bool) -> None:
        """Make a new file open to everybody or not, as wanted: Domo's own default differs by surface and by way."""
        try:
            access = await self.access(file_id)
            if access.public_access is public:
                return
            await self._put_access(own, file_id, access.model_copy(update={"public_access": public}))
            if (await self.access(file_id)).public_access is public:
                return
            why = "Domo does not keep what was set."
        except DomoError as error:
            why = error.message
        if not public:
            raise await self._withdrawn(own, file_id, why)
        raise Rejected(f"File {foreign(file_id, 40)} was uploaded, but it is not open to everybody: {why}", _BY_HAND)

    async def _withdrawn(self, own: Session, file_id: str, why: str) -> Rejected:
        """The error for a new file that may be open to everybody, after it was deleted."""
        told = f"File {foreign(file_id, 40)} was uploaded, but may be open to everybody in the instance: {why}"
        try:
            for revision in (await self.get(file_id, expand=["revisions"])).versions:
                await self._delete(own, file_id, revision.id)
        except DomoError as error:
            return Rejected(f"{told} It could not be deleted either: {error.message}", _BY_HAND)
        own.take_back()
        return Rejected(f"{told} It was deleted again.", "Try again later.", surely_unprocessed=True)

    async def _put_access(self, session: Session, file_id: str, access: Access) -> None:
        body = access.model_dump(by_alias=True)
        await session.write("PUT", self._surface.at(places.PERMISSIONS, file_id), bytes, json=body)

    async def _delete(self, session: Session, file_id: str, revision_id: str) -> None:
        await session.write("DELETE", self._surface.at(places.REVISION, file_id, revision_id), bytes)


_MAYBE_OPEN = "The file may be there, and open to everybody in the instance: look with list_data_files."
_BY_HAND = "Look at the file's permissions in Domo, or with get_data_file and set_data_file_permissions."


def _holds(file: DataFile, body: Body) -> bool:
    current = file.current_revision
    return file.name == body.name and current is not None and current.sha256 == body.sha256
