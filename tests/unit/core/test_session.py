"""The session on the real store: whatever a person does equals a replay of the log."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reviewer.core.feed import Mode
from reviewer.core.labels import settled
from reviewer.core.queues import BLOCK, Ranking
from reviewer.core.session import ReviewSession
from reviewer.core.types import Answer, Decision, Image, Side
from reviewer.store.images import ImageRow
from reviewer.store.library import Library

N_IMAGES = 6
NAMES = ("animal_ears", "cat_ears", "hat", "smile")


def fill(library: Library) -> None:
    ids = library.tags.add(dict.fromkeys(NAMES))
    library.tags.add_implications([("cat_ears", "animal_ears")])
    rows = [
        ImageRow(
            None,
            Image(0, f"{number}.png", 10, bytes([number]) * 32),
            1,
            frozenset([ids["hat"]] if number % 2 else []),
        )
        for number in range(N_IMAGES)
    ]
    library.images.write(rows)
    library.rankings.save(make_ranking(library))


def make_ranking(library: Library, *, backwards: bool = False) -> Ranking:
    images = [image_id for image_id, _, _ in library.images.askable()]
    tags = sorted(library.vocabulary().tags, reverse=backwards)
    sides = [int(t in library.images.original_tags(i)) for t in tags for i in images]
    count = len(images) * len(tags)
    return Ranking(
        tags=np.array(tags),
        offsets=np.arange(len(tags) + 1) * len(images),
        images=np.array(images * len(tags)),
        sides=np.array(sides, np.uint8),
        scores=np.full(count, 0.5, np.float32),
        suspicions=np.linspace(0.9, 0.1, count, dtype=np.float32),
        version="v1",
        decided=library.decisions.last_id(),
    )


def start(library: Library) -> ReviewSession:
    return ReviewSession(
        library.decisions,
        library.images,
        library.vocabulary(),
        library.rankings.load(),
        reviewer="me",
    )


@pytest.fixture
def filled(library: Library) -> Library:
    fill(library)
    return library


def replay(log: list[Decision]) -> dict[tuple[int, int], Answer]:
    """What the log says, by going through it from the beginning."""
    undone = {row.undoes for row in log if row.undoes is not None}
    live = [row for row in log if row.undoes is None and row.id not in undone]
    return {row.pair: row.answer for row in live}


def labels(library: Library) -> dict[tuple[int, int], Answer]:
    return {
        (image_id, tag_id): answer
        for image_id, _, _ in library.images.askable()
        for tag_id, answer in library.decisions.answers(image_id).items()
    }


class Reviewing(RuleBasedStateMachine):
    """Answers, undos, redos, skips, choices, new rankings and restarts in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        images = Path(self.folder.name) / "images"
        images.mkdir()
        self.library = Library.create(Path(self.folder.name) / "workspace", images)
        fill(self.library)
        self.session = start(self.library)
        self.expected: list[tuple[tuple[int, int], Answer]] = []
        self.undone: list[tuple[tuple[int, int], Answer]] = []

    @rule(answer=st.sampled_from(list(Answer)))
    def answer(self, answer: Answer) -> None:
        question = self.session.current
        if question is not None:
            self.session.answer(answer)
            self.expected.append((question.pair, answer))
            self.undone.clear()

    @rule()
    def undo(self) -> None:
        taken = self.session.undo()
        assert bool(taken) == bool(self.expected)
        if taken:
            self.undone.append(self.expected.pop())
            assert (taken[0].pair, taken[0].answer) == self.undone[-1]
            current = self.session.current
            assert current is not None
            assert current.pair == taken[0].pair

    @rule()
    def redo(self) -> None:
        stored = self.session.redo()
        assert bool(stored) == bool(self.undone)
        if stored:
            self.expected.append(self.undone.pop())

    @rule()
    def skip(self) -> None:
        self.session.next()

    @rule()
    def back(self) -> None:
        self.session.previous()

    @rule(tag=st.integers(1, len(NAMES)))
    def choose(self, tag: int) -> None:
        self.session.enter(Mode.TAG, tag)

    @rule()
    def best(self) -> None:
        self.session.enter(Mode.BEST)

    @rule(side=st.sampled_from([None, Side.MISSING, Side.WRONG]))
    def side(self, side: Side | None) -> None:
        self.session.choose_side(side)

    @rule()
    def flag(self) -> None:
        self.session.flag()

    @rule(backwards=st.booleans())
    def new_ranking(self, backwards: bool) -> None:
        shown = self.session.current
        self.session.reload(make_ranking(self.library, backwards=backwards))
        if shown is not None:
            assert self.session.current == shown

    @rule()
    def restart(self) -> None:
        workspace = self.library.workspace.path
        self.library.close()
        self.library = Library.open(workspace)
        self.session = start(self.library)
        self.undone.clear()

    @invariant()
    def labels_are_the_replay_of_the_log(self) -> None:
        found = labels(self.library)
        assert found == replay(list(self.library.decisions.log()))
        assert found == dict(self.expected)

    @invariant()
    def a_new_question_is_open(self) -> None:
        implications = self.session.vocabulary.implications
        for question in self.session.upcoming(3):
            known = settled(self.library.decisions.answers(question.image_id), implications)
            walked_back = question in self.session.trail._questions
            assert walked_back or question.tag_id not in known

    @invariant()
    def counts_are_those_of_the_log(self) -> None:
        counts = self.library.decisions.counts_by_tag()
        for summary in self.session.feed.book.summaries():
            assert (summary.answered, summary.fixed) == counts.get(summary.tag_id, (0, 0))

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            self.folder.cleanup()


