"""What a change would do, for whoever decides about it: counted, sampled, field by field. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Literal

from pydantic import JsonValue

from domo_mcp.sql import ColumnRules
from domo_mcp.tools.appdb.mongo import sight
from domo_mcp.tools.change import NEW, UNKNOWN_VALUE, Change, Undoable
from domo_mcp.tools.results import Answer
from domo_mcp.untrusted import exact, one_line

MOST_SHOWN = 10
_MOST_FIELDS = 12
_LONGEST_VALUE = 120
_BEFORE_DIFFERENCE = 30
_LONGEST_LABEL = 60
_LABELS = ("title", "name", "subject", "label", "email", "summary", "description")
_PLAIN_NAME = re.compile(r"[\w\-.$]+( [\w\-.$]+)*")
_NOT_THERE: Any = object()

_UNDO: dict[Undoable, str] = {
    "exact": "exact: undo_change brings everything back",
    "content": "content: undo_change brings the content back; ids, owner or dates may differ",
    "none": "none: it cannot be undone",
}


class FieldChange(Answer):
    """One field of an object: its value as JSON text, None where it is not there."""

    name: str
    before: str | None = None
    after: str | None = None


class ObjectChange(Answer):
    """One object that would change; `label` is a text of it by which a person knows it."""

    id: str
    label: str | None = None
    becomes: Literal["new", "changed", "removed", "unchanged"]
    fields: list[FieldChange]
    further_fields: int | None = None

    def cut(self, fields: int) -> ObjectChange:
        """The object with its first fields, and how many more it has."""
        further = _left_over(self.fields, fields, self.further_fields)
        return self.model_copy(update={"fields": self.fields[:fields], "further_fields": further})


class Preview(Answer):
    """A change before it happens: `objects` counts all, `shown` has the first ten.

    `further_objects` and `further_notes` count what is not shown.
    """

    summary: str
    target: str
    objects: int
    shown: list[ObjectChange]
    further_objects: int | None = None
    undo: str
    notes: list[str]
    further_notes: int | None = None

    def cut(self, objects: int, fields: int, notes: int) -> Preview:
        """The preview with the first of its objects, of their fields and of its notes, and how many more there are."""
        return self.model_copy(
            update={
                "shown": [thing.cut(fields) for thing in self.shown[:objects]],
                "further_objects": _left_over(self.shown, objects, self.further_objects),
                "notes": self.notes[:notes],
                "further_notes": _left_over(self.notes, notes, self.further_notes),
            }
        )


def preview(change: Change, rules: ColumnRules) -> Preview:
    """What `change` would do; hidden columns are left out, masked ones are asterisks."""
    ids = list(dict.fromkeys([*change.before.objects, *change.after.objects]))
    return Preview(
        summary=change.summary,
        target=f"{change.on.kind} {_quoted(change.on.name, 80)} ({_named(change.on.id)})",
        objects=change.count,
        shown=[_object(change, key, rules) for key in ids[:MOST_SHOWN]],
        further_objects=max(len(ids) - MOST_SHOWN, 0) or None,
        undo=_UNDO[change.undo],
        notes=list(change.notes),
    )


def question(shown: Preview, instance: str) -> str:
    """The preview as a person reads it; the same for the same preview, every value of Domo's escaped and quoted."""
    lines = [shown.summary, "", f"On {instance}: {shown.target}. Objects: {shown.objects:,}."]
    lines += [f"- {_object_told(thing)}" for thing in shown.shown]
    if shown.further_objects:
        lines.append(f"- and {shown.further_objects:,} more")
    lines += [f"Note: {note}" for note in shown.notes]
    return "\n".join([*lines, f"Undo: {shown.undo}."])


