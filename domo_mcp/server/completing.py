"""Completions: the names that an argument of a prompt or a part of an address may have, as somebody types them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from domo_mcp.catalog.cache import Cache
from domo_mcp.errors import DomoMcpError
from domo_mcp.server.addresses import PLACES, Place
from domo_mcp.server.prompts import INSTANCE, Shipped
from domo_mcp.server.resources import Resources
from domo_mcp.telemetry import secrets
from domo_mcp.tools import tool_named
from domo_mcp.tools.table import Table
from domo_mcp.untrusted import one_line, visible

_MOST = 100
_AGE_S = 30.0
_LISTS = {
    "dataset": "search_datasets",
    "collection": "list_appdb_collections",
    "fileset": "list_filesets",
    "workflow": "list_workflows",
}
"""By kind the tool that finds things by a part of their name."""


@dataclass(frozen=True)
class Found:
    """What is there to choose from, and whether that is all of it."""

    values: tuple[str, ...]
    all: bool


@dataclass(frozen=True)
class Completing:
    """Completes by the tools that list the same: what is denied or not listed is not offered.

    A value is a name where that stands for one thing, else an id. While somebody types the same list is read once in
    half a minute; where it does not fit one answer, once for each text.
    """

    resources: Resources
    prompts: Mapping[str, Shipped]
    _known: Cache[Found] = field(default_factory=lambda: Cache(_AGE_S, most=200))

    async def complete(
        self,
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        """At most a hundred values that hold what was typed. Raises MCPError for a prompt or template that is none."""
        given = (context.arguments if context else None) or {}
        try:
            found = await self._found(ref, argument.name, argument.value.strip(), given)
        except DomoMcpError:
            found = Found((), all=True)  # nobody reads an error while typing; the call itself tells it
        typed = argument.value.strip().casefold()
        fitting = [value for value in found.values if typed in value.casefold()]
        fitting.sort(key=lambda value: not value.casefold().startswith(typed))
        shown = [secrets.hidden(value) for value in fitting[:_MOST]]
        total = len(fitting) if found.all else None
        return Completion(values=shown, total=total, has_more=len(fitting) > _MOST or not found.all)

    async def _found(
        self, ref: PromptReference | ResourceTemplateReference, name: str, typed: str, given: Mapping[str, str]
    ) -> Found:
        if isinstance(ref, ResourceTemplateReference):
            place = _place(ref.uri)
            instances = self.resources.instances(place) if place else list(self.resources.app.instances)
            if name == "instance":
                return Found(tuple(instances), all=True)
            instance = given.get("instance", instances[0] if instances else "")
            if place and name == "id" and instance in instances:
                return await self._names(place.kind, instance, typed)
            if place and name == "file" and instance in instances and given.get("id"):
                return await self._files(instance, given["id"])
            return Found((), all=True)
        if ref.name not in self.prompts:
            raise MCPError(INVALID_PARAMS, f"There is no prompt {one_line(ref.name, 60)}.")
        if name == INSTANCE:
            return Found(tuple(self.resources.app.instances), all=True)
        kinds = {entry.name: entry.names for entry in self.prompts[ref.name].arguments}
        return await self._names(kinds.get(name) or "", given.get(INSTANCE, ""), typed)

    async def _names(self, kind: str, instance: str, typed: str) -> Found:
        """The first things of a kind where those are all, else those whose names hold what was typed."""
        tool = _LISTS.get(kind, "")
        having = self._having(tool)
        if kind == "dataset" and instance not in having and (not having or instance):
            return await self._aliases(instance)
        instance = instance or (having[0] if having else "")
        if instance not in having:
            return Found((), all=True)
        first = await self._listed(tool, instance, {"query": ""})
        return first if first.all or not typed else await self._listed(tool, instance, {"query": typed[:200]})

    async def _files(self, instance: str, fileset: str) -> Found:
        tool = "list_fileset_files"
        return await self._listed(tool, instance, {"fileset": fileset}) if tool in self.resources.tools else _NOTHING

    async def _listed(self, tool: str, instance: str, wanted: dict[str, str]) -> Found:
        arguments = {**wanted, "limit": _MOST, **self.resources.where(tool, instance)}

        async def load() -> Found:
            found = await self.resources.tools[tool].outcome(arguments)
            return _values(found.result) if isinstance(found.result, Table) else _NOTHING

        return await self._known.get(repr((tool, instance, sorted(wanted.items()))), load)

    async def _aliases(self, instance: str) -> Found:
        """Of an app's datasets the configuration has the only list; Domo is sent nothing."""
        app = self.resources.app
        names = [name for name in app.instances if not instance or name == instance]
        names = [name for name in names if app.instances[name].settings.surface == "app"]
        if not names or "get_schema_context" not in self.resources.tools:
            return _NOTHING
        _, catalog = await app.instances[names[0]].connection()
        return Found(tuple(dataset.name for dataset in await catalog.search("")), all=True)

    def _having(self, tool: str) -> list[str]:
        app = self.resources.app
        return app.instances_with(tool_named(tool)) if tool in self.resources.tools else []


_NOTHING = Found((), all=True)


def _place(template: str) -> Place | None:
    """The kind of address with that template. Raises MCPError where there is none."""
    if template == "domo://{instance}/results/{ticket}":
        return None
    for place in PLACES:
        if place.uri("{instance}") == template:
            return place
    raise MCPError(INVALID_PARAMS, f"There is no resource template {one_line(template, 100)}.")


def _values(table: Table) -> Found:
    columns = [column.name for column in table.columns]
    rows: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in table.rows]
    if "path" in columns:
        return Found(tuple(str(row["path"]) for row in rows if row.get("type") != "DIRECTORY"), all=not table.more)
    return Found(tuple(_told(rows)), all=not table.more)


def _told(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    times = Counter(str(row["name"]).casefold() for row in rows)
    for row in rows:
        name = str(row["name"])
        plain = visible(name) == name == name.strip().strip("`").strip() and ".." not in name
        yield name if plain and times[name.casefold()] == 1 else str(row["id"])
