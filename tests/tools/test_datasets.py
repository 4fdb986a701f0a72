"""Administration of datasets, as a client sees it: made, shaped, tagged, shared, cleaned of partitions, indexed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domo_mcp.sandbox.records import BeastMode, ColumnNote, Dataset, DataVersion
from domo_mcp.sandbox.store import Store
from tests.answers import cursor_of, rows_of, text_of
from tests.changes.answers import Person
from tests.tools.workshop import Workshop, applied, refused

ALEX, DANA, WEST_SALES = 1001, 1002, 15
A, N, DAY = {"name": "a", "type": "STRING"}, {"name": "n", "type": "LONG"}, {"name": "day", "type": "DATE"}
MAY = {"access": "full", "confirm_for": ["delete"]}
ALL: dict[str, dict[str, Any]] = {
    "create_dataset": {"name": "Never made", "columns": [A]},
    "alter_dataset_schema": {"columns": [A, N, DAY, {"name": "x", "type": "LONG"}]},
    "set_dataset_properties": {"provider_type": "webform"},
    "tag_dataset": {"tags": ["t"]},
    "share_dataset": {"grants": [{"id": "1002", "access_level": "CAN_VIEW"}]},
    "revoke_dataset_access": {"users": ["1002"]},
    "search_partitions": {},
    "list_magic_versions": {},
    "delete_partition": {"partition": "2026-01", "remove": "data"},
    "index_dataset": {},
}
"""Good arguments of each tool, the dataset aside."""

_numbers = count(1)


@dataclass(frozen=True)
class Table:
    """A dataset of one test; Alex's, shared with Dana (CAN_SHARE) and West Sales (CAN_VIEW)."""

    id: str
    name: str
    workshop: Workshop

    @property
    def record(self) -> Dataset:
        """The dataset as the sandbox has it."""
        store: Store = self.workshop.sandbox.state.store
        found = store.get(Dataset, self.id)
        assert found is not None
        return found

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Names and types as the sandbox has them."""
        store: Store = self.workshop.sandbox.state.store
        return [(column.name, column.type) for column in store.warehouse.columns(self.id)]

    @property
    def access(self) -> dict[int, str]:
        """Levels of users and groups by id."""
        record = self.record
        users = {grant.user_id: grant.level for grant in record.grants}
        return {**users, **{grant.group_id: grant.level for grant in record.group_grants}}

    def change(self, **fields: Any) -> None:
        """Change the record behind the server's back."""
        store: Store = self.workshop.sandbox.state.store
        store.put(self.record.model_copy(update=fields))


@pytest.fixture
async def table(workshop: Workshop) -> Table:
    """Four rows in two partitions, and one in none."""
    name = f"Table {next(_numbers)}"
    body = {"userDefinedType": "api", "dataSourceName": name, "schema": {"columns": [A, N, DAY]}}
    made = await workshop.send("POST", "/api/data/v2/datasources", body)
    key: str = made["dataSource"]["dataSourceId"]
    permissions = [
        {"id": str(DANA), "type": "USER", "accessLevel": "CAN_SHARE"},
        {"id": str(WEST_SALES), "type": "GROUP", "accessLevel": "CAN_VIEW"},
    ]
    shared = {"permissions": permissions, "sendEmail": False}
    await workshop.send("POST", f"/api/data/v3/datasources/{key}/share", shared)
    store: Store = workshop.sandbox.state.store
    rows: list[list[object]] = [
        ["x", 1, "2026-01-05"],
        ["y", 2, "2026-01-09"],
        ["12", 3, "2026-02-01"],
        ["z", None, "2026-02-02"],
    ]
    store.warehouse.insert(key, [*rows, ["untagged", 5, None]])
    store.warehouse.tag(key, "strftime(day, '%Y-%m')")
    workshop.forget()
    return Table(key, name, workshop)


class Discreet:
    """The sandbox for a user who may not know who has access."""

    def __init__(self, sandbox: ASGIApp) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        secret = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].endswith("/permissions")
        await (Response(status_code=403) if secret else self._sandbox)(scope, receive, send)


