"""`domo-mcp call … --save FILE`: the picture of an answer in a new file."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import get_args, get_type_hints

from domo_mcp.errors import ConfigError
from domo_mcp.tools.results import Chart, Picture
from domo_mcp.tools.toolset import Tool


def check_save(tools: Collection[Tool], name: str, file: Path | None) -> None:
    """Raise ConfigError where the picture of the tool `name` could not be saved: before its call, which may cost."""
    if not file:
        return
    drawing = [tool.name for tool in tools if _draws(tool)]
    if name not in drawing and any(tool.name == name for tool in tools):
        raise ConfigError(f"{name} gives no picture to save.", f"Tools listed that do: {', '.join(drawing) or 'none'}.")
    try:
        taken = file.exists() or file.is_symlink()
    except OSError as error:
        raise ConfigError(
            f"The picture cannot be saved there: {error.strerror}.", "Give another name to --save."
        ) from None
    if taken:
        raise ConfigError(f"{file} is there already, and nothing is overwritten.", "Give another name to --save.")
    if not file.parent.is_dir():
        raise ConfigError(f"There is no folder {file.parent}.", "Make it, or give another name to --save.")


def _draws(tool: Tool) -> bool:
    gives = get_type_hints(tool.fn)["return"]
    return bool({Chart, Picture} & {gives, *get_args(gives)})


def keep(pictures: Sequence[bytes], file: Path | None) -> bool:
    """Save the picture, or say how that is done; whether what was wanted was done. No tool gives more than one."""
    if not pictures:
        if file:
            print("domo-mcp: the answer has no picture, so nothing was saved.", file=sys.stderr)
        return not file
    (picture,) = pictures
    if not file:
        print(f"(a picture of {len(picture):,} bytes: --save FILE saves it)", file=sys.stderr)
        return True
    try:
        with file.open("xb") as new:
            new.write(picture)
    except OSError as error:
        print(f"domo-mcp: {file} cannot be written: {error.strerror}.", file=sys.stderr)
        return False
    print(f"(the picture, {len(picture):,} bytes, is in {file})", file=sys.stderr)
    return True
