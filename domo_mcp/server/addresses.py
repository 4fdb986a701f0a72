"""The addresses of what can be read by link, and which call of which tool each of them stands for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

SCHEME = "domo://"
_PART = re.compile(r"\{(\w+)\}")
_LONGEST = 8000


@dataclass(frozen=True)
class Read:
    """A call of a tool that only reads; `{name}` in its arguments is that part of the address."""

    tool: str
    arguments: Mapping[str, Any]

    def filled(self, parts: Mapping[str, str]) -> dict[str, Any]:
        """The arguments for an address with these parts."""
        return {name: _filled(value, parts) for name, value in self.arguments.items()}


@dataclass(frozen=True)
class Place:
    """One kind of address below an instance.

    `reads` are the calls that it may stand for: the first one counts whose tool the server lists and the instance has.
    """

    path: str
    title: str
    description: str
    reads: tuple[Read, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of what has to be filled in."""
        return tuple(_PART.findall(self.path))

    @property
    def kind(self) -> str:
        """What the first part of the path stands for, such as dataset."""
        return self.path.partition("/")[0].removesuffix("s")

    def uri(self, instance: str, parts: Mapping[str, str] | None = None) -> str:
        """The address with its parts, escaped; without them its template."""
        path = self.path if parts is None else _PART.sub(lambda part: quote(parts[part[1]], safe=""), self.path)
        return f"{SCHEME}{instance if parts is None else quote(instance, safe='')}/{path}"


@dataclass(frozen=True)
class Address:
    """What an address says."""

    instance: str
    place: Place
    parts: Mapping[str, str]

    @property
    def thing(self) -> str:
        """The id or name of the thing that it is about, empty for a list."""
        return self.parts.get("id", "")


def parsed(uri: str) -> Address | None:
    """What `uri` says; None where it is no address of ours, or tries to lead out of its place."""
    if len(uri) > _LONGEST or uri[: len(SCHEME)].lower() != SCHEME:
        return None
    instance, *segments = map(unquote, uri[len(SCHEME) :].split("/"))
    if any(_leads_out(segment) for segment in (instance, *segments)):
        return None
    for place in PLACES:
        parts = _matched(place.path.split("/"), segments)
        if parts is not None:
            return Address(instance, place, parts)
    return None


def _matched(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    parts = {}
    for wanted, segment in zip(pattern, segments, strict=True):
        if named := _PART.fullmatch(wanted):
            parts[named[1]] = segment
        elif wanted != segment:
            return None
    return parts


def _leads_out(segment: str) -> bool:
    return not segment.strip() or "\0" in segment or bool({"..", "."} & set(re.split(r"[/\\]", segment)))


def _filled(value: Any, parts: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(part, parts) for part in value]
    named = _PART.fullmatch(value) if isinstance(value, str) else None
    return parts[named[1]] if named else value


_CONTEXT = Read("get_schema_context", {"datasets": ["{id}"]})
_FILES = Read("list_fileset_files", {"fileset": "{id}", "limit": 100})

PLACES = (
    Place(
        "datasets",
        "Datasets",
        "The first hundred datasets: id, name, owner, rows, last update.",
        (Read("search_datasets", {"limit": 100}),),
    ),
    Place(
        "datasets/{id}",
        "Dataset",
        "Facts of a dataset (by id or name): owner, rows, freshness, columns.",
        (Read("get_dataset", {"dataset": "{id}"}), _CONTEXT),
    ),
    Place(
        "datasets/{id}/schema",
        "Schema of a dataset",
        "Its columns with types and meanings, its beast modes.",
        (Read("get_dataset", {"dataset": "{id}", "include": ["schema", "formulas", "dictionary"]}), _CONTEXT),
    ),
    Place(
        "datasets/{id}/context",
        "Context of a dataset",
        "All that helps to write SQL on it: columns, values, meanings, beast modes, notes, dialect.",
        (_CONTEXT,),
    ),
    Place(
        "datasets/{id}/sample",
        "Sample of a dataset",
        "A few of its rows as typed CSV.",
        (Read("run_sql", {"dataset": "{id}", "sql": "SELECT * FROM table LIMIT 10"}),),
    ),
    Place("filesets", "FileSets", "FileSets, which hold documents.", (Read("list_filesets", {"limit": 100}),)),
    Place(
        "filesets/{id}",
        "FileSet",
        "A FileSet (by id or name), or where its facts are not listed, its files.",
        (Read("get_fileset", {"fileset": "{id}"}), _FILES),
    ),
    Place("filesets/{id}/files", "Files of a FileSet", "The files of a FileSet, with path and size.", (_FILES,)),
    Place(
        "filesets/{id}/files/{file}",
        "File of a FileSet",
        "The text of a document (by id or path); a small picture as it is.",
        (Read("read_fileset_file", {"fileset": "{id}", "file": "{file}"}),),
    ),
    Place(
        "collections",
        "AppDB collections",
        "AppDB collections with their columns.",
        (Read("list_appdb_collections", {"limit": 100}),),
    ),
    Place(
        "collections/{id}",
        "AppDB collection",
        "The first documents of a collection (by id or name).",
        (Read("query_appdb_documents", {"collection": "{id}", "limit": 20}),),
    ),
    Place(
        "collections/{id}/documents/{document}",
        "AppDB document",
        "One document whole.",
        (Read("get_appdb_document", {"collection": "{id}", "document": "{document}"}),),
    ),
    Place("workflows", "Workflows", "Workflows that can be started.", (Read("list_workflows", {"limit": 100}),)),
    Place(
        "workflows/{id}",
        "Workflow",
        "Versions, start messages and parameters of a workflow (by id or name).",
        (Read("get_workflow", {"workflow": "{id}"}),),
    ),
    Place(
        "workflows/{id}/instances",
        "Instances of a workflow",
        "How its last instances went, with totals.",
        (Read("list_workflow_instances", {"workflow": "{id}"}),),
    ),
    Place(
        "data-files/{id}",
        "File in Domo",
        "The text of a file of Domo's file service (by id); a small picture as it is.",
        (Read("read_data_file", {"file": "{id}"}),),
    ),
)
"""Every kind of address there is."""
