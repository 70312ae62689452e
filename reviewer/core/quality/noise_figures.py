"""The noise experiment as figures that a job worked out and the window shows."""

from __future__ import annotations

from dataclasses import dataclass

Spread = tuple[float, float, float]
"""A figure and its interval of 95 %: value, low, high."""
Open = tuple[float | None, float | None, float | None]
"""The same; `None` where there is no end."""


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """One level of noise with all images.

    Attributes:
        words: The level for people.
        kind: "none", "drop" or "add".
        share: Of the tags that were dropped, or wrongly added.
        changed_tags: How many those are.
        map, f1: Quality of the tagger.
        more_images: Images that are worth as much as putting these tags right.
    """

    words: str
    kind: str
    share: float
    changed_tags: int
    map: Spread
    f1: Spread
    more_images: Open


@dataclass(frozen=True, slots=True)
class CurveFigures:
    """Quality over the number of images at one level: (images, mAP, low, high), ascending."""

    words: str
    points: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True, slots=True)
class NoiseFigures:
    """What the experiment found.

    Attributes:
        images, measured_images, tags: Learnt from, measured on, learnt.
        trained: How, in words.
        sentences: The question and its answer.
        levels: First the labels as they are.
        curves: Of the labels as they are and of those with tags dropped.
    """

    images: int
    measured_images: int
    tags: int
    trained: str
    sentences: tuple[str, ...]
    levels: tuple[LevelFigures, ...]
    curves: tuple[CurveFigures, ...]
