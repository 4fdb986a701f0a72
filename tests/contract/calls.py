"""The calls that ask every endpoint of the table, in an order in which each finds what it needs."""

from __future__ import annotations

from tests.contract.call import Call, on_app, on_product
from tests.contract.dataset_calls import DATASETS, STREAMS
from tests.contract.file_calls import FILES, FILESETS

PLAIN = "Contract <surface>"
PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAKoAAAAsAQAAAADd5B7qAAAA20lEQVR42u2SPU7DQBCFv3VWaCmQXCbdcgNfALElN6DlJGjlk+QQ"
    "FJQ2FyAXiLQdLo2wFBPtelPEP1LYhj6vm++Nnp5GIyIJ1RlJXfE/ceim+Ug3YtOcQbA6HZLCkeoi+xt+jQygOhP0jHeGZgfx4Rjo"
    "2hl/Or7e4cUfRPXjZpxblKZESJBTdq23UPmsp6fE5TCa9f45z2EoM1DT9qMbWxUXBc/GW+JUbSsQwwD9gt0WI8ErLHrpbS29o1lH"
    "D37Zvtevmycs8pZ4V8xYf6h1AdnqBqk0gLj+9x+dAJ3GReLGInb1AAAAAElFTkSuQmCC"
)

AI = (
    Call(
        "generate_text",
        {
            "prompt": "Recap the 2021 superbowl",
            "template": "${input}. You are a helpful assistant that gives answers in ${max_words} words or less",
            "parameters": {"max_words": "30"},
            "model": "8dc5737d-0bc8-425b-ad0d-5d6ec1a99e72",
        },
    ),
    Call("text_to_sql", {"question": "total revenue by region", "datasets": ["<sales>"], "model": "m"}),
    Call(
        "image_to_text", {"image": "<picture>", "prompt": "return the text in the image", "system": "OCR", "model": "m"}
    ),
)

QUERY = (
    Call("run_sql", {"sql": "SELECT Region, COUNT(*) AS n FROM table GROUP BY Region", "dataset": "<sales>"}),
    on_app(
        "query_data",
        {
            "dataset": "<sales>",
            "fields": ["Order Date", "Revenue", "Quantity", "Unit Price", "Region", "Discount"],
            "where": ["Quantity > 1"],
            "aggregate": {
                "sum": ["Revenue"],
                "avg": ["Unit Price"],
                "count": ["Region"],
                "max": ["Quantity"],
                "min": ["Discount"],
            },
            "date_grain": {"field": "Order Date", "grain": "month"},
            "calendar": "fiscal",
            "limit": 5,
        },
    ),
    on_app(
        "query_data",
        {
            "dataset": "<sales>",
            "fields": ["Region", "Customer ID"],
            "group_by": ["Region"],
            "aggregate": {"unique": ["Customer ID"]},
            "order_by": ["Region ascending"],
            "limit": 2,
        },
        keep="more_rows",
        found=r"next_cursor: (\S+)",
    ),
    on_app(
        "query_data",
        {
            "dataset": "<sales>",
            "fields": ["Region", "Customer ID"],
            "group_by": ["Region"],
            "aggregate": {"unique": ["Customer ID"]},
            "order_by": ["Region ascending"],
            "limit": 2,
            "cursor": "<more_rows>",
        },
    ),
    on_app("query_data", {"dataset": "<sales>", "fields": ["Region"], "use_beast_modes": True, "limit": 3}),
)

BILL = {"username": "Bill S. Preston, Esquire", "Band": "Wyld Stallyns", "comments": "Excellent!"}
RED = {"campaignName": "Red Campaign", "month": "January", "clicks": 120, "impressions": 1250}
TOTALS = {
    "group_by": ["campaignName", "month"],
    "count": "documentCount",
    "avg": {"avgClicks": "clicks", "avgImps": "impressions"},
    "sum": {"sumClicks": "clicks", "sumImps": "impressions"},
    "max": {"maxClicks": "clicks", "maxImps": "impressions"},
    "min": {"minClicks": "clicks", "minImps": "impressions"},
    "unwind": ["clicks"],
    "order_by": ["sumClicks descending"],
}
NAMED = {"filter": {"username": {"$ne": "Eeyore"}}, "order_by": ["username ascending"], "limit": 1}

