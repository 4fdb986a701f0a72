"""On real sockets of this machine: what a connection does when the other side misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import Listener, SocketAttribute, SocketStream

from domo_mcp.client.auth import DeveloperToken
from domo_mcp.client.retry import Patience
from domo_mcp.client.session import Session
from domo_mcp.client.surface import path
from domo_mcp.errors import AnswerTooLarge, Unreachable

Talk = Callable[[SocketStream], Awaitable[None]]
WHERE = path("api", "thing")


@asynccontextmanager
async def talking_to(talk: Talk) -> AsyncIterator[Session]:
    async def serve(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await talk(stream)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        port = port_of(listener)
        tasks.start_soon(listener.serve, serve)
        async with session_at(port) as session:
            yield session
        tasks.cancel_scope.cancel()


def port_of(listener: Listener[SocketStream]) -> int:
    return listener.extra(SocketAttribute.local_port)  # noqa: S610 - a socket's, not Django's


def session_at(port: int) -> Session:
    return Session(f"http://127.0.0.1:{port}", DeveloperToken("secret-token-1"), patience=Patience(attempts=1))


async def says(stream: SocketStream, text: bytes) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + text)


async def test_a_connection_that_closes_without_an_answer_broke() -> None:
    async def nothing(_: SocketStream) -> None:
        await anyio.lowlevel.checkpoint()

    async with talking_to(nothing) as session:
        with pytest.raises(Unreachable) as caught:
            await session.read("GET", WHERE, bytes)
    assert not caught.value.surely_unprocessed


@pytest.mark.parametrize("half", [b"Content-Length: 99\r\n\r\n[1", b"Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n"])
async def test_half_a_body_is_never_taken_for_an_answer(half: bytes) -> None:
    async with talking_to(lambda stream: says(stream, half)) as session:
        with pytest.raises(Unreachable, match="broke"):
            await session.read("GET", WHERE, bytes)


async def test_what_is_not_http_broke() -> None:
    async with talking_to(lambda stream: stream.send(b"SSH-2.0-OpenSSH_9.6\r\n")) as session:
        with pytest.raises(Unreachable):
            await session.read("GET", WHERE, bytes)


async def test_a_port_where_nobody_listens_is_surely_unprocessed() -> None:
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = port_of(listener)
    async with session_at(port) as session:
        with pytest.raises(Unreachable) as caught:
            await session.write("POST", WHERE, bytes, json={})
    assert caught.value.surely_unprocessed


async def test_cancelling_closes_the_connection_at_once() -> None:
    asked, closed = anyio.Event(), anyio.Event()

    async def wait_for_the_end(stream: SocketStream) -> None:
        await says(stream, b"Content-Length: 99\r\n\r\n[1")
        asked.set()
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()
        closed.set()

    async with talking_to(wait_for_the_end) as session:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(session.read, "GET", WHERE, bytes)
            await asked.wait()
            tasks.cancel_scope.cancel()
        with anyio.fail_after(2):
            await closed.wait()


async def test_an_answer_past_the_cap_gives_up_its_connection() -> None:
    closed = anyio.Event()

    async def too_much(stream: SocketStream) -> None:
        await says(stream, b"Content-Length: 9999\r\n\r\n" + b"x" * 100)
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()
        closed.set()

    async with talking_to(too_much) as session:
        with pytest.raises(AnswerTooLarge):
            await session.read("GET", WHERE, bytes, max_bytes=10)
        with anyio.fail_after(2):
            await closed.wait()
