from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from domo_mcp.client.rows import ANSWER, Row, RowColumn, Rows, rows_of
from domo_mcp.client.rowstream import RowReader
from domo_mcp.errors import AnswerTooLarge, UnreadableAnswer

COLUMNAR = {
    "datasource": "uuid",
    "columns": ["a", "a"],
    "metadata": [{"type": "LONG", "dataSourceId": "uuid", "nested": {"type": "STRING"}}],
    "fromcache": "false",
    "numColumns": 2,
    "rows": [[1, "x"], [None, 2.5], [True, ""]],
    "numRows": 3,
    "duration": "1",
}
TWO_NAMED_ALIKE = (RowColumn("a", "LONG"), RowColumn("a"))
RECORDS = [{"a": 1, "b.c": "x"}, {"b.c": None, "a": 2.5}, {"a": False}]


def whole(text: bytes) -> Rows:
    return rows_of(ANSWER.validate_json(text))


def in_pieces(text: bytes, size: int) -> Iterator[Rows]:
    reader = RowReader()
    for start in range(0, len(text), size):
        if batch := reader.feed(text[start : start + size]):
            yield batch
    yield reader.finish()


def streamed(text: bytes, size: int) -> tuple[tuple[RowColumn, ...], list[Row]]:
    batches = list(in_pieces(text, size))
    assert {batch.columns for batch in batches} == {batches[-1].columns}
    return batches[-1].columns, [row for batch in batches for row in batch.rows]


def test_a_columnar_answer_keeps_columns_of_the_same_name() -> None:
    rows = whole(json.dumps(COLUMNAR).encode())
    assert rows == Rows(TWO_NAMED_ALIKE, [[1, "x"], [None, 2.5], [True, ""]], from_cache=False)


def test_a_list_of_objects_becomes_columns_and_rows() -> None:
    rows = whole(json.dumps(RECORDS).encode())
    assert rows == Rows((RowColumn("a"), RowColumn("b.c")), [[1, "x"], [2.5, None], [False, None]])


def test_numbers_keep_their_kind() -> None:
    rows = whole(b'{"columns":["a"],"rows":[[1],[1.0],["1"],[true],[123456789012345678901]]}')
    assert [repr(row[0]) for row in rows.rows] == ["1", "1.0", "'1'", "True", "123456789012345678901"]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_stream_reads_a_columnar_answer_as_the_whole_does(size: int) -> None:
    text = json.dumps(COLUMNAR).encode()
    assert streamed(text, size) == (TWO_NAMED_ALIKE, whole(text).rows)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_the_stream_reads_a_list_of_objects_as_the_whole_does(size: int) -> None:
    text = json.dumps(RECORDS).encode()
    assert streamed(text, size) == (whole(text).columns, whole(text).rows)


@pytest.mark.parametrize("text", [b'{"columns":["a"],"rows":[]}', b"[]", b'{"rows":[],"columns":["a"]}'])
def test_no_rows_are_no_rows(text: bytes) -> None:
    assert whole(text).rows == []
    assert streamed(text, 3) == (whole(text).columns, [])


def test_the_stream_hands_rows_on_before_the_answer_ends() -> None:
    reader = RowReader()
    assert reader.feed(b'{"columns":["a"],"rows":[[1],[2') == Rows((RowColumn("a"),), [[1]])
    assert reader.feed(b"]") == Rows((RowColumn("a"),), [[2]])
    assert reader.feed(b",[") is None


MALFORMED = [
    b"",
    b"1",
    b'"rows"',
    b"null",
    b"{}",
    b'{"status":403,"message":"no"}',
    b'{"columns":["a"]}',
    b'{"rows":[[1]]}',
    b'{"columns":["a"],"rows":[[1,2]]}',
    b'{"columns":["a","b"],"rows":[[1]]}',
    b'{"columns":["a"],"rows":[{"a":1}]}',
    b'{"columns":["a"],"rows":[1]}',
    b'{"columns":["a"],"rows":[[[1]]]}',
    b'{"columns":["a"],"rows":[[{"b":1}]]}',
    b'{"columns":["a"],"rows":[[NaN]]}',
    b'{"columns":["a"],"rows":[[1e999]]}',
    b'{"columns":["a"],"rows":[[1]]',
    b'{"columns":["a"],"rows":[["\xff"]]}',
    b"[1]",
    b"[[1]]",
    b"[[]]",
    b'[[{"a":1}]]',
    b'[{"a":[1]}]',
    b'[{"a":{"b":1}}]',
    b'[{"a":1},',
    b'[{"a":1}]x',
    b"[" * 100_000,
    b"<html>",
]


@pytest.mark.parametrize("text", MALFORMED, ids=lambda text: repr(text[:30]))
def test_what_is_not_rows_is_refused_whole(text: bytes) -> None:
    with pytest.raises((ValidationError, UnreadableAnswer)):
        whole(text)


@pytest.mark.parametrize("size", [1, 100_000])
@pytest.mark.parametrize("text", MALFORMED, ids=lambda text: repr(text[:30]))
def test_what_is_not_rows_is_refused_in_pieces(text: bytes, size: int) -> None:
    with pytest.raises(UnreadableAnswer):
        list(in_pieces(text, size))


@pytest.mark.parametrize(
    "text",
    [
        b'{"rows":[[1]],"columns":["a"]}',
        b'{"rows":[[]],"columns":["a"]}',
        b'{"columns":["a"],"rows":[[1]],"columns":["b"]}',
        b'[{"a":1},{"b":2}]',
    ],
)
def test_the_stream_refuses_rows_whose_columns_come_later(text: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        list(in_pieces(text, 1000))


def test_one_endless_value_does_not_fill_the_memory() -> None:
    reader = RowReader()
    reader.feed(b'{"columns":["a"],"rows":[["')
    megabyte = b"x" * 2**20
    with pytest.raises(AnswerTooLarge):
        list(map(reader.feed, [megabyte] * 40))
