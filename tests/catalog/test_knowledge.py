"""What is known of datasets: asked of Domo once, kept between runs, and by nobody else to be seen."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from domo_mcp.app import Instance, open_app
from domo_mcp.catalog.kept import KeptInFile, Shelf
from domo_mcp.config import load
from domo_mcp.errors import UnknownName
from domo_mcp.sandbox.faults import Faults, Plan
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.warehouse import Column
from tests.catalog.shop import TOKEN, Shop

COLUMNS: dict[str, Any] = {"Region": "STRING", "Sold": "LONG"}
ROWS = [["North", 1], ["South", 2]]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptInFile]:
    """An empty file."""
    file = KeptInFile(tmp_path / "catalog.db")
    yield file
    file.close()


@pytest.fixture
def shelf(kept: KeptInFile) -> Shelf:
    """Somebody's part of it."""
    return kept.shelf("somebody")


def milliseconds(ahead_s: float = 0) -> int:
    """Now as the sandbox writes it."""
    return int((time.time() + ahead_s) * 1000)


async def test_a_dataset_is_asked_about_once(shop: Shop) -> None:
    key = shop.add(101, "Once", COLUMNS, ROWS)
    async with shop.catalog() as catalog:
        first = await catalog.known(key, "q", look=True)
        asked = len(shop.sent.sent)
        assert await catalog.known(key, "q", look=True) == first
    assert first.profile
    assert first.profile["Region"].values == ("North", "South")
    assert len(shop.sent.sent) == asked


async def test_sixty_four_at_once_cost_what_one_costs(shop: Shop) -> None:
    key = shop.add(102, "Crowd", COLUMNS, ROWS)
    async with shop.catalog() as catalog:
        await catalog.known(key, "q", look=True)
    alone = len(shop.sent.sent)
    async with shop.catalog() as catalog, anyio.create_task_group() as tasks:
        for _ in range(64):
            tasks.start_soon(lambda: catalog.known(key, "q", look=True))
    assert len(shop.sent.sent) == 2 * alone


async def test_the_next_run_knows_the_same_for_nothing(shop: Shop, shelf: Shelf) -> None:
    mode = {"id": "calculation_1", "name": "Twice", "formula": "`Sold` * 2", "data_type": "LONG", "aggregated": False}
    key = shop.add(
        103, "Kept", COLUMNS, ROWS, unit="one sale", description="All sales", certified_by=27,
        beast_modes=({**mode, "columns": ("Sold",)},),
    )  # fmt: skip
    async with shop.catalog(shelf=shelf) as catalog:
        first = await catalog.known(key, "q", look=True)
    asked = len(shop.sent.sent)
    async with shop.catalog(shelf=shelf) as catalog:
        assert await catalog.known(key, "q", look=True) == first
    assert len(shop.sent.sent) == asked
    assert [formula.name for formula in first.described.formulas] == ["Twice"]
    assert first.described.dictionary
    assert first.described.dataset.certified_as == "CERTIFIED"


@pytest.mark.parametrize("way", ["in this run", "in the next run"])
async def test_a_changed_last_update_invalidates_all_of_it(shop: Shop, shelf: Shelf, way: str) -> None:
    key = shop.add(104, f"Updated {way}", COLUMNS, ROWS)
    async with shop.catalog(shelf=shelf) as catalog:
        await catalog.known(key, "q", look=True)
        shop.store.warehouse.create(key, [Column("Area", "STRING")])
        shop.store.warehouse.insert(key, [["West"], ["East"]])
        shop.change(key, updated=milliseconds())
        if way == "in this run":
            catalog._datasets.forget()  # as if the short list had grown old
            assert (await catalog.dataset(key)).id == key
            found = await catalog.known(key, "q", look=True)
    if way == "in the next run":
        async with shop.catalog(shelf=shelf) as catalog:
            assert (await catalog.dataset(key)).id == key
            found = await catalog.known(key, "q", look=True)
    assert found.described.names == ["Area"]
    assert found.profile
    assert found.profile["Area"].values == ("East", "West")


async def test_a_last_update_that_did_not_change_invalidates_nothing(shop: Shop, shelf: Shelf) -> None:
    key = shop.add(105, "Same", COLUMNS, ROWS)
    for _ in range(2):
        async with shop.catalog(shelf=shelf) as catalog:
            await catalog.dataset("Same")
            await catalog.known(key, "q", look=True)
    assert len(shop.about("/execute/")) == 2
    assert len(shop.about("/data-dictionary/")) == 1


async def test_an_update_that_domos_clock_puts_in_the_future_does_not_ask_for_ever(shop: Shop) -> None:
    key = shop.add(106, "Ahead", COLUMNS, ROWS, updated=milliseconds(3600))
    async with shop.catalog() as catalog:
        await catalog.known(key, "q", look=True)
        asked = len(shop.sent.sent)
        await catalog.known(key, "q", look=True)
    assert len(shop.sent.sent) == asked


