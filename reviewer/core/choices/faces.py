"""Faces: where a head is in an image, whose it is said to be, and which part of it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

MARGIN = 0.12
"""Share of a box's longer side that is added on each side: hair and hats reach beyond a head."""


class Box(NamedTuple):
    """Left, top, right, bottom in pixels of the image as its header has it, upright."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels; 0 or less for a box that is none."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels; 0 or less for a box that is none."""
        return self.bottom - self.top


class Part(NamedTuple):
    """A part of a picture: left, top, right, bottom as shares of its sides, 0..1."""

    left: float
    top: float
    right: float
    bottom: float


WHOLE = Part(0.0, 0.0, 1.0, 1.0)
"""All of a picture."""


@dataclass(frozen=True, slots=True)
class Face:
    """A head in an image.

    Attributes:
        id: Of the row; 0 before it is stored.
        box: `None` where the whole image is the head, or no box is known.
        tag_id: The character that its source says; `None` where it says none.
        confidence: Of the detection, 0..1.
        source: `grapeot`, `dafre`, or `detector: NAME`.
        split: `train`, `val` or `test` where the source tells.
    """

    image_id: int
    box: Box | None
    tag_id: int | None = None
    confidence: float = 1.0
    source: str = ""
    split: str = ""
    id: int = 0


def clipped(box: Box, width: int, height: int) -> Box | None:
    """The part of a box that lies in an image; `None` where nothing does."""
    inside = Box(max(box.left, 0), max(box.top, 0), min(box.right, width), min(box.bottom, height))
    return inside if inside.width > 0 and inside.height > 0 else None


def part_of(
    box: Box | None, header: tuple[int, int], opened: tuple[int, int], margin: float = 0.0
) -> Part:
    """Where a box lies in a picture as it is opened.

    A picture may be opened smaller than its file, and without the bars that made it square: it is
    then the middle of what the header tells, at one scale.

    Args:
        box: In pixels of the header; `None` for all of the picture.
        header: Width and height that the file's header tells.
        opened: Width and height of the opened picture, any scale.
        margin: Share of the box's longer side that is added on each side.

    Returns:
        The part, within the picture; all of it where the box lies outside, or a size is unknown.
    """
    if box is None or min(*header, *opened) <= 0:
        return WHOLE
    scale = max(opened[0] / header[0], opened[1] / header[1])
    more = margin * max(box.width, box.height)
    cut_x, cut_y = ((h * scale - o) / 2 for h, o in zip(header, opened, strict=True))
    part = Part(
        max(((box.left - more) * scale - cut_x) / opened[0], 0.0),
        max(((box.top - more) * scale - cut_y) / opened[1], 0.0),
        min(((box.right + more) * scale - cut_x) / opened[0], 1.0),
        min(((box.bottom + more) * scale - cut_y) / opened[1], 1.0),
    )
    return part if part.right > part.left and part.bottom > part.top else WHOLE
