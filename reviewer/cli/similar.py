"""The command for images that look alike: similar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.jobs.images.similar import By, build_index, find_similar
from reviewer.jobs.images.similar_groups import LIKE, find_groups, group_lines, write_groups


@click.command("similar")
@click.argument("image", required=False)
@collection_options
@click.option(
    "--by",
    type=click.Choice([entry.value for entry in By]),
    default=By.LOOK.value,
    show_default=True,
    help="By the tagger's embedding, or by a hash of the picture.",
)
@click.option("-n", "--count", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--groups", is_flag=True, help="All duplicates and variant sets, in place of IMAGE.")
@click.option(
    "--like",
    type=click.FloatRange(0.5, 1.01),
    default=LIKE,
    show_default=True,
    help="For --groups: cosine from which on two images belong together; 1.01 for by hash alone.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("similar-images"),
    show_default=True,
    help="For --groups: folder to write groups.csv and groups.html into.",
)
@click.option("--build", is_flag=True, help="Build the index for a large collection; tell recall.")
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
def similar_command(
    call: Call,
    /,
    image: str | None,
    target: Path,
    *,
    groups: bool,
    build: bool,
    **how: Any,  # noqa: ANN401 - click's
) -> None:
    """Find the images nearest to IMAGE: an id, a path in the collection, or any image file.

    With --groups, or with --build, the only argument is FOLDER.

    Example: reviewer similar 1234 ~/Pictures/booru --by hash -n 10
    """
    if (groups or build) and image is not None and call.folder is None:
        call, image = replace(call, folder=Path(image)), None
    if not (groups or build or image):
        raise click.UsageError("Which image? Name its id or path, or ask for --groups.")
    with call.opened(working=build) as (library, output):
        if build:
            output.done(build_index(library, output, threads=how["threads"]).summary)
        if groups:
            found = find_groups(library, output, like=how["like"])
            output.table(group_lines(found))
            output.done(write_groups(library, found, target).summary)
        if image is not None:
            similar = find_similar(
                library, image, by=By(how["by"]), count=how["count"], device=how["device"]
            )
            output.table(similar.lines())
            output.done({"found": len(similar.found), "among": similar.among})
