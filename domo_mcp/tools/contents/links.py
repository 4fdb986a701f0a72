"""Links to files that are in Domo: `domo://{instance}/filesets/{id}/files/{id}`, `domo://{instance}/data-files/{id}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from domo_mcp.errors import InvalidInput

FORMS = "Write domo://{instance}/filesets/{id}/files/{id} or domo://{instance}/data-files/{id}."

_LINK = re.compile(
    r"domo://(?P<instance>[^/]+)/(?:filesets/(?P<fileset>[^/]+)/files|data-files)/(?P<file>[^/]+)", re.IGNORECASE
)


@dataclass(frozen=True)
class FileLink:
    """A file of an instance: one of the FileSet `fileset`, or one of Domo's data files where that is empty."""

    instance: str
    file: str
    fileset: str = ""

    def __str__(self) -> str:
        where = f"filesets/{quote(self.fileset, safe='')}/files" if self.fileset else "data-files"
        return f"domo://{quote(self.instance, safe='')}/{where}/{quote(self.file, safe='')}"


def parsed(link: str) -> FileLink:
    """The file that a link names. Raises InvalidInput for other forms."""
    found = _LINK.fullmatch(link.strip())
    if found is None:
        raise InvalidInput("That is not a link to a file in Domo.", FORMS)
    return FileLink(**{name: unquote(part or "") for name, part in found.groupdict().items()})
