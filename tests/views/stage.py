"""A real browser with a host in it: the specification's two frames, and behind them a client of the real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client
from mcp.client.extension import ClientExtension, advertise

if TYPE_CHECKING:
    from playwright.async_api import Frame, FrameLocator, Page, Route

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
APPS: list[ClientExtension] = [advertise("io.modelcontextprotocol/ui", {"mimeTypes": ["text/html;profile=mcp-app"]})]
CAPABILITIES: dict[str, Any] = {"serverTools": {}, "downloadFile": {}, "updateModelContext": {"text": {}}}
DARK = {
    "--color-background-primary": "light-dark(#fdfdfc, #202024)",
    "--color-text-primary": "light-dark(#111111, #f2f2f2)",
}


@dataclass
class Stage:
    """A view on its page, and all that went wrong there."""

    page: Page
    client: Client
    result: dict[str, Any]
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def view(self) -> FrameLocator:
        """The view within both frames."""
        return self.page.frame_locator("iframe.app").frame_locator("iframe")

    @property
    def frame(self) -> Frame:
        """The view's own frame, to run scripts in."""
        return self.page.frames[-1]

    async def heard(self) -> list[str]:
        """The methods that the host heard."""
        return list(await self.page.evaluate("HOST.heard"))

    def is_clean(self) -> bool:
        """Whether nothing was asked of any network, and nothing was complained about."""
        return (self.requests, self.errors) == ([], [])


def _served(route: Route) -> Any:
    name = route.request.url.rpartition("/")[2]
    return route.fulfill(path=HERE / name, content_type="text/html")


@asynccontextmanager
async def browser_page(**options: Any) -> AsyncIterator[Page]:
    """A page of a headless browser; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed (extra dev)")
    if CHROMIUM is None:
        pytest.skip(reason="there is no chromium on the PATH (Debian: apt-get install chromium)")
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield await (await browser.new_context(**options)).new_page()
        finally:
            await browser.close()


@asynccontextmanager
async def shown(
    client: Client,
    tool: str,
    arguments: dict[str, Any],
    *,
    theme: str = "light",
    width: int = 860,
    height: int = 720,
    capabilities: dict[str, Any] | None = None,
    change: Any = None,
    context: dict[str, Any] | None = None,
    scale: float = 1,
) -> AsyncIterator[Stage]:
    """The view of a call's answer, as a host shows it; `change` makes something else of the answer before."""
    tools = {each.name: each for each in (await client.list_tools()).tools}
    ui = (tools[tool].meta or {})["ui"]
    read = (await client.read_resource(ui["resourceUri"])).contents[0]
    assert read.mime_type == "text/html;profile=mcp-app"
    result = (await client.call_tool(tool, arguments)).model_dump(mode="json", by_alias=True, exclude_none=True)
    if change:
        result = change(result)
    async with browser_page(viewport={"width": width, "height": height}, device_scale_factor=scale) as page:
        stage = Stage(page, client, result)
        page.on("request", lambda request: _note(stage, request.url))
        page.on("console", lambda said: stage.errors.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: stage.errors.append(str(error)))
        await page.route("**/*", _served)
        await page.expose_function("toServer", lambda params: _called(stage, params))
        await page.goto("http://host.test/host.html")
        await page.evaluate(
            "options => mount(options)",
            {
                "resource": {"html": read.model_dump()["text"], "csp": (read.meta or {})["ui"]["csp"]},
                "input": arguments,
                "result": result,
                "callable": [name for name, each in tools.items() if "app" in _visibility(each.meta)],
                "capabilities": CAPABILITIES if capabilities is None else capabilities,
                "context": {"theme": theme, "styles": {"variables": DARK}, **(context or {})},
            },
        )
        await page.wait_for_function("HOST.heard.includes('ui/notifications/size-changed')")
        yield stage


async def _called(stage: Stage, params: dict[str, Any]) -> dict[str, Any]:
    stage.calls.append(params)
    result = await stage.client.call_tool(params["name"], params["arguments"])
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def _visibility(meta: dict[str, Any] | None) -> list[str]:
    """Who may call a tool; both where it says nothing."""
    return list((meta or {}).get("ui", {}).get("visibility", ["model", "app"]))


def _note(stage: Stage, url: str) -> None:
    if not url.startswith(("http://host.test/host.html", "http://sandbox.test/proxy.html", "about:")):
        stage.requests.append(url)
