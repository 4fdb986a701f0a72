"""Faults on demand: what each does to a request in this process and over TCP, which requests meet it, and its plan."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
from starlette.applications import Starlette

from domo_mcp.client.embedded import Embedded
from domo_mcp.sandbox.faults import CONTROL, KINDS, Faults, Kind, Plan
from domo_mcp.sandbox.serving import server

ME = "/api/content/v2/users/me"
ALEX = {"X-DOMO-Developer-Token": "sandbox-token"}
RESETS = {"reset_before", "reset_during", "reset_after"}
UNPROCESSED = {"429", "403", "401", "500", "502", "503", "block_page", "block_redirect", "reset_before"}


def plan(kind: str, **more: Any) -> Plan:
    """A plan of one rule."""
    return Plan.model_validate({"rules": [{"kind": kind, "delay_s": 0, **more}]})


@pytest.fixture
async def near(sandbox: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox in this process, as the server embeds it."""
    async with httpx.AsyncClient(transport=Embedded(sandbox), base_url="http://sandbox", headers=ALEX) as http:
        yield http


@asynccontextmanager
async def over_tcp(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox behind a real socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    serving = server(app, host="127.0.0.1", port=0)
    async with anyio.create_task_group() as group:
        group.start_soon(serving.serve, [listener])
        port = listener.getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=ALEX, trust_env=False) as http:
            yield http
        serving.should_exit = True


EXPECTED: dict[Kind, tuple[int, str, str]] = {
    "429": (429, "application/json", "Too Many Requests"),
    "403": (403, "application/json", "API Rate limit reached."),
    "401": (401, "application/json", "Unauthorized"),
    "500": (500, "application/json", "Internal Server Error"),
    "502": (502, "text/html", "Bad Gateway"),
    "503": (503, "application/json", "Service Unavailable"),
    "block_page": (200, "text/html", "<title>Domo - Blocked</title>"),
    "block_redirect": (303, "", ""),
    "not_json": (200, "application/json", "upstream connect error"),
    "empty": (200, "application/json", ""),
    "wrong_shape": (200, "application/json", '{"result":['),
    "wrong_type": (200, "text/html", '"displayName":"Alex Rivera"'),
    "slow": (200, "application/json", '"displayName":"Alex Rivera"'),
    "drip": (200, "application/json", '"displayName":"Alex Rivera"'),
}


@pytest.mark.parametrize("kind", EXPECTED)
async def test_a_fault_answers_as_its_kind_says_and_then_is_over(
    sandbox: Starlette, near: httpx.AsyncClient, kind: Kind
) -> None:
    status, media, text = EXPECTED[kind]
    sandbox.state.faults = Faults(plan(kind, times=1))
    struck = await near.get(ME)
    assert struck.status_code == status
    assert struck.headers.get("content-type", "").startswith(media)
    assert text in struck.text
    assert (await near.get(ME)).json()["displayName"] == "Alex Rivera"


@pytest.mark.parametrize("kind", sorted(RESETS))
async def test_a_reset_is_a_broken_connection_for_an_embedding_client(
    sandbox: Starlette, near: httpx.AsyncClient, kind: str
) -> None:
    sandbox.state.faults = Faults(plan(kind, times=1))
    with pytest.raises(httpx.TransportError):
        await near.get(ME)
    assert (await near.get(ME)).is_success
    assert sandbox.state.in_flight == 0


async def test_a_reset_is_a_reset_on_tcp_and_half_an_answer_really_came(sandbox: Starlette) -> None:
    async with over_tcp(sandbox) as http:
        for kind in sorted(RESETS):
            sandbox.state.faults = Faults(plan(kind, times=1))
            with pytest.raises(httpx.ReadError):
                await http.get(ME)
            assert (await http.get(ME)).is_success
        assert sandbox.state.in_flight == 0


async def test_every_kind_strikes_over_tcp_and_the_next_request_is_answered(sandbox: Starlette) -> None:
    async with over_tcp(sandbox) as http:
        for kind in KINDS:
            sandbox.state.faults = Faults(plan(kind, times=1))
            try:
                async with http.stream("GET", ME) as response:
                    async for _ in response.aiter_raw():
                        pass
            except httpx.TransportError:
                assert kind in RESETS
            assert sandbox.state.faults.struck == [1], kind
            assert (await http.get(ME)).json()["displayName"] == "Alex Rivera", kind


