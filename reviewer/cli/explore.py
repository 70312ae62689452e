"""Commands that look into a collection: stats, scores."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.frame import Frame, collection_options, opened
from reviewer.jobs.score_page import score_lines, write_scores
from reviewer.jobs.scoring import EACH_COMMON
from reviewer.jobs.statistics_page import write_statistics


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
@click.pass_obj
def stats_command(frame: Frame, folder: Path | None, workspace: Path | None, target: Path) -> None:
    """Write a page of figures and plots: tags, pairs, trends, implications.

    Example: reviewer stats ~/Pictures/booru --to ~/statistics
    """
    with opened(frame, folder, workspace) as (library, output):
        output.done(write_statistics(library, output, target).summary)


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
@click.pass_obj
def scores_command(
    frame: Frame, folder: Path | None, workspace: Path | None, target: Path, each_common: int
) -> None:
    """Predict the scores that a site's users gave from tags and pictures; list under-rated images.

    Example: reviewer scores ~/Pictures/booru --to ~/scores
    """
    with opened(frame, folder, workspace) as (library, output):
        changes, found = write_scores(library, output, target, each_common=each_common)
        output.table(score_lines(found))
        output.done(changes.summary)
