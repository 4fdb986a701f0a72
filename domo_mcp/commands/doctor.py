"""`domo-mcp doctor`: whether the configuration works, from its file to one query, without a secret in sight."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio

from domo_mcp import sql
from domo_mcp.app import App, Instance, open_app
from domo_mcp.catalog.strays import names_in, strays
from domo_mcp.client.places import by_service
from domo_mcp.commands.protections import misspelt
from domo_mcp.config import Config
from domo_mcp.errors import ConfigError, DomoMcpError, Forbidden, NotFound, Rejected, UnknownName
from domo_mcp.guard.asking import Nobody
from domo_mcp.tools import tool_named
from domo_mcp.tools.toolset import Tool


def doctor(config: Config) -> int:
    """Print one line for each check; exit code 1 where one fails."""
    return anyio.run(_doctor, config)


def explain(config: Config, tool: str, arguments: Mapping[str, Any]) -> int:
    """Print what the policy would do with a call and why, without doing it; exit code 1 where it says no."""
    return anyio.run(_explain, config, tool, arguments)


async def _explain(config: Config, name: str, raw: Mapping[str, Any]) -> int:
    from domo_mcp.server.arguments import arguments_model, parse

    async with open_app(config) as app:
        tool = tool_named(name)
        given = parse(arguments_model(tool.fn, extra={"domo_instance": (str | None, None)}), raw).given()
        named = given.pop("domo_instance", None)
        if named not in {None, *app.instances}:
            raise UnknownName(f"There is no instance {named!r}.", f"There are: {', '.join(app.instances)}.")
        asked = [instance for instance in app.instances.values() if named in {None, instance.name}]
        return max([await _explain_on(app, instance, tool, given) for instance in asked])


async def _explain_on(app: App, instance: Instance, tool: Tool, given: Mapping[str, Any]) -> int:
    print(f"{instance.name}: {tool.name} has the effect {tool.effect}; access is {instance.policy.access}.", flush=True)
    if instance.settings.surface not in tool.surfaces:
        print(f"It is not there on the surface {instance.settings.surface!r}.")
        return 1
    try:
        request = await instance.request(tool, given, Nobody(), _silently)
        print("\n".join(await app.gate.explain(request)))
    except ConfigError:
        raise
    except DomoMcpError as error:
        print(f"domo-mcp: {error}", file=sys.stderr)
        return 1
    return 0


async def _silently(done: float, total: float | None = None, message: str | None = None) -> None:
    """Nobody watches."""


async def _doctor(config: Config) -> int:
    failed = False
    async with open_app(config) as app:
        _line(True, "configuration", _configured(app))
        for instance in app.instances.values():
            try:
                async for check, finding in _checks(instance):
                    _line(True, f"{instance.name}: {check}", finding)
            except ConfigError:
                raise
            except DomoMcpError as error:
                failed = True
                _line(False, f"{instance.name}", str(error))
        if not failed:
            await _compare_written(app)
            await _compare_policy(app)
    return int(failed)


async def _compare_written(app: App) -> None:
    """Warn of datasets that notes and examples name and no instance has."""
    examples = app.config.catalog.examples
    catalogs = [(await instance.connection())[1] for instance in app.instances.values()]
    notes = catalogs[0].notes
    if not (notes.text or examples):
        return
    names = {name for catalog in catalogs for name in await names_in(catalog, examples)}
    found = strays(notes, examples, names)
    for stray in found:
        print(f"warn notes and examples: {stray}")
    if not found:
        _line(True, "notes and examples", "no name of a dataset in them looks misspelt")


async def _compare_policy(app: App) -> None:
    """Warn of protections and approvals that are about nothing there is."""
    for instance in app.instances.values():
        try:
            found = await misspelt(instance)
        except DomoMcpError as error:
            found = [f"its names were not compared: {error}"]
        for finding in found:
            print(f"warn {instance.name}: {finding}")


async def _checks(instance: Instance) -> AsyncIterator[tuple[str, str]]:
    domo, catalog = await instance.connection()
    me = await domo.people.me()
    yield "network", f"{domo.url} answers"
    yield "token", f"acts as {me.display_name} (user {me.id})"
    role = me.role or "unknown"
    warning = "; an admin's token sees all rows: row security (PDP) does not hold for it" if role == "Admin" else ""
    yield "role", f"{role}{warning}"
    reached = {service for service, places in by_service().items() if any(map(domo.surface.offers, places))}
    yield "reaches", ", ".join(sorted(reached))
    if missing := sorted(set(by_service()) - reached):
        yield "does not reach", f"{', '.join(missing)}: {domo.surface.title} has none"
    datasets = await catalog.search("")
    if not datasets:
        yield "query", "not tried: the user sees no dataset"
        return
    for dataset in datasets:
        try:
            rows = await domo.query.execute(dataset.id, sql.parse("SELECT COUNT(*) FROM table"), limit=1)
        except (Forbidden, NotFound, Rejected):
            continue  # this one may not be read, or is not indexed; the next may be
        yield "query", f'"{dataset.name}" has {rows.rows[0][0]} rows'
        return
    raise DomoMcpError(
        f"None of the {len(datasets)} newest datasets can be queried.", "Give the token's user access to one."
    )


def _configured(app: App) -> str:
    access = ", ".join(sorted({instance.policy.access for instance in app.instances.values()}))
    tools = f"{len(app.tools)} tools at access {access}"
    return f"instances {', '.join(app.instances)}; {tools}"


def _line(good: bool, check: str, finding: str) -> None:
    print(f"{'ok  ' if good else 'FAIL'} {check}: {finding}")
