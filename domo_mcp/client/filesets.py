"""FileSets: folders of documents that can be asked in plain words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from pydantic_core import from_json

from domo_mcp.client.fileset_contents import MATCHES, FileEntry, FilePage, FileSet, FileSetPage, Match
from domo_mcp.client.fileset_search import EVERYTHING, Wanted
from domo_mcp.client.forms import form
from domo_mcp.client.places import filesets as places
from domo_mcp.client.session import Session
from domo_mcp.client.surface import Surface
from domo_mcp.errors import Rejected, UnreadableAnswer
from domo_mcp.untrusted import foreign

_PAGE = 100
_DONE = frozenset({"success", "ok", "deleted"})


class FileSets:
    """FileSets and their files. Every method raises `DomoError`; what is not there or may not be seen is `NotFound`.

    Source, where nothing else is said: FileSet API of the App-Framework document and the FileSets product document,
    which differ in their paths and in the answer to a query; the section about the endpoint. The public API has no
    FileSets: `Refused`.
    """

    def __init__(self, session: Session, surface: Surface) -> None:
        self._session = session
        self._surface = surface

    async def found(self, wanted: Wanted = EVERYTHING) -> AsyncIterator[tuple[FileSet, ...]]:
        """Yield the FileSets that the user may see and that fit, page by page (Search FileSets).

        Raises `UnreadableAnswer` where a page comes twice: the endpoint ignores the offset, and this would never end.
        """
        seen: int = 0
        last: tuple[FileSet, ...] = ()
        while True:
            page = await self._page(wanted, seen)
            if page.file_sets and page.file_sets == last:
                raise UnreadableAnswer("Domo gave the same page of FileSets twice.")
            yield page.file_sets
            seen, last = seen + len(page.file_sets), page.file_sets
            more = seen < page.total if page.total is not None else len(page.file_sets) >= _PAGE
            if not page.file_sets or not more:
                return

    async def _page(self, wanted: Wanted, offset: int) -> FileSetPage:
        params = {"limit": _PAGE, "offset": offset or None}
        return await self._session.read(
            "POST", self._surface.at(places.SEARCH), FileSetPage, params=params, json=wanted.body()
        )

    async def all(self) -> tuple[FileSet, ...]:
        """Return every FileSet that the user may see."""
        return tuple([each async for page in self.found() for each in page])

    async def get(self, fileset_id: str) -> FileSet:
        """Return one FileSet (Get FileSet by Id)."""
        return await self._session.read("GET", self._surface.at(places.FILESET, fileset_id), FileSet)

    async def create(
        self,
        name: str,
        description: str = "",
        *,
        account_id: int | None = None,
        connector: str | None = None,
        relative_path: str | None = None,
        ai_enabled: bool | None = None,
    ) -> FileSet:
        """Create a FileSet (Create FileSet), in Domo itself or where `connector` and its account lead.

        `ai_enabled` is in the Filesets OpenAPI document and the product APIs' Postman collection only.
        """
        context = {"connector": connector, "relativePath": relative_path} if connector else None
        body = {
            "name": name,
            "description": description or None,
            "accountId": account_id,
            "connectorContext": context,
            "aiEnabled": ai_enabled,
        }
        given = {key: value for key, value in body.items() if value is not None}
        return await self._session.write("POST", self._surface.at(places.FILESETS), FileSet, json=given)

    async def update(
        self,
        fileset_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        ai_enabled: bool | None = None,
    ) -> FileSet:
        """Change what is given (Update FileSet by Id); `ai_enabled` is in the Filesets OpenAPI document only."""
        body = {"name": name, "description": description, "aiEnabled": ai_enabled}
        given = {key: value for key, value in body.items() if value is not None}
        where = self._surface.at(places.FILESET, fileset_id)
        return await self._session.write("POST", where, FileSet, json=given, repeatable=True)

    async def delete(self, fileset_id: str) -> None:
        """Delete a FileSet with all its files (Delete FileSet by Id)."""
        _check_done(await self._session.write("DELETE", self._surface.at(places.FILESET, fileset_id), str))

    async def query(self, fileset_id: str, text: str, *, directory: str = "", most: int) -> tuple[Match, ...]:
        """Return at most `most` matches for `text`, best first (Query Files).

        Raises `Rejected` where AI is off for the FileSet.
        """
        body = {"query": text, "topK": most, **({"directoryPath": directory} if directory else {})}
        return await self._session.read("POST", self._surface.at(places.QUERY, fileset_id), MATCHES, json=body)

    async def files(
        self,
        fileset_id: str,
        wanted: Wanted = EVERYTHING,
        *,
        directory: str = "",
        immediate_children: bool = False,
        limit: int = _PAGE,
        after: str | None = None,
    ) -> FilePage:
        """Return a page of files, `after` being the `next` of the page before (Search Files in FileSet)."""
        params = {
            "directoryPath": directory or None,
            "immediateChildren": immediate_children or None,
            "limit": limit,
            "next": after,
        }
        where = self._surface.at(places.FILE_SEARCH, fileset_id)
        return await self._session.read("POST", where, FilePage, params=params, json=wanted.body())

    async def file(self, fileset_id: str, file_id: str) -> FileEntry:
        """Return what Domo says about a file (Get File by Id)."""
        return await self._session.read("GET", self._surface.at(places.FILE, fileset_id, file_id), FileEntry)

    async def file_at(self, fileset_id: str, path: str) -> FileEntry:
        """Return what Domo says about the file at `path`, such as reports/2026/q1.pdf (Get File by Path)."""
        where = self._surface.at(places.FILE_AT, fileset_id)
        return await self._session.read("GET", where, FileEntry, params={"path": path})

    def download(
        self, fileset_id: str, file_id: str, *, max_bytes: int, html: bool = False
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the bytes of a file (Download File by Id). Raises `AnswerTooLarge` past `max_bytes`.

        `html` is true for a file that is a web page; of another file such an answer is an error.
        """
        where = self._surface.at(places.DOWNLOAD, fileset_id, file_id)
        return self._session.stream("GET", where, max_bytes=max_bytes, html=html)

    async def upload(
        self,
        fileset_id: str,
        directory: str,
        name: str,
        media_type: str,
        size: int,
        pieces: Callable[[], AsyncIterator[bytes]],
    ) -> FileEntry:
        """Upload a file of `size` bytes into `directory`, which is empty for the top (Upload File).

        In an app every text is sent as text/plain (App-Framework document, Upload File, Note).
        """
        kind = "text/plain" if self._surface.one_app and media_type.startswith("text/") else media_type
        request = {"createFileRequest": (json.dumps({"directoryPath": directory}), "")}
        content = form(request, "file", name, kind, size, pieces)
        return await self._session.write("POST", self._surface.at(places.FILES, fileset_id), FileEntry, content=content)

    async def delete_file(self, fileset_id: str, file_id: str) -> None:
        """Delete a file (Delete File by Id)."""
        _check_done(await self._session.write("DELETE", self._surface.at(places.FILE, fileset_id, file_id), str))

    async def delete_file_at(self, fileset_id: str, path: str) -> None:
        """Delete the file at `path` (Delete Files by Path)."""
        where = self._surface.at(places.FILE_AT, fileset_id)
        _check_done(await self._session.write("DELETE", where, str, params={"path": path}))


def _check_done(text: str) -> None:
    """Raise `Rejected` for a success whose body says otherwise; 204 has none, older answers are the number 1."""
    try:
        answer = from_json(text) if text else None
    except ValueError:
        return
    said = answer if isinstance(answer, Mapping) else {}
    status = said.get("status")
    if isinstance(status, str) and status.casefold() not in _DONE:
        raise Rejected(f"Domo did not delete it: {foreign(str(said.get('message') or status))}.")
