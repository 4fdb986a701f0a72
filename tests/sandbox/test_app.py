"""Signing in, the error envelope, and what happens to requests that are slow, broken or given up."""

import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message

from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.store import Store

ME = "/api/content/v2/users/me"
SALES = "5a1e0000-0000-4000-8000-000000000001"
TOE = re.compile(r"[A-Z0-9]{10}-[A-Z0-9]{5}-[A-Z0-9]{5}")


def bare(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox")


@pytest.mark.parametrize("headers", [{}, {"X-DOMO-Developer-Token": ""}, {"X-DOMO-Developer-Token": "wrong"}])
async def test_without_a_valid_token_everything_is_401(sandbox: Starlette, headers: dict[str, str]) -> None:
    async with bare(sandbox) as http:
        for path in (ME, "/no/such/path"):
            response = await http.get(path, headers=headers)
            assert response.status_code == 401
            body = response.json()
            assert (body["status"], body["statusReason"], body["path"]) == (401, "Unauthorized", path)
            assert TOE.fullmatch(body["toe"])


async def test_the_token_can_be_chosen(store: Store) -> None:
    async with bare(sandbox_app(store, token="mine")) as http:
        assert (await http.get(ME, headers={"X-DOMO-Developer-Token": "mine"})).json()["displayName"] == "Alex Rivera"
        assert (await http.get(ME, headers={"X-DOMO-Developer-Token": "sandbox-token"})).status_code == 401


async def test_unknown_paths_are_404_in_the_envelope_without_a_message(alex: httpx.AsyncClient) -> None:
    response = await alex.get("/api/nothing/here")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("application/json")
    body = response.json()
    assert set(body) == {"status", "statusReason", "toe", "path"}
    assert body["path"] == "/api/nothing/here"


async def test_a_method_that_a_path_does_not_have_is_405_in_the_envelope(alex: httpx.AsyncClient) -> None:
    response = await alex.delete("/api/data/v3/datasources")
    assert (response.status_code, response.json()["statusReason"]) == (405, "Method Not Allowed")


async def test_a_fault_in_a_handler_is_500_in_the_envelope_and_tells_nothing(
    sandbox: Starlette, alex: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(request: Request) -> None:
        raise ZeroDivisionError("a secret detail")

    sandbox.router.routes.append(Route("/broken", broken))
    response = await alex.get("/broken")
    assert (response.status_code, response.json()["statusReason"]) == (500, "Internal Server Error")
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_body_beyond_the_limit_is_413(alex: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(16 * 1024 * 1024)

    response = await alex.post(f"/api/query/v1/execute/{SALES}", content=endless())
    assert (response.status_code, response.json()["statusReason"]) == (413, "Request Entity Too Large")


async def test_requests_are_noted_and_counted_while_they_run(sandbox: Starlette, alex: httpx.AsyncClient) -> None:
    await alex.get(ME)
    await alex.get("/unknown")
    assert list(sandbox.state.requests) == [("GET", ME), ("GET", "/unknown")]
    assert sandbox.state.in_flight == 0


async def test_giving_up_reaches_the_handler(sandbox: Starlette, alex: httpx.AsyncClient) -> None:
    sandbox.state.latency_s = 3600
    async with anyio.create_task_group() as group:
        group.start_soon(alex.get, ME)
        with anyio.fail_after(5):
            while sandbox.state.in_flight == 0:
                await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert sandbox.state.in_flight == 0
    sandbox.state.latency_s = 0
    assert (await alex.get(ME)).status_code == 200


async def test_a_client_that_hangs_up_ends_its_request(sandbox: Starlette) -> None:
    """What a server does when the connection closes: the next message says so."""
    sandbox.state.latency_s = 3600
    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request", "body": b""}]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"x-domo-developer-token", b"sandbox-token")]
    scope = {"type": "http", "method": "GET", "path": ME, "headers": headers, "query_string": b""}
    with anyio.fail_after(5):
        await sandbox(scope, receive, send)
    assert sent == []
    assert sandbox.state.in_flight == 0


SERVE = """
import sys
from pathlib import Path
from domo_mcp.sandbox.app import serve
from domo_mcp.sandbox.store import Store
serve(Store.open(Path(sys.argv[1])), port=int(sys.argv[2]))
"""


async def once_it_listens(http: httpx.AsyncClient, url: str) -> httpx.Response:
    with anyio.fail_after(30):
        while True:
            try:
                return await http.get(url)
            except httpx.ConnectError:
                await anyio.sleep(0.02)


async def test_a_served_sandbox_answers_on_this_machine_and_says_nothing_on_stdout(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, str(tmp_path), str(port)]
    async with await anyio.open_process(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        async with httpx.AsyncClient(headers={"X-DOMO-Developer-Token": "sandbox-token"}) as http:
            response = await once_it_listens(http, f"http://127.0.0.1:{port}{ME}")
        assert response.json()["displayName"] == "Alex Rivera"
        process.terminate()
        assert process.stdout is not None
        assert [chunk async for chunk in process.stdout] == []
