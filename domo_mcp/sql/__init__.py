"""One readable SELECT: parsed, judged, limited, and still the caller's own text.

Domo receives the text as it was written, since a parser's output is not Domo's SQL: sqlglot turns IFNULL into COALESCE
and `a || b` into `a OR b`, which Domo does not list (Beast Mode functions, KB 360043429933). So every edit (comments
out, limit in, hidden columns away) is a splice at token positions.

sqlglot is imported where it is used: it costs more than the rest of a start.
"""

from domo_mcp.sql.columns import ColumnRules
from domo_mcp.sql.parsing import MAX_CHARACTERS, counted, parse
from domo_mcp.sql.select import Select, quoted

OWN_TABLE_NAMES = frozenset({"table", "dataset"})
"""What FROM may call the dataset of the call, beside its id and name (SQL API examples of Domo's documents)."""

__all__ = ["MAX_CHARACTERS", "OWN_TABLE_NAMES", "ColumnRules", "Select", "counted", "parse", "quoted"]
