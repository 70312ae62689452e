"""The command that tells what a collection takes on disk, and frees what can be made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Call, collection_options

if TYPE_CHECKING:
    from reviewer.jobs.space import Part


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
        output.table([_line(part) for part in parts])
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


def _line(part: Part) -> str:
    return f"{_megabytes(part.size):>14}  {part.words}{f' ({part.again})' if part.again else ''}"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