APPDB = (
    Call(
        "create_appdb_collection",
        {"name": PLAIN, "columns": [{"name": "username", "type": "STRING"}], "sync": True},
        keep="collection",
    ),
    Call("list_appdb_collections"),
    Call("create_appdb_documents", {"collection": PLAIN, "documents": [BILL]}, keep="document"),
    Call("create_appdb_documents", {"collection": PLAIN, "documents": [RED, BILL]}),
    Call("get_appdb_document", {"collection": PLAIN, "document": "<document>"}),
    Call("query_appdb_documents", {"collection": PLAIN, "limit": 3}),
    Call("query_appdb_documents", {"collection": PLAIN, "filter": {"clicks": {"$gt": 1}}, **TOTALS, "limit": 2}),
    Call("query_appdb_documents", {"collection": PLAIN, **NAMED}, keep="more_documents", found=r"next_cursor: (\S+)"),
    Call("query_appdb_documents", {"collection": PLAIN, **NAMED, "cursor": "<more_documents>"}),
    Call("update_appdb_documents", {"collection": PLAIN, "filter": {"username": BILL["username"]}, "set": {"n": 5}}),
    Call("replace_appdb_document", {"collection": PLAIN, "document": "<document>", "content": BILL}),
    Call(
        "upsert_appdb_documents",
        {"collection": PLAIN, "documents": [{"id": "<document>", "content": RED}, {"content": BILL}]},
    ),
    Call("delete_appdb_documents", {"collection": PLAIN, "ids": ["<document>"]}),
    Call("delete_appdb_documents", {"collection": PLAIN, "filter": {"username": {"$exists": True}}}),
    Call("update_appdb_collection", {"collection": PLAIN, "columns": [{"name": "n", "type": "LONG"}], "sync": True}),
    Call(
        "set_appdb_permissions",
        {"collection": PLAIN, "entity": "USER", "entity_id": "1002", "permissions": ["read", "read_content"]},
    ),
    Call("remove_appdb_permissions", {"collection": PLAIN, "entity": "USER", "entity_id": "1002"}),
    on_app("export_appdb_collections", {"include_related": True}),
    on_product("export_appdb_collections", {"collection": PLAIN}),
    Call("delete_appdb_collection", {"collection": PLAIN}),
)

WORKFLOWS = (
    Call("list_workflows"),
    Call("get_workflow", {"workflow": "<workflow>"}),
    Call("start_workflow", {"workflow": "<workflow>", "parameters": "<start>"}, keep="instance"),
    Call("get_workflow_instance", {"workflow": "<workflow>", "instance_id": "<instance>"}),
    Call(
        "list_workflow_instances",
        {"workflow": "<workflow>", "status": "COMPLETED"},
        keep="finished",
        found=r"\n([0-9a-f]{8}-[0-9a-f-]{27}),",
    ),
    Call("get_workflow_instance", {"workflow": "<workflow>", "instance_id": "<finished>"}),
    Call(
        "list_workflow_instances",
        {
            "workflow": "<workflow>",
            "status": "IN_PROGRESS",
            "after": "2020-01-01T00:00:00Z",
            "until": "2040-01-01T00:00:00Z",
            "limit": 1,
        },
    ),
    Call("list_workflow_instances", {"workflow": "<workflow>", "limit": 1}, keep="more", found=r"next_cursor: (\S+)"),
    Call("list_workflow_instances", {"workflow": "<workflow>", "limit": 1, "cursor": "<more>"}),
    on_product("cancel_workflow_instance", {"instance_id": "<instance>"}),
)

CODE_ENGINE = (
    on_product("list_packages", {"query": "e", "limit": 2}),
    on_product("get_package", {"package": "<package>"}),
    on_product(
        "run_code_engine_function",
        {"package": "<package>", "function": "<function>", "inputs": "<inputs>", "logs": True},
    ),
    on_app("run_code_engine_function", {"package": "<package>", "inputs": "<inputs>"}),
)

PEOPLE = (
    Call("whoami"),
    Call("list_users", {"details": True, "limit": 1}, keep="more_users", found=r"next_cursor: (\S+)"),
    Call("list_users", {"details": True, "limit": 1, "cursor": "<more_users>"}),
    Call("list_users", {"user": "1002", "details": True}),
    Call("list_groups", {"limit": 1}, keep="more_groups", found=r"next_cursor: (\S+)"),
    Call("list_groups", {"limit": 1, "cursor": "<more_groups>"}),
    Call("list_groups", {"group": "15"}),
    Call("list_groups", {"name": "West Sales"}),
    Call("list_groups", {"user": "1001"}),
    Call(
        "get_avatar",
        {
            "entity_type": "USER",
            "entity_id": "1001",
            "size": 300,
            "foreground": "fff",
            "background": "000",
            "text": "D",
        },
    ),
)

CALLS = (
    *AI, *QUERY, *APPDB, *FILESETS, *FILES, *WORKFLOWS, *CODE_ENGINE, *PEOPLE, *DATASETS, *STREAMS,
)  # fmt: skip