def digest(tool: str, arguments: Mapping[str, JsonValue], instance: str, change: Change) -> str:
    """What a yes is bound to: this call, and everything that it would change as it is at the moment."""
    seen = [change.on.id, change.summary, change.undo, change.count, change.must_confirm, list(change.notes)]
    states = [dict(change.before.objects), dict(change.after.objects)]
    text = json.dumps([tool, arguments, instance, seen, states], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(expected: Mapping[str, JsonValue], found: Mapping[str, JsonValue], rules: ColumnRules) -> list[str]:
    """Where objects are not what they should be, one sentence each; empty where all is as expected."""
    told = []
    for key, wanted in expected.items():
        is_there = found.get(key)
        if same(wanted, is_there):
            continue
        if wanted is None or is_there is None:
            told.append(f"{one_line(key, 60)} is {'still there' if wanted is None else 'not there'}")
            continue
        names = [name for name, *_ in _changed_fields(is_there, wanted, rules, same)]
        told.append(f"{one_line(key, 60)} differs in {', '.join(one_line(name, 40) for name in names[:5]) or 'it all'}")
    return told


def same(expected: JsonValue, found: JsonValue) -> bool:
    """Whether two contents are equal; a value that only Domo knows equals any."""
    if expected == UNKNOWN_VALUE:
        return True
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return isinstance(expected, bool) is isinstance(found, bool) and expected == found


def _object(change: Change, key: str, rules: ColumnRules) -> ObjectChange:
    before, after = change.before.objects.get(key), change.after.objects.get(key)
    fields = [_field(*field) for field in _changed_fields(before, after, rules, _settled)]
    if before is None and after is None:
        becomes: Literal["new", "changed", "removed", "unchanged"] = "unchanged"
    elif before is None:
        becomes = "new"
    elif after is None:
        becomes = "removed" if key in change.after.objects else "unchanged"
    else:
        becomes = "changed" if fields else "unchanged"
    return ObjectChange(
        id="(new)" if key.startswith(NEW) else _named(key),
        label=_label(after if before is None else before, rules),
        becomes=becomes,
        fields=[] if becomes == "unchanged" else fields,
    ).cut(_MOST_FIELDS)


def _label(content: JsonValue, rules: ColumnRules) -> str | None:
    """The first short text of an object, its title or name where it has one; never one that policy keeps back."""
    texts = {
        name: value
        for name, value in _fields(content)
        if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_LABEL and not sight.touches(rules, name)
    }
    called = {name.casefold(): value for name, value in reversed(texts.items())}
    best = next((called[name] for name in _LABELS if name in called), None) or next(iter(texts.values()), None)
    return None if best is None else one_line(best, _LONGEST_LABEL)


def _settled(expected: JsonValue, found: JsonValue) -> bool:
    """Whether a content stays what it is: one that Domo decides may change."""
    return same(expected, found) and not _undecided(expected)


def _undecided(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return value == UNKNOWN_VALUE or any(map(_undecided, value.values()))
    return isinstance(value, list) and any(map(_undecided, value))


def _changed_fields(
    before: JsonValue, after: JsonValue, rules: ColumnRules, equal: Callable[[JsonValue, JsonValue], bool]
) -> Iterator[tuple[str, Any, Any]]:
    old, new = dict(_fields(before)), dict(_fields(after))
    for name in [*old, *(name for name in new if name not in old)]:
        was, will_be = old.get(name, _NOT_THERE), new.get(name, _NOT_THERE)
        there = was is not _NOT_THERE and will_be is not _NOT_THERE
        if (there and equal(will_be, was)) or sight.hides(rules, name):
            continue
        was, will_be = _seen(name, was, rules), _seen(name, will_be, rules)
        if not there or sight.touches(rules, name) or not equal(will_be, was):
            yield name, was, will_be


def _fields(content: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(content, dict):
        yield from content.items()
    elif content is not None:
        yield "value", content


def _seen(name: str, value: Any, rules: ColumnRules) -> Any:
    """What of a field may be shown; columns of a collection are hidden as the properties that they stand for."""
    if value is _NOT_THERE or not rules:
        return value
    if isinstance(value, list):
        value = [part for part in value if not (isinstance(part, dict) and _names_hidden(part, rules))]
    return sight.seen(value, rules, name)


def _names_hidden(part: Mapping[str, JsonValue], rules: ColumnRules) -> bool:
    return {"name", "type"} <= part.keys() and sight.hides(rules, str(part["name"]))


def _field(name: str, was: Any, will_be: Any) -> FieldChange:
    before, after = _shown(was), _shown(will_be)
    start = _first_shown(before, after) if before and after else 0
    return FieldChange(name=_named(name), before=_part(before, start), after=_part(after, start))


def _shown(value: Any) -> str | None:
    if value is _NOT_THERE:
        return None
    if value == UNKNOWN_VALUE:
        return "(decided by Domo)"
    return exact(json.dumps(value, ensure_ascii=False))


def _first_shown(before: str, after: str) -> int:
    """Where to begin, so that two long texts do not look alike: a little before their first difference."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    return alike - _BEFORE_DIFFERENCE if alike > _LONGEST_VALUE - _BEFORE_DIFFERENCE else 0


def _part(text: str | None, start: int) -> str | None:
    if text is None or (not start and len(text) <= _LONGEST_VALUE):
        return text
    part = f"…{text[start:]}" if start else text
    return part if len(part) <= _LONGEST_VALUE else f"{part[: _LONGEST_VALUE - 1]}…"


def _named(name: str) -> str:
    """A name of Domo's: as it is where it cannot be taken for more than a name, else quoted."""
    return name if len(name) <= 60 and _PLAIN_NAME.fullmatch(name) and exact(name) == name else _quoted(name, 60)


def _quoted(text: str, most: int) -> str:
    return exact(json.dumps(text if len(text) <= most else text[: most - 1] + "…", ensure_ascii=False))


def _left_over(things: list[Any], shown: int, before: int | None) -> int | None:
    return (before or 0) + max(len(things) - shown, 0) or None


def _object_told(thing: ObjectChange) -> str:
    label = f" {_quoted(thing.label, _LONGEST_LABEL)}" if thing.label else ""
    return f"{thing.id}{label} {thing.becomes}{_fields_told(thing)}"


def _fields_told(thing: ObjectChange) -> str:
    if not thing.fields:
        return ""
    told = [_told(field, thing.becomes) for field in thing.fields]
    more = f"; {thing.further_fields} further fields" if thing.further_fields else ""
    return f": {'; '.join(told)}{more}"


def _told(field: FieldChange, becomes: str) -> str:
    if becomes == "new":
        return f"{field.name} = {field.after}"
    if becomes == "removed":
        return f"{field.name} = {field.before}"
    return f"{field.name}: {field.before or '(none)'} -> {field.after or '(none)'}"
