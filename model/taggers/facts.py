"""What a folder holds, read without weights: names, small texts, the heads of graphs.

Texts of strangers: their size is capped, nothing in them is run, and tag names stay text.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open

from model.errors import TaggerProblem
from model.networks.onnx_file import read_header
from model.weights import read_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onnx import ModelProto

TEXT_BYTES = 64 * 2**20
"""The longest list of tags known is 8 MB."""
_FILES = 2000
_TORCH = (".pt", ".pth", ".bin", ".ckpt")


@dataclass(frozen=True)
class FolderFacts:
    """A folder that may be a tagger.

    Attributes:
        folder: The folder.
        names: Files in it and in its folders, relative, with forward slashes.
    """

    folder: Path
    names: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> FolderFacts:
        """Look into a folder, or at a single file and the small texts beside it.

        Raises:
            TaggerProblem: There is nothing there.
        """
        if path.is_file():
            texts = [p for p in path.parent.iterdir() if p.suffix in {".txt", ".csv", ".json"}]
            return cls(path.parent, tuple(sorted({path.name, *(p.name for p in texts)})))
        if not path.is_dir():
            raise TaggerProblem(f"There is no tagger at {path}; choose a folder that is there.")
        found = [p for pattern in ("*", "*/*") for p in path.glob(pattern) if p.is_file()]
        if len(found) > _FILES:
            raise TaggerProblem(
                f"{path} holds {len(found):,} files; choose the folder of the tagger itself."
            )
        return cls(path, tuple(sorted(p.relative_to(path).as_posix() for p in found)))

    def ending(self, *suffixes: str) -> list[str]:
        """Names that end so."""
        return [name for name in self.names if name.lower().endswith(suffixes)]

    def has(self, *names: str) -> bool:
        """Whether files of all these names are there."""
        return set(names) <= set(self.names)

    @property
    def graphs(self) -> list[str]:
        """ONNX files."""
        return self.ending(".onnx")

    @property
    def checkpoints(self) -> list[str]:
        """Weights for torch: safetensors first."""
        return [*self.ending(".safetensors"), *self.ending(*_TORCH)]

    def path(self, name: str) -> Path:
        """Where a file is."""
        return self.folder / name

    def text(self, name: str) -> str:
        """A small text.

        Raises:
            TaggerProblem: It cannot be read, or is too long for a list of tags.
        """
        path = self.path(name)
        try:
            if path.stat().st_size > TEXT_BYTES:
                raise TaggerProblem(f"{path} is too large for what it should be; copy it again.")
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as problem:
            raise TaggerProblem(f"{path} cannot be read: {problem}. Copy it again.") from problem

    def json(self, name: str) -> Any:  # noqa: ANN401 - a stranger's JSON can be anything
        """A JSON value; `None` where there is no such file.

        Raises:
            TaggerProblem: It is damaged.
        """
        if name not in self.names:
            return None
        try:
            return json.loads(self.text(name))
        except (ValueError, RecursionError) as problem:
            raise TaggerProblem(
                f"{self.path(name)} is damaged: {problem}. Copy it again."
            ) from problem

    def record(self, name: str) -> dict[str, Any]:
        """A JSON object; empty where there is none."""
        found = self.json(name)
        return found if isinstance(found, dict) else {}

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of a CSV file by its columns; a tag may be called `nan`, so all is text.

        Raises:
            TaggerProblem: It is damaged.
        """
        try:
            rows = list(csv.DictReader(io.StringIO(self.text(name), newline=""), strict=True))
        except csv.Error as problem:
            raise TaggerProblem(
                f"{self.path(name)} is damaged: {problem}. Copy it again."
            ) from problem
        if any(None in row or None in row.values() for row in rows):
            raise TaggerProblem(
                f"{self.path(name)} is damaged: its rows differ in length. Copy it again."
            )
        return rows

    def lines(self, name: str) -> list[str]:
        """The lines of a text that are not empty."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    @cached_property
    def _graph_heads(self) -> dict[str, ModelProto]:
        return {}

    def graph(self, name: str) -> ModelProto:
        """An ONNX graph; weights in other files stay there.

        Raises:
            TaggerProblem: It is damaged or unsafe.
        """
        if name not in self._graph_heads:
            self._graph_heads[name] = read_header(self.path(name))
        return self._graph_heads[name]

    @cached_property
    def _mappings(self) -> dict[str, Mapping[str, Any]]:
        return {}

    def mapping(self, name: str) -> Mapping[str, Any]:
        """What a checkpoint of torch holds, read without running anything of it.

        Raises:
            TaggerProblem: It holds more than tensors and plain values, or is damaged.
        """
        if name not in self._mappings:
            self._mappings[name] = read_mapping(self.path(name))
        return self._mappings[name]

    def shapes(self, name: str) -> dict[str, tuple[int, ...]]:
        """Names and shapes of a checkpoint's tensors; of safetensors the header alone is read.

        Raises:
            TaggerProblem: It cannot be read.
        """
        if not name.endswith(".safetensors"):
            found = self.mapping(name)
            return {k: tuple(v.shape) for k, v in found.items() if isinstance(v, torch.Tensor)}
        path = self.path(name)
        try:
            with safe_open(path, framework="pt") as file:
                keys = list(file.keys())
                return {key: tuple(file.get_slice(key).get_shape()) for key in keys}
        except (OSError, SafetensorError, ValueError) as problem:
            raise TaggerProblem(f"{path} cannot be read: {problem}. Copy it again.") from problem


def one_of(facts: FolderFacts, names: list[str], what: str) -> str:
    """The only file of a kind.

    Raises:
        TaggerProblem: There is none, or more than one.
    """
    if len(names) == 1:
        return names[0]
    if not names:
        raise TaggerProblem(f"{facts.folder} holds no {what}; copy the whole folder again.")
    raise TaggerProblem(
        f"{facts.folder} holds {len(names)} files that could be the {what}: "
        f"{', '.join(names[:5])}. Put the one that you mean into a folder of its own."
    )
