"""A page of the grid: questions of one tag and one side, presumed to have one answer.

Most of a page has the same answer, so only the exceptions are given by hand. Nothing is stored
before the page is committed; what was flipped on a page that was left is flipped when it returns.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Decision, Question, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reviewer.core.review.feed import Mix, QuestionFeed

FEWEST, MOST = 20, 40
"""Questions on a page, by the room that there is."""
EVEN = 0.5
"""Mean promise from which on the metadata is presumed to be wrong."""


def presumption(questions: Sequence[Question], promises: Sequence[float]) -> Answer:
    """The answer that most of a page is expected to have: Yes or No.

    Args:
        questions: Of one side; with none the answer is Yes.
        promises: The chance of each that the metadata is wrong, by all that was answered; 0..1.
    """
    if not questions:
        return Answer.YES
    wrong = sum(promises) / len(questions) >= EVEN
    missing = questions[0].side is Side.MISSING
    return Answer.YES if wrong == missing else Answer.NO


def usual(answers: Iterable[Answer]) -> Answer:
    """The one of Yes and No that more of the answers are; Yes where they are even."""
    counted = Counter(answers)
    return Answer.NO if counted[Answer.NO] > counted[Answer.YES] else Answer.YES


def opposite(answer: Answer) -> Answer:
    """No for Yes, and Yes for anything else."""
    return Answer.NO if answer is Answer.YES else Answer.YES


def with_others(questions: Sequence[Question], mix: Mix) -> list[Question]:
    """The questions of a page with those that are to be asked unmarked among them.

    Args:
        questions: Of one tag and one side.
        mix: Gives a question of that tag and side to ask after one of them; mostly `None`.
    """
    mixed: dict[tuple[int, int], Question] = {}
    for question in questions:
        mixed[question.pair] = question
        between = mix(question.tag_id, question.side)
        if between is not None:
            mixed.setdefault(between.pair, between)
    return list(mixed.values())


def is_fix(question: Question, answer: Answer) -> bool:
    """Whether an answer would change the metadata."""
    return answer is (Answer.YES if question.side is Side.MISSING else Answer.NO)


class Page:
    """Questions with the answers that they would be stored with.

    Attributes:
        questions: Of one tag and one side, best first; they keep their places.
        presumed: The answer of every question that is no exception.
        unlike_before: Whether another answer was presumed of the page before, and nobody has
            shown yet that they saw it. Such a page is not to be stored at the first key.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        marks: Mapping[tuple[int, int], Answer] | None = None,
        *,
        presumed: Answer | None = None,
        unlike_before: bool = False,
    ) -> None:
        """Presumes one answer of all questions, but for those that are marked.

        Args:
            questions: Of one tag and one side.
            marks: Answers that are known already, by pair.
            presumed: Yes or No; `None` for what the suspicions say.
            unlike_before: Whether another answer was presumed of the page before.
        """
        self.questions = tuple(questions)
        if presumed is None:
            presumed = presumption(questions, [question.suspicion for question in questions])
        self.presumed = presumed
        self.unlike_before = unlike_before
        # One that says what is presumed is no exception, also when that changes later.
        self._marks = {
            place: mark
            for place, question in enumerate(self.questions)
            if (mark := (marks or {}).get(question.pair)) not in {None, presumed}
        }
        self._put_by: dict[int, Answer] = {}
        self._told = False
        self._out: set[int] = set()
        self._flags: dict[int, bool] = {}

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """The pairs on the page."""
        return frozenset(question.pair for question in self.questions)

    def answer(self, place: int) -> Answer | None:
        """What a question would be stored with; `None` where it is left out."""
        if place in self._out or place in self._flags:
            return None
        return self._marks.get(place, self.presumed)

    def flag_of(self, place: int) -> bool | None:
        """Whether a question was flagged here or unflagged, which leaves it out; else `None`."""
        return self._flags.get(place)

    def flag(self, place: int, *, flagged: bool) -> None:
        """Leaves a question out that is flagged now, or no longer; at the next call it is back."""
        if self._flags.pop(place, None) is None:
            self._flags[place] = flagged

    def flip(self, place: int) -> None:
        """Gives a question the other answer; from Can't tell it goes back to the presumed one."""
        marked = self._marks.get(place, self.presumed)
        self._mark(place, opposite(marked) if marked is self.presumed else self.presumed)

    def flip_on(self, place: int) -> None:
        """Flips a question, and gives all after it the same answer, but for those in doubt.

        The likeliest come first: where the tag ends, it mostly ends for the rest of the page.
        """
        self.flip(place)
        answer = self._marks.get(place, self.presumed)
        for later in range(place + 1, len(self)):
            if self._marks.get(later) is not Answer.UNSURE:
                self._mark(later, answer)

    def doubt(self, place: int) -> None:
        """Marks a question as Can't tell, or takes that mark away."""
        unsure = self._marks.get(place) is Answer.UNSURE
        self._mark(place, self.presumed if unsure else Answer.UNSURE)

    @property
    def put_by(self) -> int:
        """How many exceptions were given the answer of the page, and can be brought back."""
        return len(self._put_by)

    def presume(self, answer: Answer) -> None:
        """Presumes Yes or No of every question that is no exception.

        Asked for what is presumed already, it is meant of the exceptions too; once more, and they
        are back.

        Args:
            answer: Yes or No.
        """
        if answer is self.presumed and not self.unlike_before:
            self._marks, self._put_by = self._put_by, self._marks
        else:
            self._marks = {place: mark for place, mark in self._marks.items() if mark is not answer}
            self._put_by = {}
        self.presumed, self._told, self.unlike_before = answer, True, False

    def set_aside(self, image_id: int) -> list[int]:
        """Leaves an image out that cannot be shown; returns its places."""
        places = [n for n, q in enumerate(self.questions) if q.image_id == image_id]
        self._out.update(places)
        return places

    def answers(self) -> list[tuple[Question, Answer]]:
        """What is stored when the page is committed."""
        return [
            (question, answer)
            for place, question in enumerate(self.questions)
            if (answer := self.answer(place)) is not None
        ]

    def exceptions(self) -> dict[tuple[int, int], Answer]:
        """The answers that are not the presumed one, by pair."""
        return {q.pair: answer for q, answer in self.answers() if answer is not self.presumed}

    def marks(self) -> dict[tuple[int, int], Answer]:
        """The answers by pair that a person gave, by flipping or for the page as a whole."""
        return {q.pair: answer for q, answer in self.answers()} if self._told else self.exceptions()

    def counts(self) -> Mapping[Answer, int]:
        """How many questions have each answer."""
        return Counter(answer for _, answer in self.answers())

    def _mark(self, place: int, answer: Answer) -> None:
        self.unlike_before = False
        self._put_by = {}
        if answer is self.presumed:
            self._marks.pop(place, None)
        else:
            self._marks[place] = answer


