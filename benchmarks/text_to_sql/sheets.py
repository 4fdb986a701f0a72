"""Questions on paper: what a writer without a URL is given, and what it hands in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.text_to_sql.context import Context
from benchmarks.text_to_sql.gold import Gold
from benchmarks.text_to_sql.scoring import Written
from benchmarks.text_to_sql.writers import TASK
from domo_mcp.client.ai import statement
from domo_mcp.errors import CannotAnswer

_HAND_IN = "Hand in one JSON object: the id of each question to what you write for it."


async def sheet(context: Context, gold: Sequence[Gold]) -> str:
    """The datasets as they are told at one level, and the questions; nothing of what is right."""
    questions = "\n".join(f"{each.id}: {each.question}" for each in gold)
    return f"{await context.whole()}\n\n{TASK} {_HAND_IN}\n\n{questions}\n"


class Answers:
    """Writes what stands on a sheet that was handed in."""

    def __init__(self, file: Path, gold: Sequence[Gold]) -> None:
        self.name = file.stem
        by_id = json.loads(file.read_text(encoding="utf-8"))
        self._written = {each.question: by_id.get(each.id, "") for each in gold}

    async def write(self, question: str, _context: Context) -> Written:
        """What was handed in for it."""
        try:
            return Written(statement(self._written[question]))
        except CannotAnswer as refused:
            return Written(refusal=refused.message)
