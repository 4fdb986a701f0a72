"""The calls that describe, administer and fill datasets, and their streams."""

from __future__ import annotations

from tests.contract.call import on_product

SALES = "Sales Orders"

_COLUMNS = [{"name": "Friend", "type": "STRING"}, {"name": "Attending", "type": "STRING"}]
_INCLUDE = ["schema", "access", "cards", "formulas", "partitions", "versions", "stream", "dictionary"]

DATASETS = (
    on_product("search_datasets", {"query": "sales", "owner": "27", "limit": 2}),
    on_product("get_dataset", {"dataset": SALES, "include": _INCLUDE}),
    on_product("get_dataset", {"dataset": "Products", "include": ["schema"]}, refuses="/schema/indexed"),
    on_product("get_schema_context", {"question": "revenue by region"}),
    on_product("search_partitions", {"dataset": SALES, "sort": "newest", "limit": 2}),
    on_product("list_magic_versions", {"dataset": SALES, "engine": "MAGIC", "limit": 1}),
    on_product("create_dataset", {"name": "hello world", "columns": _COLUMNS}, keep="dataset"),
    on_product("append_rows", {"dataset": "<dataset>", "rows": [["Jae and Oleksii, why\nhello", "it is the way"]]}),
    on_product("replace_rows", {"dataset": "<dataset>", "rows": [["Jae", "yes"]]}),
    on_product(
        "replace_rows",
        {"dataset": "<dataset>", "rows": [["Ann", "no"]], "partition": "2026-10"},
        of="partition",
    ),
    on_product(
        "replace_rows", {"dataset": "<dataset>", "rows": [["Bo", "no"]], "partition": "2026-11"}, of="partition"
    ),
    on_product("index_dataset", {"dataset": "<dataset>", "engine": "data", "wait": True}),
    on_product("index_dataset", {"dataset": "<dataset>", "engine": "query"}),
    on_product("delete_partition", {"dataset": "<dataset>", "partition": "2026-10", "remove": "data"}),
    on_product("delete_partition", {"dataset": "<dataset>", "partition": "2026-11", "remove": "tag"}),
    on_product(
        "alter_dataset_schema", {"dataset": "<dataset>", "columns": [*_COLUMNS, {"name": "Age", "type": "LONG"}]}
    ),
    on_product("set_dataset_properties", {"dataset": "<dataset>", "provider_type": "domo-jupyterdata"}),
    on_product("tag_dataset", {"dataset": "<dataset>", "tags": ["tag1", "tag2"]}),
    on_product(
        "share_dataset",
        {
            "dataset": "<dataset>",
            "grants": [{"id": "1002", "type": "USER", "access_level": "CO_OWNER"}],
            "send_email": True,
        },
    ),
    on_product(
        "share_dataset",
        {
            "dataset": "<dataset>",
            "grants": [{"id": str(user), "type": "USER", "access_level": "CAN_VIEW"} for user in (1003, 1004, 27)],
            "send_email": False,
        },
    ),
    on_product("revoke_dataset_access", {"dataset": "<dataset>", "users": ["1002"], "remove": "direct_grant"}),
    on_product("revoke_dataset_access", {"dataset": "<dataset>", "users": ["1003"], "remove": "all_access"}),
    on_product("revoke_dataset_access", {"dataset": "<dataset>", "users": ["1004", "27"], "remove": "all_access"}),
)

_STREAM = {
    "transport": {"type": "CONNECTOR", "description": "com.domo.connector.snowflakeunloadv2", "version": "1"},
    "configuration": [{"name": "query", "value": "SELECT * FROM table", "type": "string", "category": "METADATA"}],
    "account_id": 3,
    "update_method": "APPEND",
    "provider": "snowflake-unload-v2",
    "name": "hello world",
    "description": "config works?",
    "schedule": {"type": "MANUAL", "timezone": "UTC"},
}

STREAMS = (
    on_product("create_stream", _STREAM, keep="stream"),
    on_product("get_stream", {"stream": "<stream>"}),
    on_product("update_stream", {**_STREAM, "stream": "<stream>", "description": "it does"}),
    on_product("run_stream", {"stream": "<stream>"}),
    on_product("list_stream_runs", {"stream": "<stream>", "limit": 2}),
    on_product("get_stream", {"stream": "371"}),
    on_product("list_stream_runs", {"stream": "371", "limit": 2}),
)
