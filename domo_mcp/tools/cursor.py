"""Where a list goes on: an opaque text bound to one call, so that a page never continues another question."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from domo_mcp.errors import InvalidInput

PlaceT = TypeVar("PlaceT", int, str)

_NOT_PART_OF_THE_QUESTION = frozenset({"cursor", "limit", "max_tokens", "save_as"})


@dataclass(frozen=True)
class Cursors:
    """The cursors of one call: of this tool with these arguments, for this principal on this instance."""

    call: str

    @classmethod
    def of(cls, tool: str, arguments: Mapping[str, Any], principal: str, instance: str) -> Cursors:
        asked = {name: value for name, value in arguments.items() if name not in _NOT_PART_OF_THE_QUESTION}
        text = json.dumps([tool, asked, principal, instance], sort_keys=True, default=str)
        return cls(hashlib.sha256(text.encode()).hexdigest()[:16])

    def offset(self, cursor: str | None, version: str = "") -> int:
        """The row that `cursor` goes on at, 0 without one.

        Raises InvalidInput for a cursor of another call, or where `version` shows that the data moved on since.
        """
        if not cursor:
            return 0
        offset, then = self._read(cursor, int)
        if then != version:
            raise InvalidInput("The data changed since the last page.", "Start again without a cursor.")
        return offset

    def place(self, cursor: str | None) -> str | None:
        """Where Domo's own list goes on, for lists that Domo pages by a text of its own; None without a cursor.

        Raises InvalidInput for a cursor of another call.
        """
        return self._read(cursor, str)[0] if cursor else None

    def after(self, place: str) -> str:
        """The cursor that goes on where Domo's own list does."""
        return self._written(place, "")

    def at(self, offset: int, version: str = "") -> str:
        """The cursor that goes on at `offset`."""
        return self._written(offset, version)

    def _read(self, cursor: str, kind: type[PlaceT]) -> tuple[PlaceT, object]:
        try:
            place, call, version = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
        except (ValueError, binascii.Error, TypeError):
            raise InvalidInput("This is not a cursor.", "Pass next_cursor of the last answer, unchanged.") from None
        if call != self.call or not isinstance(place, kind) or (kind is int and place < 0):
            raise InvalidInput(
                "This cursor belongs to another call.",
                "Repeat the call with the same arguments, or leave the cursor out.",
            )
        return place, version

    def _written(self, place: int | str, version: str) -> str:
        text = json.dumps([place, self.call, version], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
