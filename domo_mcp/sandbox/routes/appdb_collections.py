"""Collections: App Framework APIs, AppDB API, Programmatic Operations for Collections.

The product twins are from domo-developer-portal, Product-APIs/App-DB.md and the community Domo Product APIs collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response

from domo_mcp.sandbox.appdb.definitions import Collection, CollectionColumn, FilterRule, milliseconds
from domo_mcp.sandbox.appdb.filters import check
from domo_mcp.sandbox.appdb.permissions import first_grants
from domo_mcp.sandbox.company.appdb import DATASTORE
from domo_mcp.sandbox.routes.access import store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed
from domo_mcp.sandbox.routes.appdb_access import collection_of, done, in_app, visible, visitor
from domo_mcp.sandbox.routes.appdb_shapes import app_collection, product_collection


def _distinct(columns: tuple[CollectionColumn, ...]) -> tuple[CollectionColumn, ...]:
    if len({column.name.lower() for column in columns}) < len(columns):
        raise ValueError("column names must differ")
    return columns


def _sound(rules: tuple[FilterRule, ...]) -> tuple[FilterRule, ...]:
    check(rules)
    return rules


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Schema(_Body):
    columns: Annotated[tuple[CollectionColumn, ...], AfterValidator(_distinct)] = ()


class _Definition(_Body):
    """What a manifest says about a collection; in an update what is not given stays."""

    name: str | None = Field(default=None, min_length=1)
    columns: _Schema | None = Field(default=None, alias="schema")
    sync_enabled: bool | None = None
    filters: Annotated[tuple[FilterRule, ...], AfterValidator(_sound)] | None = None
    datastore_id: str | None = None

    def changes(self) -> dict[str, object]:
        """Give the fields of a collection that are given."""
        given: dict[str, object] = {"name": self.name, "sync_enabled": self.sync_enabled, "filters": self.filters}
        given["columns"] = self.columns.columns if self.columns else None
        return {name: value for name, value in given.items() if value is not None}


class _Condition(_Body):
    filter_type: Literal["nameof", "ownedby"]
    typed_value: str | int


class _Search(_Body):
    collection_filtering_list: tuple[_Condition, ...] = ()
    sort_by: Literal["createdOn", "updatedOn", "name"] = "createdOn"
    direction: Literal["asc", "desc"] = "desc"
    page_size: int = Field(default=100, ge=1)
    page_number: int = Field(default=1, ge=1)


async def listing(request: Request) -> Response:
    """List the collections whose properties the visitor may read: List Collections."""
    return answer([_shape(request, collection) for collection in visible(request)])


async def search(request: Request) -> Response:
    """Search collections by name (% stands for anything) and owner: domo-developer-portal, App-DB.md."""
    wanted = await parsed(request, _Search)
    found = [each for each in visible(request) if all(_meets(each, one) for one in wanted.collection_filtering_list)]
    found.sort(key=_SORTS[wanted.sort_by], reverse=wanted.direction == "desc")
    page = found[(wanted.page_number - 1) * wanted.page_size :][: wanted.page_size]
    return answer({"collections": [_shape(request, collection) for collection in page]})


async def create(request: Request) -> Response:
    """Make a collection: Create a Collection. A name that the datastore has already is 409 (assumed)."""
    given = await parsed(request, _Definition)
    if given.name is None:
        raise Failure(400, "Cannot deserialize name: Field required")
    datastore = DATASTORE if in_app(request) else given.datastore_id or DATASTORE
    _free(request, datastore, given.name)
    store, who, now = store_of(request), visitor(request), milliseconds(store_of(request).clock())
    collection = Collection(
        id=str(uuid4()),
        name=given.name,
        datastore_id=datastore,
        owner_id=who.user_id,
        created=now,
        updated=now,
        updated_by=who.user_id,
        grants=first_grants(who),
    )
    store.put(collection.model_copy(update=given.changes()))
    store.documents.touch(collection.id, store.clock())
    return _given(request, collection.id)


async def get(request: Request) -> Response:
    """Give a collection: community Domo Product APIs collection."""
    return answer(_shape(request, collection_of(request, "read")))


async def update(request: Request) -> Response:
    """Change what is given of a definition: Update Collection."""
    collection, given = collection_of(request, "write"), await parsed(request, _Definition)
    if given.name not in (None, collection.name):
        _free(request, collection.datastore_id, str(given.name))
    store, who = store_of(request), visitor(request)
    about = {"updated": milliseconds(store.clock()), "updated_by": who.user_id}
    store.put(collection.model_copy(update=given.changes() | about))
    store.documents.touch(collection.id, store.clock())
    return _given(request, collection.id)


async def delete(request: Request) -> Response:
    """Delete a collection with its documents: Delete a Collection. The dataset it was synced to stays (assumed)."""
    collection = collection_of(request, "delete")
    store_of(request).remove(Collection, collection.id)
    store_of(request).documents.drop(collection.id)
    return done(request)


def _given(request: Request, key: str) -> Response:
    collection = store_of(request).get(Collection, key)
    return answer(_shape(request, collection)) if collection else done(request)


def _shape(request: Request, collection: Collection) -> dict[str, object]:
    shape = app_collection if in_app(request) else product_collection
    return shape(collection, store_of(request).documents.revision(collection.id))


def _free(request: Request, datastore: str, name: str) -> None:
    taken = [(each.datastore_id, each.name) for each in store_of(request).all(Collection)]
    if (datastore, name) in taken:
        raise Failure(409, f"Collection {name} already exists")


def _meets(collection: Collection, condition: _Condition) -> bool:
    if condition.filter_type == "ownedby":
        return str(collection.owner_id) == str(condition.typed_value)
    pattern = ".*".join(re.escape(part) for part in str(condition.typed_value).split("%"))
    return re.fullmatch(pattern, collection.name, re.IGNORECASE) is not None


_SORTS: dict[str, Callable[[Collection], int | str]] = {
    "createdOn": lambda collection: collection.created,
    "updatedOn": lambda collection: collection.updated,
    "name": lambda collection: collection.name.lower(),
}
