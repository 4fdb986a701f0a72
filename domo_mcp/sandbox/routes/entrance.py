"""The way in: every request is noted, signed in, waited for and answered, whatever happens behind."""

from __future__ import annotations

import logging
from hashlib import sha256

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domo_mcp.sandbox.faults import Processed
from domo_mcp.sandbox.routes.answers import Failure, envelope
from domo_mcp.sandbox.routes.sign_in import SignIn
from domo_mcp.sandbox.routes.striking import strike

LARGEST_BODY = 64 * 1024 * 1024

logger = logging.getLogger(__name__)


class Entrance:
    """ASGI middleware that wraps all routes.

    It keeps `app.state.requests` (method, path), `app.state.processed` (those that a handler got) and
    `app.state.in_flight`, lets `app.state.faults` strike, waits `app.state.latency_s` before the handler, and cancels
    the handler when the client goes away. `sign_in` says who asks, or turns the request away.
    """

    def __init__(self, app: ASGIApp, sign_in: SignIn) -> None:
        self.app = app
        self.sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an HTTP request in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["app"].state
        state.requests.append((scope["method"], scope["path"]))
        state.in_flight += 1
        try:
            await self._attend(scope, receive, send)
        finally:
            state.in_flight -= 1

    async def _attend(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until the answer is out or the client has gone, whichever comes first."""
        try:
            body = await _body(receive)
        except Failure as failure:
            await _refusal(scope, failure)(scope, receive, send)
            return
        async with anyio.create_task_group() as group:

            async def watch() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                group.cancel_scope.cancel()

            group.start_soon(watch)
            await self._meet(scope, body, send)
            group.cancel_scope.cancel()

    async def _meet(self, scope: Scope, body: bytes, send: Send) -> None:
        """Serve, unless a fault on demand strikes."""

        async def serve(send: Send) -> None:
            await self._serve(scope, body, send)

        rule = scope["app"].state.faults.draw(scope["method"], scope["path"])
        await (strike(rule, scope, _replay(body), send, serve) if rule else serve(send))

    async def _serve(self, scope: Scope, body: bytes, send: Send) -> None:
        state, receive = scope["app"].state, _replay(body)
        try:
            scope.setdefault("state", {})["user"] = self.sign_in(Request(scope))
            await anyio.sleep(state.latency_s)
            digest = sha256(scope["query_string"] + b"?" + body).hexdigest()
            state.processed.append(Processed(scope["method"], scope["path"], digest))
            await self.app(scope, receive, send)
        except Failure as failure:
            await _refusal(scope, failure)(scope, receive, send)
        except Exception:
            logger.exception("A handler failed on %s %s", scope["method"], scope["path"])
            await _refusal(scope, Failure(500))(scope, receive, send)


def _refusal(scope: Scope, failure: Failure) -> Response:
    return envelope(failure.status, failure.message, scope["path"], failure.headers)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise Failure(413)
    return bytes(body)


def _replay(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not messages:
            await anyio.sleep_forever()
        return messages.pop()

    return receive
