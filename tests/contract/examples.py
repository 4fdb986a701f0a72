"""The answers that Domo's documents print, and a Domo that gives nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tests.contract.recorder import Sent
from tests.contract.table import Endpoint, Surface, endpoints

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """One printed answer; examples.toml says what its keys mean."""

    endpoint: str
    surfaces: list[Surface]
    answer: str
    arguments: str = ""
    shows: list[str] = field(default_factory=list)
    note: str = ""
    unlike: dict[str, str] = field(default_factory=dict)

    @cached_property
    def value(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.answer)

    @property
    def entry(self) -> Endpoint:
        """What it answers."""
        return next(endpoint for endpoint in endpoints() if endpoint.id == self.endpoint)


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in the order of the file."""
    return tuple(Example(**entry) for entry in _read("examples.toml")["example"])


@cache
def requests() -> tuple[tuple[Endpoint, Any], ...]:
    """The printed bodies of requests, with the entries that they are for."""
    known = {endpoint.id: endpoint for endpoint in endpoints()}
    return tuple((known[entry["endpoint"]], json.loads(entry["body"])) for entry in _read("requests.toml")["request"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def alike(printed: Any, sent: Any) -> bool:
    """Whether they are the same but for what `*` stands for."""
    if isinstance(printed, dict) and isinstance(sent, dict):
        return printed.keys() == sent.keys() and all(alike(printed[key], sent[key]) for key in printed)
    if isinstance(printed, list) and isinstance(sent, list):
        return len(printed) == len(sent) and all(map(alike, printed, sent))
    return bool(printed == "*" or (printed == sent and type(printed) is type(sent)))


@dataclass
class Documented:
    """A Domo that answers every request with what is printed for it; `first` stands before other examples."""

    surface: Surface
    first: Example

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await self._answer(Request(scope, receive))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        sent = Sent(None, request.method, request.url.path, {}, "", b"")
        for example in (self.first, *examples()):
            if self.surface in example.surfaces and example.entry.is_at(self.surface, sent):
                return JSONResponse(example.value)
        if request.url.path.endswith("/download"):
            return PlainTextResponse("the contents")
        return JSONResponse({"status": 404, "statusReason": "Not Found"}, 404)


Shape = dict[str, set[str]]


def shape_of(values: list[Any]) -> Shape:
    """The kinds of value that stand at each place of any of these."""
    shape: Shape = {}
    for value in values:
        for place, kind in _kinds(value):
            shape.setdefault(place, set()).add(kind)
    return shape


def _kinds(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    yield at, _kind(value)
    if isinstance(value, dict):
        for key, part in value.items():
            name = re.sub(r"^calculation_.*", "calculation_*", key)  # beast modes stand under ids of their own
            yield from _kinds(part, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for item in value:
            yield from _kinds(item, f"{at}[]")


def _kind(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return names.get(type(value), "null")
