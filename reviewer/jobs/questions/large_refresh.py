"""Refresh of a collection whose every pair cannot have a score of its own heads.

Heads are fitted for the tags that have answers, some tags at a time and each lot on images drawn
for it: memory is the same however many they are. A tag of which nothing changed since its heads
were fitted keeps its scores, so that a refresh takes as long as what was answered since the last.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.scans.there import present_rows
from reviewer.store.crossfits import Crossfit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from model.crossfit import HeadConfig, Heads
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library
    from reviewer.store.piecefile import PieceFile
    from reviewer.store.scans import ScanFiles

FOLDS = 5

FIT_IMAGES = 100_000
"""Images drawn for the fit of all tags, beside those that were answered."""

POSITIVES = 2_000
"""Images of each tag that there are to be among them at most, so that rare tags have enough."""

LOT = 50
"""Tags fitted together, on the images drawn for any of them: memory grows with the lot, and each
lot reads the embeddings once more."""

LISTED = 256
"""Tags whose images are listed at once."""

AT_ONCE = 65_536
"""Embeddings scored at once at most."""

SCORES_AT_ONCE = 1 << 25
"""Scores that are held at once, about."""


@dataclass(frozen=True)
class _There:
    """The images of a scan that are there.

    Attributes:
        images: (N,) int64 ids, ascending.
        rows: (N,) int64, where each is in the scan.
        groups: (N,) int64; images of one group are near-identical.
        folds: (N,) int8, the same within a group.
    """

    images: NDArray[np.int64]
    rows: NDArray[np.int64]
    groups: NDArray[np.int64]
    folds: NDArray[np.int8]

    @classmethod
    def of(cls, library: Library, files: ScanFiles, seed: int) -> _There:
        """Reads them."""
        rows, records = present_rows(library, files), files.rows()
        _, groups = np.unique(records["hash"][rows], return_inverse=True)
        drawn = np.random.default_rng(seed).integers(0, FOLDS, len(rows), dtype=np.int8)
        return cls(
            records["image"][rows].astype(np.int64), rows, groups.astype(np.int64), drawn[groups]
        )


@dataclass(frozen=True)
class _Tag:
    """What there is to learn of a tag.

    Attributes:
        id: Of the tag.
        digest: Another number where anything that its heads rest on is another.
        carriers: How many images carry it.
        drawn: Places of some of those, in the order of chance.
        answered: Places of the images that were answered about it, ascending.
    """

    id: int
    digest: int
    carriers: int
    drawn: NDArray[np.int32]
    answered: NDArray[np.int64]


def refresh_large(
    library: Library, listener: Listener, name: str, files: ScanFiles, *, seed: int = 0
) -> ChangeSet:
    """Fits heads for the tags that have answers, and scores every image with them, streamed.

    Each image is scored by heads that were fitted without its fold; near-identical images are in
    one fold.

    Args:
        library: The collection.
        listener: Hears of progress.
        name: The version that was run.
        files: Its scan.
        seed: Of the folds and of the images drawn.

    Raises:
        StoreFullError: The disk is full; the scores before stay.
        StoreError: The scan cannot be read.
    """
    with stage(listener, "load", 0):
        there = _There.of(library, files, seed)
        labels = gather_labels(library, there.images, library.vocabulary())
        answered = {decision.tag_id for decision in library.decisions.live()}
        tags = _tags(labels, there, sorted(answered & set(files.shape.tags)), seed)
    stored = library.crossfit(name)
    before = stored.load()
    kept = _kept(before, tags)
    new = np.flatnonzero(kept < 0)
    heads: list[Heads] = []
    if len(new):
        with stage(listener, "refresh", len(new), "tags") as progress:
            fit = _Fit(files, there, labels, np.random.default_rng(seed))
            heads = fit.heads([tags[place] for place in new.tolist()], progress.at)
    crossfit = _described(there, tags, kept, before, labels.decided)
    with (
        stage(listener, "score", len(there.images), "images") as progress,
        stored.saving(crossfit) as scores,
    ):
        if before is not None:
            for place in np.flatnonzero(kept >= 0).tolist():
                scores.put([place], 0, before.scores(int(kept[place]))[None])
        if heads:
            _score(files, there, heads, scores, (new.tolist(), progress.at))
        # Windows replaces no folder with a file that is mapped.
        before = None
    many = {"images": len(there.images), "tags": len(tags), "fitted": len(new)}
    return ChangeSet(summary={"version": name, **many})


def _tags(labels: Labels, there: _There, ids: Sequence[int], seed: int) -> list[_Tag]:
    """What is to be learnt of some tags."""
    rests_on = hashlib.blake2b(digest_size=8)
    for part in (there.images, there.rows, there.folds, labels.shares):
        rests_on.update(b"" if part is None else part.tobytes())
    answers: dict[int, list[tuple[int, str]]] = {tag_id: [] for tag_id in ids}
    for image_id, given in labels.answers.items():
        for tag_id, answer in given.items():
            if tag_id in answers:
                answers[tag_id].append((image_id, answer.name))
    found = []
    for start in range(0, len(ids), LISTED):
        some = ids[start : start + LISTED]
        carriers = labels.original.columns(some)
        for column, tag_id in enumerate(some):
            mine = carriers.indices[carriers.indptr[column] : carriers.indptr[column + 1]]
            told = sorted(answers[tag_id])
            digest = rests_on.copy()
            digest.update(mine.astype(np.int32, copy=False).tobytes())
            digest.update(repr(told).encode())
            # Of each tag by itself, so that what is drawn for one rests on no other.
            drawn = np.random.default_rng([seed, tag_id]).permutation(mine)[:POSITIVES]
            places = np.searchsorted(there.images, [image_id for image_id, _ in told])
            number = int.from_bytes(digest.digest(), "little")
            found.append(_Tag(tag_id, number, len(mine), drawn, places))
    return found


def _kept(before: Crossfit | None, tags: Sequence[_Tag]) -> NDArray[np.int64]:
    """(T,) places among the scores before of the tags that keep them; -1 for the others."""
    if before is None or before.learnt is None:
        return np.full(len(tags), -1, np.int64)
    pairs = zip(before.tags.tolist(), before.learnt.tolist(), strict=True)
    places = {pair: place for place, pair in enumerate(pairs)}
    return np.array([places.get((tag.id, tag.digest), -1) for tag in tags], np.int64)


def _described(
    there: _There,
    tags: Sequence[_Tag],
    kept: NDArray[np.int64],
    before: Crossfit | None,
    decided: int,
) -> Crossfit:
    """All but the scores, which are written piece by piece."""
    fitted = np.full(len(tags), time.time_ns(), np.int64)
    if before is not None and before.fitted is not None:
        fitted = np.maximum(fitted, before.fitted.max(initial=0) + 1)
        fitted = np.where(kept >= 0, before.fitted[kept], fitted) if before.fitted.size else fitted
    none = np.zeros((len(there.images), 0))
    return Crossfit(
        images=there.images,
        tags=np.array([tag.id for tag in tags], np.int64),
        logits=np.zeros((len(tags), 0), np.float16),
        groups=there.groups,
        neighbours=none.astype(np.int32),
        similarities=none.astype(np.float16),
        decided=decided,
        learnt=np.array([tag.digest for tag in tags], np.uint64),
        fitted=fitted,
    )


class _Fit:
    """Fits heads lot by lot."""

    def __init__(
        self, files: ScanFiles, there: _There, labels: Labels, chance: np.random.Generator
    ) -> None:
        """Draws the images that all tags are fitted on."""
        self._files, self._there, self._labels = files, there, labels
        count = len(there.images)
        self._base = np.zeros(count, bool)
        self._base[chance.permutation(count)[:FIT_IMAGES]] = True
        self._share = min(FIT_IMAGES / max(count, 1), 1.0)
        self._config: HeadConfig | None = None

    def heads(self, tags: Sequence[_Tag], told: Callable[[int], None]) -> list[Heads]:
        """Heads of all of the tags, fitted without each of the folds.

        Args:
            tags: At least one.
            told: Hears how many tags are done.
        """
        from model.crossfit import Heads

        count = -(-len(tags) // LOT)
        found: list[list[Heads]] = []
        first = 0
        for number in range(1, count + 1):
            last = len(tags) * number // count
            lot = tags[first:last]
            found.append(self._lot(lot, partial(_tell, told, first, len(lot))))
            first = last
        folds = list(zip(*found, strict=True))
        return [
            Heads(
                np.concatenate([lot.weight for lot in fold]),
                np.concatenate([lot.bias for lot in fold]),
            )
            for fold in folds
        ]

    def _lot(self, lot: Sequence[_Tag], told: Callable[[int, int], None]) -> list[Heads]:
        from model.crossfit import fold_heads
        from model.penalty import choose_penalty

        chosen = self._drawn(lot)
        embeddings = self._files.embeddings_of(self._there.rows[chosen])
        matrix = label_matrix(self._labels.take(chosen), [tag.id for tag in lot])
        folds = self._there.folds[chosen]
        if self._config is None:
            self._config = choose_penalty(embeddings, matrix, folds)
        return fold_heads(embeddings, matrix, folds, FOLDS, self._config, told)

    def _drawn(self, lot: Sequence[_Tag]) -> NDArray[np.int64]:
        """Places to fit on: a random part, the answered ones, and more of tags with too few."""
        chosen = self._base.copy()
        for tag in lot:
            chosen[tag.answered] = True
            chosen[tag.drawn[: max(POSITIVES - int(self._share * tag.carriers), 0)]] = True
        return np.flatnonzero(chosen)


def _tell(told: Callable[[int], None], first: int, many: int, done: int, total: int) -> None:
    """Passes on the steps of a lot as tags."""
    told(first + many * done // total)


def _score(
    files: ScanFiles,
    there: _There,
    heads: Sequence[Heads],
    scores: PieceFile,
    placed: tuple[Sequence[int], Callable[[int], None]],
) -> None:
    """Scores all images by the heads of their folds.

    Args:
        files: The scan.
        there: Its images.
        heads: One a fold.
        scores: Takes the scores.
        placed: In which of its rows, one a tag; and what hears how many images are done.
    """
    places, told = placed
    step = min(max(SCORES_AT_ONCE // len(places), 1), AT_ONCE)
    for start in range(0, len(there.rows), step):
        part = slice(start, min(start + step, len(there.rows)))
        x = files.embeddings_of(there.rows[part]).astype(np.float32)
        found = np.empty((len(places), len(x)), np.float16)
        for fold, of_fold in enumerate(heads):
            mine = np.flatnonzero(there.folds[part] == fold)
            found[:, mine] = of_fold.weight @ x[mine].T + of_fold.bias[:, None]
        scores.put(places, start, found)
        told(part.stop)
