"""The company's FileSets: policies, reports that tell of what the data hide, scans, and the papers of the board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from domo_mcp.sandbox.appdb.definitions import milliseconds
from domo_mcp.sandbox.company.people import GENEROUS_REP_NAME
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA, PRIYA, TOMAS, last_quarter
from domo_mcp.sandbox.company.reports import Paper
from domo_mcp.sandbox.filesets.definitions import FileSet, FileSetGrant, Permission, StoredFile
from domo_mcp.sandbox.records import Record

POLICIES, REPORTS, SCANS, BOARD_PAPERS = (f"5a1e0000-0000-4000-8005-{number:012d}" for number in (1, 2, 3, 4))


@dataclass(frozen=True)
class Shelf:
    """A FileSet to be. `grants` say who may do what besides its owner, `age` how many days ago it was made."""

    id: str
    name: str
    description: str
    owner: int
    grants: dict[int, Permission]
    papers: tuple[Paper, ...]
    ai_enabled: bool = True
    age: int = 400


def records(now: datetime) -> Iterator[Record]:
    """Give the FileSets, each with its files, directories among them."""
    words = _words(now)
    for shelf in _shelves(words):
        files = [file for file, _ in _files(shelf, now, words)]
        made = milliseconds(now - timedelta(days=shelf.age))
        yield _fileset(shelf, made, max(file.created for file in files))
        yield from files


def contents(now: datetime) -> Iterator[tuple[str, bytes]]:
    """Give the bytes of the files, by their ids."""
    words = _words(now)
    for shelf in _shelves(words):
        yield from ((str(file.id), data) for file, data in _files(shelf, now, words) if not file.is_directory)


def _shelves(words: dict[str, str]) -> tuple[Shelf, ...]:
    quarter, before = words["folder"], words["folder_before"]
    return (
        Shelf(
            POLICIES,
            "Policies",
            "How Northwind Trail does things: returns, discounts, travel, leave, security, service, delivery.",
            DANA,
            {ALEX: "EDIT", PRIYA: "READ", TOMAS: "EDIT"},
            (
                Paper("customers/returns-and-refunds.md", "returns.md"),
                Paper("customers/service-levels.md", "service_levels.md"),
                Paper("customers/delivery-promise.html", "shipping.md"),
                Paper("customers/personal-data.md", "privacy.md"),
                Paper("sales/discounts.docx", "discounts.md"),
                Paper("marketing/campaign-spending.md", "campaigns.md"),
                Paper("people/business-travel.docx", "travel.md"),
                Paper("people/holidays-and-leave.html", "leave.md"),
                Paper("engineering/information-security.html", "security.md"),
                Paper("engineering/web-shop-releases.md", "releases.md"),
                Paper("policies.csv", "policies.csv"),
            ),
        ),
        Shelf(
            REPORTS,
            "Quarterly Reports",
            "What the departments report to the management, by quarter, and memos in between.",
            ADMIN,
            {ALEX: "READ", DANA: "EDIT", PRIYA: "EDIT", TOMAS: "EDIT"},
            (
                Paper(f"{quarter}/operations-review.pdf", "operations_bad.md"),
                Paper(f"{quarter}/sales-review.docx", "sales_bad.md"),
                Paper(f"{quarter}/voice-of-the-customer.html", "customers_bad.md"),
                Paper(f"{quarter}/targets-next-quarter.xlsx", ""),
                Paper(f"{before}/operations-review.pdf", "operations_calm.md"),
                Paper(f"{before}/sales-review.docx", "sales_calm.md"),
                Paper("memos/campaign-review.docx", "campaign_review.md"),
                Paper("memos/shop-team-notes.md", "shop_notes.md"),
                Paper("memos/support-staffing.pdf", "staffing_memo.md"),
            ),
        ),
        Shelf(
            SCANS,
            "Scanned Archive",
            "Papers from before we kept files. AI is off: there is nothing in them to search.",
            TOMAS,
            {ALEX: "READ", DANA: "READ", PRIYA: "READ"},
            (
                Paper("read-me.txt", "scan_note.txt"),
                Paper("oslo/box-01.pdf", ""),
                Paper("oslo/box-02.pdf", ""),
            ),
            ai_enabled=False,
            age=700,
        ),
        Shelf(
            BOARD_PAPERS,
            "Board Papers",
            "Confidential.",
            ADMIN,
            {},
            (Paper("lisbon-memo.md", "board_memo.md"),),
            age=30,
        ),
    )


def _fileset(shelf: Shelf, made: int, updated: int) -> FileSet:
    return FileSet(
        id=shelf.id,
        name=shelf.name,
        description=shelf.description,
        owner_id=shelf.owner,
        created=made,
        created_by=shelf.owner,
        updated=updated,
        updated_by=shelf.owner,
        ai_enabled=shelf.ai_enabled,
        grants=tuple(
            FileSetGrant(entity="USER", entity_id=user, permission=held) for user, held in shelf.grants.items()
        ),
    )


def _files(shelf: Shelf, now: datetime, words: dict[str, str]) -> Iterator[tuple[StoredFile, bytes]]:
    """Give the directories, then the files; each was put there a day after the one before."""
    directories = sorted({parent for paper in shelf.papers for parent in _parents(paper.path)})
    for place, path in enumerate(directories):
        yield _entry(shelf, now, place, path), b""
    for place, paper in enumerate(shelf.papers, start=len(directories)):
        media_type, data = paper.made(words)
        about = {"content_type": media_type, "size": len(data), "hash": sha256(data).hexdigest()}
        status = "COMPLETED" if shelf.ai_enabled else None
        yield _entry(shelf, now, place, paper.path).model_copy(update=about | {"index_status": status}), data


def _entry(shelf: Shelf, now: datetime, place: int, path: str) -> StoredFile:
    return StoredFile(
        id=f"5a1e000{int(shelf.id[-12:])}-0000-4000-8006-{place + 1:012d}",
        fileset_id=shelf.id,
        path=path,
        created=milliseconds(now - timedelta(days=min(shelf.age, 30) - place)),
        created_by=shelf.owner,
    )


def _parents(path: str) -> list[str]:
    return [path[:place] for place, letter in enumerate(path) if letter == "/"]


def _words(now: datetime) -> dict[str, str]:
    """What the papers leave open, because it depends on the day."""
    begin, end = last_quarter(now.date())
    before, _ = last_quarter(begin)
    return {
        "rep": GENEROUS_REP_NAME,
        "folder": _folder(begin),
        "folder_before": _folder(before),
        **_period(begin, end),
        **{f"{name}_before": text for name, text in _period(before, begin).items()},
    }


def _folder(begin: date) -> str:
    return f"{begin.year}-Q{begin.month // 3 + 1}"


def _period(begin: date, end: date) -> dict[str, str]:
    last = end - timedelta(days=1)
    return {
        "quarter": f"Q{begin.month // 3 + 1} {begin.year}",
        "begin": f"{begin:%d %B %Y}",
        "last": f"{last:%d %B %Y}",
    }
