"""`domo-mcp doctor`: whether the configuration works, from its file to one query, without a secret in sight."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import get_args

import anyio

from domo_mcp import sql
from domo_mcp.app import App, Instance, open_app
from domo_mcp.client.surface import Service
from domo_mcp.config import Config
from domo_mcp.errors import DomoMcpError

SERVICES: tuple[Service, ...] = get_args(Service)


def doctor(config: Config) -> int:
    """Print one line for each check; exit code 1 where one fails."""
    return anyio.run(_doctor, config)


async def _doctor(config: Config) -> int:
    failed = False
    async with open_app(config) as app:
        _line(True, "configuration", _configured(app))
        for instance in app.instances.values():
            try:
                async for check, finding in _checks(instance):
                    _line(True, f"{instance.name}: {check}", finding)
            except DomoMcpError as error:
                failed = True
                _line(False, f"{instance.name}", str(error))
    return int(failed)


async def _checks(instance: Instance) -> AsyncIterator[tuple[str, str]]:
    domo, catalog = await instance.connection()
    me = await domo.people.me()
    yield "network", f"{domo.url} answers"
    yield "token", f"acts as {me.display_name} (user {me.id})"
    role = me.role or "unknown"
    warning = "; an admin's token sees all rows: row security (PDP) does not hold for it" if role == "Admin" else ""
    yield "role", f"{role}{warning}"
    yield "reaches", ", ".join(service for service in SERVICES if domo.surface.offers(service))
    if missing := [service for service in SERVICES if not domo.surface.offers(service)]:
        yield "does not reach", f"{', '.join(missing)}: {domo.surface.title} has none"
    datasets = await catalog.search("")
    if not datasets:
        yield "query", "not tried: the user sees no dataset"
        return
    for dataset in datasets:
        try:
            rows = await domo.query.execute(dataset.id, sql.parse("SELECT COUNT(*) FROM table"), limit=1)
        except DomoMcpError:
            continue
        yield "query", f'"{dataset.name}" has {rows.rows[0][0]} rows'
        return
    raise DomoMcpError(
        f"None of the {len(datasets)} newest datasets can be queried.", "Give the token's user access to one."
    )


def _configured(app: App) -> str:
    tools = f"{len(app.tools)} tools at access {app.config.policy.access}"
    return f"instances {', '.join(app.instances)}; {tools}"


def _line(good: bool, check: str, finding: str) -> None:
    print(f"{'ok  ' if good else 'FAIL'} {check}: {finding}")
