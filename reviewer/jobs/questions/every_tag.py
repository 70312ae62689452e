"""Scores of every tag of a large scan from heads that saw neither an image nor its likes.

A tagger has memorised the labels that it trained on, so that its own scores hide their errors.
Heads for every tag are fitted on a part of the images' embeddings, and all images are scored by
those that were fitted without their fold. That takes many minutes, and as much room on the disk as
the scan's scores; so it is done when it is asked for, once a scan, and goes on where it was cut
off (`begun_scores`). What comes of it has the scan's form and lies in its folder (`every_tag`): a
ranking reads it instead.
"""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import StoreFullError
from reviewer.core.tags.tagrows import TagRows
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.questions.begun_scores import BegunScores, LotHeads
from reviewer.jobs.questions.scan_columns import asked_columns
from reviewer.jobs.scans.there import present_rows
from reviewer.store.scans import BLOCK_IMAGES, ScanFiles, ScanShape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from model.crossfit import HeadConfig
    from model.labels import LabelMatrix
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library
    from reviewer.store.tagmatrix import StoredTags

FOLDS = 5

FIT_IMAGES = 100_000
"""Images drawn for the fit of all tags."""

CARRIERS = 100
"""Images of each tag that are fitted on at least, as far as there are so many."""

LOT = 400
"""Tags fitted together. They are of like frequency, and the rare ones need images of their own
beside those drawn for all: fitted on the images of all lots each would take twice as long."""

TRIED = 48
"""Tags, from the commonest to the rarest, that tell how strongly heads are held back."""

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

    What is there from before is replaced when the new scores are whole. A run that was cut off is
    taken up where it was.

    Args:
        library: The collection.
        listener: Hears of progress.
        files: The scan.
        minimum: Images that a tag needs.
        seed: Of the folds and of the images drawn.

    Raises:
        StoreFullError: There is too little room, or no more of it; what was done so far is kept.
        StoreError: The scan cannot be read.
    """
    records, rows = files.rows(), present_rows(library, files)
    now = library.images.tag_rows()
    labels = gather_labels(library, records["image"][rows].astype(np.int64), library.vocabulary())
    counts = labels.original.counts()
    tags = _learnt(library, files, counts, len(rows), minimum)
    shape = ScanShape(files.shape.version, tuple(tags), 0)
    _, groups = np.unique(records["hash"], return_inverse=True)
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(records), dtype=np.int8)[groups]
    for torn in files.folder.glob(f".{FOLDER}.*.tmp"):
        shutil.rmtree(torn)
    begun = BegunScores.of(files, shape, folds)
    _refuse_without_room(files, begun)
    order = np.argsort(-counts[tags], kind="stable")
    with stage(listener, "refresh", len(tags), "tags") as progress:
        fit = _Fit(files, labels, rows, folds[rows], (_spread([tags[n] for n in order]), seed))
        lots = []
        for number, columns in enumerate(_lots(order)):
            done = LOT * number
            heads = begun.heads(number)
            if heads is None:
                progress.at(done)
                lot = [tags[column] for column in columns.tolist()]
                heads = fit.heads(lot, number, partial(_tell, progress.at, done, len(lot)))
                begun.keep(number, heads)
            lots.append(heads)
        whole = _in_order(lots, order)
    with stage(listener, "score", len(records), "images") as progress:
        _write(begun.scores(), files, whole, now, folds, progress.at)
    begun.finish(files.folder / FOLDER)
    return ChangeSet(summary={"version": shape.version, "images": len(records), "tags": len(tags)})


def _learnt(
    library: Library, files: ScanFiles, counts: NDArray[np.int64], living: int, minimum: int
) -> list[int]:
    """Ids of the scan's tags that are asked about."""
    used = np.array([counts[tag] if tag < len(counts) else 0 for tag in files.shape.tags], np.int64)
    asked = asked_columns(library.vocabulary(), files.shape.tags, used, minimum, living)
    return [tag for tag, is_asked in zip(files.shape.tags, asked.tolist(), strict=True) if is_asked]


def _refuse_without_room(files: ScanFiles, begun: BegunScores) -> None:
    needed = len(files) * begun.shape.bytes_an_image() + ROOM_LEFT - begun.taken()
    free = shutil.disk_usage(files.folder).free
    if needed > free:
        raise StoreFullError(
            f"Scores of every tag need about {needed / 1e9:,.1f} GB more in {files.folder}, and "
            f"{free / 1e9:,.1f} GB are free. Free some space, or refresh without --every-tag."
        )


