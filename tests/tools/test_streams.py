"""Streams, as a client sees them: looked at without their secrets, made, changed, put back, run."""

from __future__ import annotations

from typing import Any

import pytest

from domo_mcp.sandbox.records import Dataset, Stream
from domo_mcp.sandbox.store import Store
from tests.answers import cursor_of, rows_of, text_of
from tests.changes.answers import Person
from tests.tools.workshop import Workshop, applied, refused

SALES_STREAM = "371"
SECRET = "hunter2-and-more"
QUERY = {"name": "query", "value": "SELECT `Region`, COUNT(*) AS `Orders` FROM shop.orders GROUP BY `Region`"}
NEW: dict[str, Any] = {
    "transport": {"description": "com.domo.connector.snowflakeunloadv2", "version": "1"},
    "configuration": [
        QUERY,
        {"name": "password", "value": SECRET},
        {"name": "url", "value": f"jdbc://reader:{SECRET}@db.example.com/shop"},
        {"name": "fetch_size", "value": "100"},
    ],
    "account_id": 3,
    "update_method": "REPLACE",
    "provider": "snowflake-unload-v2",
    "name": "Orders by region",
    "description": "from the shop",
    "schedule": {"type": "DAY", "at": "04:15 AM", "timezone": "UTC"},
}


@pytest.fixture
async def made(workshop: Workshop) -> str:
    """A stream of Alex's."""
    async with workshop.client() as client:
        return str(applied(await client.call_tool("create_stream", NEW))["new_ids"]["new:1"])


async def configuration(workshop: Workshop, stream: str) -> dict[str, Any]:
    """What Domo holds, secrets and all."""
    found = await workshop.send("GET", f"/api/data/v1/streams/{stream}")
    return {each["name"]: each["value"] for each in found["configuration"]}


async def test_a_stream_is_made_with_its_dataset_and_what_it_is_now_is_read_back(workshop: Workshop) -> None:
    someone = Person("accepted")
    async with workshop.client(person=someone) as client:
        written = applied(await client.call_tool("create_stream", {**NEW, "name": "Made here"}))
        stream = written["new_ids"]["new:1"]
        details = (await client.call_tool("get_stream", {"stream": stream})).structured_content or {}
        found = text_of(await client.call_tool("search_datasets", {"query": "Made here"}))
    assert (written["verified"], written["undo"]) == (True, "none")
    assert details["dataset"] == "Made here"
    assert details["schedule"] == NEW["schedule"]
    assert details["dataset_id"] in found
    assert (await configuration(workshop, stream))["password"] == SECRET
    assert SECRET not in "".join(someone.questions)


async def test_secrets_are_shown_nowhere(workshop: Workshop, made: str, tmp_path: Any) -> None:
    audit = tmp_path / "audit.jsonl"
    someone = Person("accepted")
    async with workshop.client(person=someone, audit={"file": str(audit), "arguments": "full"}) as client:
        texts = [
            text_of(await client.call_tool("create_stream", {**NEW, "name": "Kept secret"})),
            text_of(await client.call_tool("get_stream", {"stream": made})),
            text_of(await client.call_tool("update_stream", {"stream": made, "description": "other"})),
            text_of(await client.call_tool("list_changes", {})),
        ]
    assert '{"name":"password","value":"***"}' in texts[1]
    assert "jdbc://***@db.example.com/shop" in texts[1]
    assert SECRET not in "".join([*texts, *someone.questions, audit.read_text(encoding="utf-8")])


async def test_what_is_left_out_stays_secrets_too_and_undo_puts_back_what_was_read(
    workshop: Workshop, made: str
) -> None:
    before = await workshop.send("GET", f"/api/data/v1/streams/{made}")
    async with workshop.client() as client:
        settings = [
            {"name": "fetch_size", "value": None},
            {"name": "retries", "value": "5"},
            {"name": "password", "value": "***"},
        ]
        arguments = {"stream": made, "configuration": settings, "update_method": "APPEND", "name": "Renamed"}
        written = applied(await client.call_tool("update_stream", arguments))
        after = await workshop.send("GET", f"/api/data/v1/streams/{made}")
        undone = applied(await client.call_tool("undo_change", {"change": written["change"]}))
    assert (written["verified"], written["undo"], undone["verified"]) == (True, "content", True)
    assert {each["name"] for each in after["configuration"]} == {"query", "password", "url", "retries"}
    assert (after["updateMethod"], after["dataSource"]["name"], after["account"]) == ("APPEND", "Renamed", {"id": 3})
    again = await workshop.send("GET", f"/api/data/v1/streams/{made}")
    parts = ("transport", "updateMethod", "account", "dataProvider")
    assert {part: again[part] for part in parts} == {part: before[part] for part in parts}
    assert await configuration(workshop, made) == {each["name"]: each["value"] for each in before["configuration"]}
    assert again["dataSource"]["name"] == before["dataSource"]["name"]


