"""The tables, the same in both databases."""

from __future__ import annotations

from domo_mcp.errors import StateUnavailable

VERSION = 1

TABLES = """
CREATE TABLE domo_mcp_schema (version BIGINT NOT NULL);
INSERT INTO domo_mcp_schema (version) VALUES (1);
CREATE TABLE domo_mcp_tickets (
    id TEXT PRIMARY KEY, key_id TEXT NOT NULL, sealed TEXT NOT NULL, expires BIGINT NOT NULL, used BIGINT NOT NULL
);
CREATE TABLE domo_mcp_once (id TEXT PRIMARY KEY, expires BIGINT NOT NULL);
CREATE TABLE domo_mcp_pins (name TEXT PRIMARY KEY, thing TEXT NOT NULL);
CREATE TABLE domo_mcp_anchors (
    file TEXT NOT NULL, writer TEXT NOT NULL, number BIGINT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (file, writer)
);
CREATE TABLE domo_mcp_changes (
    id TEXT PRIMARY KEY, time BIGINT NOT NULL, principal TEXT NOT NULL, instance TEXT NOT NULL, status TEXT NOT NULL,
    undo TEXT NOT NULL, undone_by TEXT, intent TEXT NOT NULL, outcome TEXT NOT NULL, writer TEXT NOT NULL,
    bytes BIGINT NOT NULL
);
CREATE INDEX domo_mcp_changes_by_time ON domo_mcp_changes (principal, instance, time);
CREATE INDEX domo_mcp_changes_by_status ON domo_mcp_changes (status, writer);
"""
"""What makes an empty database ours; run in one transaction."""


def check(version: int) -> None:
    """Raise StateUnavailable for tables that another version of this server made."""
    if version != VERSION:
        raise StateUnavailable(
            f"The state store was made by another version of domo-mcp (schema {version}, this one knows {VERSION}).",
            "Use that version, or set state.url to another place.",
        )
