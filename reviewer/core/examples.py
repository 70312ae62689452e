"""Examples of a tag: images that are confirmed to show it, or not to, nearest to one.

Nearness is the cosine of embeddings. Where too few images are confirmed to show the tag, images
that the metadata says do, and the tagger is surest of, fill the places; they are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

SHOWN = 3
"""Examples of each answer."""


@dataclass(frozen=True, slots=True)
class Example:
    """One image to compare with.

    Attributes:
        confirmed: Whether a person answered; else the metadata alone says so.
    """

    image_id: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Examples:
    """What to compare an image with, the nearest first."""

    yes: tuple[Example, ...] = ()
    no: tuple[Example, ...] = ()

    @property
    def all(self) -> tuple[Example, ...]:
        """Every example."""
        return (*self.yes, *self.no)


def choose_examples(
    image_id: int,
    answers: Mapping[int, Answer],
    typical: Sequence[int],
    nearness: Mapping[int, float],
    count: int = SHOWN,
) -> Examples:
    """Picks the nearest examples.

    Args:
        image_id: The image that is asked about; never its own example.
        answers: Direct answers on the tag, by image id.
        typical: Images that carry the tag unreviewed and are typical of it.
        nearness: How near each image is; those that are not in it have no embedding and come last.
        count: Examples of each answer.
    """

    def nearest(images: Sequence[int]) -> list[int]:
        others = [other for other in images if other != image_id]
        return sorted(others, key=lambda other: -nearness.get(other, -1.0))[:count]

    given = {
        answer: nearest([other for other, said in answers.items() if said is answer])
        for answer in (Answer.YES, Answer.NO)
    }
    unreviewed = nearest([other for other in typical if other not in answers])
    yes = [Example(other, confirmed=True) for other in given[Answer.YES]]
    yes += [Example(other, confirmed=False) for other in unreviewed[: count - len(yes)]]
    return Examples(tuple(yes), tuple(Example(other, confirmed=True) for other in given[Answer.NO]))


def cosines(target: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) cosines of embeddings (n, D) with one of them (D,); 0 where an embedding is 0."""
    lengths = np.linalg.norm(others, axis=1) * np.linalg.norm(target)
    found: NDArray[np.float32] = (others @ target) / np.maximum(lengths, 1e-9)
    return found
