"""When two values are the same."""

from __future__ import annotations

import json
from typing import Any


def as_text(value: Any, *, ordered: bool) -> str:
    """The same text for equal values: 1 and 1.0 alike, true unlike 1.

    `ordered` counts the order of an object's fields, as MongoDB does when it compares.
    """
    return json.dumps(_whole(value), sort_keys=not ordered)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return {key: _whole(part) for key, part in value.items()} if isinstance(value, dict) else value
