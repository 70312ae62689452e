"""Weights of torch under their makers' names, put into a tagger of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from model.backbones import Tagger, create_tagger
from model.errors import TaggerProblem
from model.taggers.family import Described, Loaded
from model.weights import read_state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from model.taggers.facts import FolderFacts

_COUNTERS = "num_batches_tracked"
"""Batch norms count batches; old checkpoints lack it and nothing depends on it in use."""


def load_torch(facts: FolderFacts, described: Described, _work: Path) -> Loaded:
    """Build the network that a description names and fill it from the weights file.

    Raises:
        TaggerProblem: The weights belong to another network or to another list of tags.
    """
    path = facts.path(described.weights)
    state = read_state(path)
    n_outputs = len(described.outputs) or _rows(state)
    tagger = create_tagger(described.config, max(n_outputs, 1))
    fill(tagger, state, path)
    tagger.eval()
    return Loaded(tagger, described.config)


def fill(tagger: Tagger, state: Mapping[str, Tensor], path: Path) -> None:
    """Copy weights into a tagger; what the backbone lacks must be the one linear head.

    Args:
        tagger: Changed in place.
        state: Tensors by their makers' names.
        path: Of the file, for the words.

    Raises:
        TaggerProblem: Something is missing, left over, or has another shape.
    """
    wanted = tagger.backbone.state_dict()
    wrong = [
        name
        for name, tensor in wanted.items()
        if not name.endswith(_COUNTERS) and (name not in state or state[name].shape != tensor.shape)
    ]
    over = sorted(state.keys() - wanted.keys())
    weights = [name for name in over if state[name].ndim > 1]
    if wrong or len(weights) != 1 or len(over) > 2:
        example = (wrong or weights or over or ["the head"])[0]
        raise TaggerProblem(
            f"The weights {path} belong to another network: {len(wrong)} of {len(wanted)} tensors "
            f"do not fit, {len(over)} are left over (for example {example}). Copy the whole "
            "folder again."
        )
    _fill_head(tagger.head, state, weights[0], path)
    kept = {name: state.get(name, tensor).to(tensor.dtype) for name, tensor in wanted.items()}
    tagger.backbone.load_state_dict(kept)


def _fill_head(head: nn.Linear, state: Mapping[str, Tensor], name: str, path: Path) -> None:
    weight = state[name].flatten(1)
    bias = state.get(name.removesuffix("weight") + "bias")
    if weight.shape[0] != head.out_features:
        raise TaggerProblem(
            f"{path} has {weight.shape[0]} outputs, but the list of tags beside it has "
            f"{head.out_features} rows; the files belong to different taggers. Copy the whole "
            "folder again."
        )
    if weight.shape != head.weight.shape:
        raise TaggerProblem(
            f"The weights {path} belong to another network: their head takes {weight.shape[1]} "
            f"values, not {head.in_features}. Copy the whole folder again."
        )
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(torch.zeros_like(head.bias) if bias is None else bias)


def _rows(state: Mapping[str, Tensor]) -> int:
    """Rows of the last matrix of a checkpoint: its outputs, where no list of tags says them."""
    matrices = [tensor for tensor in state.values() if tensor.ndim > 1]
    return matrices[-1].shape[0] if matrices else 0
