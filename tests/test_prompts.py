"""Prompts: their steps, carried out through a client on the sandbox, find what is hidden in its data."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, PromptReference, TextContent

from domo_mcp.app import open_app
from domo_mcp.config import Config
from domo_mcp.sandbox.app import sandbox_app
from domo_mcp.sandbox.company.findings import Evidence, findings
from domo_mcp.sandbox.company.goods import FAULTY_PRODUCT
from domo_mcp.sandbox.company.marketing import NAMES
from domo_mcp.sandbox.company.orders import WEAK_CAMPAIGN
from domo_mcp.sandbox.company.people import GENEROUS_REP_NAME
from domo_mcp.sandbox.company.plan import last_quarter
from domo_mcp.sandbox.company.web import BROKEN, NEW_PAGE
from domo_mcp.sandbox.files.definitions import DataFile
from domo_mcp.sandbox.store import Store
from domo_mcp.server.local import local_client
from domo_mcp.server.prompts import shipped_prompts
from domo_mcp.tools import select_tools
from tests.answers import Connect, rows_of, text_of
from tests.conftest import TODAY

WEST, CAMPAIGN, RETURNS, DISCOUNTS, CHECKOUT, RESPONSE = findings(TODAY.date())
TOOLS = {tool.name for tool in select_tools(["all"])}
BEGIN, END = last_quarter(TODAY.date())
QUARTER = f"`Order Date` >= '{BEGIN}' AND `Order Date` < '{END}'"
YEAR_BEFORE = (
    f"`Order Date` >= '{BEGIN.replace(year=BEGIN.year - 1)}' AND `Order Date` < '{END.replace(year=END.year - 1)}'"
)
HAS_OCR = importlib.util.find_spec("faster_paddle") is not None
needs_ocr = pytest.mark.skipif(not HAS_OCR, reason="reading pictures needs the extra ocr")


@dataclass
class Walk:
    """Somebody who does what a prompt says, and nothing else."""

    client: Client
    text: str
    done: list[str] = field(default_factory=list)

    @property
    def named(self) -> set[str]:
        """The tools that the prompt names."""
        return set(re.findall(r"\w+", self.text)) & TOOLS

    async def call(self, tool: str, **arguments: Any) -> CallToolResult:
        assert tool in self.named, f"the prompt does not say to call {tool}"
        self.done.append(tool)
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, text_of(result)
        return result

    async def context(self, **arguments: Any) -> str:
        return text_of(await self.call("get_schema_context", **arguments))

    async def rows(self, dataset: str, sql: str) -> list[list[str]]:
        """Rows of a SELECT, without their header."""
        return rows_of(text_of(await self.call("run_sql", dataset=dataset, sql=sql)))[1:]

    async def ratio(self, evidence: Evidence) -> float:
        ((found, usual),) = await self.rows(evidence.dataset_id, evidence.sql)
        return float(found) / float(usual)

    async def sure(self, *evidence: Evidence) -> None:
        for each in evidence:
            assert each.low <= await self.ratio(each) <= each.high

    async def applied(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What became of a change, with the yes that the prompt says to get."""
        waiting: dict[str, Any] = (await self.call(tool, **arguments)).structured_content or {}
        if waiting["status"] == "applied":
            return waiting
        assert waiting["status"] == "needs_confirmation"
        given = {"ticket": waiting["ticket"], "summary": waiting["summary"]}
        done: dict[str, Any] = (await self.call("confirm_change", **given)).structured_content or {}
        assert done["status"] == "applied"
        return done


Begin = Callable[..., Any]


@pytest.fixture(scope="module")
def company() -> Iterator[Store]:
    """A company of these tests' own: what others leave behind would change which dataset a question is about."""
    store = Store.open(clock=lambda: TODAY)
    yield store
    store.close()


