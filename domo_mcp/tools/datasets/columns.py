"""Rows and the columns of a dataset: which value belongs where, and what is wrong with it. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.datasets.csv_cells import as_written, reader
from domo_mcp.tools.datasets.csv_parts import Columns
from domo_mcp.untrusted import all_foreign, foreign

_MOST_FAULTS = 5
_MOST_NAMED = 40


@dataclass(frozen=True)
class Target:
    """The columns that a row has, in order, as names and Domo's types."""

    columns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [name for name, _ in self.columns]

    def listed(self) -> str:
        """The columns for a sentence."""
        told = [f"{foreign(name, 60)} ({foreign(kind, 20)})" for name, kind in self.columns[:_MOST_NAMED]]
        return all_foreign(f"{', '.join(told)}{', …' if len(self.columns) > _MOST_NAMED else ''}")

    def places(self, given: Sequence[str]) -> list[int | None]:
        """For each column where in `given` its name is, None where it is not there; case counts only between two.

        Raises InvalidInput for a name that no column has, with the nearest, and for one that stands there twice.
        """
        found: dict[str, int] = {}
        unknown: list[str] = []
        for place, name in enumerate(given):
            column = self._meant(name)
            if column is None:
                unknown.append(name)
            elif column in found:
                raise InvalidInput(f'The column "{foreign(column, 60)}" is given twice.', "Give each column once.")
            else:
                found[column] = place
        if unknown:
            told = " ".join(self._unknown(name) for name in unknown[:_MOST_FAULTS])
            raise InvalidInput(all_foreign(told), f"The columns are: {self.listed()}.")
        return [found.get(name) for name in self.names]

    def _meant(self, given: str) -> str | None:
        if given in self.names:
            return given
        alike = [name for name in self.names if name.casefold() == given.strip().casefold()]
        return alike[0] if len(alike) == 1 else None

    def _unknown(self, name: str) -> str:
        near = difflib.get_close_matches(name.casefold(), [known.casefold() for known in self.names], n=1, cutoff=0.5)
        known = next((each for each in self.names if near and each.casefold() == near[0]), None)
        meant = f' Nearest: "{foreign(known, 60)}".' if known else ""
        return f'The dataset has no column "{foreign(name, 60)}".{meant}'


@dataclass
class Checking:
    """Turns rows of values into columns of cells and collects the first faults.

    `absent` are columns that no row has named so far.
    """

    target: Target
    faults: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._readers = [reader(kind) for _, kind in self.target.columns]
        self.absent = set(self.target.names)

    def block(self, columns: Sequence[Sequence[JsonValue]], where: Callable[[int], str]) -> Columns:
        """The cells of rows that are given by column; `where` tells which row the one at a place is."""
        checked = list[Sequence[str | None]]()
        try:
            for (_, kind), read, cells in zip(self.target.columns, self._readers, columns, strict=True):
                checked.append(as_written(kind, cells) or [read(cell) for cell in cells])
        except ValueError:
            for place, values in enumerate(zip(*columns, strict=True)):
                for told in self._wrong(where(place), values):
                    self.fault(told)
            return []
        return checked

    def saw(self, places: Sequence[int | None]) -> None:
        """Note the columns that rows have."""
        self.absent -= {name for name, place in zip(self.target.names, places, strict=True) if place is not None}

    def fault(self, told: str) -> None:
        """Keep a fault in mind. Raises InvalidInput with all of them where they are enough."""
        self.faults.append(told)
        if len(self.faults) >= _MOST_FAULTS:
            self.done()

    def done(self) -> None:
        """Raise InvalidInput where there was a fault."""
        if self.faults:
            more = " There may be more." if len(self.faults) >= _MOST_FAULTS else ""
            raise InvalidInput(all_foreign(" ".join(self.faults)) + more, f"The columns are: {self.target.listed()}.")

    def _wrong(self, where: str, values: Sequence[JsonValue]) -> Iterator[str]:
        for (name, kind), read, value in zip(self.target.columns, self._readers, values, strict=True):
            try:
                read(value)
            except ValueError as error:
                yield (
                    f'{where}, column "{foreign(name, 60)}" ({foreign(kind, 20)}): "{foreign(str(value), 40)}" '
                    f"is not {error}."
                )
