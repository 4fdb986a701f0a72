"""MySQL's grammar, read in time that grows with the text."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.dialects.mysql import MySQL


@cache
def grammar() -> type[MySQL]:
    """MySQL, in which `DATE(…)`, `CHAR(…)` and the like are calls at first sight.

    The parser tries each as the type of a text first (`CHAR(5) 'a'`), which MySQL does not have, and then reads what is
    in the brackets once more: twice the time with every level.
    """
    from sqlglot.dialects.mysql import MySQL
    from sqlglot.parsers.mysql import MySQLParser
    from sqlglot.tokenizer_core import TokenType

    class CallsFirst(MySQLParser):
        def _parse_types(
            self,
            check_func: bool = False,
            schema: bool = False,
            allow_identifiers: bool = True,
            with_collation: bool = False,
        ) -> exp.Expr | None:
            if check_func and self._next and self._next.token_type == TokenType.L_PAREN:
                return None
            return super()._parse_types(check_func, schema, allow_identifiers, with_collation)

    class MySQLInTime(MySQL):
        Parser = CallsFirst

    return MySQLInTime
