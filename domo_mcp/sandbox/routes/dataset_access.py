"""Who may use a dataset: shared with users and groups, and taken from them.

How far each level goes is assumed: who may share gives no more than that user has, and takes from nobody who has more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.records import AccessLevel, Dataset, Grant, GroupGrant, User
from domo_mcp.sandbox.routes.access import RANKS, own_level, permitted, store_of
from domo_mcp.sandbox.routes.answers import Failure, answer, parsed


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, coerce_numbers_to_str=True)


class _Entity(_Body):
    id: str = Field(pattern=r"^\d{1,18}$")
    type: Literal["USER", "GROUP"] = "USER"


class _Permission(_Entity):
    access_level: Literal["CO_OWNER", "CAN_EDIT", "CAN_SHARE", "CAN_VIEW"]


class _Share(_Body):
    permissions: list[_Permission] = Field(min_length=1)
    send_email: bool


async def share(request: Request) -> Response:
    """Give access: Datasets API, Share Dataset with Access permissions. A level given before is replaced.

    The owner stays it, and nobody is made one (assumed). The sandbox sends no mail.
    """
    dataset, wanted = permitted(request, "SHARE"), await parsed(request, _Share)
    for permission in wanted.permissions:
        _check_known(request, permission)
        _check_rank(request, dataset, permission.access_level)
        dataset = _granted(_without(request, dataset, permission), permission)
    store_of(request).put(dataset)
    return answer({})


async def revoke(request: Request) -> Response:
    """Take a user's own permission: Datasets API, Revoke Dataset Access."""
    return _removed(request, [_Entity(id=request.path_params["user"])])


async def remove(request: Request) -> Response:
    """Take all access of a user: Datasets API, Remove user from dataset. What comes of a group stays (assumed)."""
    return _removed(request, [_Entity(id=request.path_params["user"])])


async def remove_several(request: Request) -> Response:
    """Take all access of several: Datasets API, Remove multiple users from dataset. Groups too, by type (assumed)."""
    return _removed(request, await parsed(request, list[_Entity]))


def _removed(request: Request, entities: Sequence[_Entity]) -> Response:
    """Take away the permissions of entities; one that has none is no failure (assumed)."""
    dataset = permitted(request, "SHARE")
    for entity in entities:
        dataset = _without(request, dataset, entity)
    store_of(request).put(dataset)
    return answer({})


def _check_known(request: Request, entity: _Entity) -> None:
    if store_of(request).get(User if entity.type == "USER" else Group, entity.id) is None:
        raise Failure(400, f"Unknown {entity.type.lower()} {entity.id}")


def _check_rank(request: Request, dataset: Dataset, wanted: AccessLevel) -> None:
    own = own_level(request, dataset)
    if own is None or RANKS.index(wanted) < RANKS.index(own):
        raise Failure(403)


def _granted(dataset: Dataset, permission: _Permission) -> Dataset:
    key, level = int(permission.id), permission.access_level
    if permission.type == "USER":
        grants = (*dataset.grants, Grant(user_id=key, level=level))
        return dataset.model_copy(update={"grants": grants})
    groups = (*dataset.group_grants, GroupGrant(group_id=key, level=level))
    return dataset.model_copy(update={"group_grants": groups})


def _without(request: Request, dataset: Dataset, entity: _Entity) -> Dataset:
    """The dataset without what an entity has; Failure 400 for the owner, 403 for one who has more than the caller."""
    key, is_user = int(entity.id), entity.type == "USER"
    grants = [grant for grant in dataset.grants if is_user and grant.user_id == key]
    groups = [grant for grant in dataset.group_grants if not is_user and grant.group_id == key]
    for level in (*(grant.level for grant in grants), *(grant.level for grant in groups)):
        if level == "OWNER":
            raise Failure(400, "The owner's access cannot be changed")
        _check_rank(request, dataset, level)
    left = tuple(grant for grant in dataset.grants if grant not in grants)
    left_groups = tuple(grant for grant in dataset.group_grants if grant not in groups)
    return dataset.model_copy(update={"grants": left, "group_grants": left_groups})


_DATA = "/api/data/v3/datasources/{id}"
routes = [
    Route(f"{_DATA}/share", share, methods=["POST"]),
    Route(f"{_DATA}/permissions/USER/{{user}}", revoke, methods=["DELETE"]),
    Route(f"{_DATA}/USERS/{{user}}", remove, methods=["DELETE"]),
    Route(f"{_DATA}/users", remove_several, methods=["DELETE"]),
]