def _lots(order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Columns that are fitted together."""
    for start in range(0, len(order), LOT):
        yield order[start : start + LOT]


def _spread(tags: Sequence[int]) -> list[int]:
    """Some of the tags, evenly."""
    places = np.linspace(0, len(tags) - 1, min(TRIED, len(tags))).astype(int)
    return [tags[place] for place in places.tolist()]


def _tell(told: Callable[[int], None], before: int, many: int, done: int, total: int) -> None:
    """Passes on the steps of a lot as tags."""
    told(before + many * done // total)


def _in_order(lots: Sequence[LotHeads], order: NDArray[np.int64]) -> LotHeads:
    """The heads of all tags, in the order of their columns."""
    if not lots:
        return LotHeads(np.zeros((FOLDS, 0, 0), np.float32), np.zeros((FOLDS, 0), np.float32))
    columns = np.argsort(order)
    joined = (np.concatenate(parts, axis=1) for parts in zip(*lots, strict=True))
    return LotHeads(*(part[:, columns] for part in joined))


class _Fit:
    """Fits heads lot by lot."""

    def __init__(
        self,
        files: ScanFiles,
        labels: Labels,
        rows: NDArray[np.int64],
        folds: NDArray[np.int8],
        chance: tuple[Sequence[int], int],
    ) -> None:
        """Draws the images that all tags are fitted on.

        Args:
            files: The scan.
            labels: Of the N images that are there.
            rows: (N,) places of the images in the scan.
            folds: (N,) theirs.
            chance: Tags that tell how strongly all heads are held back; the seed of what is drawn.
        """
        self._files, self._labels, self._rows, self._folds = files, labels, rows, folds
        self._tried, self._seed = chance
        self._base = np.zeros(len(rows), bool)
        drawn = np.random.default_rng([self._seed, 0])
        self._base[drawn.permutation(len(rows))[:FIT_IMAGES]] = True
        self._chosen: HeadConfig | None = None

    def heads(self, tags: Sequence[int], number: int, told: Callable[[int, int], None]) -> LotHeads:
        """Heads of some tags.

        Args:
            tags: Their ids.
            number: Of the lot.
            told: Hears how many steps are done, and of how many.
        """
        from model.crossfit import fold_heads

        data = self._data(self._drawn(tags, np.random.default_rng([self._seed, 1 + number])), tags)
        return LotHeads.of(fold_heads(*data, FOLDS, self._config(), told))

    def _data(
        self, chosen: NDArray[np.int64], tags: Sequence[int]
    ) -> tuple[NDArray[np.float16], LabelMatrix, NDArray[np.int8]]:
        """Embeddings, labels of some tags, and folds of some images."""
        embeddings = self._files.embeddings_of(self._rows[chosen])
        matrix = label_matrix(self._labels.take(chosen), tags)
        return embeddings, matrix, self._folds[chosen]

    def _config(self) -> HeadConfig:
        """How strongly heads are held back: the same for all lots, whichever are fitted now."""
        from model.penalty import choose_penalty

        if self._chosen is None:
            self._chosen = choose_penalty(*self._data(np.flatnonzero(self._base), self._tried))
        return self._chosen

    def _drawn(self, tags: Sequence[int], chance: np.random.Generator) -> NDArray[np.int64]:
        """Places to fit on: those of all lots, and more where a tag has too few carriers there."""
        chosen = self._base.copy()
        carriers = self._labels.original.columns(tags)
        # The rarest first: what is drawn for them serves others too.
        for column in np.argsort(np.diff(carriers.indptr), kind="stable").tolist():
            mine = carriers.indices[carriers.indptr[column] : carriers.indptr[column + 1]]
            lacking = CARRIERS - int(chosen[mine].sum())
            if lacking > 0:
                chosen[chance.permutation(mine[~chosen[mine]])[:lacking]] = True
        return np.flatnonzero(chosen)


def _write(
    made: ScanFiles,
    files: ScanFiles,
    heads: LotHeads,
    now: StoredTags,
    folds: NDArray[np.int8],
    told: Callable[[int], None],
) -> None:
    """Scores the images that have no scores yet by the heads of their folds."""
    tags, records = made.shape.tags, files.rows()
    numbers = now.rows.column_numbers(tags)
    for start in range(len(made), len(records), BLOCK_IMAGES):
        rows = np.arange(start, min(start + BLOCK_IMAGES, len(records)))
        x = files.embeddings_of(rows).astype(np.float32)
        logits = np.empty((len(rows), len(tags)), np.float32)
        for fold in range(FOLDS):
            mine = np.flatnonzero(folds[rows] == fold)
            logits[mine] = x[mine] @ heads.weight[fold].T + heads.bias[fold]
        nothing = np.zeros((len(rows), 0), np.float16)
        present = _columns(now.of(records["image"][rows]), numbers)
        made.append(records[rows], nothing, logits, present)
        told(int(rows[-1]) + 1)


def _columns(tags: TagRows, numbers: NDArray[np.int32]) -> TagRows:
    """Columns in place of tag ids, without the tags that have none."""
    columns = numbers[tags.tags]
    known = np.concatenate([[0], np.cumsum(columns >= 0)])
    return TagRows(known[tags.starts].astype(np.int64), columns[columns >= 0].astype(np.uint32))
