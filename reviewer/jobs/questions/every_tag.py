"""Scores of every tag of a large scan from heads that saw neither an image nor its likes.

A tagger has memorised the labels that it trained on, so that its own scores hide their errors.
Heads for every tag are fitted on a part of the images' embeddings, and all images are scored by
those that were fitted without their fold. That takes many minutes, and as much room on the disk as
the scan's scores; so it is done when it is asked for, once a scan. What comes of it has the scan's
form and lies in its folder (`every_tag`): a ranking reads it instead.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import StoreFullError
from reviewer.core.tags.tagrows import TagRows
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.questions.scan_columns import asked_columns
from reviewer.store.disk import replacing
from reviewer.store.scans import BLOCK_IMAGES, ScanFiles, ScanShape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from model.crossfit import Heads
    from reviewer.store.library import Library

FOLDS = 5

FIT_IMAGES = 100_000
"""Images drawn for the fit."""

CARRIERS = 100
"""Images of each tag among those at least, as far as there are so many."""

FOLDER = "every_tag"

ROOM_LEFT = 200 * 10**6
"""Bytes that are left free on the disk, for the answers."""


def every_tag_scan(files: ScanFiles) -> ScanFiles | None:
    """The scores from heads beside a scan; `None` where there are none of all its images.

    Raises:
        StoreError: They are there and cannot be read.
    """
    made = ScanFiles.open(files.folder / FOLDER)
    return made if made is not None and len(made) == len(files) else None


def made_at(files: ScanFiles) -> str:
    """When the scores beside a scan were made, as words that differ for others; empty without."""
    made = every_tag_scan(files)
    return f" {(made.folder / 'scan.json').stat().st_mtime_ns}" if made is not None else ""


def score_every_tag(
    library: Library, listener: Listener, files: ScanFiles, *, minimum: int, seed: int = 0
) -> ChangeSet:
    """Fits heads for every tag that is asked about and scores every image of a scan with them.

    What is there from before is replaced when the new scores are whole.

    Args:
        library: The collection.
        listener: Hears of progress.
        files: The scan.
        minimum: Images that a tag needs.
        seed: Of the folds and of the images drawn.

    Raises:
        StoreFullError: There is too little room; nothing was written, or what was is gone.
        StoreError: The scan cannot be read.
    """
    records = files.rows()
    images = records["image"].astype(np.int64)
    now = library.images.tag_rows().of(images)
    alive = np.zeros(len(images), bool)
    latest = files.latest()
    alive[latest] = np.isin(images[latest], library.images.askable_ids())
    tags = _learnt(library, files, now, alive, minimum)
    shape = ScanShape(files.shape.version, tuple(tags), 0)
    for torn in files.folder.glob(f".{FOLDER}.*.tmp"):
        shutil.rmtree(torn)
    _refuse_without_room(files, shape)
    _, groups = np.unique(records["hash"], return_inverse=True)
    chance = np.random.default_rng(seed)
    folds = chance.integers(0, FOLDS, len(images), dtype=np.int8)[groups]
    drawn = _drawn(now, tags, alive, chance)
    with stage(listener, "refresh", 0, "steps") as progress:
        heads = _heads(library, files, tags, (images, drawn, folds[drawn]), progress.at)
    with (
        stage(listener, "score", len(images), "images") as progress,
        replacing(files.folder / FOLDER) as aside,
    ):
        _write(ScanFiles.create(aside, shape), files, heads, now, folds, progress.at)
    return ChangeSet(summary={"version": shape.version, "images": len(images), "tags": len(tags)})


def _learnt(
    library: Library, files: ScanFiles, now: TagRows, alive: NDArray[np.bool_], minimum: int
) -> list[int]:
    """Ids of the scan's tags that are asked about."""
    counts = now.take(np.flatnonzero(alive)).counts()
    used = np.array([counts[tag] if tag < len(counts) else 0 for tag in files.shape.tags], np.int64)
    asked = asked_columns(library.vocabulary(), files.shape.tags, used, minimum, int(alive.sum()))
    return [tag for tag, is_asked in zip(files.shape.tags, asked.tolist(), strict=True) if is_asked]


def _refuse_without_room(files: ScanFiles, shape: ScanShape) -> None:
    needed = len(files) * shape.bytes_an_image() + ROOM_LEFT
    free = shutil.disk_usage(files.folder).free
    if needed > free:
        raise StoreFullError(
            f"Scores of every tag need about {needed / 1e9:,.1f} GB in {files.folder}, and "
            f"{free / 1e9:,.1f} GB are free. Free some space, or refresh without --every-tag."
        )


def _drawn(
    now: TagRows, tags: Sequence[int], alive: NDArray[np.bool_], chance: np.random.Generator
) -> NDArray[np.int64]:
    """Rows to fit on: a random part, and more where a tag has too few carriers among those."""
    living = np.flatnonzero(alive)
    chosen = np.zeros(len(alive), bool)
    chosen[chance.permutation(living)[:FIT_IMAGES]] = True
    carriers = now.columns(tags)
    # The rarest first: what is drawn for them serves others too.
    for column in np.argsort(np.diff(carriers.indptr)).tolist():
        mine = carriers.indices[carriers.indptr[column] : carriers.indptr[column + 1]]
        mine = mine[alive[mine]]
        lacking = CARRIERS - int(chosen[mine].sum())
        if lacking > 0:
            chosen[chance.permutation(mine[~chosen[mine]])[:lacking]] = True
    return np.flatnonzero(chosen)


def _heads(
    library: Library,
    files: ScanFiles,
    tags: Sequence[int],
    places: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]],
    told: Callable[[int, int], None],
) -> list[Heads]:
    """Heads fitted without each fold, on the drawn rows."""
    from model.crossfit import fold_heads
    from model.penalty import choose_penalty

    images, drawn, folds = places
    labels = gather_labels(library, images[drawn], library.vocabulary())
    matrix = label_matrix(labels, tags)
    embeddings = files.embeddings_of(drawn)
    config = choose_penalty(embeddings, matrix, folds)
    return fold_heads(embeddings, matrix, folds, FOLDS, config, told)


def _write(
    made: ScanFiles,
    files: ScanFiles,
    heads: Sequence[Heads],
    now: TagRows,
    folds: NDArray[np.int8],
    told: Callable[[int], None],
) -> None:
    """Scores every image by the heads of its fold, in the form of a scan."""
    tags = made.shape.tags
    records = files.rows()
    numbers = now.column_numbers(tags)
    for start in range(0, len(records), BLOCK_IMAGES):
        rows = np.arange(start, min(start + BLOCK_IMAGES, len(records)))
        x = files.embeddings_of(rows).astype(np.float32)
        logits = np.empty((len(rows), len(tags)), np.float32)
        for fold, of_fold in enumerate(heads):
            mine = np.flatnonzero(folds[rows] == fold)
            logits[mine] = x[mine] @ of_fold.weight.T + of_fold.bias
        nothing = np.zeros((len(rows), 0), np.float16)
        made.append(records[rows], nothing, logits, _columns(now.take(rows), numbers))
        told(int(rows[-1]) + 1)


def _columns(tags: TagRows, numbers: NDArray[np.int32]) -> TagRows:
    """Columns in place of tag ids, without the tags that have none."""
    columns = numbers[tags.tags]
    known = np.concatenate([[0], np.cumsum(columns >= 0)])
    return TagRows(known[tags.starts].astype(np.int64), columns[columns >= 0].astype(np.uint32))
