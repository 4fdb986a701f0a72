"""Excel workbooks (.xlsx): each sheet's rows as lines, cells between tabs, dates as dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from domo_mcp.extraction.outcome import Collected, Extracted
from domo_mcp.extraction.zipped import Enough, Zipped

MOST_SHEETS = 200
_LONGEST_CELL, _MOST_STRINGS = 32_767, 1_000_000
_MOST_EMPTY = 50  # columns left out between two cells that are shown as empty
_DATES = {
    *range(14, 23),
    *range(27, 37),
    *range(45, 48),
    *range(50, 59),
}  # number formats Excel has for dates and times
_LONGEST_FORMAT = 255  # Excel's own limit
_QUOTED = re.compile(r'"[^"]*"|\[[^\[\]]*\]|\\.')
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet's dates have no time zone)


def workbook(archive: Zipped) -> Extracted:
    """Give the sheets in their order, each after its name."""
    sheets, strings, dates = _sheets(archive), _strings(archive), _dates(archive)
    text = Collected()
    for name, member in sheets[:MOST_SHEETS]:
        text.add(f"[sheet {name}]\n")
        reader = _Rows(text, strings, dates)
        archive.parse(member, reader.start, reader.end, reader.characters)
        text.add("\n")
    return text.extracted(len(sheets), truncated=len(sheets) > MOST_SHEETS or archive.late)


class _Rows:
    """Reads one sheet."""

    def __init__(self, text: Collected, strings: Sequence[str], dates: frozenset[int]) -> None:
        self._text, self._strings, self._dates = text, strings, dates
        self._column, self._empty = 0, 0  # cells of the row so far, and those at its end that are empty
        self._type, self._style, self._value = "", 0, ""
        self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._type, self._style, self._value = attributes.get("t", ""), _number(attributes.get("s")), ""
            missing = min(max(_column(attributes.get("r", "")) - self._column, 0), _MOST_EMPTY)
            self._column, self._empty = self._column + missing, self._empty + missing
        self._in_value = tag in {"v", "t"}

    def end(self, tag: str) -> None:
        self._in_value = False
        if tag == "c":
            self._write(self._shown())
        elif tag == "row":
            self._text.add("\n")
            self._column, self._empty = 0, 0
        if self._text.full:
            raise Enough

    def characters(self, text: str) -> None:
        if self._in_value:
            self._value = (self._value + text)[:_LONGEST_CELL]

    def _write(self, shown: str) -> None:
        if shown:
            begins = self._column == self._empty
            self._text.add("\t" * (self._empty + (0 if begins else 1)) + shown)
        self._column, self._empty = self._column + 1, 0 if shown else self._empty + 1

    def _shown(self) -> str:
        value = self._value.strip()
        if self._type == "s":
            place = _number(value)
            return self._strings[place] if place < len(self._strings) else ""
        if self._type == "b":
            return "TRUE" if value == "1" else "FALSE"
        if self._type in {"", "n"} and self._style in self._dates:
            return _moment(value)
        return value.replace("\n", " ").replace("\t", " ")


def _sheets(archive: Zipped) -> list[tuple[str, str]]:
    """The names of the sheets and their members."""
    places: dict[str, str] = {}
    named: list[tuple[str, str]] = []

    def related(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            places[attributes.get("Id", "")] = attributes.get("Target", "")

    def listed(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            named.append((attributes.get("name", ""), attributes.get("id", "")))

    archive.parse("xl/_rels/workbook.xml.rels", related, _nothing, _nothing)
    archive.parse("xl/workbook.xml", listed, _nothing, _nothing)
    return [(name, _member(places.get(key, ""))) for name, key in named]


def _strings(archive: Zipped) -> list[str]:
    """The texts that cells share; the reading aids of Japanese ones are not theirs."""
    found: list[str] = []
    reading, aside = False, False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal reading, aside
        if tag == "si":
            found.append("")
        if len(found) > _MOST_STRINGS:
            raise Enough
        aside = aside or tag == "rPh"
        reading = tag == "t" and not aside

    def end(tag: str) -> None:
        nonlocal reading, aside
        reading = False
        aside = aside and tag != "rPh"

    def characters(text: str) -> None:
        if reading and found:
            found[-1] = (found[-1] + text.replace("\n", " ").replace("\t", " "))[:_LONGEST_CELL]

    archive.parse("xl/sharedStrings.xml", start, end, characters)
    return found


def _dates(archive: Zipped) -> frozenset[int]:
    """The numbers of the cell styles that show a number as a date."""
    formats = set(_DATES)
    styles: list[int] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = inside or tag == "cellXfs"
        code = attributes.get("formatCode", "")[:_LONGEST_FORMAT]
        if tag == "numFmt" and re.search("[ymdh]", _QUOTED.sub("", code).lower()):
            formats.add(_number(attributes.get("numFmtId")))
        elif tag == "xf" and inside:
            styles.append(_number(attributes.get("numFmtId")))

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    archive.parse("xl/styles.xml", start, end, _nothing)
    return frozenset(place for place, kind in enumerate(styles) if kind in formats)


def _nothing(*_: object) -> None:
    pass


def _member(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _column(reference: str) -> int:
    """The number, from 0, of the column in a reference such as AB12."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = 26 * number + ord(letter) - 64
    return max(number - 1, 0)


def _moment(value: str) -> str:
    """A day's number as a date, with the time where there is one."""
    try:
        moment = _EPOCH + timedelta(days=float(value))
    except (ValueError, OverflowError):
        return value
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.isoformat(" ") if moment.time().isoformat() != "00:00:00" else moment.date().isoformat()
