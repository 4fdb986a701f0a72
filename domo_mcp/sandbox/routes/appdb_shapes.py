"""Collections and documents in the shapes of each surface's answers. Pure.

App: App Framework APIs, AppDB API. Product: domo-developer-portal, Product-APIs/App-DB.md, which has `createdBy`, users
as text and nanoseconds, and no `customer`; it prints no collection, whose shape there is assumed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic_core import to_json

from domo_mcp.sandbox.appdb.definitions import EPOCH, Collection
from domo_mcp.sandbox.appdb.documents import Document
from domo_mcp.sandbox.company.plan import CUSTOMER


def app_document(document: Document, collection: Collection) -> dict[str, object]:
    """Give a document as an app gets it."""
    return {
        "id": document.id,
        "customer": CUSTOMER,
        "owner": document.owner,
        "datastoreId": collection.datastore_id,
        "collectionId": collection.id,
        "createdOn": _milliseconds(document.created),
        "updatedOn": _milliseconds(document.updated),
        "updatedBy": document.updated_by,
        "content": document.content,
        "syncRequired": document.revision > collection.synced_revision,
    }


def product_document(document: Document, collection: Collection) -> dict[str, object]:
    """Give a document as the product surface does."""
    return {
        "id": document.id,
        "datastoreId": collection.datastore_id,
        "collectionId": collection.id,
        "syncRequired": document.revision > collection.synced_revision,
        "owner": str(document.owner),
        "createdBy": str(document.owner),
        "createdOn": _nanoseconds(document.created),
        "updatedOn": _nanoseconds(document.updated),
        "updatedBy": str(document.updated_by),
        "content": document.content,
    }


def app_collection(collection: Collection, revision: int) -> dict[str, object]:
    """Give a collection as an app gets it; `revision` is that of its documents."""
    moments = [_milliseconds(_moment(each)) for each in (collection.created, collection.updated, collection.last_sync)]
    return {
        "id": collection.id,
        "customer": CUSTOMER,
        "owner": collection.owner_id,
        **_collection(collection, revision),
        "updatedBy": collection.updated_by,
        **dict(zip(("createdOn", "updatedOn", "lastSync"), moments, strict=True)),
    }


def product_collection(collection: Collection, revision: int) -> dict[str, object]:
    """Give a collection as the product surface does; `revision` is that of its documents."""
    moments = [_nanoseconds(_moment(each)) for each in (collection.created, collection.updated, collection.last_sync)]
    return {
        "id": collection.id,
        "owner": str(collection.owner_id),
        "createdBy": str(collection.owner_id),
        **_collection(collection, revision),
        "updatedBy": str(collection.updated_by),
        **dict(zip(("createdOn", "updatedOn", "lastSync"), moments, strict=True)),
    }


def _collection(collection: Collection, revision: int) -> dict[str, object]:
    content: dict[str, object] = {
        "datastoreId": collection.datastore_id,
        "name": collection.name,
        "syncRequired": revision > collection.synced_revision,
        "fullReplaceRequired": collection.full_replace_required,
        "exportable": True,
        "syncEnabled": collection.sync_enabled,
    }
    if collection.columns:
        columns = [{"type": each.type, "name": each.name, "visible": each.visible} for each in collection.columns]
        schema = {"columns": columns}
        content |= {"schemaJson": to_json(schema).decode(), "schema": schema}
    if collection.dataset_id is not None:
        content["datasourceId"] = collection.dataset_id
    return content


def _milliseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _nanoseconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}000Z"


def _moment(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)
