"""Commands for collections that several people review: reviewers, merge, vetted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.core.errors import UsageError
from reviewer.jobs.merging import merge_log, take_back_merge
from reviewer.jobs.pages.vetted import write_vetted
from reviewer.jobs.people import people, people_lines, trust, weigh_reviewers
from reviewer.jobs.vetting import (
    Choice,
    choose_vetted,
    clear_vetted,
    keep_weight,
    vetted_lines,
)


@click.command("reviewers")
@collection_options
@click.option("--trust", "trusted", metavar="NAME", help="Their answers settle disagreements.")
@click.option("--no-trust", "untrusted", metavar="NAME", help="Their answers no longer do.")
def reviewers_command(
    call: Call,
    trusted: str | None,
    untrusted: str | None,
) -> None:
    """Tell who answered, how far they agree, and how often each is right.

    Example: reviewer reviewers ~/Pictures/booru --trust anna
    """
    with call.opened() as (library, output):
        if trusted is not None:
            trust(library, trusted, trusted=True)
        if untrusted is not None:
            trust(library, untrusted, trusted=False)
        weigh_reviewers(library)
        told = people(library)
        output.table(people_lines(told) or ["Nobody has answered yet."])
        output.done(
            {
                "reviewers": len(told.persons),
                **{
                    f"disagreements_{state.name.lower()}": n
                    for state, n in told.disagreements.items()
                },
            }
        )


@click.command("merge")
@click.argument("log", required=False, type=click.Path(path_type=Path))
@collection_options
@click.option("--undo", is_flag=True, help="Take the last merge back.")
def merge_command(
    call: Call,
    log: Path | None,
    *,
    undo: bool,
) -> None:
    """Take another person's decisions into this collection: LOG is their exported log.jsonl.

    Images are matched by their hash, post or path. What is here already is not taken twice, nothing
    here is overwritten, and what you answered differently becomes a question.

    Example: reviewer merge anna/log.jsonl ~/Pictures/booru
    """
    if undo and call.folder is None:
        call, log = replace(call, folder=log), None
    with call.opened() as (library, output):
        if undo:
            output.done(take_back_merge(library, output).summary)
            return
        if log is None:
            raise UsageError("Which log? Name their log.jsonl, or take a merge back with --undo.")
        output.done(merge_log(library, log, output).summary)


@click.command("vetted")
@collection_options
@click.option("--min-score", type=int, help="Vet images of at least this score at their site.")
@click.option(
    "--list",
    "listed",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Vet the images of a file: paths, or numbers of posts, one a line.",
)
@click.option(
    "--favourites",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Vet your favourites: a list as above, or the JSON that a site's API gives.",
)
@click.option(
    "--weight",
    type=click.FloatRange(1, 100),
    help="How many times as much their own tags weigh in training; 2 unless you say so.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where vetted.html goes. Default: where the window's page of figures finds it.",
)
@click.option("--clear", is_flag=True, help="Take all marks away.")
def vetted_command(
    call: Call,
    /,
    weight: float | None,
    target: Path | None,
    *,
    clear: bool,
    **choice: Any,  # noqa: ANN401 - click's
) -> None:
    """Mark images whose tags are better looked after, and show how unlike the others they are.

    The next training and refresh take the tags of vetted images for more; answers weigh the same
    everywhere. With reviewer audit --new --vetted a random sample of them tells how much better
    their tags are.

    Example: reviewer vetted ~/Pictures/booru --min-score 50
    """
    with call.opened() as (library, output):
        if clear:
            output.done({"no_longer_vetted": clear_vetted(library)})
            return
        if weight is not None:
            keep_weight(library, weight)
        summary = choose_vetted(library, Choice(**choice))
        output.table(vetted_lines(library))
        written = write_vetted(library, target or library.workspace.figures).summary
        output.done({**summary, **written})
