"""A call of a tool that asks endpoints of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contract.table import Surface


@dataclass(frozen=True)
class Call:
    """One call of a tool. `<name>` in its arguments stands for what an earlier call kept under that name.

    `keep` is the name for the id of what it makes, or, with `found`, for what that pattern finds in its answer. `of`
    tells apart calls of one tool that the table has two entries for. While it runs, Domo has no paths with `refuses`;
    `fails`: then nothing else helps.
    """

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    only: Surface | None = None
    keep: str = ""
    found: str = ""
    of: str = ""
    refuses: str = ""
    fails: bool = False

    def is_on(self, surface: Surface) -> bool:
        """Whether it is made there."""
        return self.only in {None, surface}


def on_app(tool: str, arguments: Mapping[str, Any], **more: Any) -> Call:
    """A call on the App-Framework surface only."""
    return Call(tool, arguments, "app", **more)


def on_product(tool: str, arguments: Mapping[str, Any], **more: Any) -> Call:
    """A call on the product surface only."""
    return Call(tool, arguments, "product", **more)
