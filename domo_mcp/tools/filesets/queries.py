"""A question to several FileSets at once: which, what each answers, and all of it merged for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import anyio

from domo_mcp.catalog.directory import named
from domo_mcp.catalog.ranking import Candidate, rank
from domo_mcp.errors import DomoError, InvalidInput, TimedOut
from domo_mcp.tools.results import Text
from domo_mcp.tools.toolset import Call
from domo_mcp.untrusted import foreign, one_line, visible

if TYPE_CHECKING:
    from domo_mcp.client.fileset_contents import FilePage, FileSet, Match

MOST_ASKED = 10

_SWITCH_ON = "Its owner can switch AI on in Domo, or update_fileset with ai_enabled."
_MOST_LISTED = 4
_MOST_LOOKED_AT = 100
_WAITING = frozenset({"PENDING", "QUEUED", "INDEXING", "IN_PROGRESS", "PROCESSING", "RUNNING", "NOT_INDEXED"})
_PATIENCE_S = 30.0
_CHARACTERS_PER_TOKEN = 4
_AROUND_TOKENS = 300
_SHORTEST = 200


@dataclass(frozen=True)
class Asked:
    """The FileSets that a question goes to, `named` by the caller or not; `facts` say which ones it does not go to."""

    filesets: tuple[FileSet, ...]
    facts: tuple[str, ...] = ()
    named: bool = False


@dataclass(frozen=True)
class Hit:
    """A match in a FileSet; `place` is its rank in that FileSet's own answer."""

    fileset: FileSet
    match: Match
    place: int


async def chosen(call: Call, question: str, names: Sequence[str] | None) -> Asked:
    """The FileSets that are named, else those with AI on; the ten that fit the question best where there are more.

    Raises UnknownName for a name, Refused for one that is not permitted, InvalidInput where none can be asked.
    """
    known = call.catalog.filesets
    found = [await known.readable(name) for name in names] if names else await known.listed()
    off = [each for each in found if each.ai_enabled is False]
    able = list({each.id: each for each in found if each.ai_enabled is not False}.values())
    if not able:
        raise InvalidInput(
            f"AI is off for {_listed(off)}, so it cannot be asked." if off else "There is no FileSet with AI on.",
            f"{_SWITCH_ON} Its files can be read: list_fileset_files, read_fileset_file.",
        )
    best = _best(question, able)
    facts = [f"Not asked, as AI is off: {_listed(off)}. {_SWITCH_ON}"] if off else []
    if len(able) > len(best):
        left = len(able) - len(best)
        facts.append(f"Asked were the {len(best)} that fit best by name, {_listed(best)}; {left:,} more have AI on.")
    return Asked(tuple(best), tuple(facts), named=bool(names))


async def ask(call: Call, asked: Asked, question: str, directory: str, most: int) -> tuple[list[Hit], tuple[str, ...]]:
    """The best matches of all, and sentences about FileSets that failed, and about files that were not searched.

    Raises the error itself where there is no answer at all.
    """
    answers: dict[str, tuple[Match, ...]] = {}
    errors: dict[str, DomoError] = {}

    async def ask_one(fileset: FileSet) -> None:
        try:
            with anyio.fail_after(_PATIENCE_S):  # else a slow one would use up the time of the whole call
                answers[fileset.id] = await call.domo.filesets.query(
                    fileset.id, question, directory=directory, most=most
                )
        except DomoError as error:
            errors[fileset.id] = error
        except TimeoutError:
            errors[fileset.id] = TimedOut(f"It did not answer within {_PATIENCE_S:g} seconds.", "Try again later.")

    async with anyio.create_task_group() as tasks:
        for fileset in asked.filesets:
            tasks.start_soon(ask_one, fileset)
    if not answers:
        raise _failed(asked, errors)
    hits = [
        Hit(fileset, match, place)
        for fileset in asked.filesets
        for place, match in enumerate(answers.get(fileset.id, ()))
    ]
    told = tuple(
        f"No answer from FileSet {named(fileset)}: {errors[fileset.id].message}"
        for fileset in asked.filesets
        if fileset.id in errors and (asked.named or not _may_be_off(fileset, errors[fileset.id]))
    )
    answered = [each for each in asked.filesets if each.id in answers]
    missed = await _missed(call, answered, directory) if len(hits) < most else ()
    return merged(hits)[:most], (*told, *missed)


async def _missed(call: Call, filesets: Sequence[FileSet], directory: str) -> list[str]:
    """Why there may be so few matches: nothing in the directory, or files that are not indexed yet."""
    found: dict[str, str] = {}

    async def look(fileset: FileSet) -> None:
        with suppress(DomoError), anyio.move_on_after(_PATIENCE_S):
            page = await call.domo.filesets.files(fileset.id, directory=directory, limit=_MOST_LOOKED_AT)
            found[fileset.id] = not_searched(fileset, page, directory)

    async with anyio.create_task_group() as tasks:
        for fileset in filesets:
            tasks.start_soon(look, fileset)
    return [found[each.id] for each in filesets if found.get(each.id)]


