"""Why a tool is not listed here."""

from __future__ import annotations

from domo_mcp.app import App
from domo_mcp.errors import UnknownName
from domo_mcp.tools import select_tools, tool_named


def unlisted(app: App, name: str) -> str:
    """What keeps the tool of that name from being listed, and the option that would change it."""
    try:
        tool = tool_named(name)
    except UnknownName as error:
        return str(error) if error.hint else f"{error} Listed: {', '.join(each.name for each in app.tools)}."
    instances = app.instances.values()
    there = [instance for instance in instances if instance.settings.surface in tool.surfaces]
    if not there:
        return f"{name} is not listed here: the surface {next(iter(instances)).settings.surface} does not have it."
    toolsets = app.config.tools.toolsets
    chosen = select_tools(toolsets, {instance.settings.surface for instance in instances})
    why = [] if tool in chosen else [f"its toolset {tool.toolset} is not chosen (--toolsets)"]
    if why and any(each.toolset == tool.toolset for each in chosen):
        why = [f"it is listed on request: add --toolsets {','.join([*toolsets, tool.toolset])}"]
    if not any(instance.has(tool) for instance in there):
        why.append(f"it is to {tool.effect}, which access {there[0].policy.access} does not allow (--access)")
    return f"{name} is not listed here: {' and '.join(why) or 'nothing here changes Domo'}."
