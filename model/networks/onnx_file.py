"""ONNX files from strangers: read without running anything, and nothing outside their folder."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import onnx
from google.protobuf.message import (  # type: ignore[import-untyped]  # protobuf has no types
    DecodeError,
)
from onnx import external_data_helper as external

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft", "pkg.onnxscript.torch_lib"})
"""Operators that ONNX Runtime brings with it; others need a library of native code."""

ONE_FILE_BYTES = 1_800_000_000
"""A protocol buffer ends at 2 GB; beyond this the weights go to a file of their own."""


def read_header(path: Path) -> onnx.ModelProto:
    """Read a graph; weights that are stored in other files stay there.

    Raises:
        TaggerProblem: The file is damaged, names files outside its folder, or needs operators that
            are native code.
    """
    try:
        model = onnx.load(str(path), load_external_data=False)
    except (OSError, DecodeError, ValueError) as problem:
        raise TaggerProblem(
            f"{path} cannot be read as ONNX: {problem}. Copy it again."
        ) from problem
    if not model.graph.node or not model.graph.output:
        raise TaggerProblem(f"{path} is damaged: it holds no network. Copy it again.")
    for tensor in _tensors(model):
        _refuse_outside(path, tensor)
    foreign = {entry.domain for entry in model.opset_import} - _DOMAINS
    used = {node.domain for node in model.graph.node} & foreign
    if used:
        raise TaggerProblem(
            f"{path} needs operators of {', '.join(sorted(used))}, which are native code that was "
            "not brought; export the tagger with standard operators."
        )
    return model


def read_whole(path: Path) -> onnx.ModelProto:
    """Read a graph with all its weights.

    Raises:
        TaggerProblem: As `read_header`, or a file of weights is missing or cut off.
    """
    model = read_header(path)
    try:
        external.load_external_data_for_model(model, str(path.parent))
    except (OSError, ValueError, onnx.checker.ValidationError) as problem:
        raise TaggerProblem(
            f"The weights of {path} cannot be read: {problem}. Copy the whole folder again."
        ) from problem
    return model


def external_files(model: onnx.ModelProto) -> list[str]:
    """Names, relative to the graph's folder, of the files that hold weights."""
    return sorted({_location(t) for t in _tensors(model) if external.uses_external_data(t)})


def save_model(model: onnx.ModelProto, path: Path) -> list[Path]:
    """Write a graph, its weights beside it where they are too large for one file.

    Returns:
        The files.

    Raises:
        OSError: The disk refuses.
    """
    if sum(len(tensor.raw_data) for tensor in _tensors(model)) < ONE_FILE_BYTES:
        onnx.save(model, str(path))
        return [path]
    beside = path.with_name(path.name + ".data")
    onnx.save(model, str(path), save_as_external_data=True, location=beside.name)
    return [path, beside]


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    yield from external._get_all_tensors(model)  # noqa: SLF001 - onnx has no public name for it


def _location(tensor: onnx.TensorProto) -> str:
    return next((entry.value for entry in tensor.external_data if entry.key == "location"), "")


def _refuse_outside(path: Path, tensor: onnx.TensorProto) -> None:
    """Weights may lie beside the graph or below it, nowhere else."""
    if not external.uses_external_data(tensor):
        return
    name = _location(tensor)
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    absolute = PurePosixPath(name).is_absolute() or PureWindowsPath(name).anchor
    folder = path.parent.resolve()
    if not name or absolute or ".." in parts or not _is_below(folder / name, folder):
        raise TaggerProblem(
            f"{path} wants to read its weights from {name!r}, outside its folder, and was not "
            "loaded. Put all files of the tagger into one folder."
        )


def _is_below(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder)
