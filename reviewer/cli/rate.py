"""Commands about ratings."""

from __future__ import annotations

import click

from reviewer.cli.frame import Call, collection_options


@click.command("ratings")
@collection_options
@click.option("--seed", type=int, default=0, show_default=True, help="Of the cross-fitting.")
def ratings_command(call: Call, seed: int) -> None:
    """Find images whose rating is likely wrong, and ask about them in the window.

    What the tagger sees and the other tags tell each rating, from images other than the one that
    is judged. The questions are a queue of their own: "Rating of this image?", a key a rating.

    Example: reviewer ratings ~/Pictures/booru
    """
    with call.opened() as (library, output):
        from reviewer.jobs.choices.rating import changes_of, rank_ratings

        report = rank_ratings(library, output, seed=seed)
        output.table(report.lines())
        output.done(changes_of(report).summary)
