"""Datasets in words: one on a line, as candidates are listed, and the errors that list them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domo_mcp.errors import UnknownName
from domo_mcp.untrusted import all_foreign, foreign, in_quotes, one_line

if TYPE_CHECKING:
    from domo_mcp.client.metadata import Dataset


def named(dataset: Dataset) -> str:
    """A dataset by name and id, safe to stand in a sentence of ours."""
    return all_foreign(f"{in_quotes(dataset.name, 80)} ({one_line(dataset.id, 60)})")


def describe_shortly(dataset: Dataset) -> str:
    """A dataset on one line, as candidates are listed: name, id, owner, rows, last update."""
    owner = one_line(dataset.owner.name, 60) if dataset.owner and dataset.owner.name else "unknown owner"
    rows = f"{dataset.row_count:,} rows" if dataset.row_count is not None else "rows unknown"
    updated = f"updated {dataset.last_updated:%Y-%m-%d}" if dataset.last_updated else "never updated"
    cards = f", {dataset.card_count:,} cards" if dataset.card_count is not None else ""
    certified = ", certified" if dataset.certified_as == "CERTIFIED" else ""
    return all_foreign(f"{named(dataset)}: {owner}, {rows}, {updated}{cards}{certified}")


def several(wanted: str, matches: Sequence[Dataset]) -> UnknownName:
    """That a name stands for more than one."""
    listed = "; ".join(describe_shortly(dataset) for dataset in matches[:10])
    return UnknownName(
        f'{len(matches)} datasets are called "{foreign(wanted, 80)}": {listed}.', "Use the id of the one you mean."
    )


def unknown(wanted: str, others: Sequence[Dataset], told: str = "Nearest") -> UnknownName:
    """That there is none of that name or id, and others that there are."""
    said = f'There is no dataset "{foreign(wanted, 80)}".'
    if not others:
        return UnknownName(said, "Find its id or name with search_datasets.")
    listed = "; ".join(describe_shortly(dataset) for dataset in others[:5])
    return UnknownName(f"{said} {told}: {listed}.", "Use one of these, or search_datasets.")
