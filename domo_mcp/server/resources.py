"""Resources: what a client reads by address, each by the tool that reads the same, through the same gate."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp_types import CallToolResult, Resource, ResourceTemplate

from domo_mcp.app import App
from domo_mcp.errors import DomoMcpError, InvalidInput, NotFound
from domo_mcp.server.addresses import PLACES, SCHEME, Address, Place, Read, parsed
from domo_mcp.server.binding import BoundTool
from domo_mcp.server.rendering import render_error
from domo_mcp.telemetry import secrets
from domo_mcp.tools import tool_named
from domo_mcp.untrusted import foreign, one_line

_TEXT = "text/plain"
_RESULT = ResourceTemplate(
    uri_template="domo://{instance}/results/{ticket}",
    name="result",
    title="All rows of an answer",
    description="A link that an answer with more rows gave; CSV, for its caller alone, for 15 minutes.",
    mime_type="text/csv",
)


@dataclass(frozen=True)
class Resources:
    """The resources of a server: there is one where the tool that reads it is listed, on an instance that has it."""

    app: App
    tools: Mapping[str, BoundTool]

    def listed(self) -> list[Resource]:
        """The lists of things, of each instance: what there is without filling in a name. Asks Domo nothing."""
        return [
            Resource(
                uri=place.uri(instance, {}),
                name=f"{instance} {place.path}",
                title=place.title if len(self.app.instances) == 1 else f"{place.title} ({instance})",
                description=place.description,
                mime_type=_TEXT,
            )
            for instance in self.app.instances
            for place in PLACES
            if not place.parts and self.call(instance, place)
        ]

    def templates(self) -> list[ResourceTemplate]:
        """The kinds of addresses that take the name or id of something."""
        made = [
            ResourceTemplate(
                uri_template=place.uri("{instance}"),
                name=place.title.lower(),
                title=place.title,
                description=place.description,
                mime_type=_TEXT,
            )
            for place in PLACES
            if place.parts and self.instances(place)
        ]
        return made if self.app.folders else [*made, _RESULT]

    def instances(self, place: Place) -> list[str]:
        """The instances where such an address can be read, the default one first."""
        return [name for name in self.instances_known() if self.call(name, place)]

    def instances_known(self) -> list[str]:
        """All instances, the default one first."""
        return sorted(self.app.instances, key=lambda name: name != self.app.config.default_instance)

    def call(self, instance: str, place: Place) -> Read | None:
        """The call that such an address stands for on an instance; None where there is none."""
        return next(
            (read for read in place.reads if read.tool in self.tools and instance in self._having(read.tool)), None
        )

    def address(self, uri: str) -> Address:
        """What `uri` says. Raises ResourceNotFoundError where there is nothing to read."""
        address = parsed(uri)
        if address is None or not self.call(address.instance, address.place):
            raise ResourceNotFoundError(f"There is no resource {one_line(uri, 200)}. {self._instead(uri, address)}")
        return address

    def _instead(self, uri: str, address: Address | None) -> str:
        """What to read instead of an address where there is nothing."""
        instance = unquote(uri[len(SCHEME) :].partition("/")[0])
        if not uri.lower().startswith(SCHEME) or instance not in self.app.instances:
            return f"The instances are: {', '.join(f'{SCHEME}{quote(name)}' for name in self.instances_known()[:20])}."
        if address is None:
            return "resources/templates/list has the forms of addresses; in a name write / as %2F."
        tools = " or ".join(dict.fromkeys(read.tool for read in address.place.reads))
        return f"It is read by {tools}, which this server does not list for {instance}."

    def arguments(self, address: Address) -> tuple[BoundTool, dict[str, Any]]:
        """The tool that reads an address, and what it is called with."""
        read = self.call(address.instance, address.place)
        if read is None:
            raise ResourceNotFoundError("There is no such resource.")
        return self.tools[read.tool], read.filled(address.parts) | self.where(read.tool, address.instance)

    def where(self, tool: str, instance: str) -> dict[str, str]:
        """The argument that names the instance, where a tool takes one."""
        return {"domo_instance": instance} if len(self._having(tool)) > 1 else {}

    async def read(self, uri: str, context: Context[Any, Any]) -> Iterable[ReadResourceContents]:
        """What is there. Raises ResourceNotFoundError for what is not, ResourceError for what cannot be read."""
        try:
            if link := _result_link(uri):
                return [ReadResourceContents(secrets.hidden(await self._whole_result(*link)), "text/csv")]
            tool, arguments = self.arguments(self.address(uri))
            return list(_contents(await tool.answer(arguments, context)))
        except DomoMcpError as error:
            (told,) = _contents(render_error(error))
            missing = isinstance(error, (InvalidInput, NotFound))
            raise (ResourceNotFoundError if missing else ResourceError)(str(told.content)) from None

    async def _whole_result(self, instance: str, ticket: str) -> str:
        """All rows of an answer, for clients that share no files with this server."""
        if self.app.folders or instance not in self.app.instances:
            raise InvalidInput(
                f"There is no result of {foreign(instance, 60)}.",
                "Use the link as it was given, over HTTP; else save rows with run_sql and save_as.",
            )
        asked = self.app.instances[instance]
        async with self.app.gate.recorded(tool_named("run_sql"), {"link": ticket[:4]}, asked.caller):
            domo, catalog = await asked.connection()
            return await asked.results.read(ticket, domo.reading, catalog)

    def _having(self, tool: str) -> list[str]:
        return self.app.instances_with(tool_named(tool))


def _result_link(uri: str) -> tuple[str, str] | None:
    instance, _, rest = uri.removeprefix(SCHEME).partition("/")
    kind, _, ticket = rest.partition("/")
    return (instance, ticket) if uri.startswith(SCHEME) and kind == "results" and ticket else None


def _contents(result: CallToolResult) -> Iterator[ReadResourceContents]:
    """The answer as a resource: a picture as its bytes, all else as text."""
    pictures = [block for block in result.content if block.type == "image"]
    if pictures:
        yield from (ReadResourceContents(b64decode(each.data), each.mime_type) for each in pictures)
        return
    text = "\n".join(block.text for block in result.content if block.type == "text")
    yield ReadResourceContents(text, _TEXT)
