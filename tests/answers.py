"""Reading what the server answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from mcp import Client
from mcp_types import CallToolResult

Connect = Callable[..., AbstractAsyncContextManager[Client]]


def text_of(result: CallToolResult) -> str:
    """All text of an answer, without the fences within its lines."""
    return re.sub(r"<(data-\w+)>(?!\n)(.*?)</\1>", r"\2", raw_text_of(result))


def raw_text_of(result: CallToolResult) -> str:
    """All text of an answer, as a model reads it."""
    return "\n".join(block.text for block in result.content if block.type == "text")


def rows_of(text: str) -> list[list[str]]:
    """The rows of the first fenced table, its header first."""
    fenced = re.search(r"<(data-\w+)>\n(.*?)\n</\1>", text, re.DOTALL)
    assert fenced, text
    return list(csv.reader(io.StringIO(fenced.group(2))))


def cursor_of(text: str) -> str | None:
    """The cursor that an answer ends in, where it has one."""
    found = re.search(r"next_cursor: (\S+)", text)
    return found.group(1) if found else None
