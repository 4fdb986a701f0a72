"""A deterministic text-to-SQL engine: it places every word of a question in a schema, or says which it cannot."""

from domo_mcp.sandbox.questions.answering import write_sql
from domo_mcp.sandbox.questions.linking import key_beside
from domo_mcp.sandbox.questions.schema import Column, NotUnderstood, Schema

__all__ = ["Column", "NotUnderstood", "Schema", "key_beside", "write_sql"]
