"""What a ticket stands for, and when it stands for nothing."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace

import anyio
import pytest
from pydantic import SecretStr

from domo_mcp.errors import TicketRefused
from domo_mcp.guard.ticket import Pending, Tickets
from domo_mcp.state import State, StateSettings, open_state
from tests.states import OpenState, line_of, other_process

PENDING = Pending(
    principal="ada",
    instance="acme",
    tool="delete_appdb_documents",
    arguments={"collection": "Tasks", "ids": ["a", "b"], "note": "Käse \u0000 😀", "deep": {"n": [1, 2.5, None, True]}},
    digest="0123abcd",
    summary='Delete 2 documents from collection "Tasks" (c-1).',
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def read(tickets: Tickets, token: str, **other: str) -> Pending:
    said = {"principal": "ada", "instance": "acme", "summary": PENDING.summary} | other
    return await tickets.read(token, **said)


async def test_a_ticket_stands_for_the_call_that_proposed_it_on_every_replica(opened: OpenState) -> None:
    async with opened() as first, opened() as second:
        token = await Tickets(first).issue(PENDING, life_s=600)
        assert await read(Tickets(second), token) == PENDING
        assert await read(Tickets(second), f" {token}\n", summary=f" {PENDING.summary} ") == PENDING


async def test_a_ticket_is_short_plain_and_never_the_same(opened: OpenState) -> None:
    async with opened() as state:
        tokens = {await Tickets(state).issue(PENDING, life_s=600) for _ in range(20)}
    assert len(tokens) == 20
    assert all(re.fullmatch(r"t-[a-z2-7]{40}", token) for token in tokens)


async def test_reading_leaves_a_ticket_good_and_using_it_does_not(opened: OpenState) -> None:
    async with opened() as state:
        tickets = Tickets(state)
        token = await tickets.issue(PENDING, life_s=600)
        await read(tickets, token)
        await read(tickets, token)
        assert await tickets.use(token)
        assert not await tickets.use(token)
        with pytest.raises(TicketRefused, match="used already"):
            await read(tickets, token)


async def test_of_many_that_use_a_ticket_at_once_one_is_first(opened: OpenState) -> None:
    used: list[bool] = []
    async with opened() as first, opened() as second:
        token = await Tickets(first).issue(PENDING, life_s=600)

        async def use(state: State) -> None:
            used.append(await Tickets(state).use(token))

        async with anyio.create_task_group() as group:
            for state in (first, second) * 8:
                group.start_soon(use, state)
    assert sorted(used) == [False] * 15 + [True]


async def test_of_several_processes_one_is_first(settings: StateSettings, opened: OpenState) -> None:
    code = """
