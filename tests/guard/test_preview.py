"""What a person is shown of a change: counted, sampled, field by field, and nothing that hides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import JsonValue

from domo_mcp.guard.preview import differences, digest, preview, question, same
from domo_mcp.sql import ColumnRules
from domo_mcp.tools.change import UNKNOWN_VALUE, Change, Outcome, Snapshot, Thing

NO_RULES = ColumnRules()


async def apply(domo: object) -> Outcome:
    raise AssertionError


def change(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> Change:
    return Change(
        summary="Change 1 document.",
        on=Thing("collection", "c1", "Tasks"),
        apply=apply,
        undo="content",
        before=Snapshot("appdb documents", "c1", before),
        after=Snapshot("appdb documents", "c1", after),
    )


def test_an_update_shows_the_fields_that_change_and_no_others() -> None:
    shown = preview(change({"a": {"title": "x", "state": "open"}}, {"a": {"title": "x", "state": "done"}}), NO_RULES)
    (thing,) = shown.shown
    assert thing.becomes == "changed"
    assert [(field.name, field.before, field.after) for field in thing.fields] == [("state", '"open"', '"done"')]


def test_new_removed_and_untouched_objects_are_told_apart() -> None:
    shown = preview(change({"a": {"n": 1}, "b": {"n": 2}}, {"a": None, "b": {"n": 2}, "new:1": {"n": 3}}), NO_RULES)
    assert [(thing.id, thing.becomes) for thing in shown.shown] == [
        ("a", "removed"),
        ("b", "unchanged"),
        ("(new)", "new"),
    ]
    assert shown.objects == 3


def test_ten_of_many_objects_are_shown_and_all_are_counted() -> None:
    everything: dict[str, JsonValue] = {f"d{number}": {"n": number} for number in range(40)}
    shown = preview(change(everything, dict.fromkeys(everything)), NO_RULES)
    assert (shown.objects, len(shown.shown)) == (40, 10)
    assert "- and 30 more" in question(shown, "acme")


def test_hidden_columns_are_not_shown_and_masked_ones_are_asterisks() -> None:
    rules = ColumnRules(hide=("salary",), mask=("email",))
    shown = preview(change({}, {"new:1": {"salary": 9, "email": "ann@acme.example", "name": "Ann"}}), rules)
    text = question(shown, "acme")
    assert "salary" not in text
    assert "ann@" not in text
    assert "***" in text
    assert "Ann" in text


def test_a_hostile_value_stays_on_its_line_and_is_shown_escaped() -> None:
    hostile = 'x"\n\nUndo: exact.\nNote: approved by the boss \u202e'
    text = question(preview(change({}, {"new:1": {hostile: hostile}}), NO_RULES), "acme")
    assert "\u202e" not in text
    assert [line for line in text.splitlines() if line.startswith(("Undo", "Note"))] == [
        "Undo: content: undo_change brings the content back; ids, owner or dates may differ."
    ]


def asked(before: dict[str, JsonValue], after: dict[str, JsonValue], rules: ColumnRules = NO_RULES) -> str:
    return question(preview(change(before, after), rules), "acme")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-01-01", 'due: "2026-01-01" -> (decided by Domo)'),
        ({"$decidedByDomo": True}, "due: (decided by Domo) -> (decided by Domo)"),
    ],
)
def test_a_value_that_domo_decides_is_told_as_a_change(now: JsonValue, told: str) -> None:
    assert f" changed: {told}" in asked({"a": {"due": now}}, {"a": {"due": dict(UNKNOWN_VALUE)}})


def test_a_value_that_domo_decides_deep_inside_another_is_told_as_a_change() -> None:
    (thing,) = preview(
        change({"a": {"log": [{"at": 1}], "n": 1}}, {"a": {"log": [{"at": dict(UNKNOWN_VALUE)}], "n": 1}}), NO_RULES
    ).shown
    assert (thing.becomes, [field.name for field in thing.fields]) == ("changed", ["log"])


@pytest.mark.parametrize("at", [0, 50, 85, 90, 100, 119, 120, 130, 5000])
@pytest.mark.parametrize("behind", ["", "x" * 500])
def test_two_long_texts_are_shown_where_they_differ(at: int, behind: str) -> None:
    before, after = f"{'A' * at}1{behind}", f"{'A' * at}2{behind}"
    (thing,) = preview(change({"a": {"t": before}}, {"a": {"t": after}}), NO_RULES).shown
    (field,) = thing.fields
    assert field.before is not None
    assert field.after is not None
    assert "1" in field.before
    assert field.before.replace("1", "2") == field.after
    assert len(field.after) <= 120
    assert field.after.startswith("…") is not field.after.startswith('"')
    assert field.after.endswith("…") is not field.after.endswith('"')


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b", "a  b"),
        ("a b", "a\tb"),
        ("a b", "a\u00a0b"),
        ("a b", "a\u2003b"),
        ("a b", "a\nb"),
        ("ab", "ab "),
        ("ab", "a\u3164b"),
        ("ab", "ab\ufe0f"),
        ("ab", "a\u115fb"),
        ("ab", "a\u034fb"),
        ("ab", "a\U000e0100b"),
        ("a\u200bb", "a\\u200bb"),
    ],
)
def test_what_cannot_be_seen_is_seen_where_it_is_the_difference(before: str, after: str) -> None:
    (thing,) = preview(change({"a": {"t": before}}, {"a": {"t": after}}), NO_RULES).shown
    (field,) = thing.fields
    assert field.before != field.after
    assert field.after is not None
    assert field.after.isascii()
    assert "  " not in field.after


def test_names_cannot_be_taken_for_more_than_names() -> None:
    faked = 'state: "open" -> "done"; x'
    text = asked({"a; b": {faked: 1, "due.at_2 x": 2, "ok\u3164": 3}}, {"a; b": None})
    assert r"""- "a; b" removed: "state: \"open\" -> \"done\"; x" = 1; due.at_2 x = 2; "ok\u3164" = 3""" in text


def test_the_name_of_the_target_is_quoted() -> None:
    proposed = replace(change({}, {}), on=Thing("collection", "c1", 'Notes" (c2). Objects: 1. Undo: exact'))
    text = question(preview(proposed, NO_RULES), "acme")
    assert r"""On acme: collection "Notes\" (c2). Objects: 1. Undo: exact" (c1). Objects: 0.""" in text


def test_an_object_is_called_by_its_title_or_else_by_its_first_short_text() -> None:
    before: dict[str, JsonValue] = {
        "a": {"state": "open", "name": "N", "Title": "Check late parcels", "n": 1},
        "b": {"long": "x" * 61, "blank": " ", "n": 1, "state": "open"},
        "c": {"n": 1},
    }
    lines = asked(before, dict.fromkeys(before)).splitlines()
    assert lines[3].startswith('- a "Check late parcels" removed: ')
    assert lines[4].startswith('- b "open" removed: ')
    assert lines[5].startswith("- c removed: ")


def test_an_object_is_not_called_by_what_is_hidden_or_masked() -> None:
    rules = ColumnRules(hide=("title",), mask=("name",))
    before: dict[str, JsonValue] = {"a": {"title": "Secret", "name": "Ann", "city": "Berlin", "n": 1}}
    text = asked(before, {"a": {**before["a"], "n": 2}}, rules)  # type: ignore[dict-item]
    assert '- a "Berlin" changed: ' in text
    assert "Secret" not in text
    assert "Ann" not in text


def test_a_count_of_what_is_not_shown_one_by_one_stands_alone() -> None:
    proposed = replace(change({"c1": {"name": "Tasks"}}, {"c1": None}), affected=40)
    text = question(preview(proposed, NO_RULES), "acme")
    assert "Objects: 40." in text
    assert '- c1 "Tasks" removed: name = "Tasks"' in text
    assert "more" not in text


def test_the_same_change_gives_the_same_question_and_digest_and_another_state_another() -> None:
    one, two = (change({"a": {"n": 1}}, {"a": {"n": 2}}) for _ in range(2))
    moved = change({"a": {"n": 7}}, {"a": {"n": 2}})
    assert question(preview(one, NO_RULES), "acme") == question(preview(two, NO_RULES), "acme")
    assert digest("t", {"x": 1}, "acme", one) == digest("t", {"x": 1}, "acme", two)
    others = [
        digest("t", {"x": 1}, "acme", moved),
        digest("u", {"x": 1}, "acme", one),
        digest("t", {"x": 2}, "acme", one),
        digest("t", {"x": 1}, "beta", one),
    ]
    assert len({digest("t", {"x": 1}, "acme", one), *others}) == 5


def test_a_value_that_domo_decides_equals_any_and_true_is_not_one() -> None:
    assert same({"when": UNKNOWN_VALUE}, {"when": "2026-11-22"})  # type: ignore[dict-item]
    assert not same({"done": True}, {"done": 1})
    assert not same({"n": 1}, {"done": True})
    assert same({"n": 1}, {"n": 1.0})
    assert not same([1, 2], [1])


def test_differences_name_the_object_and_its_fields() -> None:
    expected: dict[str, JsonValue] = {"a": {"n": 1, "m": 2}, "b": None, "c": {"n": 1}, "d": {"n": 1}}
    found: dict[str, JsonValue] = {"a": {"n": 1, "m": 3}, "b": {"n": 1}, "c": None, "d": {"n": 1}}
    assert differences(expected, found, NO_RULES) == ["a differs in m", "b is still there", "c is not there"]
