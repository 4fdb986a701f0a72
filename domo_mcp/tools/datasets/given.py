"""The rows that a call brings: a list of its own, or a CSV file of this machine. Checked first, then read again."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from time import monotonic, time_ns
from typing import BinaryIO, TypeVar

import anyio.to_thread
from pydantic import JsonValue

from domo_mcp.errors import InvalidInput, Refused
from domo_mcp.tools.counting import many
from domo_mcp.tools.datasets.columns import Checking, Target
from domo_mcp.tools.datasets.csv_files import CsvFile, Record, Records
from domo_mcp.tools.datasets.csv_parts import Columns, encoded
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign

T = TypeVar("T")
Values = Sequence[JsonValue]
GivenRows = Sequence[list[JsonValue] | dict[str, JsonValue]]

_AT_ONCE = 2000
_SHOWN = 2
_TOLD_EVERY_S = 1.0
_KEPT = 16
_SETTLED_NS = 2 * 10**9


@dataclass(frozen=True)
class Given:
    """Rows that fit the dataset. `read` gives them again in blocks, checked again: none is kept in memory.

    `origin` tells in the summary where they come from, `notes` what a person should know of them; `size` is in bytes.
    """

    count: int
    size: int
    origin: str
    notes: tuple[str, ...]
    read: Callable[[], Generator[Columns]]


Mark = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class _CheckedFile:
    """What a file was found to hold."""

    count: int
    size: int
    sha256: str
    notes: tuple[str, ...]

    def about(self, name: str) -> str:
        """What the preview says of it."""
        return f"File {foreign(name, 60)}: {self.size:,} bytes, sha256 {self.sha256}."


_CHECKED: dict[tuple[Mark, Target], _CheckedFile] = {}
"""The last files by what they were: a yes need not wait for a second check, as the upload reads and hashes again."""


@dataclass
class _Seen:
    """What a first look at all rows tells."""

    count: int = 0
    first: list[Sequence[str | None]] = field(default_factory=list)

    def saw(self, block: Columns) -> None:
        self.count += len(block[0]) if block else 0
        self.first += list(islice(zip(*block, strict=True), _SHOWN - len(self.first)))


async def given(call: Call, target: Target, rows: GivenRows | None, source: str | None) -> Given:
    """The rows of a call, each checked. Raises InvalidInput with the first faults, Refused for a path outside."""
    if (rows is None) is (source is None):
        raise InvalidInput("Give either rows or source.", "source: the path of a CSV file below files.roots.")
    if source is None:
        return await _of_list(target, rows or ())
    return await _of_file(call, target, source)


async def _of_list(target: Target, rows: GivenRows) -> Given:
    checking, seen, size = Checking(target), _Seen(), 0
    async for block in in_thread(_listed(rows, checking)):
        seen.saw(block)
        size += sum(map(len, encoded(block)))
    checking.done()
    if not seen.count:
        raise InvalidInput("There are no rows.", "Give at least one.")
    notes = (*_nulls(checking), *_sample(target, seen.first))
    return Given(seen.count, size, "", notes, lambda: _listed(rows, Checking(target)))


async def _of_file(call: Call, target: Target, source: str) -> Given:
    with call.folders.open(source) as file:
        mark = _mark(file)
        found = _CHECKED.get((mark, target)) or await _check_file(call, target, CsvFile(Path(source).name, file))
    if _is_settled(mark):
        _CHECKED[mark, target] = found
        while len(_CHECKED) > _KEPT:
            del _CHECKED[next(iter(_CHECKED))]
    read = partial(_unchanged, call, target, source, found.sha256)
    origin = f" from {foreign(Path(source).name, 40)}"
    return Given(found.count, found.size, origin, (found.about(Path(source).name), *found.notes), read)


async def _check_file(call: Call, target: Target, opened: CsvFile) -> _CheckedFile:
    checking, seen, due = Checking(target), _Seen(), 0.0
    async for block in in_thread(_recorded(opened, checking)):
        seen.saw(block)
        if monotonic() >= due:
            due = monotonic() + _TOLD_EVERY_S
            await call.progress(seen.count, message=f"{many(seen.count, 'row')} checked")
    checking.done()
    if not seen.count:
        raise InvalidInput(f"{foreign(opened.name, 60)} has no rows.", "The first line names the columns.")
    apart = () if opened.separator == "," else (f"By its header its cells are apart by {opened.separator!r}.",)
    notes = (*apart, *_nulls(checking), *_sample(target, seen.first))
    return _CheckedFile(seen.count, opened.size, opened.sha256, notes)


def _mark(file: BinaryIO) -> Mark:
    """What tells a file that was written since."""
    now = os.fstat(file.fileno())
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def _is_settled(mark: Mark) -> bool:
    """Whether the last write is so long ago that a further one has another time, as coarse as clocks of files are."""
    return time_ns() - max(mark[-2:]) > _SETTLED_NS


async def in_thread(blocks: Generator[T]) -> AsyncIterator[T]:
    """The blocks, each made in a thread; what makes them is closed in the end."""
    with closing(blocks):
        while (block := await anyio.to_thread.run_sync(next, blocks, None)) is not None:
            yield block


def _listed(rows: GivenRows, checking: Checking) -> Generator[Columns]:
    orders: dict[tuple[str, ...], list[int | None]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        block = [
            (number, values)
            for number, row in enumerate(rows[start : start + _AT_ONCE], start + 1)
            if (values := _in_order(row, number, checking, orders))
        ]
        yield _checked(block, checking, lambda number: f"Row {number}")


def _in_order(
    row: list[JsonValue] | dict[str, JsonValue],
    number: int,
    checking: Checking,
    orders: dict[tuple[str, ...], list[int | None]],
) -> Values:
    """The values of a row in the columns' order; none of one that has too few or too many. `orders` is a memory."""
    width = len(checking.target.columns)
    if isinstance(row, list):
        checking.absent.clear()
        if len(row) != width:
            checking.fault(f"Row {number} does not fit: values {len(row)}, columns of the dataset {width}.")
            return ()
        return row
    names = tuple(row)
    if names not in orders:
        try:
            orders[names] = checking.target.places(names)
        except InvalidInput as error:
            error.message = f"Row {number}: {error.message}"
            raise
        checking.saw(orders[names])
    values = list(row.values())
    return [None if place is None else values[place] for place in orders[names]]


