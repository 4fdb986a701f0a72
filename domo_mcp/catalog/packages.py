"""The Code Engine packages of one instance by id and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domo_mcp.catalog.directory import UUID, Directory, Kind
from domo_mcp.catalog.permits import Permits
from domo_mcp.untrusted import one_line

if TYPE_CHECKING:
    from domo_mcp.client.codeengine import Package
    from domo_mcp.client.domo import Domo


def packages(domo: Domo, max_age_s: float, permits: Permits) -> Directory[Package]:
    """The directory of packages; of an app an alias that nobody listed is passed on as it is."""
    kind = Kind(
        name="package",
        lister="list_packages",
        load=domo.code_engine.packages,
        about=_about,
        one=domo.code_engine.package,
        is_id=bool if domo.surface.one_app else UUID.fullmatch,
    )
    return Directory(kind, max_age_s, permits)


def _about(package: Package) -> str:
    owner = f"owner {one_line(package.owner, 40)}" if package.owner else "unknown owner"
    updated = f"updated {package.updated_on:%Y-%m-%d}" if package.updated_on else "update unknown"
    return f"{owner}, {updated}"