Reviewing.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestReviewing = Reviewing.TestCase


def waiting(session: ReviewSession) -> set[int]:
    """Images that the session asks about now or soon."""
    return {q.image_id for q in [session.current, *session.upcoming(9)] if q is not None}


def test_every_question_is_asked_once(filled: Library) -> None:
    session = start(filled)
    asked = []
    while session.current is not None:
        asked.append(session.current.pair)
        session.answer(Answer.NO)
    assert len(asked) == len(set(asked))
    answered = {pair for pair, _ in labels(filled).items()}
    assert answered == set(asked)
    # No to animal_ears settles cat_ears of the same image, so it is never asked.
    assert len(asked) == N_IMAGES * (len(NAMES) - 1)


def test_an_undo_reopens_what_the_answer_had_settled(filled: Library) -> None:
    session = start(filled)
    names = filled.vocabulary().by_name
    session.enter(Mode.TAG, names["animal_ears"].id)
    question = session.current
    assert question is not None
    session.answer(Answer.NO)
    session.enter(Mode.TAG, names["cat_ears"].id)
    assert question.image_id not in {
        q.image_id for q in [session.current, *session.upcoming(9)] if q
    }
    session.undo()
    session.enter(Mode.TAG, names["cat_ears"].id)
    assert question.image_id in waiting(session)


def test_undo_walks_back_over_a_restart(filled: Library) -> None:
    session = start(filled)
    pairs = []
    for _ in range(4):
        assert session.current is not None
        pairs.append(session.current.pair)
        session.answer(Answer.YES)
    again = start(filled)
    assert [again.undo()[0].pair for _ in range(4)] == pairs[::-1]
    assert again.undo() == []
    assert labels(filled) == {}


def test_another_reviewers_answers_are_not_undone(filled: Library) -> None:
    session = start(filled)
    session.answer(Answer.YES)
    other = ReviewSession(
        filled.decisions,
        filled.images,
        filled.vocabulary(),
        filled.rankings.load(),
        reviewer="someone else",
    )
    assert other.undo() == []
    assert len(labels(filled)) == 1


def test_moving_answers_nothing_and_comes_back(filled: Library) -> None:
    session = start(filled)
    first = session.current
    assert session.next()
    second = session.current
    assert second != first
    assert session.previous()
    assert session.current == first
    assert session.next()
    assert session.current == second
    assert labels(filled) == {}


def test_a_flagged_question_leaves_the_queue_until_it_is_asked_for(filled: Library) -> None:
    session = start(filled)
    flagged = session.current
    assert flagged is not None
    assert session.flag()
    while session.current is not None:
        assert session.current != flagged
        session.answer(Answer.UNSURE)
    session.enter(Mode.FLAGGED)
    assert session.feed.mode is Mode.FLAGGED
    assert session.current == flagged


def test_an_image_that_is_set_aside_is_not_asked(filled: Library) -> None:
    session = start(filled)
    upcoming = session.upcoming(1)[0]
    filled.images.set_aside(upcoming.image_id, "cut off")
    while session.current is not None:
        assert session.current.image_id != upcoming.image_id
        session.answer(Answer.NO)


def test_best_first_changes_the_tag_after_a_block(filled: Library) -> None:
    ids = list(filled.vocabulary().tags)
    images = [image_id for image_id, _, _ in filled.images.askable()] * 6
    long = Ranking(
        tags=np.array(ids[:2]),
        offsets=np.array([0, 36, 72]),
        images=np.arange(72) % len(images) + 1,
        sides=np.zeros(72, np.uint8),
        scores=np.zeros(72, np.float32),
        suspicions=np.concatenate([np.full(36, 0.9), np.full(36, 0.8)]).astype(np.float32),
    )
    session = ReviewSession(filled.decisions, AllAskable(), filled.vocabulary(), long)
    shown = [session.current, *session.upcoming(40)]
    tags = [question.tag_id for question in shown if question]
    assert tags[:BLOCK] == [ids[0]] * BLOCK


class AllAskable:
    """Images that can all be asked about and carry no tags."""

    def original_tags(self, image_id: int) -> frozenset[int]:
        del image_id
        return frozenset()

    def is_askable(self, image_id: int) -> bool:
        return image_id > 0


def test_an_answer_that_cannot_be_stored_does_not_advance(filled: Library) -> None:
    from reviewer.core.errors import StoreError

    session = start(filled)
    shown = session.current
    original = filled.decisions.append

    def refuse(decisions: list[Decision]) -> list[Decision]:
        raise StoreError("the disk is full")

    filled.decisions.append = refuse  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        session.answer(Answer.YES)
    assert session.current == shown
    filled.decisions.append = original  # type: ignore[method-assign]
    session.answer(Answer.YES)
    assert session.current != shown
