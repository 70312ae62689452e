from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.detections import not_twice, read_outputs
from model.errors import TaggerProblem

SIDE = (640, 480)
BOXES = np.array([[100, 80, 200, 220], [400, 100, 500, 260], [30, 300, 90, 380]], np.float32)
SCORES = np.array([0.9, 0.8, 0.05], np.float32)


def middles(boxes: np.ndarray) -> np.ndarray:
    size = boxes[:, 2:] - boxes[:, :2]
    return np.concatenate([boxes[:, :2] + size / 2, size], axis=1)


def padded(table: np.ndarray, rows: int = 40) -> np.ndarray:
    """With rows that say nothing, as fixed outputs have them."""
    more = np.zeros((rows - len(table), table.shape[1]), np.float32)
    return np.concatenate([table, more])


def yolo5(classes: int) -> list[np.ndarray]:
    chances = np.full((3, classes), 0.1, np.float32)
    chances[:, classes - 1] = 0.96
    table = np.concatenate([middles(BOXES), (SCORES / 0.96)[:, None], chances], axis=1)
    return [padded(table)[None]]


def yolo8(classes: int) -> list[np.ndarray]:
    chances = np.full((3, classes), 0.01, np.float32)
    chances[:, 0] = SCORES
    return [padded(np.concatenate([middles(BOXES), chances], axis=1), 200)[None].swapaxes(1, 2)]


def chosen(rows: int) -> list[np.ndarray]:
    table = np.concatenate([BOXES, SCORES[:, None], np.zeros((3, 1), np.float32)], axis=1)
    return [padded(table, rows)[None]]


LAYOUTS = {
    "YOLOv5, one class": yolo5(1),
    "YOLOv5, three classes": yolo5(3),
    "YOLOv8, one class": yolo8(1),
    "YOLOv8, eighty classes": yolo8(80),
    "YOLOv8, boxes in rows": [yolo8(1)[0].swapaxes(1, 2)],
    "chosen already": chosen(3),
    "chosen already, padded": chosen(300),
    "boxes and scores": [BOXES[None], SCORES[None]],
    "scores before boxes": [SCORES[None, :, None], BOXES[None]],
    "torchvision": [BOXES, np.ones(3, np.int64), SCORES],
    "shares of the picture": [BOXES / np.array([*SIDE, *SIDE], np.float32), SCORES],
    "logits": [BOXES[None], np.log(SCORES / (1 - SCORES))[None]],
}


@pytest.mark.parametrize("outputs", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_boxes(outputs: list[np.ndarray]) -> None:
    found = read_outputs(outputs, SIDE, 0.3)
    assert found.boxes == pytest.approx(BOXES[:2], abs=0.01)
    assert found.scores == pytest.approx(SCORES[:2], abs=1e-5)


@pytest.mark.parametrize("outputs", LAYOUTS.values(), ids=LAYOUTS)
def test_where_nothing_is_sure_enough_nothing_is_found(outputs: list[np.ndarray]) -> None:
    assert len(read_outputs(outputs, SIDE, 0.95).scores) == 0


@pytest.mark.parametrize("shape", [(0, 6), (1, 0, 6), (1, 5, 0)])
def test_no_boxes_at_all_are_none(shape: tuple[int, ...]) -> None:
    assert len(read_outputs([np.zeros(shape, np.float32)], SIDE, 0.3).scores) == 0


def test_no_boxes_of_torchvision_are_none() -> None:
    empty = [np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32)]
    assert len(read_outputs(empty, SIDE, 0.3).scores) == 0


@pytest.mark.parametrize("shape", [(1, 1000), (1, 3, 2), (4,)])
def test_outputs_that_are_no_boxes_are_named(shape: tuple[int, ...]) -> None:
    with pytest.raises(TaggerProblem, match="no boxes as they are known here"):
        read_outputs([np.zeros(shape, np.float32)], SIDE, 0.3)


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_what_is_kept_does_not_overlap_and_covers_what_is_not(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    near = rng.uniform(0, 60, (count, 2))
    boxes = np.concatenate([near, near + rng.uniform(5, 40, (count, 2))], axis=1).astype(np.float32)

    def shared(first: np.ndarray, second: np.ndarray) -> float:
        width, height = (
            min(first[i + 2], second[i + 2]) - max(first[i], second[i]) for i in (0, 1)
        )
        inner = max(width, 0) * max(height, 0)
        areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (first, second)]
        return inner / (sum(areas) - inner)

    kept = not_twice(boxes).tolist()
    assert kept[0] == 0
    for place, box in enumerate(boxes):
        before = [shared(box, boxes[k]) for k in kept if k < place]
        assert (place in kept) == all(share <= 0.5 + 1e-6 for share in before)
