"""Training a network of characters on head crops."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from model.characters import CharacterRecord, FaceModel, FaceNetwork, to_faces
from model.checkpoint import RunState, load_checkpoint, save_checkpoint
from model.device import choose_device
from model.errors import TaggerProblem

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.characters import CharacterConfig

Told = Callable[[int, int, str], None]
"""Is told how many faces were learnt from, of how many in all epochs, and a note or nothing."""

_STEEPEST = 5.0
_RISE = 0.2
_GREY = 0.1
"""Share of the faces that are shown without colours: much of what is drawn has none."""
_BRIGHTNESS, _CONTRAST, _SATURATION = 0.15, 0.15, 0.3
_ZOOM = 0.2


@dataclass(frozen=True, slots=True)
class FaceSet:
    """Faces to learn from.

    Attributes:
        pixels: (N, P, P, 3) uint8, P of `CharacterConfig.kept_px`; may be an array file.
        labels: (N,) int64 classes 0..C-1; -1 for faces that are not learnt from.
        names: (C,) characters.
        learn: Indices of the faces that are learnt from.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    learn: NDArray[np.int64]


def train_characters(
    faces: FaceSet,
    config: CharacterConfig,
    told: Told,
    *,
    device: str = "auto",
    weights_file: Path | None = None,
    work: Path | None = None,
) -> FaceModel:
    """Trains a network on the faces of `learn`.

    Args:
        faces: All faces.
        config: How.
        told: Hears of progress.
        device: As `choose_device` takes it.
        weights_file: Pretrained weights of the backbone.
        work: Folder for a checkpoint an epoch: a run that was cut off goes on from it when it is
            started again alike. `None` keeps none.

    Returns:
        The network, in evaluation mode.

    Raises:
        TaggerProblem: There are fewer than two characters, or weights or device cannot be used.
        OSError: The disk refuses the checkpoint.
    """
    counts = np.bincount(faces.labels[faces.learn], minlength=len(faces.names))
    if len(faces.names) < 2 or counts.min(initial=1) < 1:
        raise TaggerProblem(
            "Two characters with faces to learn from are needed at least; lower the number of "
            "faces that a character needs."
        )
    chosen = choose_device(device)
    torch.manual_seed(config.seed)
    network = FaceNetwork(config, counts.tolist())
    origin = network.load_pretrained(config, weights_file)
    told(0, 0, f"{chosen.words}; {origin.words}")
    network.to(chosen.place)
    _learn(network, faces, config, told, work, warm=origin.path is not None)
    record = CharacterRecord(config, faces.names, tuple(counts.tolist()), origin.words)
    return FaceModel(network.eval(), record, chosen.place)


def _learn(
    network: FaceNetwork,
    faces: FaceSet,
    config: CharacterConfig,
    told: Told,
    work: Path | None,
    *,
    warm: bool,
) -> None:
    steps = max(len(faces.learn) // config.batch_size, 1)
    total = config.epochs * len(faces.learn)
    optimizer = _optimizer(network, config, warm=warm)
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    state = RunState(_run_hash(faces, config))
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
        state = load_checkpoint(work, state.run, network, optimizer) or state
        if state.epoch:
            told(0, 0, f"goes on after epoch {state.epoch}")
    for epoch in range(state.epoch, config.epochs):
        # Drawn anew for each epoch, so that one that is taken up again draws the same.
        draws = np.random.default_rng((config.seed, epoch))
        chance = torch.Generator().manual_seed(config.seed * 100_003 + epoch)
        done, losses = epoch * len(faces.learn), 0.0
        network.train()
        for step, batch in enumerate(np.array_split(draws.permutation(faces.learn), steps)):
            share = one_cycle((epoch * steps + step) / (config.epochs * steps))
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * share
            losses += _step(network, optimizer, faces, batch, config, epoch, chance)
            done += len(batch)
            told(done, total, "")
        told(done, total, f"epoch {epoch + 1} of {config.epochs}: loss {losses / steps:.3f}")
        state.epoch = epoch + 1
        if work is not None:
            save_checkpoint(work, state, network, optimizer)


def _step(
    network: FaceNetwork,
    optimizer: torch.optim.Optimizer,
    faces: FaceSet,
    batch: NDArray[np.int64],
    config: CharacterConfig,
    epoch: int,
    chance: torch.Generator,
) -> float:
    """Learns from a batch (B,) of places; returns its loss."""
    place = next(network.parameters()).device
    x = varied(to_faces(faces.pixels[batch], place), config, chance)
    labels = torch.from_numpy(faces.labels[batch]).to(place)
    margin = min(1.0, epoch / max(config.warm * config.epochs, 1))
    loss = functional.cross_entropy(network(x, labels, margin), labels)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call] # torch has no type for it
    nn.utils.clip_grad_norm_(network.parameters(), _STEEPEST)
    optimizer.step()
    return float(loss.detach())


