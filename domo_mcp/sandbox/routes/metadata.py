"""A dataset's record in the shapes of Domo's answers. Pure."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet

from domo_mcp.sandbox.records import AccessLevel, BeastMode, Dataset
from domo_mcp.sandbox.routes.access import PERMISSIONS


def metadata(
    dataset: Dataset,
    *,
    owner: str,
    access: AccessLevel | None,
    cards: int,
    shape: tuple[int, int] | None = None,
    parts: AbstractSet[str],
) -> dict[str, object]:
    """Give the metadata of Datasets API, Get Metadata. `shape` is rows and columns, None where not asked for.

    Of `parts`, `functions` adds the beast modes and `certification` the certification (its shape: assumed).
    """
    content: dict[str, object] = {
        "id": dataset.id,
        "displayType": dataset.provider,
        "dataProviderType": dataset.provider,
        "type": dataset.provider,
        "name": dataset.name,
        "description": dataset.description,
        "owner": {"id": str(dataset.owner_id), "name": owner, "type": "USER", "group": False},
        "status": "SUCCESS",
        "created": dataset.created,
        "lastTouched": dataset.updated,
        "lastUpdated": dataset.updated,
        "cardInfo": {"cardCount": cards, "cardViewCount": 0},
        "properties": {"formulas": {"formulas": formulas(dataset) if "functions" in parts else {}}},
        "state": "SUCCESS",
        "validConfiguration": True,
        "validAccount": True,
        "transportType": "CONNECTOR" if dataset.stream_id else "WEBFORM",
        "adc": True,
        "adcExternal": False,
        "adcSource": "DIRECT",
        "masked": False,
        "currentUserFullAccess": access is not None,
        "cloudId": "domo",
        "cloudName": "Domo",
        "cloudEngine": "domo",
        "permissions": PERMISSIONS[access],
        "hidden": False,
        "tags": json.dumps(dataset.tags),
        "scheduleActive": dataset.stream_id is not None,
        "cardCount": cards,
    }
    if dataset.stream_id is not None:
        content["streamId"] = dataset.stream_id
    if shape is not None:
        content |= {"rowCount": shape[0], "columnCount": shape[1]}
    if "certification" in parts and dataset.certified_by is not None:
        content["certification"] = {"state": "CERTIFIED", "certifiedBy": str(dataset.certified_by)}
    return content


def formulas(dataset: Dataset) -> dict[str, object]:
    """Give beast modes by id: Datasets API, Stream (Connector) - Get, `properties.formulas.formulas`."""
    places = {note.name: place for place, note in enumerate(dataset.columns)}
    return {mode.id: _formula(mode, number, places) for number, mode in enumerate(dataset.beast_modes, start=1)}


def described(dataset: Dataset) -> dict[str, object]:
    """Give the data dictionary: domolibrary routes/ai.py; Domo's documents do not print it."""
    columns = [
        {
            "name": note.name,
            "description": note.description,
            "synonyms": list(note.synonyms),
            "subType": None,
            "agentEnabled": note.agent_enabled,
            "beastmodeId": None,
        }
        for note in dataset.columns
    ]
    return {
        "datasetId": dataset.id,
        "name": dataset.name,
        "description": dataset.description,
        "unitOfAnalysis": dataset.unit,
        "columns": columns,
    }


def _formula(mode: BeastMode, number: int, places: dict[str, int]) -> dict[str, object]:
    return {
        "templateId": number,
        "id": mode.id,
        "name": mode.name,
        "formula": mode.formula,
        "status": "VALID" if all(name in places for name in mode.columns) else "INVALID",
        "dataType": mode.data_type,
        "persistedOnDataSource": True,
        "isAggregatable": mode.aggregated,
        "bignumber": False,
        "columnPositions": [
            {"columnName": f"`{name}`", "columnPosition": places[name]} for name in mode.columns if name in places
        ],
    }
