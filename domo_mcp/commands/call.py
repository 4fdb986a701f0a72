"""`domo-mcp call`: one tool, through a client in the same process on the same server."""

from __future__ import annotations

import sys
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from domo_mcp.app import open_app
from domo_mcp.commands.absence import unlisted
from domo_mcp.commands.saving import check_save, keep
from domo_mcp.config import Config
from domo_mcp.guard.written import status_in


def call(config: Config, tool: str, arguments: Mapping[str, Any], save: Path | None = None) -> int:
    """Print the answer on stdout, or the error on stderr with exit code 1; its picture goes into the new file `save`.

    At a terminal the marks that tell a model what is data are left out; elsewhere it is what a model reads.
    """
    return anyio.run(partial(_call, config, tool, dict(arguments), save))


async def _call(config: Config, tool: str, arguments: dict[str, Any], save: Path | None) -> int:
    from domo_mcp.server.local import local_client

    ask = _ask_here if sys.stdin.isatty() and sys.stderr.isatty() else None
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(config))
        check_save(app.tools, tool, save)
        client = await stack.enter_async_context(local_client(app, ask=ask))
        if tool not in {listed.name for listed in (await client.list_tools()).tools}:
            print(f"domo-mcp: {unlisted(app, tool)}", file=sys.stderr)
            return 2
        result = await client.call_tool(tool, arguments, progress_callback=_progress if sys.stderr.isatty() else None)
    _show("\n".join(block.text for block in result.content if block.type == "text"), failed=result.is_error)
    pictures = [b64decode(block.data) for block in result.content if block.type == "image"]
    kept = result.is_error or keep(pictures, save)
    status = status_in(result.structured_content)
    if ask is None and status in {"needs_confirmation", "refused"}:
        print("domo-mcp: run it in a terminal to be asked there.", file=sys.stderr)
    return 0 if status in {None, "applied"} and not result.is_error and kept else 1


def _show(text: str, *, failed: bool) -> None:
    from domo_mcp.server.rendering import unfenced

    out = sys.stderr if failed else sys.stdout
    print(unfenced(text) if out.isatty() else text, file=out)


async def _ask_here(question: str, answers: Sequence[str]) -> str | None:
    """Ask the person at the terminal; None for anything that is not clearly a yes. This process makes one change."""
    _forget_typed()
    print(f"\n{question}\n\nApply it? [y/N] ", end="", file=sys.stderr, flush=True)
    with suppress(EOFError):
        given = (await anyio.to_thread.run_sync(input, abandon_on_cancel=True)).strip().lower()
        return answers[0] if given in {"y", "yes"} else None
    return None


def _forget_typed() -> None:
    """Drop what was typed so far: a yes counts once the question is on the screen."""
    if sys.platform != "win32":
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


async def _progress(progress: float, total: float | None, message: str | None) -> None:
    share = f"[{round(progress):,}/{round(total):,}] " if total else ""
    print(f"{share}{message or f'{round(progress):,}'}", file=sys.stderr)
