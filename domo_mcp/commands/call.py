"""`domo-mcp call`: one tool, through a client in the same process on the same server."""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
import anyio.to_thread

from domo_mcp.app import App, open_app
from domo_mcp.config import Config
from domo_mcp.errors import UnknownName
from domo_mcp.tools import select_tools, tool_named


def call(config: Config, tool: str, arguments: Mapping[str, Any]) -> int:
    """Print the answer on stdout, or the error on stderr with exit code 1."""
    return anyio.run(partial(_call, config, tool, dict(arguments)))


async def _call(config: Config, tool: str, arguments: dict[str, Any]) -> int:
    from domo_mcp.server.local import local_client

    ask = _ask_here if sys.stdin.isatty() and sys.stderr.isatty() else None
    async with open_app(config) as app, local_client(app, ask=ask) as client:
        names = [listed.name for listed in (await client.list_tools()).tools]
        if tool not in names:
            print(f"domo-mcp: {_unlisted(app, tool)} Listed: {', '.join(names)}.", file=sys.stderr)
            return 2
        result = await client.call_tool(tool, arguments, progress_callback=_progress if sys.stderr.isatty() else None)
    texts = [block.text for block in result.content if block.type == "text"]
    print("\n".join(texts), file=sys.stderr if result.is_error else sys.stdout)
    for block in result.content:
        if block.type == "image":
            size = len(b64decode(block.data))
            print(
                f"(a picture, {block.mime_type}, {size:,} bytes: clients that show pictures do)",
                file=sys.stderr,
            )
    status = (result.structured_content or {}).get("status", "applied")
    if ask is None and status in {"needs_confirmation", "refused"}:
        print("domo-mcp: run it in a terminal to be asked there.", file=sys.stderr)
    return 0 if status == "applied" and not result.is_error else 1


def _unlisted(app: App, name: str) -> str:
    try:
        tool = tool_named(name)
    except UnknownName as error:
        return str(error)
    instances = app.instances.values()
    there = [instance for instance in instances if instance.settings.surface in tool.surfaces]
    if not there:
        return f"{name} is not listed here: the surface {next(iter(instances)).settings.surface} does not have it."
    chosen = select_tools(app.config.tools.toolsets, {instance.settings.surface for instance in instances})
    why = [] if tool in chosen else [f"its toolset {tool.toolset} is not chosen (--toolsets)"]
    if not any(instance.has(tool) for instance in there):
        why.append(f"it is to {tool.effect}, which access {there[0].policy.access} does not allow (--access)")
    return f"{name} is not listed here: {' and '.join(why) or 'nothing here changes Domo'}."


async def _ask_here(question: str, answers: Sequence[str]) -> str | None:
    """Ask the person at the terminal; None for anything that is not clearly a yes. This process makes one change."""
    print(f"\n{question}\n\nApply it? [y/N] ", end="", file=sys.stderr, flush=True)
    with suppress(EOFError):
        given = (await anyio.to_thread.run_sync(input, abandon_on_cancel=True)).strip().lower()
        return answers[0] if given in {"y", "yes"} else None
    return None


async def _progress(progress: float, total: float | None, message: str | None) -> None:
    share = f"{round(progress):,}/{round(total):,}" if total else f"{round(progress):,}"
    print(f"[{share}] {message or ''}", file=sys.stderr)