async def test_what_is_older_than_the_configuration_allows_is_asked_for_again(shop: Shop, shelf: Shelf) -> None:
    key = shop.add(107, "Aged", COLUMNS, ROWS)
    async with shop.catalog(shelf=shelf, max_age_s=900) as catalog:
        await catalog.describe(key)
    asked = len(shop.sent.sent)
    async with shop.catalog(shelf=shelf, max_age_s=0.0001) as catalog:
        await catalog.describe(key)
    assert len(shop.sent.sent) == 2 * asked


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"columns": 3}', '[["a"]]'])
async def test_what_another_version_left_is_asked_for_again(
    shop: Shop, tmp_path: Path, kept: KeptInFile, text: str
) -> None:
    key = shop.add(108, "Foreign", COLUMNS, ROWS)
    async with shop.catalog(shelf=kept.shelf("somebody")) as catalog:
        first = await catalog.known(key, "q", look=True)
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as file:
        file.execute("UPDATE kept SET value = ? WHERE key NOT LIKE 'profile/%'", (text,))
        file.commit()
    async with shop.catalog(shelf=kept.shelf("somebody")) as catalog:
        found = await catalog.known(key, "q", look=True)
    if text not in {"[]", "{}"}:  # which say that nobody wrote a dictionary, and that there are no columns
        assert found == first