def changed(workshop: Workshop) -> list[tuple[str, str]]:
    """The requests that changed something, those that only ask by POST aside."""
    asking = re.compile(r"/partition/list$|/data-version-hydrate$|/execute/")
    return [(method, path) for method, path in workshop.written() if not asking.search(path)]


def values(text: str, column: int = 0) -> list[str]:
    """One column of an answer with rows."""
    return [row[column] for row in rows_of(text)[1:]]


class TestCreateDataset:
    async def test_a_new_dataset_is_found_and_asked_at_once(self, workshop: Workshop) -> None:
        someone = Person("accepted")
        name = f"Brand new {next(_numbers)}"
        async with workshop.client(person=someone, policy=MAY) as client:
            await client.call_tool("search_datasets", {"query": name})
            written = applied(await client.call_tool("create_dataset", {"name": name, "columns": [A, N]}))
            asked = await client.call_tool("run_sql", {"sql": "SELECT * FROM table", "dataset": name.lower()})
            undo = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        made = Table(written["new_ids"]["new:1"], name, workshop)
        assert (written["verified"], made.columns) == (True, [("a", "STRING"), ("n", "LONG")])
        assert "a:STRING,n:LONG" in text_of(asked)
        assert "no way to delete a dataset" in someone.questions[0]
        assert "cannot be undone" in undo

    async def test_a_name_that_is_taken_is_told(self, workshop: Workshop, table: Table) -> None:
        async with workshop.client() as client:
            written = applied(await client.call_tool("create_dataset", {"name": table.name.upper(), "columns": [A]}))
        assert any("Already called so" in fact and table.id in fact for fact in written["facts"])


DONE_AND_UNDONE: dict[str, tuple[str, dict[str, Any]]] = {
    "columns added": ("alter_dataset_schema", {"columns": [{"name": "new", "type": "DOUBLE"}, A, N, DAY]}),
    "another order": ("alter_dataset_schema", {"columns": [DAY, A, N]}),
    "properties": ("set_dataset_properties", {"provider_type": "domo-jupyterdata"}),
    "tags": ("tag_dataset", {"tags": ["b", "a", "b"]}),
    "no tags": ("tag_dataset", {"tags": []}),
    "shared with somebody new": (
        "share_dataset",
        {
            "grants": [
                {"id": "Tomas Lind", "access_level": "CAN_EDIT"},
                {"id": "priya nair", "access_level": "CO_OWNER"},
            ]
        },
    ),
    "shared with a group": ("share_dataset", {"grants": [{"id": 14, "type": "GROUP", "access_level": "CAN_VIEW"}]}),
    "another level": (
        "share_dataset",
        {
            "grants": [
                {"id": DANA, "access_level": "CAN_EDIT"},
                {"id": "West Sales", "type": "GROUP", "access_level": "CAN_EDIT"},
            ]
        },
    ),
    "grant revoked": ("revoke_dataset_access", {"users": ["Dana Okafor"]}),
    "all access revoked": ("revoke_dataset_access", {"users": [DANA], "remove": "all_access"}),
}


@pytest.mark.parametrize("name", DONE_AND_UNDONE)
async def test_what_was_done_is_undone_and_done_again(workshop: Workshop, table: Table, name: str) -> None:
    tool, arguments = DONE_AND_UNDONE[name]
    table.change(tags=("first", "second"))

    def state() -> tuple[Any, ...]:
        record = table.record
        return record.provider, record.tags, table.columns, table.access

    before = state()
    async with workshop.client() as client:
        written = applied(await client.call_tool(tool, {"dataset": table.name, **arguments}))
        done = state()
        undone = applied(await client.call_tool("undo_change", {"change": written["change"]}))
        after = state()
        again = applied(await client.call_tool("undo_change", {"change": undone["change"]}))
    assert (written["verified"], written["undo"], undone["verified"], again["verified"]) == (True, "exact", True, True)
    assert done != before
    assert (after, state()) == (before, done)


