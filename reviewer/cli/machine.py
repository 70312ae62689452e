"""Commands that measure this machine: its parts, and engines beside torch."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Call, collection_options, ending
from reviewer.core.errors import UsageError
from reviewer.jobs.bench.data import DANBOORU_IMAGES
from reviewer.jobs.bench.parts import PARTS, Size
from reviewer.jobs.bench.run import bench, meaning, table
from reviewer.jobs.engines.opening import compare_engines
from reviewer.store.library import Library
from reviewer.store.workspace import data_folder

if TYPE_CHECKING:
    from model.engines.quality import Quality


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
    help="Keep the generated data in this folder, for another time; else it is removed.",
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
        place = kept or _beside_the_collections(stack)
        size = Size(images=DANBOORU_IMAGES if full else images)
        figures = bench(place, output, size=size, parts=parts)
        count, tags = _size_of(call)
        output.table([*table(figures), "", *meaning(figures, count, tags or size.tags)])
        output.done(dict(figures))


def _beside_the_collections(stack: ExitStack) -> Path:
    """A folder on the disk where collections are kept, removed with `stack`.

    The system's folder for what is temporary is often memory.
    """
    data_folder().mkdir(parents=True, exist_ok=True)
    return Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=data_folder()))
    )


def _size_of(call: Call) -> tuple[int, int]:
    """Images of the user's collection and tags of its tagger; zeros where there is none."""
    try:
        place = call.place()
        with Library.open(place.workspace, folder=place.folder) as library:
            active = library.versions.active()
            return library.images.counts()["ok"], active.n_tags if active else 0
    except UsageError:
        return 0, 0


@click.command("engines")
@collection_options
@click.option("--version", default="", help="Version to run; the one in use by default.")
def engines_command(call: Call, version: str) -> None:
    """Measure what a scan without a GPU gains and loses on ONNX Runtime, in 16 bit and in bytes.

    Torch and each engine run on a few hundred of your images; nothing is scanned.

    Example: reviewer engines ~/Pictures/booru
    """
    with call.opened() as (library, output):
        name = library.versions.meant(version)
        found = compare_engines(library, output, name)
        output.table([_line(engine, quality) for engine, quality in found.items()])
        speeds = {
            f"{engine}_speed": quality.speed
            for engine, quality in found.items()
            if not isinstance(quality, str)
        }
        output.done({"version": name, **speeds})


def _line(engine: str, quality: Quality | str) -> str:
    words = quality if isinstance(quality, str) else quality.words()
    return f"{engine:<6}{words}"