@pytest.mark.parametrize("fault", ["500", "429", "not_json", "wrong_shape", "reset_before", "block_page", "403"])
async def test_rows_that_cannot_be_looked_into_leave_the_values_out_and_cost_once(
    shop: Shop, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domo_mcp.catalog.knowledge._PROFILING_S", 0.5)
    key = shop.add(109, "Unlucky", COLUMNS, ROWS)
    strike(shop, fault)
    async with shop.catalog() as catalog:
        found = await catalog.known(key, "q", look=True)
        asked = len(shop.sent.sent)
        assert await catalog.known(key, "q", look=True) == found
        assert len(shop.sent.sent) == asked
        assert (found.described.names, found.profile) == (list(COLUMNS), None)
        strike(shop)
        monkeypatch.undo()
        catalog._knowledge._looks.forget()  # as if a quarter of an hour had passed
        assert (await catalog.known(key, "q", look=True)).profile


async def test_rows_that_take_too_long_are_not_waited_for_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domo_mcp.catalog.knowledge._PROFILING_S", 0.05)
    key = shop.add(110, "Slow", COLUMNS, ROWS)
    strike(shop, "slow", delay_s=3600)
    async with shop.catalog() as catalog:
        with anyio.fail_after(4):
            async with anyio.create_task_group() as tasks:
                for _ in range(64):
                    tasks.start_soon(lambda: catalog.known(key, "q", look=True))
            assert (await catalog.known(key, "q", look=True)).profile is None
    assert len(shop.statements()) == 1


async def test_a_list_of_values_that_fails_does_not_fail_the_answer(shop: Shop) -> None:
    key = shop.add(111, "Half", COLUMNS, ROWS)
    shop.sent.app = Refusing(shop.sent.app, "/query/v1/execute/", 400, after=1)
    async with shop.catalog() as catalog:
        assert (await catalog.known(key, "q", look=True)).described.names == list(COLUMNS)


class Refusing:
    """The sandbox, which answers paths with `part` with an error (or `answer`), but for the first ones."""

    def __init__(self, app: Any, part: str, status: int, after: int = 0, answer: object = None) -> None:
        self.app, self._part, self._status, self._left = app, part, status, after
        self._answer = {"status": status, "message": "no"} if answer is None else answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        meant = self._part in scope.get("path", "")
        self._left -= meant
        if not meant or self._left >= 0:
            await self.app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        await JSONResponse(self._answer, self._status)(scope, receive, send)


async def test_only_datasets_that_somebody_asks_about_are_looked_into(shop: Shop) -> None:
    key = shop.add(112, "Not Asked", COLUMNS, ROWS)
    async with shop.catalog() as catalog:
        await catalog.warm_up(0)
        await catalog.fits("sold by region")
        assert not (await catalog.known(key, "q", look=False)).profile
    assert shop.statements() == []


@pytest.mark.parametrize("status", [403, 404, 400])
async def test_where_there_are_no_dictionaries_the_rest_is_told_and_they_are_asked_for_once(
    shop: Shop, status: int
) -> None:
    key = shop.add(113, "Mute", COLUMNS, ROWS, unit="one sale")
    shop.sent.app = Refusing(shop.sent.app, "/data-dictionary/", status)
    async with shop.catalog() as catalog:
        for _ in range(3):
            described = await catalog.describe(key)
            assert (described.names, described.dictionary) == (list(COLUMNS), None)
    assert len(shop.about("/data-dictionary/")) == 1


async def test_what_was_forgotten_is_asked_for_again_in_the_next_run_too(shop: Shop, shelf: Shelf) -> None:
    key = shop.add(114, "Changed", COLUMNS, ROWS)
    async with shop.catalog(shelf=shelf) as catalog:
        await catalog.known(key, "q", look=True)
        shop.store.warehouse.alter(key, [Column("Region", "STRING"), Column("Fresh", "LONG")])
        await catalog.forget("dataset", key)
    async with shop.catalog(shelf=shelf) as catalog:
        assert (await catalog.known(key, "q", look=True)).described.names == ["Region", "Fresh"]


async def test_a_warm_start_leaves_nothing_to_ask_but_rows(shop: Shop) -> None:
    shop.add(115, "Gone", COLUMNS, ROWS, readers=(27,))
    async with shop.catalog() as catalog:
        await catalog.warm_up(0)
        asked = len(shop.sent.sent)
        await catalog.fits("sold by region")
    assert len(shop.sent.sent) == asked


async def test_one_dataset_that_cannot_be_read_does_not_end_a_warm_start(shop: Shop) -> None:
    key = shop.add(116, "A Sick One", COLUMNS, ROWS)
    other = shop.add(117, "Healthy", COLUMNS, ROWS)
    strike(shop, "not_json", path=f"*/datasources/{key}*")
    async with shop.catalog() as catalog:
        await catalog.warm_up(0)
        assert await catalog._knowledge._details.peek(other)


def strike(shop: Shop, kind: str = "", path: str = "*/query/v1/execute/*", **more: Any) -> None:
    """Let requests meet a fault, or none any more."""
    app: Any = shop.sent.app
    app = getattr(app, "app", app)
    rules = [{"kind": kind, "path": path, **more}] if kind else []
    app.state.faults = Faults(Plan.model_validate({"rules": rules}))


Place = Callable[..., Any]


@pytest.fixture
async def place() -> Place:
    """Where an instance with these settings keeps what it knows."""

    async def of(policy: dict[str, Any] | None = None, **instance: Any) -> str:
        settings = {"url": "https://acme.domo.com", "auth": {"token": TOKEN}, **instance, "policy": policy}
        config = load(overrides={"instances": {"acme": settings}}, environment={"DOMO_HOST": "", **_BOTH})
        async with open_app(config) as app:
            found: Instance = app.instances["acme"]
            return found._place()

    return of


_BOTH = {"DOMO_HOST": "acme.domo.com", "DOMO_DEVELOPER_TOKEN": TOKEN}


async def test_instances_tokens_surfaces_and_column_policies_each_have_their_own_place(place: Place) -> None:
    places = [
        await place(),
        await place(url="https://other.domo.com"),
        await place(auth={"token": "t0ken-of-somebody-else"}),
        await place(surface="app", auth={"kind": "app-session", "session": TOKEN}),
        await place({"columns": {"hide": ["Salary"]}}),
        await place({"columns": {"mask": ["Salary"]}}),
    ]
    assert len(set(places)) == len(places)
    assert await place() == places[0]
    assert not any(TOKEN in each or "acme" in each for each in places)


async def test_a_dataset_that_is_gone_is_unknown_whatever_is_kept(shop: Shop, shelf: Shelf) -> None:
    key = shop.add(118, "Passing", COLUMNS, ROWS)
    async with shop.catalog(shelf=shelf) as catalog:
        await catalog.describe(key)
    shop.store.remove(Dataset, key)
    async with shop.catalog(shelf=shelf) as catalog:
        with pytest.raises(UnknownName):
            await catalog.dataset(key)


@pytest.mark.parametrize(
    "answer", [{}, {"datasetId": "x", "name": "Sealed"}, [], {"columns": [{"agentEnabled": False}]}]
)
async def test_no_row_is_looked_into_where_a_dictionary_is_not_one(shop: Shop, answer: object) -> None:
    key = shop.add(161, "Sealed", COLUMNS, ROWS)
    shop.sent.app = Refusing(shop.sent.app, "/data-dictionary/", 200, answer=answer)
    async with shop.catalog() as catalog:
        assert (await catalog.known(key, "q", look=True)).described.sealed
    assert not shop.about("/execute/")


async def test_no_row_is_looked_into_where_a_dictionary_may_not_be_read(shop: Shop) -> None:
    key = shop.add(160, "Sealed", COLUMNS, ROWS)
    shop.sent.app = Refusing(shop.sent.app, "/data-dictionary/", 403)
    async with shop.catalog() as catalog:
        for _ in range(2):
            found = await catalog.known(key, "q", look=True)
            assert (found.described.names, found.profile) == (list(COLUMNS), {})
    assert not shop.about("/execute/")


async def test_after_a_stream_ran_every_dataset_is_learnt_anew(shop: Shop, shelf: Shelf) -> None:
    key = shop.add(161, "Filled", COLUMNS, ROWS)
    async with shop.catalog(shelf=shelf) as catalog:
        await catalog.describe(key)
        shop.store.warehouse.alter(key, [Column("Region", "STRING"), Column("Fresh", "LONG")])
        await catalog.forget("stream", "7")
        assert [column.name for column in await catalog.columns(key)] == ["Region", "Fresh"]
