"""`domo-mcp audit verify`: whether the audit file is as it was written."""

from __future__ import annotations

import anyio

from domo_mcp.app import keep_state
from domo_mcp.config import Config
from domo_mcp.errors import ConfigError


def verify(config: Config) -> int:
    """Print what was found; exit code 1 where the file was tampered with."""
    if not config.audit.file:
        raise ConfigError("No audit file is configured.", "Set audit.file, and pass the same --config.")
    return anyio.run(_verify, config)


async def _verify(config: Config) -> int:
    from domo_mcp.guard.audit import chain_key
    from domo_mcp.guard.audit_check import check

    path = config.audit.path()
    async with keep_state(config) as state:
        anchors = await state.anchors.all(str(path))
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                verdict = check(file, chain_key(state), anchors)
        except OSError as error:
            raise ConfigError(f"The audit file {path} cannot be read: {error.strerror}.") from None
    for fault in verdict.faults:
        print(f"FAIL {fault}")
    whole = "FAIL" if verdict.faults else "ok  "
    print(f"{whole} {path}: {verdict.lines:,} lines of {verdict.servers:,} servers, {verdict.anchors:,} anchors")
    return int(bool(verdict.faults))
