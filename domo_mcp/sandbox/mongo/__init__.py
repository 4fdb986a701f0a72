"""MongoDB's queries, updates and AppDB's aggregations over Python values. Pure: documents in, answers out.

Queries and updates are compiled once into closures, then applied to any number of documents. A document is what JSON
gives: dict, list, str, int, float, bool and None; timezone-aware datetimes may stand in it as MongoDB's dates.
"""

from __future__ import annotations

from domo_mcp.sandbox.mongo.aggregation import Aggregation, aggregate
from domo_mcp.sandbox.mongo.extended import read_extended
from domo_mcp.sandbox.mongo.ordering import ordered, parse_order
from domo_mcp.sandbox.mongo.parameters import parse_aggregation
from domo_mcp.sandbox.mongo.query import predicate
from domo_mcp.sandbox.mongo.refusal import BadQuery
from domo_mcp.sandbox.mongo.update import updater

__all__ = [
    "Aggregation", "BadQuery", "aggregate", "ordered", "parse_aggregation", "parse_order", "predicate", "read_extended",
    "updater",
]  # fmt: skip
