from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from model.detector import Detector
from model.errors import TaggerProblem
from tests.detectors import marked, save_finder, save_graph

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["float", "uint8"])
@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((64, 64), (10, 20, 30, 44)),
        ((640, 320), (200, 100, 400, 260)),
        ((100, 400), (20, 40, 90, 160)),
    ],
)
def test_boxes_are_in_pixels_of_the_picture(
    tmp_path: Path, size: tuple[int, int], box: tuple[int, int, int, int], kind: str
) -> None:
    save_finder(tmp_path / "find.onnx", kind=kind)
    found = Detector(tmp_path / "find.onnx").find(marked(size, box), 0.3)
    (scores,) = found.scores.tolist()
    assert scores == pytest.approx(0.95)
    assert found.boxes[0] == pytest.approx(np.array(box), abs=1.5 * max(size) / 64)


def test_a_picture_without_any_gives_none(tmp_path: Path) -> None:
    save_finder(tmp_path / "find.onnx")
    detector = Detector(tmp_path / "find.onnx")
    assert len(detector.find(Image.new("RGB", (50, 60), "white"), 0.3).boxes) == 0


def test_a_file_that_is_no_graph_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"not a graph")
    with pytest.raises(TaggerProblem, match=r"broken\.onnx"):
        Detector(tmp_path / "broken.onnx")


def test_a_graph_that_takes_no_picture_is_named(tmp_path: Path) -> None:
    save_graph(tmp_path / "double.onnx", "g (float[1, 8] x) => (float[1, 8] y) { y = Add(x, x) }")
    with pytest.raises(TaggerProblem, match="its input is not one picture"):
        Detector(tmp_path / "double.onnx")


def test_a_graph_of_grey_pictures_is_named(tmp_path: Path) -> None:
    body = "g (float[1, 1, 8, 8] x) => (float[1, 1, 8, 8] y) { y = Add(x, x) }"
    save_graph(tmp_path / "grey.onnx", body)
    with pytest.raises(TaggerProblem, match="no detector of colour pictures"):
        Detector(tmp_path / "grey.onnx")


def test_a_tagger_is_told_from_a_detector(tmp_path: Path) -> None:
    body = """g (float[1, 3, 32, 32] x) => (float[1, 3] y) <int64[2] area = {2, 3}>
    { y = ReduceMean<keepdims = 0>(x, area) }"""
    save_graph(tmp_path / "tagger.onnx", body)
    with pytest.raises(TaggerProblem, match=r"tagger\.onnx cannot be used\. Its outputs are no"):
        Detector(tmp_path / "tagger.onnx").find(Image.new("RGB", (40, 40)), 0.3)
