"""Files that come with the package: inside it in a wheel, beside it in a checkout or an editable install."""

from __future__ import annotations

from pathlib import Path

from domo_mcp.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """The file or folder of that name. Raises ConfigError where the installation lacks it."""
    for folder in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (folder / name).exists():
            return folder / name
    raise ConfigError(f"This installation of domo-mcp lacks {name}.", "Install the package again.")
