"""Commands that look into a collection, or copy it: stats, scores, rescale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.jobs.images.rescaling import Background, Copying, Fit, rescale
from reviewer.jobs.pages.scores import score_lines, write_scores
from reviewer.jobs.pages.statistics import write_statistics
from reviewer.jobs.scoring import EACH_COMMON


@click.command("stats")
@collection_options
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tag-statistics"),
    show_default=True,
    help="Folder to write the page into.",
)
def stats_command(call: Call, target: Path) -> None:
    """Write a page of figures and plots: tags, pairs, trends, implications.

    Example: reviewer stats ~/Pictures/booru --to ~/statistics
    """
    with call.opened() as (library, output):
        output.done(write_statistics(library, output, target).summary)


@click.command("rescale")
@collection_options
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the copies; not inside the folder of the images.",
)
@click.option("--size", type=click.IntRange(16, 4096), default=512, show_default=True)
@click.option(
    "--fit",
    type=click.Choice([fit.value for fit in Fit]),
    default=Fit.INSIDE.value,
    show_default=True,
    help="Long side (inside), short side (short), or a padded square (pad).",
)
@click.option(
    "--background",
    type=click.Choice([entry.value for entry in Background]),
    default=Background.WHITE.value,
    show_default=True,
    help="Below transparent pixels: white, or what is most opposite to the drawing.",
)
@click.option("--kind", type=click.Choice(["jpeg", "webp"]), default="jpeg", show_default=True)
@click.option("--quality", type=click.IntRange(1, 100), default=90, show_default=True)
@click.option("--rating", "ratings", multiple=True, help="Only this rating; may be repeated.")
@click.option("--keep-junk", is_flag=True, help="Copy blank and nearly empty images too.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
def rescale_command(
    call: Call,
    /,
    target: Path,
    **how: Any,  # noqa: ANN401 - click's
) -> None:
    """Copy the images small for training, in buckets by id modulo 1000, without the junk.

    Started again it goes on where it was; what was left out is listed in dropped.csv.

    Example: reviewer rescale ~/Pictures/booru --to ~/512px --fit pad
    """
    choice = {**how, "fit": Fit(how["fit"]), "background": Background(how["background"])}
    with call.opened() as (library, output):
        output.done(rescale(library, output, target, Copying(**choice)).summary)


@click.command("scores")
@collection_options
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("score-report"),
    show_default=True,
    help="Folder to write the page and its plots into.",
)
@click.option(
    "--each-common",
    type=click.IntRange(1),
    default=EACH_COMMON,
    show_default=True,
    help="Images sampled of score 0 and of score 1; all others are taken.",
)
def scores_command(call: Call, target: Path, each_common: int) -> None:
    """Predict the scores that a site's users gave from tags and pictures; list under-rated images.

    Example: reviewer scores ~/Pictures/booru --to ~/scores
    """
    with call.opened() as (library, output):
        changes, found = write_scores(library, output, target, each_common=each_common)
        output.table(score_lines(found))
        output.done(changes.summary)
