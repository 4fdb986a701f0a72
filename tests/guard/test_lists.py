"""Allow and deny lists: by id, by name, by the id that a name once stood for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from domo_mcp.errors import Refused
from domo_mcp.guard.lists import Lists
from domo_mcp.state import State, StateSettings, open_state


@pytest.fixture
async def state() -> AsyncIterator[State]:
    async with open_state(StateSettings(), in_memory=True) as state:
        yield state


def lists(
    state: State, allow: Mapping[Any, Sequence[str]] | None = None, deny: Mapping[Any, Sequence[str]] | None = None
) -> Lists:
    return Lists("acme", allow or {}, deny or {}, state)


@pytest.mark.parametrize("pattern", ["d1", "Payroll", "payroll", "Pay*", "*roll", "D?"])
async def test_a_denial_matches_id_or_name_in_any_case(state: State, pattern: str) -> None:
    denied = lists(state, deny={"dataset": [pattern]})
    with pytest.raises(Refused, match=r"policy\.deny"):
        await denied.check("dataset", "d1", "Payroll")
    assert await denied.allows("dataset", "x9", "Sales")
    assert await denied.allows("collection", "d1", "Payroll")


async def test_a_denial_wins_over_an_allowance(state: State) -> None:
    both = lists(state, allow={"dataset": ["*"]}, deny={"dataset": ["Payroll"]})
    assert not await both.allows("dataset", "d1", "Payroll")


async def test_what_no_allowance_names_is_refused_and_other_kinds_are_not(state: State) -> None:
    some = lists(state, allow={"dataset": ["Sales*", "d7"]})
    assert await some.allows("dataset", "d1", "Sales Orders")
    assert await some.allows("dataset", "d7", "Whatever")
    assert not await some.allows("dataset", "d2", "Payroll")
    assert await some.allows("collection", "d2", "Payroll")


async def test_an_allowance_by_name_holds_for_the_id_it_had_at_first_use(state: State) -> None:
    some = lists(state, allow={"dataset": ["Sales*"]})
    await some.check("dataset", "d1", "Sales Orders")
    with pytest.raises(Refused, match="stood for d1"):
        await some.check("dataset", "d2", "Sales Orders")
    assert await some.allows("dataset", "d1", "Renamed since")


async def test_instances_and_kinds_have_their_own_first_uses(state: State) -> None:
    acme, beta = lists(state, allow={"dataset": ["Sales"]}), Lists("beta", {"dataset": ["Sales"]}, {}, state)
    await acme.check("dataset", "d1", "Sales")
    assert await beta.allows("dataset", "d2", "Sales")
    assert not await beta.allows("dataset", "d1", "Other")
