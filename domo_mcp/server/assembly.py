"""The MCP server of an application: its tools, prompts and instructions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from mcp.server import MCPServer
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ToolError, UnexpectedResourceError
from mcp.server.request_state import RequestStateSecurity
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    Resource,
    ResourceTemplate,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
)
from pydantic import AnyUrl

from domo_mcp import __version__
from domo_mcp.app import App
from domo_mcp.errors import InvalidInput
from domo_mcp.server.binding import bind
from domo_mcp.server.completing import Completing
from domo_mcp.server.instructions import compose
from domo_mcp.server.prompts import prompts_of
from domo_mcp.server.rendering import render_error
from domo_mcp.server.resources import Resources
from domo_mcp.server.views import VIEWS, Views
from domo_mcp.server.watching import Watch
from domo_mcp.untrusted import foreign, one_line

_LISTS: tuple[CacheableMethod, ...] = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)
_LIST_AGE = CacheHint(ttl_ms=60_000, scope="private")


class Server(MCPServer):
    """The SDK's server, which tells a caller what there is where a tool or prompt is unknown, with our resources."""

    def __init__(self, resources: Resources, **settings: Any) -> None:
        super().__init__(**settings)
        self._resources = resources

    def watched_by(self, watch: Watch, *, sessions: bool) -> None:
        """Serve subscriptions of both eras. The SDK has no public hook for them (its own examples do the same)."""
        serve = self._lowlevel_server.add_request_handler
        serve("subscriptions/listen", SubscriptionsListenRequestParams, watch.listen)
        if sessions:
            serve("resources/subscribe", SubscribeRequestParams, watch.subscribe)
            serve("resources/unsubscribe", UnsubscribeRequestParams, watch.unsubscribe)

    async def list_resources(self) -> list[Resource]:
        """What can be read without filling in a name."""
        return [*self._resources.listed(), *await super().list_resources()]

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        """The kinds of addresses that take the name of something."""
        return self._resources.templates()

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Any, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """What is at an address. Raises ResourceError, ResourceNotFoundError where there is nothing."""
        if str(uri).startswith(VIEWS):
            return await super().read_resource(uri, context)
        try:
            return await self._resources.read(str(uri), context or Context(mcp_server=self))
        except ResourceError:
            raise
        except Exception as error:
            raise UnexpectedResourceError("The resource could not be read, for a reason of this server's.") from error

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """The answer of the tool of that name, or an error result that names the nearest one."""
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError:
            names = [tool.name for tool in await self.list_tools()]
            if name in names:
                raise
        near = difflib.get_close_matches(name, names, n=1)
        meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
        return render_error(InvalidInput(f"There is no tool {foreign(name, 60)}.", meant))

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """The prompt of that name, filled. Raises MCPError that names what is unknown or missing."""
        prompts = {prompt.name: prompt for prompt in await self.list_prompts()}
        if name not in prompts:
            raise MCPError(INVALID_PARAMS, f"There is no prompt {one_line(name, 60)}. There are: {', '.join(prompts)}.")
        wanted = prompts[name].arguments or []
        if missing := [entry.name for entry in wanted if entry.required and entry.name not in (arguments or {})]:
            raise MCPError(INVALID_PARAMS, f"The prompt {name} needs {', '.join(missing)}.")
        return await super().get_prompt(name, arguments, context)


def build_server(app: App, *, sessions: bool = True) -> Server:
    """The server: the same for every transport and both protocol eras.

    `sessions` tells whether a client of the earlier era can be sent something between its requests.
    """
    tools = [bind(tool, app) for tool in app.tools]
    resources = Resources(app, {tool.name: tool for tool in tools})
    watch = Watch(resources, app.config.catalog.watch_s)
    prompts = prompts_of(app)
    server = Server(
        resources,
        name="domo-mcp (sandbox)" if app.sandbox else "domo-mcp",
        title="Domo (sandbox, invented data)" if app.sandbox else "Domo",
        version=__version__,
        instructions=compose([tool.name for tool in app.tools], sandbox=app.sandbox),
        tools=list(tools),
        extensions=[Views(app.tools)],
        lifespan=watch.running,
        subscriptions=watch.bus,
        cache_hints=dict.fromkeys(_LISTS, _LIST_AGE),
        request_state_security=RequestStateSecurity(keys=[app.state.key], ttl=_longest_question(app)),
    )
    for prompt in prompts:
        server.add_prompt(prompt.prompt(resources.instances_known()))
    completing = Completing(resources, {prompt.name: prompt for prompt in prompts})
    server.completion()(completing.complete)  # type: ignore[no-untyped-call]
    server.watched_by(watch, sessions=sessions)
    return server


def _longest_question(app: App) -> float:
    """How long an answer may take, in seconds: by then the sealed state that it belongs to is worth nothing."""
    return max(instance.policy.ask_timeout_s for instance in app.instances.values())
