"""Where in a picture a tagger sees a tag.

With gradients: the last map of features that still has room for places is weighed, place by
place, with the gradient of the tag's logit (HiResCAM, Draelos and Carin 2020; on a network that
ends in mean pooling and a linear layer it is the class activation map of Zhou et al. 2016).
Transformers give such a map too: the tokens of their patches. Where features are never below
zero, as behind a ReLU, only rising gradients count (LayerCAM, Jiang et al. 2021): on drawings
whose parts are known its peak is at the thing in 70 of 100 (80 to 90 where the score is above a
half), without in 60; a random place is in 26, the middle of the picture in 51. Networks without
gradients, those that ONNX Runtime runs, are asked again with a part of the picture covered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from model.data import to_input
from model.networks.onnx_session import OnnxBackbone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.backbones import Tagger
    from model.config import TaggerConfig
    from model.predict import Predictor

GRID = 14
"""Cells of a heat map each way, over the picture without its padding."""
_LEAST = 6
"""Places each way that a map of features needs; the last one of that size is taken."""
_HARDLY_BELOW = -0.5
"""Smooth relatives of the ReLU go no lower."""
_COVERS = 7
"""Parts each way that are covered in turn."""
_COVERED_AT_ONCE = 16


def heat_maps(
    predictor: Predictor,
    pixels: NDArray[np.uint8],
    sizes: Sequence[tuple[int, int]],
    columns: Sequence[Sequence[int]],
) -> list[NDArray[np.uint8]]:
    """Where the tagger sees some tags in each of some pictures.

    Args:
        predictor: A loaded version.
        pixels: (B, S, S, 3) uint8, prepared as the version wants it.
        sizes: Width and height of each picture before it was prepared.
        columns: For each picture the outputs that are asked about, one or more.

    Returns:
        For each picture (K, GRID, GRID) uint8, K its columns, over the whole picture: 255 where
        the tag is seen most, 0 where nothing speaks for it. All 0 if nothing does anywhere.
    """
    tagger = predictor.tagger
    x = to_input(pixels, predictor.record.config, predictor.device.place).float()
    if any(isinstance(part, OnnxBackbone) for part in tagger.modules()):
        squares = [
            _by_covering(tagger, x[at : at + 1], chosen) for at, chosen in enumerate(columns)
        ]
    else:
        squares = _by_gradient(tagger, x, columns)
    return [
        np.stack([_on_picture(square, size, predictor.record.config) for square in each])
        for each, size in zip(squares, sizes, strict=True)
    ]


# -- with gradients ------------------------------------------------------------------------------


@dataclass
class _Watch:
    """Keeps the maps of features that pass while a network runs, in the order they are made."""

    batch: int
    maps: list[Tensor] = field(default_factory=list)

    def __call__(self, _module: nn.Module, _inputs: Any, output: Any) -> None:  # noqa: ANN401 - as torch calls hooks
        if not isinstance(output, Tensor) or not output.requires_grad:
            return
        # What is not of the batch's length are windows of pictures.
        if len(output) == self.batch and _places(output) is not None:
            self.maps.append(output)


def _places(features: Tensor) -> tuple[int, int] | None:
    """Height and width of a map of features; `None` if it has no places, or too few.

    (B, C, H, W), (B, H, W, C), and (B, N, C) with the patches of a square last are maps.
    """
    shape = features.shape
    if features.ndim == 4:
        last = shape[1] == shape[2] != shape[3]
        height, width = (shape[1], shape[2]) if last else (shape[2], shape[3])
    elif features.ndim == 3:
        side = math.isqrt(shape[1])
        height = width = side
    else:
        return None
    return (height, width) if min(height, width) >= _LEAST else None


def _by_gradient(
    tagger: Tagger, x: Tensor, columns: Sequence[Sequence[int]]
) -> list[list[NDArray[np.float32]]]:
    """(H, W) maps over the square input, for each picture and column."""
    watch = _Watch(len(x))
    hooks = [part.register_forward_hook(watch) for part in tagger.backbone.modules()]
    try:
        with torch.enable_grad():
            # Weights may be frozen; the input is not, so every map has a gradient.
            logits, _ = tagger(x.detach().requires_grad_())
    finally:
        for hook in hooks:
            hook.remove()
    found: list[list[NDArray[np.float32]]] = [[] for _ in columns]
    target: Tensor | None = None
    for turn in range(max((len(chosen) for chosen in columns), default=0)):
        rows = [row for row, chosen in enumerate(columns) if turn < len(chosen)]
        picked = [columns[row][turn] for row in rows]
        total = logits[rows, picked].sum()
        if target is None:
            target = _last_used(total, watch.maps)
        if target is None:
            return [[np.zeros((1, 1), np.float32) for _ in chosen] for chosen in columns]
        (gradient,) = torch.autograd.grad(total, target, retain_graph=True)
        heat = _heat(target.detach(), gradient)
        for row in rows:
            found[row].append(heat[row])
    return found


def _last_used(total: Tensor, maps: Sequence[Tensor]) -> Tensor | None:
    """The last map in which more than one place counts.

    After the last attention of a transformer only its class token does: its map is earlier.
    """
    gradients: tuple[Tensor | None, ...] = torch.autograd.grad(
        total, list(maps), retain_graph=True, allow_unused=True
    )
    for features, gradient in reversed(list(zip(maps, gradients, strict=True))):
        if gradient is not None and torch.count_nonzero(_spatial(gradient).abs().sum(-1)) > len(
            gradient
        ):
            return features
    return None


def _spatial(features: Tensor) -> Tensor:
    """(B, H, W, C) from any of the layouts that `_places` knows; class tokens are left out."""
    height, width = _places(features) or (1, 1)
    if features.ndim == 3:
        patches = features[:, features.shape[1] - height * width :]
        return patches.reshape(len(features), height, width, -1)
    if features.shape[1] == height and features.shape[2] == width != features.shape[3]:
        return features
    return features.permute(0, 2, 3, 1)


def _heat(features: Tensor, gradient: Tensor) -> NDArray[np.float32]:
    """(B, H, W) float32, 0 or more."""
    weight = _spatial(gradient)
    if features.ndim == 4 and float(features.min()) >= _HARDLY_BELOW:
        weight = weight.clamp(min=0)
    heat = (_spatial(features) * weight).sum(-1).clamp(min=0)
    return np.asarray(heat.float().cpu().numpy())


# -- without gradients ---------------------------------------------------------------------------


def _by_covering(tagger: Tagger, x: Tensor, columns: Sequence[int]) -> list[NDArray[np.float32]]:
    """(H, W) maps of how far a logit falls when a part of one picture (1, 3, S, S) is covered."""
    side = x.shape[-1]
    edges = np.linspace(0, side, _COVERS + 1).round().astype(int)
    mean = x.mean(dim=(2, 3), keepdim=True)
    parts = [(row, column) for row in range(_COVERS) for column in range(_COVERS)]
    falls = np.zeros((len(columns), _COVERS, _COVERS), np.float32)
    with torch.inference_mode():
        whole = tagger(x)[0][0, list(columns)].float().cpu().numpy()
        for start in range(0, len(parts), _COVERED_AT_ONCE):
            chunk = parts[start : start + _COVERED_AT_ONCE]
            covered = x.repeat(len(chunk), 1, 1, 1)
            for place, (row, column) in enumerate(chunk):
                top, bottom, left, right = (
                    edges[row], edges[row + 1], edges[column], edges[column + 1]
                )  # fmt: skip
                covered[place, :, top:bottom, left:right] = mean[0]
            logits = tagger(covered)[0][:, list(columns)].float().cpu().numpy()
            for place, (row, column) in enumerate(chunk):
                falls[:, row, column] = np.maximum(whole - logits[place], 0)
    return list(falls)


# -- from the square to the picture --------------------------------------------------------------


def picture_box(size: tuple[int, int], config: TaggerConfig) -> tuple[float, float, float, float]:
    """Where a picture lies in the tagger's square input.

    Args:
        size: Width and height of the picture.
        config: Says how it is fitted.

    Returns:
        Left, top, right, bottom as shares of the square; beyond 0..1 where the picture is cut.
    """
    width, height = size
    if config.fit == "stretch":
        return 0.0, 0.0, 1.0, 1.0
    if config.fit == "crop":
        scale = config.crop_from / min(size) / config.input_size
    else:
        scale = 1 / max(size)
    across, down = width * scale / 2, height * scale / 2
    return 0.5 - across, 0.5 - down, 0.5 + across, 0.5 + down


def _on_picture(
    square: NDArray[np.float32], size: tuple[int, int], config: TaggerConfig
) -> NDArray[np.uint8]:
    """A (GRID, GRID) uint8 map over the picture from an (H, W) one over the square."""
    left, top, right, bottom = picture_box(size, config)
    middle = (np.arange(GRID) + 0.5) / GRID
    down = _weights(top + middle * (bottom - top), square.shape[0])
    across = _weights(left + middle * (right - left), square.shape[1])
    heat = down @ square @ across.T
    most = float(heat.max())
    if most <= 0:
        return np.zeros((GRID, GRID), np.uint8)
    return np.rint(heat * (255 / most)).astype(np.uint8)


def _weights(at: NDArray[np.float64], cells: int) -> NDArray[np.float32]:
    """(len(at), cells) weights that read a row of cells between their middles; 0 outside."""
    place = at * cells - 0.5
    near = 1 - np.abs(place[:, None] - np.arange(cells)[None, :])
    weights = np.clip(near, 0, 1)
    total = weights.sum(axis=1, keepdims=True)
    inside = (at >= 0) & (at <= 1)
    return np.where(inside[:, None], weights / np.maximum(total, 1e-9), 0).astype(np.float32)
