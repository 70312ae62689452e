"""Which question comes next: modes, blocks of one tag, skipped and flagged questions.

The feed pulls questions from the queues a few ahead of the screen, so that their pictures can be
decoded before they are needed. It knows nothing of what was shown or answered: the session does.
"""

from __future__ import annotations

import itertools
from collections import deque
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from reviewer.core.queues import BLOCK, QueueBook, Ranking
from reviewer.core.review.listed import Lists
from reviewer.core.types import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reviewer.core.types import Question


CHECK = 5
"""Questions between two looks at whether a block keeps what it promised."""


HEAD = 10
"""Questions of a page by which tags and sides are compared: further down the suspicions are less
sure, and pages chosen by their sums found fewer errors."""

COMPARED = 40
"""Tags whose sides are compared for the next page; the others promise less on both together."""

STAY = 0.8
"""Share of the best promise from which on the next page stays with the tag of this one: another
tag is another question to take in. Two fifths fewer changes, and 1 to 2 % fewer errors found.
"""


class Mode(StrEnum):
    """Where the next question comes from."""

    BEST = "best"
    """Blocks of one tag, each time the tag that promises most."""
    TAG = "tag"
    """One tag until it is done."""
    FLAGGED = "flagged"
    """What was flagged for later."""
    DISAGREEMENTS = "disagreements"
    """What reviewers answered differently."""
    AUDIT = "audit"
    """The random sample on which estimates rest."""
    IMPLIED = "implied"
    """Tags that others of the image imply and that are missing."""
    KEPT_OUT = "kept out"
    """Images that no version is trained on: what proposals and comparisons rest on."""
    UNSURE = "unsure"
    """What nobody could tell, for a second look."""
    DOUBTED = "doubted"
    """Answers that the other answers speak against."""


LISTED = frozenset(Mode) - {Mode.BEST, Mode.TAG, Mode.FLAGGED}
"""Modes that ask the questions of a list beside the queues."""

Mix: TypeAlias = "Callable[[int, Side | None], Question | None]"
"""Gives a question to ask among others, by their tag and the only side asked about, or `None`."""


