"""Beast modes in questions, with the document's examples."""

from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[..., Awaitable[list[dict[str, Any]]]]


async def test_a_beast_mode_is_a_field_where_beast_modes_are_asked_for(ask: Ask) -> None:
    rows = await ask("useBeastMode=true&fields=beastModeAlias")
    assert [row["beastModeAlias"] for row in rows] == [10, 20, 30, 40, 50, 60]
    assert await ask("useBeastMode=true&fields=qty&filter=beastModeAlias > 50") == [{"qty": 6}]


async def test_a_beast_mode_without_an_aggregation_takes_one(ask: Ask) -> None:
    rows = await ask("useBeastMode=true&fields=beastModeAlias,reps&sum=beastModeAlias&groupby=reps")
    assert {row["reps"]: row["beastModeAlias"] for row in rows} == {
        "Max": 30, "Dione Miu": 70, None: 50, "closed/won": 60,
    }  # fmt: skip


async def test_a_beast_mode_with_an_aggregation_goes_with_groups_as_it_is(ask: Ask) -> None:
    rows = await ask("useBeastMode=true&fields=beastModeAlias,reps&groupby=reps", "summed")
    assert {row["reps"]: row["beastModeAlias"] for row in rows}["Max"] == 670.0
