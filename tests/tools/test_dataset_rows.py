"""Rows into datasets, as a client sees it: checked first, sent in parts, committed once."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domo_mcp.sandbox.records import ColumnNote, Dataset, Grant
from domo_mcp.sandbox.store import Store
from domo_mcp.sandbox.warehouse import Column, ColumnType
from domo_mcp.tools.datasets import given
from tests.answers import raw_text_of, text_of
from tests.changes.answers import Person
from tests.tools.workshop import Workshop, applied, refused

ALEX, DANA = 1001, 1002
COLUMNS: list[tuple[str, ColumnType]] = [
    ("Name", "STRING"), ("Count", "LONG"), ("Amount", "DOUBLE"), ("Day", "DATE"), ("Seen At", "DATETIME"),
]  # fmt: skip
Rows = list[list[str | int | float | None]]

_numbers = count(1)


@pytest.fixture
def make(company: Store) -> Any:
    """Makes a dataset of Alex's, or one that Alex may only read, and returns its name and id."""

    def made(columns: list[tuple[str, ColumnType]] = COLUMNS, *, owner: int = ALEX) -> tuple[str, str]:
        number = next(_numbers)
        dataset_id, name = f"5a1e0000-0000-4000-8999-{number:012d}", f"Rows {number}"
        company.warehouse.create(dataset_id, [Column(*column) for column in columns])
        grants = (Grant(user_id=owner, level="OWNER"), *([Grant(user_id=ALEX, level="CAN_SHARE")] * (owner != ALEX)))
        notes = tuple(ColumnNote(name=name, description="") for name, _ in columns)
        fields: dict[str, Any] = {"description": "", "unit": None, "created": 0, "updated": 0}
        company.put(
            Dataset(id=dataset_id, name=name, owner_id=owner, provider="api", columns=notes, grants=grants, **fields)
        )
        return name, dataset_id

    return made


async def stored(workshop: Workshop, dataset_id: str) -> list[list[Any]]:
    """The rows of a dataset, in the order in which they came."""
    found = await workshop.send("POST", f"/api/query/v1/execute/{dataset_id}", {"sql": "SELECT * FROM table"})
    rows: list[list[Any]] = found["rows"]
    return rows


