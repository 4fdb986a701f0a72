"""What the journal keeps, for whom, and what it says of a change whose process died."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import anyio
import anyio.lowlevel
import psycopg
import pytest

from domo_mcp.errors import StateUnavailable
from domo_mcp.guard.journal import Draft, Entry, Journal, JournalSettings
from domo_mcp.state import StateSettings, open_state
from domo_mcp.tools.change import Snapshot, Thing
from tests.states import SHARED_KEY, OpenState, line_of, other_process

BEFORE = Snapshot("appdb documents", "c-1", {"d1": {"name": "Käse \x00 \ud800", "n": [1, 2.5, None]}, "d2": None})
INTENDED = Snapshot("appdb documents", "c-1", {"d1": {"name": "Brot"}, "d2": None})
DRAFT = Draft(
    principal="ada",
    instance="acme",
    tool="update_appdb_documents",
    summary='Update 1 document of collection "Tasks".',
    thing=Thing("collection", "c-1", "Tasks"),
    yes="person",
    before=BEFORE,
    intended=INTENDED,
    undo="content",
)
DAY = timedelta(days=1)

BEGINS = """
from domo_mcp.guard.journal import Draft, Journal, JournalSettings
from domo_mcp.tools.change import Snapshot, Thing
journal = Journal(state, JournalSettings())
draft = Draft(
    principal="ada", instance="acme", tool="t", summary="s", thing=Thing("collection", "c-1", "Tasks"), yes="person",
    before=Snapshot("k", "p", {"d": 1}), intended=Snapshot("k", "p", {"d": 2}), undo="content",
)
entry = await journal.begin(draft)
print(entry.id, flush=True)
"""


class Clock:
    """A clock that goes on a second with every look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def ids(entries: list[Entry]) -> list[str]:
    return [entry.id for entry in entries]


