"""What writes the SQL: the deterministic engine, or a model behind a URL."""

from __future__ import annotations

import os
from datetime import date
from typing import Protocol

from benchmarks.text_to_sql.context import Context
from benchmarks.text_to_sql.scoring import Written
from domo_mcp.client.ai import statement
from domo_mcp.errors import CannotAnswer
from domo_mcp.sandbox import questions
from domo_mcp.sandbox.ai.model import AiSettings, complete

TODAY = date(2026, 11, 22)
TASK = (
    "Write one SELECT in the dialect described that answers the question from one dataset, FROM its name in backticks. "
    "Answer with SQL only. Where the datasets cannot answer it, answer `-- cannot answer: <reason>`."
)


class Writer(Protocol):
    """Writes SQL for a question, or refuses."""

    name: str

    async def write(self, question: str, context: Context) -> Written: ...


class Deterministic:
    """The sandbox's own engine."""

    name = "deterministic engine"

    async def write(self, question: str, context: Context) -> Written:
        """What it makes of the question."""
        try:
            return Written(questions.write_sql(question, await context.schemas(), today=TODAY))
        except questions.NotUnderstood as reason:
            return Written(refusal=str(reason))


class Model:
    """A model of an OpenAI-compatible endpoint; its key is in the environment as AI_KEY."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self._settings = AiSettings(url, name, os.environ.get("AI_KEY", ""))

    async def write(self, question: str, context: Context) -> Written:
        """What it answers."""
        prompt = f"{await context.text(question)}\n\n{TASK}\n\nQuestion: {question}"
        try:
            return Written(statement(await complete(self._settings, "", prompt)))
        except CannotAnswer as refused:
            return Written(refusal=refused.message)
