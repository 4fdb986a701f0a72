"""The company's papers, written in a little Markdown, as the files people have: PDF, DOCX, HTML or as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from domo_mcp.sandbox.company.reports_docx import docx
from domo_mcp.sandbox.company.reports_pdf import pdf, scan
from domo_mcp.sandbox.workbook import workbook

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TARGETS = (
    ("North", 0.10, 96, 30), ("South", 0.12, 96, 30), ("East", 0.10, 95, 35), ("West", 0.25, 93, 45),
    ("Central", 0.09, 97, 30),
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """A file to be: `source` names what it is made of, `path` where it is; the path's ending says of what kind."""

    path: str
    source: str

    def made(self, words: Mapping[str, str]) -> tuple[str, bytes]:
        """Give its media type and bytes, with words in place of their `$names`."""
        media_type, make = _KINDS[self.path.rpartition(".")[2]]
        return media_type, make(Template(_text(self.source)).substitute(words))


def blocks(text: str) -> list[tuple[int, str]]:
    """Give the paragraphs of a text with their levels: 1 and 2 for headings, 0 for anything else."""
    found = [part.strip() for part in text.split("\n\n")]
    return [(len(part) - len(part.lstrip("#")), part.lstrip("# ")) for part in found if part]


def _text(source: str) -> str:
    return (files(__package__) / "papers" / source).read_text(encoding="utf-8") if source else ""


def _page(text: str) -> bytes:
    tags = ("p", "h1", "h2")
    body = "\n".join(f"<{tags[level]}>{escape(words)}</{tags[level]}>" for level, words in blocks(text))
    title = escape(blocks(text)[0][1])
    style = "body { max-width: 40em; margin: auto; font-family: Georgia, serif }"
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>'
    return f'<!DOCTYPE html>\n<html lang="en">{head}\n<body>\n{body}\n</body></html>\n'.encode()


def _targets(_: str) -> bytes:
    columns = ("Region", "Growth of revenue", "Parcels in time per 100", "Minutes to the first urgent answer")
    return workbook(columns, _TARGETS)


_KINDS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "md": ("text/markdown", str.encode),
    "txt": ("text/plain", str.encode),
    "csv": ("text/csv", str.encode),
    "html": ("text/html", _page),
    "docx": (_DOCX, lambda text: docx(blocks(text))),
    "pdf": ("application/pdf", lambda text: pdf(blocks(text)) if text else scan()),
    "xlsx": (_XLSX, _targets),
}
