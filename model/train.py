"""Training, from a list of files and labels to a version; reads top to bottom."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.backbones import Tagger, create_tagger, load_backbone
from model.checkpoint import RunState, load_best, load_checkpoint, save_best, save_checkpoint
from model.data import Opened, open_pictures
from model.device import Device, choose_device
from model.epoch import Run, check_map, check_ratings, check_scores, make_optimizer, one_epoch
from model.errors import TaggerProblem
from model.heads import Whole, taught, with_parent_rows
from model.metrics import Metrics, evaluate, metrics_record, rates
from model.parallel import threads_divided
from model.record import read_record
from model.request import EpochDone, Report, Step, TrainRequest, TrainResult, data_hash
from model.split import folds, group_duplicates
from model.tuning import begin_tuning, end_tuning
from model.version import load_version, save_version
from model.weights import find_weights

if TYPE_CHECKING:
    from model.config import TaggerConfig, TrainConfig
    from model.labels import LabelMatrix

__all__ = ["EpochDone", "Step", "TrainRequest", "TrainResult", "train"]

_MOST_VALIDATED = 20_000
"""Images that are validated on at most; more would cost time and change no decision."""
_LEAST_SHARE = 16
"""Pictures in a core's share of a batch, at least."""


def train(request: TrainRequest, report: Report) -> TrainResult:
    """Train a tagger and save it as a version.

    Args:
        request: What to train on, how, and where to.
        report: Hears of every stage and every epoch.

    Returns:
        The result.

    Raises:
        TaggerProblem: The request, the weights or the device cannot be used.
        OSError: The disk refuses.
    """
    _refuse_early(request)
    device = choose_device(request.device)
    tagger, origin_words = _start_tagger(request)
    begin_tuning(tagger, request.training, _fixed(tagger, request))
    report(Step("start", note=f"{device.words}; {origin_words}"))
    opened = open_pictures(
        request.paths,
        request.open_image,
        request.tagger,
        request.work_folder,
        cache_bytes=request.training.cache_bytes,
        workers=request.training.workers,
        told=lambda done, total: report(Step("read", done, total)),
    )
    learn, check, test = _split(request, opened)
    labels = request.labels.scaled(request.training.absent_weight)
    cores = _cores(request.training, device)
    run = Run(request, report, device, labels, opened, learn, check, cores)
    with threads_divided(cores):
        state, resumed_at = _epochs(run, tagger)
        load_best(request.work_folder, tagger)
        end_tuning(tagger)
        metrics = evaluate(*check_scores(run, tagger))
        beside = _tested(run, tagger, test) | check_ratings(run, tagger)
    report(Step("save", note=str(request.version_folder)))
    whole = Whole(tagger, list(request.tags), "")
    if request.parent is not None:
        whole = with_parent_rows(request.parent, tagger, request.tags)
    save_version(
        request.version_folder,
        whole.tagger,
        request.tagger,
        whole.outputs,
        _metrics_record(run, metrics, state) | beside,
        _train_record(run, state, origin_words),
        mapping=whole.mapping,
    )
    return TrainResult(
        request.version_folder,
        metrics,
        state.best_epoch,
        resumed_at,
        opened.failures,
    )


