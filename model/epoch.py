"""One pass over the pictures: to learn from them, or to check what was learnt."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from model.backbones import Tagger
from model.data import Batch, Opened, augment, to_input
from model.losses import LOSSES
from model.metrics import average_precision, mean_average_precision
from model.parallel import gather_gradients, map_ahead, shared_copies
from model.rating_head import rating_figures, rating_loss
from model.request import Report, Step, TrainRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.config import TrainConfig
    from model.device import Device
    from model.labels import LabelMatrix

_SECONDS_BETWEEN_REPORTS = 0.5
_STEEPEST = 10.0
"""Length to which the gradient is cut; ordinary batches stay below it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What stays the same through all epochs.

    Attributes:
        request: What was asked for.
        report: Hears of progress.
        device: Where the arithmetic runs.
        labels: The request's, with the training's weight of absences.
        opened: The pictures.
        learn: (L,) int64 indices of the images to learn from.
        check: (V,) int64 indices of the validation images.
        cores: Threads that share the arithmetic; 1 on a GPU.
    """

    request: TrainRequest
    report: Report
    device: Device
    labels: LabelMatrix
    opened: Opened
    learn: NDArray[np.int64]
    check: NDArray[np.int64]
    cores: int


def one_epoch(
    run: Run,
    tagger: Tagger,
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    epoch: int,
) -> float:
    """Go once through the images to learn from; returns the mean loss.

    All chance comes from the seed and the epoch, so a resumed run repeats an uninterrupted one.
    """
    training = run.request.training
    seed = training.seed * 100_003 + epoch
    torch.manual_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    order = np.random.default_rng(seed).permutation(run.learn)
    steps = -(-len(order) // training.batch_size)
    copies = shared_copies(tagger.train(), run.cores)
    total, seen, began, told = 0.0, 0, time.monotonic(), 0.0
    with ThreadPoolExecutor(run.cores) as pool:
        for step, batch in enumerate(run.opened.pictures.batches(order, training.batch_size)):
            if len(batch.indices) < 2:
                continue  # normalisation has no variance of a single picture
            _set_rate(optimizer, training, (epoch * steps + step) / (training.epochs * steps))
            draws = torch.rand((len(batch.indices), 5 if training.rotate else 4), generator=chance)
            optimizer.zero_grad(set_to_none=True)
            shares = _shares(batch, draws, copies)
            total += sum(pool.map(lambda share: _learn(run, scaler, *share), shares))
            gather_gradients(copies)
            _update(tagger, optimizer, scaler)
            seen += len(batch.indices)
            now = time.monotonic()
            if now - told >= _SECONDS_BETWEEN_REPORTS:
                told = now
                note = f"epoch {epoch + 1} of {training.epochs}"
                run.report(Step("train", seen, len(order), seen / max(now - began, 1e-9), note))
    return total / max(seen, 1)


_Share = tuple[Tagger, Batch, Tensor, int]


def _shares(batch: Batch, draws: Tensor, copies: list[Tagger]) -> list[_Share]:
    """Cut a batch for the cores; each share has two pictures or more, as normalisation needs."""
    count = len(batch.indices)
    parts = np.array_split(np.arange(count), min(len(copies), max(count // 2, 1)))
    return [
        (copy, Batch(batch.indices[part], batch.pixels[part]), draws[part], count)
        for copy, part in zip(copies, parts, strict=False)
    ]


def _learn(
    run: Run, scaler: torch.amp.GradScaler, tagger: Tagger, batch: Batch, draws: Tensor, of: int
) -> float:
    """Add the gradients of a share of a batch of `of` pictures; returns the sum of the losses."""
    request, device = run.request, run.device
    x = to_input(batch.pixels, request.tagger, device.place)
    training = request.training
    if training.augment:
        x = augment(x, request.tagger, draws, shrink=training.shrink, rotate=training.rotate)
    targets, weights = _to_device(run.labels.rows(batch.indices), device)
    with torch.autocast(device.kind, dtype=device.amp, enabled=device.amp is not None):
        logits, embeddings = tagger(x)
    loss = LOSSES[training.loss](logits.float(), targets, weights)
    if request.ratings is not None:
        loss = loss + rating_loss(tagger, embeddings, request.ratings.labels[batch.indices])
    torch.autograd.backward(scaler.scale(loss * (len(x) / of)))
    return float(loss.detach()) * len(x)


def _update(tagger: Tagger, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler) -> None:
    """Take a step along the gradients, cut where a single batch would throw the weights far off."""
    scaler.unscale_(optimizer)
    kept = _fixed(tagger)
    torch.nn.utils.clip_grad_norm_(tagger.parameters(), _STEEPEST)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        for part, rows, values in kept:
            part[rows] = values


def _fixed(tagger: Tagger) -> list[tuple[Tensor, Tensor, Tensor]]:
    """The rows of the head that stay as they are, with what they are; they pull at nothing."""
    rows = tagger.fixed_rows
    if rows is None:
        return []
    parts = (tagger.head.weight, tagger.head.bias)
    for part in parts:
        if part.grad is not None:
            part.grad[rows] = 0
    return [(part, rows, part.detach()[rows].clone()) for part in parts]


def _to_device(
    arrays: tuple[NDArray[np.float32], NDArray[np.float32]], device: Device
) -> tuple[Tensor, Tensor]:
    targets, weights = (torch.from_numpy(part).to(device.place) for part in arrays)
    return targets, weights


def make_optimizer(tagger: Tagger, training: TrainConfig) -> torch.optim.Optimizer:
    """Make the optimizer; norms and biases do not decay, the backbone may learn slower."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, part in tagger.named_parameters():
        if not part.requires_grad:
            continue
        groups.setdefault((name.startswith("backbone."), part.ndim > 1), []).append(part)
    parameters = [
        {
            "params": parts,
            "weight_decay": training.weight_decay if decays else 0.0,
            "share": training.backbone_rate if in_backbone else 1.0,
        }
        for (in_backbone, decays), parts in groups.items()
    ]
    if training.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=training.learning_rate)
    return torch.optim.AdamW(parameters, lr=training.learning_rate)


