"""HTML: what a reader of the page would see, with headings and lists as in Markdown.

Read by a scanner that never looks at a place twice: the parser of the standard library takes a time that grows with the
square of the size of a page of unclosed comments or tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from domo_mcp.extraction.outcome import Collected, Extracted

LONGEST_PAGE = 4_000_000
_HIDDEN = frozenset({"script", "style", "template", "noscript", "svg", "title", "iframe", "object", "textarea"})
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre", "section", "article", "hr"}
)
_LINES = frozenset({
    "address", "aside", "body", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form",
    "header", "li", "main", "nav", "tbody", "tfoot", "thead", "tr",
})  # fmt: skip
_START = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LONGEST_TAG = 10_000

_Piece = tuple[str, str]
"""A tag, such as `p` or `/p`, or nothing; and the text after it."""


def web_page(text: str) -> Extracted:
    """Give the text of a page; of a very long one the beginning."""
    reader = _Reader()
    for tag, following in _pieces(text[:LONGEST_PAGE]):
        reader.tag(tag)
        reader.write(following)
        if reader.text.full:
            break
    return reader.text.extracted(truncated=len(text) > LONGEST_PAGE)


def _pieces(page: str) -> Iterator[_Piece]:
    """Give the tags, each with the text between it and the next; comments and what is not shown are left out."""
    place, tag = 0, ""
    while place < len(page):
        start = _START.search(page, place)
        yield tag, page[place : start.start()] if start else page[place:]
        if start is None:
            return
        tag, place = _tag(page, start.start())


def _tag(page: str, start: int) -> tuple[str, int]:
    """Give the tag that begins at a place, and where the text after it begins."""
    if page.startswith("<!--", start):
        return "", _after(page, "-->", start + 4)
    found = _TAG.match(page, start + 1)
    if found is None:
        return "", _after(page, ">", start)
    name = found[2].lower()
    end = _end(page, found.end())
    if name in _HIDDEN and not found[1]:
        closed = re.compile(f"</{name}", re.IGNORECASE).search(page, end)
        return "", _after(page, ">", closed.start()) if closed else len(page)
    return found[1] + name, end


def _end(page: str, place: int) -> int:
    """Give where a tag is over: at the first `>` that is not in quotes."""
    end = _after(page, ">", place)
    while end < len(page) and page.count('"', place, end) % 2 and end - place < _LONGEST_TAG:
        end = _after(page, ">", end)
    return end


def _after(page: str, mark: str, place: int) -> int:
    found = page.find(mark, place)
    return len(page) if found < 0 else found + len(mark)


class _Reader:
    """Writes what tags and texts look like."""

    def __init__(self) -> None:
        self.text = Collected()
        self._kept = 0  # depth of pre
        self._before = ""  # what stands between the last text and the next
        self._mark = ""

    def tag(self, tag: str) -> None:
        """Begin a line, a paragraph or a cell where the tag does."""
        name = tag.removeprefix("/")
        if name == "pre":
            self._kept = max(0, self._kept + (1 if tag == name else -1))
        if tag in {"td", "th"} and "\n" not in self._before:
            self._before = "\t"
        elif name in _PARAGRAPHS or name in _LINES:
            line = "\n\n" if name in _PARAGRAPHS else "\n"
            self._before = max(line, self._before.strip(" \t"), key=len)
            self._mark = _mark(tag)

    def write(self, text: str) -> None:
        """Write what a text shows: outside of pre any white space is one space."""
        shown = _unescaped(text)
        words = shown if self._kept else " ".join(shown.split())
        if words:
            space = " " if shown[0].isspace() and not self._before and not self._kept else self._before
            self.text.add(space + self._mark + words)
            self._before = self._mark = ""
        if not self._kept and shown[-1:].isspace():
            self._before = self._before or " "


def _mark(tag: str) -> str:
    if tag == "li":
        return "- "
    return "#" * int(tag[1]) + " " if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else ""


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a character reference with thousands of digits
        return text
