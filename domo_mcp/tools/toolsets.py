"""The table of contents: every toolset with the names of its tools, known before any of them is imported."""

from __future__ import annotations

from domo_mcp.tools.toolset import NOWHERE, Toolset

data = Toolset(
    "data",
    "Data",
    modules=("data.tools",),
    names=("search_datasets", "get_dataset", "get_schema_context", "text_to_sql", "run_sql", "ask_data", "chart_data"),
    product_only=frozenset({"search_datasets", "get_dataset"}),
)

data_api = Toolset("data-api", "Data API", modules=("data_api",), names=("query_data",), default_on=frozenset({"app"}))

ai = Toolset(
    "ai",
    "AI",
    modules=("ai",),
    names=("image_to_text", "generate_text"),
    defaults=frozenset({"image_to_text"}),
)

filesets = Toolset(
    "filesets",
    "FileSets",
    modules=("filesets.tools",),
    names=(
        "list_filesets",
        "query_filesets",
        "list_fileset_files",
        "read_fileset_file",
        "get_fileset",
        "upload_fileset_file",
        "create_fileset",
        "update_fileset",
        "delete_fileset_file",
        "delete_fileset",
    ),
    defaults=frozenset({"list_filesets", "query_filesets", "list_fileset_files", "read_fileset_file"}),
    idempotent=frozenset({"delete_fileset_file", "delete_fileset"}),
)

appdb = Toolset(
    "appdb",
    "AppDB",
    modules=("appdb.tools",),
    names=(
        "list_appdb_collections",
        "get_appdb_document",
        "query_appdb_documents",
        "create_appdb_documents",
        "update_appdb_documents",
        "upsert_appdb_documents",
        "delete_appdb_documents",
    ),
    idempotent=frozenset({"upsert_appdb_documents", "delete_appdb_documents"}),
)

collections = Toolset(
    "collections",
    "AppDB collections",
    modules=("appdb.collections",),
    names=(
        "replace_appdb_document",
        "create_appdb_collection",
        "update_appdb_collection",
        "delete_appdb_collection",
        "set_appdb_permissions",
        "remove_appdb_permissions",
        "export_appdb_collections",
    ),
    default_on=NOWHERE,
    idempotent=frozenset(
        {
            "replace_appdb_document",
            "delete_appdb_collection",
            "set_appdb_permissions",
            "remove_appdb_permissions",
        }
    ),
)

workflows = Toolset(
    "workflows",
    "Workflows",
    modules=("workflows.tools",),
    names=(
        "list_workflows",
        "get_workflow",
        "start_workflow",
        "get_workflow_instance",
        "list_workflow_instances",
        "cancel_workflow_instance",
    ),
    product_only=frozenset({"cancel_workflow_instance"}),
)

codeengine = Toolset(
    "codeengine",
    "Code Engine",
    modules=("codeengine.tools",),
    names=("list_packages", "get_package", "run_code_engine_function"),
    default_on=NOWHERE,
    product_only=frozenset({"list_packages", "get_package"}),
)

_ON_DATASETS = (
    "create_dataset",
    "alter_dataset_schema",
    "set_dataset_properties",
    "tag_dataset",
    "share_dataset",
    "revoke_dataset_access",
    "search_partitions",
    "list_magic_versions",
    "delete_partition",
    "index_dataset",
    "append_rows",
    "replace_rows",
)

datasets = Toolset(
    "datasets",
    "Datasets",
    modules=("datasets.tools", "datasets.access", "datasets.partitions", "datasets.rows"),
    names=_ON_DATASETS,
    default_on=NOWHERE,
    product_only=frozenset(_ON_DATASETS),
    idempotent=frozenset(
        {
            "replace_rows",
            "alter_dataset_schema",
            "set_dataset_properties",
            "tag_dataset",
            "revoke_dataset_access",
            "delete_partition",
        }
    ),
)

_ON_STREAMS = ("get_stream", "list_stream_runs", "create_stream", "update_stream", "run_stream")

streams = Toolset(
    "streams",
    "Streams",
    modules=("streams.tools",),
    names=_ON_STREAMS,
    default_on=NOWHERE,
    product_only=frozenset(_ON_STREAMS),
    idempotent=frozenset({"update_stream"}),
)

files = Toolset(
    "files",
    "Files",
    modules=("files.tools",),
    names=(
        "list_data_files",
        "get_data_file",
        "read_data_file",
        "upload_data_file",
        "upload_data_file_revision",
        "delete_data_file_revision",
        "set_data_file_permissions",
    ),
    default_on=NOWHERE,
    idempotent=frozenset({"delete_data_file_revision", "set_data_file_permissions"}),
)

people = Toolset(
    "people",
    "People",
    modules=("people",),
    names=("whoami", "list_users", "list_groups", "get_avatar"),
    defaults=frozenset({"whoami"}),
)

changes = Toolset(
    "changes",
    "Changes",
    modules=("changes",),
    names=("confirm_change", "list_changes", "undo_change"),
    idempotent=frozenset({"confirm_change"}),
    local=frozenset({"list_changes"}),
)

TOOLSETS: tuple[Toolset, ...] = (
    data,
    data_api,
    ai,
    filesets,
    appdb,
    collections,
    workflows,
    codeengine,
    datasets,
    streams,
    files,
    people,
    changes,
)
