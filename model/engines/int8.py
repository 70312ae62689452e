"""A graph whose convolutions and matrices work on bytes: several times faster, and less exact.

Static quantisation by ONNX Runtime: the ranges of all values in between are measured on pictures
of the user. Activations are unsigned bytes and weights signed ones, a scale for each channel; that
is the pair that CPUs have instructions for (VNNI).
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from model.engines.graph import open_graph
from model.errors import TaggerProblem
from model.networks.onnx_session import MODEL, ORT_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from model.config import TaggerConfig
    from model.networks.onnx_session import OnnxBackbone

_KINDS = ("Conv", "Gemm", "MatMul")
"""Operators that run on bytes; what is left computes in float between them. Sums are left: in a
transformer they carry values too far apart for one scale (correlation of scores with torch's .74
with them, .99 without, on a drawn ViT-S), and they cost nothing beside the rest.
"""
_PROBLEMS = (*ORT_ERRORS, KeyError, AttributeError, AssertionError, TypeError)
"""What the quantiser raises at graphs that it does not know how to treat."""


class _Batches(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """Pictures for the measuring of ranges, in the graph's own layout."""

    def __init__(self, backbone: OnnxBackbone, batches: Iterable[Tensor]) -> None:
        self._waiting = (backbone.inputs(part) for x in batches for part in backbone.parts(x))

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """The next batch by the name of the input; `None` after the last."""
        return next(self._waiting, None)


def write_int8(source: Path, config: TaggerConfig, folder: Path, batches: Iterable[Tensor]) -> None:
    """Write a graph on bytes.

    Args:
        source: Folder of the graph in float.
        config: Of the version.
        folder: There already; the new graph goes in.
        batches: (B, 3, S, S) float32, normalised pictures, a hundred or more in all.

    Raises:
        TaggerProblem: The graph cannot be quantised.
        OSError: The disk refuses.
    """
    prepared = folder / f"prepared-{MODEL}"
    reader = _Batches(open_graph(source, config), batches)
    try:
        with _quiet():
            quant_pre_process(str(source / MODEL), str(prepared))
            quantize_static(
                str(prepared),
                str(folder / MODEL),
                reader,
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=list(_KINDS),
            )
    except _PROBLEMS as problem:
        words = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise TaggerProblem(
            f"The network {config.backbone} cannot run on bytes ({words}); scan with the engine "
            "bf16, onnx or torch."
        ) from problem
    finally:
        prepared.unlink(missing_ok=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """The quantiser advises on the root log what was done a line before."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.setLevel(before)
