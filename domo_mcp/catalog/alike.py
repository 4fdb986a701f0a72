"""Datasets that are easily taken for each other: about the same name, or about the same columns. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from domo_mcp.catalog.words import singular, words

if TYPE_CHECKING:
    from domo_mcp.catalog.knowledge import Described

_SAME_NAME, _SAME_COLUMNS = 0.5, 0.8
_FEWEST_COLUMNS = 3


def alike(one: Described, others: Iterable[Described]) -> list[Described]:
    """Those of `others` that somebody could mean by the name of `one`, or instead of it by its columns."""
    return [other for other in others if other.dataset.id != one.dataset.id and _are_alike(one, other)]


def _are_alike(one: Described, other: Described) -> bool:
    if _shared(_words(one), _words(other)) >= _SAME_NAME:
        return True
    columns = [{name.casefold() for name in entry.names} for entry in (one, other)]
    return min(map(len, columns)) >= _FEWEST_COLUMNS and _shared(*columns) >= _SAME_COLUMNS


def _words(described: Described) -> list[str]:
    return [singular(word) for word in words(described.dataset.name)]


def _shared(one: Collection[str], other: Collection[str]) -> float:
    """The share that two sets have in common of what either has."""
    either = len({*one, *other})
    return len({*one} & {*other}) / either if either else 0.0
