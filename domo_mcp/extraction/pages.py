"""PDF, by PDFium, in a process of its own: what somebody else's file may do there, it cannot do here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domo_mcp import programs
from domo_mcp.extraction import pdfium
from domo_mcp.extraction.outcome import LONGEST_TEXT, MOST_SECONDS, Collected, Damaged, Extracted, NoText

_PROGRAM = Path(pdfium.__file__)


def pages(data: bytes) -> Extracted:
    """Give the text of the pages, each after its number. Raises NoText where no page has any (scans, for example)."""
    lines, late = _output(data)
    if not lines:
        raise Damaged(_why("", late=late))
    told: dict[str, Any] = json.loads(lines[0])
    if "error" in told:
        raise Damaged(_why(told["error"], late=late))
    written = [str(json.loads(line)) for line in lines[1:]]
    if not any(written) and not late:
        raise NoText("No page of this PDF has text: it is made of pictures, or empty.")
    text = Collected()
    for number, page in enumerate(written, start=1):
        text.add(f"[page {number}]\n{page.strip()}\n\n")
    return text.extracted(told["pages"], truncated=late or len(written) < told["pages"])


def _output(data: bytes) -> tuple[list[bytes], bool]:
    """Give the complete lines of `pdfium`'s output, and whether the time was up before it had ended."""
    ended = programs.run(_PROGRAM, str(LONGEST_TEXT), data=data, seconds=MOST_SECONDS)
    lines = ended.output.splitlines(keepends=True)
    return (lines[:-1] if ended.late else lines), ended.late


def _why(error: str, *, late: bool) -> str:
    if late:
        return f"The PDF could not be read within {MOST_SECONDS:.0f} seconds."
    if "password" in error.lower():
        return "The PDF is protected by a password."
    return "The file is damaged: it cannot be opened as a PDF."
