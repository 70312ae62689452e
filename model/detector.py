"""A detector of heads that somebody else trained, as an ONNX file: pictures in, boxes out.

How it wants its pictures is told by its input: order of the axes, size, and type (bytes are taken
as 0..255, floats as 0..1 in RGB, what YOLO's exporters write). The picture is fitted inside, the
rest filled grey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from model.detections import Detections, read_outputs
from model.errors import TaggerProblem
from model.networks.onnx_session import open_session, run_session

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

USUAL_SIDE = 640
_GREY = (114, 114, 114)
_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}


class Detector:
    """Finds heads in pictures. One session, which several threads may use.

    Attributes:
        path: The file.
        side: Width and height of its input, pixels.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            TaggerProblem: It is no ONNX graph, or takes no single picture of three colours.
        """
        self.path = path
        self._session = open_session(path)
        inputs = self._session.get_inputs()
        shape = list(inputs[0].shape)
        if len(inputs) != 1 or len(shape) != 4 or inputs[0].type not in _TYPES:
            raise TaggerProblem(
                f"{path} is no detector that is known here: its input is not one picture "
                f"({', '.join(f'{i.name} {i.shape}' for i in inputs)})."
            )
        self._kind = _TYPES[inputs[0].type]
        self._name = inputs[0].name
        self._last = shape[3] == 3
        if not self._last and shape[1] != 3:
            raise TaggerProblem(f"{path} is no detector of colour pictures: its input is {shape}.")
        height, width = shape[1:3] if self._last else shape[2:4]
        self.side = (_length(width), _length(height))

    def find(self, picture: Image.Image, least: float) -> Detections:
        """The heads in an RGB picture, the surest first.

        Args:
            picture: Any size.
            least: Score below which a head is left out, 0..1.

        Returns:
            Boxes in pixels of the picture, within it.

        Raises:
            TaggerProblem: The graph cannot be run, or gives no boxes.
        """
        width, height = self.side
        scale = min(width / picture.width, height / picture.height)
        size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
        canvas = Image.new("RGB", self.side, _GREY)
        off = ((width - size[0]) // 2, (height - size[1]) // 2)
        canvas.paste(picture.resize(size, Image.Resampling.BILINEAR), off)
        outputs = run_session(self._session, self.path, {self._name: self._input(canvas)})
        try:
            found = read_outputs(outputs, self.side, least)
        except TaggerProblem as problem:
            raise TaggerProblem(f"{self.path} cannot be used. {problem}") from problem
        shift = np.array([*off, *off], np.float32)
        ratio = np.array([size[0] / picture.width, size[1] / picture.height] * 2, np.float32)
        most = np.array([*picture.size, *picture.size], np.float32)
        return Detections(((found.boxes - shift) / ratio).clip(0, most), found.scores)

    def _input(self, canvas: Image.Image) -> NDArray[Any]:
        pixels = np.asarray(canvas)
        if not self._last:
            pixels = pixels.transpose(2, 0, 1)
        if self._kind is np.uint8:
            return np.ascontiguousarray(pixels[None])
        return np.ascontiguousarray(pixels[None] / np.float32(255), dtype=self._kind)


def _length(declared: object) -> int:
    return declared if isinstance(declared, int) and declared > 0 else USUAL_SIDE
