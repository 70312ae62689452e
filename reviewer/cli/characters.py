"""Commands about who is in an image: characters sample, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reviewer.cli.frame import Frame, collection_options, ending, opened
from reviewer.jobs.context import stage
from reviewer.jobs.face_sets import take_faces
from reviewer.sample.cast_write import write_cast

if TYPE_CHECKING:
    from reviewer.sample.cast_write import Layout

_PLACE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("characters")
def characters_group() -> None:
    """Tell whose the faces are: import or detect heads, train, and ask "Which character?"."""


@characters_group.command("sample")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--characters", type=click.IntRange(2), default=60, show_default=True)
@click.option("--pictures", type=click.IntRange(2), default=2400, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--side", type=click.IntRange(64, 1024), default=128, show_default=True)
@click.option(
    "--layout",
    type=click.Choice(["grapeot", "dafre"]),
    default="grapeot",
    show_default=True,
    help="Whole pictures with head boxes, or heads alone with the split of DAF:re.",
)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.pass_obj
def sample_command(
    frame: Frame,
    target: Path,
    characters: int,
    pictures: int,
    seed: int,
    side: int,
    layout: str,
    workers: int,
) -> None:
    """Draw a set of invented characters into the new folder TARGET, to try this on.

    Example: reviewer characters sample ~/faces
    """
    with frame.output() as output, ending(output), stage(output, "draw", 0, "pictures") as drawn:
        made = write_cast(
            target,
            characters=characters,
            pictures=max(pictures, characters),
            seed=seed,
            side=side,
            layout=cast("Layout", layout),
            workers=workers,
            report=lambda done, total: drawn.at(done, total),
        )
        output.done(
            {
                "images": made.images,
                "characters": made.characters,
                "faces": made.faces,
                "doubtful": made.doubtful,
            }
        )


@characters_group.command("import")
@collection_options
@click.option("--from", "place", type=_PLACE, help="Folder of the labels, if not the images'.")
@click.pass_obj
def import_command(
    frame: Frame, folder: Path | None, workspace: Path | None, place: Path | None
) -> None:
    """Keep the faces of a set: boxes and characters of faces.tsv (grapeot) or DAF:re's CSV files.

    The images' tags stay as they are; `reviewer import` reads those.

    Example: reviewer characters import ~/Pictures/booru --from ~/danbooru2018-faces
    """
    with opened(frame, folder, workspace) as (library, output):
        output.done(take_faces(library, output, place).summary)