async def test_a_changed_secret_is_said_beforehand_not_to_come_back(workshop: Workshop, made: str) -> None:
    someone = Person("accepted")
    async with workshop.client(person=someone) as client:
        settings = [{"name": "password", "value": "another"}]
        written = applied(await client.call_tool("update_stream", {"stream": made, "configuration": settings}))
    assert written["undo"] == "none"
    assert "Secret settings change: password." in someone.questions[0]
    assert "another" not in someone.questions[0]
    assert (await configuration(workshop, made))["password"] == "another"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "Nothing to change was given."),
    ({"update_method": "REPLACE"}, "Nothing to change was given."),
    ({"update_method": "MERGE"}, "update_method"),
    ({"configuration": [{"name": "url", "value": "jdbc://***@elsewhere"}]}, "stands for a secret"),
    ({"configuration": [{"name": "new_token", "value": "***"}]}, "stands for a secret"),
    ({"configuration": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]}, "is given twice"),
    ({"configuration": [{"name": "a"}]}, "configuration.0.value"),
    ({"configuration": [{"name": "a", "value": 1, "streamId": 3}]}, "configuration.0.streamId"),
    ({"transport": {"version": "1"}}, "transport.description"),
    ({"schedule": {"timezone": "UTC"}}, "A schedule needs a type."),
    ({"account_id": "mine"}, "account_id"),
    ({"name": ""}, "name"),
    ({"name": "x" * 201}, "name"),
]


async def test_what_makes_no_sense_is_refused(workshop: Workshop, made: str) -> None:
    workshop.forget()
    async with workshop.client() as client:
        for arguments, says in WRONG:
            assert says in refused(await client.call_tool("update_stream", {"stream": made, **arguments}))
    assert not workshop.written()


async def test_a_stream_that_is_not_there_or_no_id_is_an_error_of_each_tool(workshop: Workshop) -> None:
    workshop.forget()
    async with workshop.client() as client:
        for tool in ("get_stream", "list_stream_runs", "run_stream"):
            assert "404" in refused(await client.call_tool(tool, {"stream": "99999"}))
            for odd in ("sales", "1/../2", "", "9" * 41):
                assert "stream" in refused(await client.call_tool(tool, {"stream": odd}))
        assert "404" in refused(await client.call_tool("update_stream", {"stream": 99999, "name": "x"}))
        for wrong in ({"transport": {"description": ""}}, {"configuration": "query"}, {"provider": ""}):
            refused(await client.call_tool("create_stream", {**NEW, **wrong}))
    assert not workshop.written()


async def test_runs_come_by_pages_newest_first(workshop: Workshop) -> None:
    async with workshop.client() as client:
        first = text_of(await client.call_tool("list_stream_runs", {"stream": SALES_STREAM, "limit": 2}))
        arguments = {"stream": SALES_STREAM, "limit": 2, "cursor": cursor_of(first)}
        second = text_of(await client.call_tool("list_stream_runs", arguments))
    header, *runs = [*rows_of(first), *rows_of(second)[1:]]
    assert [name.partition(":")[0] for name in header][:4] == ["run", "state", "started", "ended"]
    assert [run[1] for run in runs] == ["SUCCESS", "SUCCESS", "SUCCESS", "ERROR"]
    assert runs[0][0] > runs[1][0] > runs[2][0]


async def test_a_run_is_started_once_asked_for_and_one_at_a_time(workshop: Workshop, made: str) -> None:
    someone = Person("accepted")
    async with workshop.client(person=someone) as client:
        written = applied(await client.call_tool("run_stream", {"stream": made}))
        running = (await client.call_tool("get_stream", {"stream": made})).structured_content or {}
        text = refused(await client.call_tool("run_stream", {"stream": made}))
    assert "The rows that are there are replaced." in someone.questions[0]
    assert "ACTIVE" in " ".join(written["facts"])
    assert running["running"]["state"] == "ACTIVE"
    assert "is not done yet." in someone.questions[1]
    assert "409" in text
    assert "Nothing was changed" in text


async def test_who_may_only_read_is_told_by_domo(workshop: Workshop) -> None:
    async with workshop.client() as client:
        assert "403" in refused(await client.call_tool("run_stream", {"stream": SALES_STREAM}))
        assert "403" in refused(await client.call_tool("update_stream", {"stream": SALES_STREAM, "description": "x"}))


