"""The parameters that tools share: description, validation and target of each, stated once."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetPydanticSchema, JsonValue
from pydantic_core import core_schema

from domo_mcp import sql
from domo_mcp.tools.appdb.ids import checked_id
from domo_mcp.tools.appdb.mongo.checking import check_query
from domo_mcp.tools.appdb.mongo.operations import check_content, check_operation
from domo_mcp.tools.toolset import Target

Dataset = Annotated[str, Target("dataset"), Field(min_length=1, max_length=500, description="Dataset id or name.")]
DatasetList = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500)]],
    Target("dataset"),
    Field(min_length=1, max_length=10, description="Dataset ids or names; left out: chosen by the question."),
]
Package = Annotated[
    str, Target("package"), Field(min_length=1, max_length=500, description="Package id or name; of an app its alias.")
]
User = Annotated[str, Target("user"), Field(min_length=1, max_length=200, description="User id or name.")]
Group = Annotated[str, Target("group"), Field(min_length=1, max_length=200, description="Group id or name.")]
Question = Annotated[str, Field(min_length=2, max_length=2000, description="The question in plain words.")]
Limit = Annotated[int, Field(ge=1, le=100_000, description="Most rows to return.")]
ListLimit = Annotated[int, Field(ge=1, le=100, description="Most entries to return.")]
Cursor = Annotated[str, Field(max_length=500, description="next_cursor of the last answer.")]
MaxTokens = Annotated[int, Field(ge=200, le=200_000, description="Most tokens of answer text.")]
SaveAs = Annotated[
    str,
    Field(
        min_length=1, max_length=255, description="Write all rows to this new CSV file in the server's exports folder."
    ),
]


def _parsed_sql(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    return core_schema.no_info_after_validator_function(sql.parse, core_schema.str_schema(strict=True))


Picture = Annotated[
    str,
    Field(
        min_length=1,
        max_length=30_000_000,
        description=(
            "A picture: data URI (data:image/png;base64,…), domo://{instance}/filesets/{id}/files/{id} or "
            "domo://{instance}/data-files/{id}; over stdio also a file below files.roots."
        ),
    ),
]
System = Annotated[str, Field(max_length=20_000, description="System prompt.")]
Model = Annotated[str, Field(max_length=200, description="Domo AI model id.")]


Sql = Annotated[
    sql.Select,
    GetPydanticSchema(_parsed_sql),
    Field(description="One SELECT in Domo's SQL (like MySQL; `column` in backticks, text and dates in single quotes)."),
]


def _query(query: dict[str, JsonValue]) -> dict[str, JsonValue]:
    check_query(query)
    return query


def _operation(operation: dict[str, JsonValue]) -> dict[str, JsonValue]:
    check_operation(operation)
    return operation


def _content(content: dict[str, JsonValue]) -> dict[str, JsonValue]:
    check_content(content)
    return content


Collection = Annotated[
    str, Target("collection"), Field(min_length=1, max_length=500, description="Collection id or name.")
]
Id = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(checked_id)]
DocumentId = Annotated[Id, Field(description="Document id.")]
DocumentIds = Annotated[
    list[Id],
    Field(min_length=1, max_length=1000, description="Document ids."),
]
Filter = Annotated[
    dict[str, JsonValue],
    AfterValidator(_query),
    Field(
        description=(
            'MongoDB query: {"status": "open", "spend": {"$gt": 5}}. Names are properties of the content; id, owner, '
            "createdOn, createdBy, updatedOn, updatedBy, syncRequired are the document's own (a content property so "
            'called: content.owner). createdOn, updatedOn: {"$date": "2026-01-31T00:00:00.000Z"}.'
        )
    ),
]
Which = Annotated[
    dict[str, JsonValue],
    AfterValidator(_query),
    Field(description="MongoDB query for all that match, written as in query_appdb_documents."),
]
Operation = Annotated[
    dict[str, JsonValue],
    AfterValidator(_operation),
    Field(
        description=(
            "MongoDB update instead of `set`: $inc, $mul, $min, $max, $unset, $rename, $push, $addToSet, $pop, "
            "$pullAll, $currentDate, $set."
        )
    ),
]
Content = Annotated[dict[str, JsonValue], AfterValidator(_content)]
Property = Annotated[str, Field(min_length=1, max_length=300)]
Properties = Annotated[list[Property], Field(max_length=20)]
Aliases = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], Property],
    Field(max_length=20, description="Alias to property."),
]
Fileset = Annotated[str, Target("fileset"), Field(min_length=1, max_length=500, description="FileSet id or name.")]
FilesetFile = Annotated[str, Field(min_length=1, max_length=1000, description="File id, or its path in the FileSet.")]
Directory = Annotated[str, Field(max_length=1000, description="Only files below this directory of the FileSet.")]
SaveFileAs = Annotated[
    str,
    Field(min_length=1, max_length=255, description="Save the whole file under this new name in the exports folder."),
]
UploadSource = Annotated[str, Field(min_length=1, max_length=4096, description="A file below files.roots.")]
UploadContent = Annotated[
    str, Field(min_length=1, max_length=30_000_000, description="Text, or data:TYPE;base64,… for other bytes.")
]
UploadName = Annotated[str, Field(min_length=1, max_length=255, description="File name; needed with content.")]
FileNumber = Annotated[str, Target("file"), Field(pattern="^[0-9]{1,19}$")]
DataFile = Annotated[FileNumber, Field(description="File id, a number.")]
RevisionNumber = Annotated[str, Field(pattern="^[0-9]{1,19}$", description="Revision id, a number.")]
Workflow = Annotated[
    str,
    Target("workflow"),
    Field(min_length=1, max_length=500, description="Workflow id or name; in an app its alias."),
]
WorkflowInstanceId = Annotated[str, Field(min_length=1, max_length=200, description="Id of the instance.")]
