"""A text cut into passages: stretches short enough to be an answer, each with the heading it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONGEST_TEXT = 200_000  # characters of one file that are searched
LONGEST_PASSAGE = 700
_SHORTEST = 250  # paragraphs are joined until a passage has so many characters
_SLIGHT = 150  # a title and who wrote it say little by themselves: so few characters go with what follows
_HEADING = re.compile(r"#{1,6} +(\S.*)")
_MARK = re.compile(r"\[(?:page|sheet) ")
_BREAK = re.compile(r"\n[ \t]*\n+")
_ENDS = (re.compile(r"[.!?]\s"), re.compile(r"\n"), re.compile(r"\s"))


def cut(text: str) -> list[str]:
    """Give the passages of the first `LONGEST_TEXT` characters of a text, in order.

    Headings are Markdown's; none goes over the end of a page or a sheet, except for what is slight.
    """
    passages: list[str] = []
    lead, heading, body = "", "", ""
    for block in _blocks(text[:LONGEST_TEXT]):
        found = _HEADING.fullmatch(block)
        ends = found or _MARK.match(block)
        if ends and body and len(lead) + len(body) < _SLIGHT:
            lead, heading, body = _joined(lead, heading, body), "", ""
        elif ends or len(body) >= _SHORTEST or len(lead) + len(body) + len(block) > LONGEST_PASSAGE:
            passages += _passage(lead, heading, body)
            lead, body = "" if body else lead, ""
        if found:
            heading = found[1]
        else:
            body = _joined(body, block)
    return passages + _passage(lead, heading, body)


def titled(name: str, passages: Iterable[str]) -> list[str]:
    """Give passages as they are embedded: a file's name says what none of them says again."""
    title = " ".join(re.split(r"[\s_-]+", name.rpartition(".")[0] or name))
    return [f"{title}: {passage}" for passage in passages]


def _passage(lead: str, heading: str, body: str) -> list[str]:
    """Give what is between two headings as a passage, after its lead; nothing for headings with nothing under them."""
    text = _joined(lead, heading, body) if body else lead
    return [text] if text else []


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _blocks(text: str) -> Iterator[str]:
    """Give headings, and paragraphs of at most `LONGEST_PASSAGE` characters."""
    for paragraph in _BREAK.split(text):
        lines = paragraph.strip().split("\n")
        while lines and _HEADING.fullmatch(lines[0].strip()):
            yield lines.pop(0).strip()
        if body := "\n".join(lines).strip():
            yield from _pieces(body)


def _pieces(paragraph: str) -> Iterator[str]:
    """Give a paragraph, cut where it is too long: after a sentence, else a line, else a word, else anywhere."""
    while len(paragraph) > LONGEST_PASSAGE:
        end = _end(paragraph[:LONGEST_PASSAGE])
        yield paragraph[:end].rstrip()
        paragraph = paragraph[end:].lstrip()
    if paragraph:
        yield paragraph


def _end(text: str) -> int:
    """Give where to cut: the last place of the best kind in the second half."""
    for kind in _ENDS:
        places = [found.end() for found in kind.finditer(text, len(text) // 2)]
        if places:
            return places[-1]
    return len(text)
