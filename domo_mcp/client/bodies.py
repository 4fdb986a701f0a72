"""The bytes of an answer, in bounded memory: decompressed in small steps, capped."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import httpx

from domo_mcp.errors import AnswerTooLarge, UnreadableAnswer

_STEP = 65536


async def chunks(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the decompressed body. Raises `AnswerTooLarge` past `max_bytes`, `UnreadableAnswer` for bad compression.

    The library's own decoders inflate a whole network read at once, nested encodings without bound; this one cannot.
    """
    inflate = _inflate_for(response)
    total = 0
    async for raw in _raw(response):
        for piece in inflate.feed(raw):
            total += len(piece)
            if total > max_bytes:
                raise AnswerTooLarge(
                    f"The answer is larger than the {max_bytes:,} bytes that this server reads.",
                    "Ask for fewer rows or columns, or aggregate in SQL.",
                    status=response.status_code,
                )
            yield piece
    inflate.finish()


async def beginning(response: httpx.Response, max_bytes: int) -> bytes:
    """Return at most the first `max_bytes` of a body, and what there is of one that cannot be decompressed."""
    found = b""
    with suppress(AnswerTooLarge, UnreadableAnswer):
        async for piece in chunks(response, max_bytes):
            found += piece
    return found[:max_bytes]


async def _raw(response: httpx.Response) -> AsyncIterator[bytes]:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the session's transport must be asynchronous")
    async for raw in response.stream:
        yield raw


class _Plain:
    def feed(self, raw: bytes) -> Iterator[bytes]:
        yield raw

    def finish(self) -> None:
        """Nothing is held back."""


class _Inflate:
    """gzip, at most `_STEP` bytes out at a time."""

    def __init__(self) -> None:
        self._member = _member()
        self._started = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(raw)
        try:
            while raw:
                yield self._member.decompress(raw, _STEP)
                raw = self._member.unconsumed_tail or self._next_member()
        except zlib.error:
            raise UnreadableAnswer("Domo's answer is compressed in a way that cannot be read.", "Try again.") from None

    def _next_member(self) -> bytes:
        rest = self._member.unused_data
        if rest:
            self._member = _member()
        return rest

    def finish(self) -> None:
        if self._started and not self._member.eof:
            raise UnreadableAnswer("Domo's compressed answer ends too early.", "Try again.")


def _member() -> zlib._Decompress:
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


def _inflate_for(response: httpx.Response) -> _Plain | _Inflate:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return _Plain()
    if encoding == "gzip":
        return _Inflate()
    raise UnreadableAnswer("Domo's answer is compressed in a way that was not asked for.", status=response.status_code)