@pytest.fixture
def begin(company: Store, configure: Callable[..., Config], monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Opens a client on a company that may be changed, and fills a prompt."""
    monkeypatch.setattr("domo_mcp.app._now", lambda: TODAY)

    @asynccontextmanager
    async def walking(name: str, **arguments: str) -> AsyncIterator[Walk]:
        sandbox = sandbox_app(company)
        async with open_app(configure(), embedded=sandbox) as app, local_client(app) as client:
            (message,) = (await client.get_prompt(name, arguments)).messages
            assert isinstance(message.content, TextContent)
            yield Walk(client, message.content.text)

    return walking


async def test_a_fall_of_revenue_is_traced_to_late_parcels_of_one_region(begin: Begin) -> None:
    async with begin("explain-metric-change", metric="revenue", period="last quarter") as walk:
        assert "Sales Orders" in await walk.context(question="revenue")
        measure = "SUM(CASE WHEN {} THEN `Revenue` END)"
        both = f"{measure.format(QUARTER)} AS Now, {measure.format(YEAR_BEFORE)} AS Before"
        by_region = await walk.rows("Sales Orders", f"SELECT `Region`, {both} FROM table GROUP BY `Region`")
        falls = {region: float(now) / float(before) for region, now, before in by_region}
        assert min(falls, key=lambda region: falls[region]) == "West"
        assert falls["West"] < 0.8 < min(share for region, share in falls.items() if region != "West")
        await walk.sure(*WEST.evidence[:3])
        assert "Support Tickets" in await walk.context(question="late delivery complaints by region")
        await walk.sure(WEST.evidence[3])
        said = text_of(await walk.call("query_filesets", query="Why did parcels of the West leave late last quarter?"))
        assert "operations-review" in said
        assert set(walk.done) == walk.named


async def test_slow_answers_to_urgent_tickets_are_traced_to_agents_who_left(begin: Begin) -> None:
    metric = "first response time of urgent tickets"
    async with begin(
        "explain-metric-change", metric=metric, period="the last 45 days", dataset="Support Tickets"
    ) as walk:
        assert "Dataset: Support Tickets" in walk.text
        await walk.context(question=metric, datasets=["Support Tickets"])
        await walk.sure(*RESPONSE.evidence[:2])
        assert "Employees" in await walk.context(question="employees of support who left")
        await walk.sure(RESPONSE.evidence[2])
        said = text_of(await walk.call("query_filesets", query="support agents left, urgent tickets wait"))
        assert "support-staffing" in said


async def test_a_question_is_answered_with_the_weak_campaign(begin: Begin) -> None:
    question = "Which campaign costs much and converts badly?"
    async with begin("answer-question", question=question) as walk:
        assert question in walk.text
        assert "Marketing Campaigns" in await walk.context(question=question)
        worst = await walk.rows(
            "Marketing Campaigns",
            "SELECT `Campaign Name`, SUM(`Conversions`) / SUM(`Clicks`) AS Rate, AVG(`Spend`) AS Daily FROM table "
            "GROUP BY `Campaign Name` ORDER BY Rate LIMIT 1",
        )
        assert worst[0][0] == NAMES[WEAK_CAMPAIGN]
        await walk.sure(*CAMPAIGN.evidence)
        assert set(walk.done) == walk.named


async def test_exploring_orders_shows_the_product_that_comes_back_and_the_generous_seller(begin: Begin) -> None:
    async with begin("explore-dataset", dataset="Sales Orders") as walk:
        assert "Average Order Value" in await walk.context(datasets=["Sales Orders"])
        assert (await walk.rows("Sales Orders", "SELECT COUNT(*) FROM table")) == [["50000"]]
        returned = "AVG(CASE WHEN `Status` = 'Returned' THEN 1 ELSE 0 END)"
        group = "FROM table GROUP BY 1 HAVING COUNT(*) >= 30 ORDER BY 2 DESC LIMIT 2"
        first, second = await walk.rows("Sales Orders", f"SELECT `Product Name`, {returned} {group}")
        assert first[0] == FAULTY_PRODUCT
        assert float(first[1]) > 2 * float(second[1])
        most, next_one = await walk.rows("Sales Orders", f"SELECT `Sales Rep`, AVG(`Discount`) {group}")
        assert most[0] == GENEROUS_REP_NAME
        assert float(most[1]) > 2 * float(next_one[1])
        await walk.sure(*RETURNS.evidence, *DISCOUNTS.evidence)
        assert set(walk.done) == walk.named


async def test_checking_web_sessions_finds_the_day_on_which_phones_stopped_buying(begin: Begin) -> None:
    async with begin("check-data-quality", dataset="Web Sessions") as walk:
        await walk.context(datasets=["Web Sessions"])
        ((total, keys, empty, wrong),) = await walk.rows(
            "Web Sessions",
            "SELECT COUNT(*), COUNT(DISTINCT `Session ID`), SUM(CASE WHEN `Order ID` IS NULL THEN 1 ELSE 0 END), "
            "SUM(CASE WHEN (`Order ID` IS NULL) <> (`Converted` = 0) THEN 1 ELSE 0 END) FROM table",
        )
        assert total == keys
        assert 0 < int(empty) < int(total)
        assert wrong == "0"
        broke = TODAY.date() - timedelta(days=BROKEN)
        sides = [f"AVG(CASE WHEN DATE(`Started At`) {side} '{broke}' THEN `Converted` END)" for side in (">", "<=")]
        levels = await walk.rows(
            "Web Sessions",
            f"SELECT `Landing Page`, `Device`, {', '.join(sides)} FROM table WHERE `Device` <> 'Tablet' GROUP BY 1, 2",
        )
        steps = {(page, device): float(after) / float(before) for page, device, after, before in levels}
        assert min(steps, key=lambda part: steps[part]) == (NEW_PAGE, "Mobile")
        await walk.sure(*CHECKOUT.evidence)
        said = text_of(await walk.call("query_filesets", query="new checkout page on phones: nobody buys"))
        assert "shop-team-notes" in said
        assert set(walk.done) == walk.named


async def test_the_notes_on_the_weak_campaign_are_changed_and_taken_back(begin: Begin) -> None:
    weak = {"campaign": NAMES[WEAK_CAMPAIGN]}
    change = f"rate all notes on {NAMES[WEAK_CAMPAIGN]} with 0"
    async with begin("change-documents-safely", collection="Campaign Notes", change=change) as walk:
        asked = {"collection": "Campaign Notes"}
        assert "rating" in text_of(await walk.call("query_appdb_documents", **asked, limit=3))
        counted = rows_of(text_of(await walk.call("query_appdb_documents", **asked, filter=weak, count="n")))
        number = int(counted[1][0])
        done = await walk.applied("update_appdb_documents", **asked, filter=weak, set={"rating": 0})
        assert done["confirmed_by"] == "ticket"
        assert done["verified"]
        after = await walk.call("query_appdb_documents", **asked, filter={**weak, "rating": 0}, count="n")
        assert rows_of(text_of(after))[1] == [str(number)]
        assert done["change"] in text_of(await walk.call("list_changes"))
        await walk.applied("undo_change", change=done["change"])
        back = await walk.call("query_appdb_documents", **asked, filter={**weak, "rating": 1}, count="n")
        assert rows_of(text_of(back))[1] == [str(number)]
        assert set(walk.done) == walk.named


async def test_a_discount_is_requested_once_and_followed_to_its_decision(begin: Begin) -> None:
    wish = "12 % for C-0042 on 900 euro"
    async with begin("run-workflow", workflow="Approve Discount", **{"with": wish}) as walk:
        assert wish in walk.text
        takes = text_of(await walk.call("get_workflow", workflow="Approve Discount"))
        assert all(f'"{name}"' in takes for name in ("customer", "discount", "amount"))
        await walk.call("list_workflow_instances", workflow="Approve Discount")
        rule = text_of(await walk.call("query_filesets", query="Who may grant a discount of 12 percent?"))
        assert "regional lead" in rule
        given = {"customer": "C-0042", "discount": 12, "amount": 900}
        done = await walk.applied("start_workflow", workflow="Approve Discount", parameters=given)
        instance = next(iter(done["new_ids"].values()))
        followed = await walk.call("get_workflow_instance", instance_id=instance, workflow="Approve Discount")
        assert instance in text_of(followed)
        assert set(walk.done) == walk.named


async def test_a_workflow_that_fails_every_night_is_seen_before_it_is_started(begin: Begin) -> None:
    async with begin("run-workflow", workflow="Nightly Reconciliation") as walk:
        assert "With: not given" in walk.text
        nights = text_of(await walk.call("list_workflow_instances", workflow="Nightly Reconciliation"))
        (last, *_) = rows_of(nights)[1:]
        assert {row[1] for row in rows_of(nights)[1:]} == {"FAILED"}
        told = text_of(await walk.call("get_workflow_instance", instance_id=last[0], workflow="Nightly Reconciliation"))
        assert "FAILED" in told


@needs_ocr
async def test_a_receipt_becomes_a_document_whose_lines_add_up(begin: Begin, company: Store) -> None:
    receipt = next(file for file in company.all(DataFile) if file.name.startswith("Receipt"))
    image = f"domo://sandbox/data-files/{receipt.id}"
    async with begin("read-picture-into-appdb", image=image, collection="Tasks") as walk:
        assert image in walk.text
        read = text_of(await walk.call("image_to_text", image=image))
        lines = [float(amount) for amount in re.findall(r"^\d .* (\d+\.\d\d)$", read, re.MULTILINE)]
        total = float(re.findall(r"TOTAL EUR\s+(\d+\.\d\d)", read)[0])
        assert sum(lines) == total == 77.0
        asked = {"collection": "Tasks"}
        await walk.call("list_appdb_collections", query="Tasks")
        await walk.call("query_appdb_documents", **asked, limit=3)
        same = {"amount": total, "due": "2025-05-14"}
        assert "0 rows" in text_of(await walk.call("query_appdb_documents", **asked, filter=same))
        document = {"title": "CAFE NORDLYS", "amount": total, "due": "2025-05-14", "status": "open"}
        done = await walk.applied("create_appdb_documents", **asked, documents=[document])
        key = next(iter(done["new_ids"].values()))
        kept = (await walk.call("get_appdb_document", **asked, document=key)).structured_content
        assert kept
        assert kept["content"] == document
        await walk.applied("undo_change", change=done["change"])
        assert walk.named - set(walk.done) <= {"confirm_change"}


def test_every_prompt_is_carried_out_by_a_test_and_names_tools_that_there_are() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for prompt in shipped_prompts():
        assert f'begin("{prompt.name}"' in source
        assert prompt.words & TOOLS
        assert set(re.findall(r"{(\w+)}", prompt.text)) == {argument.name for argument in prompt.arguments}
        unknown = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", prompt.text)) - TOOLS
        assert unknown <= {"needs_confirmation", "wait_s"} | {argument.name for argument in prompt.arguments}


async def test_a_prompt_is_offered_where_all_its_tools_are(connect: Connect) -> None:
    async def offered(**tables: Any) -> set[str]:
        async with connect(**tables) as client:
            return {prompt.name for prompt in (await client.list_prompts()).prompts}

    everything = {prompt.name for prompt in shipped_prompts()}
    reading = {"answer-question", "explore-dataset", "explain-metric-change", "check-data-quality"}
    assert await offered() == everything
    assert await offered(policy={"access": "read"}) == reading
    assert await offered(tools={"toolsets": ["data"]}) == {"answer-question", "explore-dataset"}


async def test_arguments_of_prompts_are_completed_by_what_there_is(connect: Connect) -> None:
    async def values(prompt: str, name: str, typed: str, **given: str) -> list[str]:
        reference, argument = PromptReference(name=prompt), {"name": name, "value": typed}
        return (await client.complete(reference, argument, context_arguments=given or None)).completion.values

    async with connect() as client:
        assert await values("explore-dataset", "dataset", "camp") == ["Campaign Notes", "Marketing Campaigns"]
        assert await values("change-documents-safely", "collection", "") == ["Approvals", "Campaign Notes", "Tasks"]
        assert "Approve Discount" in await values("run-workflow", "workflow", "disc")
        assert not await values("answer-question", "question", "which")
        with pytest.raises(MCPError):
            await client.get_prompt("run-workflow", {})


async def test_with_several_instances_a_prompt_says_which_one(connect: Connect) -> None:
    shop = {"kind": "sandbox", "surface": "app", "aliases": {"datasets": ["sales"], "workflows": ["approveDiscount"]}}
    async with connect(instances={"shop": shop}) as client:
        listed = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        (message,) = (
            await client.get_prompt("explore-dataset", {"dataset": "sales", "domo_instance": "shop"})
        ).messages
        reference = PromptReference(name="explore-dataset")
        instances = await client.complete(reference, {"name": "domo_instance", "value": "s"})
        aliases = await client.complete(
            reference, {"name": "dataset", "value": "sa"}, context_arguments={"domo_instance": "shop"}
        )
    assert [argument.name for argument in listed["explore-dataset"].arguments or ()] == ["dataset", "domo_instance"]
    assert isinstance(message.content, TextContent)
    assert message.content.text.endswith('Use domo_instance "shop" in every call.')
    assert instances.completion.values == ["sandbox", "shop"]
    assert aliases.completion.values == ["sales"]


async def test_what_an_argument_holds_is_not_taken_for_a_place(connect: Connect) -> None:
    async with connect() as client:
        arguments = {"collection": "{change} and {x}", "change": "{collection}"}
        (message,) = (await client.get_prompt("change-documents-safely", arguments)).messages
    assert isinstance(message.content, TextContent)
    assert 'In the AppDB collection "{change} and {x}": {collection}' in message.content.text
