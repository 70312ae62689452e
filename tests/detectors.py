"""A tiny detector as a real ONNX graph: it finds what is magenta, from the pixels alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
from onnx import parser
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path

MARK = (250, 0, 250)

_GRAPH = """
<ir_version: 8, opset_import: ["" : 18]>
find ({kind}[1, 3, {side}, {side}] images) => (float[1, 1, 6] output0)
<float low = {{{low}}}, float high = {{{high}}}, float sureness = {{0.95}},
 float[1] zero = {{0.0}}, float[1] one = {{1.0}}, int64[1] single = {{1}},
 int64[3] shape = {{1, 1, 6}}, int64[3] across = {{0, 1, 2}}, int64[3] down = {{0, 1, 3}}>
{{
    x = Cast<to = 1>(images)
    red, green, blue = Split<axis = 1, num_outputs = 3>(x)
    is_red = Greater(red, high)
    is_blue = Greater(blue, high)
    both = And(is_red, is_blue)
    not_green = Less(green, low)
    marked = And(both, not_green)
    mask = Cast<to = 1>(marked)
    columns = ReduceMax<keepdims = 0>(mask, across)
    rows = ReduceMax<keepdims = 0>(mask, down)
    left_at = ArgMax<axis = 0>(columns)
    top_at = ArgMax<axis = 0>(rows)
    right_at = ArgMax<axis = 0, select_last_index = 1>(columns)
    bottom_at = ArgMax<axis = 0, select_last_index = 1>(rows)
    left = Cast<to = 1>(left_at)
    top = Cast<to = 1>(top_at)
    last_column = Cast<to = 1>(right_at)
    last_row = Cast<to = 1>(bottom_at)
    right = Add(last_column, one)
    bottom = Add(last_row, one)
    any = ReduceMax(mask)
    seen = Reshape(any, single)
    sure = Mul(seen, sureness)
    row = Concat<axis = 0>(left, top, right, bottom, sure, zero)
    output0 = Reshape(row, shape)
}}
"""


def save_finder(path: Path, side: int = 64, kind: str = "float") -> None:
    """Writes the detector.

    Args:
        path: Where to.
        side: Of its square input, pixels.
        kind: `float` for 0..1, or `uint8`.
    """
    low, high = ("0.5", "0.9") if kind == "float" else ("128.0", "229.0")
    model = parser.parse_model(_GRAPH.format(kind=kind, side=side, low=low, high=high))
    onnx.checker.check_model(model)
    onnx.save(model, path)


def save_graph(path: Path, body: str) -> None:
    """Writes any graph: its signature and nodes in ONNX's own text form."""
    onnx.save(parser.parse_model(f'<ir_version: 8, opset_import: ["" : 18]>\n{body}'), path)


def marked(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    """A picture with a magenta rectangle at left, top, right, bottom."""
    picture = Image.new("RGB", size, (90, 120, 90))
    ImageDraw.Draw(picture).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=MARK)
    return picture
