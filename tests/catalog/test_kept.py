"""The file of what the catalog knows: whatever is wrong with it, nothing fails."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from pydantic import TypeAdapter

from domo_mcp.catalog.cache import Cache
from domo_mcp.catalog.kept import KeptInFile, Shelf, Value


async def test_a_value_is_there_in_the_next_run_and_until_it_is_dropped(tmp_path: Path) -> None:
    first, now = KeptInFile(tmp_path / "a" / "catalog.db"), time.time()
    await first.shelf("here").put("key", '"é"', now)
    first.close()
    second = KeptInFile(tmp_path / "a" / "catalog.db")
    assert await second.shelf("here").get("key") == Value(now, '"é"')
    await second.shelf("here").drop("key")
    assert await second.shelf("here").get("key") is None
    second.close()


async def test_one_place_does_not_see_what_another_put(tmp_path: Path) -> None:
    kept = KeptInFile(tmp_path / "catalog.db")
    await kept.shelf("here").put("key", "1", time.time())
    assert await kept.shelf("there").get("key") is None
    await kept.shelf("there").drop("key")
    assert await kept.shelf("here").get("key") is not None
    kept.close()


async def test_only_its_user_may_read_it(tmp_path: Path) -> None:
    kept = KeptInFile(tmp_path / "own" / "catalog.db")
    await kept.shelf("here").put("key", "1", time.time())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "own").iterdir()}
    assert modes["catalog.db"] == 0o600
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700
    kept.close()


async def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").touch(0o666)
    (tmp_path / "catalog.db").chmod(0o666)
    kept = KeptInFile(tmp_path / "catalog.db")
    await kept.shelf("here").put("key", "1", time.time())
    assert stat.S_IMODE((tmp_path / "catalog.db").stat().st_mode) == 0o600
    kept.close()


async def test_a_table_of_another_version_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as made:
        made.execute("CREATE TABLE kept (key TEXT, made TEXT)")
    kept = KeptInFile(tmp_path / "catalog.db")
    await kept.shelf("here").put("key", "1", time.time())
    assert await kept.shelf("here").get("key") is not None
    await kept.shelf("here").clear()
    assert await kept.shelf("here").get("key") is None
    kept.close()


def garbage(file: Path) -> None:
    """Not a database."""
    file.write_bytes(b"not a database, " * 500)


def cut(file: Path) -> None:
    """A database whose second half is missing."""
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE kept (place TEXT, key TEXT, made REAL, value TEXT)")
        made.executemany("INSERT INTO kept VALUES (?, 'k', 1.0, ?)", [(str(n), "x" * 3000) for n in range(40)])
        made.commit()
    os.truncate(file, file.stat().st_size // 2)


@pytest.mark.parametrize("damage", [garbage, cut])
async def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    damage(tmp_path / "catalog.db")
    kept = KeptInFile(tmp_path / "catalog.db")
    await kept.shelf("here").put("key", "1", time.time())
    found = await kept.shelf("here").get("key")
    assert found
    assert found.json == "1"
    kept.close()


def folder(path: Path) -> Path:
    """There is a folder of that name."""
    (path / "catalog.db").mkdir()
    return path / "catalog.db"


def file_above(path: Path) -> Path:
    """Where the folder should be is a file."""
    (path / "cache").write_text("")
    return path / "cache" / "catalog.db"


def nowhere(path: Path) -> Path:
    """A place where nobody can make a folder, not even root."""
    return Path("/proc/nowhere") / path.name


@pytest.mark.parametrize("place", [folder, file_above, nowhere])
async def test_where_no_file_can_be_made_nothing_is_kept_and_nothing_fails(tmp_path: Path, place: object) -> None:
    assert callable(place)
    kept = KeptInFile(place(tmp_path))
    await kept.shelf("here").put("key", "1", time.time())
    await kept.shelf("here").drop("key")
    assert await kept.shelf("here").get("key") is None
    kept.close()


async def test_a_file_that_another_process_writes_to_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptInFile(tmp_path / "catalog.db")
    await kept.shelf("here").put("key", "1", time.time())
    kept.close()
    with closing(sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        busy = KeptInFile(tmp_path / "catalog.db")
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(busy.shelf("here").put, f"{number}", "1", time.time())
        assert await busy.shelf("here").get("key") is None
        assert time.monotonic() - began < 1
        other.execute("ROLLBACK")
    assert await busy.shelf("here").get("key") is None  # it is left alone for a while
    monkeypatch.setattr("domo_mcp.catalog.kept.time.monotonic", lambda: began + 100)
    assert await busy.shelf("here").get("key") is not None
    busy.close()


async def test_what_is_too_old_for_anybody_leaves_the_file(tmp_path: Path) -> None:
    for made in (time.time() - 31 * 86_400, time.time()):
        kept = KeptInFile(tmp_path / "catalog.db")
        await kept.shelf("here").put(f"{made}", "1", made)
        kept.close()
    kept = KeptInFile(tmp_path / "catalog.db")
    assert len(await kept.run("SELECT made, value FROM kept")) == 1
    kept.close()


async def test_a_value_of_megabytes_is_not_kept(tmp_path: Path) -> None:
    kept = KeptInFile(tmp_path / "catalog.db")
    await kept.shelf("here").put("key", "1" * 2_000_001, time.time())
    assert await kept.shelf("here").get("key") is None
    kept.close()


class Loads:
    """Values to load, and how many were."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> list[int]:
        """The next one."""
        self.count += 1
        return [self.count]


