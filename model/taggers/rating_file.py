"""The rating output of an exported tagger: a small file beside it, as lists of tags lack a place.

`rating_head.safetensors` holds `weight` (R, D) and `bias` (R,) float32, to be laid over the
embeddings and followed by a softmax; its metadata names the R ratings, one a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file

from model.errors import TaggerProblem
from model.saving import save_tensors

if TYPE_CHECKING:
    from pathlib import Path

    from model.backbones import Tagger

RATING_HEAD = "rating_head.safetensors"
_NAMES = "ratings"


def write_ratings(tagger: Tagger, folder: Path) -> None:
    """Keep a tagger's rating output beside its export; nothing is written for one without.

    Args:
        tagger: On the CPU.
        folder: Of the export.

    Raises:
        OSError: The disk refuses.
    """
    if tagger.rating_head is None:
        return
    state = {
        name: part.detach().float().contiguous()
        for name, part in tagger.rating_head.state_dict().items()
    }
    metadata = {"format": "pt", _NAMES: "\n".join(tagger.ratings)}
    save_tensors(state, folder / RATING_HEAD, metadata)


def read_ratings(tagger: Tagger, path: Path) -> None:
    """Give a tagger the rating output that lies beside its export.

    Args:
        tagger: On the CPU; changed in place.
        path: Of the file.

    Raises:
        TaggerProblem: The file is damaged or belongs to another tagger.
    """
    try:
        with safe_open(path, framework="pt") as file:
            names = tuple((file.metadata() or {}).get(_NAMES, "").split("\n"))
        state = load_file(path)
    except (OSError, SafetensorError) as problem:
        raise TaggerProblem(f"{path} cannot be read: {problem}. Copy it again.") from problem
    width = tagger.head.in_features
    shapes = {name: tuple(part.shape) for name, part in state.items()}
    if shapes != {"weight": (len(names), width), "bias": (len(names),)}:
        raise TaggerProblem(
            f"{path} belongs to another tagger: it needs a row of {width} values for each of its "
            f"{len(names)} ratings. Copy the whole folder again."
        )
    tagger.rate(names)
    if tagger.rating_head is not None:
        with torch.no_grad():
            tagger.rating_head.load_state_dict(state)
