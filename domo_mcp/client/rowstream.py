"""Rows read from JSON as it arrives, in memory bounded by one row."""

from __future__ import annotations

from typing import Protocol

import ijson  # type: ignore[import-untyped]  # it ships no types

from domo_mcp.client.rows import Cell, Row, RowColumn, Rows, check_width, columns_of
from domo_mcp.errors import AnswerTooLarge, UnreadableAnswer

_LARGEST_ROW = 32 * 1024 * 1024
_OPENERS = frozenset({"start_map", "start_array"})
_CLOSERS = frozenset({"end_map", "end_array"})


class RowReader:
    """Takes pieces of an answer in either shape and gives the rows that each completes."""

    def __init__(self) -> None:
        self._events = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True)
        self._shape: _Shape | None = None
        self._depth = 0
        self._since_row = 0

    def feed(self, piece: bytes) -> Rows | None:
        """Return the rows completed by `piece`, None where it completes none.

        Raises `UnreadableAnswer` for what is not rows, `AnswerTooLarge` for a row beyond 32 MiB.
        """
        self._since_row += len(piece)
        if self._since_row > _LARGEST_ROW:
            raise AnswerTooLarge("One row of the answer is larger than this server reads.")
        try:
            self._parser.send(piece)
        except ijson.JSONError:
            raise _unreadable() from None
        for event, value in self._events:
            self._take(event, value)
        self._events.clear()
        return self._taken() if self._shape and self._shape.rows else None

    def finish(self) -> Rows:
        """Return no rows but the columns, which an empty result has too.

        Raises `UnreadableAnswer` where the end is missing.
        """
        try:
            self._parser.close()
        except ijson.JSONError:
            raise _unreadable() from None
        return self._taken()

    def _take(self, event: str, value: Cell) -> None:
        if self._shape is None:
            self._shape = _shape_of(event)
        if event in _OPENERS:
            self._depth += 1
        self._shape.take(event, value, self._depth)
        if event in _CLOSERS:
            self._depth -= 1

    def _taken(self) -> Rows:
        if self._shape is None:
            raise _unreadable()
        self._since_row = 0
        rows, self._shape.rows = self._shape.rows, []
        return Rows(self._shape.columns(), rows)


class _Shape(Protocol):
    """One of the two shapes. Depth 1 is the outermost object or list; brackets come with the depth inside them."""

    rows: list[Row]

    def take(self, event: str, value: Cell, depth: int) -> None: ...

    def columns(self) -> tuple[RowColumn, ...]: ...


class _Columnar:
    """`{"columns": ["a"], "metadata": [{"type": "LONG"}], "rows": [[1]]}`."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._sections: list[str] = []
        self._key = ""
        self._names: list[str] = []
        self._types: list[str | None] = []
        self._row: Row = []

    def columns(self) -> tuple[RowColumn, ...]:
        if not {"columns", "rows"} <= set(self._sections):
            raise _unreadable()
        return columns_of(self._names, self._types)

    def take(self, event: str, value: Cell, depth: int) -> None:
        if event == "map_key":
            self._key = str(value)
            if depth == 1:
                self._sections.append(self._key)
        elif depth > 1:
            self._inside(event, value, depth)

    def _inside(self, event: str, value: Cell, depth: int) -> None:
        match self._sections[-1]:
            case "columns" if event == "string":
                self._names.append(str(value))
            case "metadata" if event == "start_map" and depth == 3:
                self._types.append(None)
            case "metadata" if event == "string" and depth == 3 and self._key == "type":
                self._types[-1] = str(value)
            case "rows":
                self._in_rows(event, value, depth)

    def _in_rows(self, event: str, value: Cell, depth: int) -> None:
        match event, depth:
            case (("start_array" | "end_array"), 2):
                return
            case "start_array", 3:
                self._row = []
            case "end_array", 3:
                check_width(self._row, self.columns())
                self.rows.append(self._row)
            case (("null" | "boolean" | "number" | "string"), 3):
                self._row.append(value)
            case _:
                raise _unreadable()


class _Records:
    """`[{"a": 1}]`: the first record names the columns."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._names: list[str] = []
        self._record: dict[str, Cell] = {}
        self._key = ""

    def columns(self) -> tuple[RowColumn, ...]:
        return columns_of(self._names, [])

    def take(self, event: str, value: Cell, depth: int) -> None:
        match event, depth:
            case (("start_array" | "end_array"), 1):
                return
            case "start_map", 2:
                self._record = {}
            case "map_key", 2:
                self._key = str(value)
            case "end_map", 2:
                self._end_record()
            case (("null" | "boolean" | "number" | "string"), 2):
                self._record[self._key] = value
            case _:
                raise _unreadable()

    def _end_record(self) -> None:
        self._names = self._names or list(self._record)
        if not self._record.keys() <= set(self._names):
            raise _unreadable()
        self.rows.append([self._record.get(name) for name in self._names])


def _shape_of(event: str) -> _Shape:
    if event not in _OPENERS:
        raise _unreadable()
    return _Columnar() if event == "start_map" else _Records()


def _unreadable() -> UnreadableAnswer:
    return UnreadableAnswer("Domo's answer is not the rows that its documents promise, or it ends too early.")
