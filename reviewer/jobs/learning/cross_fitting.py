"""Trains networks that each leave a part of the images out: who scores an image never saw it.

Heads on stored embeddings are fitted out of sample, but the network that made the embeddings saw
every label. Here nothing did. It costs as many trainings as there are parts.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.held_out import held_out
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.labels import choose_tags, gather_labels, label_matrix
from reviewer.jobs.learning.events import TrainingEvents
from reviewer.jobs.learning.training import TrainChoices, nothing_to_learn, settings_for
from reviewer.jobs.pictures import opener_in
from reviewer.jobs.scans.there import present_rows, scanned
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.disk import replacing
from reviewer.store.whole_fits import WholeFit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.request import TrainRequest
    from reviewer.core.types import Tag
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

FOLDS = 5


def cross_fit(
    library: Library, listener: Listener, choices: TrainChoices, *, n_folds: int = FOLDS
) -> ChangeSet:
    """Trains a network for each part of the images on all the others, and scores the part with it.

    The networks are like that of the version in use and begin from the same weights, never from
    a version, which has seen the labels. Near-duplicates are in one part. What was cut off goes on:
    parts that are scored are kept while no answer is added.

    Args:
        library: The collection, scanned.
        listener: Hears of progress.
        choices: About training; backbone and input are the version's own.
        n_folds: Parts, 2 or more.

    Raises:
        SourceError: The folder of the images is not there; what was trained so far is kept.
        UsageError: Nothing is scanned, no tag has enough images, or others trained the tagger.
        TaggerError: A network cannot be trained.
        StoreFullError: The disk is full; what was scored so far is kept.
    """
    plan = _plan(library, choices, n_folds)
    listener.note(
        f"{len(plan.images):,} images in {n_folds} parts, {len(plan.tags):,} tags: {n_folds} "
        f"networks are trained like {plan.version}, each without the part that it scores."
    )
    logits = np.full((len(plan.tags), len(plan.images)), np.nan, np.float16)
    for part in range(n_folds):
        listener.note(f"Part {part + 1} of {n_folds}.")
        rows = np.flatnonzero(plan.fold == part)
        logits[:, rows] = _of_part(library, listener, plan, part)
    unread = np.isnan(logits).any(axis=0)
    library.whole_fit(plan.version).save(
        WholeFit(
            plan.images[~unread],
            np.array([tag.id for tag in plan.tags], np.int64),
            np.ascontiguousarray(logits[:, ~unread]),
        )
    )
    shutil.rmtree(plan.work, ignore_errors=True)
    return ChangeSet(
        summary={
            "version": plan.version,
            "networks": n_folds,
            "images": int((~unread).sum()),
            "tags": len(plan.tags),
        }
    )


@dataclass(frozen=True)
class _Plan:
    """What stays the same for all parts.

    Attributes:
        version: In use.
        images: (N,) ids, ascending.
        fold: (N,) int8, the part of each image.
        tags: That are learnt.
        work: Folder of this run.
        request: How to train, without a part to leave out.
    """

    version: str
    images: NDArray[np.int64]
    fold: NDArray[np.int8]
    tags: Sequence[Tag]
    work: Path
    request: TrainRequest


def _plan(library: Library, choices: TrainChoices, n_folds: int) -> _Plan:
    from model.record import read_record
    from model.request import TrainRequest
    from model.split import folds, group_duplicates

    version, files = scanned(library)
    with tagger_errors():
        record = read_record(library.version_folder(version))
    if record.brought is not None:
        raise UsageError(
            f"Others trained {version}, so it cannot be trained again without a part of the "
            "images. Its heads are fitted out of sample as it is."
        )
    rows = present_rows(library, files)
    images = files.rows()["image"][rows].astype(np.int64)
    vocabulary = library.vocabulary()
    labels = gather_labels(library, images, vocabulary)
    tags = choose_tags(labels, vocabulary, choices.minimum).tags
    if not tags:
        raise UsageError(nothing_to_learn(choices.minimum))
    ids = [tag.id for tag in tags]
    groups = group_duplicates(files.rows()["hash"][rows])
    fold = folds(groups, labels.original.columns(ids).tocsr(), n_folds, choices.seed or 0)
    begun = replace(choices, parent="", recipe="", tune=None, backbone=record.config.backbone)
    with tagger_errors():
        _, training = settings_for(library, begun, len(images))
    known = {image_id: (path, digest) for image_id, path, digest in library.images.askable()}
    entries = [known[image_id] for image_id in images.tolist()]
    work = library.workspace.cache / f"whole-{version}-{n_folds}-{len(images)}-{labels.decided}"
    return _Plan(
        version,
        images,
        fold,
        tags,
        work,
        TrainRequest(
            paths=[library.folder / path for path, _ in entries],
            # As they are written and answered: what the ranking doubts rests on these very labels.
            labels=label_matrix(labels, ids),
            tags=[(tag.name, int(tag.category)) for tag in tags],
            tagger=record.config,
            training=training,
            open_image=opener_in(library.folder),
            work_folder=work,
            version_folder=work / "version",
            weights_file=choices.weights,
            device=choices.device,
            held_out=held_out([digest for _, digest in entries]),
        ),
    )


def _of_part(library: Library, listener: Listener, plan: _Plan, part: int) -> NDArray[np.float16]:
    """(T, n) logits of the images of a part, by a network that is trained now or was before."""
    from model.train import train

    kept = plan.work / f"part-{part}.npy"
    if kept.is_file():
        found: NDArray[np.float16] = np.load(kept)
        return found
    shutil.rmtree(plan.request.version_folder, ignore_errors=True)
    request = replace(plan.request, tested=plan.fold == part)
    with tagger_errors():
        train(request, TrainingEvents(listener, request.training.epochs))
    rows = np.flatnonzero(plan.fold == part)
    logits = _scores(listener, request, [request.paths[row] for row in rows.tolist()])
    with replacing(kept) as aside, aside.open("wb") as file:
        np.save(file, logits)
    return logits


def _scores(
    listener: Listener, request: TrainRequest, paths: Sequence[Path]
) -> NDArray[np.float16]:
    """(T, n) logits of files by a network just trained; nan where one cannot be read."""
    from model.predict import Predictor

    logits = np.full((len(request.tags), len(paths)), np.nan, np.float16)
    with stage(listener, "scan", len(paths), "images") as progress, tagger_errors():
        predictor = Predictor.load(request.version_folder, request.device)
        for batch in predictor.scan(paths, request.open_image):
            logits[:, batch.indices] = batch.logits.T
            progress.advance(len(batch.indices) + len(batch.failures))
    return logits
