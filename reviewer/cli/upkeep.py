"""Commands that keep a collection well: restore its database, tell and free its room on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Call, collection_options, ending
from reviewer.core.errors import UsageError
from reviewer.store.backups import damage
from reviewer.store.restoring import DatabaseCopy, restore, sound_copies
from reviewer.store.workspace import Workspace

if TYPE_CHECKING:
    from reviewer.jobs.space import Part


@click.command("restore")
@collection_options
@click.option(
    "--copy",
    "chosen",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The copy to take, also where the database is sound. Default: the newest sound one.",
)
@click.option("--yes", is_flag=True, help="Do it without asking.")
def restore_command(call: Call, chosen: Path | None, *, yes: bool) -> None:
    """Put a copy of the database in the place of a damaged one.

    A copy is made every day on which you review. The damaged file is kept, and answers that it
    holds and the copy lacks are taken over as far as they can be read.

    Example: reviewer restore ~/Pictures/booru
    """
    with call.frame.output() as output, ending(output):
        place = Workspace(call.place().workspace)
        with place.held("review"), place.held("jobs"), place.held("write-back"):
            problem = damage(place.database)
            if not problem and chosen is None:
                output.table([f"{place.database} is sound. Copies of it, newest first:"])
                output.table([_line(copy) for copy in sound_copies(place.backups)])
                return
            taken = chosen or _newest(place)
            output.note(f"{place.database}: {problem or 'it is sound'}. To take: {taken}")
            if not (yes or click.confirm("Put this copy in its place?", err=True)):
                return
            done = restore(place, taken)
            output.done(
                {
                    "copy": str(taken),
                    "kept": str(done.damaged),
                    "rescued_answers": done.rescued,
                    "lost_answers": done.lost,
                }
            )


def _newest(place: Workspace) -> Path:
    copies = sound_copies(place.backups)
    if not copies:
        raise UsageError(
            f"There is no sound copy in {place.backups}. Take one of your own with --copy FILE, "
            "or move the database away and import again."
        )
    return copies[0].path


def _line(copy: DatabaseCopy) -> str:
    return f"{copy.made:%Y-%m-%d %H:%M}  {copy.answers:>9,} rows of the log  {copy.path}"


@click.command("space")
@collection_options
@click.option("--free", is_flag=True, help="Remove what can be made again, once you said so.")
@click.option(
    "--old",
    is_flag=True,
    help="With --free: also what cannot be made again, the weights of versions that are neither in "
    "use nor the way back, and what a training that was cut off has done.",
)
@click.option("--yes", is_flag=True, help="With --free: do not ask.")
def space_command(call: Call, *, free: bool, old: bool, yes: bool) -> None:
    """Tell what a collection takes on disk, and free what can be made again.

    Freed are the scans of versions that are not in use: they are most of what gathers over the
    weeks. Answers and copies of the database stay, and so do the weights of the version in use, of
    the one that it was trained on from, and of the newest.

    Example: reviewer space --free
    """
    from reviewer.jobs.space import free_space, space_parts

    with call.opened(working=free) as (library, output):
        parts = space_parts(library)
        spare = sum(part.size for part in parts if part.is_spare(old=old))
        more = sum(part.size for part in parts if part.is_spare(old=True)) - spare
        output.table([_of_part(part) for part in parts])
        if not free:
            output.table(_offers(spare, more))
        elif not spare:
            output.table(
                ["Nothing here can be made again: all of it stays.", *_offers(0, more)[1:]]
            )
        elif yes or click.confirm(f"Free {_megabytes(spare)}?", err=True):
            output.done(free_space(library, output, old=old).summary)


def _offers(spare: int, more: int) -> list[str]:
    """What could be freed, and how."""
    lines = [f"{_megabytes(spare)} of it can be made again"]
    if spare:
        lines[0] += "; free that with: reviewer space --free"
    if more:
        lines.append(
            f"{_megabytes(more)} are old and cannot be made again; free that too with: reviewer "
            "space --free --old"
        )
    return lines


def _of_part(part: Part) -> str:
    return f"{_megabytes(part.size):>14}  {part.words}{f' ({part.again})' if part.again else ''}"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
