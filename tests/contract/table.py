"""The table of Domo's endpoints, and whether a request has the form that an entry of it describes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from tests.contract.recorder import Sent

Surface = Literal["app", "product"]
SURFACES: tuple[Surface, ...] = ("app", "product")
TABLE = Path(__file__).with_name("endpoints.toml")

_MEDIA = {"json": "application/json", "text": "text/plain", "csv": "text/csv", "form": "multipart/form-data"}


@dataclass(frozen=True)
class Endpoint:
    """One entry; endpoints.toml says what its keys mean."""

    id: str
    documents: list[str]
    method: str
    tool: str = ""
    unused: str = ""
    call: str = ""
    app: str = ""
    product: str = ""
    twin: str = ""
    asks: bool = False
    query: list[str] = field(default_factory=list)
    always: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    booleans: list[str] = field(default_factory=list)
    body: str = "none"
    array: bool = False
    keys: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    fixed: str = "{}"
    without: dict[str, str] = field(default_factory=dict)
    beyond: dict[str, str] = field(default_factory=dict)

    @property
    def surfaces(self) -> list[Surface]:
        """Where it is."""
        return [surface for surface in SURFACES if self.path(surface)]

    @property
    def changes(self) -> bool:
        """Whether a request to it changes Domo."""
        return self.method != "GET" and not self.asks

    def path(self, surface: Surface) -> str:
        """Its path template there, empty where it is not."""
        return self.app if surface == "app" else self.product

    def is_at(self, surface: Surface, sent: Sent) -> bool:
        """Whether a request went to it, and not to one whose path says more: documents/bulk is no documents/{id}."""
        return self._takes(surface, sent) and not any(
            other.path(surface).count("{") < self.path(surface).count("{") and other._takes(surface, sent)
            for other in endpoints()
        )

    def _takes(self, surface: Surface, sent: Sent) -> bool:
        pattern = self._patterns.get(surface)
        return sent.method == self.method and bool(pattern and pattern.fullmatch(sent.path))

    @cached_property
    def _patterns(self) -> dict[Surface, re.Pattern[str]]:
        """The documents end the same path with a slash and without."""
        return {at: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path(at))) + "/?") for at in self.surfaces}

    def faults(self, sent: Sent) -> Iterator[str]:
        """What in a request to it is not as documented."""
        yield from (f"?{name}= is not documented" for name in sent.query if name not in [*self.query, *self.beyond])
        yield from (f"?{name}= is missing" for name in self.always if name not in sent.query)
        for names, pattern in ((self.numbers, r"\d+"), (self.booleans, "true|false")):
            written = {name: sent.query[name] for name in names if name in sent.query}
            yield from (f"?{name}={value}" for name, value in written.items() if not re.fullmatch(pattern, value))
        wanted = _MEDIA.get(self.body)
        if wanted and sent.media_type != wanted:
            yield f"{sent.media_type or 'no content type'} in place of {wanted}"
        if self.body == "none" and sent.body not in {b"", b"{}"}:
            yield f"a body where the document has none: {sent.body[:80]!r}"
        if self.body in {"json", "form"}:
            yield from self._faulty_keys(sent)

    def _faulty_keys(self, sent: Sent) -> Iterator[str]:
        names = sent.names
        if self.body == "json" and isinstance(sent.json, list) is not self.array:
            yield "a list in place of an object, or the other way round"
        yield from (f"{name} is not documented" for name in names if not self._documents(name))
        yield from (f"{name} is missing" for name in self.required if not any(_within(key, name) for key in names))
        yield from _differences(json.loads(self.fixed), sent.json if self.body == "json" else {})

    def _documents(self, name: str) -> bool:
        patterns = [*self.keys, *self.beyond]
        return any(
            _within(name, pattern.removesuffix("*").rstrip(".")) for pattern in patterns if pattern[-1] == "*"
        ) or (name in patterns or any(_within(pattern, name) for pattern in patterns))

    def unsent(self, requests: list[Sent]) -> list[str]:
        """The documented names that none of these requests has."""
        queries = {name for sent in requests for name in sent.query}
        keys = {name for sent in requests for name in sent.names}
        expected = [name for name in self.query if name not in queries]
        expected += [key for key in self.keys if not any(_within(name, key.rstrip("*").rstrip(".")) for name in keys)]
        return expected


def _within(name: str, place: str) -> bool:
    return not place or name == place or name.startswith(f"{place}.")


def _differences(fixed: Any, sent: Any, at: str = "") -> Iterator[str]:
    if not isinstance(fixed, dict):
        if fixed != sent:
            yield f"{at} is {sent!r} in place of {fixed!r}"
        return
    for key, value in fixed.items():
        yield from _differences(value, sent.get(key, "nothing") if isinstance(sent, dict) else sent, f"{at}.{key}")


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """All entries, in the order of the file."""
    return tuple(Endpoint(**entry) for entry in tomllib.loads(TABLE.read_text(encoding="utf-8"))["endpoint"])
