"""One answer of Domo, and how it becomes the type that was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from domo_mcp.errors import UnreadableAnswer

T = TypeVar("T")
Expected = type[T] | TypeAdapter[T]
"""What an answer should be: `str` for plain text, `bytes` for any content, else the type of a JSON value."""


@dataclass(frozen=True)
class Answer:
    """One answer as it came at `came`: `path` was asked, `body` is decompressed, `secrets` are never repeated.

    `renewal` says how to get a new sign-in.
    """

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    secrets: Sequence[str] = ()
    renewal: str = ""
    came: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_html(self) -> bool:
        """Whether it is a page for a browser: its first bytes tell, since JSON is also declared as text/html."""
        start = self.body[:200].lstrip().lower()
        declared = "html" in self.headers.get("content-type", "")
        return start.startswith((b"<!doctype html", b"<html")) or (declared and start.startswith(b"<"))


def decode(answer: Answer, expected: Expected[T]) -> T:
    """Read the body as `expected`. Raises `UnreadableAnswer` that names what was expected, never what came."""
    adapter = expected if isinstance(expected, TypeAdapter) else TypeAdapter(expected)
    if expected is bytes:
        return adapter.validate_python(answer.body)
    if answer.is_html:
        raise _unreadable(answer, "It is a web page.")
    if expected is str:
        return adapter.validate_python(answer.body.decode("utf-8", "replace").strip())
    if not answer.body.strip():
        raise _unreadable(answer, "It is empty.")
    try:
        read = adapter.validate_json(answer.body)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]["type"]
        raise _unreadable(answer, f"It is not {_name(expected)}: {wrong}.") from None
    if isinstance(read, BaseModel) and not read.model_fields_set and any(from_json(answer.body).values()):
        # Most fields may be missing, so any other object would be an empty page.
        raise _unreadable(answer, f"It has none of the fields of {_name(expected)}.")
    return read


def _name(expected: object) -> str:
    if isinstance(expected, TypeAdapter):
        return "the JSON that was expected"
    inner = "".join(f" of {part.__name__}" for part in get_args(expected))
    return f"{getattr(expected, '__name__', 'JSON')}{inner}"


def _unreadable(answer: Answer, why: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        f"Domo's answer to {answer.path} is not what its documents promise. {why}",
        "Check that the host is a Domo instance and not a sign-in page or a proxy; else report it.",
        status=answer.status,
    )
