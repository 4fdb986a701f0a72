from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.sandbox.app import ADMIN_TOKEN


def client(app: Starlette, token: str) -> httpx.AsyncClient:
    headers = {"X-DOMO-Developer-Token": token}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox", headers=headers)


@pytest.fixture
async def alex(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox as its ordinary user sees it."""
    async with client(sandbox, "sandbox-token") as http:
        yield http


@pytest.fixture
async def admin(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox as its administrator sees it."""
    async with client(sandbox, ADMIN_TOKEN) as http:
        yield http
