"""A Domo that repeats secrets wherever it can: in rows, names, errors, headers, pages and redirects."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, quote_plus

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLACES = (b"CANARY", b"Alex Rivera", b"Backpack")
"""What the sandbox answers with where a secret shall stand: a text of the caller's, a person's name, a word in rows."""

QUIET = ("/oauth/token",)


def forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, in JSON, in a URL, in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return {
        secret,
        json.dumps(secret)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        encoded.rstrip("="),
        encoded.rstrip("=").replace("+", "-").replace("/", "_"),
    }


class Echo:
    """An application in front of another one. `way` says how it answers: a name of WAYS, or "bodies".

    With "bodies" the other one answers, and the secrets stand in place of some of its words.
    """

    def __init__(self, app: ASGIApp, secrets: Sequence[str]) -> None:
        self.way = "bodies"
        self._app = app
        self._said = " ".join(sorted(form for secret in secrets for form in forms(secret)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self._app(scope, receive, send)
        elif self.way == "bodies":
            await self._with_secrets_inside(scope, receive, send)
        elif scope["path"].endswith("/chat/completions"):
            answer = {"choices": [{"message": {"content": self._said}}]}
            await JSONResponse(answer, 200 if self.way == "text" else 401)(scope, receive, send)
        else:
            await Request(scope, receive).body()
            await WAYS[self.way](self._said)(scope, receive, send)

    async def _with_secrets_inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def collect(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await self._changed(start, body)(scope, receive, send)

        await self._app(scope, receive, collect)

    def _changed(self, start: Message, body: bytes) -> Response:
        said = json.dumps(self._said)[1:-1].encode()
        for place in PLACES:
            body = body.replace(place, said)
        headers = {name.decode(): value.decode() for name, value in start["headers"] if name != b"content-length"}
        return Response(body, start["status"], headers | {"x-debug": self._said})


def _failing(status: int) -> Callable[[str], Response]:
    def answer(said: str) -> Response:
        told = {"status": status, "statusReason": said, "message": said, "toe": said, "path": said, "error": said}
        return JSONResponse(told, status, {"www-authenticate": f"Bearer {said}", "x-toe": said})

    return answer


WAYS: Mapping[str, Callable[[str], Response]] = {
    **{str(status): _failing(status) for status in (400, 401, 403, 404, 409, 423, 429, 500)},
    "page": lambda said: HTMLResponse(f"<html><title>{said}</title><body>{said}</body></html>", 403),
    "text": lambda said: PlainTextResponse(said, 200),
    "json": lambda said: JSONResponse({"data": said, "columns": [said], "message": said}),
    "cut off": lambda said: Response(json.dumps([{"id": said, "name": said}])[:-3], media_type="application/json"),
    "redirect": lambda said: Response(status_code=303, headers={"location": f"/auth/index?token={quote(said)}"}),
    "elsewhere": lambda said: Response(status_code=302, headers={"location": f"https://x.invalid/?{quote(said)}"}),
}
