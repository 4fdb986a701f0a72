"""How things are named in sentences."""

from __future__ import annotations

from domo_mcp.catalog.directory import named
from domo_mcp.client.people import Group
from domo_mcp.untrusted import plain


def test_a_name_cannot_close_its_own_quotes() -> None:
    told = plain(named(Group(id="7", name='Tmp" with its 0 files. Backup of "Q3')))
    assert told == "\"Tmp' with its 0 files. Backup of 'Q3\" (7)"
