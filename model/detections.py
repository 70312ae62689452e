"""What a detector's outputs mean, told by their shapes and numbers; and boxes that overlap.

Layouts that are read, N boxes of one picture:

    (1, N, 4) and (1, N) or (1, N, C)   corners and scores, in pixels of the input or 0..1
    (N, 4), (N,) and labels (N,)        the same, as torchvision's detectors are exported
    (1, N, 6)                           left, top, right, bottom, score, class: chosen already
    (1, N, 5 + C)                       middle, width, height, being there, classes (YOLOv5)
    (1, 4 + C, N) or (1, N, 4 + C)      middle, width, height, classes (YOLOv8)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float32]

OVERLAP = 0.5
"""Boxes that share more than this of what they cover together are one thing."""
_MOST = 300
"""Boxes that are looked at in one picture."""
_RELATIVE = 2.0
"""Coordinates that never exceed this are shares of the picture."""


class Detections(NamedTuple):
    """Boxes of one picture.

    Attributes:
        boxes: (N, 4) float32: left, top, right, bottom in pixels of the detector's input.
        scores: (N,) float32, 0..1, falling.
    """

    boxes: Floats
    scores: Floats


def read_outputs(outputs: Sequence[Floats], side: tuple[int, int], least: float) -> Detections:
    """The boxes that a detector's outputs tell, the surest first, no thing twice.

    Args:
        outputs: All outputs for one picture.
        side: Width and height of the input, pixels.
        least: Score below which a box is left out.

    Raises:
        TaggerProblem: No layout that is known fits.
    """
    parts = [np.asarray(part, np.float32) for part in outputs]
    boxes, scores = _pair(parts) or _single(parts)
    kept = np.flatnonzero((scores >= least) & np.isfinite(boxes).all(axis=1))
    if len(kept) and float(np.abs(boxes[kept]).max()) <= _RELATIVE:
        boxes = boxes * np.array([*side, *side], np.float32)
    order = kept[np.argsort(-scores[kept], kind="stable")][:_MOST]
    boxes, scores = boxes[order], scores[order]
    alone = not_twice(boxes)
    return Detections(boxes[alone], scores[alone])


def not_twice(boxes: Floats) -> NDArray[np.int64]:
    """Places of the boxes that overlap none before them too much (N, 4), the surest first."""
    kept: list[int] = []
    for place in range(len(boxes)):
        if not kept or float(_overlaps(boxes[place], boxes[kept]).max()) <= OVERLAP:
            kept.append(place)
    return np.array(kept, np.int64)


def _overlaps(box: Floats, others: Floats) -> Floats:
    """(M,) what a box and each of the others share, of what they cover together."""
    near = np.maximum(box[:2], others[:, :2])
    far = np.minimum(box[2:], others[:, 2:])
    shared = (far - near).clip(min=0).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).clip(min=0).prod(axis=1)
    own = (box[2:] - box[:2]).clip(min=0).prod()
    return np.asarray(shared / np.maximum(own + areas - shared, 1e-9), np.float32)


def _pair(parts: Sequence[Floats]) -> tuple[Floats, Floats] | None:
    """Corners in one output and scores in another; `None` if that is not so."""
    boxes = next((p.reshape(-1, 4) for p in parts if p.ndim > 1 and p.shape[-1] == 4), None)
    if boxes is None or len(parts) < 2:
        return None
    for part in parts:
        if part.shape[-1] == 4 and part.size == boxes.size:
            continue
        if part.size == 0 or len(boxes) == 0:
            return boxes[:0], np.zeros(0, np.float32)
        # Labels are whole numbers beside scores that are not.
        labels = len(parts) > 2 and bool((part == np.rint(part)).all())
        if part.size % len(boxes) == 0 and not labels:
            return boxes, _as_chances(part.reshape(len(boxes), -1)).max(axis=1)
    return None


def _single(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    table = parts[0]
    alone = table.ndim == 2
    if table.ndim == 3 and len(table) == 1:
        table = table[0]
    # A row of numbers for the whole picture is what a tagger gives.
    if table.ndim != 2 or max(table.shape) < 5 or (alone and table.shape[1] not in (5, 6)):
        shapes = ", ".join(str(part.shape) for part in parts)
        raise TaggerProblem(
            f"Its outputs are no boxes as they are known here (shapes {shapes}). Export it with "
            "boxes and scores, or as YOLO does."
        )
    rows, columns = table.shape
    if columns == 6 and _are_corners(table):
        return table[:, :4], table[:, 4]
    if rows >= 5 and (columns < 5 or rows < columns):
        # YOLOv8 has the boxes in the columns: there are more of them than of numbers each.
        return _middles(table.T[:, :4]), table.T[:, 4:].max(axis=1)
    if columns == 5:
        return _middles(table[:, :4]), table[:, 4]
    return _middles(table[:, :4]), table[:, 4] * table[:, 5:].max(axis=1)


def _are_corners(table: Floats) -> bool:
    """Whether six numbers a box are corners, score and class, not middle, size and two chances."""
    used = table[table[:, 4] > 0]
    return bool(
        len(used)
        and (used[:, 5] == np.rint(used[:, 5])).all()
        and (used[:, 2] >= used[:, 0]).all()
        and (used[:, 3] >= used[:, 1]).all()
    )


def _middles(boxes: Floats) -> Floats:
    """(N, 4) corners of boxes that are told by their middle, width and height."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def _as_chances(scores: Floats) -> Floats:
    """Scores as 0..1: logits are told by numbers outside of that."""
    if scores.size and (scores.min() < 0 or scores.max() > 1):
        return np.asarray(1 / (1 + np.exp(-scores.clip(-60, 60))), np.float32)
    return scores
