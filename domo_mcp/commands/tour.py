"""`domo-mcp try`: a guided tour of the sandbox in the terminal, each step a real call through a real client."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import textwrap
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import anyio
import anyio.to_thread

from domo_mcp.app import open_app
from domo_mcp.config import load

_MOST_LINES, _WIDTH, _LONGEST_CALL = 14, 120, 500
_STEPS = 9
_FALL = (
    "SELECT `Region`, ROUND(SUM(CASE WHEN `Order Date` >= '{begin}' AND `Order Date` < '{end}' THEN `Revenue` END)) "
    "AS Revenue, ROUND(SUM(CASE WHEN `Order Date` >= '{before}' AND `Order Date` < '{until}' THEN `Revenue` END)) "
    "AS `A Year Before` FROM `Sales Orders` GROUP BY `Region` ORDER BY 2"
)
_COMPLAINTS = (
    "SELECT `Topic`, COUNT(*) AS Tickets FROM `Support Tickets` WHERE `Region` = 'West' AND `Created At` >= '{begin}' "
    "AND `Created At` < '{end}' GROUP BY `Topic` ORDER BY Tickets DESC"
)
_INTRODUCTION = """A tour of domo-mcp on its sandbox: a local Domo with the invented company Northwind Trail.
Nothing leaves this machine. After > stands a call as a model makes it, after | the answer, cut to its beginning and
without the marks that tell a model what is data."""
_NEXT = """
Next: connect a client (README, "Connect a client"), or ask the sandbox yourself:
  domo-mcp call ask_data --sandbox question="revenue per month in 2025"
  domo-mcp serve --sandbox"""


def tour() -> int:
    """Show it; 0 where every step worked, else 1. Waits for Enter between the steps only at a terminal."""
    return anyio.run(_tour)


async def _tour() -> int:
    from domo_mcp.server.local import local_client

    config = load(sandbox=True, environment={}, overrides={"tools": {"toolsets": ["default", "files"]}})
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    _say(_INTRODUCTION)
    async with open_app(config) as app:
        await app.instances["sandbox"].connection()  # says at once where the sandbox is not installed
        async with local_client(app, ask=partial(_asked, terminal)) as client:
            guide = Guide(client.call_tool, terminal)
            for number, step in enumerate((*_questions(), _picture, _document, _workflow, _report), start=1):
                await guide.take(number, step)
    return guide.end()


class Missed(Exception):
    """A step did not go as it should; says why."""


@dataclass
class Guide:
    """Makes the calls, shows them, and remembers which steps did not work."""

    call_tool: Callable[[str, dict[str, Any]], Awaitable[Any]]
    terminal: bool
    missed: list[str] = field(default_factory=list)
    _number: int = 0
    _title: str = ""

    async def take(self, number: int, step: Step) -> None:
        """Go one step."""
        self._number = number
        if number > 1:
            await self._pause()
        try:
            await step(self)
        except Missed as why:
            self.missed.append(f"{number}. {self._title}: {why}")
            _say(f"   ! {why}")

    def title(self, title: str, what: str) -> None:
        """Say what happens in this step."""
        self._title = title
        _say(f"\n{self._number}/{_STEPS}  {title}\n     {what}")

    async def call(self, tool: str, expects: str = "", *, shown: bool = True, **arguments: Any) -> Answer:
        """The answer of a tool, shown. Raises Missed where it is an error, or lacks what it should have."""
        sent = json.dumps(arguments, ensure_ascii=False)
        _say(f"   > {tool} {sent if len(sent) <= _LONGEST_CALL else sent[:_LONGEST_CALL] + '…'}")
        result = await self.call_tool(tool, arguments)
        answer = Answer(
            "\n".join(block.text for block in result.content if block.type == "text"), result.structured_content or {}
        )
        if shown or result.is_error:
            _show(answer.text)
        if result.is_error or answer.told.get("status", "applied") in {"declined", "refused", "needs_confirmation"}:
            raise Missed(f"{tool} did not do it; its answer says why.")
        if expects not in answer.text:
            raise Missed(f"the answer was to have {expects!r} in it.")
        return answer

    async def _pause(self) -> None:
        if self.terminal:
            await _line("\n     Enter to go on, Ctrl-C to end ")

    def end(self) -> int:
        """Say how it went."""
        if self.missed:
            _say(f"\n{_STEPS - len(self.missed)} of {_STEPS} steps worked. These did not:")
            for why in self.missed:
                _say(f"  {why}")
        else:
            _say(f"\nAll {_STEPS} steps worked. The sandbox was in memory and is gone now.")
        _say(_NEXT)
        return 1 if self.missed else 0


Step = Callable[[Guide], Awaitable[None]]


@dataclass(frozen=True)
class Answer:
    """The text of an answer, and its fields where it is one object."""

    text: str
    told: dict[str, Any]

    def new_id(self) -> str:
        """The id of what was made."""
        return str(next(iter(self.told["new_ids"].values())))


def _questions() -> list[Step]:
    def asking(question: str, expects: str, what: str) -> Step:
        async def step(guide: Guide) -> None:
            guide.title(question, what)
            await guide.call("ask_data", expects, question=question)

        return step

    return [
        asking("What is the total revenue by region this year?", "West", "Domo's AI writes the SQL; it is checked."),
        asking("Top 5 products by revenue in the last 12 months", "Tent", "The dataset is chosen by the question."),
        _fall,
        _complaints,
        asking("Average discount by sales rep", "0.25", "Somebody gives five times as much as the others."),
    ]


async def _fall(guide: Guide) -> None:
    guide.title("Where did revenue fall last quarter?", "A model's own SQL: one SELECT on one dataset, checked first.")
    (begin, end), (before, until) = (_last_quarter(years_ago) for years_ago in (0, 1))
    await guide.call("run_sql", "West", sql=_FALL.format(begin=begin, end=end, before=before, until=until))


async def _complaints(guide: Guide) -> None:
    guide.title("What do customers of the West complain about?", "Another dataset, the same quarter.")
    begin, end = _last_quarter(0)
    await guide.call("run_sql", "Late delivery", sql=_COMPLAINTS.format(begin=begin, end=end))


async def _picture(guide: Guide) -> None:
    guide.title("What does this receipt say?", "A picture from Domo's files, read by an OCR engine on this machine.")
    listed = await guide.call("list_data_files", "Receipt", shown=False)
    found = re.search(r"^(\d+),.*Receipt", listed.text, re.MULTILINE)
    if not found:
        raise Missed("there is no receipt among the files.")
    if importlib.util.find_spec("faster_paddle") is None:
        raise Missed("reading pictures needs the extra ocr: pip install 'domo-mcp[ocr]'")
    await guide.call("image_to_text", "77.00", image=f"domo://sandbox/data-files/{found[1]}")


async def _document(guide: Guide) -> None:
    guide.title("Write a document, and take it back", "Each change is journalled, verified by reading, and undone.")
    document = {"title": "Call the carrier of the West", "status": "open", "priority": "high"}
    made = await guide.call("create_appdb_documents", "verified", collection="Tasks", documents=[document])
    await guide.call("get_appdb_document", "Call the carrier", collection="Tasks", document=made.new_id())
    await guide.call("undo_change", "verified", change=made.told["change"])


async def _workflow(guide: Guide) -> None:
    guide.title("Start a workflow and follow it", "It runs for a few seconds, and cannot be undone.")
    given = {"customer": "C-0042", "discount": 12, "amount": 900}
    begun = await guide.call("start_workflow", workflow="Approve Discount", parameters=given)
    await guide.call("get_workflow_instance", "COMPLETED", instance_id=begun.new_id(), wait_s=45)


async def _report(guide: Guide) -> None:
    guide.title("Why did parcels of the West leave late?", "Search by meaning in the company's reports.")
    query = "Why did parcels of the West leave late last quarter?"
    await guide.call("query_filesets", "operations-review", query=query, limit=2)


async def _asked(terminal: bool, question: str, answers: Sequence[str]) -> str | None:
    """What a person at the client is asked: at a terminal you are, elsewhere the tour says yes."""
    _say("   ? The person at the client is asked; nothing happens without a yes:")
    _show(question)
    if not terminal:
        _say(f"   ? {answers[0]} (says the tour)")
        return answers[0]
    return answers[0] if (await _line("   ? Apply it? [Y/n] ")).lower() in {"", "y", "yes"} else None


def _last_quarter(years_ago: int) -> tuple[date, date]:
    """The first day of the last full quarter, and the day after its last."""
    today = datetime.now(UTC).date()
    end = date(today.year, 1 + (today.month - 1) // 3 * 3, 1)
    last = end - timedelta(days=1)
    begin = date(last.year, last.month - 2, 1)
    return begin.replace(year=begin.year - years_ago), end.replace(year=end.year - years_ago)


def _show(text: str) -> None:
    from domo_mcp.server.rendering import unfenced

    lines = [part for line in unfenced(text).splitlines() for part in textwrap.wrap(line, _WIDTH)]
    most = _MOST_LINES if len(lines) > _MOST_LINES + 1 else len(lines)
    for line in lines[:most]:
        _say(f"   | {line}")
    if lines[most:]:
        _say(f"   | … {len(lines) - most} more lines")


def _say(text: str) -> None:
    print(text, flush=True)


async def _line(prompt: str) -> str:
    """What is typed; an end of the input counts as Enter."""
    print(prompt, end="", flush=True)
    with suppress(EOFError):
        return (await anyio.to_thread.run_sync(input, abandon_on_cancel=True)).strip()
    return ""