class TestAlterDatasetSchema:
    async def test_what_goes_is_told_before_and_does_not_come_back(self, workshop: Workshop, table: Table) -> None:
        mode = BeastMode(
            id="m", name="Twice", formula="SUM(`n`) * 2", data_type="LONG", aggregated=True, columns=("n",)
        )
        table.change(beast_modes=(mode,))
        someone = Person("accepted")
        arguments = {"dataset": table.id, "columns": [{**A, "type": "LONG"}, {"name": "m", "type": "LONG"}, DAY]}
        async with workshop.client(person=someone, policy=MAY) as client:
            written = applied(await client.call_tool("alter_dataset_schema", arguments))
            rows = text_of(await client.call_tool("run_sql", {"sql": "SELECT a, day FROM table", "dataset": table.id}))
            details = text_of(await client.call_tool("get_dataset", {"dataset": table.id, "include": ["formulas"]}))
            undo = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        [question] = someone.questions
        for part in (
            "1 added, 1 removed, 1 retyped",
            "Added, empty: m.",
            "Removed with all their values, which do not come back: n.",
            "a STRING -> LONG",
            "Beast modes that read them, and break: Twice.",
            "A renamed column is a new, empty one",
            "it cannot be undone",
        ):
            assert part in question, question
        assert (written["verified"], written["undo"]) == (True, "none")
        assert values(rows).count("12") == 1
        assert values(rows).count("") == 4
        assert "Twice" in details
        assert "cannot be undone" in undo

    async def test_a_column_that_was_filled_since_is_not_dropped_by_an_undo(
        self, workshop: Workshop, table: Table
    ) -> None:
        async with workshop.client() as client:
            arguments = {"dataset": table.id, "columns": [A, N, DAY, {"name": "new", "type": "LONG"}]}
            written = applied(await client.call_tool("alter_dataset_schema", arguments))
            table.workshop.sandbox.state.store.warehouse.insert(table.id, [["q", 1, None, 7]])
            text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        assert "Values stand in new by now" in text
        assert ("new", "LONG") in table.columns

    async def test_what_domo_hides_stays_where_it_is(self, workshop: Workshop, table: Table) -> None:
        notes = tuple(ColumnNote(name=name, description="", visible=name != "n") for name in ("a", "n", "day"))
        table.change(columns=notes)
        async with workshop.client() as client:
            arguments = {"dataset": table.id, "columns": [DAY, A]}
            written = applied(await client.call_tool("alter_dataset_schema", arguments))
        assert table.columns == [("day", "DATE"), ("a", "STRING"), ("n", "LONG")]
        assert [note.name for note in table.record.columns if not note.visible] == ["n"]
        assert "Hidden in Domo, and left as they are: n." in written["facts"]

    @pytest.mark.parametrize("columns", [{"hide": ["n"]}, {"mask": ["n"]}])
    async def test_columns_that_policy_keeps_back_are_not_dropped_nor_named(
        self, workshop: Workshop, table: Table, columns: dict[str, list[str]]
    ) -> None:
        async with workshop.client(policy={"access": "full", "columns": columns}) as client:
            texts = [
                refused(await client.call_tool("alter_dataset_schema", {"dataset": table.id, "columns": given}))
                for given in ([A, DAY], [A, DAY, {"name": "b", "type": "LONG"}])
            ]
            partitions = {"dataset": table.id}
            texts.append(refused(await client.call_tool("search_partitions", partitions)))
            gone = {**partitions, "partition": "2026-01", "remove": "data"}
            texts.append(refused(await client.call_tool("delete_partition", gone)))
            named = refused(await client.call_tool("create_dataset", {"name": "x", "columns": [N]}))
        assert all("Policy hides or masks columns of this dataset." in text for text in texts)
        assert not any(re.search(r"\bn\b", text) for text in texts)
        assert "out of sight" in named
        assert not changed(workshop)


