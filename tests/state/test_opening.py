"""What opening a state leaves on the disk, and what becomes of one that cannot be used."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import anyio
import psycopg
import pytest
from pydantic import SecretStr

from domo_mcp.errors import StateUnavailable
from domo_mcp.state import StateSettings, open_state
from tests.states import SHARED_KEY, OpenState, line_of, other_process


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_only_the_owner_can_read_what_is_kept(sqlite_settings: StateSettings) -> None:
    folder = sqlite_settings.file().parent
    async with open_state(sqlite_settings, in_memory=False) as state:
        await state.pin("a", "1")
        found = {path.relative_to(folder).as_posix(): mode_of(path) for path in folder.rglob("*")}
        writer = f"writers/{state.writer}.lock"
    assert mode_of(folder) == 0o700
    assert found.pop("writers") == 0o700
    assert {"state.db", "state.db-wal", "state.db-shm", "key", "opening.lock", writer} == found.keys()
    assert set(found.values()) == {0o600}


async def test_the_users_own_state_folder_is_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = StateSettings().file().parent
    folder.mkdir(parents=True, mode=0o755)
    async with open_state(StateSettings(), in_memory=False):
        assert mode_of(folder) == 0o700


async def test_a_folder_that_the_operator_made_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    async with open_state(StateSettings(url=str(tmp_path / "s.db")), in_memory=False) as state:
        await state.pin("a", "1")
    assert mode_of(tmp_path) == 0o755


async def test_the_key_is_made_once_and_outlives_the_process(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=False) as first:
        pass
    async with open_state(sqlite_settings, in_memory=False) as second:
        assert first.key == second.key
        assert len(first.key) == 32
    assert first.writer != second.writer


async def test_a_configured_key_stands_in_place_of_a_made_one(sqlite_settings: StateSettings) -> None:
    settings = sqlite_settings.model_copy(update={"key": SecretStr("x" * 32)})
    async with open_state(settings, in_memory=False) as state:
        await state.pin("a", "1")
        assert state.key == settings.signing_key()
    assert not (settings.file().parent / "key").exists()


async def test_processes_that_start_at_once_agree_on_key_and_tables(settings: StateSettings) -> None:
    code = "sys.stdin.readline()\nprint(state.key.hex(), await state.pin('name', state.writer))"
    with ExitStack() as stack:
        processes = [stack.enter_context(other_process(settings, code)) for _ in range(3)]
        said = {process.communicate("go\n", timeout=30)[0].strip() for process in processes}
    assert len(said) == 1
    assert said.pop()


async def test_states_that_are_opened_at_once_agree_on_key_and_tables(opened: OpenState) -> None:
    said: list[tuple[bytes, str]] = []

    async def use() -> None:
        async with opened() as state:
            said.append((state.key, await state.pin("name", state.writer)))

    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(use)
    assert len(said) == 12
    assert len(set(said)) == 1


async def test_a_file_that_others_could_read_is_closed_to_them(sqlite_settings: StateSettings) -> None:
    sqlite_settings.file().parent.mkdir()
    sqlite_settings.file().touch(mode=0o644)
    async with open_state(sqlite_settings, in_memory=False) as state:
        await state.pin("a", "1")
    assert mode_of(sqlite_settings.file()) == 0o600


async def test_in_memory_nothing_is_written(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=True) as state:
        assert await state.pin("a", "1") == "1"
        assert await state.pin("a", "2") == "1"
        async with open_state(sqlite_settings, in_memory=True) as other:
            assert await other.pin("a", "2") == "2"
            assert other.key != state.key
    assert not sqlite_settings.file().parent.exists()


async def test_a_state_that_is_never_used_touches_no_database(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=False):
        pass
    assert sqlite_settings.file().stat().st_size == 0
    nowhere = StateSettings(url="postgresql://nobody@/none?host=/nowhere", key=SHARED_KEY)
    async with open_state(nowhere, in_memory=False) as state:
        assert state.key == SHARED_KEY_BYTES


SHARED_KEY_BYTES = StateSettings(key=SHARED_KEY).signing_key()


async def test_a_key_that_others_can_read_is_not_used(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=False) as first:
        pass
    (sqlite_settings.file().parent / "key").chmod(0o644)
    async with open_state(sqlite_settings, in_memory=False) as state:
        assert state.key != first.key
        with pytest.raises(StateUnavailable, match="chmod 600"):
            await state.pin("a", "1")


async def test_a_damaged_key_is_not_used(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=False):
        pass
    (sqlite_settings.file().parent / "key").write_bytes(b"short")
    async with open_state(sqlite_settings, in_memory=False) as state:
        with pytest.raises(StateUnavailable, match="damaged"):
            await state.pin("a", "1")


async def test_a_folder_that_cannot_be_made_ends_no_server_but_every_use(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for settings in (StateSettings(url=str(tmp_path / "file" / "s.db")), StateSettings(url=str(tmp_path))):
        async with open_state(settings, in_memory=False) as state:
            for _ in range(2):
                with pytest.raises(StateUnavailable, match="cannot be used"):
                    await state.pin("a", "1")


async def test_a_user_without_a_folder_of_his_own_can_still_start_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # a container's user, whom no file knows
    async with open_state(StateSettings(), in_memory=False) as state:
        with pytest.raises(StateUnavailable, match="no folder"):
            await state.pin("a", "1")


async def test_a_full_disk_is_a_clear_error(sqlite_settings: StateSettings) -> None:
    code = """