def one_cycle(share: float) -> float:
    """The learning rate as a share of its peak: up for a fifth of the run, then down to nothing.

    Args:
        share: Of the run that is over, 0..1.
    """
    if share < _RISE:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * share / _RISE)) / 2
    return (1 + math.cos(math.pi * (share - _RISE) / (1 - _RISE))) / 2


def _run_hash(faces: FaceSet, config: CharacterConfig) -> str:
    """Changes with everything that a run depends on but the weights it begins with."""
    key = hashlib.sha256(repr((config, faces.names, faces.pixels.shape)).encode())
    for part in (faces.labels, faces.learn):
        key.update(np.ascontiguousarray(part).tobytes())
    return key.hexdigest()


def _optimizer(
    network: FaceNetwork, config: CharacterConfig, *, warm: bool
) -> torch.optim.Optimizer:
    """AdamW; normalisations and biases do not decay, and a warm backbone learns slower."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        key = (warm and name.startswith("tagger.backbone."), parameter.ndim > 1)
        groups.setdefault(key, []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": config.learning_rate * (config.backbone_rate if slow else 1.0),
                "weight_decay": config.weight_decay if decays else 0.0,
            }
            for (slow, decays), parameters in groups.items()
        ]
    )


def varied(x: Tensor, config: CharacterConfig, chance: torch.Generator) -> Tensor:
    """Moves, mirrors, zooms and colours crops a little, each in its own way.

    Args:
        x: (B, 3, P, P) float in -1..1.
        config: Says the side S of the result.
        chance: What is drawn from.

    Returns:
        (B, 3, S, S) float in -1..1.
    """
    count, room = len(x), x.shape[-1] / config.input_size
    draws = torch.rand(count, 8, generator=chance).to(x.device)
    zoom = (1 + (draws[:, 0] * 2 - 1) * _ZOOM) / room
    free = (1 - zoom).clamp(min=0.05)
    theta = torch.zeros(count, 2, 3, device=x.device)
    theta[:, 0, 0] = torch.where(draws[:, 1] < 0.5, -zoom, zoom)
    theta[:, 1, 1] = zoom
    theta[:, 0, 2] = (draws[:, 2] * 2 - 1) * free
    theta[:, 1, 2] = (draws[:, 3] * 2 - 1) * free
    side = config.input_size
    grid = functional.affine_grid(theta, [count, 3, side, side], align_corners=False)
    moved = functional.grid_sample(x, grid, padding_mode="border", align_corners=False)
    return _coloured(moved, draws[:, 4:])


def _coloured(x: Tensor, draws: Tensor) -> Tensor:
    brightness, contrast, saturation, grey = (draws[:, n].view(-1, 1, 1, 1) for n in range(4))
    luma = x.mean(dim=1, keepdim=True)
    kept = torch.where(grey < _GREY, 0.0, 1 + (saturation * 2 - 1) * _SATURATION)
    coloured = luma + (x - luma) * kept
    level = coloured.mean(dim=(1, 2, 3), keepdim=True)
    stronger = level + (coloured - level) * (1 + (contrast * 2 - 1) * _CONTRAST)
    return (stronger + (brightness * 2 - 1) * 2 * _BRIGHTNESS).clamp(-1, 1)
