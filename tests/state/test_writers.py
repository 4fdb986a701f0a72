"""How one process knows whether another still runs."""

from __future__ import annotations

import os
import time

import anyio
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from domo_mcp.errors import StateUnavailable
from domo_mcp.state import State, StateSettings, open_state
from tests.states import SHARED_KEY, OpenState, line_of, other_process

RUNS = "await state.store.hold()\nprint(state.writer, flush=True)\nsys.stdin.readline()"


async def gone(state: State, writer: str) -> bool:
    """Whether a writer is seen to be dead, as soon as the system has noticed."""
    for _ in range(1000):
        if not await state.store.alive(writer):
            return True
        await anyio.sleep(0.01)
    return False


def name_of(database: str) -> str:
    return str(conninfo_to_dict(database)["dbname"])


async def test_a_process_is_alive_until_it_is_killed(settings: StateSettings, opened: OpenState) -> None:
    async with opened() as state:
        with other_process(settings, RUNS) as process:
            writer = line_of(process)
            assert await state.store.alive(writer)
            assert await state.store.alive(writer)
            process.kill()
            process.wait()
            assert await gone(state, writer)
        assert await state.store.alive(state.writer)


async def test_a_process_that_ends_in_order_is_gone(settings: StateSettings, opened: OpenState) -> None:
    async with opened() as state:
        with other_process(settings, RUNS) as process:
            writer = line_of(process)
            process.communicate("end\n", timeout=30)
            assert process.returncode == 0
            assert await gone(state, writer)


async def test_who_never_wrote_here_is_not_alive(opened: OpenState) -> None:
    async with opened() as state:
        assert not await state.store.alive("0" * 32)


async def test_two_states_of_one_process_see_each_other(opened: OpenState) -> None:
    async with opened() as first, opened() as second:
        await second.store.hold()
        assert await first.store.alive(second.writer)


async def test_many_that_look_at_once_agree_that_one_is_dead(settings: StateSettings, opened: OpenState) -> None:
    with other_process(settings, RUNS) as process:
        writer = line_of(process)
    process.wait()
    async with opened() as first, opened() as second:
        assert await gone(first, writer)
        seen: list[bool] = []

        async def look(state: State) -> None:
            seen.append(await state.store.alive(writer))

        async with anyio.create_task_group() as group:
            for state in (first, second) * 4:
                group.start_soon(look, state)
    assert seen == [False] * 8


async def test_a_file_leaves_no_locks_of_the_dead_behind(sqlite_settings: StateSettings) -> None:
    writers = sqlite_settings.file().parent / "writers"
    with other_process(sqlite_settings, RUNS) as process:
        killed = line_of(process)
    process.wait()
    with other_process(sqlite_settings, RUNS) as process:
        running = line_of(process)
        yesterday = time.time() - 86_400
        for writer in (killed, running):
            os.utime(writers / f"{writer}.lock", (yesterday, yesterday))
        async with open_state(sqlite_settings, in_memory=False) as state:
            await state.store.hold()
            left = {path.stem for path in writers.iterdir()}
    assert left == {running, state.writer}
    assert {path.stem for path in writers.iterdir()} == {running}


async def test_a_database_that_went_away_is_a_clear_error(database: str) -> None:
    async with open_state(StateSettings(url=database, key=SHARED_KEY), in_memory=False) as state:
        await state.store.hold()
        with psycopg.connect(database.replace(name_of(database), "postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name_of(database)} WITH (FORCE)".encode())
        with pytest.raises(StateUnavailable, match="PostgreSQL"):
            await state.store.hold()