async def test_denied_streams_and_datasets_are_out_of_reach(workshop: Workshop, company: Store, made: str) -> None:
    dataset = next(each for each in company.all(Dataset) if str(each.stream_id) == made)
    workshop.forget()
    for deny in ({"stream": [made]}, {"dataset": [dataset.id]}, {"stream": ["Orders by *"]}):
        async with workshop.client(policy={"access": "full", "deny": deny}) as client:
            for tool in ("get_stream", "list_stream_runs", "run_stream"):
                assert "not allowed here" in refused(await client.call_tool(tool, {"stream": made}))
            update = {"stream": made, "name": "x"}
            assert "not allowed here" in refused(await client.call_tool("update_stream", update))
    async with workshop.client(policy={"access": "full", "deny": {"dataset": ["Orders by*"]}}) as client:
        assert "not allowed here" in refused(await client.call_tool("create_stream", NEW))
    assert not workshop.written()


async def test_hidden_columns_are_not_named_and_their_streams_not_changed(workshop: Workshop, made: str) -> None:
    policy = {"access": "full", "columns": {"hide": ["Orders"]}}
    async with workshop.client(policy=policy) as client:
        text = text_of(await client.call_tool("get_stream", {"stream": made}))
        refusal = refused(await client.call_tool("update_stream", {"stream": made, "description": "x"}))
    assert "`[hidden]`" in text
    assert "`Orders`" not in text
    assert "Policy keeps columns" in refusal


async def test_errors_of_runs_are_kept_back_with_the_columns_whose_values_they_may_tell(
    workshop: Workshop, company: Store
) -> None:
    stream = company.get(Stream, int(SALES_STREAM))
    assert stream is not None
    last, *rest = stream.executions
    failed = last.model_copy(update={"state": "ERROR", "errors": ("Cannot convert '734.15' of 'Jane Roe' to LONG",)})
    company.put(stream.model_copy(update={"executions": (failed, *rest)}))
    try:
        told = []
        for columns in ({"mask": ["Customer Name"]}, {"hide": ["No such column"]}):
            async with workshop.client(policy={"access": "full", "columns": columns}) as client:
                told.append(text_of(await client.call_tool("get_stream", {"stream": SALES_STREAM})))
    finally:
        company.put(stream)
    assert ["Jane Roe" in text for text in told] == [False, True]
    assert "734.15" not in told[0]


async def test_a_stream_whose_dataset_was_denied_since_is_not_put_back(
    workshop: Workshop, made: str, company: Store, tmp_path: Any
) -> None:
    state = {"url": str(tmp_path / "state.sqlite")}
    async with workshop.client(state=state) as client:
        update = {"stream": made, "description": "another"}
        written = applied(await client.call_tool("update_stream", update))
    dataset = next(each for each in company.all(Dataset) if str(each.stream_id) == made)
    workshop.forget()
    for denied in (dataset.id, "Orders by*"):
        policy = {"access": "full", "deny": {"dataset": [denied]}}
        async with workshop.client(state=state, policy=policy) as client:
            text = refused(await client.call_tool("undo_change", {"change": written["change"]}))
            assert "not allowed here" in text
    assert not workshop.written()


async def test_settings_of_one_name_stay_apart_by_their_category(workshop: Workshop, made: str) -> None:
    body = await workshop.send("GET", f"/api/data/v1/streams/{made}")
    settings = [{**QUERY, "type": "string", "category": category} for category in ("METADATA", "EXTRA")]
    keys = ("transport", "updateMethod", "account", "dataProvider", "dataSource", "advancedScheduleJson")
    changed = {**{key: body[key] for key in keys}, "configuration": settings}
    await workshop.send("PUT", f"/api/data/v1/streams/{made}", changed)
    async with workshop.client() as client:
        either = {"stream": made, "configuration": [{"name": "query", "value": "SELECT 1"}]}
        assert "Say category: METADATA, EXTRA." in refused(await client.call_tool("update_stream", either))
        either["configuration"] = [{"name": "query", "value": "SELECT 1", "category": "EXTRA"}]
        written = applied(await client.call_tool("update_stream", either))
        after = (await workshop.send("GET", f"/api/data/v1/streams/{made}"))["configuration"]
        applied(await client.call_tool("undo_change", {"change": written["change"]}))
    assert [each["value"] for each in after] == [QUERY["value"], "SELECT 1"]
    again = (await workshop.send("GET", f"/api/data/v1/streams/{made}"))["configuration"]
    assert [(each["category"], each["value"]) for each in again] == [
        (each["category"], each["value"]) for each in settings
    ]


async def test_a_run_that_replaces_rows_takes_a_person(workshop: Workshop, made: str) -> None:
    policy = {"access": "full", "unattended": ["run_stream:*"], "confirm_for": ["delete"]}
    someone = Person("declined")
    workshop.forget()
    async with workshop.client(policy=policy, person=someone) as client:
        await client.call_tool("run_stream", {"stream": made})
        assert not workshop.written()
        update = {"stream": made, "update_method": "APPEND"}
        applied(await client.call_tool("update_stream", update))
        applied(await client.call_tool("run_stream", {"stream": made}))
    assert len(someone.questions) == 1
