"""The command that puts a copy of the database in the place of a damaged one."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.frame import Call, collection_options, ending
from reviewer.core.errors import UsageError
from reviewer.store.backups import damage
from reviewer.store.restoring import DatabaseCopy, restore, sound_copies
from reviewer.store.workspace import Workspace


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
