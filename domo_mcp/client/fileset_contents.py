"""What FileSets hold, as types: the FileSets themselves, their files, and what a question finds in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, TypeAdapter, model_validator

from domo_mcp.client.shapes import Count, Instant, Many, Shape

_SHA256 = frozenset({"", "SHA256", "SHA256HEX"})


def _number(value: object) -> object:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


class ConnectorContext(Shape):
    """Where the files of a FileSet are, if not in Domo itself."""

    connector: str = ""
    relative_path: str = ""


class FileSet(Shape):
    """A FileSet (FileSet API, Get FileSet by Id). Whether AI is on is None where Domo does not say."""

    id: str
    name: str
    description: str = ""
    ai_enabled: bool | None = None
    index_status: str | None = None
    connector: str | None = None
    connector_context: ConnectorContext | None = None
    account_id: str | None = None
    created: Instant = None
    created_by: str | None = None
    updated: Instant = None
    updated_by: str | None = None
    owner: str | None = None
    permission: str | None = None
    size: Count = None
    file_count: Count = None


class FileEntry(Shape):
    """A file or a directory of a FileSet (FileSet API, Get File by Id).

    `file_type` is TEXT, FILE, IMAGE, …; `path` is below the FileSet, without a leading slash; `size` in bytes.
    """

    id: str
    path: str
    name: str = ""
    file_type: str = Field(default="", validation_alias=AliasChoices("fileType", "type"))
    content_type: str | None = None
    size: Count = None
    hash: str | None = None
    hash_algorithm: str = ""
    created: Instant = None
    created_by: str | None = None
    index_status: str | None = None
    index_reason: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _path_or_name(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        path = str(value.get("path") or value.get("name") or "").lstrip("/")
        return {**value, "path": path, "name": value.get("name") or path.rpartition("/")[2]}

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return self.file_type.upper() == "DIRECTORY"

    @property
    def is_html(self) -> bool:
        """Whether its content is a web page."""
        return "html" in (self.content_type or "")

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of its bytes in hex, None where Domo gives another hash or none."""
        algorithm = "".join(letter for letter in self.hash_algorithm.upper() if letter.isalnum())
        return self.hash.lower() if self.hash and algorithm in _SHA256 else None


class FileSetPage(Shape):
    """A page of FileSets (FileSet API, Search FileSets); `fileSets` also comes as `filesets`."""

    file_sets: Many[FileSet] = Field(default=(), validation_alias=AliasChoices("fileSets", "filesets"))
    total: Count = None

    @model_validator(mode="before")
    @classmethod
    def _from_context(cls, value: object) -> object:
        context = _context(value)
        return {**value, "total": context.get("total", context.get("totalCount"))} if isinstance(value, dict) else value


class FilePage(Shape):
    """A page of files (FileSet API, Search Files in FileSet); `next` is where the next one begins, None at the end."""

    files: Many[FileEntry] = ()
    next: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_context(cls, value: object) -> object:
        return {**value, "next": _context(value).get("next") or None} if isinstance(value, dict) else value


class Match(Shape):
    """A file or a passage of one that fits a question (FileSet API, Query Files).

    `score` grows with the fit; the App-Framework surface gives none, there the order tells. `text` is the passage,
    where Domo gives one: the documents have none, the Filesets OpenAPI document has it in `content`, and the file in
    `metadata` in place of `node`.
    """

    file: FileEntry
    score: Annotated[float | None, BeforeValidator(_number)] = None
    text: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_either(cls, value: object) -> object:
        if not isinstance(value, Mapping) or "file" in value:
            return value
        about = next((part for part in (value.get("node"), value.get("metadata")) if isinstance(part, Mapping)), value)
        file = {"id": about.get("fileId") or value.get("id"), **about}
        return {"file": file, "score": value.get("score"), "text": _passage(value) or _passage(about)}


def _passage(value: Mapping[str, object]) -> str:
    content = value.get("content")
    inner = content.get("text") if isinstance(content, Mapping) else content
    return next((text for text in (inner, value.get("text")) if isinstance(text, str) and text.strip()), "")


def _matches(value: object) -> object:
    return value.get("matches") if isinstance(value, Mapping) and "matches" in value else value


MATCHES: TypeAdapter[tuple[Match, ...]] = TypeAdapter(Annotated[tuple[Match, ...], BeforeValidator(_matches)])
"""The answer to a question: `matches` on the product surface, the bare list on the App-Framework surface."""


def _context(value: object) -> Mapping[str, object]:
    context = value.get("pageContext") if isinstance(value, Mapping) else None
    return context if isinstance(context, Mapping) else {}
