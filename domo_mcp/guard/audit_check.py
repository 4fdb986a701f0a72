"""Whether an audit file is whole: no line edited or removed, and its end there as far as it was anchored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domo_mcp.guard.audit import line_hash
from domo_mcp.state.anchors import Anchor
from domo_mcp.untrusted import one_line

_MOST_TOLD = 20


@dataclass
class Verdict:
    """What was found: how many lines, of how many servers, and everything that is wrong with them."""

    lines: int = 0
    servers: int = 0
    anchors: int = 0
    faults: list[str] = field(default_factory=list)


def check(lines: Iterable[str], key: bytes, anchors: Sequence[Anchor]) -> Verdict:
    """Read a file from its first line to its last; pure."""
    verdict, chains = Verdict(anchors=len(anchors)), dict[str, list[str]]()
    for place, text in enumerate(lines, start=1):
        verdict.lines += 1
        fault = _fault(text, key, chains)
        if fault and len(verdict.faults) < _MOST_TOLD:
            verdict.faults.append(f"line {place:,}: {fault}")
    verdict.servers = len(chains)
    for anchor in anchors:
        there = chains.get(anchor.writer, [])
        if len(there) < anchor.number:
            missing = anchor.number - len(there)
            verdict.faults.append(f"the end of server {anchor.writer} is cut off: {missing:,} lines are missing")
        elif there[anchor.number - 1] != anchor.hash:
            verdict.faults.append(f"line number {anchor.number:,} of server {anchor.writer} is not the one it was")
    return verdict


def _fault(text: str, key: bytes, chains: dict[str, list[str]]) -> str:
    """What is wrong with a line; it joins the chain of its server in any case, so that each fault is told once."""
    try:
        line = json.loads(text)
        server, number, before, mark = (line[name] for name in ("server", "number", "before", "hash"))
        chain = chains.setdefault(str(server), [])
        good, expected, last = line_hash(key, line) == mark, len(chain) + 1, chain[-1] if chain else ""
        missing = int(number) - expected
    except (ValueError, KeyError, TypeError):
        return f"it is no audit line: {one_line(text, 60)}"
    if not good:
        chain.append(str(mark))
        return "it was edited, or written under another key"
    chain.extend([""] * missing if missing > 0 else [])
    chain.append(str(mark))
    if missing > 0:
        return f"{missing:,} lines before it were removed"
    if missing < 0:
        return "it is repeated, or out of order"
    return "" if before == last else "the line before it was edited"
