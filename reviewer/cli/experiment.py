"""Experiments on a copy of the labels: noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.cli.suggesting import SuggestingGroup
from reviewer.jobs.noise.experiment import FINE_TUNED, NoiseChoices, experiment_with_noise
from reviewer.jobs.noise.report import answer_lines, table_lines
from reviewer.jobs.noise.trials import Grid


@click.group("experiment", cls=SuggestingGroup)
def experiment_group() -> None:
    """Experiments on a copy of the labels; the collection itself is left as it is."""


@experiment_group.command("noise")
@collection_options
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("noise-experiment"),
    show_default=True,
    help="Folder to write the page, its plots and its figures into.",
)
@click.option(
    "--drop",
    "drops",
    type=click.FloatRange(0, 0.95, min_open=True),
    multiple=True,
    help="Share of tags to drop; may be repeated. [default: .1 .2 .4 .6 .8]",
)
@click.option(
    "--add",
    "adds",
    type=click.FloatRange(0, 5, min_open=True),
    multiple=True,
    help="Wrong tags to add, as a share of the tags; may be repeated. [default: .1 .25 .5]",
)
@click.option("--seeds", type=click.IntRange(2), help="Draws of each. [default: 5; fine-tuned 2]")
@click.option("--max-tags", type=click.IntRange(10), default=300, show_default=True)
@click.option("--max-images", type=click.IntRange(200), default=50_000, show_default=True)
@click.option("--min-images", type=click.IntRange(1), default=20, show_default=True)
@click.option(
    "--truth",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table relative_path,tags of images whose tags are right: measured on these.",
)
@click.option(
    "--fine-tune",
    is_flag=True,
    help="Train the whole network each time: hours; it goes on where it was cut off.",
)
@click.option("--device", default="auto", show_default=True, help="For --fine-tune.")
@click.option("--epochs", type=click.IntRange(1), help="For --fine-tune, of every run.")
@click.option("--input-size", type=click.IntRange(16, 2048), help="For --fine-tune.")
def noise_command(
    call: Call,
    /,
    target: Path,
    drops: tuple[float, ...],
    adds: tuple[float, ...],
    seeds: int | None,
    **how: Any,  # noqa: ANN401 - click's
) -> None:
    """Tell how many more images a share of corrected tags is worth.

    Known shares of tags are dropped, and wrong ones added, on a copy of the labels; a tagger is
    trained at each level and measured on images with clean labels.

    Example: reviewer experiment noise ~/Pictures/booru --to ~/noise
    """
    usual = FINE_TUNED if how["fine_tune"] else Grid()
    grid = replace(
        usual,
        drops=tuple(sorted(set(drops))) or usual.drops,
        adds=tuple(sorted(set(adds))) or usual.adds,
        seeds=seeds or usual.seeds,
    )
    with call.opened(working=False) as (library, output):
        changes, report = experiment_with_noise(
            library, output, target, NoiseChoices(grid=grid, **how)
        )
        output.table([*table_lines(report), "", *answer_lines(report)])
        output.done(changes.summary)
