"""The choice of tools: whether the tool that is called first for what somebody asks is a right one.

    python -m benchmarks.tool_choice --answers FILE.json …      score sheets that were filled in, side by side
    python -m benchmarks.tool_choice --model URL NAME           ask a model that calls tools, then score it
    python -m benchmarks.tool_choice --sheet                    print what a chooser may see, without what is right

A chooser sees the server's instructions and tools/list, as a client of the sandbox's server gets them, and no more. A
sheet is a JSON object of prompt id to tool. A tool that does not exist and no answer are wrong; with `--toolsets
default` only the prompts count for which a right tool is listed. Intervals are Wilson's at 95 %. Exit code 2 where a
prompt names a tool that does not exist or a sheet cannot be read.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
import httpx

from benchmarks.intervals import share
from benchmarks.tool_choice.choosers import Model, filled_in
from benchmarks.tool_choice.prompts import Prompt, faults, read
from benchmarks.tool_choice.scoring import Answers, by_pair, tally
from benchmarks.tool_choice.shown import look, sheet


def main() -> int:
    """Print the sheet or the scores; the exit code."""
    given = _arguments()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every request would bury the scores
    everything = anyio.run(look, "all")
    server = everything if given.toolsets == "all" else anyio.run(look, given.toolsets)
    prompts = read()
    if wrong := faults(prompts, everything.names):
        return _refused(wrong)
    asked = [prompt for prompt in prompts if server.names & set(prompt.right)]
    if given.sheet:
        print(sheet(server, asked))
        return 0
    try:
        sheets = {file.stem: filled_in(file) for file in given.answers}
        if given.model:
            url, name = given.model
            model = Model(url, name, os.environ.get(given.key_env, ""), given.tool_choice)
            sheets[name] = anyio.run(model.choose, server, asked)
    except (OSError, ValueError, httpx.HTTPError) as error:
        return _refused([f"{type(error).__name__}: {error}"])
    if given.save:
        given.save.write_text(json.dumps(sheets[given.model[1]], indent=1) + "\n", encoding="utf-8")
    if strangers := _strangers(sheets, {prompt.id for prompt in prompts}):
        return _refused(strangers)
    _print(asked, sheets)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--model", nargs=2, metavar=("URL", "NAME"), help="an OpenAI-compatible endpoint")
    parser.add_argument("--key-env", default="AI_KEY", metavar="VAR", help="where its key is (default AI_KEY)")
    parser.add_argument("--tool-choice", choices=["required", "auto"], default="required")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the model's answers as a sheet")
    parser.add_argument("--sheet", action="store_true")
    parser.add_argument("--toolsets", choices=["default", "all"], default="all")
    given = parser.parse_args()
    if not (given.answers or given.model or given.sheet):
        parser.error("give --answers, --model or --sheet")
    if given.save and not given.model:
        parser.error("--save keeps what --model answers")
    return given


def _print(prompts: Sequence[Prompt], sheets: Mapping[str, Answers]) -> None:
    """A table of pairs with a column for each chooser, then the misses, then the whole."""
    width = max(len(prompt.pair) for prompt in prompts)
    print(f"{'pair':{width}}  {'  '.join(sheets)}")
    for pair, members in by_pair(prompts).items():
        tallies = {name: tally(members, answers) for name, answers in sheets.items()}
        hits = "  ".join(f"{f'{one.hits}/{one.total}':{len(name)}}" for name, one in tallies.items())
        instead = "; ".join(f"{name} chose {one.instead}" for name, one in tallies.items() if one.misses)
        print(f"{pair:{width}}  {hits}  {instead}".rstrip())
    for name, answers in sheets.items():
        whole = tally(prompts, answers)
        print(f"\n{name}: {share(whole.hits, whole.total)} right")
        for prompt, tool in whole.misses:
            print(f"  {prompt.id}: {tool}, right is {' or '.join(prompt.right)}: {prompt.prompt}")


def _strangers(sheets: Mapping[str, Answers], ids: set[str]) -> list[str]:
    return [
        f"{name}: there is no prompt {each}" for name, answers in sheets.items() for each in answers if each not in ids
    ]


def _refused(reasons: Sequence[str]) -> int:
    """Say why; the exit code: 2 where there is a reason."""
    for reason in reasons:
        print(reason, file=sys.stderr)
    return 2 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
