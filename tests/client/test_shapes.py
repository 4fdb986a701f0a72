from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from domo_mcp.client.answers import Answer, decode
from domo_mcp.client.metadata import Dataset, DatasetPage, LatestSchema, Owner, Partition, Stream
from domo_mcp.client.shapes import Count, Instant
from domo_mcp.errors import UnreadableAnswer

MOMENT = datetime(2025, 8, 20, 17, 47, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "spelled",
    [
        1755712042000,
        1755712042,
        "1755712042000",
        "2025-08-20T17:47:22Z",
        "2025-08-20T17:47:22.000+0000",
        "2025-08-20T17:47:22.000000000Z",
        "2025-08-20T17:47:22",
        "2025-08-20T19:47:22+02:00",
    ],
)
def test_a_time_in_any_of_domos_spellings_is_the_same_moment(spelled: object) -> None:
    read = TypeAdapter(Instant).validate_python(spelled)
    assert read == MOMENT
    assert read.utcoffset() is not None


@pytest.mark.parametrize("spelled", [None, "", "yesterday", [], {}, 10**30, True])
def test_a_time_that_is_none_does_not_spoil_the_answer(spelled: object) -> None:
    read = Dataset.model_validate({"id": "a", "created": spelled})
    assert read.created is None or abs(read.created - datetime(1970, 1, 1, tzinfo=UTC)) < timedelta(days=1)


@pytest.mark.parametrize(("spelled", "number"), [(7, 7), ("7", 7), (None, None), ("many", None), (7.5, None)])
def test_a_count_may_be_text_or_missing(spelled: object, number: int | None) -> None:
    assert TypeAdapter(Count).validate_python(spelled) == number


def test_ids_may_be_numbers_and_everything_else_null() -> None:
    text = b'{"id":12,"name":"a","owner":{"id":27,"displayName":"Ann"},"streamId":371,"description":null,"new":{}}'
    read = Dataset.model_validate_json(text)
    assert (read.id, read.stream_id, read.owner) == ("12", "371", Owner(id="27", name="Ann"))


@pytest.mark.parametrize(
    "properties", [None, {}, {"formulas": None}, {"formulas": {"formulas": None}}, {"formulas": {"formulas": {}}}]
)
def test_a_dataset_without_beast_modes_has_none(properties: object) -> None:
    assert Dataset.model_validate({"id": "a", "properties": properties}).formulas == ()


def test_beast_modes_come_with_all_details() -> None:
    formulas = {"calculation_1": {"id": "calculation_1", "name": "Net", "formula": "`a`-1", "dataType": "DOUBLE"}}
    read = Dataset.model_validate({"id": "a", "properties": {"formulas": {"formulas": formulas}}})
    assert [(formula.name, formula.formula, formula.data_type) for formula in read.formulas] == [
        ("Net", "`a`-1", "DOUBLE")
    ]


@pytest.mark.parametrize(
    "page",
    [
        {"dataSources": [{"id": "a"}], "_metaData": {"totalCount": 1}},
        {"dataSources": [{"databaseId": "a"}], "_metaData": None},
        [{"id": "a"}],
    ],
)
def test_datasets_come_in_a_page_or_as_a_list(page: object) -> None:
    assert [item.id for item in DatasetPage.model_validate(page).items] == ["a"]


def test_a_page_says_how_many_there_are() -> None:
    assert DatasetPage.model_validate({"dataSources": None, "_metaData": {"totalCount": 9}}).total == 9


@pytest.mark.parametrize("raw", ["2024-01", {"partitionId": "2024-01"}, {"id": "2024-01", "rowCount": 3}])
def test_a_partition_is_a_bare_id_or_an_object(raw: object) -> None:
    assert Partition.model_validate(raw).id == "2024-01"


def test_a_schema_that_is_null_has_no_columns() -> None:
    assert LatestSchema.model_validate({"schema": None}).columns == ()


def test_a_streams_configuration_is_not_read_since_it_may_hold_secrets() -> None:
    configuration = [{"name": "password", "value": "hunter2"}]
    read = Stream.model_validate(
        {"id": 371, "configuration": configuration, "lastExecution": {"startedAt": 1652481782}}
    )
    assert "hunter2" not in repr(read)
    assert read.last_execution is not None
    assert read.last_execution.started_at == datetime(2022, 5, 13, 22, 43, 2, tzinfo=UTC)


@pytest.mark.parametrize("body", [b'{"result": [{"id": "a"}]}', b'{"error": "try later"}'])
def test_an_object_without_any_known_field_is_no_empty_page(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer, match="none of the fields of DatasetPage"):
        decode(Answer("/api", 200, {}, body), DatasetPage)


@pytest.mark.parametrize("body", [b"{}", b'{"dataSources": null}', b'{"dataSources": []}', b"[]"])
def test_a_page_may_be_empty(body: bytes) -> None:
    assert decode(Answer("/api", 200, {}, body), DatasetPage).items == ()
