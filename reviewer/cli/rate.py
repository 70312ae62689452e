"""Commands about ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Frame, collection_options, opened

if TYPE_CHECKING:
    from pathlib import Path


@click.command("ratings")
@collection_options
@click.option("--seed", type=int, default=0, show_default=True, help="Of the cross-fitting.")
@click.pass_obj
def ratings_command(frame: Frame, folder: Path | None, workspace: Path | None, seed: int) -> None:
    """Find images whose rating is likely wrong, and ask about them in the window.

    What the tagger sees and the other tags tell each rating, from images other than the one that
    is judged. The questions are a queue of their own: "Rating of this image?", a key a rating.

    Example: reviewer ratings ~/Pictures/booru
    """
    with opened(frame, folder, workspace) as (library, output):
        from reviewer.jobs.choices.rating import changes_of, rank_ratings

        report = rank_ratings(library, output, seed=seed)
        output.table(report.lines())
        output.done(changes_of(report).summary)
