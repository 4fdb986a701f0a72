"""Who has to agree to a change: every rule of the configuration, and those above it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domo_mcp.errors import Refused
from domo_mcp.guard.policy import PolicySettings, check_access, check_reach, ruling
from domo_mcp.tools.change import Change, Outcome, Snapshot, Thing, Undoable
from domo_mcp.tools.toolset import BOTH_SURFACES, Effect, Tool

TASKS = Thing("collection", "c1", "Tasks")


async def apply(domo: object) -> Outcome:
    raise AssertionError


def tool(effect: Effect) -> Tool:
    async def change_something() -> None: ...

    return Tool(change_something, effect, "appdb", BOTH_SURFACES, BOTH_SURFACES)


def change(undo: Undoable = "content", *, count: int = 1, must_confirm: str = "") -> Change:
    return Change("Change it.", TASKS, apply, undo, affected=count, must_confirm=must_confirm)


@pytest.mark.parametrize(
    ("settings", "effect", "proposal", "can_ask", "way"),
    [
        ({}, "update", change(), True, "ask"),
        ({}, "update", change(), False, "ticket"),
        ({}, "create", change(), False, "apply"),
        ({}, "create", change("none"), False, "ticket"),
        ({}, "create", change(must_confirm="it opens access"), True, "ask"),
        ({"confirm_for": ["delete"]}, "update", change(), False, "apply"),
        ({"confirm_for": ["delete"]}, "update", change(must_confirm="it overwrites"), False, "ticket"),
        ({"fallback": "refuse"}, "update", change(), False, "refuse"),
        ({"fallback": "refuse"}, "update", change(), True, "ask"),
        ({"confirm": "two_step"}, "update", change(), True, "ticket"),
        ({"confirm": "two_step"}, "run", change("none"), False, "ticket"),
        ({}, "run", change("none"), False, "ticket"),
        ({"fallback": "refuse"}, "run", change("none"), False, "refuse"),
        ({}, "delete", change("none"), True, "ask"),
        ({}, "delete", change("none"), False, "refuse"),
        ({"confirm": "two_step"}, "delete", change("none"), False, "refuse"),
        ({"confirm": "two_step"}, "delete", change("none"), True, "ask"),
        ({"confirm": "two_step"}, "update", change("none"), False, "refuse"),
        ({"unattended": ["change_something:Tas*"]}, "delete", change(), False, "apply"),
        ({"unattended": ["change_something:c1"]}, "run", change("none"), False, "apply"),
        ({"unattended": ["change_something:tas*"]}, "update", change(), False, "ticket"),
        ({"unattended": ["other_tool:Tas*"]}, "update", change(), False, "ticket"),
        ({"unattended": ["change_something:*"]}, "delete", change("none"), False, "refuse"),
        ({"unattended": ["change_something:*"]}, "update", change("none"), False, "refuse"),
    ],
)
def test_a_change_goes_the_way_that_the_policy_says(
    settings: dict[str, object], effect: str, proposal: Change, can_ask: bool, way: str
) -> None:
    policy, kind = PolicySettings.model_validate(settings), Effect(effect)
    assert ruling(policy, tool(kind), kind, proposal, can_ask=can_ask, granted=False).way == way


def test_a_yes_for_a_while_covers_what_can_be_undone_and_nothing_else() -> None:
    policy, update = PolicySettings(), Effect.UPDATE
    assert ruling(policy, tool(update), update, change(), can_ask=True, granted=True).yes == "person"
    assert ruling(policy, tool(update), update, change("none"), can_ask=True, granted=True).way == "ask"


@pytest.mark.parametrize(
    ("effect", "count", "good"),
    [
        ("update", 100, True),
        ("update", 101, False),
        ("delete", 101, False),
        ("create", 1000, True),
        ("create", 1001, False),
    ],
)
def test_one_call_reaches_so_many_objects_and_no_more(effect: str, count: int, good: bool) -> None:
    if good:
        check_reach(PolicySettings(), Effect(effect), change(count=count))
        return
    with pytest.raises(Refused, match="max_affected"):
        check_reach(PolicySettings(), Effect(effect), change(count=count))


def test_objects_are_counted_over_before_and_after() -> None:
    both = Change(
        "Change it.",
        TASKS,
        apply,
        "content",
        before=Snapshot("documents", "c1", {"a": {}, "b": {}}),
        after=Snapshot("documents", "c1", {"b": {}, "new:1": {}}),
    )
    assert both.count == 3


@pytest.mark.parametrize(
    ("access", "effect", "good"),
    [
        ("read", "read", True),
        ("read", "create", False),
        ("write", "create", True),
        ("write", "update", True),
        ("write", "run", True),
        ("write", "delete", False),
        ("full", "delete", True),
    ],
)
def test_an_access_level_covers_effects(access: str, effect: str, good: bool) -> None:
    policy = PolicySettings.model_validate({"access": access})
    if good:
        check_access(policy.access, tool(Effect(effect)))
        return
    with pytest.raises(Refused, match="access level"):
        check_access(policy.access, tool(Effect(effect)))


@pytest.mark.parametrize(
    "settings",
    [
        {"confirm_for": ["update"]},
        {"unattended": ["start_workflow"]},
        {"unattended": [":Refresh"]},
        {"allow": {"datasets": ["*"]}},
        {"max_affected": 0},
    ],
)
def test_a_policy_that_says_nothing_sensible_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PolicySettings.model_validate(settings)


def test_an_instance_lays_its_own_keys_over_the_general_ones() -> None:
    general = PolicySettings.model_validate({"access": "full", "max_affected": 5})
    assert general.overlaid({"access": "read"}) == PolicySettings.model_validate({"access": "read", "max_affected": 5})