def _cores(training: TrainConfig, device: Device) -> int:
    """Shares of a batch that are learnt side by side; smaller ones would be normalised badly."""
    if device.kind != "cpu":
        return 1
    return max(1, min(training.workers, training.batch_size // _LEAST_SHARE))


def _refuse_early(request: TrainRequest) -> None:
    if request.version_folder.exists():
        raise TaggerProblem(
            f"The version {request.version_folder} is there already; choose another name."
        )
    if request.labels.shape != (len(request.paths), len(request.tags)):
        raise TaggerProblem(
            f"The labels are for {request.labels.shape} images and tags, but there are "
            f"{len(request.paths)} files and {len(request.tags)} tags."
        )
    if request.tagger.network == "onnx":
        raise TaggerProblem(
            "This tagger's network is an ONNX graph, which cannot be trained; its heads can: "
            "--tune heads"
        )


def _start_tagger(request: TrainRequest) -> tuple[Tagger, str]:
    """Build the tagger with its first weights: the parent's, pretrained ones, or random."""
    torch.manual_seed(request.training.seed)
    tagger = create_tagger(request.tagger, len(request.tags))
    _start_bias(tagger, request.labels.scaled(request.training.absent_weight))
    if request.ratings is not None:
        tagger.rate(request.ratings.names)
    if request.parent is not None:
        known = _copy_parent(tagger, request)
        words = f"from the version {request.parent.name}, with {known} of its tags"
        return tagger, words
    origin = find_weights(request.tagger, request.weights_file)
    load_backbone(tagger, origin)
    return tagger, origin.words


def _start_bias(tagger: Tagger, labels: LabelMatrix) -> None:
    """Let every tag start at its own share, not at one half: it saves the first epoch."""
    counts = labels.counts()
    absent = np.maximum((labels.shape[0] - counts) * labels.absent_weight, 0)
    odds = (counts + 0.5) / (absent + 0.5)
    with torch.no_grad():
        tagger.head.bias.copy_(torch.from_numpy(np.log(odds).clip(-8, 8).astype(np.float32)))


def _copy_parent(tagger: Tagger, request: TrainRequest) -> int:
    """Copy a version's backbone and its heads by tag; returns how many tags it knew."""
    if request.parent is None:
        return 0
    parent, record = load_version(request.parent, torch.device("cpu"))
    if _network(record.config) != _network(request.tagger):
        raise TaggerProblem(
            f"The version {request.parent} is a {record.config.backbone}, not a "
            f"{request.tagger.backbone}; choose the same backbone to go on from it."
        )
    tagger.backbone.load_state_dict(parent.backbone.state_dict())
    rows = {name: row for row, (name, _) in enumerate(record.tags)}
    pairs = [(new, rows[name]) for new, (name, _) in enumerate(request.tags) if name in rows]
    if pairs:
        new, old = (torch.tensor(part) for part in zip(*pairs, strict=True))
        with torch.no_grad():
            tagger.head.weight[new] = parent.head.weight[old]
            tagger.head.bias[new] = parent.head.bias[old]
    if tagger.rating_head and parent.rating_head and parent.ratings == tagger.ratings:
        tagger.rating_head.load_state_dict(parent.rating_head.state_dict())
    return len(pairs)


def _network(config: TaggerConfig) -> tuple[object, ...]:
    """What must be the same for weights to fit."""
    return config.network, config.backbone, config.arguments


def _fixed(tagger: Tagger, request: TrainRequest) -> torch.Tensor | None:
    """The rows that stay; rows that say nothing yet are learnt whatever is asked."""
    if request.fixed is None:
        return None
    return torch.from_numpy(request.fixed & taught(tagger.head, tagger))


Places = NDArray[np.int64]


def _split(request: TrainRequest, opened: Opened) -> tuple[Places, Places, Places]:
    """Indices to learn from, to check on and to test on; near-duplicates stay on one side."""
    readable = opened.readable
    if len(readable) < 4:
        raise TaggerProblem(
            f"Only {len(readable)} of {len(request.paths)} images can be read; a tagger needs "
            "four or more."
        )
    groups = group_duplicates(opened.hashes[readable])
    test = readable[:0]
    if request.tested is not None:
        asked = np.isin(groups, groups[request.tested[readable]])
        if len(readable) - asked.sum() >= 4:
            test, readable, groups = readable[asked], readable[~asked], groups[~asked]
    if request.held_out is not None:
        checked = np.isin(groups, groups[request.held_out[readable]])
        if checked.any() and not checked.all():
            return readable[~checked], readable[checked][:_MOST_VALIDATED], test
    count = max(2, round(1 / request.training.validation_share))
    fold = folds(
        groups,
        request.labels.present[readable],
        min(count, len(readable)),
        request.training.seed,
    )
    return readable[fold != 0], readable[fold == 0][:_MOST_VALIDATED], test


def _tested(run: Run, tagger: Tagger, test: Places) -> dict[str, Any]:
    """What is recorded of the test images: rates over all pairs at a score of 0.5."""
    if len(test) == 0:
        return {}
    scores, targets, weights = check_scores(replace(run, check=test), tagger)
    half = np.full(scores.shape[1], 0.5)
    micro, macro, _ = rates(scores, targets, half, weights)
    return {"test": {"images": len(test), "micro": asdict(micro), "macro": asdict(macro)}}


def _epochs(run: Run, tagger: Tagger) -> tuple[RunState, int]:
    """Run the epochs that are left; returns the last state and the epoch that it began at."""
    training, folder = run.request.training, run.request.work_folder
    tagger.to(run.device.place).to(memory_format=torch.channels_last)
    optimizer = make_optimizer(tagger, training)
    name = _run_hash(run)
    found = load_checkpoint(folder, name, tagger, optimizer)
    state = found or RunState(name)
    resumed_at = state.epoch
    scaler = torch.amp.GradScaler(
        run.device.kind, enabled=run.device.amp is torch.float16, init_scale=state.scale or 65536.0
    )
    while state.epoch < training.epochs and not _gave_up(state, training):
        began = time.monotonic()
        loss = one_epoch(run, tagger, optimizer, scaler, state.epoch)
        rate = len(run.learn) / max(time.monotonic() - began, 1e-9)
        val_map = check_map(run, tagger)
        state.epoch += 1
        state.scale = float(scaler.get_scale()) if scaler.is_enabled() else 0.0
        state.history.append({"epoch": state.epoch, "loss": loss, "val_map": val_map})
        # An epoch without a measure (no tag among the validation images) counts as no worse.
        if math.isnan(val_map) or val_map > state.best_map:
            state.best_map = max(state.best_map, -1.0 if math.isnan(val_map) else val_map)
            state.best_epoch = state.epoch
            save_best(folder, tagger)
        save_checkpoint(folder, state, tagger, optimizer)
        run.report(EpochDone(state.epoch, training.epochs, loss, val_map, rate))
    return state, resumed_at


def _gave_up(state: RunState, training: TrainConfig) -> bool:
    return training.patience > 0 and state.epoch - state.best_epoch >= training.patience


def _metrics_record(run: Run, metrics: Metrics, state: RunState) -> dict[str, Any]:
    return metrics_record(metrics, run.request.tags) | {
        "rests_on": f"{len(run.check)} images kept out of training, against the collection's own "
        "tags where no person answered; thresholds are chosen on the same images",
        "images_trained": len(run.learn),
        "images_validated": len(run.check),
        "best_epoch": state.best_epoch,
        "history": state.history,
    }


def _train_record(run: Run, state: RunState, origin_words: str) -> dict[str, Any]:
    request = run.request
    return {
        "arguments": request.training.to_json(),
        "seed": request.training.seed,
        "data_hash": data_hash(request),
        "parent": request.parent.name if request.parent else None,
        "brought": read_record(request.parent).brought if request.parent else None,
        "weights": origin_words,
        "device": run.device.words,
        "epochs_run": state.epoch,
        "images": len(request.paths),
        "broken_images": len(run.opened.failures),
        "torch": torch.__version__,
        "note": dict(request.note),
    }


def _run_hash(run: Run) -> str:
    """Changes with everything that the weights depend on."""
    request = run.request
    settings = {
        "tagger": request.tagger.to_json(),
        "training": request.training.to_json(),
        "tags": list(request.tags),
        "weights": str(request.weights_file),
        "parent": str(request.parent),
        "readable": hashlib.sha256(run.opened.readable.tobytes()).hexdigest(),
        "learn": hashlib.sha256(run.learn.tobytes()).hexdigest(),
    }
    return hashlib.sha256(f"{json.dumps(settings)}{data_hash(request)}".encode()).hexdigest()
