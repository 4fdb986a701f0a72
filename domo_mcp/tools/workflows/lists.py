"""Instances of a workflow as rows, with the totals of the documented metrics. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domo_mcp.tools.table import Column, Scalar, Table
from domo_mcp.tools.workflows.answers import iso

if TYPE_CHECKING:
    from domo_mcp.client.workflow_models import Execution, Metrics

_COLUMNS = ("instance_id", "status", "version", "started", "ended", "seconds", "started_by", "trigger", "error")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def chosen_rows(
    rows: Sequence[Execution], statuses: Sequence[str], after: datetime | None, until: datetime | None
) -> list[Execution]:
    """Those rows that a list asks for, newest first."""
    first, last = in_utc(after) or _LONG_AGO, in_utc(until)
    kept = [
        row
        for row in rows
        if (not statuses or row.status in statuses)
        and (row.started or _LONG_AGO) >= first
        and (last is None or (row.started or _LONG_AGO) <= last)
    ]
    return sorted(kept, key=lambda row: row.started or _LONG_AGO, reverse=True)


def totals(rows: Sequence[Execution]) -> str:
    """The documented metrics of rows, in one sentence."""
    count = {word: sum(row.status == word for row in rows) for word in ("COMPLETED", "FAILED", "CANCELED")}
    took = [row.seconds for row in rows if row.status == "COMPLETED" and row.seconds is not None]
    cycle = f"{sum(took) / len(took):.3g} s" if took else "unknown"
    running = len(rows) - sum(count.values())
    return (
        f"Totals: {count['COMPLETED']} completed, {running} in progress, {count['FAILED']} failed, "
        f"{count['CANCELED']} canceled; average cycle time of the completed: {cycle}."
    )


def told_totals(metrics: Metrics) -> str:
    """The metrics as Domo gives them, in one sentence; the unit of the cycle time is documented nowhere."""
    numbers = (metrics.completed, metrics.in_progress, metrics.failed, metrics.canceled)
    completed, running, failed, canceled = ("unknown" if each is None else str(each) for each in numbers)
    cycle = "unknown" if metrics.average_cycle_time is None else f"{metrics.average_cycle_time:.15g}"
    return (
        f"Totals: {completed} completed, {running} in progress, {failed} failed, {canceled} canceled; "
        f"average cycle time: {cycle} (Domo does not say the unit; milliseconds are assumed)."
    )


def in_utc(moment: datetime | None) -> datetime | None:
    """A time that was given without an offset, as one in UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def rows_table(
    rows: Sequence[Execution],
    limit: int,
    first: int,
    continues: Callable[[int], str],
    *,
    total: int | None = None,
    facts: tuple[str, ...],
) -> Table:
    """The first `limit` of rows from number `first` of the whole on; columns that none of them fills are left out."""
    records = [_record(each) for each in rows[:limit]]
    filled = [place for place in range(len(_COLUMNS)) if any(record[place] is not None for record in records)]
    return Table(
        columns=tuple(Column(_COLUMNS[place]) for place in filled),
        rows=[[record[place] for place in filled] for record in records],
        first=first,
        more=len(rows) > limit,
        total=total,
        continues=lambda shown: continues(first + shown),
        facts=facts,
    )


def _record(row: Execution) -> list[Scalar]:
    times = (iso(row.started), iso(row.ended), row.seconds)
    return [row.id, row.status, row.version, *times, row.started_by, row.trigger, row.error]
