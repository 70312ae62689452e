"""Commands about who is in an image: characters sample, import, detect, train, ask, report."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from reviewer.cli.frame import Call, Frame, collection_options, ending
from reviewer.cli.suggesting import SuggestingGroup
from reviewer.jobs.characters.detecting import LEAST as LEAST_SCORE
from reviewer.jobs.characters.detecting import detect_heads
from reviewer.jobs.characters.questions import find_questions
from reviewer.jobs.characters.report import read_figures, report_lines, write_report
from reviewer.jobs.characters.sets import LEAST, take_faces
from reviewer.jobs.characters.training import CharacterChoices, train_and_measure
from reviewer.jobs.context import stage
from reviewer.sample.cast_write import write_cast
from reviewer.sources.characters import CONFIDENT

if TYPE_CHECKING:
    from reviewer.sample.cast_write import Layout

_TARGET = click.Path(file_okay=False, path_type=Path)
_PLACE = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("characters", cls=SuggestingGroup)
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
    with frame.output() as output, ending(output):
        with stage(output, "draw", 0, "pictures") as drawn:
            made = write_cast(
                target,
                characters=characters,
                pictures=max(pictures, characters),
                seed=seed,
                side=side,
                layout=cast("Layout", layout),
                workers=workers,
                report=drawn.at,
            )
        output.done(asdict(made))


@characters_group.command("import")
@collection_options
@click.option("--from", "place", type=_PLACE, help="Folder of the labels, if not the images'.")
def import_command(call: Call, place: Path | None) -> None:
    """Keep the faces of a set: boxes and characters of faces.tsv (grapeot) or DAF:re's CSV files.

    The images' tags stay as they are; `reviewer import` reads those.

    Example: reviewer characters import ~/Pictures/booru --from ~/danbooru2018-faces
    """
    with call.opened() as (library, output):
        output.done(take_faces(library, output, place).summary)


@characters_group.command("detect")
@collection_options
@click.option(
    "--detector",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="An ONNX file: boxes and scores, or outputs as YOLOv5 to v10 have them.",
)
@click.option("--least", type=click.FloatRange(0, 1), default=LEAST_SCORE, show_default=True)
@click.option("--again", is_flag=True, help="Look at every image anew.")
def detect_command(
    call: Call,
    detector: Path,
    least: float,
    *,
    again: bool,
) -> None:
    """Find heads with a detector that you have; images whose faces a set names are left as are.

    Example: reviewer characters detect --detector ~/models/head_detect.onnx
    """
    with call.opened() as (library, output):
        output.done(detect_heads(library, output, detector, least=least, again=again).summary)


@characters_group.command("train")
@collection_options
@click.option(
    "--head",
    type=click.Choice(["softmax", "arcface", "subcentre", "balanced"]),
    help="How characters are told apart: plain softmax, ArcFace, ArcFace with two centres and "
    "margins by frequency, or a cosine softmax that allows for frequency.",
)
@click.option("--backbone", default="", help="A network of torchvision, or small.")
@click.option("--size", "input_size", type=click.IntRange(32, 512), help="Pixels of a head.")
@click.option("--epochs", type=click.IntRange(1))
@click.option("--seed", type=int, default=0, show_default=True, help="Of the split too.")
@click.option("--min-faces", "least", type=click.IntRange(2), default=LEAST, show_default=True)
@click.option(
    "--floor",
    type=click.FloatRange(0, 1),
    default=CONFIDENT,
    show_default=True,
    help="Confidence of the detection below which a face is left out.",
)
@click.option(
    "--sure",
    "level",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help='Chance of being right from which a face is named; below it is "unknown".',
)
@click.option("--weights", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--device", default="auto", show_default=True)
def train_command(
    call: Call,
    /,
    **choices: Any,  # noqa: ANN401 - click's
) -> None:
    """Train a network on the heads, measure it on those it never saw, and find questions.

    Example: reviewer characters train ~/Pictures/booru --head arcface --backbone resnet18
    """
    with call.opened() as (library, output):
        made, name = train_and_measure(library, output, CharacterChoices(**choices))
        figures = read_figures(library, name)
        write_report(figures, library.workspace.figures)
        output.table(report_lines(figures))
        asked = find_questions(library, output, device=choices["device"])
        output.done({**made.summary, **asked.summary})


@characters_group.command("ask")
@collection_options
@click.option("--device", default="auto", show_default=True)
def ask_command(call: Call, device: str) -> None:
    """Find the faces to ask "Which character?" about, with the answers so far.

    Example: reviewer characters ask
    """
    with call.opened() as (library, output):
        output.done(find_questions(library, output, device=device).summary)


@characters_group.command("report")
@collection_options
@click.option("--network", default="", help="Which one; the newest by default.")
@click.option("--to", "target", type=_TARGET, help="Folder for a page and a line a character.")
def report_command(call: Call, network: str, target: Path | None) -> None:
    """Show how well characters are told apart, by how many faces each has.

    Example: reviewer characters report --to ~/characters
    """
    with call.opened(working=False) as (library, output):
        figures = read_figures(library, network)
        output.table(report_lines(figures))
        if target is not None:
            write_report(figures, target)
        output.done({"network": figures.network})
