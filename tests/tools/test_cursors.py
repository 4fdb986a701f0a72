"""Where lists go on."""

from __future__ import annotations

import pytest

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.cursor import Cursors

CALL = Cursors.of("list_things", {"query": "a", "limit": 5}, "local", "acme")


def test_a_cursor_goes_on_whatever_the_limit_and_after_a_restart() -> None:
    again = Cursors.of("list_things", {"query": "a", "limit": 50, "cursor": "x"}, "local", "acme")
    assert again.offset(CALL.at(7)) == 7
    assert again.place(CALL.after("Domo's own ✓")) == "Domo's own ✓"
    assert (CALL.offset(None), CALL.place(None)) == (0, None)


@pytest.mark.parametrize(
    "other",
    [
        Cursors.of("list_others", {"query": "a"}, "local", "acme"),
        Cursors.of("list_things", {"query": "b"}, "local", "acme"),
        Cursors.of("list_things", {"query": "a"}, "ann", "acme"),
        Cursors.of("list_things", {"query": "a"}, "local", "other"),
    ],
)
def test_a_cursor_of_another_call_is_refused(other: Cursors) -> None:
    with pytest.raises(InvalidInput, match="another call"):
        CALL.offset(other.at(1))
    with pytest.raises(InvalidInput, match="another call"):
        CALL.place(other.after("x"))


@pytest.mark.parametrize("cursor", ["x", "é", "W10", CALL.at(3)[:-4]])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        CALL.offset(cursor)
    with pytest.raises(InvalidInput):
        CALL.place(cursor)


def test_the_two_kinds_of_places_are_not_taken_for_each_other() -> None:
    with pytest.raises(InvalidInput):
        CALL.offset(CALL.after("3"))
    with pytest.raises(InvalidInput):
        CALL.place(CALL.at(3))


def test_a_cursor_of_data_that_moved_on_is_refused() -> None:
    with pytest.raises(InvalidInput, match="changed since"):
        CALL.offset(CALL.at(3, "monday"), "tuesday")
