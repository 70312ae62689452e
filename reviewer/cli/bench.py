"""The command that measures the user's machine."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from reviewer.cli.frame import Call, collection_options, ending
from reviewer.core.errors import UsageError
from reviewer.jobs.bench.data import DANBOORU_IMAGES
from reviewer.jobs.bench.parts import PARTS, Size
from reviewer.jobs.bench.run import bench, meaning, table
from reviewer.store.library import Library


@click.command("bench")
@collection_options
@click.option(
    "--images",
    type=click.IntRange(10_000),
    default=100_000,
    show_default=True,
    help="Images of the generated collection.",
)
@click.option("--full", is_flag=True, help="3.33 million images, as many as Danbooru; 40 GB.")
@click.option(
    "--only",
    "parts",
    multiple=True,
    type=click.Choice(list(PARTS)),
    help="Measure this part; may be given several times.",
)
@click.option(
    "--in",
    "kept",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the generated data in this folder, for another time.",
)
def bench_command(
    call: Call,
    images: int,
    *,
    full: bool,
    parts: tuple[str, ...],
    kept: Path | None,
) -> None:
    """Measure this machine, and say what it means for a collection of your size.

    Everything is generated; your collection is asked for its size alone.

    Example: reviewer bench --only import
    """
    with call.frame.output() as output, ending(output), ExitStack() as stack:
        place = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reviewer-")))
        size = Size(images=DANBOORU_IMAGES if full else images)
        figures = bench(place, output, size=size, parts=parts)
        count, tags = _size_of(call)
        output.table([*table(figures), "", *meaning(figures, count, tags or size.tags)])
        output.done(dict(figures))


def _size_of(call: Call) -> tuple[int, int]:
    """Images of the user's collection and tags of its tagger; zeros where there is none."""
    try:
        place = call.place()
        with Library.open(place.workspace, folder=place.folder) as library:
            active = library.versions.active()
            return library.images.counts()["ok"], active.n_tags if active else 0
    except UsageError:
        return 0, 0
