"""A recorder before the sandbox: what was sent to it, in which call, and what it answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class Sent:
    """One request with its answer; `call` says during which call it came."""

    call: Any
    method: str
    path: str
    query: dict[str, str]
    content_type: str
    body: bytes
    status: int = 0
    answer: bytes = b""

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:
        """The body, where it is JSON."""
        return json.loads(self.body) if self.media_type == "application/json" and self.body else None

    @cached_property
    def names(self) -> set[str]:
        """The names of a form's fields, or those in a JSON body, with dots."""
        if self.media_type == "multipart/form-data":
            return {name.decode() for name in re.findall(rb'form-data; name="([^"]+)"', self.body)}
        return set(_names(self.json))

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        body = self.body[:200].decode("utf-8", "replace")
        return f"{self.method} {self.path}?{query} {self.content_type} {body} -> {self.status}"


def _names(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for item in value:
            yield from _names(item, at)
    elif isinstance(value, dict) and (value or not at):
        for key, part in value.items():
            yield from _names(part, f"{at}.{key}" if at else key)
    elif at:
        yield at


@dataclass
class Recorder:
    """An application before another one. Paths with `refuses` in them are not found there."""

    app: ASGIApp
    call: Any = None
    refuses: str = ""
    sent: list[Sent] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        status, answer = 0, b""

        async def passing(message: Message) -> None:
            nonlocal status, answer
            status = message.get("status", status)
            answer += message.get("body", b"")
            await send(message)

        try:
            await self._behind(scope["path"])(scope, _replay(body, receive), passing)
        finally:
            self.sent.append(self._noted(scope, body, status, answer))

    def _behind(self, path: str) -> ASGIApp:
        if self.refuses and self.refuses in path:
            return JSONResponse({"status": 404, "statusReason": "Not Found"}, 404)
        return self.app

    def _noted(self, scope: Scope, body: bytes, status: int, answer: bytes) -> Sent:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        return Sent(
            call=self.call,
            method=scope["method"],
            path=scope["path"],
            query=dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            content_type=headers.get("content-type", "") if body else "",
            body=body,
            status=status,
            answer=answer,
        )


async def _body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