class QuestionFeed:
    """Serves the open questions of a ranking in the order that the mode asks for.

    Attributes:
        book: What is left of the ranking.
        mode: Where questions come from.
        tag_id: The tag of the present block; `None` before the first.
        side: The side that questions are limited to; `None` for both.
        flagged: Questions put by for later, oldest first.
        lists: The questions of the modes in `LISTED`.
        may_ask: Whether a pair is still open and its image can be shown.
        mix: Gives a question to ask after one that was just put in line, by its tag and the side
            that questions are limited to; mostly `None`.
        mix_page: The same for the questions of a page, which are of one tag and one side.
    """

    def __init__(self, ranking: Ranking, may_ask: Callable[[Question], bool]) -> None:
        """Starts in the best queue.

        Args:
            ranking: The ranked questions.
            may_ask: Whether a pair is still open and its image can be shown.
        """
        self.book = QueueBook(ranking)
        self.mode = Mode.BEST
        self.tag_id: int | None = None
        self.side: Side | None = None
        self.flagged: dict[tuple[int, int], Question] = {}
        self.lists = Lists()
        self.mix: Mix = _nothing_between
        self.mix_page: Mix = _nothing_between
        self.may_ask = may_ask
        self._ahead: deque[Question] = deque()
        self._skipped: set[tuple[int, int]] = set()
        self._block_left = BLOCK

    def load(
        self,
        ranking: Ranking,
        answered: Iterable[tuple[int, int]],
        tests: Iterable[tuple[int, Side, float, bool]] | None = (),
    ) -> None:
        """Takes a new ranking, less the pairs that were answered since it was made.

        Args:
            ranking: The ranked questions.
            answered: Pairs that were answered since.
            tests: Of the answers since that test what it promises: the tag, the side, the
                suspicion, and whether the metadata changed; `None` where the ranking is the one
                in use, of which it is known.
        """
        counts, left_out = self.book.counts, self.book.left_out
        self.book = QueueBook(ranking, self.side, self.book.records if tests is None else None)
        self.book.counts, self.book.left_out = counts, left_out
        settled = list(answered)
        self.book.close(settled)
        self.lists.put(Mode.KEPT_OUT, ranking.kept_out(settled))
        self.lists.put(Mode.DOUBTED, ranking.doubtful(settled))
        for tag_id, side, suspicion, fixed in tests or ():
            self.book.test(tag_id, side, suspicion, fixed=fixed)
        self._ahead.clear()
        self._block_left = BLOCK

    def enter(self, mode: Mode, tag_id: int | None) -> None:
        """Asks from somewhere else from now on; what was skipped may come again."""
        self.mode, self.tag_id = mode, tag_id
        self._block_left = BLOCK
        self._skipped.clear()
        self._ahead.clear()

    def skip(self, question: Question) -> None:
        """Asks a question again only when nothing else is left of its tag."""
        self._skipped.add(question.pair)

    def put_back(self, question: Question) -> None:
        """Serves a question next."""
        self._ahead = deque(other for other in self._ahead if other.pair != question.pair)
        self._ahead.appendleft(question)

    def take(self, showing: Question | None) -> Question | None:
        """The next question; `None` if there is none."""
        while self._ahead or self._pull(showing):
            question = self._ahead.popleft()
            # An answer given since it was pulled may have settled it.
            if self.may_ask(question):
                return question
        return None

    def peek(self, count: int, showing: Question | None) -> list[Question]:
        """The next questions, without serving them."""
        coming: list[Question] = []
        while len(coming) < count and (len(coming) < len(self._ahead) or self._pull(showing)):
            question = self._ahead[len(coming)]
            if self.may_ask(question):
                coming.append(question)
            else:
                del self._ahead[len(coming)]
        return coming

    def likely(self, count: int) -> list[Question]:
        """The questions of the present tag after those already ahead, without taking them.

        Other answers may still change what really comes.
        """
        if self.tag_id is None or _listed(self) is not None:
            return []
        ahead = {question.pair for question in self._ahead} | self._skipped
        coming = (q for q in self.book.questions(self.tag_id) if q.pair not in ahead)
        return list(itertools.islice(coming, count))

    def page(
        self,
        count: int,
        *,
        first: Question | None = None,
        given: Sequence[tuple[Question, bool]] = (),
    ) -> list[Question]:
        """Open questions of one tag and one side, best first, without serving them.

        Args:
            count: Most questions.
            first: A question whose tag and side to prefer.
            given: Questions of one tag that are as good as answered, and whether that changes
                the metadata.

        Returns:
            The questions; empty if nothing is left here.
        """
        kinds = list(self._page_kinds(count, given))
        without = frozenset(question.pair for question, _ in given)
        if first is not None:
            kinds.insert(0, (first.tag_id, first.side))
        for skipped in (frozenset(self._skipped), frozenset()):
            for tag_id, side in kinds:
                questions = self._page_of(tag_id, side, count, without | skipped)
                if questions:
                    return questions
        return []

    def begin_block(self, tag_id: int) -> None:
        """Serves a block of a tag from now on."""
        self.tag_id, self._block_left = tag_id, BLOCK

    def neighbour_tag(self, direction: int) -> int | None:
        """The tag after (1) or before (-1) the present one in the order of promise."""
        order = [entry.tag_id for entry in self.book.summaries()]
        if not order:
            return None
        start = order.index(self.tag_id) if self.tag_id in order else min(-direction, 0)
        return order[(start + direction) % len(order)]

    def _pull(self, showing: Question | None) -> bool:
        """Puts the next question of the queue behind those already ahead."""
        listed = _listed(self)
        if listed is not None:
            return self._pull_from(listed.values(), showing)
        if self.mode is Mode.TAG and self.tag_id is not None:
            return self._pull_from(self.book.questions(self.tag_id), showing) or self._pull_skipped(
                showing
            )
        return self._pull_best(showing)

    def _pull_best(self, showing: Question | None) -> bool:
        if self.tag_id is None or self._block_left <= 0 or self._disappoints(self.tag_id):
            self.tag_id, self._block_left = self.book.best(), BLOCK
        if self.tag_id is None:
            return False
        if not self._pull_from(self.book.questions(self.tag_id), showing):
            if not self._pull_elsewhere(showing):
                return self._pull_skipped(showing)
            self._block_left = BLOCK
        self._block_left -= 1
        return True

    def _disappoints(self, tag_id: int) -> bool:
        """Whether a block gives so much less than hoped that another tag should be asked now."""
        if self._block_left % CHECK:
            return False
        best = self.book.best()
        if best is None or best == tag_id:
            return False
        here, there = self.book.summary(tag_id), self.book.summary(best)
        return here.next_yield < there.next_yield / 2

    def _pull_elsewhere(self, showing: Question | None) -> bool:
        for entry in self.book.summaries():
            if entry.tag_id != self.tag_id and self._pull_from(
                self.book.questions(entry.tag_id), showing
            ):
                self.tag_id = entry.tag_id
                return True
        return False

    def _pull_skipped(self, showing: Question | None) -> bool:
        """Serves what was skipped, once nothing else is left."""
        mine = {pair for pair in self._skipped if self.mode is Mode.BEST or pair[1] == self.tag_id}
        self._skipped -= mine
        return any(
            self._pull_from(self.book.questions(tag_id), showing)
            for tag_id in dict.fromkeys(pair[1] for pair in mine)
        )

    def _pull_from(self, questions: Iterable[Question], showing: Question | None) -> bool:
        taken = {question.pair for question in self._ahead} | self._skipped
        if showing is not None:
            taken.add(showing.pair)
        for question in questions:
            if question.pair in taken:
                continue
            if self.mode is not Mode.FLAGGED and question.pair in self.flagged:
                continue
            if self.may_ask(question):
                self._ahead.append(question)
                if _listed(self) is None:
                    between = self.mix(question.tag_id, self.side)
                    self._ahead.extend([between] if between is not None else [])
                return True
            self.book.close([question.pair])
        return False

    def _page_kinds(
        self, count: int, given: Sequence[tuple[Question, bool]]
    ) -> Iterable[tuple[int, Side]]:
        """The tags and sides that a page may be of, the most promising first."""
        without = [question.pair for question, _ in given]
        listed = _listed(self)
        if listed is not None:
            left = [entry for pair, entry in listed.items() if pair not in without]
            return dict.fromkeys((entry.tag_id, entry.side) for entry in left)
        with _supposed(self.book, given):
            tags = [entry.tag_id for entry in self.book.summaries()]
            if self.mode is Mode.TAG and self.tag_id is not None:
                tags = [self.tag_id]
            return _most_promising(self.book, tags, count, self.tag_id)

    def _page_of(
        self, tag_id: int, side: Side, count: int, without: frozenset[tuple[int, int]]
    ) -> list[Question]:
        taken = set(without)
        page: list[Question] = []
        for question in self._candidates(tag_id, side):
            if len(page) == count:
                break
            if question.pair in taken:
                continue
            taken.add(question.pair)
            if self.may_ask(question):
                page.append(question)
            else:
                self.book.close([question.pair])
        return page

    def _candidates(self, tag_id: int, side: Side) -> Iterator[Question]:
        """What may stand on a page: what was put back first, then the queue."""
        kind = (tag_id, side)
        listed = _listed(self)
        if listed is not None:
            entries = list(listed.values())
            yield from (entry for entry in entries if (entry.tag_id, entry.side) == kind)
            return
        ahead = [
            entry
            for entry in self._ahead
            if (entry.tag_id, entry.side) == kind and entry.origin.ranked
        ]
        for question in itertools.chain(ahead, self.book.questions(tag_id, side)):
            if question.pair not in self.flagged:
                yield question


