"""A program that reads a PDF from its input and writes JSON, a line each: the number of pages, then the text of each.

Run by its path, so that it imports nothing of this package; it stops after the number of characters it is given.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_MEMORY = 2 << 30  # bytes of address space
MOST_PAGES = 2_000


def main() -> None:
    """Read all input; on a PDF that cannot be opened the only line has an `error`."""
    import pypdfium2

    data, left = sys.stdin.buffer.read(), int(sys.argv[1])
    _bound()
    try:
        document = pypdfium2.PdfDocument(data)
        _tell({"pages": len(document)})
    except pypdfium2.PdfiumError as error:
        _tell({"error": str(error)})
        return
    for number in range(min(len(document), MOST_PAGES)):
        text = _text(document, number)[: left + 1]
        _tell(text)
        left -= len(text)
        if left < 0:
            return


def _text(document: PdfDocument, number: int) -> str:
    import pypdfium2

    try:
        text: str = document[number].get_textpage().get_text_bounded()
    except pypdfium2.PdfiumError:
        return "(this page cannot be read)"
    return text.replace("\r\n", "\n")


def _tell(content: object) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


def _bound() -> None:
    """Bound the memory where the system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main()
