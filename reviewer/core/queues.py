"""Ranked questions in columns, and what is left of them while a person answers."""

from __future__ import annotations

import math
from bisect import insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.open_queue import OpenQueue
from reviewer.core.queue_sums import untouched_summaries
from reviewer.core.track_record import TrackRecords, nearest_points
from reviewer.core.types import Origin, Question, QueueSummary, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

BLOCK = 25
"""Questions of one tag in a row, before the best tag is chosen again."""

PROVEN = 2000
"""Answers from which on the promises of a ranking are taken for what they say."""

FEW = 200
"""Tags that are sorted in one at a time; where more changed, all are sorted anew."""

TESTED = 10
"""Answers on a tag from which on that is so of its own promises."""


@dataclass(frozen=True)
class Ranking:
    """All ranked questions of a collection, grouped by tag, best first within a tag.

    Attributes:
        tags: (Q,) int64 tag ids, one a queue.
        offsets: (Q + 1,) int64; queue q holds the questions offsets[q]..offsets[q + 1].
        images: (M,) int64 image ids.
        sides: (M,) uint8, values of `Side`.
        scores: (M,) float32, 0..1.
        suspicions: (M,) float32, 0..1.
        version: Name of the version that gave the scores.
        decided: Id of the last decision that the ranking knew of.
        priorities: (M,) float32, 0 or more, what the order sorted by; the suspicions if `None`.
        spreads: (M,) float32, standard deviation of each suspicion's log-odds; `None` if unknown.
        apart: (K,) of `core.ranking.apart.APART`: questions about images that no version is
            trained on, in the order to ask them; `None` if nobody looked.
        doubted: (D,) of `core.ranking.doubted.DOUBTED`: answers that look wrong, in the order to
            look at them again; `None` if nobody looked.
    """

    tags: NDArray[np.int64]
    offsets: NDArray[np.int64]
    images: NDArray[np.int64]
    sides: NDArray[np.uint8]
    scores: NDArray[np.float32]
    suspicions: NDArray[np.float32]
    version: str = ""
    decided: int = 0
    priorities: NDArray[np.float32] | None = None
    spreads: NDArray[np.float32] | None = None
    apart: NDArray[np.void] | None = None
    doubted: NDArray[np.void] | None = None

    @classmethod
    def empty(cls) -> Ranking:
        """A ranking without questions."""
        return cls(
            tags=np.zeros(0, np.int64),
            offsets=np.zeros(1, np.int64),
            images=np.zeros(0, np.int64),
            sides=np.zeros(0, np.uint8),
            scores=np.zeros(0, np.float32),
            suspicions=np.zeros(0, np.float32),
        )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def proven(self) -> bool:
        """Whether enough answers went into it; before, what it promises is mostly too much."""
        return self.decided >= PROVEN

    def question(self, queue: int, position: int) -> Question:
        """The question at a position of a queue, both counted from 0."""
        at = int(self.offsets[queue]) + position
        return Question(
            image_id=int(self.images[at]),
            tag_id=int(self.tags[queue]),
            side=Side(int(self.sides[at])),
            score=float(self.scores[at]),
            suspicion=float(self.suspicions[at]),
            version=self.version,
        )

    def kept_out(self, answered: Iterable[tuple[int, int]] = ()) -> list[Question]:
        """The questions about images that no version is trained on, in the order to ask them.

        Args:
            answered: Pairs (image id, tag id) that were answered since.
        """
        if self.apart is None:
            return []
        done = frozenset(answered)
        return [
            Question(image_id, tag_id, Side(side), score, suspicion, self.version)
            for image_id, tag_id, side, score, suspicion in self.apart.tolist()
            if (image_id, tag_id) not in done
        ]

    def doubtful(self, answered: Iterable[tuple[int, int]] = ()) -> list[Question]:
        """The answers that look wrong, as questions to be asked unseen, in the order to ask them.

        Args:
            answered: Pairs (image id, tag id) that were answered since.
        """
        if self.doubted is None:
            return []
        done = frozenset(answered)
        return [
            Question(image_id, tag_id, Side(side), score, expected, self.version, Origin.SETTLE)
            for image_id, tag_id, side, score, expected, _ in self.doubted.tolist()
            if (image_id, tag_id) not in done
        ]


def suspicion_interval(suspicion: float, spread: float) -> tuple[float, float]:
    """Where a chance lies with 95 %, when its log-odds are as unsure as `spread` says.

    The suspicion is the mean over that doubt, so its own log-odds lie nearer to even than the
    middle of the interval (MacKay's approximation of a logistic averaged over a normal).

    Args:
        suspicion: Shown chance, 0..1.
        spread: Standard deviation of its log-odds, 0 or more.
    """
    safe = min(max(suspicion, 1e-6), 1.0 - 1e-6)
    middle = math.log(safe / (1.0 - safe)) * math.sqrt(1.0 + math.pi / 8.0 * spread**2)
    low, high = middle - 1.96 * spread, middle + 1.96 * spread
    return 0.5 * (1.0 + math.tanh(low / 2.0)), 0.5 * (1.0 + math.tanh(high / 2.0))


