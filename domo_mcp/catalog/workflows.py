"""The workflows of one instance by id and name; those of an app by the aliases of its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domo_mcp.catalog.directory import Directory, Kind, named
from domo_mcp.catalog.permits import Permits
from domo_mcp.client.places import workflows as places
from domo_mcp.untrusted import one_line

if TYPE_CHECKING:
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.workflow_models import Workflow

__all__ = ["named", "workflows"]


def workflows(domo: Domo, max_age_s: float, permits: Permits) -> Directory[Workflow]:
    """The directory of workflows. An app has no list of them: an alias that nobody listed is taken as it is."""
    app = not domo.surface.offers(places.MODELS) and domo.surface.offers(places.START)

    async def aliases() -> list[Workflow]:
        return [_alias(name) for name in domo.aliases.workflows]

    async def alias(name: str) -> Workflow:
        return _alias(name)

    kind = Kind(
        name="workflow",
        lister="list_workflows",
        load=aliases if app else domo.workflows.all,
        about=_about,
        one=alias if app else domo.workflows.get,
        is_id=bool if app else _may_be_id,
    )
    return Directory(kind, max_age_s, permits)


def _alias(name: str) -> Workflow:
    from domo_mcp.client.workflow_models import Workflow

    return Workflow(id=name, name=name)


def _may_be_id(text: str) -> bool:
    return len(text) >= 30 and not any(letter.isspace() or letter in "/\\" for letter in text)


def _about(workflow: Workflow) -> str:
    owner = f"owner {one_line(workflow.owner, 40)}" if workflow.owner else "unknown owner"
    updated = f"updated {workflow.updated_on:%Y-%m-%d}" if workflow.updated_on else "update unknown"
    return f"{owner}, {updated}"
