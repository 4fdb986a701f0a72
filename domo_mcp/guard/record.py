"""What happens to one call, until its audit line is written."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from domo_mcp.errors import DomoMcpError, InvalidInput, Refused
from domo_mcp.guard.audit import Audit
from domo_mcp.guard.prepared import Caller
from domo_mcp.guard.written import Written
from domo_mcp.tools.toolset import Tool

logger = logging.getLogger(__name__)

_REFUSALS = (Refused, InvalidInput)


class Record:
    """What the audit line of one call will say."""

    def __init__(self, tool: Tool, arguments: Mapping[str, Any], caller: Caller) -> None:
        self.facts = {"outcome": "cancelled"}
        self._refused = False
        self._tool, self._arguments, self._caller = tool, arguments, caller
        self._started = time.monotonic()

    def told(self, written: Written) -> None:
        """Take over what became of a change."""
        facts = {"status": written.status, "confirmed_by": written.confirmed_by, "change": written.change}
        self.facts |= {name: fact for name, fact in facts.items() if fact}
        self._refused = written.status == "refused"

    def failed(self, error: Exception) -> None:
        """Take over why there is no answer."""
        known = type(error).__name__ if isinstance(error, DomoMcpError) else "failed"
        self.facts["outcome"] = getattr(error, "outcome", known)
        self._refused = isinstance(error, _REFUSALS)

    def write(self, audit: Audit) -> None:
        """Write the line. What happened stands even where that fails."""
        try:
            audit.record(
                arguments=self._arguments,
                principal=self._caller.principal,
                instance=self._caller.instance,
                tool=self._tool.name,
                effect=self._tool.effect.value,
                policy=self._caller.policy.digest,
                decision="refused" if self._refused else "allowed",
                **self.facts,
                duration_ms=round((time.monotonic() - self._started) * 1000),
            )
        except OSError:
            logger.exception("A call of %s is not in the audit file", self._tool.name)