def as_csv(header: list[str], rows: Rows) -> str:
    """A CSV as other programs write it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([header, *rows])
    return text.getvalue()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that the server may read."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@asynccontextmanager
async def reading(
    workshop: Workshop, root: Path, person: Person | None = None, mode: str = "auto", **further: Any
) -> AsyncIterator[Client]:
    """A client of a server that reads files below `root`."""
    files = {"exports": "", "roots": [str(root)], **further.pop("files", {})}
    async with workshop.client(person=person, files=files, mode=mode, **further) as client:
        yield client


async def test_rows_in_column_order_and_by_name_are_asked_about_sent_and_found(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make()
    someone, rows = Person("accepted"), [["a", 1, 1.5, "2026-01-31", "2026-01-31T09:30:00+02:00"]]
    async with workshop.client(person=someone) as client:
        written = applied(await client.call_tool("append_rows", {"dataset": name, "rows": rows}))
        by_name = [{"Count": "007", "name": "b"}, {"Name": "", "Day": None}]
        again = applied(await client.call_tool("append_rows", {"dataset": dataset_id, "rows": by_name}))
        text = text_of(await client.call_tool("run_sql", {"sql": f"SELECT COUNT(*) AS n FROM `{name}`"}))
    assert await stored(workshop, dataset_id) == [
        ["a", 1, 1.5, "2026-01-31", "2026-01-31T07:30:00"],
        ["b", 7, None, None, None],
        ["", None, None, None, None],
    ]
    assert (written["verified"], written["undo"], again["verified"]) == (True, "none", True)
    assert f'Append 1 row to dataset "{name}" ({dataset_id})' in someone.questions[0]
    assert "it cannot be undone" in someone.questions[0]
    assert "rows: 1 -> 3" in someone.questions[1]
    assert "NULL in every row, as not given: Amount, Seen At." in someone.questions[1]
    assert "\n3\n" in text


def peculiar() -> Rows:
    """A thousand rows with all that tends to be damaged on the way."""
    texts: list[str | None] = [
        "plain", "007", "", None, 'say "hi"', "a,b", "one\ntwo", "one\r\ntwo\r", " lead", "trail ", "\t", "null",
        "NULL", "é vs e\u0301", "👩‍👩‍👧 family", "שלום עולם", "\u202eevil\u202c", "日本",
        "x" * 40_000, '""', '"', "'", "\\N", ",", "\n", "\u2028line", "=1+1",
    ]  # fmt: skip
    rows: Rows = []
    for number in range(1000):
        text = texts[number % len(texts)]
        whole = None if number % 7 == 0 else number * (-1) ** number
        rows.append([text, whole, number / 8, f"20{number % 90 + 10}-0{number % 9 + 1}-11", None])
    return rows


@pytest.mark.parametrize("part_mb", [1, 10])
async def test_a_thousand_peculiar_rows_come_back_identical(workshop: Workshop, make: Any, part_mb: int) -> None:
    name, dataset_id = make()
    rows = peculiar()
    async with workshop.client(files={"exports": "", "part_mb": part_mb, "parallel_parts": 2}) as client:
        written = applied(await client.call_tool("append_rows", {"dataset": name, "rows": rows}))
    assert sorted(map(repr, await stored(workshop, dataset_id))) == sorted(map(repr, rows))
    parts = {1: "2 parts", 10: "1 part"}[part_mb]
    assert f"1,000 rows in {parts}." in " ".join(written["facts"])


async def test_a_file_is_matched_by_its_header_and_named_with_size_and_hash(
    workshop: Workshop, make: Any, root: Path
) -> None:
    name, dataset_id = make()
    text = 'count,Name,Day\r\n"1","",2026-01-31\r\n,,\r\n\r\n2,"two\nlines",2026-02-01\r\n'
    (root / "new.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    someone, told = Person("accepted"), list[float]()

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async with reading(workshop, root, someone) as client:
        arguments = {"dataset": name, "source": "new.csv"}
        applied(await client.call_tool("append_rows", arguments, progress_callback=heard))
    assert [row[:4] for row in await stored(workshop, dataset_id)] == [
        ["", 1, None, "2026-01-31"],
        [None, None, None, None],
        ["two\nlines", 2, None, "2026-02-01"],
    ]
    digest = hashlib.sha256(b"\xef\xbb\xbf" + text.encode()).hexdigest()
    assert f"File new.csv: {len(text) + 3} bytes, sha256 {digest}." in someone.questions[0]
    assert "Row 1: Name = '', Count = '1', Amount = NULL" in someone.questions[0]
    assert told[-1] == 3


async def test_what_save_as_writes_can_be_uploaded_again(workshop: Workshop, make: Any, root: Path) -> None:
    name, dataset_id = make([("Text", "STRING"), ("Count", "LONG")])
    other, other_id = make([("Count", "LONG"), ("Text", "STRING")])
    rows: Rows = [[row[0], row[1]] for row in peculiar()[:30]]
    async with reading(workshop, root, files={"exports": str(root)}) as client:
        applied(await client.call_tool("append_rows", {"dataset": name, "rows": rows}))
        saved = {"sql": f"SELECT * FROM `{name}`", "save_as": "all.csv"}
        assert not (await client.call_tool("run_sql", saved)).is_error
        applied(await client.call_tool("append_rows", {"dataset": other, "source": "all.csv"}))
    assert [row[::-1] for row in await stored(workshop, other_id)] == rows == await stored(workshop, dataset_id)


async def test_replacing_says_what_goes_and_asks_whatever_the_lists_say(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make([("Name", "STRING")])
    someone = Person("accepted")
    policy = {"access": "full", "confirm_for": ["delete"], "unattended": ["replace_rows:Rows *"]}
    async with workshop.client(person=someone, policy=policy) as client:
        applied(await client.call_tool("append_rows", {"dataset": name, "rows": [["a"], ["b"], [None]]}))
        written = applied(await client.call_tool("replace_rows", {"dataset": name, "rows": [["c"]]}))
    assert await stored(workshop, dataset_id) == [["c"]]
    assert f'Replace all 3 rows of dataset "{name}" ({dataset_id}) with 1 row.' in someone.questions[1]
    assert "Domo has no way back for rows" in someone.questions[1]
    assert written["verified"] is True


async def test_a_partition_is_replaced_alone(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make([("Name", "STRING")])
    someone = Person("accepted")
    async with workshop.client(person=someone) as client:
        applied(await client.call_tool("append_rows", {"dataset": name, "rows": [["untagged"]]}))
        for tag, rows in (("jan", [["j"], ["k"]]), ("feb", [["f"]]), ("jan", [["new"]])):
            arguments = {"dataset": name, "rows": rows, "partition": tag}
            written = applied(await client.call_tool("replace_rows", arguments))
            assert written["verified"] is True
    assert await stored(workshop, dataset_id) == [["untagged"], ["f"], ["new"]]
    assert f'Replace no rows of partition jan of dataset "{name}"' in someone.questions[1]
    assert "it becomes a new one" in someone.questions[1]
    assert f'Replace all 2 rows of partition jan of dataset "{name}" ({dataset_id}) with 1 row.' in someone.questions[3]


WRONG = [
    ([["a", 1]], "Row 1 does not fit: values 2, columns of the dataset 5."),
    ([["a", "1.5", 1, None, None]], 'Row 1, column "Count" (LONG): "1.5" is not a whole number'),
    ([["a", True, 1, None, None]], 'column "Count" (LONG): "True"'),
    ([["a", 2**63, 1, None, None]], "at most 19 digits"),
    ([["a", 1, "1,000", None, None]], 'column "Amount" (DOUBLE): "1,000" is not a number'),
    ([["a", 1, "nan", None, None]], 'column "Amount"'),
    ([["a", 1, 1, "31.01.2026", None]], 'column "Day" (DATE): "31.01.2026" is not an ISO date'),
    ([["a", 1, 1, "2026-02-30", None]], "is not an ISO date"),
    ([["a", 1, 1, None, "noon"]], 'column "Seen At" (DATETIME): "noon" is not an ISO date and time'),
    ([[True, 1, 1, None, None]], 'column "Name" (STRING): "True" is not a text'),
    ([[["a"], 1, 1, None, None]], 'column "Name"'),
    ([["a\0b", 1, 1, None, None]], "without NUL characters"),
    ([{"Nmae": "a"}], 'The dataset has no column "Nmae". Nearest: "Name".'),
    ([{"Name": "a", "name": "b"}], 'The column "Name" is given twice.'),
    ([], "There are no rows."),
    ([["x", "y", "z", "u", "v"]] * 3, "There may be more."),
    ("Name,Count", "rows"),
    ([["a"] * 5] * 10_001, "rows"),
]


async def test_rows_that_do_not_fit_are_told_before_anything_is_sent(workshop: Workshop, make: Any) -> None:
    name, _ = make()
    workshop.forget()
    async with workshop.client() as client:
        for rows, says in WRONG:
            assert says in refused(await client.call_tool("append_rows", {"dataset": name, "rows": rows}))
        for rows, says in WRONG[:2]:
            assert says in refused(await client.call_tool("replace_rows", {"dataset": name, "rows": rows}))
    assert not workshop.written()


WRONG_FILES = [
    (b"", "has no rows"),
    (b"Name,Count\n", "has no rows"),
    (b"Name;Total\na;1\n", 'no column "Total"'),
    (b"Name,Total\na,1\n", 'no column "Total"'),
    (b"Name,NAME\na,b\n", 'The column "Name" is given twice.'),
    (b"Name,Count\na,1\nb,2,3\n", "Row 2 (line 3) does not fit: cells 3, columns of the header 2."),
    (b'Name,Count\n"a\nb",1\n"c",x\n', 'Row 2 (line 4), column "Count" (LONG): "x"'),
    (b'Name,Count\n"a"b,1\n', "not CSV"),
    (b'Name,Count\n"a,1\n', "not CSV"),
    ("Name\na\nGrüße\n".encode("latin-1"), "is not UTF-8 at line 3. Save it as"),
    ("Name\na\n".encode("utf-16"), "is not UTF-8"),
]


async def test_a_file_that_does_not_fit_is_told_with_row_and_line(workshop: Workshop, make: Any, root: Path) -> None:
    name, _ = make()
    workshop.forget()
    async with reading(workshop, root) as client:
        for content, says in WRONG_FILES:
            (root / "bad.csv").write_bytes(content)
            assert says in refused(await client.call_tool("append_rows", {"dataset": name, "source": "bad.csv"}))
    assert not workshop.written()


async def test_values_without_names_do_not_go_to_columns_that_changed_places_after_the_question(
    workshop: Workshop, make: Any
) -> None:
    wide: list[tuple[str, ColumnType]] = [(f"C{number}", "STRING") for number in range(8)]
    name, dataset_id = make([*wide, ("Debit", "LONG"), ("Credit", "LONG")])
    swapped = [{"name": name, "type": kind} for name, kind in [*wide, ("Credit", "LONG"), ("Debit", "LONG")]]

    class Swaps(Person):
        async def __call__(self, context: Any, params: Any) -> Any:
            await workshop.send("POST", f"/api/data/v2/datasources/{dataset_id}/schemas", {"columns": swapped})
            return await super().__call__(context, params)

    async with workshop.client(person=Swaps("accepted"), mode="legacy") as client:
        result = await client.call_tool("append_rows", {"dataset": name, "rows": [["x"] * 8 + [111, 999]]})
    assert (result.structured_content or {})["status"] == "needs_confirmation"
    assert await stored(workshop, dataset_id) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [("DECIMAL", "1e999"), ("DECIMAL", "1e-999"), ("DECIMAL", 0.1 + 0.2), ("LONG", 2.0**53), ("STRING", 0.1 + 0.2)],
)
async def test_a_number_that_lost_digits_or_has_too_many_is_refused(
    workshop: Workshop, make: Any, kind: ColumnType, value: float | str
) -> None:
    name, _ = make([("Amount", kind)])
    workshop.forget()
    async with workshop.client() as client:
        text = refused(await client.call_tool("append_rows", {"dataset": name, "rows": [[value]]}))
    assert "digits" in text
    assert not workshop.written()


async def test_a_hidden_column_that_is_not_indexed_yet_keeps_rows_out_and_its_name_back(
    workshop: Workshop, make: Any
) -> None:
    name, dataset_id = make([("Name", "STRING")])

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").endswith("/schema/indexed"):
            body = json.dumps({"tables": [{"columns": [{"id": "Name", "name": "Name", "type": "STRING"}]}]}).encode()
            await Response(body, media_type="application/json")(scope, receive, send)
        else:
            await workshop.sandbox(scope, receive, send)

    columns = [{"name": "Name", "type": "STRING"}, {"name": "Secret Bonus", "type": "LONG"}]
    await workshop.send("POST", f"/api/data/v2/datasources/{dataset_id}/schemas", {"columns": columns})
    policy = {"access": "full", "columns": {"hide": ["*Secret*"]}}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("append_rows", {"rows": [["x"]]}),
        ("append_rows", {"rows": [{"Nmae": "x"}]}),
        ("alter_dataset_schema", {"columns": columns[:1]}),
    ]
    workshop.forget()
    async with workshop.client(domo=late, policy=policy) as client:
        for tool, arguments in calls:
            text = refused(await client.call_tool(tool, {"dataset": name, **arguments}))
            assert "olicy" in text
            assert "Secret" not in text
    assert not workshop.written()


async def test_faults_stand_in_one_fence(workshop: Workshop, make: Any) -> None:
    name, _ = make()
    async with workshop.client() as client:
        result = await client.call_tool("append_rows", {"dataset": name, "rows": [["a", "x", "y", "z", "u"]]})
    told, _, columns = raw_text_of(result).partition("The columns are")
    assert (told.count('column "'), told.count("<data-"), columns.count("<data-")) == (4, 1, 1)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
async def test_a_file_with_another_separator_is_read_by_its_header(
    workshop: Workshop, make: Any, root: Path, separator: str
) -> None:
    name, dataset_id = make([("Name", "STRING"), ("Count", "LONG"), ("Note", "STRING")])
    lines = (["Name", "Count", "Note"], ["a, b", "1", ""], ["c", "", '""'], [f'"d{separator}"', "2", '"x""y"'])
    (root / "apart.csv").write_text("".join(f"{separator.join(line)}\r\n" for line in lines))
    someone = Person("accepted")
    async with reading(workshop, root, someone) as client:
        applied(await client.call_tool("append_rows", {"dataset": name, "source": "apart.csv"}))
    assert f"its cells are apart by {separator!r}" in someone.questions[0]
    assert await stored(workshop, dataset_id) == [["a, b", 1, None], ["c", None, ""], [f"d{separator}", 2, 'x"y']]


async def test_a_file_is_checked_once_while_it_stays_the_same(
    workshop: Workshop, make: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "_SETTLED_NS", 0)
    name, dataset_id = make([("Name", "STRING")])
    path = root / "same.csv"
    told: list[str] = []

    async def watch(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    async with reading(workshop, root) as client:
        for text in ("Name\none\n", "Name\none\n", "Name\ntwo\n"):
            path.write_text(text) if not path.exists() or path.read_text() != text else None
            arguments = {"dataset": name, "source": "same.csv"}
            applied(await client.call_tool("append_rows", arguments, progress_callback=watch))
    assert [message for message in told if "checked" in message] == ["1 row checked"] * 2
    assert await stored(workshop, dataset_id) == [["one"], ["one"], ["two"]]


async def test_only_files_below_the_roots_are_read(workshop: Workshop, make: Any, root: Path) -> None:
    name, _ = make()
    outside = root.parent / "outside.csv"
    outside.write_text("Name\na\n")
    (root / "link.csv").symlink_to(outside)
    os.mkfifo(root / "pipe.csv")
    workshop.forget()
    async with reading(workshop, root) as client:
        for source, says in (
            (str(outside), "outside the folders"),
            ("../outside.csv", "outside the folders"),
            ("link.csv", "outside the folders"),
            ("none.csv", "cannot be read"),
            ("pipe.csv", "cannot be read"),
        ):
            assert says in refused(await client.call_tool("append_rows", {"dataset": name, "source": source}))
        both = {"dataset": name, "source": "x.csv", "rows": [["a"]]}
        assert "either rows or source" in refused(await client.call_tool("append_rows", both))
        assert "either rows or source" in refused(await client.call_tool("replace_rows", {"dataset": name}))
        unknown = {"dataset": "Rovs", "rows": [["a"]]}
        assert "no dataset" in refused(await client.call_tool("append_rows", unknown))
    assert not workshop.written()


async def test_a_file_that_changes_after_the_question_is_not_uploaded(
    workshop: Workshop, make: Any, root: Path
) -> None:
    name, dataset_id = make([("Name", "STRING")])
    path = root / "rows.csv"
    path.write_text("Name\nshown\n")

    class Changes(Person):
        async def __call__(self, context: Any, params: Any) -> Any:
            path.write_text("Name\nother\n")
            return await super().__call__(context, params)

    async with reading(workshop, root, Changes("accepted"), mode="legacy") as client:
        result = await client.call_tool("replace_rows", {"dataset": name, "source": "rows.csv"})
    assert (result.structured_content or {})["status"] == "needs_confirmation"
    assert await stored(workshop, dataset_id) == []


async def test_a_file_that_changes_while_it_is_uploaded_is_not_committed(
    workshop: Workshop, make: Any, root: Path
) -> None:
    name, dataset_id = make([("Name", "STRING")])
    path = root / "rows.csv"
    path.write_text("Name\nshown\n")

    async def domo(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").endswith("/uploads"):
            path.write_text("Name\nother\n")
        await workshop.sandbox(scope, receive, send)

    async with reading(workshop, root, domo=domo) as client:
        text = refused(await client.call_tool("replace_rows", {"dataset": name, "source": "rows.csv"}))
    assert "rows.csv changed since it was checked." in text
    assert "Nothing was changed" in text
    assert await stored(workshop, dataset_id) == []


async def test_who_may_only_read_is_told_by_domo(workshop: Workshop, make: Any) -> None:
    name, _ = make(owner=DANA)
    async with workshop.client() as client:
        text = refused(await client.call_tool("append_rows", {"dataset": name, "rows": [["a", 1, 1, None, None]]}))
    assert "403" in text
    assert "Nothing was changed" in text


@pytest.mark.parametrize("policy", [{"hide": ["Rows*.Count"]}, {"mask": ["Day"]}])
async def test_where_policy_keeps_columns_back_nothing_is_written_and_no_error_names_them(
    workshop: Workshop, make: Any, policy: dict[str, Any]
) -> None:
    name, _ = make()
    workshop.forget()
    async with workshop.client(policy={"access": "full", "columns": policy}) as client:
        for rows in ([["a"]], [{"Cuont": 1}], [["a", "x", 1, None, None]]):
            text = refused(await client.call_tool("append_rows", {"dataset": name, "rows": rows}))
            assert "rows need all columns" in text
            assert "Count" not in text
            assert "Day" not in text
    assert not workshop.written()


async def test_a_denied_dataset_gets_no_rows(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make()
    workshop.forget()
    policy = {"access": "full", "deny": {"dataset": [name]}}
    async with workshop.client(policy=policy) as client:
        for tool in ("append_rows", "replace_rows"):
            text = refused(await client.call_tool(tool, {"dataset": dataset_id, "rows": [["a", 1, 1, None, None]]}))
            assert "not allowed here" in text
    assert not workshop.written()


async def test_a_no_sends_nothing_and_without_a_person_it_is_refused(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make([("Name", "STRING")])
    workshop.forget()
    async with workshop.client(person=Person("declined")) as client:
        result = await client.call_tool("append_rows", {"dataset": name, "rows": [["a"]]})
        assert (result.structured_content or {})["status"] == "declined"
    assert not workshop.written()
    assert await stored(workshop, dataset_id) == []


PARTS, COMMIT = "/api/data/v3/datasources/*/uploads/*/parts/*", "/api/data/v3/datasources/*/uploads/*/commit"


async def test_a_part_is_sent_again_and_the_rows_are_there_once(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make([("Name", "STRING")])
    workshop.strike("reset_after", "PUT", PARTS)
    async with workshop.client() as client:
        applied(await client.call_tool("append_rows", {"dataset": name, "rows": [["a"], ["b"]]}))
    assert await stored(workshop, dataset_id) == [["a"], ["b"]]


async def test_where_a_part_fails_for_good_nothing_is_committed(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make([("Name", "STRING")])
    workshop.strike("503", "PUT", PARTS, times=10)
    async with workshop.client() as client:
        text = refused(await client.call_tool("replace_rows", {"dataset": name, "rows": [["a"]]}))
    assert "No row was committed" in text
    assert "Nothing was changed" in text
    assert not [path for method, path in workshop.written() if path.endswith("/commit")]
    assert await stored(workshop, dataset_id) == []


async def test_a_commit_whose_answer_is_lost_is_not_known_since_rows_tell_nobody_and_not_repeated(
    workshop: Workshop, make: Any
) -> None:
    name, dataset_id = make([("Name", "STRING")])
    workshop.strike("reset_after", "PUT", COMMIT)
    async with workshop.client() as client:
        text = refused(await client.call_tool("append_rows", {"dataset": name, "rows": [["a"]]}))
    assert "Whether it was changed is not known" in text
    assert await stored(workshop, dataset_id) == [["a"]]
    assert len([path for method, path in workshop.written() if path.endswith("/commit")]) == 1


async def test_a_commit_that_did_not_get_through_is_told_as_not_known(workshop: Workshop, make: Any) -> None:
    name, dataset_id = make([("Name", "STRING")])
    workshop.strike("reset_before", "PUT", COMMIT, times=10)
    async with workshop.client() as client:
        text = refused(await client.call_tool("append_rows", {"dataset": name, "rows": [["a"]]}))
    assert "Whether it was changed is not known" in text
    assert await stored(workshop, dataset_id) == []