class TestAccess:
    async def test_a_question_names_persons_and_levels_whatever_the_lists_say(
        self, workshop: Workshop, table: Table
    ) -> None:
        someone = Person("accepted")
        grants = [{"id": "Dana Okafor", "access_level": "CO_OWNER"}, {"id": "Tomas Lind", "access_level": "CAN_VIEW"}]
        async with workshop.client(person=someone, policy=MAY) as client:
            arguments = {"dataset": table.id, "grants": grants, "send_email": True}
            applied(await client.call_tool("share_dataset", arguments))
        [question] = someone.questions
        assert f'"Dana Okafor" (user {DANA}): CAN_SHARE -> CO_OWNER.' in question
        assert '"Tomas Lind" (user 1004): nothing of its own -> CAN_VIEW.' in question
        assert "with a mail" in question
        assert table.access == {ALEX: "OWNER", DANA: "CO_OWNER", 1004: "CAN_VIEW", WEST_SALES: "CAN_VIEW"}

    async def test_it_takes_a_ticket_where_nobody_can_be_asked(self, workshop: Workshop, table: Table) -> None:
        policy = {**MAY, "confirm": "two_step"}
        grants = [{"id": "1004", "access_level": "CAN_VIEW"}]
        async with workshop.client(policy=policy) as client:
            result = await client.call_tool("share_dataset", {"dataset": table.id, "grants": grants})
            waiting = result.structured_content or {}
            told = {"ticket": waiting["ticket"], "summary": waiting["summary"]}
            assert not changed(workshop)
            applied(await client.call_tool("confirm_change", told))
        assert waiting["status"] == "needs_confirmation"
        assert "it opens access" in waiting["reason"]
        assert table.access[1004] == "CAN_VIEW"

    async def test_an_undo_does_not_take_what_somebody_else_gave_since(self, workshop: Workshop, table: Table) -> None:
        async with workshop.client() as client:
            arguments = {"dataset": table.id, "grants": [{"id": "1004", "access_level": "CAN_VIEW"}]}
            written = applied(await client.call_tool("share_dataset", arguments))
            other = [{"id": "1004", "type": "USER", "accessLevel": "CAN_EDIT"}]
            await workshop.send(
                "POST", f"/api/data/v3/datasources/{table.id}/share", {"permissions": other, "sendEmail": False}
            )
            text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
        assert "its target has changed since" in text
        assert table.access[1004] == "CAN_EDIT"

    async def test_own_access_can_be_given_up_but_not_brought_back(self, workshop: Workshop, table: Table) -> None:
        await workshop.send("POST", f"/api/data/v3/datasources/{table.id}/indexes", {})
        table.change(grants=tuple(g.model_copy(update={"level": "CO_OWNER"}) for g in table.record.grants))
        table.change(group_grants=())
        someone = Person("accepted")
        async with workshop.client(person=someone) as client:
            arguments = {"dataset": table.id, "users": ["Alex Rivera"]}
            written = applied(await client.call_tool("revoke_dataset_access", arguments))
        assert "your own access" in someone.questions[0]
        assert (written["undo"], ALEX in table.access) == ("none", False)

    async def test_where_access_cannot_be_read_nothing_is_promised(self, workshop: Workshop, table: Table) -> None:
        someone = Person("accepted")
        async with workshop.client(person=someone, domo=Discreet(workshop.sandbox)) as client:
            arguments = {"dataset": table.id, "users": [str(DANA)]}
            written = applied(await client.call_tool("revoke_dataset_access", arguments))
        assert "what it has cannot be read" in someone.questions[0]
        assert (written["undo"], written.get("verified"), DANA in table.access) == ("none", None, False)

    @pytest.mark.parametrize(
        ("tool", "arguments", "says"),
        [
            ("revoke_dataset_access", {"users": ["Alex Rivera"]}, "owns the dataset"),
            ("revoke_dataset_access", {"users": ["Priya Nair"]}, "No grant of their own"),
            ("revoke_dataset_access", {"users": ["1002", "Dana Okafor"]}, "named twice"),
            ("revoke_dataset_access", {"users": ["Nobody Here"]}, 'There is no user "Nobody Here"'),
            ("share_dataset", {"grants": [{"id": "1001", "access_level": "CAN_VIEW"}]}, "owns the dataset"),
            ("share_dataset", {"grants": [{"id": "1004", "access_level": "OWNER"}]}, "grants.0.access_level"),
            ("share_dataset", {"grants": [{"id": "1004", "access_level": "can_view"}]}, "grants.0.access_level"),
            ("share_dataset", {"grants": [{"id": "1004", "type": "ROLE", "access_level": "CAN_VIEW"}]}, "type"),
            ("share_dataset", {"grants": [{"id": "999", "access_level": "CAN_VIEW"}]}, "There is no user"),
            (
                "share_dataset",
                {"grants": [{"id": "West Salse", "type": "GROUP", "access_level": "CAN_VIEW"}]},
                "West Sales",
            ),
        ],
    )
    async def test_who_cannot_be_meant_is_refused(
        self, workshop: Workshop, table: Table, tool: str, arguments: dict[str, Any], says: str
    ) -> None:
        async with workshop.client() as client:
            assert says in refused(await client.call_tool(tool, {"dataset": table.id, **arguments}))
        assert not changed(workshop)


