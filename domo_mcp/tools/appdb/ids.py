"""Ids of documents: which ones a change may go by."""

from __future__ import annotations

from domo_mcp.errors import InvalidInput
from domo_mcp.tools.change import NEW
from domo_mcp.untrusted import foreign, visible


def checked_id(document_id: str) -> str:
    """The id as it is.

    Raises InvalidInput for one that stands for something else on the way: a URL's list of ids is cut at commas and
    blanks around, what is invisible cannot be confirmed, and `NEW` starts the key of what has no id yet.
    """
    if document_id.startswith(NEW):
        raise _no_id(document_id, f'"{NEW}" stands for documents that have no id yet')
    if document_id != document_id.strip() or "," in document_id:
        raise _no_id(document_id, "it holds a comma, or blanks at an end")
    if visible(document_id) != document_id or not {"\n", "\t"}.isdisjoint(document_id):
        raise _no_id(document_id, "it holds invisible characters")
    return document_id


def _no_id(document_id: str, why: str) -> InvalidInput:
    return InvalidInput(
        f'Documents cannot be reached by the id "{foreign(document_id, 60)}": {why}.',
        "Pass each id by itself, as a query shows it.",
    )