@contextmanager
def _supposed(book: QueueBook, given: Sequence[tuple[Question, bool]]) -> Iterator[None]:
    """Takes questions for answered, and whether that changes the metadata, for as long."""
    # One that was asked blind is answered already, and nothing more follows from it.
    given = [(question, is_fix) for question, is_fix in given if not question.origin.blind]
    for question, is_fix in given:
        book.close([question.pair])
        book.test(question.tag_id, question.side, question.suspicion, fixed=is_fix)
    try:
        yield
    finally:
        for question, is_fix in given:
            book.reopen(*question.pair)
            book.test(question.tag_id, question.side, question.suspicion, fixed=is_fix, times=-1)


def _most_promising(
    book: QueueBook, tags: list[int], count: int, here: int | None
) -> list[tuple[int, Side]]:
    """Tags and sides by what the first questions of a page would give.

    The tag `here`, of the page before, comes first while it promises nearly as much as the best.
    """
    promises = {
        (tag, side): promise
        for tag in tags[:COMPARED]
        for side, promise in book.promise(tag, min(count, HEAD)).items()
    }
    kinds = sorted(promises, key=lambda kind: -promises[kind])
    mine = next((kind for kind in kinds if kind[0] == here), None)
    if mine is not None and promises[mine] >= STAY * promises[kinds[0]]:
        kinds = [mine, *(kind for kind in kinds if kind != mine)]
    return [*kinds, *((tag_id, side) for tag_id in tags[COMPARED:] for side in Side)]


def _listed(feed: QuestionFeed) -> Mapping[tuple[int, int], Question] | None:
    """The questions of the mode, where it asks those of a list; else `None`."""
    if feed.mode is Mode.FLAGGED:
        return feed.flagged
    if feed.mode not in LISTED:
        return None
    questions = feed.lists.of(feed.mode)
    if feed.side is None:
        return questions
    return {pair: entry for pair, entry in questions.items() if entry.side is feed.side}


def _nothing_between(_tag_id: int, _side: Side | None) -> Question | None:
    """Asks what is in the queues and nothing else."""
    return None
