"""Requests in and answers out: JSON both ways, and Domo's error envelope for everything that goes wrong."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")


class Failure(Exception):
    """The request ends here with an error status; Domo often sends no message."""

    def __init__(self, status: int, message: str | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Give a JSON response."""
    body = to_json(content, inf_nan_mode="null")
    return Response(body, status, headers, media_type="application/json;charset=UTF-8")


def envelope(status: int, message: str | None, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """Give Domo's error envelope: domo-developer-portal, Filesets-API.yaml, ErrorResponse; all fields are optional."""
    content: dict[str, Any] = {"status": status, "statusReason": HTTPStatus(status).phrase}
    if message:
        content["message"] = message
    return answer(content | {"toe": _toe(), "path": path}, status, headers)


async def parsed(request: Request, shape: type[T]) -> T:
    """Read the body as JSON of a shape; Failure 400 when it is not (message in Domo's manner: assumed)."""
    try:
        return TypeAdapter(shape).validate_json(await request.body())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "body"
        raise Failure(400, f"Cannot deserialize {place}: {first['msg']}") from None


def number(request: Request, name: str, default: int, *, most: int | None = None) -> int:
    """Read a query parameter that counts; Failure 400 in Domo's words (seen on GET /api/data/v3/datasources)."""
    given = request.query_params.get(name, str(default))
    if not given.lstrip("-").isdigit():
        raise Failure(400, f"'{name}' param must be a number. actual={given[:40]}")
    if int(given) < 0 or (most is not None and int(given) > most):
        bound = f" and <= {most}" if most is not None else ""
        raise Failure(400, f"'{name}' param must be nonnegative{bound}. actual={int(given)}")
    return int(given)


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    """Read a true or false query parameter."""
    return request.query_params.get(name, str(default)).lower() == "true"


def _toe() -> str:
    """Give a trace id that looks like Domo's, such as CA6JIHTO46-28C5D-UEQ7I."""
    letters = string.ascii_uppercase + string.digits
    return "-".join("".join(secrets.choice(letters) for _ in range(length)) for length in (10, 5, 5))