def _set_rate(optimizer: torch.optim.Optimizer, training: TrainConfig, position: float) -> None:
    """One cycle: a straight rise, then a cosine down to nothing; `position` is 0..1 of the run."""
    if training.schedule == "constant":
        share = 1.0
    elif position < training.warm_up:
        share = 0.04 + 0.96 * position / training.warm_up
    else:
        past = (position - training.warm_up) / (1 - training.warm_up)
        share = 0.5 * (1 + math.cos(math.pi * past))
    for group in optimizer.param_groups:
        group["lr"] = training.learning_rate * group["share"] * max(share, 1e-4)


def check_map(run: Run, tagger: Tagger) -> float:
    """Mean average precision on the validation images; nan if no tag is present among them."""
    scores, targets, weights = check_scores(run, tagger)
    columns = range(scores.shape[1])
    return mean_average_precision(
        np.array([average_precision(scores[:, t], targets[:, t], weights[:, t]) for t in columns])
    )


def check_scores(
    run: Run, tagger: Tagger
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Scores, targets and weights (V, T) of the validation images."""
    run.report(Step("check", 0, len(run.check)))
    tagger.eval()
    batches = run.opened.pictures.batches(run.check, run.request.training.batch_size)
    with ThreadPoolExecutor(run.cores) as pool:
        found = list(
            map_ahead(pool, lambda batch: _scores(run, tagger, batch), batches, run.cores + 1)
        )
    checked = np.concatenate([indices for indices, _ in found])
    targets, weights = run.labels.certain().rows(checked)
    return np.concatenate([scores for _, scores in found]), targets, weights


def _scores(
    run: Run, tagger: Tagger, batch: Batch
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    device = run.device
    with (
        torch.inference_mode(),
        torch.autocast(device.kind, dtype=device.amp, enabled=device.amp is not None),
    ):
        logits, _ = tagger(to_input(batch.pixels, run.request.tagger, device.place))
        return batch.indices, torch.sigmoid(logits.float()).cpu().numpy()


def check_ratings(run: Run, tagger: Tagger) -> dict[str, Any]:
    """What is recorded of the rating output on the validation images; empty without one."""
    ratings = run.request.ratings
    if ratings is None or tagger.rating_head is None:
        return {}
    tagger.eval()
    said, checked = [], []
    for batch in run.opened.pictures.batches(run.check, run.request.training.batch_size):
        x = to_input(batch.pixels, run.request.tagger, run.device.place)
        with torch.inference_mode():
            said.append(tagger.rating_head(tagger(x)[1].float()).argmax(dim=1).cpu().numpy())
        checked.append(batch.indices)
    met = rating_figures(
        np.concatenate(said), ratings.labels[np.concatenate(checked)], ratings.names
    )
    return {"ratings": met}