class QueueBook:
    """What is left of a ranking: closes questions as they are answered, sums up what remains.

    Every call costs in proportion to one queue at most, never to the collection.

    Attributes:
        left_out: Tags that are asked about only where they are chosen by name: a picture does not
            show them, or they do not matter to whoever reviews.
        records: What the answers gave, against what the ranking promised.
    """

    def __init__(
        self, ranking: Ranking, side: Side | None = None, records: TrackRecords | None = None
    ) -> None:
        """Opens all questions of a ranking, or those of one side only.

        Args:
            ranking: The ranked questions.
            side: The side that is asked about; `None` for both.
            records: What the answers gave so far; nothing where it is `None`.
        """
        self.ranking = ranking
        self.side = side
        self.left_out: frozenset[int] = frozenset()
        self._queues: dict[int, OpenQueue] = {}
        self._summaries: dict[int, QueueSummary] = {}
        self._order: list[QueueSummary] = []
        self._counts: dict[int, tuple[int, int]] = {}
        self.records = records or TrackRecords()
        self._numbers = {tag_id: number for number, tag_id in enumerate(ranking.tags.tolist())}

    def _queue(self, tag_id: int) -> OpenQueue | None:
        """A tag's queue, made when it is first needed; `None` without."""
        number = self._numbers.get(tag_id)
        if number is None or tag_id in self._queues:
            return self._queues.get(tag_id)
        ranking = self.ranking
        span = slice(int(ranking.offsets[number]), int(ranking.offsets[number + 1]))
        sides = np.asarray(ranking.sides[span])
        closed = np.zeros(len(sides), bool)
        if self.side is not None:
            closed |= sides != int(self.side)
        suspicions, priorities = ranking.suspicions[span], ranking.priorities
        worth = suspicions if priorities is None else priorities[span]
        queue = OpenQueue(tag_id, suspicions, worth, ranking.images[span], sides, closed)
        queue.advance()
        self._queues[tag_id] = queue
        return queue

    def close(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Takes pairs (image id, tag id) out of their queues; unknown ones are ignored."""
        images: dict[int, list[int]] = {}
        for image_id, tag_id in pairs:
            images.setdefault(tag_id, []).append(image_id)
        for tag_id, some in images.items():
            self._mark(tag_id, some, closed=True)

    def reopen(self, image_id: int, tag_id: int) -> None:
        """Puts a pair back that was answered, when the answer is taken back."""
        self._mark(tag_id, [image_id], closed=False)

    def _mark(self, tag_id: int, images: list[int], *, closed: bool) -> None:
        queue = self._queue(tag_id)
        if queue is None:
            return
        there = np.isin(queue.images, images) if len(images) > 1 else queue.images == images[0]
        if self.side is not None:
            there &= queue.sides == int(self.side)
        queue.closed[there] = closed
        queue.head = 0
        queue.advance()
        self._summaries.pop(tag_id, None)

    def count_answer(
        self,
        tag_id: int,
        *,
        side: Side,
        promised: float,
        fixed: bool,
        times: int = 1,
        tests: bool = True,
    ) -> None:
        """Counts an answer on a tag (or `times` of them; -1 when one is taken back).

        Args:
            tag_id: The tag.
            side: Of the question.
            promised: The suspicion with which the question was asked, 0..1.
            fixed: Whether the answer changed the metadata.
            times: How often.
            tests: Whether it tests what the ranking promised of the tag.
        """
        answered, fixes = self._counts.get(tag_id, (0, 0))
        self._counts[tag_id] = (answered + times, fixes + times * int(fixed))
        if tests:
            self.test(tag_id, side, promised, fixed=fixed, times=times)
        self._summaries.pop(tag_id, None)

    def test(
        self, tag_id: int, side: Side, promised: float, *, fixed: bool, times: int = 1
    ) -> None:
        """Holds an answer against what the ranking promised, without counting it as one more."""
        self.records.add(tag_id, side, promised, fixed=fixed, times=times)
        self._summaries.pop(tag_id, None)

    @property
    def counts(self) -> dict[int, tuple[int, int]]:
        """Live answers of every tag, and how many of them changed the metadata."""
        return self._counts

    @counts.setter
    def counts(self, counts: dict[int, tuple[int, int]]) -> None:
        self._counts = dict(counts)
        self._summaries.clear()

    def questions(self, tag_id: int, side: Side | None = None) -> Iterator[Question]:
        """The open questions of a tag, best first; of one side, or of both."""
        queue = self._queue(tag_id)
        if queue is None:
            return
        number = self._numbers[tag_id]
        places: Iterable[int] = queue.open_places()
        if side is not None:
            places = np.flatnonzero(~queue.closed & (queue.sides == int(side))).tolist()
        for place in places:
            yield self.ranking.question(number, place)

    def promise(self, tag_id: int, count: int) -> dict[Side, float]:
        """Fixes expected among the next questions of a tag, for each side by itself.

        Args:
            tag_id: The tag.
            count: Questions of one side.
        """
        queue = self._queue(tag_id)
        if queue is None:
            return dict.fromkeys(Side, 0.0)
        promised, left = queue.promised(self.records.ratios(tag_id)), ~queue.closed
        return {
            side: float(promised[left & (queue.sides == int(side))][:count].sum()) for side in Side
        }

    def promises(self, tag_id: int) -> NDArray[np.float64]:
        """What each open question of a tag promises, corrected by what the answers gave.

        Returns:
            (L,) float64, 0..1, in the order of the queue.
        """
        queue = self._queue(tag_id)
        if queue is None:
            return np.zeros(0)
        return queue.promised(self.records.ratios(tag_id))[~queue.closed]

    def promised(self, question: Question) -> float:
        """What one question promises, corrected by what the answers gave; 0..1."""
        ratios = self.records.ratios(question.tag_id)
        if ratios is None:
            return question.suspicion
        point = int(nearest_points(np.array([question.suspicion]))[0])
        return min(question.suspicion * float(ratios[int(question.side), point]), 1.0)

    def proven(self, tag_id: int) -> bool:
        """Whether enough answers, on all tags or on this one, stand behind what it promises."""
        return self.ranking.proven or self.records.tests(tag_id) >= TESTED

    def summary(self, tag_id: int) -> QueueSummary:
        """What is left of one tag."""
        if tag_id not in self._summaries:
            self._summaries[tag_id] = self._summarise(tag_id)
        return self._summaries[tag_id]

    def _summarise(self, tag_id: int) -> QueueSummary:
        answered, fixed = self._counts.get(tag_id, (0, 0))
        queue = self._queue(tag_id)
        if queue is None:
            return QueueSummary(tag_id, 0, 0.0, 0.0, answered, fixed)
        # What the ranking promised of this tag against what its answers gave since: a tag that
        # disappoints falls behind at once, not at the next ranking, and one that gives more rises.
        ratios, places = self.records.ratios(tag_id), np.flatnonzero(~queue.closed)
        left, block = queue.promised(ratios)[places], places[:BLOCK]
        worth = np.asarray(queue.priorities[block], np.float64)
        if ratios is not None:
            worth *= left[:BLOCK] / np.maximum(queue.suspicions[block], 1e-9)
        return QueueSummary(
            tag_id=tag_id,
            left=len(left),
            expected_fixes=float(left.sum()),
            next_yield=float(left[:BLOCK].sum()) / max(len(block), 1),
            answered=answered,
            fixed=fixed,
            next_worth=float(worth.sum()),
        )

    def interval(self, question: Question) -> tuple[float, float] | None:
        """Where a question's suspicion lies with a chance of 95 %, 0..1; `None` if unknown."""
        spreads = self.ranking.spreads
        queue = self._queue(question.tag_id)
        if spreads is None or queue is None:
            return None
        places = np.flatnonzero(queue.images == question.image_id)
        if not places.size:
            return None
        first = int(self.ranking.offsets[self._numbers[question.tag_id]])
        spread = float(spreads[first + int(places[0])])
        return suspicion_interval(question.suspicion, spread)

    def summaries(self) -> list[QueueSummary]:
        """Tags with questions left and not left out, those whose next block is worth most first.

        Between two calls only the tags that changed are sorted in: a large tagger has thousands.
        """
        order = [entry for entry in self._order if self._summaries.get(entry.tag_id) is entry]
        changed = self._numbers.keys() - {entry.tag_id for entry in order}
        if len(changed) > FEW:
            self._sum_up_all()
            order = sorted(map(self.summary, self._numbers), key=_by_worth)
        else:
            for tag_id in changed:
                insort(order, self.summary(tag_id), key=_by_worth)
        self._order = order
        return [entry for entry in order if entry.left and entry.tag_id not in self.left_out]

    def _sum_up_all(self) -> None:
        """Sums up the queues that nobody looked at yet, all at once."""
        every = untouched_summaries(self.ranking, self.side, BLOCK, self._counts)
        tested = self.records.tags()
        for entry in every:
            if entry.tag_id not in self._queues and entry.tag_id not in tested:
                self._summaries.setdefault(entry.tag_id, entry)

    def best(self) -> int | None:
        """The tag that promises most fixes among its next questions; `None` if none are left."""
        order = self.summaries()
        return order[0].tag_id if order else None


def _by_worth(entry: QueueSummary) -> tuple[float, float, int]:
    """The place of a tag in the order of promise."""
    return (-entry.next_worth, -entry.expected_fixes, entry.tag_id)
