"""The engines by name, and a version loaded to run on one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import torch

from model.engines.graph import open_graph
from model.errors import TaggerProblem
from model.networks.onnx_session import MODEL
from model.predict import Predictor

if TYPE_CHECKING:
    from pathlib import Path


class Engine(StrEnum):
    """What a version runs on."""

    TORCH = "torch"
    ONNX = "onnx"
    BF16 = "bf16"
    INT8 = "int8"

    @property
    def needs_graph(self) -> bool:
        """Whether the backbone is written as a graph first."""
        return self in {Engine.ONNX, Engine.INT8}

    @property
    def is_exact(self) -> bool:
        """Whether its scores are torch's to four digits."""
        return self in {Engine.TORCH, Engine.ONNX}

    @property
    def words(self) -> str:
        """For people."""
        return _WORDS[self]


_WORDS = {
    Engine.TORCH: "torch",
    Engine.ONNX: "ONNX Runtime",
    Engine.BF16: "torch in 16 bit",
    Engine.INT8: "ONNX Runtime in bytes",
}


def load_on(engine: Engine, version: Path, graph: Path | None = None) -> Predictor:
    """Load a version to run on the CPU with an engine.

    Args:
        engine: Which.
        version: Folder of the version.
        graph: Folder of its graph, for an engine that needs one.

    Raises:
        TaggerProblem: The version or its graph cannot be used.
    """
    plain = Predictor.load(version, "cpu")
    if engine is Engine.TORCH:
        return plain
    device = replace(plain.device, words=f"{plain.device.words}, {engine.words}")
    if engine is Engine.BF16 and plain.record.config.network == "onnx":
        raise TaggerProblem(
            f"{version.name} is an ONNX graph, which does not run in 16 bit; use the engine int8 "
            "or torch."
        )
    if engine is Engine.BF16:
        return replace(plain, device=replace(device, amp=torch.bfloat16))
    if graph is None:
        raise TaggerProblem(f"The engine {engine} needs a graph of the version.")
    plain.tagger.backbone = open_graph(graph, plain.record.config)
    plain.tagger.eval()
    return replace(plain, device=device)


def graph_digest(folder: Path) -> str:
    """Eight letters that stand for a graph's content."""
    found = hashlib.sha256()
    for path in sorted(folder.glob(f"{MODEL}*")):
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:8]
