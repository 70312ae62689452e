"""What a brought tagger itself says of tags that it knew before it came here.

Heads need examples; a tag that hardly an image carries has none, and the tagger may know it all
the same. Versions that were trained from a brought one have learnt from this collection's labels:
their own scores are never taken, those of the tagger as it came are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import carries, places_of
from reviewer.core.ranking.calibration import halves
from reviewer.core.ranking.fusion import TwoScores, fit_fusion
from reviewer.jobs.context import stage
from reviewer.jobs.labels import tag_counts
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.jobs.taggers.seen import may_have_seen
from reviewer.store.scans import logits_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.jobs.context import Listener
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

SEEN_AT = 0.0
"""Logit from which the tagger counts as seeing a tag: a chance of one half."""


@dataclass(frozen=True)
class OwnScores:
    """The logits of a brought tagger on some images.

    Attributes:
        version: Its name.
        files: Its scan.
        images: (N,) image ids that are asked about.
        seen: Whether it may have learnt from this collection's labels.
    """

    version: str
    files: ScanFiles
    images: NDArray[np.int64]
    seen: bool

    @cached_property
    def columns(self) -> dict[int, int]:
        """Columns of the scan by tag id."""
        return {tag_id: column for column, tag_id in enumerate(self.files.shape.tags)}

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """(N,) places in the scan; -1 where an image was not scanned with it."""
        latest = self.files.latest()
        known = self.files.rows()["image"][latest].astype(np.int64)
        at = places_of(self.images, known, np.argsort(known))
        rows = np.full(len(at), -1, np.int64)
        rows[at >= 0] = latest[at[at >= 0]]
        return rows

    def logits(self, tag_id: int) -> NDArray[np.float32] | None:
        """(N,) float32 logits of a tag; `None` where the tagger lacks it.

        An image that it has not scanned gets the tag's mean, which says nothing.
        """
        column = self.columns.get(tag_id)
        if column is None:
            return None
        logits = self.files.tag_logits(column)
        there = self.rows >= 0
        found = np.full(len(self.images), float(logits.mean()), np.float32)
        found[there] = logits[self.rows[there]]
        return found

    @cached_property
    def _best(self) -> NDArray[np.float32]:
        """(T,) the highest logit of each column on any image that was scanned, the tag absent."""
        best = np.zeros(len(self.files.shape.tags), np.uint8)
        for block in self.files.blocks():
            np.maximum(best, block.scores.max(axis=1), out=best)
        return logits_of(best)

    def _is_seen(self, tag_id: int) -> bool:
        """Whether the tagger sees a tag on one of the images."""
        # Of ten thousand tags most are seen nowhere: their columns are not read one by one.
        if self._best[self.columns[tag_id]] < SEEN_AT:
            return False
        logits = self.logits(tag_id)
        return logits is not None and bool((logits >= SEEN_AT).any())

    def worth_asking(
        self, labels: Labels, vocabulary: Vocabulary, learnt: Iterable[int]
    ) -> list[int]:
        """Tags beyond those with heads that it can be asked about here, by id.

        They are visual, and an image carries them or the tagger sees them on one.

        Args:
            labels: Of the images.
            vocabulary: Of the collection.
            learnt: Tag ids that get heads.
        """
        counts, others = tag_counts(labels), set(learnt)
        found = []
        for tag_id in sorted(self.columns.keys() - others):
            tag, count = vocabulary.tags.get(tag_id), counts.get(tag_id, 0)
            negatives = len(labels.images) - count
            if tag is None or vocabulary.why_not_asked(tag, count, 0, negatives):
                continue
            if count > 0 or self._is_seen(tag_id):
                found.append(tag_id)
        return found


def own_scores(library: Library, version: str, images: NDArray[np.int64]) -> OwnScores | None:
    """The scores of the brought tagger that a version is, or goes back to.

    Args:
        library: The collection.
        version: Name of the version in use.
        images: (N,) image ids.

    Returns:
        `None` where the version was trained here from the start, or the tagger as it came has
        not scanned the collection.

    Raises:
        TaggerError: A version on the way cannot be read.
    """
    from model.record import read_record

    name, found, met = version, "", set[str]()
    with tagger_errors():
        while name and name not in met and library.version_folder(name).is_dir():
            met.add(name)
            record = read_record(library.version_folder(name))
            found = name if record.brought is not None else found
            name = str(record.train.get("parent") or "")
    files = library.scan(found) if found else None
    if files is None or not len(files):
        return None
    return OwnScores(found, files, images, may_have_seen(library, found))


def with_own(
    listener: Listener,
    own: OwnScores,
    labels: Labels,
    learnt: tuple[list[int], NDArray[np.float16]],
    known: list[int],
    groups: NDArray[np.int64],
) -> tuple[list[int], NDArray[np.float16]]:
    """Takes the tagger's own word into the scores of heads, and adds the tags it alone knows.

    Args:
        listener: Hears of progress, and of tags that rest on the tagger alone.
        own: The tagger's scores.
        labels: Of the images.
        learnt: Tag ids with heads, and their (T, N) logits.
        known: Tag ids beyond those that the tagger is asked about.
        groups: (N,) near-duplicates.

    Returns:
        Tag ids, ascending, and their (T, N) float16 logits.
    """
    with_heads, heads = learnt
    place = {tag_id: row for row, tag_id in enumerate(with_heads)}
    tags = sorted({*with_heads, *known})
    original = labels.original.columns(tags)

    def present(tag: int) -> NDArray[np.bool_]:
        return carries(original, tag)

    def of_heads(tag: int) -> NDArray[np.float32] | None:
        row = place.get(tags[tag])
        return None if row is None else heads[row].astype(np.float32)

    scores = TwoScores(
        n_tags=len(tags),
        own=lambda tag: own.logits(tags[tag]),
        heads=of_heads,
        present=present,
        half=halves(len(own.images), groups, 0),
        seen=own.seen,
    )
    logits = np.empty((len(tags), len(own.images)), np.float16)
    with stage(listener, "own scores", len(tags), "tags") as progress:
        fusion = fit_fusion(scores)
        for tag in range(len(tags)):
            logits[tag] = fusion.logits(tag)
            progress.advance()
    tagged = bool(np.any(labels.original.counts()))
    _say(listener, own, len(known), doubtful=own.seen and tagged)
    return tags, logits


def _say(listener: Listener, own: OwnScores, alone: int, *, doubtful: bool) -> None:
    missing = int((own.rows < 0).sum())
    if alone:
        doubt = (
            ", which may have seen these labels: then it hides some of their errors"
            if doubtful
            else ""
        )
        listener.note(
            f"{alone:,} tags have too few examples here for heads of their own; they are asked "
            f"about on the word of {own.version} itself{doubt}."
        )
    if missing:
        listener.note(
            f"{missing:,} images were not scanned by {own.version} itself; its word on them comes "
            f"in after: reviewer scan --version {own.version}"
        )