class TestPartitions:
    async def test_they_are_paged_sorted_and_bounded(self, workshop: Workshop) -> None:
        sales = {"dataset": "Sales Orders"}
        async with workshop.client() as client:
            first = text_of(await client.call_tool("search_partitions", {**sales, "limit": 30}))
            rest = {**sales, "limit": 30, "cursor": cursor_of(first)}
            second = text_of(await client.call_tool("search_partitions", rest))
            oldest = text_of(await client.call_tool("search_partitions", {**sales, "sort": "oldest", "limit": 1}))
            bounds = {**sales, "min": "2026-02-01", "max": "2026-04-01"}
            some = text_of(await client.call_tool("search_partitions", bounds))
        everything = values(first) + values(second)
        assert everything == sorted(everything, reverse=True)
        assert (len(everything), cursor_of(second), values(oldest)) == (37, None, ["2023-11"])
        assert values(some) == ["2026-03", "2026-02", "2026-01"]

    async def test_rows_go_with_a_partition_and_its_tag_goes_by_itself(self, workshop: Workshop, table: Table) -> None:
        someone = Person("accepted")
        sql = {"sql": "SELECT a FROM table ORDER BY n", "dataset": table.id}
        async with workshop.client(person=someone) as client:
            gone = {"dataset": table.name, "partition": "2026-01", "remove": "data"}
            written = applied(await client.call_tool("delete_partition", gone))
            left = text_of(await client.call_tool("run_sql", sql))
            again = refused(await client.call_tool("delete_partition", gone))
            told = text_of(await client.call_tool("get_dataset", {"dataset": table.id, "include": ["partitions"]}))
            tags = [{**gone, "partition": name, "remove": "tag"} for name in ("2026-01", "2026-02")]
            for arguments in tags:
                applied(await client.call_tool("delete_partition", arguments))
            rows = text_of(await client.call_tool("run_sql", sql))
            unknown = refused(await client.call_tool("delete_partition", tags[0]))
        assert someone.questions[0].startswith('Delete the 2 rows of partition "2026-01"')
        assert "its 2 rows stay" in someone.questions[2]
        assert written["undo"] == "none"
        assert sorted(values(left)) == sorted(values(rows)) == ["12", "untagged", "z"]
        assert "holds no data any more" in again
        assert "2026-01" in told
        assert 'There is no partition "2026-01"' in unknown

    async def test_an_unknown_one_is_told_with_the_nearest(self, workshop: Workshop, table: Table) -> None:
        async with workshop.client() as client:
            arguments = {"dataset": table.id, "partition": "2026-1", "remove": "data"}
            text = refused(await client.call_tool("delete_partition", arguments))
        assert '"2026-01"' in text
        assert not changed(workshop)

    async def test_versions_for_dataflows_are_paged(self, workshop: Workshop) -> None:
        async with workshop.client() as client:
            first = text_of(await client.call_tool("list_magic_versions", {"dataset": "Sales Orders", "limit": 3}))
            rest = {"dataset": "Sales Orders", "limit": 3, "cursor": cursor_of(first)}
            second = text_of(await client.call_tool("list_magic_versions", rest))
            other = {"dataset": "Sales Orders", "engine": "SPARK"}
            wrong = refused(await client.call_tool("list_magic_versions", other))
        assert values(first) + values(second) == ["5", "4", "3", "2", "1"]
        assert "Unknown engine" in wrong


