"""Commands that make ready what the window shows beside a question: copies and heat maps."""

from __future__ import annotations

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.jobs.images.copies import find_copies
from reviewer.jobs.questions.explaining import COUNT, explain


@click.command("explain")
@collection_options
@click.option(
    "--count",
    type=click.IntRange(1),
    default=COUNT,
    show_default=True,
    help="Heat maps to make at most; those of the best queues come first.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="Stop after this long; 0 for no limit. The next run goes on.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
@click.option(
    "--pair",
    type=(int, int),
    help="Image id and tag id: work out this question alone. The window does so for V.",
)
def explain_command(
    call: Call,
    count: int,
    minutes: float,
    device: str,
    pair: tuple[int, int] | None,
) -> None:
    """Work out where in the pictures the tagger sees the tags that are asked next.

    The window shows it while V is on, and runs this by itself after each ranking.

    Example: reviewer explain ~/Pictures/booru --count 5000
    """
    with call.opened() as (library, output):
        changes = explain(library, output, count=count, minutes=minutes, device=device, pair=pair)
        output.done(changes.summary)


@click.command("copies")
@collection_options
def copies_command(call: Call) -> None:
    """Find images that are the same picture, so that they are asked about once.

    Every refresh does this too; only pairs that were not compared yet are opened.

    Example: reviewer copies ~/Pictures/booru
    """
    with call.opened() as (library, output):
        output.done(find_copies(library, output).summary)
