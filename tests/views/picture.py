"""The picture of a session in the README: `python -m tests.views.picture` draws it anew, on the sandbox, in Chromium.

The views are those of real answers of the real server, as a host shows them; what the person and the agent say between
them is written here.
"""

from __future__ import annotations

import asyncio
import io
import logging
from base64 import b64encode
from pathlib import Path
from typing import Any

from mcp import Client
from PIL import Image

from domo_mcp.app import open_app
from domo_mcp.config import load
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store
from domo_mcp.server.assembly import build_server
from tests.views.stage import APPS, HERE, browser_page, shown

PICTURE = HERE.parent.parent / ".pictures" / "session.png"
MOST_BYTES = 200_000
_REGIONS = {
    "sql": "SELECT DATE_FORMAT(`Order Date`, '%Y-%m') AS order_month, `Region`, SUM(`Revenue`) AS total_revenue "
    "FROM `Sales Orders` WHERE `Order Date` >= DATE_SUB(CURDATE(), INTERVAL 2 YEAR) GROUP BY 1, 2 ORDER BY 1, 2"
}
_TASK = {
    "collection": "Tasks",
    "filter": {"title": "Check late parcels of the West"},
    "set": {"priority": "high", "status": "in progress"},
}
_SAID: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    (
        "How did revenue go by region in the last two years?",
        "chart_data",
        _REGIONS,
        "The West fell away this summer, the other regions did not. The last month is not over yet.",
    ),
    ("Then put the check of its late parcels first.", "update_appdb_documents", _TASK, ""),
)


async def main() -> None:
    """Draw the picture."""
    config = load(sandbox=True, overrides={"policy": {"access": "full"}}, environment={})
    async with (
        open_app(config, embedded=sandbox_app(Store.open())) as app,
        Client(build_server(app), extensions=APPS) as client,
    ):
        turns = [
            [("p", "person", asked), ("p", "call", _call(tool, given)), ("img", "", await _view(client, tool, given))]
            + ([("p", "agent", answer)] if answer else [])
            for asked, tool, given, answer in _SAID
        ]
    async with browser_page(viewport={"width": 900, "height": 600}, device_scale_factor=1.5) as page:
        await page.set_content((HERE / "session.html").read_text(encoding="utf-8"))
        await page.evaluate(
            """parts => { for (const [tag, kind, text] of parts) {
                const part = document.createElement(tag); part.className = kind;
                if (tag === "img") part.src = text; else part.textContent = text;
                document.body.append(part); } }""",
            [part for turn in turns for part in turn],
        )
        await page.wait_for_function("[...document.images].every((image) => image.complete)")
        _keep(await page.screenshot(full_page=True), PICTURE)


async def _view(client: Client, tool: str, given: dict[str, Any]) -> str:
    """The view of an answer as a data address."""
    async with shown(client, tool, given, width=872, height=900, scale=1.5) as stage:
        await stage.page.wait_for_timeout(700)  # until Apply can be pressed
        png = await stage.page.locator("iframe.app").screenshot()
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _call(tool: str, given: dict[str, Any]) -> str:
    return f"{tool}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def _keep(png: bytes, path: Path) -> None:
    """As few colours as show no difference; the rare ones, of the lines, are among them."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    whole.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path} has {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}.")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(main())
