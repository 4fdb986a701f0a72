"""Who is asking, and what that user may see. Grants are checked as domo-developer-portal describes for datasets."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.records import AccessLevel, Dataset, User
from domo_mcp.sandbox.routes.answers import Failure
from domo_mcp.sandbox.store import Store

PERMISSIONS: dict[AccessLevel | None, str] = {
    "OWNER": "READ_WRITE_DELETE_SHARE_ADMIN",
    "CO_OWNER": "READ_WRITE_DELETE_SHARE_ADMIN",
    "CAN_EDIT": "READ_WRITE_SHARE",
    "CAN_SHARE": "READ_SHARE",
    "CAN_VIEW": "READ",
    None: "NONE",
}
RANKS: tuple[AccessLevel, ...] = ("OWNER", "CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW")
"""The most first."""


def store_of(request: Request) -> Store:
    """Give the state the request works on."""
    store: Store = request.app.state.store
    return store


def caller(request: Request) -> User:
    """Give the user whose token the request carries."""
    user: User = request.state.user
    return user


def level(store: Store, user: User, dataset: Dataset) -> AccessLevel | None:
    """Give the most that a user may do with a dataset, also through groups; an administrator may do everything."""
    if user.role == "Admin":
        return "OWNER"
    levels = {grant.level for grant in dataset.grants if grant.user_id == user.id}
    for grant in dataset.group_grants:
        group = store.get(Group, grant.group_id)
        if group is not None and user.id in group.members:
            levels.add(grant.level)
    return next((each for each in RANKS if each in levels), None)


def own_level(request: Request, dataset: Dataset) -> AccessLevel | None:
    """Give what the caller may do with a dataset."""
    return level(store_of(request), caller(request), dataset)


def found(request: Request) -> Dataset:
    """Give the dataset of the path; Failure 404 when there is none."""
    dataset = store_of(request).get(Dataset, request.path_params["id"])
    if dataset is None:
        raise Failure(404)
    return dataset


def readable(request: Request) -> Dataset:
    """Give the dataset of the path; Failure 404 when there is none, 403 when the user may not read it."""
    dataset = found(request)
    if own_level(request, dataset) is None:
        raise Failure(403)
    return dataset


def permitted(request: Request, needed: Literal["WRITE", "SHARE"]) -> Dataset:
    """Give the dataset of the path; Failure 404 when there is none, 403 when the user may not do that with it."""
    dataset = readable(request)
    if needed not in PERMISSIONS[own_level(request, dataset)].split("_"):
        raise Failure(403)
    return dataset
