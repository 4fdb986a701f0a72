from __future__ import annotations

import pytest

from domo_mcp.client.retry import Effect, Patience, decide
from domo_mcp.errors import (
    AnswerTooLarge,
    Blocked,
    DomoError,
    DomoFailed,
    NotFound,
    RateLimited,
    TimedOut,
    Unreachable,
    UnreadableAnswer,
    WrongInstance,
)

EFFECTS: tuple[Effect, ...] = ("read", "write", "ai")
PATIENCE = Patience(attempts=3, first_s=1.0, longest_s=3.0, longest_asked_s=30.0)


def repeats(effect: Effect, error: DomoError) -> bool:
    return decide(effect, error, 1, remaining_s=100, chance=0.5, patience=PATIENCE) is not None


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize(
    "error",
    [RateLimited("", status=429, surely_unprocessed=True), Unreachable("no connection", surely_unprocessed=True)],
)
def test_what_domo_surely_did_not_act_on_is_always_repeated(effect: Effect, error: DomoError) -> None:
    assert repeats(effect, error)


@pytest.mark.parametrize(
    "error",
    [
        TimedOut(""),
        Unreachable("broke"),
        DomoFailed("", status=500),
        DomoFailed("", status=502),
        DomoFailed("", status=503, retry_after=1),
        DomoFailed("", status=504),
    ],
)
def test_what_domo_may_have_acted_on_is_repeated_for_reads_only(error: DomoError) -> None:
    assert [repeats(effect, error) for effect in EFFECTS] == [True, False, False]


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize(
    "error",
    [
        NotFound("", status=404),
        Blocked("", status=303),
        WrongInstance("no such host", surely_unprocessed=True),
        DomoFailed("", status=501),
        UnreadableAnswer(""),
        AnswerTooLarge(""),
    ],
)
def test_what_stays_wrong_is_not_repeated(effect: Effect, error: DomoError) -> None:
    assert not repeats(effect, error)


@pytest.mark.parametrize(("attempt", "longest"), [(1, 1.0), (2, 2.0), (3, 3.0), (9, 3.0)])
def test_the_wait_is_random_below_a_bound_that_doubles_up_to_a_limit(attempt: int, longest: float) -> None:
    patience = Patience(attempts=10, first_s=1.0, longest_s=3.0)
    waits = [
        decide("read", TimedOut(""), attempt, remaining_s=100, chance=chance, patience=patience)
        for chance in (0.0, 0.5, 0.999)
    ]
    assert waits == pytest.approx([0.0, longest * 0.5, longest * 0.999])


def test_it_gives_up_after_the_last_attempt() -> None:
    assert decide("read", TimedOut(""), 3, remaining_s=100, chance=0, patience=PATIENCE) is None


def test_it_never_comes_back_earlier_than_domo_asked() -> None:
    error = RateLimited("", retry_after=7, surely_unprocessed=True)
    assert decide("read", error, 1, remaining_s=100, chance=0, patience=PATIENCE) == 7
    assert decide("read", error, 1, remaining_s=100, chance=0.5, patience=PATIENCE) == 7.5


@pytest.mark.parametrize(("asked", "remaining"), [(7, 7), (7, 1), (31, 100)])
def test_it_gives_up_where_domo_asks_for_more_time_than_there_is(asked: float, remaining: float) -> None:
    error = RateLimited("", retry_after=asked, surely_unprocessed=True)
    assert decide("write", error, 1, remaining_s=remaining, chance=0, patience=PATIENCE) is None


def test_it_gives_up_where_the_deadline_has_passed() -> None:
    assert decide("read", TimedOut(""), 1, remaining_s=0, chance=0, patience=PATIENCE) is None
