"""The way in: every request is noted, signed in, waited for and answered, whatever happens behind."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domo_mcp.sandbox.records import User
from domo_mcp.sandbox.routes.answers import Failure, envelope

LARGEST_BODY = 64 * 1024 * 1024
TOKEN_HEADER = "x-domo-developer-token"  # noqa: S105  (the name of a header)

logger = logging.getLogger(__name__)


class Entrance:
    """ASGI middleware that wraps all routes.

    It keeps `app.state.requests` (method, path) and `app.state.in_flight`, waits `app.state.latency_s` before the
    handler, and cancels the handler when the client goes away. A missing or wrong token is a 401 (body: assumed).
    """

    def __init__(self, app: ASGIApp, tokens: Mapping[str, int]) -> None:
        self.app = app
        self.tokens = tokens

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
            await self._serve(scope, _replay(body), send)
            group.cancel_scope.cancel()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            scope.setdefault("state", {})["user"] = self._sign_in(scope)
            await anyio.sleep(scope["app"].state.latency_s)
            await self.app(scope, receive, send)
        except Failure as failure:
            await _refusal(scope, failure)(scope, receive, send)
        except Exception:
            logger.exception("A handler failed on %s %s", scope["method"], scope["path"])
            await _refusal(scope, Failure(500))(scope, receive, send)

    def _sign_in(self, scope: Scope) -> User:
        token = Request(scope).headers.get(TOKEN_HEADER, "")
        user = scope["app"].state.store.get(User, self.tokens.get(token, 0))
        if not isinstance(user, User):
            raise Failure(401, "A valid developer token is required.")
        return user


def _refusal(scope: Scope, failure: Failure) -> Response:
    return envelope(failure.status, failure.message, scope["path"])


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
