"""Who is asking, and what that user may see. Grants are checked as domo-developer-portal describes for datasets."""

from __future__ import annotations

from starlette.requests import Request

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


def store_of(request: Request) -> Store:
    """Give the state the request works on."""
    store: Store = request.app.state.store
    return store


def caller(request: Request) -> User:
    """Give the user whose token the request carries."""
    user: User = request.state.user
    return user


def level(user: User, dataset: Dataset) -> AccessLevel | None:
    """Give what a user may do with a dataset; an administrator may do everything."""
    if user.role == "Admin":
        return "OWNER"
    return next((grant.level for grant in dataset.grants if grant.user_id == user.id), None)


def found(request: Request) -> Dataset:
    """Give the dataset of the path; Failure 404 when there is none."""
    dataset = store_of(request).get(Dataset, request.path_params["id"])
    if dataset is None:
        raise Failure(404)
    return dataset


def readable(request: Request) -> Dataset:
    """Give the dataset of the path; Failure 404 when there is none, 403 when the user may not read it."""
    dataset = found(request)
    if level(caller(request), dataset) is None:
        raise Failure(403)
    return dataset
