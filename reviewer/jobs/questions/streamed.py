"""Candidates of a collection too large for a score of every pair from heads: from the scan's bytes.

One pass over the scan finds the most suspicious pairs of each tag and side; tags that a refresh
has fitted heads for are judged by those instead. What is found is ranked like that of any other
collection (`core.ranking.rank.rank_again`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from reviewer.core.lookup import places_of
from reviewer.core.ranking.candidates import Candidates
from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.gather import MIN_LOGIT
from reviewer.core.ranking.presentpairs import (
    Postings,
    PresentPairs,
    doubts,
    postings,
    present_histograms,
)
from reviewer.core.ranking.scanchanges import (
    RowPairs,
    added_since,
    dropped_since,
    implied,
    without,
)
from reviewer.core.ranking.scanlevels import LOGITS, shown_levels, wrong_levels
from reviewer.core.ranking.scanpass import best_of_tag, best_pairs, best_present, histograms
from reviewer.core.ranking.scansearch import Pairs, Wanted
from reviewer.core.types import Side
from reviewer.jobs.questions.scan_columns import ancestor_columns, asked_columns
from reviewer.store.scans import BLOCK_IMAGES, quantise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from reviewer.core.ranking.rank import RankOptions
    from reviewer.core.scoreblock import Block
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

MOST_CANDIDATES = 1_000_000
"""Of each side: what `rank_again` orders in seconds and within two gigabytes."""

SAMPLED_BLOCKS = 16
"""Blocks whose histograms tell what a byte is worth: 65,000 images."""


@dataclass(frozen=True)
class _Levels:
    """What bytes and doubts are worth: (T, 256) float32 each."""

    shown: NDArray[np.float32]
    wrong: NDArray[np.float32]


@dataclass(frozen=True)
class StreamedScan:
    """A scan with what is known of its images now; made once, asked many times.

    Attributes:
        files: The scan; its positions are the rows, its columns the tags.
        images: (N,) int64 image id of each row.
        alive: (N,) rows that count: the last of their image, which is there.
        columns: Column of each tag id, -1 for others.
        present: The pairs that were present when the scan was made.
        counts: (T, 256) living present pairs by doubt.
        closed: Pairs that are present since, or follow from a present tag, by row.
        dropped: Pairs that were present and are not now.
        coverage: (N,) float32, log ratio of an image's tags to the usual number.
        asked: (T,) tags that may be asked about.
        answers: The answers so far, in rows and columns.
        crossfit: Scores of heads for some of the tags; `None` for none.
        options: How to rank.
    """

    files: ScanFiles
    images: NDArray[np.int64]
    alive: NDArray[np.bool_]
    columns: NDArray[np.int32]
    present: PresentPairs
    counts: NDArray[np.int64]
    closed: RowPairs
    dropped: RowPairs
    coverage: NDArray[np.float32]
    asked: NDArray[np.bool_]
    answers: Answers
    crossfit: Crossfit | None
    options: RankOptions
    shared: dict[str, Any] = field(default_factory=dict)
    """What is made when it is first needed, and holds for any answers."""

    @classmethod
    def of(
        cls,
        library: Library,
        files: ScanFiles,
        vocabulary: Vocabulary,
        minimum: int,
        options: RankOptions,
    ) -> StreamedScan:
        """Reads what the store knows of a scan's images; without answers yet.

        Args:
            library: The collection.
            files: Its scan.
            vocabulary: Of the collection.
            minimum: Images that a tag needs.
            options: How to rank.
        """
        images = files.rows()["image"].astype(np.int64)
        alive = np.zeros(len(images), bool)
        latest = files.latest()
        alive[latest] = np.isin(images[latest], library.images.askable_ids())
        now = library.images.tag_rows().of(images)
        columns = now.column_numbers(files.shape.tags)
        kept = files.present()
        present = PresentPairs(kept.ends, kept.records["column"], kept.records["score"])
        counts = present_histograms(present, alive, len(files.shape.tags))
        parts = [
            added_since(now, columns, present),
            implied(present, *ancestor_columns(vocabulary, files.shape.tags, columns)),
        ]
        many, used = np.diff(now.starts), counts.sum(axis=1)
        usual = many.sum() / max(len(many), 1)
        return cls(
            files=files,
            images=images,
            alive=alive,
            columns=columns,
            present=present,
            counts=counts,
            closed=_one(parts),
            dropped=dropped_since(now, columns, present),
            coverage=np.log((many + 2.0) / (usual + 2.0)).astype(np.float32),
            asked=asked_columns(vocabulary, files.shape.tags, used, minimum, int(alive.sum())),
            answers=Answers.none(),
            crossfit=library.crossfit(files.shape.version).load(),
            options=options,
        )

    @property
    def n_tags(self) -> int:
        """T."""
        return len(self.files.shape.tags)

    def _postings(self) -> Postings:
        """The present pairs of each tag."""
        if "postings" not in self.shared:
            self.shared["postings"] = postings(self.present, self.n_tags)
        return cast("Postings", self.shared["postings"])

    def _groups(self) -> NDArray[np.int64]:
        """(N,) group of each row: images of one difference hash."""
        if "groups" not in self.shared:
            _, groups = np.unique(self.files.rows()["hash"], return_inverse=True)
            self.shared["groups"] = groups.astype(np.int64)
        return cast("NDArray[np.int64]", self.shared["groups"])

    def _answered_pairs(self) -> RowPairs:
        return RowPairs(self.answers.row.astype(np.int64), self.answers.tag.astype(np.int64))

    def candidates(
        self, told: Callable[[int], None], only: Sequence[int] | None = None
    ) -> Candidates:
        """The pairs worth asking about, and the answered ones.

        Args:
            told: Hears the number of images that were gone through.
            only: Columns to look at; `None` for all, which is a pass over the whole scan.
        """
        found = self.passed(told) if only is None else []
        columns = self.single_columns() if only is None else only
        return self.joined([*found, self.by_tag(columns)])

    def single_columns(self) -> list[int]:
        """Columns of the tags looked at by themselves: the pass learns nothing of answers."""
        return sorted({*self._fitted(), *np.unique(self.answers.tag).tolist()})

    def _pool(self) -> int:
        """Pairs of each tag and side that are kept."""
        asked = max(int(self.asked.sum()), 1)
        return min(2 * self.options.limit, max(MOST_CANDIDATES // asked, 50))

    def _fitted(self) -> list[int]:
        """Columns that heads were fitted for."""
        if self.crossfit is None:
            return []
        tags = self.crossfit.tags[self.crossfit.tags < len(self.columns)]
        return [int(column) for column in self.columns[tags] if column >= 0]

    def passed(self, told: Callable[[int], None]) -> list[Found]:
        """Both sides of the tags that have no heads, in one pass over the scan.

        Args:
            told: Hears the number of images that were gone through.
        """
        asked = self.asked.copy()
        asked[self._fitted()] = False
        wanted = Wanted(MOST_CANDIDATES, self._pool(), MIN_LOGIT)
        expected = self._expected()
        levels = _levels(expected, self.counts, len(self.images), self.options.wrong_share)
        shown = np.where(asked[:, None], levels.shown, -np.inf).astype(np.float32)
        wrong = np.where(asked[:, None], levels.wrong, -np.inf).astype(np.float32)
        missing = best_pairs(self.open_blocks(), shown, expected, wanted, told)
        doubted = self._open(best_present(self.present, self.alive, wrong, self.counts, wanted))
        return [
            Found(missing, Side.MISSING, shown[missing.tag, missing.score]),
            Found(doubted, Side.WRONG, wrong[doubted.tag, doubted.score]),
        ]

    def open_blocks(self) -> Iterator[Block]:
        """The scan's blocks from disk, 0 where a pair is not to be asked about."""
        left_out = _one([self.closed, self._answered_pairs()])
        return without(self.files.blocks(), left_out, np.flatnonzero(~self.alive))

    def byte_levels(self) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """What the bytes of each tag are worth, and about how many absent pairs have each."""
        expected = self._expected()
        found = _levels(expected, self.counts, len(self.images), self.options.wrong_share)
        return found.shown, expected

    def _expected(self) -> NDArray[np.float64]:
        """(T, 256) about how many absent pairs have each byte, from a part of the blocks."""
        share = min(1.0, SAMPLED_BLOCKS * BLOCK_IMAGES / max(len(self.images), 1))
        counts = histograms(self.files.blocks(share), self.n_tags).astype(np.float64)
        seen = counts[0].sum() if len(counts) else 0.0
        counts[:, 0] = 0.0
        return counts * (len(self.images) / max(seen, 1.0))

    def _open(self, found: Pairs) -> Pairs:
        """Present pairs that nobody answered and that are present now."""
        keys = found.row.astype(np.int64) * self.n_tags + found.tag
        gone = np.concatenate(
            [self._answered_pairs().keys(self.n_tags), self.dropped.keys(self.n_tags)]
        )
        return found.take(~np.isin(keys, gone))

    def by_tag(self, some: Sequence[int], told: Callable[[int], None] = lambda _: None) -> Found:
        """Both sides of the tags of some columns, a tag at a time: no pass over the scan.

        Args:
            some: Those that may be asked about are looked at.
            told: Hears how many of these were.
        """
        columns, pool = [column for column in some if self.asked[column]], self._pool()
        absent, present = np.zeros((len(columns), 256)), np.zeros((len(columns), 256), np.int64)
        parts = [np.zeros((3, 0), np.int64)]
        for place, column in enumerate(columns):
            byte, doubt = self.tag_sides(column)
            absent[place] = np.bincount(byte, minlength=256)
            present[place] = np.bincount(doubt, minlength=256)
            mine = np.unique(self.answers.row[self.answers.tag == column])
            known = np.where(doubt[mine] > 0, 256 + doubt[mine].astype(int), byte[mine])
            byte[mine] = doubt[mine] = 0
            for offset, scores in ((0, byte), (256, doubt)):
                best = best_of_tag(scores, pool)
                parts.append(
                    np.stack([np.full(len(best), place), best, offset + scores[best].astype(int)])
                )
            parts.append(np.stack([np.full(len(mine), place), mine, known]))
            told(place + 1)
        absent[:, 0] = present[:, 0] = 0
        levels = _levels(absent, present, len(self.images), self.options.wrong_share)
        which, row, score = np.concatenate(parts, axis=1)
        there, score = score >= 256, score % 256
        level = np.where(there, levels.wrong[which, score], levels.shown[which, score])
        tag = np.asarray(columns, np.int32)[which] if columns else which.astype(np.int32)
        side = np.where(there, Side.WRONG, Side.MISSING).astype(np.uint8)
        return Found(Pairs(tag, row.astype(np.int32), score.astype(np.uint8)), side, level)

    def tag_sides(self, column: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Scores (N,) of a tag's absent pairs and doubts (N,) of its present ones; 0 elsewhere.

        Pairs that follow from others are left out, answered ones are not.
        """
        starts, places = self._postings()
        mine = places[starts[column] : starts[column + 1]]
        rows = np.searchsorted(self.present.ends, mine, side="right")
        doubt = np.zeros(len(self.images), np.uint8)
        fitted = self._fitted_scores(column)
        if fitted is None:
            byte = self.files.tag_scores(column)
            doubt[rows] = doubts(self.present.score[mine])
        else:
            byte = fitted
            doubt[rows] = 256 - byte[rows].astype(int)
            byte[rows] = 0
        doubt[self.dropped.row[self.dropped.column == column]] = 0
        byte[self.closed.row[self.closed.column == column]] = 0
        byte[~self.alive] = doubt[~self.alive] = 0
        return byte, doubt

    def _fitted_scores(self, column: int) -> NDArray[np.uint8] | None:
        """(N,) scores of a tag's heads; `None` where it has none."""
        if self.crossfit is None:
            return None
        place = np.flatnonzero(self.crossfit.tags == self.files.shape.tags[column])
        if not len(place):
            return None
        byte = quantise(self.crossfit.scores(int(place[0])).astype(np.float32))
        at = self._fitted_places()
        if at is not None:
            byte = np.where(at < 0, np.uint8(1), byte[at])
        return byte

    def _fitted_places(self) -> NDArray[np.int64] | None:
        """(N,) where the heads' scores of each row are, -1 without; `None` where in order."""
        if "fitted" not in self.shared and self.crossfit is not None:
            among = self.crossfit.images
            same = np.array_equal(self.images, among)
            self.shared["fitted"] = None if same else places_of(self.images, among)
        return cast("NDArray[np.int64] | None", self.shared["fitted"])

    def joined(self, found: Sequence[Found]) -> Candidates:
        """All that was found, sorted by tag and row; of a pair found twice the later counts."""
        tag, row, score, side, level = (
            np.concatenate([_columns_of(part)[place] for part in reversed(found)])
            for place in range(5)
        )
        key = tag.astype(np.int64) * len(self.images) + row
        _, first = np.unique(key, return_index=True)
        tag, row, score, side, level = (x[first] for x in (tag, row, score, side, level))
        byte = np.where(side == Side.WRONG, 256 - score.astype(int), score)
        return Candidates(
            n_images=len(self.images),
            n_tags=self.n_tags,
            tag=tag,
            row=row,
            side=side,
            score=LOGITS[byte].astype(np.float32),
            coverage=self.coverage[row],
            opinions=np.stack([level, level], axis=1),
            frequency=self.counts.sum(axis=1),
            groups=self._groups(),
            neighbours=None,
        )


@dataclass(frozen=True)
class Found:
    """Pairs with their side and the log-odds that the metadata is wrong."""

    pairs: Pairs
    side: Side | NDArray[np.uint8]
    level: NDArray[np.floating]


def _columns_of(found: Found) -> tuple[NDArray[Any], ...]:
    pairs = found.pairs
    side = np.broadcast_to(np.asarray(found.side, np.uint8), len(pairs))
    return pairs.tag, pairs.row, pairs.score, side, found.level.astype(np.float32)


def _levels(
    absent: NDArray[np.float64], doubted: NDArray[np.int64], n_images: int, wrong_share: float
) -> _Levels:
    present = np.zeros(doubted.shape)
    present[:, 1:] = doubted[:, :0:-1]
    shown = shown_levels(absent, present)
    return _Levels(shown, wrong_levels(shown, present, n_images, wrong_share))


def _one(parts: Sequence[RowPairs]) -> RowPairs:
    """Several lists of pairs as one, by row."""
    rows = np.concatenate([part.row for part in parts])
    return RowPairs(rows, np.concatenate([part.column for part in parts])).sorted()
