"""The session on the real store: whatever a person does equals a replay of the log."""

from __future__ import annotations

import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reviewer.core.labels import settled
from reviewer.core.queues import BLOCK, QueueBook, Ranking
from reviewer.core.review.controls import DAY_MS, Controls
from reviewer.core.review.copies import CarryOver
from reviewer.core.review.feed import Mode
from reviewer.core.review.place import place_of, return_to
from reviewer.core.review.session import ReviewSession
from reviewer.core.review.unasked import turned, unasked
from reviewer.core.types import Answer, Decision, Image, Origin, Question, Side
from reviewer.store.copies import Comparison
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from tests.conftest import every_pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.review.page import Page

N_IMAGES = 6
COPIES = ((1, 3), (1, 5), (2, 4), (3, 6))
"""Images that are the same picture; in the last pair one carries a hat and the other does not."""
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
    tags = sorted(library.vocabulary().tags, reverse=backwards)
    return every_pair(library, tags, library.decisions.last_id())


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
    return {row.pair: row.answer for row in live if row.origin is not Origin.CONTROL}


def labels(library: Library) -> dict[tuple[int, int], Answer]:
    return {
        (image_id, tag_id): answer
        for image_id, _, _ in library.images.askable()
        for tag_id, answer in library.decisions.answers(image_id).items()
    }


class Given(dict[tuple[int, int], Answer]):
    """The answers of a step that labels follow from."""


class OfControl(Given):
    """The answer to a control, which settles nothing."""


class OfPage(Given):
    """A page; `blind` are the pairs of the controls on it, which settle nothing."""

    blind: frozenset[tuple[int, int]] = frozenset()


class Beside(Given):
    """A step with answers that were not asked for; `asked` are the pairs that were."""

    asked: frozenset[tuple[int, int]] = frozenset()


def ask_controls(session: ReviewSession, library: Library) -> None:
    """Asks a control after every other question; every answer counts as long ago."""
    controls = Controls(
        library.controls,
        "me",
        0.5,
        random=Random(1),
        clock=lambda: time.time() + 2 * DAY_MS / 1000,
    )
    session.feed.mix = session.feed.mix_page = controls.next


