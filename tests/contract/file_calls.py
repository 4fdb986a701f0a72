"""The calls that ask FileSets and files."""

from __future__ import annotations

from tests.contract.call import Call

PLAIN = "Contract <surface>"

_FILTERS = [
    {"field": "name", "value": ["t"], "operator": "LIKE", "not": False},
    {"field": "created", "start": "2020-01-01T00:00:00Z", "end": "2040-01-01T00:00:00Z", "not": False},
    {"field": "name", "order": "ASC"},
]

FILESETS = (
    Call(
        "create_fileset",
        {
            "name": PLAIN,
            "description": "A sample FileSet for demonstration purposes.",
            "account_id": 1,
            "connector": "DOMO",
            "relative_path": "bucket/path",
        },
        keep="fileset",
    ),
    Call(
        "upload_fileset_file",
        {"fileset": "<fileset>", "name": "area.txt", "content": "The area is large.", "directory": "reports"},
        keep="area",
    ),
    Call(
        "upload_fileset_file",
        {"fileset": "<fileset>", "name": "team.txt", "content": "The team is small.", "directory": "reports"},
        keep="team",
    ),
    Call("list_filesets", {"filters": _FILTERS, "limit": 1}, keep="more_filesets", found=r"next_cursor: (\S+)"),
    Call("list_filesets", {"filters": _FILTERS, "limit": 1, "cursor": "<more_filesets>"}),
    Call("get_fileset", {"fileset": "<fileset>"}),
    Call(
        "list_fileset_files",
        {
            "fileset": "<fileset>",
            "directory": "reports",
            "immediate_children": True,
            "filters": _FILTERS,
            "limit": 1,
        },
        keep="more_files",
        found=r"next_cursor: (\S+)",
    ),
    Call(
        "list_fileset_files",
        {
            "fileset": "<fileset>",
            "directory": "reports",
            "immediate_children": True,
            "filters": _FILTERS,
            "limit": 1,
            "cursor": "<more_files>",
        },
    ),
    Call(
        "query_filesets",
        {"query": "quarterly sales data", "filesets": ["<asked>"], "directory": "reports/quarterly", "limit": 5},
    ),
    Call("query_filesets", {"query": "may I return a tent?", "filesets": ["<asked>"], "limit": 3}),
    Call("read_fileset_file", {"fileset": "<fileset>", "file": "<area>"}),
    Call("read_fileset_file", {"fileset": "<fileset>", "file": "reports/team.txt"}),
    Call("update_fileset", {"fileset": "<fileset>", "name": f"{PLAIN} too", "description": "Updated description."}),
    Call("delete_fileset_file", {"fileset": "<fileset>", "file": "<area>"}),
    Call("delete_fileset_file", {"fileset": "<fileset>", "file": "reports/team.txt"}),
    Call("delete_fileset", {"fileset": "<fileset>"}),
)

_USER = {"entityType": "USER", "entityId": "1002", "grant": "READ_WRITE_DELETE_SHARE_ADMIN", "pass": "NONE"}

FILES = (
    Call(
        "upload_data_file",
        {"name": "sample.txt", "content": "first", "description": "A sample", "public": False},
        keep="file",
    ),
    Call(
        "upload_data_file_revision",
        {"file": "<file>", "content": "second"},
        keep="revision",
        found=r"revision's id is (\d+)",
    ),
    Call("list_data_files", {"files": ["<file>"], "expand": ["revisions", "metadata"], "owned_only": True}),
    Call("get_data_file", {"file": "<file>", "expand": ["revisions", "metadata"], "permissions": True}),
    Call("read_data_file", {"file": "<file>"}),
    Call("read_data_file", {"file": "<file>", "revision": "<revision>"}),
    Call("set_data_file_permissions", {"file": "<file>", "public": False, "entries": [_USER]}),
    Call("delete_data_file_revision", {"file": "<file>", "revision": "<revision>"}),
    Call("upload_data_file", {"source": "<large>", "description": "A large one"}, keep="large_file"),
    Call("upload_data_file_revision", {"file": "<large_file>", "source": "<large>"}),
    Call("upload_data_file", {"source": "<large>"}, refuses="/part/", fails=True),
)
