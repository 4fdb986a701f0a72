"""What of a content would not reach the dataset that its collection syncs to. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from pydantic import JsonValue

from domo_mcp.tools.change import UNKNOWN_VALUE
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.documents import Collection

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: Mapping[str, tuple[Callable[[JsonValue], bool], str]] = {
    "STRING": (lambda value: isinstance(value, str), "text"),
    "LONG": (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    "DECIMAL": (_is_number, "a number"),
    "DOUBLE": (_is_number, "a number"),
    "DATE": (lambda value: isinstance(value, str) and bool(_DATE.fullmatch(value)), "YYYY-MM-DD"),
    "DATETIME": (lambda value: isinstance(value, str) and bool(_MOMENT.fullmatch(value)), "YYYY-MM-DDTHH:MM:SSZ"),
}
"""By the column types of the App-Framework document, AppDB API, Schema Object."""


def sync_notes(collection: Collection, contents: Iterable[Mapping[str, JsonValue]]) -> tuple[str, ...]:
    """One sentence for each column of a synced collection that holds values of another kind."""
    if not collection.sync_enabled:
        return ()
    notes, contents = [], list(contents)
    for column in collection.columns:
        fits, form = _FITS.get(column.type, (lambda _value: True, ""))
        given = [content.get(column.name) for content in contents]
        wrong = [value for value in given if value not in (None, UNKNOWN_VALUE) and not fits(value)]
        if wrong:
            such = foreign(json.dumps(wrong[0], ensure_ascii=False), 60)
            notes.append(
                f'"{foreign(column.name, 60)}" is synced as {column.type}, {form}: in {len(wrong):,} of the documents '
                f"it is something else, such as {such}, which the dataset may not have."
            )
    return tuple(notes)


def deletion_notes(collection: Collection) -> tuple[str, ...]:
    """What deleting documents means for the dataset of a synced collection (Delete Document, Warning)."""
    if not collection.sync_enabled:
        return ()
    return (f"With the next sync they are gone from {dataset_of(collection)} too.",)


def dataset_of(collection: Collection) -> str:
    """The dataset of a synced collection, as a sentence names it; before the first sync there is none."""
    key = collection.datasource_id
    return f"its dataset {foreign(key, 40)}" if key else "its dataset (none known yet)"
