"""The text of files of every kind, and files that were made to do harm."""

from __future__ import annotations

import io
import json
import time
import zipfile

import pytest

from domo_mcp.extraction import Damaged, NoText, extract
from domo_mcp.extraction.outcome import LONGEST_TEXT, MOST_SECONDS
from domo_mcp.sandbox.company.reports_docx import docx
from domo_mcp.sandbox.company.reports_pdf import pdf, scan
from domo_mcp.sandbox.workbook import workbook

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REPORT = [(1, "Report"), (0, "For the management."), (2, "Zürich"), (0, "Parcels were late: €15 each.")]


def text_of(data: bytes, name: str = "file", media_type: str = "") -> str:
    return extract(data, media_type, name).text


def zipped(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def word(body: str) -> bytes:
    return zipped(
        {"word/document.xml": f'<w:document xmlns:w="{W}" xmlns:mc="mc"><w:body>{body}</w:body></w:document>'}
    )


def excel(rows: str, **others: str) -> bytes:
    return zipped(
        {
            "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Prices" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<a><Relationship Id="r1" Target="/xl/s.xml"/></a>',
            "xl/s.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
            **{f"xl/{name}.xml": content for name, content in others.items()},
        }
    )


def test_pages_of_a_pdf_are_marked() -> None:
    found = extract(pdf(REPORT), "application/pdf", "report.pdf")
    pages = "[page 1]\nReport\nFor the management.\n\n[page 2]\nZürich\nParcels were late: €15 each."
    assert (found.text, found.pages, found.truncated) == (pages, 2, False)


def test_a_pdf_is_known_by_its_bytes_whatever_it_is_called() -> None:
    assert "Zürich" in text_of(pdf(REPORT), "picture.png", "image/png")


def test_a_word_document_keeps_its_headings() -> None:
    expected = "# Report\n\nFor the management.\n\n## Zürich\n\nParcels were late: €15 each."
    assert text_of(docx(REPORT)) == expected


def test_a_word_document_has_lists_tables_breaks_and_no_deleted_text() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    body = (
        "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>one</w:t><w:tab/><w:t>more</w:t></w:r></w:p>"
        f"<w:tbl><w:tr>{cell.format('a')}{cell.format('b')}</w:tr></w:tbl>"
        '<w:p><w:r><w:delText>gone</w:delText><w:br w:type="page"/><w:t>next</w:t></w:r></w:p>'
        "<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Choice>"
        "<mc:Fallback><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
    )
    assert text_of(word(body)) == "- one\tmore\n\na\tb\t\n\n[page 2]\nnext\n\nbox"


def test_a_workbook_has_its_sheet_shared_texts_dates_and_gaps() -> None:
    rows = (
        '<row><c t="s" r="A1"><v>0</v></c><c t="inlineStr" r="C1"><is><t>in line</t></is></c></row>'
        '<row><c s="1"><v>46000</v></c><c s="2"><v>46000.75</v></c><c t="b"><v>1</v></c><c><v>1.5</v></c><c/></row>'
    )
    styles = (
        '<a><numFmts><numFmt numFmtId="200" formatCode="dd/mm/yyyy hh:mm"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="200"/></cellXfs></a>'
    )
    strings = "<a><si><r><t>shared</t></r><rPh><t>aside</t></rPh></si></a>"
    found = extract(excel(rows, styles=styles, sharedStrings=strings), "", "prices.xlsx")
    lines = "[sheet Prices]\nshared\t\tin line\n2025-12-09\t2025-12-09 18:00:00\tTRUE\t1.5"
    assert (found.text, found.pages) == (lines, 1)


def test_what_the_sandbox_writes_as_a_workbook_is_read() -> None:
    assert text_of(workbook(["Region", "Revenue"], [("West", 1.5), (None, 2)])) == (
        "[sheet Data]\nRegion\tRevenue\nWest\t1.5\n\t2"
    )


def test_a_page_is_what_its_reader_sees() -> None:
    page = b"""<!DOCTYPE html><html><head><title>T</title><style>p {}</style></head><body>
        <h2>Hello <b>big</b>&nbsp;world</h2><!-- no --><p>One   two<br>a &lt; b, a < b</p>
        <ul><li>x<li>y <a title="a>b" href="1">z</a></ul><script>if (a < b) "</p>";</script>
        <table><tr><th>A</th><th>B</th></tr></table><pre>a
   b</pre></body></html>"""
    assert text_of(page) == "## Hello big world\n\nOne two\na < b, a < b\n\n- x\n- y z\n\nA\tB\n\na\n   b"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# Title\r\n\r\nText", "# Title\n\nText"),
        (b"a,b\n1,2\n", "a,b\n1,2\n"),
        (json.dumps({"a": "ü"}).encode(), '{"a": "\\u00fc"}'),
        ("Grüße".encode("utf-16"), "Grüße"),
        ("Grüße".encode("utf-8-sig"), "Grüße"),
        ("Grüße aus Köln".encode("cp1252"), "Grüße aus Köln"),
        (b"BM is short for British Museum", "BM is short for British Museum"),
        (b"", ""),
    ],
)
def test_a_text_is_what_it_is(data: bytes, text: str) -> None:
    assert text_of(data, "text.txt", "text/plain") == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "an archive"),
        (zipped({"a.txt": "text"}), "an archive"),
        (b"\0\x01\x02\x03" * 9, "not text"),
        (bytes(range(128, 160)) * 9, "not text"),
        (scan(), "pictures"),
    ],
)
def test_what_has_no_text_says_so(data: bytes, said: str) -> None:
    with pytest.raises(NoText, match=said) as raised:
        extract(data, "", "file")
    assert not isinstance(raised.value, Damaged)


