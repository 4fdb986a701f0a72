"""Large files in parts: a session, its parts several at a time, and one commit, or nothing of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from pydantic import Field

from domo_mcp.client.file_contents import Body, Made, Parts, Progress, whole
from domo_mcp.client.places import files as places
from domo_mcp.client.session import Session
from domo_mcp.client.shapes import Shape
from domo_mcp.client.surface import ApiPath, Surface
from domo_mcp.errors import (
    AnswerTooLarge,
    DomoError,
    DomoFailed,
    DomoMcpError,
    NotFound,
    Refused,
    TimedOut,
    Unreachable,
    UnreadableAnswer,
    first_failure,
)

ANSWER_LOST = (TimedOut, Unreachable, DomoFailed, UnreadableAnswer, AnswerTooLarge)
"""Errors after which Domo may have done what it was asked for."""

_ABORT_S = 20
_LOOK_AGAIN_S = (0.0, 0.5, 1.5)

_log = logging.getLogger(__name__)


class _Opened(Shape):
    session_id: str = Field(min_length=1)


class Multipart:
    """One session of Domo's; made by `opened`, which aborts it where anything fails.

    Source: App-Framework document, Multi-part Files API; on the product surface the same below its own base (assumed).
    """

    def __init__(self, session: Session, surface: Surface, key: str, body: Body) -> None:
        self._session = session
        self._surface = surface
        self._key = key
        self._body = body
        self._committing = False

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, session: Session, surface: Surface, where: ApiPath, about: dict[str, object], body: Body
    ) -> AsyncIterator[Multipart]:
        """Open a session; an error or a cancellation inside aborts it, unless its file is there already.

        `about` is what Domo is told of the file beside name and type. `session` is the upload's own: where nothing is
        left of what it wrote, none of it counts as written, and the error is `surely_unprocessed`.
        """
        wanted = {"name": body.name, "contentType": body.media_type, "Cache-Control": "no-cache", **about}
        try:
            made = await session.write("POST", where, _Opened, json=wanted)
        except NotFound as error:
            error.hint = f"{error.hint} An instance without uploads in parts takes a file of up to files.part_mb whole."
            raise
        parts = cls(session, surface, made.session_id, body)
        try:
            yield parts
        except BaseException as error:
            await parts._taken_back(error)
            raise

    async def send(self, parts: Parts, progress: Progress) -> None:
        """Send all parts, each with its hash, again where it failed in a way that passes.

        Raises `Refused` where the bytes are not those that `body` promises, else what the first part that failed did.
        """
        size, done = parts.size_for(self._body.size), 0
        free, digest = anyio.Semaphore(parts.at_once), hashlib.sha256()

        async def sent(index: int, data: bytes) -> None:
            nonlocal done
            try:
                await self._part(index, data)
            finally:
                free.release()
            done += len(data)
            await progress(done)

        await progress(0)
        with first_failure():
            async with anyio.create_task_group() as tasks:
                for index, start in enumerate(range(0, self._body.size, size), 1):
                    await free.acquire()  # before the part is read: so many are in memory, and no more
                    data = await self._body.read(start, size)
                    await anyio.to_thread.run_sync(digest.update, data)
                    tasks.start_soon(sent, index, data)
        check(self._body, digest.hexdigest())

    async def commit(self, found: Callable[[], Awaitable[Made | None]]) -> Made:
        """Make the file of the parts, once. Where Domo's answer is lost, `found` looks whether it is there.

        Nothing interrupts it: a file that nobody knows of would be the worst end.
        """
        where = self._surface.at(places.COMMIT, self._key)
        self._committing = True
        with anyio.CancelScope(shield=True):
            try:
                return await self._session.write("POST", where, Made, json={"sessionId": self._key})
            except ANSWER_LOST:
                if made := await _looked(found):
                    return made
                raise
        raise AssertionError("a shield lets everything through")

    async def _part(self, index: int, data: bytes) -> None:
        checksum = await anyio.to_thread.run_sync(sha256_of, data)
        where = self._surface.at(places.PART, self._key, str(index))
        content = whole(data, self._body.media_type)
        params = {"checksum": checksum}
        await self._session.write("PUT", where, bytes, params=params, content=content, repeatable=True)

    async def _taken_back(self, error: BaseException) -> None:
        """Abort; where nothing of it can be left then, let the error say so."""
        aborted = False
        with anyio.move_on_after(_ABORT_S, shield=True):
            try:
                await self._session.write("POST", self._surface.at(places.ABORT, self._key), bytes)
                aborted = True
            except DomoMcpError as failed:
                _log.warning("An upload's session could not be aborted: %s", failed)
        if aborted and not self._committing:
            self._session.take_back()
            if isinstance(error, DomoError):
                error.surely_unprocessed = True


def check(body: Body, sha256: str) -> None:
    """Raise `Refused` where what was read is not what `body` promises."""
    if sha256 != body.sha256:
        raise Refused(f"{body.name} changed while it was being uploaded.", "Call the tool again.")


async def _looked(found: Callable[[], Awaitable[Made | None]]) -> Made | None:
    """What `found` finds, looked for again where it fails or is too early: what caught the answer may pass."""
    for pause in _LOOK_AGAIN_S:
        await anyio.sleep(pause)
        try:
            if made := await found():
                return made
        except DomoError as error:
            _log.warning("Whether an upload is there could not be looked up: %s", error)
    return None


def sha256_of(data: bytes) -> str:
    """The hash of some bytes in hex."""
    return hashlib.sha256(data).hexdigest()
