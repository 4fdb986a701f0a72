"""What a package is: versions, functions with typed inputs and output, and who may do what with it."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox.records import Part, Record, User

Type = Literal["text", "number", "decimal", "boolean", "date", "dateTime", "object", "person", "dataset", "group"]
Permission = Literal["OWNER", "EDIT", "VIEW", "EXECUTE"]
Status = Literal["SUCCESS", "FAILED", "RESULT_TYPE_FAILURE", "RUNNING", "OUTPUT_UNDEFINED"]


class _Shown(Part):
    """Sent as it is, in Domo's own names."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Variable(_Shown):
    """An input or the output of a function."""

    name: str
    display_name: str
    type: Type
    is_list: bool = False
    nullable: bool = False


class Function(_Shown):
    """What can be called; `name` is also the one of the code that runs."""

    name: str
    display_name: str
    description: str
    inputs: tuple[Variable, ...]
    output: Variable


class Version(Part):
    """A version; `released` is when it became callable, None for one that is still worked on."""

    version: str
    created: int
    released: int | None
    functions: tuple[Function, ...]
    code: str = ""

    def function(self, name: str) -> Function | None:
        """Give the function of a name."""
        return next((function for function in self.functions if function.name == name), None)


class PackageGrant(Part):
    """What a user may do with a package."""

    user_id: int
    permission: Permission


class Package(Record):
    """Functions that belong together. `versions` has the oldest first."""

    id: str
    name: str
    description: str
    language: Literal["JAVASCRIPT", "PYTHON"]
    owner_id: int
    created: int
    updated: int
    versions: tuple[Version, ...]
    grants: tuple[PackageGrant, ...] = ()

    def version(self, number: str) -> Version | None:
        """Give the version of a number."""
        return next((version for version in self.versions if version.version == number), None)

    def permission(self, user: User) -> Permission | None:
        """Give what a user may do; an administrator and the owner may do everything."""
        if user.role == "Admin" or user.id == self.owner_id:
            return "OWNER"
        return next((grant.permission for grant in self.grants if grant.user_id == user.id), None)


class FunctionAlias(Record):
    """The name that an app's manifest gives to a function of a package: `id` is the alias.

    `parameters` has the alias of an input and its name.
    """

    id: str
    package_id: str
    version: str
    function: str
    parameters: dict[str, str] = Field(default_factory=dict)


class Execution(Record):
    """One call of a function and what came of it. Times are ISO text, as Domo sends them."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    id: str
    package_id: str
    version: str
    function_name: str
    status: Status
    started_on: str
    started_by: str
    completed_on: str
    result: JsonValue = None
    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    expected_type: str = ""
    actual_type: str = ""
    expected_is_list: bool = False
    actual_is_list: bool = False
    unfit: JsonValue = None
    error_messages: tuple[str, ...] = ()
