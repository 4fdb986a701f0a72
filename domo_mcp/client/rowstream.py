"""Rows read from JSON as it arrives, in memory bounded by one row.

The parser's events are taken in a plain loop, since an export has millions of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import ijson  # type: ignore[import-untyped]  # it ships no types

from domo_mcp.client.rows import Cell, Row, RowColumn, Rows, check_width, columns_of
from domo_mcp.errors import AnswerTooLarge, UnreadableAnswer

_LARGEST_ROW = 32 * 1024 * 1024
_OPENERS = frozenset({"start_map", "start_array"})
_CLOSERS = frozenset({"end_map", "end_array"})

_Event = tuple[str, Cell]


class RowReader:
    """Takes pieces of an answer in either shape and gives the rows that each completes."""

    def __init__(self) -> None:
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True)
        self._shape: _Shape | None = None
        self._since_row = 0

    def feed(self, piece: bytes) -> Rows | None:
        """Return the rows completed by `piece`, None where it completes none.

        Raises `UnreadableAnswer` for what is not rows, `AnswerTooLarge` for a row beyond 32 MiB.
        """
        self._since_row += len(piece)
        if self._since_row > _LARGEST_ROW:
            raise AnswerTooLarge("One row of the answer is larger than this server reads.", "Select fewer columns.")
        try:
            self._parser.send(piece)
        except ijson.JSONError:
            raise _unreadable() from None
        self._take()
        return self._taken() if self._shape and self._shape.rows else None

    def finish(self) -> Rows:
        """Return no rows but the columns, which an empty result has too.

        Raises `UnreadableAnswer` where the end is missing.
        """
        try:
            self._parser.close()
        except ijson.JSONError:
            raise _unreadable() from None
        self._take()
        return self._taken()

    def _take(self) -> None:
        if self._events and self._shape is None:
            self._shape = _shape_of(self._events[0][0])
        if self._shape is not None:
            self._shape.take(self._events)
        self._events.clear()

    def _taken(self) -> Rows:
        if self._shape is None:
            raise _unreadable()
        self._since_row = 0
        rows, self._shape.rows = self._shape.rows, []
        return Rows(self._shape.columns(), rows)


class _Shape(Protocol):
    """One of the two shapes: gathers `rows` from the parser's events."""

    rows: list[Row]

    def take(self, events: Iterable[_Event]) -> None: ...

    def columns(self) -> tuple[RowColumn, ...]: ...


class _Columnar:
    """`{"columns": ["a"], "metadata": [{"type": "LONG"}], "rows": [[1]]}`."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._row: Row | None = None
        self._in_rows = False
        self._depth = 0
        self._sections: list[str] = []
        self._key = ""
        self._names: list[str] = []
        self._types: list[str | None] = []

    def columns(self) -> tuple[RowColumn, ...]:
        if not {"columns", "rows"} <= set(self._sections):
            raise _unreadable()
        return columns_of(self._names, self._types)

    def take(self, events: Iterable[_Event]) -> None:
        for event, value in events:
            if self._row is None:
                self._between_rows(event, value)
            elif event == "end_array":
                check_width(self._row, len(self._names))
                self.rows.append(self._row)
                self._row = None
            elif event in _OPENERS:
                raise _unreadable()
            else:
                self._row.append(value)

    def _between_rows(self, event: str, value: Cell) -> None:
        if not self._in_rows:
            self._around(event, value)
        elif event == "start_array" and self._names:
            self._row = []
        elif event == "end_array":
            self._in_rows, self._depth = False, 1
        else:
            raise _unreadable()

    def _around(self, event: str, value: Cell) -> None:
        self._depth += (event in _OPENERS) - (event in _CLOSERS)
        if event == "map_key":
            self._key = str(value)
            if self._depth == 1:
                self._begin(self._key)
        elif self._depth > 1:
            self._in_section(event, value)

    def _begin(self, section: str) -> None:
        if section in self._sections:
            raise _unreadable()
        self._sections.append(section)

    def _in_section(self, event: str, value: Cell) -> None:
        match self._sections[-1], event, self._depth:
            case "rows", "start_array", 2:
                self._in_rows = True
            case "rows", _, _:
                raise _unreadable()
            case "columns", "string", 2:
                self._names.append(str(value))
            case "metadata", "start_map", 3:
                self._types.append(None)
            case "metadata", "string", 3 if self._key == "type" and self._types:
                self._types[-1] = str(value)


class _Records:
    """`[{"a": 1}]`: the first record names the columns."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._record: dict[str, Cell] | None = None
        self._begun = False
        self._key = ""
        self._names: list[str] = []

    def columns(self) -> tuple[RowColumn, ...]:
        return columns_of(self._names, [])

    def take(self, events: Iterable[_Event]) -> None:
        for event, value in events:
            if self._record is None:
                self._between_records(event)
            elif event == "map_key":
                self._key = str(value)
            elif event == "end_map":
                self._end(self._record)
            elif event in _OPENERS:
                raise _unreadable()
            else:
                self._record[self._key] = value

    def _between_records(self, event: str) -> None:
        if event == "start_map":
            self._record = {}
        elif event == "start_array" and not self._begun:
            self._begun = True
        elif event != "end_array":
            raise _unreadable()

    def _end(self, record: dict[str, Cell]) -> None:
        self._names = self._names or list(record)
        if not record.keys() <= set(self._names):
            raise _unreadable()
        self.rows.append([record.get(name) for name in self._names])
        self._record = None


def _shape_of(event: str) -> _Shape:
    if event not in _OPENERS:
        raise _unreadable()
    return _Columnar() if event == "start_map" else _Records()


def _unreadable() -> UnreadableAnswer:
    return UnreadableAnswer(
        "Domo's answer is not the rows that its documents promise, or it ends too early.", "Try again; else report it."
    )
