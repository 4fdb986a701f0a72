"""The tools for a person at a terminal: a list of all, or one with its arguments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domo_mcp.tools.toolset import Tool
from domo_mcp.tools.toolsets import TOOLSETS

_WIDTH = 100
_NEXT = "domo-mcp tools TOOL explains the arguments of one; domo-mcp call TOOL key=value … calls it."


def overview(tools: Sequence[Tool], schemas: Mapping[str, Mapping[str, Any]]) -> str:
    """All tools below their toolsets, each as it is called and in a sentence."""
    parts = []
    for toolset in TOOLSETS:
        listed = [tool for tool in tools if tool.toolset == toolset.name]
        if listed:
            entries = (f"  {_called(tool, schemas[tool.name])}\n{_filled(_sentence(tool), 6)}" for tool in listed)
            parts.append("\n".join([f"{toolset.title} (toolset {toolset.name})", *entries]))
    return "\n\n".join(
        [*parts, "domo-mcp tools TOOL explains the arguments; domo-mcp call TOOL key=value … calls one."]
    )


def page(tool: Tool, schema: Mapping[str, Any]) -> str:
    """One tool: what it does, and each argument with what it takes."""
    toolset = next(each.title for each in TOOLSETS if each.name == tool.toolset)
    head = f"{tool.name}: {tool.effect}, toolset {tool.toolset} ({toolset})"
    arguments = "\n".join(_arguments(schema)) or "  It takes no arguments."
    return "\n\n".join([head, _filled(tool.description, 2), arguments, f"  domo-mcp call {_called(tool, schema)}"])


def _called(tool: Tool, schema: Mapping[str, Any]) -> str:
    """The tool as it is written behind `domo-mcp call`, what may be left out in brackets."""
    required = schema.get("required", ())
    signs = [f"{name}=…" if name in required else f"[{name}=…]" for name in schema.get("properties", {})]
    return " ".join([tool.name, *signs])


def _sentence(tool: Tool) -> str:
    return f"{tool.summary}." if tool.effect == "read" else f"{tool.summary}. ({tool.effect})"


def _arguments(schema: Mapping[str, Any]) -> Iterator[str]:
    definitions = schema.get("$defs", {})
    for name, taken in schema.get("properties", {}).items():
        facts = [_kind(taken, definitions)]
        if name in schema.get("required", ()):
            facts.append("required")
        elif taken.get("default") not in (None, "", [], {}):
            facts.append(f"else {json.dumps(taken['default'], ensure_ascii=False)}")
        yield f"  {name} ({', '.join(facts)})\n{_filled(taken.get('description', ''), 6)}"


def _kind(taken: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What an argument takes, in words."""
    if "$ref" in taken:
        return _kind(definitions[taken["$ref"].rpartition("/")[2]], definitions)
    if choices := taken.get("anyOf"):
        return " or ".join(dict.fromkeys(_kind(choice, definitions) for choice in choices))
    if values := taken.get("enum"):
        return "one of " + " | ".join(map(str, values))
    kind = str(taken.get("type", "anything"))
    if kind == "array":
        return f"list of {_kind(taken.get('items', {}), definitions)}"
    if parts := taken.get("properties"):
        return f"JSON object {{{', '.join(f'{name}: {_kind(part, definitions)}' for name, part in parts.items())}}}"
    low, high = taken.get("minimum"), taken.get("maximum")
    bounds = f" {low} to {high}" if low is not None and high is not None else ""
    return {"string": "text", "integer": "number", "object": "JSON object"}.get(kind, kind) + bounds


def _filled(text: str, indent: int) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)
