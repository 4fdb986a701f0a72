"""The files that the company's people have uploaded: a receipt, price lists, a contract; always the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from domo_mcp.sandbox.company.goods import CATEGORIES
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA
from domo_mcp.sandbox.company.receipt import picture
from domo_mcp.sandbox.files.definitions import DataFile, Grant, UploadSession
from domo_mcp.sandbox.files.shelf import add

if TYPE_CHECKING:
    from domo_mcp.sandbox.store import Store

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CONTRACT = (
    "Carrier Agreement for the Region West",
    "Between Northwind Trail and Harbour Freight Lines, signed in Lyon.",
    "1. Harbour Freight Lines collects every parcel on the working day after the order, before 16:00.",
    "2. A parcel that leaves our dock later than three working days after the order counts as late.",
    "3. For each late parcel the carrier credits 4.50 euro, and above five percent late in a month we may end this.",
    "4. Complaints of customers about late deliveries are sent to the carrier by our support every Monday.",
    "5. The agreement runs for two years and is renewed by a further year unless one side objects in writing.",
)
_BOARD = "Member,Role,Yearly fee in euro\nIngrid Hale,Chair,48000\nOscar Moreau,Audit,36000\nRosa Tanaka,Member,30000\n"


@dataclass(frozen=True)
class _Upload:
    """A file to be. `versions` are days ago and bytes, the oldest first; `readers` see it beside its owner."""

    name: str
    description: str
    media_type: str
    owner: int
    versions: tuple[tuple[int, bytes], ...]
    readers: tuple[int, ...] = ()
    public: bool = False


def shelve(store: Store, now: datetime) -> None:
    """Put the files into a store, as of a day that counts as today."""
    for upload in _uploads():
        file: DataFile | None = None
        for days, data in upload.versions:
            file = _added(store, upload, data, now - timedelta(days=days), file)
        if file:
            store.put(file.model_copy(update={"grants": (*file.grants, *map(_reading, upload.readers))}))


def _added(store: Store, upload: _Upload, data: bytes, moment: datetime, before: DataFile | None) -> DataFile:
    session = UploadSession(
        id=upload.name,
        file_id=before.id if before else None,
        name=upload.name,
        description=upload.description,
        content_type=upload.media_type,
        user_id=upload.owner,
        started=0,
        public=upload.public,
    )
    store.contents.put(session.id, data)
    return add(store, session, store.contents.measure(session.id), moment)[0]


def _uploads() -> Iterator[_Upload]:
    yield _Upload("Receipt Oslo Dinner.png", "Dinner with the Oslo dealers", "image/png", ALEX, ((40, picture()),))
    yield _Upload(
        "Dealer Price List.csv",
        "Discounts on the list price for dealers",
        "text/csv",
        DANA,
        ((200, _prices(22)), (20, _prices(25))),
        readers=(ALEX,),
    )
    yield _Upload(
        "Carrier Agreement West.docx",
        "Who pays when parcels leave late",
        _DOCX,
        ADMIN,
        ((400, _document(_CONTRACT)),),
        public=True,
    )
    yield _Upload("Board Fees.csv", "Confidential", "text/csv", ADMIN, ((90, _BOARD.encode()),))


def _reading(user_id: int) -> Grant:
    return Grant(entity_type="USER", entity_id=str(user_id), grant="READ")


def _prices(base: int) -> bytes:
    rows = [
        f"{category},{pieces},{base + 4 * step + number % 3}%"
        for number, category in enumerate(CATEGORIES)
        for step, pieces in enumerate((1, 10, 50))
    ]
    return "\n".join(["Category,From pieces,Dealer discount", *rows, ""]).encode()


def _document(paragraphs: Sequence[str]) -> bytes:
    """Give paragraphs as a Word document (Office Open XML, WordprocessingML)."""
    office = "http://schemas.openxmlformats.org"
    text = "".join(f"<w:p><w:r><w:t>{escape(each)}</w:t></w:r></w:p>" for each in paragraphs)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_DOCX}.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/document.xml": f'<w:document xmlns:w="{office}/wordprocessingml/2006/main"><w:body>{text}</w:body>'
        "</w:document>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), f'<?xml version="1.0"?>{part}')
    return buffer.getvalue()
