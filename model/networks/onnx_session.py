"""An ONNX graph as a backbone, run by ONNX Runtime: embeddings, and outputs that it gives itself.

The graph beside a version is the trunk that `model.networks.onnx_graph` left: output one is the
embedding, output two the tags where the graph's end could not be taken off.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import onnxruntime
import torch
from onnxruntime.capi import onnxruntime_pybind11_state as ort
from torch import Tensor, nn

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.config import TaggerConfig

MODEL = "model.onnx"
EMBEDDING, GIVEN = "reviewer_embedding", "reviewer_given"
"""Names that no other exporter gives to a tensor."""
_FATAL = 4
ORT_ERRORS = (
    ort.EngineError,
    ort.EPFail,
    ort.Fail,
    ort.InvalidArgument,
    ort.InvalidGraph,
    ort.InvalidProtobuf,
    ort.NoModel,
    ort.NoSuchFile,
    ort.NotFound,
    ort.NotImplemented,
    ort.RuntimeException,
    ValueError,
    RuntimeError,
)
"""What ONNX Runtime raises; its errors have no base of their own."""
_TYPES: dict[str, type[np.generic]] = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class OnnxBackbone(nn.Module):
    """(B, 3, S, S) float to (B, D) float, or to that and the (B, T) logits that the graph gives.

    The session is shared by copies: it holds no state and may be called by several threads. It
    has as many threads inside as torch has where it is called: a scan divides them among workers.

    Attributes:
        path: The graph; weights may lie beside it.
        width: D.
    """

    def __init__(self, path: Path, config: TaggerConfig) -> None:
        """Start a session.

        Raises:
            TaggerProblem: ONNX Runtime cannot run the graph.
        """
        super().__init__()
        self.path = path
        self._nhwc = config.arguments.get("layout") == "nhwc"
        self._single = bool(config.arguments.get("single"))
        self._probabilities = config.arguments.get("given") == "probabilities"
        self._session = open_session(path)
        self._threads = torch.get_num_threads()
        self._opening = Lock()
        self._kind = _TYPES.get(self._session.get_inputs()[0].type, np.float32)
        side = config.input_size
        probe = self._run(torch.zeros(1, 3, side, side))
        self.width = int(probe[0].shape[1])

    def averaged(self, config: TaggerConfig) -> list[int]:
        """Axes of the graph's embedding over which the mean is taken; none where it is a row."""
        side = config.input_size
        name = self._session.get_inputs()[0].name
        shape = (1, side, side, 3) if self._nhwc else (1, 3, side, side)
        wanted = self._session.get_outputs()[0].name
        found = self._session.run([wanted], {name: np.zeros(shape, self._kind)})
        return _axes(np.asarray(found[0]).shape)

    @property
    def gives(self) -> bool:
        """Whether the graph gives outputs of its own."""
        return len(self._session.get_outputs()) > 1

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Run a batch, one by one where the graph was exported for a single picture."""
        results = [self._run(part) for part in self.parts(x)]
        outputs = [
            torch.from_numpy(np.concatenate(found)).to(x.device)
            for found in zip(*results, strict=True)
        ]
        if len(outputs) == 1:
            return outputs[0]
        return outputs[0], self._logits(outputs[1])

    def _logits(self, given: Tensor) -> Tensor:
        return torch.logit(given.double(), 1e-9).float() if self._probabilities else given

    def parts(self, x: Tensor) -> list[Tensor]:
        """What of a batch is run at once: single pictures where the graph takes one only."""
        return list(x[:, None]) if self._single else [x]

    def inputs(self, x: Tensor) -> dict[str, NDArray[Any]]:
        """A batch as the graph takes it, by the name of its input."""
        pixels = (x.permute(0, 2, 3, 1) if self._nhwc else x).contiguous().cpu().numpy()
        name = self._session.get_inputs()[0].name
        return {name: pixels.astype(self._kind, copy=False)}

    def _divided(self) -> onnxruntime.InferenceSession:
        """The session with as many threads as torch has now."""
        with self._opening:
            if self._threads != torch.get_num_threads():
                self._session = open_session(self.path)
                self._threads = torch.get_num_threads()
            return self._session

    def _run(self, x: Tensor) -> list[NDArray[np.float32]]:
        try:
            found = self._divided().run(None, self.inputs(x))
        except ORT_ERRORS as problem:
            raise _refused(self.path, problem) from problem
        embedding = _as_rows(np.asarray(found[0], np.float32))
        return [
            embedding,
            *(np.asarray(part, np.float32).reshape(len(x), -1) for part in found[1:]),
        ]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Start ONNX Runtime on a file, on the GPU where its build has one.

    Raises:
        TaggerProblem: It cannot run the graph.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    options.intra_op_num_threads = torch.get_num_threads()
    # Threads that wait by spinning would take the cores from the decoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    there = set(onnxruntime.get_available_providers())
    wanted = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in there]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=wanted)
    except ORT_ERRORS as problem:
        raise _refused(path, problem) from problem


def run_session(
    session: onnxruntime.InferenceSession, path: Path, inputs: dict[str, NDArray[Any]]
) -> list[NDArray[Any]]:
    """Run a graph once; all its outputs.

    Args:
        session: Of `open_session`.
        path: Its file, to be named.
        inputs: By name.

    Raises:
        TaggerProblem: The graph cannot be run on them.
    """
    try:
        return [np.asarray(part) for part in session.run(None, inputs)]
    except ORT_ERRORS as problem:
        raise _refused(path, problem) from problem


def _refused(path: Path, problem: Exception) -> TaggerProblem:
    first = str(problem).strip().splitlines()[0] if str(problem).strip() else repr(problem)
    return TaggerProblem(f"ONNX Runtime cannot run {path}: {first}")


def _as_rows(embedding: NDArray[np.float32]) -> NDArray[np.float32]:
    """(B, D) from a map or a row of tokens: their mean."""
    axes = tuple(_axes(embedding.shape))
    return (embedding.mean(axis=axes) if axes else embedding).reshape(len(embedding), -1)


def _axes(shape: tuple[int, ...]) -> list[int]:
    """Axes to average: a map is (B, C, H, W) or (B, H, W, C), a row of tokens (B, L, C).

    Maps of square pictures are square.
    """
    if len(shape) == 4:
        return [1, 2] if shape[1] == shape[2] != shape[3] else [2, 3]
    return [1] if len(shape) == 3 else []
