"""The choices about training that several commands offer; light, as windows begin with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reviewer.core.errors import UsageError
from reviewer.jobs.learning.fewest import MINIMUM, images_needed

if TYPE_CHECKING:
    from reviewer.jobs.learning.training import TrainChoices
    from reviewer.store.library import Library

Command = TypeVar("Command", bound=Callable[..., Any])

RECIPES = {"resnet50-danbooru2021": 100}
"""Published ways to train, with the images that a tag needs in each."""
FEWEST_WORDS = f"Default: as before; at first {MINIMUM}, fewer in a collection below 200 images."
"""What a tag needs where nothing is said, for the help."""

TRAIN_OPTIONS = (
    click.option(
        "--recipe",
        type=click.Choice(sorted(RECIPES)),
        help="Train as somebody published it; `reviewer report` sets the figures side by side. "
        "Other options are laid over it.",
    ),
    click.option("--backbone", default="", help="Any torchvision classifier, such as resnet50."),
    click.option("--input-size", type=click.IntRange(16, 2048), help="Pixels of the square input."),
    click.option("--epochs", type=click.IntRange(1)),
    click.option("--batch-size", type=click.IntRange(2)),
    click.option("--learning-rate", type=click.FloatRange(0, 1, min_open=True)),
    click.option("--seed", type=int),
    click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps."),
    click.option(
        "--loss",
        type=click.Choice(["bce", "asymmetric"]),
        help="Cross entropy (the default), or one that lets easy absences count for little.",
    ),
    click.option(
        "--min-images",
        "minimum",
        type=click.IntRange(2),
        help=f"Images that a tag needs to be learnt. {FEWEST_WORDS}",
    ),
    click.option(
        "--weights",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Pretrained weights of the backbone (.safetensors or .pth).",
    ),
)


def train_options(command: Command) -> Command:
    """Adds the choices about training."""
    for option in reversed(TRAIN_OPTIONS):
        command = option(command)
    return command


def train_choices(library: Library, choices: dict[str, Any]) -> TrainChoices:
    """The options about training as choices."""
    from reviewer.jobs.learning.training import TrainChoices

    minimum, recipe = choices["minimum"], choices.get("recipe") or ""
    if recipe and "parent" in choices:
        raise UsageError(
            "A recipe begins anew and goes on from no version. Run: reviewer train --recipe "
            f"{recipe}"
        )
    # A recipe's own number is of that version alone: what is asked about stays as it was.
    own = recipe and minimum is None
    needed = RECIPES[recipe] if own else images_needed(library, minimum)
    return TrainChoices(**{**choices, "minimum": needed, "recipe": recipe})
