"""One statement on its way through a worker thread, stoppable at any moment."""

from __future__ import annotations

import threading
from contextlib import closing, suppress

import anyio
import anyio.to_thread
import duckdb

from domo_mcp.sandbox.refusals import QueryError, as_query_error
from domo_mcp.sandbox.results import Result, read

_INTERRUPT_EVERY_S = 0.02


async def answer(cursor: duckdb.DuckDBPyConnection, sql: str, time_limit_s: float) -> Result:
    """The statement's result; when the awaiting task is cancelled its work ends first. Closes the cursor.

    Raises:
        QueryError: the statement fails, or takes longer than the time limit.
    """
    statement = _Statement(cursor, sql)
    try:
        with anyio.fail_after(time_limit_s):
            return await _run(statement)
    except TimeoutError:
        raise QueryError("The query took too long") from None


async def _run(statement: _Statement) -> Result:
    try:
        return await anyio.to_thread.run_sync(statement.run, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(statement.stop)
        raise


class _Statement:
    """Knows whether its thread has begun and ended: an interrupt before the engine has begun is lost on it."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, sql: str) -> None:
        self._cursor = cursor
        self._sql = sql
        self._lock = threading.Lock()
        self._begun = False
        self._stopped = False
        self._ended = threading.Event()

    def run(self) -> Result:
        with self._lock:
            self._begun = not self._stopped
        try:
            with closing(self._cursor):
                return self._read()
        finally:
            self._ended.set()

    def _read(self) -> Result:
        if not self._begun:
            raise QueryError("The query was cancelled")
        try:
            return read(self._cursor.execute(self._sql))
        except duckdb.Error as error:
            raise as_query_error(error) from None

    def stop(self) -> None:
        """Interrupt the work, and return once it has ended; work not begun will not begin."""
        with self._lock:
            self._stopped = True
        while self._begun and not self._ended.wait(_INTERRUPT_EVERY_S):
            with suppress(duckdb.Error):
                self._cursor.interrupt()
