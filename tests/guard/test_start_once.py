"""What may be made only once: found again by whoever shares the state, kept from being made twice, let go again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import anyio
import pytest

from domo_mcp.guard.applying import Applier
from domo_mcp.guard.changes import OwnChanges
from domo_mcp.guard.journal import Draft, Ending, Journal, JournalSettings
from domo_mcp.guard.policy import PolicySettings
from domo_mcp.guard.prepared import Caller
from domo_mcp.guard.ticket import Tickets
from domo_mcp.state import State, StateSettings, open_state
from domo_mcp.tools import keeper_of
from domo_mcp.tools.change import Earlier, Snapshot, Thing
from tests.states import OpenState

WINDOW_S = 60.0
LEFT = Snapshot("workflow instance", "w-1", {"i-1": {"n": 1}})
START = Draft(
    principal="ada",
    instance="acme",
    tool="start_workflow",
    summary="Start workflow.",
    thing=Thing("workflow", "w-1", "Refresh"),
    yes="person",
    before=Snapshot(),
    intended=Snapshot("workflow instance", "w-1", {"new:1": {"n": 1}}),
    undo="none",
    once="the same",
)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def journal_on(state: State, clock: Clock) -> Journal:
    return Journal(state, JournalSettings(), clock)


async def same(journal: Journal, principal: str = "ada", instance: str = "acme", once: str = "the same") -> str | None:
    found = await journal.same(principal, instance, once, within_s=WINDOW_S)
    return found.id if found else None


async def test_a_start_is_found_by_another_process_for_as_long_as_the_window_is(
    opened: OpenState, clock: Clock
) -> None:
    async with opened() as one, opened() as two:
        here, there = journal_on(one, clock), journal_on(two, clock)
        begun = await here.begin(START)
        assert await same(there) == begun.id
        await here.finish(begun.id, "applied", LEFT, "")
        clock.move(WINDOW_S)
        found = await there.same("ada", "acme", "the same", within_s=WINDOW_S)
        assert found
        assert (found.id, found.status, found.after) == (begun.id, "applied", LEFT)
        assert [await same(there, "bob"), await same(there, instance="other"), await same(there, once="x")] == [
            None
        ] * 3
        clock.move(1)
        assert await same(there) is None


@pytest.mark.parametrize(("end", "found"), [("failed", False), ("applied", True), ("unknown", True)])
async def test_only_what_failed_does_not_count(opened: OpenState, clock: Clock, end: Ending, found: bool) -> None:
    async with opened() as state:
        journal = journal_on(state, clock)
        begun = await journal.begin(START)
        await journal.finish(begun.id, end, None, "")
        assert await same(journal) == (begun.id if found else None)


async def test_one_of_unknown_end_counts_for_a_day_unless_a_newer_one_is_known(opened: OpenState, clock: Clock) -> None:
    async with opened() as state:
        journal = journal_on(state, clock)
        lost = await journal.begin(START)
        await journal.finish(lost.id, "unknown", None, "no answer")
        clock.move(3600)
        assert await same(journal) == lost.id
        newer = await journal.begin(START)
        await journal.finish(newer.id, "applied", LEFT, "")
        assert await same(journal) == newer.id
        clock.move(3600)
        assert await same(journal) is None
        other = await journal.begin(replace(START, once="other"))
        await journal.finish(other.id, "unknown", None, "no answer")
        clock.move(24 * 3600 + 1)
        assert await same(journal, once="other") is None


async def test_of_many_claims_at_once_one_holds_until_it_is_freed_or_over(opened: OpenState, clock: Clock) -> None:
    async with opened() as one, opened() as two:
        journals = [journal_on(one, clock), journal_on(two, clock)]
        for _ in range(3):
            won = list[bool]()

            async def claim(journal: Journal, won: list[bool]) -> None:
                won.append(await journal.claim(START, WINDOW_S))

            async with anyio.create_task_group() as tasks:
                for number in range(8):
                    tasks.start_soon(claim, journals[number % 2], won)
            assert sum(won) == 1
            clock.move(WINDOW_S)
        assert await journals[0].claim(START, WINDOW_S)
        assert await journals[0].claim(replace(START, instance="other"), WINDOW_S)
        await journals[1].free(START)
        assert await journals[1].claim(START, WINDOW_S)


async def test_one_that_is_being_made_is_waited_for(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=False) as state:
        journal = Journal(state, JournalSettings())
        caller = Caller(START.principal, START.instance, PolicySettings())
        changes = OwnChanges(caller, Tickets(state), Applier(journal, keeper_of, 5.0))
        begun = await journal.begin(START)
        found = list[Earlier | None]()

        async def ask() -> None:
            found.append(await changes.earlier(START.once))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            assert not found
            await journal.finish(begun.id, "applied", LEFT, "")
        off = replace(caller, policy=PolicySettings(start_once_s=0))
        assert await replace(changes, caller=off).earlier(START.once) is None
    assert found == [Earlier(begun.id, begun.time, "applied", ("i-1",))]


async def test_one_that_is_being_made_or_of_unknown_end_counts_however_short_the_window(
    opened: OpenState, clock: Clock
) -> None:
    async with opened() as state:
        journal = journal_on(state, clock)
        begun = await journal.begin(START)
        clock.move(3600)
        assert await same(journal) == begun.id
        await journal.finish(begun.id, "unknown", None, "no answer")
        found = await journal.same("ada", "acme", "the same", within_s=0)
        assert found
        assert found.id == begun.id
