"""Word documents (.docx): paragraphs, headings, lists, tables and where a page ended when it was last laid out."""

from __future__ import annotations

from domo_mcp.extraction.outcome import Collected, Extracted
from domo_mcp.extraction.zipped import Enough, Zipped

_STYLE = "heading"


def document(archive: Zipped) -> Extracted:
    """Give the text of the main part: headings as in Markdown, a table's row as a line, its cells between tabs."""
    reader = _Reader()
    archive.parse("word/document.xml", reader.start, reader.end, reader.characters)
    return reader.text.extracted(reader.page, truncated=archive.late)


class _Reader:
    def __init__(self) -> None:
        self.text = Collected()
        self.page = 1
        self._paragraph: list[str] = []
        self._prefix = ""
        self._in_text = False
        self._skipped = 0  # depth in what says again, for older programs, what was said before
        self._cells = 0  # depth of tables' cells

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.text.full:
            raise Enough
        if self._skipped or tag == "Fallback":
            self._skipped += 1
        elif tag == "t":
            self._in_text = True
        elif tag == "tab":
            self._paragraph.append("\t")
        elif tag in {"br", "cr", "lastRenderedPageBreak"}:
            self._break(tag, attributes)
        elif tag == "pStyle":
            self._prefix = _mark(attributes.get("val", ""))
        elif tag == "numPr":
            self._prefix = self._prefix or "- "
        elif tag == "tc":
            self._cells += 1

    def end(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif tag == "t":
            self._in_text = False
        elif tag == "p":
            self._finish()
        elif tag == "tc":
            self._cells -= 1
            self.text.add("\t")
        elif tag == "tr":
            self.text.add("\n")

    def characters(self, text: str) -> None:
        if self._in_text and not self._skipped:
            self._paragraph.append(text)

    def _break(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "lastRenderedPageBreak" or attributes.get("type") == "page":
            self.page += 1
            self._paragraph.append(f"\n[page {self.page}]\n")
        else:
            self._paragraph.append("\n")

    def _finish(self) -> None:
        text = "".join(self._paragraph)
        if text.strip():
            self.text.add(text if self._cells else f"{self._prefix}{text}\n\n")
        self._paragraph, self._prefix = [], ""


def _mark(style: str) -> str:
    """`## ` for the style Heading2; styles are named in English in the file whatever Word's language."""
    name, level = style.lower().replace(" ", "").rstrip("0123456789"), style[-1:]
    if name == "title":
        return "# "
    return "#" * min(6, int(level)) + " " if name == _STYLE and level.isdigit() and level != "0" else ""
