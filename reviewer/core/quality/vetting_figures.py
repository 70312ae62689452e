"""How unlike the others the vetted images are, as the window and a page show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VettedTag:
    """A tag among vetted images and among the others.

    Attributes:
        tag, category: The tag.
        vetted, others: Images that carry it.
        lift: Its share among vetted images over that among the others.
        low, high: Its 95 % interval.
        clear: Whether that is no accident.
        manner: Whether it is a manner of drawing.
    """

    tag: str
    category: str
    vetted: int
    others: int
    lift: float
    low: float
    high: float
    clear: bool
    manner: bool


@dataclass(frozen=True, slots=True)
class VettedFigures:
    """The bias that weighing vetted images more brings.

    Attributes:
        vetted, others: Images.
        weight: How many times as much their own tags count.
        reasons: (reason, images), in words.
        tags: The rarest among vetted images first.
        lost: Tags that other images carry and no vetted one.
        ratings: (rating, vetted images, others) that have it.
    """

    vetted: int
    others: int
    weight: float
    reasons: tuple[tuple[str, int], ...]
    tags: tuple[VettedTag, ...]
    lost: int
    ratings: tuple[tuple[str, int, int], ...]

    @property
    def rarer(self) -> tuple[VettedTag, ...]:
        """Tags that are clearly rarer among vetted images, the rarest first."""
        return tuple(tag for tag in self.tags if tag.clear and tag.lift < 1)

    @property
    def commoner(self) -> tuple[VettedTag, ...]:
        """Tags that are clearly more frequent among vetted images, the most frequent first."""
        return tuple(tag for tag in reversed(self.tags) if tag.clear and tag.lift > 1)
