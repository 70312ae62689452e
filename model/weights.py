"""Pretrained weights: from a file, else from torchvision's own cache, else none, and saying so.

Nothing is ever downloaded, and no pickle is executed: `.pth` files are read with
`weights_only=True`, which takes tensors and plain containers only.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlparse

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from model.config import TaggerConfig

_NESTS = ("state_dict", "model", "model_state_dict", "ema")
_PREFIXES = ("module.", "backbone.")


@dataclass(frozen=True, slots=True)
class WeightsOrigin:
    """Where the weights of a backbone come from.

    Attributes:
        kind: What to start from.
        path: The file; `None` from scratch.
        words: For people.
    """

    kind: Literal["file", "cache", "scratch"]
    path: Path | None
    words: str


def find_weights(config: TaggerConfig, file: Path | None = None) -> WeightsOrigin:
    """Look for pretrained weights: the given file, else torchvision's cache, else none.

    Args:
        config: Names the backbone.
        file: What the user chose; it must be there.

    Returns:
        The origin; nothing has been read yet.

    Raises:
        TaggerProblem: The given file is not there.
    """
    if file is not None:
        if not file.is_file():
            raise TaggerProblem(f"There is no weights file {file}; choose one that is there.")
        return WeightsOrigin("file", file, f"weights from the file {file}")
    cache = Path(torch.hub.get_dir()) / "checkpoints"
    for name in _cached_names(config.backbone) if cache.is_dir() else []:
        if (cache / name).is_file():
            return WeightsOrigin("cache", cache / name, f"weights from the cache, {cache / name}")
    words = f"from scratch: no weights file was given and none for {config.backbone} is in {cache}"
    return WeightsOrigin("scratch", None, words)


def _cached_names(backbone: str) -> list[str]:
    """File names under which torchvision would store the backbone's weights, its default first."""
    # Torchvision takes longer to load than torch itself, which our own network does without.
    from torchvision.models import get_model_weights  # noqa: PLC0415 - see above

    try:
        known = get_model_weights(backbone)
    except ValueError:
        return []
    default = getattr(known, "DEFAULT", None)
    ordered = sorted(known, key=lambda weights: weights is not default)
    return [Path(urlparse(weights.url).path).name for weights in ordered]


_ODD = (LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, struct.error)
"""What torch's own reader of pickles fails with on files that are none: it follows whatever the
first bytes happen to say."""


def read_state(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a weights file.

    Args:
        path: `.safetensors`, or what `torch.save` wrote of tensors and plain containers.

    Returns:
        Tensors by name, on the CPU; wrappers and prefixes of training scripts taken off.

    Raises:
        TaggerProblem: The file cannot be read, or holds more than tensors.
    """
    return _plain(_unwrap(read_mapping(path)), path)


def read_mapping(path: Path) -> Mapping[str, Any]:
    """Read a weights file as it is, wrappers and plain values included.

    Raises:
        TaggerProblem: The file cannot be read, or holds more than tensors and plain values.
    """
    try:
        if path.suffix == ".safetensors":
            found: object = load_file(path)
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, *_ODD) as problem:
        raise TaggerProblem(
            f"The weights file {path} holds more than tensors, or is damaged, and was not "
            "loaded; save its state dict as .safetensors and use that."
        ) from problem
    except (OSError, RuntimeError, EOFError, ValueError, MemoryError, SafetensorError) as problem:
        raise TaggerProblem(
            f"The weights file {path} cannot be read: {problem}. Copy it again."
        ) from problem
    if not isinstance(found, Mapping):
        raise TaggerProblem(f"The weights file {path} holds no tensors by name.")
    return found


def _unwrap(found: object) -> object:
    while isinstance(found, Mapping):
        inner = next((found[key] for key in _NESTS if isinstance(found.get(key), Mapping)), None)
        if inner is None:
            return found
        found = inner
    return found


def _plain(found: object, path: Path) -> dict[str, Tensor]:
    if not isinstance(found, Mapping):
        raise TaggerProblem(f"The weights file {path} holds no tensors by name.")
    tensors = {str(key): value for key, value in found.items() if isinstance(value, Tensor)}
    for prefix in _PREFIXES:
        if any(key.startswith(prefix) for key in tensors):
            tensors = {key.removeprefix(prefix): value for key, value in tensors.items()}
    return tensors
