"""What a change would do, for whoever decides about it: counted, sampled, field by field. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import JsonValue

from domo_mcp.sql import ColumnRules
from domo_mcp.tools.change import NEW, UNKNOWN_VALUE, Change, Undoable
from domo_mcp.tools.mongo import sight
from domo_mcp.tools.results import Answer
from domo_mcp.untrusted import one_line

MOST_SHOWN = 10
_MOST_FIELDS = 12
_LONGEST_VALUE = 120
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
    """One object that would change."""

    id: str
    becomes: Literal["new", "changed", "removed", "unchanged"]
    fields: list[FieldChange]
    further_fields: int | None = None


class Preview(Answer):
    """A change before it happens: `objects` counts all, `shown` has the first ten."""

    summary: str
    target: str
    objects: int
    shown: list[ObjectChange]
    undo: str
    notes: list[str]


def preview(change: Change, rules: ColumnRules) -> Preview:
    """What `change` would do; hidden columns are left out, masked ones are asterisks."""
    ids = list(dict.fromkeys([*change.before.objects, *change.after.objects]))
    return Preview(
        summary=change.summary,
        target=f"{change.on.kind} {one_line(change.on.name, 80)} ({one_line(change.on.id, 60)})",
        objects=change.count,
        shown=[_object(change, key, rules) for key in ids[:MOST_SHOWN]],
        undo=_UNDO[change.undo],
        notes=list(change.notes),
    )


def question(shown: Preview, instance: str) -> str:
    """The preview as a person reads it; the same for the same preview, every value of Domo's escaped and quoted."""
    lines = [shown.summary, "", f"On {instance}: {shown.target}. Objects: {shown.objects:,}."]
    lines += [f"- {one_line(thing.id, 60)} {thing.becomes}{_fields_told(thing)}" for thing in shown.shown]
    if shown.objects > len(shown.shown) > 0:
        lines.append(f"- and {shown.objects - len(shown.shown):,} more")
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
        names = [name for name, *_ in _changed_fields(is_there, wanted, rules)]
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
    fields = list(_changed_fields(before, after, rules))
    shown = [FieldChange(name=one_line(name, 60), before=_shown(old), after=_shown(new)) for name, old, new in fields]
    if before is None and after is None:
        becomes: Literal["new", "changed", "removed", "unchanged"] = "unchanged"
    elif before is None:
        becomes = "new"
    elif after is None:
        becomes = "removed" if key in change.after.objects else "unchanged"
    else:
        becomes = "changed" if fields else "unchanged"
    return ObjectChange(
        id="(new)" if key.startswith(NEW) else one_line(key, 60),
        becomes=becomes,
        fields=[] if becomes == "unchanged" else shown[:_MOST_FIELDS],
        further_fields=max(len(shown) - _MOST_FIELDS, 0) or None,
    )


def _changed_fields(before: JsonValue, after: JsonValue, rules: ColumnRules) -> Iterator[tuple[str, Any, Any]]:
    old, new = dict(_fields(before)), dict(_fields(after))
    for name in [*old, *(name for name in new if name not in old)]:
        was, will_be = old.get(name, _NOT_THERE), new.get(name, _NOT_THERE)
        there = was is not _NOT_THERE and will_be is not _NOT_THERE
        if (there and same(will_be, was)) or sight.hides(rules, name):
            continue
        was, will_be = _seen(name, was, rules), _seen(name, will_be, rules)
        if not there or sight.touches(rules, name) or not same(will_be, was):
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


def _shown(value: Any) -> str | None:
    if value is _NOT_THERE:
        return None
    if value == UNKNOWN_VALUE:
        return "(decided by Domo)"
    return one_line(json.dumps(value, ensure_ascii=False), _LONGEST_VALUE)


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
