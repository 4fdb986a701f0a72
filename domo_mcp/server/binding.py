"""A tool as the SDK's server runs it: here wire arguments become a call, and an outcome becomes content."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, Self, get_type_hints

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool as SdkTool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import PrivateAttr

from domo_mcp.app import App, Instance
from domo_mcp.errors import DomoMcpError, InvalidInput
from domo_mcp.guard.asking import Nobody, Person
from domo_mcp.guard.gate import Result
from domo_mcp.guard.written import Written
from domo_mcp.server import arguments, views
from domo_mcp.server.asking import Asked, McpPerson
from domo_mcp.server.rendering import render, render_error, without
from domo_mcp.tools import tool_named
from domo_mcp.tools.results import Answer, Chart
from domo_mcp.tools.table import Table
from domo_mcp.tools.toolset import Effect, Tool

logger = logging.getLogger(__name__)

LOCAL_PATHS = frozenset({"save_as", "source"})
"""Arguments that name files of the server's machine: they exist only where server and user share one."""

_DESTRUCTIVE = frozenset({Effect.UPDATE, Effect.DELETE, Effect.RUN})


@dataclass(frozen=True)
class Outcome:
    """An answer as the gate gives it, the instance that it is of, and whether the client shows it in a view."""

    result: Result
    instance: Instance
    in_view: bool


class BoundTool(SdkTool):
    """The SDK's tool with our own reading of arguments and our own errors."""

    _tool: Tool = PrivateAttr()
    _app: App = PrivateAttr()
    _model: type[arguments.Arguments] = PrivateAttr()

    def to(self, tool: Tool, app: App, model: type[arguments.Arguments]) -> Self:
        """This tool with what it needs to run; the SDK's model would publish it as fields."""
        self._tool, self._app, self._model = tool, app, model
        return self

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,  # noqa: ARG002 - the SDK's signature; we always convert
    ) -> CallToolResult | InputRequiredResult:
        """The outcome of one call as content; every failure that has a reader is an error result with its text."""
        try:
            return await self.answer(arguments, context)
        except DomoMcpError as error:
            return render_error(error)
        except Asked as asked:
            return asked.result
        except anyio.get_cancelled_exc_class():
            raise
        except Exception:
            logger.exception("%s failed unexpectedly", self.name)
            return render_error(
                DomoMcpError(
                    f"{self.name} failed for a reason of its own.", "The server's log on stderr has the details."
                )
            )

    async def answer(self, raw: dict[str, Any], context: Context[Any, Any] | None = None) -> CallToolResult:
        """The answer as content. Raises DomoMcpError, and Asked where the client is to ask a person first."""
        found = await self.outcome(raw, context)
        meta = self._for_view(found.result, raw, found.instance) if found.in_view else None
        structured = self._app.config.results.structured
        return render(found.result, structured=structured, sandbox=found.instance.sandbox, meta=meta)

    async def outcome(self, raw: dict[str, Any], context: Context[Any, Any] | None = None) -> Outcome:
        """The answer as the gate gives it. Nobody can be asked without `context`."""
        try:
            return await self._gated(raw, context)
        except DomoMcpError as error:
            error.hint = without(self._app.unlisted, error.hint)
            raise

    async def _gated(self, raw: dict[str, Any], context: Context[Any, Any] | None) -> Outcome:
        try:
            given = arguments.parse(self._model, self._without_only_instance(raw)).given()
        except InvalidInput:
            async with self._app.gate.recorded(self._tool, raw, self._app.instance(self._tool, None).caller):
                raise
        instance = self._app.instance(self._tool, given.pop("domo_instance", None))
        person: Person = Nobody()
        if context:
            person = McpPerson(context, self._app.gate.tickets.once, instance.policy.ask_timeout_s)
        request = await instance.request(self._tool, given, person, partial(_progress, context))
        return Outcome(await self._app.gate.run(request), instance, in_view=person.has_panel)

    def _without_only_instance(self, raw: dict[str, Any]) -> dict[str, Any]:
        """`raw` without the instance, where one of several has the tool; raises InvalidInput that says which."""
        if len(self._app.instances) == 1 or "domo_instance" in self._model.model_fields or "domo_instance" not in raw:
            return raw
        (name,) = self._app.instances_with(self._tool)
        if raw["domo_instance"] not in (None, name):
            raise InvalidInput(f"Only {name} has {self.name}.", "Leave domo_instance out.")
        return {key: value for key, value in raw.items() if key != "domo_instance"}

    def _for_view(self, result: Result, raw: dict[str, Any], instance: Instance) -> dict[str, Any] | None:
        """What the view of the answer needs and the model shall not read."""
        from domo_mcp.server.views import contents

        if isinstance(result, Table | Chart) and views.view_of(self._tool) == views.TABLE:
            table = contents.table_told(
                result.table if isinstance(result, Chart) else result,
                tool=self.name,
                arguments=raw,
                max_rows=self._app.config.results.max_rows,
                sandbox=instance.sandbox,
                chart=contents.drawn_in_view(result) if isinstance(result, Chart) else None,
            )
            return {contents.KEY: {"table": table}}
        if not isinstance(result, Written):
            return None
        several = len(self._app.instances_with(tool_named("confirm_change"))) > 1
        change = contents.change_told(
            result,
            instance=instance.name,
            given={"domo_instance": instance.name} if several else {},
            panel=self._app.gate.tickets.of_panel(result.ticket) if result.ticket else None,
            good_for_s=instance.policy.ticket_s,
        )
        return {contents.KEY: {"change": change}}


def bind(tool: Tool, app: App) -> BoundTool:
    """`tool` for the SDK's server."""
    model = arguments.arguments_model(
        tool.fn, without=frozenset() if app.folders else LOCAL_PATHS, extra=_instance_argument(tool, app)
    )
    bound = BoundTool(
        fn=tool.fn,
        name=tool.name,
        title=tool.title,
        description=without(app.unlisted, tool.description),
        parameters=arguments.lean_schema(model),
        fn_metadata=FuncMetadata(arg_model=model, output_schema=_output_schema(tool, app)),
        is_async=True,
        context_kwarg=None,
        annotations=hints(tool),
        meta=views.tool_meta(tool),
    )
    return bound.to(tool, app, model)


def _instance_argument(tool: Tool, app: App) -> dict[str, Any]:
    """`domo_instance`, where there is a choice. What changes Domo has no default: which Domo is part of the change."""
    names = app.instances_with(tool)
    if len(names) == 1:
        return {}
    return {"domo_instance": (Annotated[Literal[tuple(names)], arguments.Instance], _default(tool))}


def _default(tool: Tool) -> Any:
    return None if tool.effect is Effect.READ else ...


def hints(tool: Tool) -> ToolAnnotations:
    """All four MCP hints, from the effect that the tool declares."""
    return ToolAnnotations(
        title=tool.title,
        read_only_hint=tool.effect is Effect.READ,
        destructive_hint=tool.effect in _DESTRUCTIVE,
        idempotent_hint=tool.idempotent,
        open_world_hint=tool.reaches_domo,
    )


def _output_schema(tool: Tool, app: App) -> dict[str, Any] | None:
    """The schema of `structured_content`: only where one model is all that comes back."""
    returned = Written if tool.effect is not Effect.READ else get_type_hints(tool.fn).get("return")
    if app.config.results.structured == "none" or not (isinstance(returned, type) and issubclass(returned, Answer)):
        return None
    return arguments.lean_schema(returned)


async def _progress(
    context: Context[Any, Any] | None, done: float, total: float | None = None, message: str | None = None
) -> None:
    if context:
        await context.report_progress(done, total, message)