class TestIndexDataset:
    async def test_it_is_followed_to_its_end(
        self, workshop: Workshop, table: Table, company: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun, looks = company.clock(), count()
        monkeypatch.setattr(company, "clock", lambda: begun + timedelta(seconds=10 * next(looks)))
        workshop.sandbox.state.index_s = 35.0
        heard: list[str | None] = []

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            heard.append(message)

        async with workshop.client() as client:
            arguments = {"dataset": table.id, "wait": True}
            written = applied(await client.call_tool("index_dataset", arguments, progress_callback=hear))
        assert re.search(r"Index \d+ is done\.", str(written["facts"]))
        assert heard[0] == "0 of 1 data version indexed"
        assert heard[-1] == "1 of 1 data version indexed"
        assert len(heard) > 1

    async def test_it_stops_waiting_when_the_time_is_over(self, workshop: Workshop, table: Table) -> None:
        workshop.sandbox.state.index_s = 1000.0
        table.change(versions=tuple(DataVersion(id=n, recorded=1, completed=1, rows=1, size_bytes=1) for n in (1, 2)))
        async with workshop.client(limits={"call_timeout_s": 5.5}) as client:
            arguments = {"dataset": table.id, "wait": True, "versions": [1, 2]}
            written = applied(await client.call_tool("index_dataset", arguments))
        assert re.search(r"Index \d+ is still running: 0 of 2 data versions, 0 %\.", str(written["facts"]))

    async def test_progress_that_cannot_be_read_does_not_unmake_it(self, workshop: Workshop, table: Table) -> None:
        async with workshop.client() as client:
            workshop.strike("not_json", "GET", "*/statuses", times=50)
            written = applied(await client.call_tool("index_dataset", {"dataset": table.id, "wait": True}))
        assert "its progress cannot be read" in str(written["facts"])

    async def test_each_engine_has_its_own_request(self, workshop: Workshop, table: Table) -> None:
        async with workshop.client() as client:
            applied(await client.call_tool("index_dataset", {"dataset": table.id}))
            applied(await client.call_tool("index_dataset", {"dataset": table.id, "engine": "query"}))
            both = {"dataset": table.id, "engine": "query", "versions": [1]}
            assert "go with engine data" in refused(await client.call_tool("index_dataset", both))
        assert changed(workshop) == [
            ("POST", f"/api/data/v3/datasources/{table.id}/indexes"),
            ("POST", f"/api/query/v1/datasources/{table.id}"),
        ]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("create_dataset", {"name": ""}, "name"),
    ("create_dataset", {"name": "   "}, "needs a name"),
    ("create_dataset", {"name": "x" * 201}, "name"),
    ("create_dataset", {"columns": []}, "columns"),
    ("create_dataset", {"columns": [{"name": "a", "type": "INTEGER"}]}, "Write LONG."),
    ("create_dataset", {"columns": [{"name": "a", "type": "LONG"}, {"name": "A", "type": "LONG"}]}, "called"),
    ("create_dataset", {"columns": [{"name": " ", "type": "LONG"}]}, "needs a name"),
    ("alter_dataset_schema", {"columns": [A, N, DAY]}, "like that already"),
    ("alter_dataset_schema", {"columns": [{"name": "A", "type": "STRING"}, N, DAY]}, 'is written "a"'),
    ("alter_dataset_schema", {"columns": "a"}, "columns"),
    ("set_dataset_properties", {"provider_type": ""}, "provider_type"),
    ("set_dataset_properties", {"provider_type": "../x"}, "provider_type"),
    ("tag_dataset", {"tags": ["a", " "]}, "cannot be blank"),
    ("tag_dataset", {"tags": ["x" * 101]}, "tags.0"),
    ("tag_dataset", {"tags": [str(n) for n in range(101)]}, "tags"),
    ("share_dataset", {"grants": []}, "grants"),
    ("share_dataset", {"grants": [{"id": True, "access_level": "CAN_VIEW"}]}, "grants.0.id"),
    ("share_dataset", {"send_email": "perhaps"}, "send_email"),
    ("revoke_dataset_access", {"users": []}, "users"),
    ("revoke_dataset_access", {"remove": "everything"}, "remove"),
    ("search_partitions", {"min": "yesterday"}, "is no date or time"),
    ("search_partitions", {"sort": "size"}, "sort"),
    ("search_partitions", {"cursor": "xxx"}, "cursor"),
    ("list_magic_versions", {"engine": "magic"}, "engine"),
    ("delete_partition", {"partition": ""}, "partition"),
    ("delete_partition", {"partition": "a/../b"}, "There is no partition"),
    ("delete_partition", {"remove": "all"}, "remove"),
    ("index_dataset", {"versions": ["x"]}, "versions"),
    ("index_dataset", {"versions": [-1]}, "versions.0"),
    ("index_dataset", {"versions": [777]}, "Unknown data version 777"),
]