def encrypted() -> bytes:
    key = b"<" + b"41" * 32 + b">"
    words = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O " + key + b" /U " + key + b" /P -4 >> /ID [<00><00>] "
    return pdf(REPORT).replace(b"trailer\n<< ", b"trailer\n<< " + words)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 and nothing else", "cannot be opened"),
        (encrypted(), "password"),
        (docx(REPORT)[:-200], "damaged"),
        (b"PK\x03\x04 and nothing else", "damaged"),
        (word("<w:p><w:t>"), "not well-formed"),
        (
            zipped({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'}),
            "document type",
        ),
        (word(" " * (65 << 20)), "more than 64 MB"),
    ],
    ids=["junk pdf", "encrypted", "cut off", "junk zip", "broken xml", "entities", "bomb"],
)
def test_damaged_and_hostile_files_are_refused(data: bytes, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(Damaged, match=said):
        extract(data, "", "file")
    assert time.monotonic() - began < MOST_SECONDS


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<a b='", "<script>", "<?", "</script ", '<a b="">"', "&#9", "<"])
def test_a_page_of_what_never_ends_takes_no_time(piece: str) -> None:
    began = time.monotonic()
    extract(b"<html>" + piece.encode() * (1_000_000 // len(piece)), "text/html", "page.html")
    assert time.monotonic() - began < MOST_SECONDS / 2


def test_depth_and_long_digits_do_no_harm() -> None:
    assert text_of(b"<html>" + b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000) == "deep"
    assert text_of(b"<html>&#" + b"9" * 5_000 + b";").startswith("&#999")
    assert text_of(word("<w:p>" * 20_000 + "<w:r><w:t>deep</w:t></w:r>" + "</w:p>" * 20_000)) == "deep"


def test_one_text_shared_by_many_cells_and_cells_far_apart_are_bounded() -> None:
    strings = f"<a><si><t>{'abcdefghij' * 10_000}</t></si></a>"
    found = extract(excel('<row><c t="s"><v>0</v></c></row>' * 1_000, sharedStrings=strings), "", "bomb.xlsx")
    assert (len(found.text), found.truncated) == (LONGEST_TEXT, True)
    assert len(text_of(excel('<row><c r="XFD1"><v>1</v></c></row>'))) < 100


def test_a_long_text_is_cut() -> None:
    found = extract(b"word " * 500_000, "text/plain", "long.txt")
    assert (len(found.text), found.truncated) == (LONGEST_TEXT, True)


def test_a_pdf_that_keeps_its_reader_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domo_mcp.extraction.pages.MOST_SECONDS", 0.001)
    with pytest.raises(Damaged, match="within 0 seconds"):
        extract(pdf(REPORT), "", "slow.pdf")
