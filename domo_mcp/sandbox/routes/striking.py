"""What each kind of fault does to one request."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NoReturn

import anyio
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from domo_mcp.sandbox.faults import Kind, Rule
from domo_mcp.sandbox.routes.answers import answer, envelope

RESET = "reset"
"""The name in a scope's state of what resets the connection, where there is one (see `sandbox/serving.py`)."""

Handle = Callable[[Send], Awaitable[None]]
"""Acts on the request and sends the answer."""

_MIB = 1024 * 1024
_HUGE_MIB = 64


async def strike(rule: Rule, scope: Scope, receive: Receive, send: Send, handle: Handle) -> None:
    """Do to a request what the rule says.

    A reset is a TCP reset where a server of `sandbox/serving.py` holds the connection. Elsewhere it is a
    `ConnectionResetError` out of the application, which whoever calls it has to take for the same.
    """
    if rule.kind == "reset_before":
        await _reset(scope)
    if refusal := _REFUSALS.get(rule.kind):
        await refusal(rule, scope["path"])(scope, receive, send)
        return
    if rule.kind == "slow":
        await anyio.sleep(rule.delay_s)
    reply = _Reply()
    await handle(reply.take)
    if rule.kind == "reset_during":
        await reply.send_half(send)
    if rule.kind in {"reset_after", "reset_during"}:
        await _reset(scope)
    await _ANSWERS[rule.kind](rule, reply)(scope, receive, send)


@dataclass
class _Reply:
    """The answer that a handler gave."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Stand in for the connection."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def send_half(self, send: Send) -> None:
        """Send what promises the whole body, and half of it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True})

    def with_body(self, body: bytes) -> Response:
        """Give the same answer with another body."""
        return self._headed(Response(body, self.status), {b"content-length"})

    def dripped(self, delay_s: float) -> Response:
        """Give the same answer byte by byte."""

        async def drops() -> AsyncIterator[bytes]:
            for place in range(len(self.body)):
                yield self.body[place : place + 1]
                await anyio.sleep(delay_s)

        return self._headed(StreamingResponse(drops(), self.status), set())

    def _headed(self, response: Response, own: set[bytes]) -> Response:
        response.raw_headers = [
            *((name, value) for name, value in self.headers if name not in own),
            *((name, value) for name, value in response.raw_headers if name in own),
        ]
        return response


async def _reset(scope: Scope) -> NoReturn:
    if reset := scope.get("state", {}).get(RESET):
        reset()
        await anyio.sleep_forever()  # until the entrance hears that the client is gone
    raise ConnectionResetError("A fault on demand broke the connection.")


def _failed(rule: Rule, path: str) -> Response:
    response = envelope(int(rule.kind), None, path)
    if rule.retry_after is not None:
        response.headers["retry-after"] = str(rule.retry_after)
    return response


_BLOCKED = "<!DOCTYPE html><html><head><title>Domo - Blocked</title></head><body>Access denied.</body></html>"

_REFUSALS: Mapping[Kind, Callable[[Rule, str], Response]] = {
    "429": _failed,
    "403": lambda _rule, _path: answer({"message": "API Rate limit reached."}, 403),
    "401": lambda _rule, path: envelope(401, "The developer token has expired.", path),
    "500": _failed,
    "502": lambda _rule, _path: HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", 502),
    "503": _failed,
    "block_page": lambda _rule, _path: HTMLResponse(_BLOCKED),
    "block_redirect": lambda _rule, _path: Response(status_code=303, headers={"location": "/whitelist/blocked"}),
}


def _huge(_rule: Rule, reply: _Reply) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        piece = b" " * _MIB
        for _ in range(_HUGE_MIB):
            yield piece

    return StreamingResponse(pieces(), reply.status, media_type="application/json")


def _bombed(_rule: Rule, _reply: _Reply) -> Response:
    return Response(_bomb(), headers={"content-encoding": "gzip"}, media_type="application/json")


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)

    def pieces() -> Iterator[bytes]:
        for _ in range(_HUGE_MIB):
            yield packer.compress(b" " * _MIB)
        yield packer.flush()

    return b"".join(pieces())


_ANSWERS: Mapping[Kind, Callable[[Rule, _Reply], Response]] = {
    "slow": lambda _rule, reply: reply.with_body(reply.body),
    "drip": lambda rule, reply: reply.dripped(rule.delay_s),
    "wrong_shape": lambda _rule, reply: reply.with_body(b'{"result":[' + reply.body + b"]}"),
    "truncated": lambda _rule, reply: reply.with_body(reply.body[: len(reply.body) // 2]),
    "not_json": lambda _rule, reply: reply.with_body(b"upstream connect error or disconnect/reset before headers"),
    "empty": lambda _rule, reply: reply.with_body(b""),
    "huge": _huge,
    "gzip_bomb": _bombed,
    "wrong_type": lambda _rule, reply: Response(reply.body, reply.status, media_type="text/html"),
}