async def test_a_change_is_on_record_before_and_after(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        begun = await journal.begin(replace(DRAFT, undoes="c-aaaaaaaa"))
        assert begun.status == "pending"
        assert await journal.get(begun.id, "ada") == begun
        await journal.finish(begun.id, "applied", INTENDED, "1 document")
    async with opened() as state:
        kept = await Journal(state, JournalSettings()).get(begun.id, "ada")
    assert kept == replace(begun, status="applied", after=INTENDED, note="1 document")
    assert kept.before == BEFORE
    assert kept.undoes == "c-aaaaaaaa"
    assert abs(kept.time - datetime.now(UTC)) < timedelta(minutes=5)


async def test_another_process_sees_it_as_soon_as_it_is_begun(opened: OpenState) -> None:
    async with opened() as one, opened() as two:
        begun = await Journal(one, JournalSettings()).begin(DRAFT)
        assert await Journal(two, JournalSettings()).get(begun.id, "ada") == begun


async def test_a_principal_never_sees_the_changes_of_another(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        hers = await journal.begin(DRAFT)
        his = await journal.begin(replace(DRAFT, principal="bob"))
        await journal.begin(replace(DRAFT, instance="globex"))
        await journal.finish(his.id, "unknown", None, "")
        assert await journal.get(his.id, "ada") is None
        assert await journal.get("not an id \x00", "ada") is None
        assert ids(await journal.recent("ada", "acme", limit=10)) == [hers.id]
        assert await journal.unknown("ada", "acme") == []
        assert ids(await journal.unknown("bob", "acme")) == [his.id]


async def test_changes_come_newest_first_and_page_by_page(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings(), Clock())
        begun = [(await journal.begin(DRAFT)).id for _ in range(5)]
        pages = [ids(await journal.recent("ada", "acme", limit=2, offset=offset)) for offset in (0, 2, 4, 6)]
    assert pages == [[begun[4], begun[3]], [begun[2], begun[1]], [begun[0]], []]


async def test_what_can_be_undone_is_applied_has_an_inverse_and_was_not_undone(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings(), Clock())
        applied, partial, failed, for_good, undone = [
            await journal.begin(replace(DRAFT, undo=undo))
            for undo in ("exact", "content", "content", "none", "content")
        ]
        endings: list[tuple[Entry, Literal["applied", "failed", "partial"]]] = [
            (applied, "applied"),
            (partial, "partial"),
            (failed, "failed"),
            (for_good, "applied"),
            (undone, "applied"),
        ]
        for entry, status in endings:
            await journal.finish(entry.id, status, INTENDED, "")
        assert await journal.mark_undone(undone.id, "c-bbbbbbbb")
        assert ids(await journal.recent("ada", "acme", limit=9, undoable=True)) == [partial.id, applied.id]
        others = ids(await journal.recent("ada", "acme", limit=9, undoable=False))
        assert others == [undone.id, for_good.id, failed.id]
        assert len(await journal.recent("ada", "acme", limit=9)) == 5


async def test_a_change_is_undone_by_one_other(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        begun = await journal.begin(DRAFT)
        assert await journal.mark_undone(begun.id, "c-bbbbbbbb")
        assert not await journal.mark_undone(begun.id, "c-cccccccc")
        kept = await journal.get(begun.id, "ada")
        assert kept is not None
        assert kept.undone_by == "c-bbbbbbbb"


async def test_a_killed_process_leaves_a_change_of_unknown_end(settings: StateSettings, opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        with other_process(settings, BEGINS + "sys.stdin.readline()") as process:
            change = line_of(process)
            (pending,) = await journal.recent("ada", "acme", limit=1)
            assert (pending.id, pending.status) == (change, "pending")
            assert await journal.unknown("ada", "acme") == []
            process.kill()
            process.wait()
        for _ in range(1000):
            if await journal.unknown("ada", "acme"):
                break
            await anyio.sleep(0.01)
        assert ids(await journal.unknown("ada", "acme")) == [change]
        entry = await journal.get(change, "ada")
        assert entry is not None
        assert entry.status == "unknown"
        assert entry.before.objects == {"d": 1}
        assert entry.intended.objects == {"d": 2}


async def test_a_process_that_ended_without_a_word_leaves_one_too(settings: StateSettings, opened: OpenState) -> None:
    with other_process(settings, BEGINS) as process:
        process.communicate(timeout=30)
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        for _ in range(1000):
            if (await journal.recent("ada", "acme", limit=1))[0].status == "unknown":
                break
            await anyio.sleep(0.01)
        assert (await journal.recent("ada", "acme", limit=1))[0].status == "unknown"


async def test_a_change_of_unknown_end_is_settled_once(opened: OpenState) -> None:
    async with opened() as one, opened() as two:
        journal = Journal(one, JournalSettings())
        begun = await journal.begin(DRAFT)
        assert not await journal.settle(begun.id, "failed", None, "still being made")
        await journal.finish(begun.id, "unknown", None, "no answer")
        assert await Journal(two, JournalSettings()).settle(begun.id, "applied", INTENDED, "read back")
        assert not await journal.settle(begun.id, "failed", None, "")
        kept = await journal.get(begun.id, "ada")
    assert kept == replace(begun, status="applied", after=INTENDED, note="read back")


async def test_who_made_a_change_has_the_last_word_about_its_end(
    opened: OpenState, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened() as one, opened() as two:
        journal = Journal(one, JournalSettings())
        begun = await journal.begin(DRAFT)
        await Journal(two, JournalSettings()).finish(begun.id, "failed", None, "not mine")
        assert f"{begun.id} is not in the journal" in caplog.text
        assert await journal.get(begun.id, "ada") == begun
        await journal.finish(begun.id, "unknown", None, "")
        await Journal(two, JournalSettings()).settle(begun.id, "failed", None, "looked too early")
        await journal.finish(begun.id, "applied", INTENDED, "")
        kept = await journal.get(begun.id, "ada")
    assert kept is not None
    assert kept.status == "applied"


async def test_old_changes_go_and_those_being_made_stay(opened: OpenState) -> None:
    clock = Clock()
    async with opened() as state:
        journal = Journal(state, JournalSettings(keep_days=30), clock)
        old, pending = [await journal.begin(DRAFT) for _ in range(2)]
        await journal.finish(old.id, "applied", None, "")
        clock.now += 29 * DAY
        recent = await journal.begin(DRAFT)
        await journal.finish(recent.id, "applied", None, "")
        assert await journal.get(old.id, "ada")
        clock.now += 2 * DAY
        newest = await journal.begin(DRAFT)
        assert await journal.get(old.id, "ada") is None
        assert await journal.get(pending.id, "ada")
        assert ids(await journal.recent("ada", "acme", limit=2)) == [newest.id, recent.id]


async def test_the_oldest_changes_go_when_there_is_too_much(opened: OpenState) -> None:
    clock = Clock()
    large = replace(DRAFT, before=Snapshot("k", "p", {"d": "x" * 220_000}))  # a third more where it is kept, sealed
    async with opened() as state:
        journal = Journal(state, JournalSettings(max_mb=1), clock)
        begun = []
        for _ in range(5):
            clock.now += timedelta(minutes=1)
            begun.append((await journal.begin(large)).id)
            await journal.finish(begun[-1], "applied", None, "")
        clock.now += timedelta(minutes=1)
        begun.append((await journal.begin(DRAFT)).id)
        assert ids(await journal.recent("ada", "acme", limit=9)) == begun[:1:-1]
        ((sizes, true),) = await state.store.fetch(
            "SELECT SUM(bytes), SUM(length(intent) + length(outcome)) FROM domo_mcp_changes"
        )
        assert sizes == true < 1_000_000


async def test_a_change_being_made_stays_however_much_there_is(opened: OpenState) -> None:
    clock = Clock()
    async with opened() as state:
        journal = Journal(state, JournalSettings(max_mb=1), clock)
        begun = await journal.begin(replace(DRAFT, before=Snapshot("k", "p", {"d": "x" * 2_000_000})))
        clock.now += timedelta(minutes=2)
        await journal.begin(DRAFT)
        assert await journal.get(begun.id, "ada") == begun


async def test_a_replica_that_lost_its_connections_is_alive_again_with_its_next_change(database: str) -> None:
    settings = StateSettings(url=database, key=SHARED_KEY)
    async with open_state(settings, in_memory=False) as one, open_state(settings, in_memory=False) as two:
        journal = Journal(one, JournalSettings())
        await journal.begin(DRAFT)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(
                b"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                b" WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert not await two.store.alive(one.writer)
        begun = await journal.begin(DRAFT)
        assert await Journal(two, JournalSettings()).get(begun.id, "ada") == begun


async def test_the_journal_is_tidied_not_more_than_once_a_minute(opened: OpenState) -> None:
    clock = Clock()
    async with opened() as state:
        journal = Journal(state, JournalSettings(keep_days=1), clock)
        old = await journal.begin(DRAFT)
        await journal.finish(old.id, "applied", None, "")
        await state.store.execute("UPDATE domo_mcp_changes SET time = 0")
        await journal.begin(DRAFT)
        assert await journal.get(old.id, "ada")
        clock.now += timedelta(minutes=1)
        await journal.begin(DRAFT)
        assert await journal.get(old.id, "ada") is None


async def test_many_changes_at_once_are_all_on_record(opened: OpenState) -> None:
    async with opened() as one, opened() as two:
        async with anyio.create_task_group() as group:
            for state in (one, two) * 15:
                group.start_soon(Journal(state, JournalSettings()).begin, DRAFT)
        kept = await Journal(one, JournalSettings()).recent("ada", "acme", limit=100)
    assert len({entry.id for entry in kept}) == 30


async def test_a_change_that_cannot_be_put_on_record_is_an_error(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        await journal.begin(DRAFT)
        await state.store.execute("DROP TABLE domo_mcp_changes")
        with pytest.raises(StateUnavailable):
            await journal.begin(DRAFT)


async def test_a_cancelled_call_leaves_the_store_usable(opened: OpenState) -> None:
    async with opened() as state:
        journal = Journal(state, JournalSettings())
        for steps in range(20):
            async with anyio.create_task_group() as group:
                group.start_soon(journal.begin, DRAFT)
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()
        begun = await journal.begin(DRAFT)
        assert (await journal.recent("ada", "acme", limit=1))[0] == begun