async def test_bad_arguments_are_told_and_change_nothing(workshop: Workshop, table: Table) -> None:
    async with workshop.client() as client:
        for tool, arguments, says in BAD:
            given = {**({} if tool == "create_dataset" else {"dataset": table.id}), **ALL[tool], **arguments}
            assert says in refused(await client.call_tool(tool, given)), (tool, arguments)
    assert [each for each in changed(workshop) if not each[1].endswith("/indexes")] == []


async def test_a_dataset_that_is_not_there_or_denied_is_out_of_reach_of_every_tool(
    workshop: Workshop, table: Table
) -> None:
    policy = {"access": "full", "deny": {"dataset": [table.name, "Never*"]}}
    missing = "00000000-0000-4000-8000-000000000000"
    async with workshop.client(policy=policy) as client:
        for tool, arguments in ALL.items():
            if tool == "create_dataset":
                assert "is not allowed here" in refused(await client.call_tool(tool, arguments))
                continue
            for dataset, says in ((table.id, "is not allowed here"), (missing, "There is no dataset")):
                assert says in refused(await client.call_tool(tool, {"dataset": dataset, **arguments})), tool
    assert not changed(workshop)


LEFT = {
    "alter_dataset_schema": ("POST", "*/schemas"),
    "set_dataset_properties": ("PUT", "*/properties"),
    "tag_dataset": ("POST", "*/tags"),
    "share_dataset": ("POST", "*/share"),
    "revoke_dataset_access": ("DELETE", "*/permissions/USER/*"),
    "delete_partition": ("DELETE", "*/tag/*/data"),
    "index_dataset": ("POST", "*/indexes"),
}


@pytest.mark.parametrize("tool", LEFT)
async def test_a_failing_domo_is_told_and_what_it_did_all_the_same_is_found_out(
    workshop: Workshop, table: Table, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domo_mcp.client.session._chance", lambda: 0.0)
    arguments = {"dataset": table.id, **ALL[tool]}
    async with workshop.client() as client:
        workshop.strike("401", *LEFT[tool])
        assert "Nothing was changed" in refused(await client.call_tool(tool, arguments))
        assert not changed(workshop)
        workshop.strike("500", *LEFT[tool])
        assert "is not known" in refused(await client.call_tool(tool, arguments))
        assert not changed(workshop)
        workshop.strike("reset_after", *LEFT[tool])
        result = await client.call_tool(tool, arguments)
    assert len(changed(workshop)) == 1
    if tool in {"delete_partition", "index_dataset"}:  # no read tells what became of these
        assert "is not known" in refused(result)
    else:
        assert "reading back shows the change is there" in str(applied(result)["facts"])


async def test_an_app_has_none_of_these_tools(workshop: Workshop) -> None:
    async with workshop.client("app") as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
    assert not listed & {*ALL, "append_rows", "replace_rows"}
