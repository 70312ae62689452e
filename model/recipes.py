"""Settings that somebody published with figures, to be run on other data and compared."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from model.config import TaggerConfig, TrainConfig
from model.errors import TaggerProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Recipe:
    """A named way to train a tagger, as it was published.

    Attributes:
        name: What it is asked for by.
        tagger, training: Settings.
        minimum: Images that a tag needs.
        most_tags: Tags at most, the most frequent ones.
        tested, validated: Shares of the images, 0..1; the others are learnt from.
        precision, recall, f1: Published, over all pairs of its test images at a score of 0.5.
        images: That it was published on.
        words: What it is, for people.
        left_open: What the publication does not tell, and how it is done here.
    """

    name: str
    tagger: TaggerConfig
    training: TrainConfig
    minimum: int
    most_tags: int
    tested: float
    validated: float
    precision: float
    recall: float
    f1: float
    images: int
    words: str
    left_open: str


RESNET50_DANBOORU2021 = Recipe(
    name="resnet50-danbooru2021",
    tagger=TaggerConfig(backbone="resnet50", input_size=512),
    training=TrainConfig(
        epochs=10,
        batch_size=16,
        learning_rate=0.001,
        weight_decay=0.0,
        optimizer="adam",
        schedule="constant",
        rotate=15.0,
        shrink=0.0,
        absent_weight=1.0,
        workers=4,
    ),
    minimum=100,
    most_tags=8266,
    tested=0.20,
    validated=0.16,
    precision=0.6820,
    recall=0.2328,
    f1=0.3471,
    images=84_430,
    words=(
        "ResNet50 from ImageNet, 8,266 tags on at least 100 images of Danbooru2021, 64/16/20, "
        "Adam at 0.001, batches of 16, mixed precision, flips and rotations"
    ),
    left_open=(
        "epochs (10 here, the best on the validation images is kept), the angle of the rotations "
        "(15 degrees either way) and the input's size (512, as the images were)"
    ),
)

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {recipe.name: recipe for recipe in (RESNET50_DANBOORU2021,)}
)
"""All recipes, by name."""


def recipe_named(name: str) -> Recipe:
    """A recipe.

    Raises:
        TaggerProblem: There is none of that name.
    """
    if name not in RECIPES:
        raise TaggerProblem(f"There is no recipe {name!r}. Known: {', '.join(RECIPES)}.")
    return RECIPES[name]


def shares_by_digest(
    digests: list[bytes], recipe: Recipe
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Test and validation images, told by their content alone: the same ones each time.

    The test images take in those that no version is ever trained on.

    Args:
        digests: (N,) at least one byte each, as good as random.
        recipe: Says how many.

    Returns:
        (N,) bool of the test images, and of the validation images.
    """
    first = np.array([digest[0] for digest in digests], np.int64)
    test = round(256 * recipe.tested)
    checked = round(256 * (recipe.tested + recipe.validated))
    return first < test, (first >= test) & (first < checked)