def cache(shelf: Shelf, max_age_s: float = 60, name: str = "numbers") -> Cache[list[int]]:
    """A cache as of a new process."""
    return Cache(max_age_s, name=name, shelf=shelf, kind=TypeAdapter(list[int]))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty one."""
    kept = KeptInFile(tmp_path / "catalog.db")
    yield kept.shelf("here")
    kept.close()


async def test_the_next_process_loads_nothing_that_is_young(shelf: Shelf) -> None:
    load = Loads()
    assert [await cache(shelf).get("a", load), await cache(shelf).get("a", load)] == [[1], [1]]
    assert await cache(shelf).peek("a") == ([1],)
    assert await cache(shelf, name="others").peek("a") is None


@pytest.mark.parametrize("text", ["not JSON", '{"a": 1}', '["x"]', "null", "", '"\\ud800"'])
async def test_what_another_version_wrote_is_loaded_anew(shelf: Shelf, text: str) -> None:
    await shelf.put("numbers/a", text, time.time())
    assert await cache(shelf).get("a", Loads()) == [1]
    assert await cache(shelf).peek("a") == ([1],)


@pytest.mark.parametrize("age", [60.0, 3600.0, -3600.0])
async def test_what_is_too_old_or_of_times_to_come_is_loaded_anew(shelf: Shelf, age: float) -> None:
    await shelf.put("numbers/a", "[7]", time.time() - age)
    assert await cache(shelf).get("a", Loads()) == [1]


async def test_a_kept_value_grows_no_younger_by_being_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    await shelf.put("numbers/a", "[7]", now - 50)
    mine = cache(shelf)
    assert await mine.get("a", Loads()) == [7]
    monkeypatch.setattr("domo_mcp.catalog.cache.time.time", lambda: now + 11)
    assert await mine.get("a", Loads()) == [1]


async def test_what_was_made_before_it_changed_is_loaded_anew_once(shelf: Shelf) -> None:
    await shelf.put("numbers/a", "[7]", time.time() - 10)
    load, mine, changed = Loads(), cache(shelf), time.time() - 5
    assert await mine.peek("a", since=changed) is None
    assert [await mine.get("a", load, since=changed) for _ in range(3)] == [[1]] * 3
    assert await cache(shelf).peek("a", since=changed) == ([1],)


async def test_what_is_dropped_is_gone_for_the_next_process_too(shelf: Shelf) -> None:
    mine = cache(shelf)
    await mine.get("a", Loads())
    await mine.drop("a")
    assert await cache(shelf).peek("a") is None


async def test_without_an_age_nothing_is_kept(shelf: Shelf) -> None:
    await cache(shelf, 0).get("a", Loads())
    assert await shelf.get("numbers/a") is None


async def test_many_at_once_read_and_write_the_file_once_each(shelf: Shelf) -> None:
    load, mine = Loads(), cache(shelf)
    found: list[list[int]] = []

    async def ask() -> None:
        found.append(await mine.get("a", load))

    async with anyio.create_task_group() as tasks:
        for _ in range(64):
            tasks.start_soon(ask)
    assert (found, load.count) == ([[1]] * 64, 1)
