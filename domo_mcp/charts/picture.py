"""A specification as a PNG, by vl-convert, in a process of its own: what goes wrong there does not go wrong here."""

from __future__ import annotations

from pathlib import Path

from domo_mcp import programs
from domo_mcp.charts import rendering
from domo_mcp.charts.outcome import NoPicture

MOST_SECONDS = 20.0
_PROGRAM = Path(rendering.__file__)
_PNG = b"\x89PNG"


def png(specification: str) -> bytes:
    """The picture of a Vega-Lite specification, as JSON. Raises NoPicture; takes a second, so call it in a thread."""
    ended = programs.run(_PROGRAM, str(int(MOST_SECONDS) or 1), data=specification.encode(), seconds=MOST_SECONDS)
    if ended.late:
        raise NoPicture(f"it could not be drawn within {MOST_SECONDS:.0f} seconds")
    if ended.code == rendering.NOT_INSTALLED:
        raise NoPicture("the server has no vl-convert (pip install 'domo-mcp[charts]')")
    if ended.code or not ended.output.startswith(_PNG):
        raise NoPicture("vl-convert failed on it")
    return ended.output