class Pages:
    """The page on screen, and which one comes next.

    Attributes:
        current: The page on screen, which may be empty; `None` while questions come one by one.
        size: Questions on a page from the next one on.
    """

    def __init__(self, feed: QuestionFeed) -> None:
        """Begins without a page."""
        self.current: Page | None = None
        self.size = FEWEST
        self._feed = feed
        self._marks: dict[tuple[int, int], Answer] = {}
        self._stored: Answer | None = None

    def turn(self, first: Question | None = None) -> bool:
        """Shows the next page; false, and an empty page, if nothing is left.

        Args:
            first: The question to begin with, if it is open; `None` for what promises most.
        """
        self._keep_marks()
        questions = self._feed.page(self.size, first=first)
        if questions and self._feed.mode is Mode.BEST:
            self._feed.begin_block(questions[0].tag_id)
        promises = [self._feed.book.promised(question) for question in questions]
        presumed = presumption(questions, promises)
        unlike = bool(questions) and self._stored not in {None, presumed}
        if self._feed.mode in {Mode.BEST, Mode.TAG}:
            # Those that others take the place of come on the next page.
            questions = with_others(questions, self._feed.mix_page)[: self.size]
        self.current = Page(questions, self._marks, presumed=presumed, unlike_before=unlike)
        return bool(questions)

    def show(self, step: Sequence[Decision]) -> None:
        """Shows a step that was taken back, with the answers that it had."""
        self._keep_marks()
        marks = {decision.pair: decision.answer for decision in step}
        presumed = usual(marks.values())
        self.current = Page([d.question for d in step], marks, presumed=presumed)

    def upcoming(self) -> list[Question]:
        """The questions of the page after this one, if this one is committed as it is."""
        answers = self.current.answers() if self.current is not None else []
        given = [(question, is_fix(question, answer)) for question, answer in answers]
        return self._feed.page(self.size, given=given)

    def committed(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Forgets what was flipped, for it is stored."""
        for pair in pairs:
            self._marks.pop(pair, None)
        if self.current:
            self._stored = self.current.presumed
        self.current = Page(())

    def close(self, first: Question | None = None) -> None:
        """Puts the questions back into the feed.

        Args:
            first: The question to be served first, if it is on the page.
        """
        page, self.current = self.current, None
        if page is None:
            return
        self._marks.update(page.marks())
        order = sorted(
            (question for question, _ in page.answers()), key=lambda question: question != first
        )
        for question in reversed(order):
            self._feed.put_back(question)

    def _keep_marks(self) -> None:
        if self.current is not None:
            for pair in self.current.pairs:
                self._marks.pop(pair, None)
            self._marks.update(self.current.marks())