class Reviewing(RuleBasedStateMachine):
    """Answers, undos, redos, skips, choices, new rankings and restarts in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        images = Path(self.folder.name) / "images"
        images.mkdir()
        self.library = Library.create(Path(self.folder.name) / "workspace", images)
        fill(self.library)
        self.library.copies.write([Comparison(first, second, b"", 1.0) for first, second in COPIES])
        self.session = start(self.library)
        self.expected: list[dict[tuple[int, int], Answer]] = []
        self.undone: list[dict[tuple[int, int], Answer]] = []

    @rule(answer=st.sampled_from(list(Answer)))
    def answer(self, answer: Answer) -> None:
        question = self.session.current
        if question is not None:
            self.session.answer(answer)
            control = question.origin is Origin.CONTROL
            self.expected.append((OfControl if control else Given)({question.pair: answer}))
            self.undone.clear()

    @rule(answer=st.sampled_from(list(Answer)), alone=st.booleans())
    def answer_with_copies(self, answer: Answer, alone: bool) -> None:
        question = self.session.current
        if question is None:
            return
        carry = CarryOver(self.library.copies, self.library.images, self.session.feed)
        if alone:
            carry.toggle_alone(question)
        step = Beside({question.pair: answer})
        step.asked = frozenset({question.pair})
        if question.origin is Origin.QUEUE and not alone:
            step.update(dict.fromkeys(self.copies_of(question), answer))
        before, self.session.along = self.session.along, carry.also
        self.session.answer(answer)
        self.session.along = before
        control = question.origin is Origin.CONTROL
        self.expected.append(OfControl({question.pair: answer}) if control else step)
        self.undone.clear()

    def copies_of(self, question: Question) -> list[tuple[int, int]]:
        """Pairs that an answer is carried to, from the log alone."""
        tag, known = question.tag_id, replay(list(self.library.decisions.log()))
        said = [{known.get((image, tag)) for image in pair} for pair in COPIES]
        origins = {d.pair: d.origin for d in self.library.decisions.live()}
        here = {t: a for (i, t), a in known.items() if i == question.image_id}
        again = tag in settled(here, self.session.vocabulary.implications)
        if {Answer.YES, Answer.NO} in said:
            return []
        found = []
        for pair in COPIES:
            other = sum(pair) - question.image_id
            if question.image_id in pair:
                answers = {t: a for (i, t), a in known.items() if i == other}
                present = tag in self.library.images.original_tags(other)
                open_ = tag not in settled(answers, self.session.vocabulary.implications)
                if again:
                    open_ = origins.get((other, tag)) is Origin.COPY
                if open_ and present == (question.side is Side.WRONG):
                    found.append((other, tag))
        return found

    @rule(tag=st.integers(1, len(NAMES)), least=st.floats(0, 1))
    def accept_a_batch(self, tag: int, least: float) -> None:
        feed = self.session.feed
        batch = [
            (replace(question, origin=Origin.BATCH), Answer.YES)
            for question in feed.book.questions(tag)
            if question.suspicion >= least and feed.may_ask(question)
        ]
        if batch:
            shown = self.session.current
            self.session.change(batch)
            assert self.session.current == shown
            self.expected.append(Beside({question.pair: Answer.YES for question, _ in batch}))
            self.undone.clear()

    @rule(tag=st.integers(1, len(NAMES)))
    def answer_with_a_sibling(self, tag: int) -> None:
        question = self.session.current
        if question is None or question.tag_id == tag or question.origin is Origin.CONTROL:
            return
        pair = (question.image_id, tag)
        self.session.answer(Answer.NO, also=[(self.beside(pair, Origin.SIBLING), Answer.YES)])
        step = Beside({question.pair: Answer.NO, pair: Answer.YES})
        step.asked = frozenset({question.pair})
        self.expected.append(step)
        self.undone.clear()

    @rule(image=st.integers(1, N_IMAGES), tag=st.integers(1, len(NAMES)))
    def edit(self, image: int, tag: int) -> None:
        shown, page = self.session.current, self.session.pages.current
        original = self.library.images.original_tags(image)
        answers = self.library.decisions.answers(image)
        answer = turned(original, answers, self.session.vocabulary.implications, tag)
        self.session.change([(self.beside((image, tag), Origin.EDIT), answer)])
        assert self.session.current == shown
        assert self.session.pages.current is page
        self.expected.append(Beside({(image, tag): answer}))
        self.undone.clear()

    def beside(self, pair: tuple[int, int], origin: Origin) -> Question:
        ranking = self.session.feed.book.ranking
        return unasked(ranking, self.library.images.original_tags(pair[0]), pair, origin)

    @rule(size=st.integers(1, N_IMAGES))
    def open_page(self, size: int) -> None:
        if self.session.pages.current is None:
            self.session.pages.size = size
            self.session.open_page()

    @rule(places=st.lists(st.tuples(st.integers(0, N_IMAGES - 1), st.booleans()), max_size=4))
    def mark(self, places: list[tuple[int, bool]]) -> None:
        page = self.session.pages.current
        for place, doubt in places:
            if page is not None and place < len(page):
                (page.doubt if doubt else page.flip)(place)

    @rule()
    def commit_page(self) -> None:
        page = self.session.pages.current
        if page:
            given = OfPage({question.pair: answer for question, answer in page.answers()})
            given.blind = frozenset(q.pair for q in page.questions if q.origin is Origin.CONTROL)
            coming = self.session.pages.upcoming()
            self.session.answer_page(page.answers())
            self.expected.append(given)
            self.undone.clear()
            turned = self.session.pages.current
            assert turned is not None
            implications = self.session.vocabulary.implications
            tag_id = page.questions[0].tag_id
            # Answers that settle other tags may settle questions of the next page too.
            if not implications.ancestors(tag_id) | implications.descendants(tag_id):
                ranked = [q for q in turned.questions if q.origin is not Origin.CONTROL]
                assert ranked == coming[: len(ranked)]
                # Nothing but a control takes the place of a question.
                assert len(turned.questions) >= len(coming)

    @rule()
    def close_page(self) -> None:
        page = self.session.pages.current
        if page is not None:
            marks = page.exceptions()
            # Answers that were not asked for may have settled some of it meanwhile.
            left = [question for question in page.questions if self.session.feed.may_ask(question)]
            assert self.session.close_page() or not left
            assert self.session.pages.current is None
            if left and left[0] == page.questions[0]:
                assert self.session.current == page.questions[0]
                self.session.open_page()
                again = self.session.pages.current
                assert again is not None
                back = {p: a for p, a in again.exceptions().items() if p in page.pairs}
                assert back == {p: a for p, a in marks.items() if p in again.pairs}
                self.session.close_page()

    @rule()
    def undo(self) -> None:
        before = (self.session.current, self.session.pages.current)
        taken = self.session.undo()
        assert bool(taken) == bool(self.expected)
        if taken:
            step = self.expected.pop()
            self.undone.append(step)
            assert {decision.pair: decision.answer for decision in taken} == step
            page, current = self.session.pages.current, self.session.current
            asked = step.asked if isinstance(step, Beside) else frozenset(step)
            if not asked:
                # With nothing on screen, what was taken back may be asked again.
                assert before in ((current, page), (None, None))
            elif page is not None:
                given = {question.pair: answer for question, answer in page.answers()}
                assert given == {pair: step[pair] for pair in asked}
                assert current is None
            else:
                assert current is not None
                assert {current.pair} == asked

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
        shown, page = self.session.current, self.session.pages.current
        self.session.reload(make_ranking(self.library, backwards=backwards))
        if shown is not None:
            assert self.session.current == shown
        if page:
            assert self.session.pages.current is page

    @rule()
    def mix_controls_in(self) -> None:
        ask_controls(self.session, self.library)

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
        merged: dict[tuple[int, int], Answer] = {}
        for step in self.expected:
            blind = step.blind if isinstance(step, OfPage) else frozenset()
            settled_by = {} if isinstance(step, OfControl) else step
            merged.update({p: answer for p, answer in settled_by.items() if p not in blind})
        assert found == merged

    @invariant()
    def a_page_is_of_one_tag_and_one_side(self) -> None:
        page = self.session.pages.current
        if page is not None:
            assert self.session.current is None
            assert len({question.tag_id for question in page.questions}) <= 1
            assert len({question.side for question in page.questions}) <= 1
            assert len(page.pairs) == len(page)

    @invariant()
    def a_new_question_is_open(self) -> None:
        implications = self.session.vocabulary.implications
        for question in self.session.upcoming(3):
            if question.origin is Origin.CONTROL:
                continue
            known = settled(self.library.decisions.answers(question.image_id), implications)
            walked_back = question in self.session.trail._questions
            assert walked_back or question.tag_id not in known

    @invariant()
    def counts_are_those_of_the_log(self) -> None:
        counts = self.library.decisions.counts_by_tag()
        for summary in self.session.feed.book.summaries():
            assert (summary.answered, summary.fixed) == counts.get(summary.tag_id, (0, 0))

    @invariant()
    def promises_are_those_of_the_log(self) -> None:
        book = self.session.feed.book
        replayed = QueueBook(book.ranking)
        for tag_id, side, suspicion, fixed in self.library.decisions.tests_since(
            book.ranking.decided
        ):
            replayed.test(tag_id, side, suspicion, fixed=fixed)
        for tag_id in book.ranking.tags.tolist():
            for question in replayed.questions(tag_id):
                assert book.promised(question) == pytest.approx(replayed.promised(question))

    def teardown(self) -> None:
        if hasattr(self, "library"):
            self.library.close()
            self.folder.cleanup()


Reviewing.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestReviewing = Reviewing.TestCase


def waiting(session: ReviewSession) -> set[int]:
    """Images that the session asks about now or soon."""
    return {q.image_id for q in [session.current, *session.upcoming(9)] if q is not None}


def test_what_answers_say_of_a_queue_survives_a_restart_and_a_choice_of_side(
    filled: Library,
) -> None:
    session = start(filled)
    for answer in (Answer.YES, Answer.YES, Answer.NO, Answer.UNSURE, Answer.YES, Answer.YES):
        session.answer(answer)
    session.undo()
    tags = list(filled.vocabulary().tags)
    promised = {tag: session.feed.book.promises(tag) for tag in tags}
    unanswered = QueueBook(filled.rankings.load())
    assert any(len(promised[tag]) != len(unanswered.promises(tag)) for tag in tags)
    session.choose_side(Side.MISSING)
    session.choose_side(None)
    again = start(filled)
    for tag, expected in promised.items():
        assert session.feed.book.promises(tag) == pytest.approx(expected)
        assert again.feed.book.promises(tag) == pytest.approx(expected)


def test_every_question_is_asked_once(filled: Library) -> None:
    session = start(filled)
    asked = []
    while session.current is not None:
        asked.append(session.current.pair)
        session.answer(Answer.NO)
    assert len(asked) == len(set(asked))
    answered = {pair for pair, _ in labels(filled).items()}
    assert answered == set(asked)
    # No to animal_ears settles cat_ears of the same image: it is not asked after that.
    ids = {tag.name: tag_id for tag_id, tag in filled.vocabulary().tags.items()}
    for image in range(1, N_IMAGES + 1):
        told = [tag_id for image_id, tag_id in asked if image_id == image]
        parent = told.index(ids["animal_ears"])
        assert ids["cat_ears"] not in told[parent:]
        assert {ids["animal_ears"], ids["hat"], ids["smile"]} <= set(told)


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


@pytest.mark.parametrize("mode", [Mode.TAG, Mode.BEST])
def test_what_is_skipped_is_asked_again_when_nothing_else_is_left(
    filled: Library, mode: Mode
) -> None:
    session = start(filled)
    session.enter(mode, filled.vocabulary().by_name["hat"].id if mode is Mode.TAG else None)
    count = N_IMAGES if mode is Mode.TAG else N_IMAGES * len(NAMES)
    asked = []
    for _ in range(count + 1):
        assert session.current is not None
        asked.append(session.current.pair)
        assert session.next()
    assert len(set(asked[:-1])) == count
    assert asked[-1] in asked[:-2]
    assert labels(filled) == {}


def test_a_flagged_question_leaves_the_queue_until_it_is_asked_for(filled: Library) -> None:
    session = start(filled)
    flagged = session.current
    assert flagged is not None
    assert session.flag()
    while session.current is not None:
        assert session.current != flagged
        session.answer(Answer.UNSURE)
    assert not session.flag()
    session.enter(Mode.FLAGGED)
    assert session.feed.mode is Mode.FLAGGED
    assert session.current == flagged
    assert not session.flag()
    assert not session.feed.flagged


def test_an_image_that_is_set_aside_is_not_asked(filled: Library) -> None:
    session = start(filled)
    upcoming = session.upcoming(1)[0]
    filled.images.set_aside(upcoming.image_id, "cut off")
    while session.current is not None:
        assert session.current.image_id != upcoming.image_id
        session.answer(Answer.NO)


def page_of(session: ReviewSession) -> Page:
    page = session.pages.current
    assert page is not None
    return page


def test_a_page_is_one_step_with_one_decision_an_image(filled: Library) -> None:
    session = start(filled)
    first = session.current
    assert first is not None
    assert session.open_page()
    page = page_of(session)
    assert page.questions[0] == first
    page.flip(1)
    page.doubt(2)
    given = page.answers()
    stored = session.answer_page(given, elapsed_ms=9000)
    assert [(d.pair, d.answer) for d in stored] == [(q.pair, answer) for q, answer in given]
    assert len({decision.step for decision in stored}) == 1
    assert {decision.elapsed_ms for decision in stored} == {9000 // len(page)}
    assert not page.pairs & page_of(session).pairs
    assert session.undo() == stored
    assert labels(filled) == {}
    assert page_of(session).answers() == given
    assert session.redo()[0].pair == first.pair
    assert len(labels(filled)) == len(given)


def test_a_page_taken_back_while_questions_come_one_by_one_is_shown_as_a_page(
    filled: Library,
) -> None:
    session = start(filled)
    session.open_page()
    given = page_of(session).answers()
    session.answer_page(given)
    session.close_page()
    assert session.current is not None
    session.undo()
    assert session.current is None
    assert page_of(session).answers() == given


def test_a_page_that_was_left_stores_nothing_and_loses_nothing(filled: Library) -> None:
    session = start(filled)
    everything = waiting(session)
    session.open_page()
    page = page_of(session)
    page.flip(1)
    session.close_page(page.questions[1])
    assert session.current == page.questions[1]
    assert labels(filled) == {}
    assert everything <= waiting(session)
    session.open_page()
    assert page_of(session).exceptions() == page.exceptions()
    assert page_of(session).questions[0] == page.questions[1]


def test_the_pace_of_a_page_is_that_of_its_answers(filled: Library) -> None:
    now = [1000.0]
    session = ReviewSession(
        filled.decisions,
        filled.images,
        filled.vocabulary(),
        filled.rankings.load(),
        reviewer="me",
        clock=lambda: now[0],
    )
    session.open_page()
    count = len(page_of(session))
    now[0] += 0.5 * count
    session.answer_page(page_of(session).answers(), elapsed_ms=500 * count)
    assert session.pace.per_minute == pytest.approx(120)
    assert start(filled).pace.per_minute == pytest.approx(120)


def test_the_pages_answer_every_question_once(filled: Library) -> None:
    session = start(filled)
    session.pages.size = 4
    session.open_page()
    asked: list[tuple[int, int]] = []
    while page_of(session):
        asked += [question.pair for question in page_of(session).questions]
        session.answer_page([(q, Answer.UNSURE) for q in page_of(session).questions])
    assert len(asked) == len(set(asked)) == N_IMAGES * len(NAMES)


def test_the_next_page_is_of_the_side_that_promises_most(filled: Library) -> None:
    ranking = make_ranking(filled)
    wrong = ranking.sides == int(Side.WRONG)
    better = replace(ranking, suspicions=np.where(wrong, 0.9, 0.2).astype(np.float32))
    session = ReviewSession(
        filled.decisions, filled.images, filled.vocabulary(), better, reviewer="me"
    )
    assert session.pages.turn()
    assert {question.side for question in page_of(session).questions} == {Side.WRONG}
    assert {question.tag_id for question in page_of(session).questions} == {
        filled.vocabulary().by_name["hat"].id
    }


def test_a_page_of_flagged_questions(filled: Library) -> None:
    session = start(filled)
    flagged = [session.current, *session.upcoming(2)]
    for _ in flagged:
        session.flag()
    session.enter(Mode.FLAGGED)
    session.open_page()
    assert page_of(session).questions == tuple(flagged)
    assert session.pages.upcoming() == []
    session.answer_page(page_of(session).answers())
    assert not session.feed.flagged
    assert not page_of(session)


def test_without_a_page_none_can_be_answered(filled: Library) -> None:
    session = start(filled)
    with pytest.raises(LookupError):
        session.answer_page([])
    session.open_page()
    with pytest.raises(LookupError):
        session.answer(Answer.YES)


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


def test_a_block_that_gives_nothing_is_left(filled: Library) -> None:
    ids = list(filled.vocabulary().tags)
    ranking = Ranking(
        tags=np.array([ids[2], ids[3]]),
        offsets=np.array([0, 25, 50]),
        images=np.arange(50) % 25 + 1,
        sides=np.zeros(50, np.uint8),
        scores=np.zeros(50, np.float32),
        suspicions=np.concatenate([np.full(25, 0.9), np.full(25, 0.8)]).astype(np.float32),
    )
    log = MemoryLog()
    session = ReviewSession(log, AllAskable(), filled.vocabulary(), ranking)
    asked = []
    for _ in range(20):
        assert session.current is not None
        asked.append(session.current.tag_id)
        session.answer(Answer.NO if session.current.tag_id == ids[2] else Answer.YES)
    assert 5 <= asked.count(ids[2]) <= 10
    assert asked[-1] == ids[3]


class MemoryLog:
    """A log in memory, for images that are not in a store."""

    def __init__(self) -> None:
        self.rows: list[Decision] = []

    def append(self, decisions: Sequence[Decision]) -> list[Decision]:
        first = len(self.rows) + 1
        stored = [replace(d, id=first + n, step=first) for n, d in enumerate(decisions)]
        self.rows += stored
        return stored

    def undo_last(self, reviewer: str) -> list[Decision]:
        del reviewer
        return [self.rows.pop()] if self.rows else []

    def answers(self, image_id: int) -> dict[int, Answer]:
        return {row.tag_id: row.answer for row in self.rows if row.image_id == image_id}

    def recent(self, count: int) -> list[Decision]:
        return self.rows[::-1][:count]

    def answered_since(self, decision_id: int) -> list[tuple[int, int]]:
        return [row.pair for row in self.rows if row.id > decision_id]

    def tests_since(self, decision_id: int) -> list[tuple[int, Side, float, bool]]:
        return [
            (row.tag_id, row.side, row.suspicion, row.changes_metadata)
            for row in self.rows
            if row.id > decision_id and row.origin.ranked
        ]

    def counts_by_tag(self) -> dict[int, tuple[int, int]]:
        return {}


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


def test_a_sitting_begins_where_the_last_one_was(filled: Library) -> None:
    hat = filled.vocabulary().by_name["hat"].id
    session = start(filled)
    session.choose_side(Side.WRONG)
    session.enter(Mode.TAG, hat)
    place = place_of(session)
    again = start(filled)
    return_to(again, place)
    assert (again.feed.mode, again.feed.tag_id, again.feed.side) == (Mode.TAG, hat, Side.WRONG)
    assert again.current == session.current


@pytest.mark.parametrize(
    "place", ["", "nonsense", "[]", '{"mode": "tag", "tag": "no_such_tag", "side": ""}']
)
def test_a_place_that_is_no_more_is_the_best_queue(filled: Library, place: str) -> None:
    session = start(filled)
    return_to(session, place)
    assert session.feed.mode is Mode.BEST
    assert session.current is not None


def until_a_control(session: ReviewSession) -> int:
    """Answers No to what is asked until a control is on screen; how many that were."""
    given = 0
    while session.current is not None and session.current.origin is not Origin.CONTROL:
        session.answer(Answer.NO)
        given += 1
    assert session.current is not None
    return given


def test_a_control_settles_nothing_and_its_undo_shows_it_again(filled: Library) -> None:
    session = start(filled)
    ask_controls(session, filled)
    until_a_control(session)
    before, counted = labels(filled), session.pace.counted
    counts = filled.decisions.counts_by_tag()
    control = session.current
    assert control is not None
    assert before[control.pair] is Answer.NO
    assert session.current_answer() is None
    (stored,) = session.answer(Answer.YES)
    assert stored.origin is Origin.CONTROL
    assert labels(filled) == before
    assert filled.decisions.counts_by_tag() == counts
    assert session.pace.counted == counted
    (record,) = filled.controls.records("me")
    assert (record.agrees, record.expected.answer) == (False, Answer.NO)
    session.previous()
    assert session.current == control
    assert session.current_answer() is Answer.YES
    session.next()
    assert session.undo() == [stored]
    assert session.current == control
    assert session.current_answer() is None
    assert filled.controls.records("me") == []
    session.redo()
    assert len(filled.controls.records("me")) == 1


def test_what_was_answered_before_is_not_seen_in_what_a_control_would_change(
    filled: Library,
) -> None:
    session = start(filled)
    hat = filled.vocabulary().by_name["hat"].id
    session.choose_side(Side.WRONG)
    session.enter(Mode.TAG, hat)
    ask_controls(session, filled)
    until_a_control(session)
    assert session.current is not None
    assert session.current.tag_id == hat
    assert session.consequences(Answer.NO).removed == {hat}
    assert not session.consequences(Answer.YES).added


def test_a_control_in_dispute_is_reopened_as_an_ordinary_question(filled: Library) -> None:
    session = start(filled)
    ask_controls(session, filled)
    until_a_control(session)
    (stored,) = session.answer(Answer.YES)
    (record,) = filled.controls.records("me")
    session.reopen(record.expected)
    assert session.current is not None
    assert session.current.pair == stored.pair
    assert session.current_answer() is Answer.NO
    session.answer(Answer.YES)
    assert labels(filled)[stored.pair] is Answer.YES
    (record,) = filled.controls.records("me")
    assert record.reopened
    assert record.agrees is False


def test_a_control_is_of_the_tag_that_is_asked_about(filled: Library) -> None:
    session = start(filled)
    ask_controls(session, filled)
    tags = []
    for _ in range(12):
        assert session.current is not None
        tags.append((session.current.tag_id, session.current.origin))
        session.answer(Answer.NO)
    runs = [tag for tag, _ in tags]
    assert any(origin is Origin.CONTROL for _, origin in tags)
    assert len([1 for a, b in itertools.pairwise(runs) if a != b]) == len(set(runs)) - 1


def test_a_control_on_a_page_is_stored_as_one_and_taken_back_with_the_page(
    filled: Library,
) -> None:
    session = start(filled)
    session.pages.size = 3
    session.open_page()
    first = page_of(session)
    session.answer_page([(question, Answer.NO) for question in first.questions])
    before = labels(filled)
    ask_controls(session, filled)
    session.pages.size = 6
    session.enter(Mode.TAG, first.questions[0].tag_id)
    page = page_of(session)
    controls = [question for question in page.questions if question.origin.blind]
    assert controls
    assert {question.tag_id for question in page.questions} == {first.questions[0].tag_id}
    assert len({question.side for question in page.questions}) == 1
    stored = session.answer_page([(question, Answer.YES) for question in page.questions])
    assert [d.origin for d in stored].count(Origin.CONTROL) == len(controls)
    # Whatever is said of a control, the answer that it repeats stays.
    assert all(labels(filled)[question.pair] == before[question.pair] for question in controls)
    session.undo()
    assert labels(filled) == before
    assert page_of(session).questions == page.questions
