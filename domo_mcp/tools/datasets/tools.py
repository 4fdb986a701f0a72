"""Datasets as things to administer: made, shaped, tagged; shared, cleaned and indexed in the modules beside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, JsonValue

from domo_mcp.catalog.directory import named
from domo_mcp.errors import InvalidInput
from domo_mcp.tools import args
from domo_mcp.tools.appdb.definitions import ColumnArgument
from domo_mcp.tools.change import NEW, Change, Outcome, Snapshot, Thing
from domo_mcp.tools.counting import many
from domo_mcp.tools.datasets import schemas as dataset_schemas
from domo_mcp.tools.datasets.keepers import PROPERTIES, SCHEMAS, TAGS, schema_state
from domo_mcp.tools.toolset import Call, Effect
from domo_mcp.tools.toolsets import datasets as toolset
from domo_mcp.untrusted import foreign

if TYPE_CHECKING:
    from domo_mcp.client.dataset_states import SchemaColumn
    from domo_mcp.client.domo import Domo
    from domo_mcp.client.metadata import Dataset


Columns = Annotated[list[ColumnArgument], Field(min_length=1, max_length=1500)]
Tag = Annotated[str, Field(min_length=1, max_length=100)]


@toolset.create
async def create_dataset(
    call: Call,
    name: Annotated[str, Field(min_length=1, max_length=200, description="Name of the new dataset.")],
    columns: Annotated[Columns, Field(description="Its columns in order.")],
) -> Change:
    """Use it to make a new, empty dataset. To fill it use append_rows; to find those that exist search_datasets."""
    name = name.strip()  # as it will be called, for policy too
    wanted = dataset_schemas.given(columns)
    dataset_schemas.check_names(call.domo.rules.of({name}), wanted)
    if not name:
        raise InvalidInput("A dataset needs a name.", "Give it one that tells what it holds.")
    found = await call.catalog.visible((await call.domo.datasets.search(name)).items)
    called = [named(each) for each in found if each.name.casefold() == name.casefold()]
    return Change(
        summary=f'Create the dataset "{foreign(name, 80)}" with {many(len(wanted), "column")}.',
        on=Thing("dataset", "new", name),
        apply=partial(_create, name, wanted),
        undo="none",
        before=Snapshot(SCHEMAS.kind),
        after=Snapshot(SCHEMAS.kind, "", {f"{NEW}1": schema_state(wanted)}),
        notes=(
            "Domo's documents have no way to delete a dataset: that is done by hand.",
            *([f"Already called so: {', '.join(called[:3])}."] if called else []),
        ),
    )


@toolset.update
async def alter_dataset_schema(
    call: Call,
    dataset: args.Dataset,
    columns: Annotated[Columns, Field(description="ALL columns as they shall be, in order; others go.")],
) -> Change:
    """Use it to add columns to a dataset, or to remove or retype some, whose values are lost.

    For rows use append_rows or replace_rows.
    """
    found = await call.catalog.dataset_now(dataset)
    alteration = await dataset_schemas.alteration(call, found, dataset_schemas.given(columns))
    return Change(
        summary=f"Change the columns of dataset {named(found)}: {alteration.shortly}.",
        on=thing(found),
        apply=partial(_alter, found.id, alteration.after),
        undo="none" if alteration.loses else "exact",
        before=Snapshot(SCHEMAS.kind, "", {found.id: schema_state(alteration.before)}),
        after=Snapshot(SCHEMAS.kind, "", {found.id: schema_state(alteration.after)}),
        must_confirm="it replaces what is there" if alteration.loses else "",
        acts_as=Effect.DELETE if alteration.loses else None,
        notes=await dataset_schemas.notes(call, found, alteration),
    )


@toolset.update
async def set_dataset_properties(
    call: Call,
    dataset: args.Dataset,
    provider_type: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="Data provider type, e.g. domo-jupyterdata."),
    ],
) -> Change:
    """Use it to set as what kind of source Domo shows a dataset. For its tags use tag_dataset."""
    found = await call.catalog.dataset_now(dataset)
    return Change(
        summary=f"Set the provider type of dataset {named(found)} to {provider_type}.",
        on=thing(found),
        apply=partial(_set_provider, found.id, provider_type),
        undo="exact",
        before=Snapshot(PROPERTIES.kind, "", await PROPERTIES.read(call.domo, "", [found.id])),
        after=Snapshot(PROPERTIES.kind, "", {found.id: {"provider_type": provider_type}}),
    )


@toolset.update
async def tag_dataset(
    call: Call,
    dataset: args.Dataset,
    tags: Annotated[list[Tag], Field(max_length=100, description="ALL tags as they shall be; [] for none.")],
) -> Change:
    """Use it to set the tags of a dataset: those given take the place of those it has. Its access: share_dataset."""
    found = await call.catalog.dataset_now(dataset)
    wanted: list[JsonValue] = [*dict.fromkeys(tag.strip() for tag in tags)]
    if "" in wanted:
        raise InvalidInput("A tag cannot be blank.", "Leave it out.")
    listed = f"to {foreign(', '.join(map(str, wanted)), 60)}" if wanted else "to none"
    return Change(
        summary=f"Set the tags of dataset {named(found)} {listed}.",
        on=thing(found),
        apply=partial(_tag, found.id, [str(tag) for tag in wanted]),
        undo="exact",
        before=Snapshot(TAGS.kind, "", await TAGS.read(call.domo, "", [found.id])),
        after=Snapshot(TAGS.kind, "", {found.id: {"tags": wanted}}),
    )


def thing(dataset: Dataset) -> Thing:
    """A dataset as what a change touches."""
    return Thing("dataset", dataset.id, dataset.name)


async def _create(name: str, columns: Sequence[SchemaColumn], domo: Domo) -> Outcome:
    made = await domo.administration.create(name, [(column.name, column.type) for column in columns])
    return Outcome((f"Its id is {foreign(made, 40)}.",), {f"{NEW}1": made})


async def _alter(dataset_id: str, columns: Sequence[SchemaColumn], domo: Domo) -> Outcome:
    await domo.administration.alter_schema(dataset_id, columns)
    return Outcome(("Queries may know the old columns until index_dataset.",))


async def _set_provider(dataset_id: str, provider_type: str, domo: Domo) -> Outcome:
    await domo.administration.set_provider_type(dataset_id, provider_type)
    return Outcome()


async def _tag(dataset_id: str, tags: Sequence[str], domo: Domo) -> Outcome:
    await domo.administration.tag(dataset_id, tags)
    return Outcome()