async def test_truncated_answers_are_complete_for_http_and_half_for_json(
    sandbox: Starlette, near: httpx.AsyncClient
) -> None:
    whole = (await near.get(ME)).content
    sandbox.state.faults = Faults(plan("truncated"))
    half = (await near.get(ME)).content
    assert half == whole[: len(whole) // 2]


async def test_huge_answers_and_bombs_are_as_large_as_they_say(sandbox: Starlette, near: httpx.AsyncClient) -> None:
    sandbox.state.faults = Faults(plan("huge"))
    assert len((await near.get(ME)).content) == 64 * 1024 * 1024
    sandbox.state.faults = Faults(plan("gzip_bomb"))
    async with near.stream("GET", ME) as response:
        packed = b"".join([piece async for piece in response.aiter_raw()])
    assert len(packed) < 1024 * 1024
    inflate, size = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    while packed:
        size += len(inflate.decompress(packed, 1024 * 1024))
        packed = inflate.unconsumed_tail
    assert size == 64 * 1024 * 1024


@pytest.mark.parametrize("kind", KINDS)
async def test_the_record_of_processed_requests_tells_what_was_acted_on(
    sandbox: Starlette, near: httpx.AsyncClient, kind: Kind
) -> None:
    sandbox.state.faults = Faults(plan(kind))
    try:
        async with near.stream("GET", ME):
            pass
    except httpx.TransportError:
        assert kind in RESETS
    assert list(sandbox.state.requests) == [("GET", ME)]
    assert len(sandbox.state.processed) == (kind not in UNPROCESSED)


async def test_the_record_tells_bodies_and_parameters_apart(sandbox: Starlette, near: httpx.AsyncClient) -> None:
    await near.get(ME, params={"a": 1})
    await near.get(ME, params={"a": 2})
    await near.get(ME, params={"a": 1})
    first, second, third = sandbox.state.processed
    assert first == third != second


async def test_retry_after_is_sent_where_the_rule_has_one(sandbox: Starlette, near: httpx.AsyncClient) -> None:
    for kind in ("429", "503"):
        sandbox.state.faults = Faults(plan(kind, retry_after=7))
        assert (await near.get(ME)).headers["retry-after"] == "7"
        sandbox.state.faults = Faults(plan(kind))
        assert "retry-after" not in (await near.get(ME)).headers


async def test_a_client_that_gives_up_on_a_slow_answer_ends_it_unprocessed(
    sandbox: Starlette, near: httpx.AsyncClient
) -> None:
    sandbox.state.faults = Faults(plan("slow", delay_s=3600))
    async with anyio.create_task_group() as group:
        group.start_soon(near.get, ME)
        with anyio.fail_after(5):
            while sandbox.state.faults.struck == [0]:
                await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert (sandbox.state.in_flight, len(sandbox.state.processed)) == (0, 0)


async def test_only_requests_that_a_rule_is_about_meet_its_fault(sandbox: Starlette, near: httpx.AsyncClient) -> None:
    sandbox.state.faults = Faults(plan("500", path="/api/data/*", method="get"))
    assert (await near.get(ME)).status_code == 200
    assert (await near.get("/api/data/v3/datasources")).status_code == 500
    assert (await near.post("/api/data/v3/datasources/bulk", json=[])).status_code == 200


def drawn(faults: Faults, count: int) -> list[str | None]:
    """The kinds that the next requests meet."""
    rules = [faults.draw("GET", ME) for _ in range(count)]
    return [rule.kind if rule else None for rule in rules]


def test_the_same_seed_repeats_and_another_one_does_not() -> None:
    half = Plan.model_validate({"seed": 3, "rules": [{"kind": "500", "share": 0.5}]})
    assert drawn(Faults(half), 100) == drawn(Faults(half), 100)
    assert drawn(Faults(half), 100) != drawn(Faults(half.model_copy(update={"seed": 4})), 100)


def test_shares_add_up_and_a_spent_rule_makes_no_room_for_the_others() -> None:
    rules = [{"kind": "500", "share": 0.1}, {"kind": "502", "share": 0.1}, {"kind": "503", "share": 0.1, "times": 5}]
    met = drawn(Faults(Plan.model_validate({"rules": rules})), 10_000)
    assert 900 < met.count("500") < 1100
    assert 900 < met.count("502") < 1100
    assert met.count("503") == 5


async def test_the_control_route_puts_reads_and_deletes_a_plan(sandbox: Starlette, near: httpx.AsyncClient) -> None:
    assert (await near.get(CONTROL)).json() == {"seed": 1, "rules": [], "struck": []}
    put = await near.put(CONTROL, json={"seed": 9, "rules": [{"kind": "500", "times": 2}]})
    assert (put.status_code, put.json()["struck"]) == (200, [0])
    assert [(await near.get(ME)).status_code for _ in range(3)] == [500, 500, 200]
    told = (await near.get(CONTROL)).json()
    assert (told["seed"], told["struck"], told["rules"][0]["kind"]) == (9, [2], "500")
    await near.put(CONTROL, json={"rules": [{"kind": "500"}]})
    assert (await near.delete(CONTROL)).json()["rules"] == []
    assert (await near.get(ME)).status_code == 200


@pytest.mark.parametrize(
    "body", [{"rules": [{"kind": "tsunami"}]}, {"rules": [{"kind": "500", "share": 2}]}, {"rule": []}, [1]]
)
async def test_the_control_route_refuses_what_is_no_plan(near: httpx.AsyncClient, body: object) -> None:
    await near.put(CONTROL, json={"rules": [{"kind": "500"}]})
    refused = await near.put(CONTROL, json=body)
    assert (refused.status_code, refused.json()["statusReason"]) == (400, "Bad Request")
    assert (await near.get(ME)).status_code == 500


async def test_the_control_route_asks_for_a_token(sandbox: Starlette) -> None:
    async with httpx.AsyncClient(transport=Embedded(sandbox), base_url="http://sandbox") as http:
        assert (await http.put(CONTROL, json={"rules": []})).status_code == 401


def test_a_plan_is_read_from_toml_and_from_json(tmp_path: Path) -> None:
    toml, as_json = tmp_path / "plan.toml", tmp_path / "plan.json"
    toml.write_text('seed = 2\n[[rules]]\nkind = "429"\nshare = 0.1\nretry_after = 2\n', encoding="utf-8")
    as_json.write_text(
        json.dumps({"seed": 2, "rules": [{"kind": "429", "share": 0.1, "retry_after": 2}]}), encoding="utf-8"
    )
    assert Plan.read(toml) == Plan.read(as_json)
    assert Plan.read(toml).rules[0].retry_after == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[rules]]\nkind = "tsunami"', "rules.0.kind"),
        ("[[rules]]\nshare = 1", "rules.0.kind: Field required"),
        ("rules = 1", "rules"),
        ("nonsense", "Expected '='"),
        ("\udcff", "utf-8"),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_no_plan_is_told_what_is_wrong(tmp_path: Path, text: str | None, says: str) -> None:
    file = tmp_path / "plan.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ValueError, match=says):
        Plan.read(file)
