"""The command that plants errors: a copy of a collection whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Frame, ending
from reviewer.jobs.planting import Planting, plant_errors
from reviewer.sample.kinds import KINDS
from reviewer.sources.folder import SOURCES

if TYPE_CHECKING:
    from reviewer.cli.frame import Frame

USUAL = Planting()


@click.command("plant-errors")
@click.argument("source", metavar="SRC", type=click.Path(file_okay=False, path_type=Path))
@click.argument("target", metavar="DST", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default=USUAL.kind,
    show_default=True,
    help="Errors as boorus have them, any tag missing alike, tags forgotten by some uploaders, "
    "wrong tags, tags written as another.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=USUAL.share,
    show_default=True,
    help="Errors as a share of all tags on all images.",
)
@click.option("--seed", type=int, default=USUAL.seed, show_default=True)
@click.option(
    "--source",
    "source_name",
    type=click.Choice([source.name for source in SOURCES]),
    default=None,
    help="Format of the tags; told by what is there if not given.",
)
@click.pass_obj
def plant_errors_command(
    frame: Frame,
    source: Path,
    target: Path,
    kind: str,
    share: float,
    seed: int,
    source_name: str | None,
) -> None:
    """Write a copy DST of the folder SRC with planted errors, to measure how many are found.

    SRC is only read, and its tags are taken for the truth, which DST keeps in truth/. The copy
    holds links to the images.

    Example: reviewer plant-errors ~/Pictures/booru /tmp/planted --kind booru --seed 1
    """
    with frame.output() as output, ending(output):
        planting = Planting(kind, share, seed)
        output.done(plant_errors(source, target, output, planting, source_name or "").summary)