import resource, signal
from domo_mcp.errors import StateUnavailable
await state.pin("a", "1")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    await state.pin("b", "x" * 500_000)
except StateUnavailable as error:
    print(type(error).__name__, error.message, flush=True)
print(await state.pin("a", "2"))
"""
    with other_process(sqlite_settings, code) as process:
        said = process.communicate(timeout=30)[0].splitlines()
    assert said[0].startswith("StateUnavailable The state store")
    assert said[1] == "1"


async def test_a_database_that_is_not_there_is_a_clear_error_that_does_not_quote_its_address(database: str) -> None:
    missing = StateSettings(url=database.replace("test_", "missing_"), key=SHARED_KEY)
    async with open_state(missing, in_memory=False) as state:
        with pytest.raises(StateUnavailable) as raised:
            await state.pin("a", "1")
    assert "missing_" not in str(raised.value)


async def test_a_file_that_is_no_database_is_a_clear_error(sqlite_settings: StateSettings) -> None:
    sqlite_settings.file().parent.mkdir()
    sqlite_settings.file().write_text("Dear diary, " * 500)
    async with open_state(sqlite_settings, in_memory=False) as state:
        with pytest.raises(StateUnavailable, match="not a database"):
            await state.pin("a", "1")


async def test_what_was_unusable_is_tried_again(tmp_path: Path) -> None:
    settings = StateSettings(url=str(tmp_path / "sub" / "s.db"), key=SHARED_KEY)
    (tmp_path / "sub").touch()
    async with open_state(settings, in_memory=False) as state:
        with pytest.raises(StateUnavailable):
            await state.pin("a", "1")
        (tmp_path / "sub").unlink()
        assert await state.pin("a", "1") == "1"


async def test_tables_of_a_newer_version_are_left_alone(settings: StateSettings, opened: OpenState) -> None:
    async with opened() as state:
        await state.pin("a", "1")
        await state.store.execute("UPDATE domo_mcp_schema SET version = 2")
    async with opened() as state:
        with pytest.raises(StateUnavailable, match=r"another version.*schema 2"):
            await state.pin("a", "2")


async def test_a_commit_is_on_the_disk_before_it_returns(sqlite_settings: StateSettings, database: str) -> None:
    async with open_state(sqlite_settings, in_memory=False) as state:
        assert await state.store.fetch("PRAGMA synchronous") == [(2,)]
        assert await state.store.fetch("PRAGMA journal_mode") == [("wal",)]
    with psycopg.connect(database, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    async with open_state(StateSettings(url=database, key=SHARED_KEY), in_memory=False) as state:
        assert await state.store.fetch("SHOW synchronous_commit") == [("on",)]


async def test_a_user_who_may_not_make_tables_can_use_those_that_are_there(database: str) -> None:
    settings = StateSettings(url=database, key=SHARED_KEY)
    async with open_state(settings, in_memory=False) as state:
        await state.pin("a", "1")
    user = f"app_{state.writer[:8]}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN".encode())
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}".encode())
    limited = StateSettings(url=database.replace("postgres@", f"{user}@"), key=SHARED_KEY)
    async with open_state(limited, in_memory=False) as state:
        assert await state.pin("a", "2") == "1"


async def test_a_name_that_is_pinned_keeps_its_id(opened: OpenState) -> None:
    async with opened() as state:
        assert await state.pin('acme/dataset/Käse "x" \x00\ud800', "1") == "1"
        assert await state.pin('acme/dataset/Käse "x" \x00\ud800', "2") == "1"
    async with opened() as state:
        assert await state.pinned("acme/dataset/", "1")
        assert not await state.pinned("acme/dataset/", "2")
        assert not await state.pinned("acme/coll%", "1")
        assert not await state.pinned("acme/data_et/", "1")


async def test_a_locked_file_is_waited_for(sqlite_settings: StateSettings) -> None:
    async with open_state(sqlite_settings, in_memory=False) as state:
        await state.pin("a", "1")
        code = """
import sqlite3
other = sqlite3.connect(settings.url, isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
other.execute("COMMIT")
"""
        with other_process(sqlite_settings, code) as process:
            assert line_of(process) == "locked"
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
            assert await state.pin("b", "2") == "2"


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import sys, domo_mcp.guard.ticket, domo_mcp.guard.journal, domo_mcp.state; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlite3", "psycopg", "cryptography", "filelock", "platformdirs"} & set(loaded)


def test_sqlite_is_new_enough_for_what_the_statements_use() -> None:
    assert sqlite3.sqlite_version_info >= (3, 25)
