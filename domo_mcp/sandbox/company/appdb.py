"""What the company's app keeps in AppDB: notes on campaigns, tasks, and approvals that each region sees for itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domo_mcp.sandbox.appdb.dataset import PROVIDER
from domo_mcp.sandbox.appdb.definitions import (
    Collection,
    CollectionColumn,
    CollectionGrant,
    Condition,
    FilterRule,
    Group,
    Permission,
    milliseconds,
)
from domo_mcp.sandbox.appdb.documents import Document
from domo_mcp.sandbox.company.app_contents import Written, approvals, notes, tasks
from domo_mcp.sandbox.company.places import REGIONS
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA, PRIYA, TOMAS, dataset_id
from domo_mcp.sandbox.records import Card, ColumnNote, Dataset, Grant, Record

APP = "5a1e0000-0000-4000-8001-000000000001"
"""The instance of the company's app: every session of the sandbox is one of it."""
DATASTORE = "5a1e0000-0000-4000-8002-000000000001"
"""The app's datastore."""
CAMPAIGN_NOTES, TASKS, APPROVALS = (f"5a1e0000-0000-4000-8003-{number:012d}" for number in (1, 2, 3))
NOTES_DATASET = dataset_id(10)

_MEMBERS: dict[str, tuple[int, ...]] = {"North": (TOMAS,), "South": (PRIYA,), "West": (ALEX,)}
GROUPS = tuple(
    Group(id=12 + place, name=f"{region} Sales", members=_MEMBERS.get(region, ()))
    for place, region in enumerate(REGIONS)
)
_CONTENT: frozenset[Permission] = frozenset(
    {"read", "read_content", "create_content", "update_content", "delete_content"}
)
_NOTE_COLUMNS = (
    ("campaign", "STRING", "Name of the campaign, as in Marketing Campaigns", ("campaign name",)),
    ("channel", "STRING", "Search, Social, Email or Display", ("medium",)),
    ("author", "STRING", "Who wrote the note", ("written by",)),
    ("note", "STRING", "What was noted", ("remark", "comment")),
    ("budget", "DECIMAL", "Weekly budget of the campaign when the note was written, in euro", ("weekly budget",)),
    ("rating", "LONG", "How the author rates the campaign, 1 to 5", ("score",)),
    ("noted_on", "DATE", "Day of the note", ("day",)),
    ("reviewed_at", "DATETIME", "Time of the review (UTC); empty until then", ("reviewed",)),
)


def records(now: datetime) -> Iterator[Record]:
    """Give groups, the collections and the dataset that the notes are synced to, all but its rows."""
    yield from GROUPS
    yield from (_campaign_notes(now), _tasks(now), _approvals(now))
    yield _notes_dataset(now)
    for number, title, chart in ((0, "Notes by Campaign", "badge_vert_bar"), (1, "Rating by Channel", "badge_pie")):
        yield Card(id=93_906_000 + number, title=title, chart_type=chart, dataset_id=NOTES_DATASET, owner_id=PRIYA)


def documents(now: datetime) -> Iterator[tuple[str, list[Document]]]:
    """Give the documents, oldest first, of each collection's id."""
    for number, (key, made) in enumerate(((CAMPAIGN_NOTES, notes), (TASKS, tasks), (APPROVALS, approvals)), start=1):
        yield key, [_document(number, place, written) for place, written in enumerate(made(now), start=1)]


def _document(collection: int, place: int, written: Written) -> Document:
    owner, moment, content = written
    return Document(
        id=f"5a1e000{collection}-0000-4000-8004-{place:012d}",
        owner=owner,
        created=moment,
        updated=moment,
        updated_by=owner,
        content=content,
    )


def _campaign_notes(now: datetime) -> Collection:
    columns = tuple(CollectionColumn(name=name, type=kind) for name, kind, *_ in _NOTE_COLUMNS)
    return _collection(CAMPAIGN_NOTES, "Campaign Notes", PRIYA, now).model_copy(
        update={"columns": columns, "sync_enabled": True, "dataset_id": NOTES_DATASET}
    )


def _tasks(now: datetime) -> Collection:
    return _collection(TASKS, "Tasks", ALEX, now)


def _approvals(now: datetime) -> Collection:
    return _collection(APPROVALS, "Approvals", DANA, now).model_copy(
        update={"filters": tuple(_of_region(group, region) for group, region in zip(GROUPS, REGIONS, strict=True))}
    )


def _of_region(group: Group, region: str) -> FilterRule:
    return FilterRule(
        name=f"{region} for itself",
        apply_on=("READ", "UPDATE", "DELETE"),
        apply_to=(Condition(type="GROUP_ID", values=(int(group.id),)),),
        query={"content.region": region},
    )


def _collection(key: str, name: str, owner: int, now: datetime) -> Collection:
    """Give a collection of the app: its owner may do everything, Alex and the app's users work with documents."""
    made = milliseconds(now - timedelta(days=200))
    grants = [
        CollectionGrant(entity="USER", entity_id=str(owner), permissions=frozenset({"admin"})),
        CollectionGrant(entity="RYUU_APP", entity_id=APP, permissions=_CONTENT),
    ]
    if owner != ALEX:
        grants.append(CollectionGrant(entity="USER", entity_id=str(ALEX), permissions=_CONTENT))
    return Collection(
        id=key,
        name=name,
        datastore_id=DATASTORE,
        owner_id=owner,
        created=made,
        updated=made,
        updated_by=owner,
        grants=tuple(grants),
    )


def _notes_dataset(now: datetime) -> Dataset:
    made = milliseconds(now - timedelta(days=200))
    return Dataset(
        id=NOTES_DATASET,
        name="Campaign Notes",
        description="What people noted about campaigns in the company's app; synced from AppDB.",
        unit="One row is one note.",
        owner_id=PRIYA,
        provider=PROVIDER,
        created=made,
        updated=made,
        columns=(
            *(ColumnNote(name=name, description=text, synonyms=also) for name, _, text, also in _NOTE_COLUMNS),
            ColumnNote(name="id", description="Identifier of the document", synonyms=("document id",)),
        ),
        grants=(
            Grant(user_id=PRIYA, level="OWNER"),
            *(Grant(user_id=reader, level="CAN_SHARE") for reader in (ALEX, DANA, TOMAS, ADMIN)),
        ),
        tags=("marketing",),
    )
