"""Names of datasets that the operator wrote and none has: slips of the pen, which would change what is told."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domo_mcp.catalog.notes import Example, Notes
from domo_mcp.errors import NotFound, Refused, UnknownName
from domo_mcp.untrusted import in_quotes

if TYPE_CHECKING:
    from domo_mcp.catalog.datasets import Catalog

logger = logging.getLogger(__name__)

_ALIKE = 0.75


@dataclass(frozen=True)
class Stray:
    """A heading of the notes, or the dataset of an example, that no dataset is called; `near` are names like it."""

    name: str
    near: tuple[str, ...]
    is_heading: bool

    def __str__(self) -> str:
        where, what_then = (
            ("catalog.notes: the heading", "what stands under it is told with every dataset")
            if self.is_heading
            else ("catalog.examples: the dataset", "its examples are told with none")
        )
        nearest = f" Nearest: {', '.join(map(in_quotes, self.near))}." if self.near else ""
        return f"{where} {in_quotes(self.name)} is not the name of one, so {what_then}.{nearest}"


def strays(notes: Notes, examples: Sequence[Example], names: Collection[str]) -> list[Stray]:
    """What is written about none of the datasets of these names and ids.

    A heading need not name a dataset: it counts where it is like the name of one.
    """
    there = {name.casefold(): name for name in names}
    datasets = dict.fromkeys(example.dataset for example in examples if example.dataset.casefold() not in there)
    headings = [Stray(title, _near(title, there), is_heading=True) for title in notes.titles_beside(names)]
    return [
        *(stray for stray in headings if stray.near),
        *(Stray(name, _near(name, there), is_heading=False) for name in datasets),
    ]


def _near(name: str, there: dict[str, str]) -> tuple[str, ...]:
    return tuple(there[like] for like in difflib.get_close_matches(name.casefold(), there, n=3, cutoff=_ALIKE))


class Written:
    """What the operator wrote; slips are told once in the log, when the names of the datasets come by."""

    def __init__(self, notes: Notes, examples: Sequence[Example]) -> None:
        self._notes, self._examples, self._told = notes, examples, False

    def __bool__(self) -> bool:
        return bool(self._notes.text or self._examples)

    def compare(self, names: Collection[str]) -> None:
        """Tell names that are like one of `names`, all of an instance; others may be of another instance."""
        if not self._told:
            self._told = True
            for stray in strays(self._notes, self._examples, names):
                if stray.near:
                    logger.warning("%s", stray)


async def names_in(catalog: Catalog, examples: Sequence[Example]) -> set[str]:
    """Names and ids of an instance's datasets: the first, those like what was written, and what one is called so."""
    names = set[str]()
    for written in dict.fromkeys((*catalog.notes.titles, *(example.dataset for example in examples))):
        names |= {text for dataset in await catalog.pool(written) for text in (dataset.name, dataset.id)}
        try:
            await catalog.dataset(written)
        except (UnknownName, NotFound):
            continue
        except Refused:
            pass  # there is one, which policy denies
        names.add(written)
    return names