def not_searched(fileset: FileSet, page: FilePage, directory: str) -> str:
    """What of the first files of a FileSet was not searched, as a sentence; empty where all was. Pure."""
    files = [each for each in page.files if not each.is_directory]
    if not files:
        where = f' below "{foreign(directory, 80)}"' if directory else ""
        return f"FileSet {named(fileset)} has no files{where}."
    waiting = sum((each.index_status or "").upper() in _WAITING for each in files)
    least = "at least " if len(page.files) >= _MOST_LOOKED_AT else ""
    if not waiting:
        return ""
    those = "file is" if waiting == 1 else "files are"
    return f"Not searched: {least}{waiting} {those} not indexed yet in FileSet {named(fileset)}. Ask again later."


def merged(hits: Sequence[Hit]) -> list[Hit]:
    """Hits of several FileSets, best first: by score, or in turns where some have none. Pure."""
    if all(hit.match.score is not None for hit in hits):
        return sorted(hits, key=lambda hit: -(hit.match.score or 0.0))
    return sorted(hits, key=lambda hit: hit.place)


def told(hits: Sequence[Hit], facts: Sequence[str], max_tokens: int) -> Text:
    """Hits for a reader: each with FileSet, path, score and file id, its passage indented below. Pure."""
    if not hits:
        return Text("", ("Nothing matches.", *facts))
    room = (max_tokens - _AROUND_TOKENS) * _CHARACTERS_PER_TOKEN // len(hits)
    parts = [_shown(number, hit, max(room, _SHORTEST)) for number, hit in enumerate(hits, 1)]
    return Text("\n".join(parts), (*_missing(hits), *facts))


def _missing(hits: Sequence[Hit]) -> Iterator[str]:
    """What Domo did not give, and what to do then; how scores are to be read."""
    if len(hits) > 1 and hits[0].match.score is not None:
        yield "Scores compare within this answer only."
    if any(hit.match.score is None for hit in hits) and len({hit.fileset.id for hit in hits}) > 1:
        yield "Domo gives no scores here: the FileSets take turns."
    if any(hit.match.text for hit in hits):
        yield "read_fileset_file has the whole of a file."
    else:
        yield "Domo gives no passages here: read_fileset_file has the texts."


def _shown(number: int, hit: Hit, room: int) -> str:
    file, score = hit.match.file, hit.match.score
    head = f"[{number}] {one_line(hit.fileset.name, 80)} · {one_line(file.path, 200)}"
    head += f" · score {score:.2f}" if score is not None else ""
    head += f" · file {one_line(file.id, 60)}"
    text = _passage(hit.match.text, room - len(head))
    return f"{head}\n{text}" if text else head


def _passage(text: str, room: int) -> str:
    """A passage of about `room` characters, indented so that no line of it looks like one of ours."""
    lines = [line.rstrip() for line in visible(text.strip()).splitlines()]
    kept = "\n".join(f"  {line}" for line, _ in groupby(lines))
    return kept if len(kept) <= room else f"{kept[: max(room, _SHORTEST // 2)].rstrip()} …"


def _best(question: str, filesets: Sequence[FileSet]) -> list[FileSet]:
    if len(filesets) <= MOST_ASKED:
        return [*filesets]
    by_id = {each.id: each for each in filesets}
    candidates = [
        Candidate(each.id, each.name, each.description, (), cards=0, rows=each.file_count or 0) for each in filesets
    ]
    return [by_id[ranked.id] for ranked in rank(question, candidates)[:MOST_ASKED]]


def _listed(filesets: Sequence[FileSet]) -> str:
    shown = ", ".join(f'"{foreign(each.name, 60)}"' for each in filesets[:_MOST_LISTED])
    return f"{shown} and {len(filesets) - _MOST_LISTED:,} more" if len(filesets) > _MOST_LISTED else shown


def _failed(asked: Asked, errors: dict[str, DomoError]) -> DomoError:
    """The first failure, which may be all that is known of the others too."""
    first = asked.filesets[0]
    error = errors[first.id]
    error.message = f"FileSet {named(first)}: {error.message}"
    if _may_be_off(first, error):
        error.hint = f"AI may be off for it. {_SWITCH_ON}"
    return error


def _may_be_off(fileset: FileSet, error: DomoError) -> bool:
    """Whether a FileSet that does not say if its AI is on, as in an app, refused the question for that."""
    return error.status == 400 and fileset.ai_enabled is None
