"""Commands that open the window: open, review, demo."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reviewer.cli.frame import (
    Call,
    Frame,
    collection_options,
    ending,
    need_display,
    remember,
    review_as,
    reviewer_option,
    tell_news,
)
from reviewer.cli.suggesting import ImageFolder
from reviewer.cli.training import train_choices, train_options
from reviewer.core.beginning import Beginning
from reviewer.jobs.context import stage
from reviewer.settings import load, save
from reviewer.sources.folder import SOURCES
from reviewer.store.library import Library
from reviewer.store.workspace import data_folder, workspace_for

if TYPE_CHECKING:
    from reviewer.cli.listeners import Output

SAMPLE_IMAGES = 3000

Summary = dict[str, int | float | str]


@click.command("open")
@click.argument("folder", type=ImageFolder())
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what is known of the collection is kept. Default: in your data folder.",
)
@click.option("--no-window", is_flag=True, help="Do the steps here and open no window.")
@click.option(
    "--source",
    "source_name",
    type=click.Choice([source.name for source in SOURCES]),
    help="Format of the metadata; told by what is there if not given.",
)
@click.option(
    "--pull",
    "server",
    default="",
    metavar="NAME",
    help="Take the tags from this szurubooru or Hydrus, set up with `destinations add`.",
)
@click.option(
    "--tagger",
    type=click.Path(exists=True, path_type=Path),
    help="Use a tagger that you have (as `bring` does) in place of one that is trained here.",
)
@reviewer_option
@train_options
@click.pass_obj
def open_command(
    frame: Frame,
    /,
    folder: Path,
    workspace: Path | None,
    *,
    no_window: bool,
    source_name: str | None,
    server: str,
    tagger: Path | None,
    name: str | None,
    **choices: Any,  # noqa: ANN401 - click's
) -> None:
    """Import a folder (or update it), train if needed, scan, rank, and review.

    Example: reviewer open ~/Pictures/booru
    """
    with frame.output() as output, ending(output):
        review_as(name)
    place = _place(frame, folder, workspace)
    brought = "" if tagger is None else str(tagger.resolve())
    wanted = Beginning(source_name or "", server, brought)
    if no_window:
        with frame.output() as output, ending(output):
            output.done(_prepare(output, place, folder, choices, wanted))
        return
    _show(frame, place, folder, wanted)


@click.command()
@collection_options
@reviewer_option
@click.option(
    "--second-answers",
    "seconds",
    type=click.IntRange(0, 50),
    metavar="N",
    help="From now on, N questions in a hundred are of pairs that someone else answered.",
)
def review(
    call: Call,
    name: str | None,
    seconds: int | None,
) -> None:
    """Open the review window on a collection that is ranked.

    Example: reviewer review ~/Pictures/booru --reviewer anna
    """
    with call.frame.output() as output, ending(output):
        review_as(name)
        if seconds is not None:
            save(load().with_value("second_percent", seconds))
        place = call.place()
        # A collection that cannot be reviewed is refused here rather than in an empty window.
        with (
            Library.open(place.workspace, folder=place.folder) as library,
            library.workspace.held("review"),
        ):
            pass
    _show(call.frame, place.workspace, None)


@click.command()
@click.option(
    "--simulate",
    "answers",
    type=click.IntRange(1),
    metavar="N",
    help="Answer N questions from the truth, print the yield, retrain; no window.",
)
@click.option("--no-window", is_flag=True, help="Draw, train, scan and rank only.")
@click.option("--images", type=click.IntRange(40), default=SAMPLE_IMAGES, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="Of the illustrations.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to draw them. Default: in your data folder.",
)
@click.option("--workspace", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def demo(
    frame: Frame,
    answers: int | None,
    *,
    no_window: bool,
    images: int,
    seed: int,
    folder: Path | None,
    workspace: Path | None,
) -> None:
    """Draw a sample collection with known truth and review it.

    The program draws illustrations of its own, plants errors as boorus have them (tags missing,
    a few wrong), trains a tagger on the faulty tags and finds them again.

    Example: reviewer demo --simulate 2000
    """
    target = folder or data_folder() / f"sample-{images}-{seed}"
    if answers is None and not no_window:
        with frame.output() as output, ending(output):
            need_display()
        from reviewer.app import run_demo

        sys.exit(run_demo(target, workspace, images=images, seed=seed))
    with frame.output() as output, ending(output):
        _draw(output, target, images, seed)
        place = workspace_for(target, workspace)
        summary = _prepare(output, place, target, {"minimum": None})
        if answers is None:
            output.done(summary)
    if answers is not None:
        with Call(frame, target, workspace).opened() as (library, output):
            from reviewer.cli.simulated import simulated_review

            simulated_review(library, output, target, answers)


def _draw(output: Output, folder: Path, images: int, seed: int) -> None:
    from reviewer.sample.write import write_sample

    output.note(f"The sample is drawn in {folder}")
    with stage(output, "draw", images, "images") as progress:
        write_sample(folder, images, seed, report=progress.at)


def _prepare(
    output: Output,
    place: Path,
    folder: Path,
    choices: dict[str, Any],
    wanted: Beginning | None = None,
) -> Summary:
    # A window opens without these, and they take seconds to load.
    from reviewer.jobs.pipeline import prepare

    with Library.create(place, folder) as library, library.workspace.held("jobs"):
        tell_news(library, output)
        chosen = train_choices(library, choices)
        # One who stops the training means this collection when the next command names none.
        keep = partial(remember, library, output)
        changes = prepare(library, output, chosen, wanted, known=keep)
        keep()
        return changes.summary


def _place(frame: Frame, folder: Path, workspace: Path | None) -> Path:
    with frame.output() as output, ending(output):
        return workspace_for(folder, workspace)
    raise AssertionError("ending() exits on errors")


def _show(
    frame: Frame,
    workspace: Path,
    prepare_folder: Path | None,
    wanted: Beginning | None = None,
) -> None:
    with frame.output() as output, ending(output):
        need_display()
    from reviewer.app import run

    sys.exit(run(workspace, prepare_folder, wanted=wanted))
