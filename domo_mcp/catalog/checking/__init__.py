"""SQL against a dataset's columns and Domo's dialect, before it costs a call. Pure.

What is surely wrong and has one way out, whatever the data, is changed in the text by splices; what is surely wrong
otherwise is a problem; what Domo may take is a note beside the rows, or explains its refusal. Where a statement could
be right, it is let through.
"""

from domo_mcp.catalog.checking.findings import Note, Problem
from domo_mcp.catalog.checking.fixing import Checked, check
from domo_mcp.catalog.checking.names import foreign_tables, unquoted_names
from domo_mcp.catalog.checking.reading import Schema, names_columns

__all__ = ["Checked", "Note", "Problem", "Schema", "check", "foreign_tables", "names_columns", "unquoted_names"]