from domo_mcp.guard.ticket import Tickets
await state.store.hold()
print("ready", flush=True)
token = sys.stdin.readline().strip()
print(await Tickets(state).use(token), await Tickets(state).once("answer 1"))
"""
    async with opened() as state:
        token = await Tickets(state).issue(PENDING, life_s=600)
        with ExitStack() as stack:
            processes = [stack.enter_context(other_process(settings, code)) for _ in range(3)]
            assert [line_of(process) for process in processes] == ["ready"] * 3
            for process in processes:
                assert process.stdin
                process.stdin.write(f"{token}\n")
                process.stdin.flush()
            said = [line_of(process).split() for process in processes]
    for column in zip(*said, strict=True):
        assert sorted(column) == ["False", "False", "True"]


async def test_a_ticket_ends_with_its_life_and_is_then_forgotten(opened: OpenState) -> None:
    clock = Clock()
    async with opened() as state:
        tickets = Tickets(state, clock)
        token = await tickets.issue(PENDING, life_s=600)
        clock.now += 599
        await read(tickets, token)
        clock.now += 1
        with pytest.raises(TicketRefused, match="expired") as raised:
            await read(tickets, token)
        assert "new preview" in raised.value.hint
        assert not await tickets.use(token)
        await tickets.issue(PENDING, life_s=600)
        assert await state.store.fetch("SELECT COUNT(*) FROM domo_mcp_tickets") == [(1,)]
        with pytest.raises(TicketRefused, match="expired"):
            await read(tickets, token)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"principal": "eve"}, "not given to you"),
        ({"instance": "globex"}, "instance acme"),
        ({"summary": "Delete 2 documents."}, "not the one of the ticket's preview"),
        ({"summary": ""}, "not the one of the ticket's preview"),
        ({"summary": PENDING.summary.lower()}, "not the one of the ticket's preview"),
    ],
)
async def test_a_ticket_is_for_one_principal_instance_and_sentence(
    opened: OpenState, other: dict[str, str], why: str
) -> None:
    async with opened() as state:
        tickets = Tickets(state)
        token = await tickets.issue(PENDING, life_s=600)
        with pytest.raises(TicketRefused, match=why):
            await read(tickets, token, **other)
        assert await read(tickets, token) == PENDING


async def test_a_wrong_sentence_is_told_to_be_repeated_word_for_word(opened: OpenState) -> None:
    async with opened() as state:
        token = await Tickets(state).issue(PENDING, life_s=600)
        with pytest.raises(TicketRefused, match="word for word"):
            await read(Tickets(state), token, summary="Yes, delete them.")


@pytest.mark.parametrize("text", ["", "t-", "t-" + "a" * 40, "yes", "t-" + "A" * 40, "\x00", "t-" + "é" * 40])
async def test_another_text_is_no_ticket(opened: OpenState, text: str) -> None:
    async with opened() as state:
        with pytest.raises(TicketRefused, match="not a ticket"):
            await read(Tickets(state), text)
        assert not await Tickets(state).use(text)


async def test_a_ticket_changed_anywhere_is_no_ticket(opened: OpenState) -> None:
    async with opened() as state:
        tickets = Tickets(state)
        token = await tickets.issue(PENDING, life_s=600)
        for place in range(2, len(token)):
            forged = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
            with pytest.raises(TicketRefused, match="not a ticket"):
                await read(tickets, forged)
            assert not await tickets.use(forged)


async def test_the_id_that_the_store_knows_makes_no_ticket_without_the_key(opened: OpenState) -> None:
    async with opened() as state:
        await Tickets(state).issue(PENDING, life_s=600)
        ((ticket_id,),) = await state.store.fetch("SELECT id FROM domo_mcp_tickets")
        stolen = Tickets(replace(state, key=b"k" * 32))
        with pytest.raises(TicketRefused, match="another key"):
            await read(stolen, f"t-{ticket_id}{'a' * 24}")
        assert not await Tickets(state).use(f"t-{ticket_id}{'a' * 24}")


async def test_a_replica_with_another_key_says_so(settings: StateSettings, opened: OpenState) -> None:
    other = settings.model_copy(update={"key": SecretStr("another key than the one of the others")})
    async with opened() as state, open_state(other, in_memory=False) as strange:
        token = await Tickets(state).issue(PENDING, life_s=600)
        with pytest.raises(TicketRefused, match="another key"):
            await read(Tickets(strange), token)
        assert not await Tickets(strange).use(token)
        assert await Tickets(state).use(token)


async def test_what_waits_is_sealed_and_cannot_be_exchanged_in_the_store(opened: OpenState) -> None:
    async with opened() as state:
        tickets = Tickets(state)
        token = await tickets.issue(PENDING, life_s=600)
        rows = await state.store.fetch("SELECT * FROM domo_mcp_tickets")
        assert not any(word in str(rows) for word in ("Tasks", "delete", "ada", "acme"))
        await tickets.issue(replace(PENDING, arguments={"ids": ["everything"]}), life_s=600)
        own = token[2:18]
        await state.store.execute(
            "UPDATE domo_mcp_tickets SET sealed = (SELECT sealed FROM domo_mcp_tickets WHERE id <> $1) WHERE id = $1",
            own,
        )
        with pytest.raises(TicketRefused, match="tampered"):
            await read(tickets, token)


async def test_the_life_of_a_ticket_cannot_be_made_longer_in_the_store(opened: OpenState) -> None:
    async with opened() as state:
        token = await Tickets(state).issue(PENDING, life_s=600)
        await state.store.execute("UPDATE domo_mcp_tickets SET expires = expires + 60")
        with pytest.raises(TicketRefused, match="tampered"):
            await read(Tickets(state), token)


async def test_an_id_is_used_once_until_its_time_is_over(opened: OpenState) -> None:
    clock = Clock()
    async with opened() as state:
        tickets = Tickets(state, clock)
        assert await tickets.once("answer 1", life_s=60)
        assert not await tickets.once("answer 1", life_s=60)
        assert await tickets.once("answer 2 \x00\ud800", life_s=60)
        clock.now += 60
        assert await tickets.once("answer 1", life_s=60)
        assert await state.store.fetch("SELECT COUNT(*) FROM domo_mcp_once") == [(1,)]


async def test_of_many_that_use_an_id_at_once_one_is_first(opened: OpenState) -> None:
    first_time: list[bool] = []
    async with opened() as one, opened() as two:

        async def use(state: State) -> None:
            first_time.append(await Tickets(state).once("answer"))

        async with anyio.create_task_group() as group:
            for state in (one, two) * 8:
                group.start_soon(use, state)
    assert sorted(first_time) == [False] * 15 + [True]


async def test_a_keyed_digest_is_the_same_on_every_replica_and_not_the_digest_itself(opened: OpenState) -> None:
    async with opened() as first, opened() as second:
        keyed = Tickets(first).keyed("0123abcd")
        assert keyed == Tickets(second).keyed("0123abcd")
        assert keyed not in {"0123abcd", Tickets(first).keyed("0123abce")}