def _recorded(file: CsvFile, checking: Checking) -> Generator[Columns]:
    """The rows of a CSV file, whose header names columns in any order."""
    blocks = file.records(_AT_ONCE)
    header = next((some.rows[0] for some in blocks), [])
    places, number = checking.target.places(header), 0
    checking.saw(places)
    for some in blocks:
        if some.width == len(header):
            yield checking.block(_placed(some.columns(), places, len(some.rows)), partial(_place, some, number))
            number += len(some.rows)
            continue
        block = []
        for number, (line, cells) in enumerate(_filled(some, len(header)), number + 1):  # noqa: B020 - goes on counting
            if len(cells) == len(header):
                block.append(((number, line), cells))
            else:
                what = f"cells {len(cells)}, columns of the header {len(header)}"
                checking.fault(f"Row {number} (line {line}) does not fit: {what}.")
        yield _checked(block, checking, lambda at: f"Row {at[0]} (line {at[1]})", places)


def _place(some: Records, before: int, place: int) -> str:
    return f"Row {before + place + 1} (line {some.ends[place]})"


def _placed(columns: Sequence[Values], places: Sequence[int | None], rows: int) -> list[Values]:
    """The columns in the order of the dataset."""
    nothing = (None,) * rows
    return [nothing if place is None else columns[place] for place in places]


def _checked(
    block: Sequence[tuple[T, Values | Record]],
    checking: Checking,
    where: Callable[[T], str],
    places: Sequence[int | None] | None = None,
) -> Columns:
    """The rows of a block as checked columns; `places` says which of their values belongs to which column."""
    if not block:
        return []
    columns: list[Values] = list(zip(*(values for _, values in block), strict=True))
    if places is not None:
        columns = _placed(columns, places, len(block))
    return checking.block(columns, lambda place: where(block[place][0]))


def _filled(some: Records, width: int) -> Iterator[tuple[int, Record]]:
    """The records without empty lines, which are a NULL where there is one column (as Domo specifies CSV)."""
    for line, cells in zip(some.ends, some.with_nulls(), strict=True):
        if cells or width == 1:
            yield line, cells or [None]


def _unchanged(call: Call, target: Target, source: str, sha256: str) -> Generator[Columns]:
    """The rows again. Raises Refused at their end where the file is not the one that was checked."""
    checking = Checking(target)
    with call.folders.open(source) as file:
        opened = CsvFile(Path(source).name, file)
        yield from _recorded(opened, checking)
    if checking.faults or opened.sha256 != sha256:
        raise Refused(f"{foreign(opened.name, 60)} changed since it was checked.", "Call the tool again.")


def _nulls(checking: Checking) -> tuple[str, ...]:
    absent = [foreign(name, 40) for name in checking.target.names if name in checking.absent]
    return (f"NULL in every row, as not given: {', '.join(absent[:20])}.",) if absent else ()


def _sample(target: Target, first: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """The first rows for the eyes of whoever decides."""
    return tuple(
        f"Row {number}: "
        + ", ".join(
            f"{foreign(name, 30)} = {'NULL' if cell is None else foreign(repr(cell), 40)}"
            for name, cell in list(zip(target.names, row, strict=True))[:8]
        )
        + (", …" if len(row) > 8 else "")
        for number, row in enumerate(first, 1)
    )
