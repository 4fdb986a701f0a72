"""What people look at beside the conversation, as MCP Apps: one HTML document for each view, no build step.

https://github.com/modelcontextprotocol/ext-apps, specification/2026-01-26/apps.mdx: a tool names the view of its
answers, a client that knows Apps shows it in a sandboxed frame and hands it the answer. What only the view needs goes
into `_meta` of the answer: the extension's specification keeps that, and `structuredContent`, from the model, but
clients of the core protocol give their models `structuredContent`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from mcp.server.extension import Extension, ResourceBinding
from mcp.server.mcpserver.resources import Resource

from domo_mcp.tools.toolset import Effect, Tool

VIEWS = "ui://domo/"
TABLE = f"{VIEWS}table"
APPROVAL = f"{VIEWS}approval"

_SHOWN_AS_TABLE = frozenset({"run_sql", "ask_data", "query_data", "chart_data"})
_CALLED_BY_VIEWS = frozenset({"confirm_change", "undo_change"})
_FOLDER = Path(__file__).parent
_NOTHING_FROM_ELSEWHERE = dict.fromkeys(("connectDomains", "resourceDomains", "frameDomains", "baseUriDomains"), ())


class View(Resource):
    """One view; its parts are put into one document when a client reads it."""

    document: str

    async def read(self) -> str:
        """The document."""
        return document(self.document)


class Views(Extension):
    """The views that the answers of `tools` are shown in."""

    identifier = "io.modelcontextprotocol/ui"

    def __init__(self, tools: Collection[Tool]) -> None:
        self._shown = {view_of(tool) for tool in tools}

    def resources(self) -> Sequence[ResourceBinding]:
        """Each view that some tool names."""
        return [ResourceBinding(view) for view in _views() if view.uri in self._shown]


def view_of(tool: Tool) -> str | None:
    """The view that the tool's answers are shown in."""
    if tool.effect is not Effect.READ:
        return APPROVAL
    return TABLE if tool.name in _SHOWN_AS_TABLE else None


def tool_meta(tool: Tool) -> dict[str, Any] | None:
    """What a tool says about its view, and whether views may call it: of what changes Domo only what they need."""
    uri = view_of(tool)
    if uri is None:
        return None
    closed = tool.effect is not Effect.READ and tool.name not in _CALLED_BY_VIEWS
    return {"ui": {"resourceUri": uri, "visibility": ["model"] if closed else ["model", "app"]}}


def document(name: str) -> str:
    """The HTML document of that name, whole: the files next to it that it names stand in it."""
    html = (_FOLDER / name).read_text(encoding="utf-8")
    for part in sorted(_FOLDER.glob("*.css")):
        html = html.replace(f'<link rel="stylesheet" href="{part.name}">', f"<style>\n{_text(part)}</style>")
    for part in sorted(_FOLDER.glob("*.js")):
        html = html.replace(f'<script src="{part.name}"></script>', f"<script>\n{_text(part)}</script>")
    return html


def _text(part: Path) -> str:
    return part.read_text(encoding="utf-8")


def _views() -> list[View]:
    return [
        _view(TABLE, "table.html", "Rows and chart", "The rows of an answer as a table and a chart.", copies=True),
        _view(APPROVAL, "approval.html", "Change", "A change of Domo that waits for a yes, or was made.", copies=False),
    ]


def _view(uri: str, name: str, title: str, description: str, *, copies: bool) -> View:
    ui: dict[str, Any] = {"csp": _NOTHING_FROM_ELSEWHERE, "prefersBorder": True}
    return View(
        uri=uri,
        name=name.removesuffix(".html"),
        title=title,
        description=description,
        mime_type="text/html;profile=mcp-app",
        meta={"ui": ui | {"permissions": {"clipboardWrite": {}}} if copies else ui},
        document=name,
    )
