"""What several reviewers said, as the store counts it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from reviewer.core.review.disagreement import Standing, State
from reviewer.core.types import Answer, Origin, Question, Side
from tests.unit.jobs.reviewed import TAG, Hand, collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.store.library import Library

YES, NO = Answer.YES, Answer.NO


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Library]:
    with collection(tmp_path, 5) as library:
        yield library


def answer_of(library: Library, image_id: int) -> Answer | None:
    """What counts, which every way of reading must agree on."""
    tag_id = library.tags.ids()[TAG]
    found = library.decisions.answers(image_id).get(tag_id)
    live = {d.pair: d.answer for d in library.decisions.live()}
    assert live.get((image_id, tag_id)) is found
    return found


def test_one_reviewer_is_as_ever_and_nothing_is_superseded(shared: Library) -> None:
    ann = Hand(shared, "ann")
    ann.says(1, YES)
    ann.says(1, NO)
    assert answer_of(shared, 1) is NO
    with sqlite3.connect(shared.workspace.database) as connection:
        assert connection.execute("SELECT count(*) FROM superseded").fetchone() == (0,)
    connection.close()


def test_a_second_answer_opens_a_disagreement_and_replaces_nothing(shared: Library) -> None:
    Hand(shared, "ann").says(1, YES)
    Hand(shared, "ben").says(1, NO)
    assert answer_of(shared, 1) is YES
    assert shared.reviewers.disagreements()[State.OPEN] == 1
    tag_id = shared.tags.ids()[TAG]
    assert shared.decisions.counts_by_tag() == {tag_id: (1, 1)}
    (question,) = shared.reviewers.to_settle("cat")
    assert (question.pair, question.origin) == ((1, tag_id), Origin.SETTLE)
    assert [entry.reviewer for entry in shared.reviewers.told((1, tag_id))] == ["ann", "ben"]


def test_undo_takes_the_disagreement_away(shared: Library) -> None:
    Hand(shared, "ann").says(1, YES)
    Hand(shared, "ben").says(1, NO)
    shared.decisions.undo_last("ann")
    assert answer_of(shared, 1) is NO
    assert shared.reviewers.to_settle("ann") == []
    shared.decisions.undo_last("ben")
    assert answer_of(shared, 1) is None


def test_a_third_answer_settles_and_trust_settles_otherwise(shared: Library) -> None:
    Hand(shared, "ann").says(1, YES)
    Hand(shared, "ben").says(1, NO)
    Hand(shared, "cat").says(1, NO, origin=Origin.SETTLE)
    assert answer_of(shared, 1) is NO
    assert shared.reviewers.disagreements()[State.WEIGHED] == 1
    shared.reviewers.keep({"ann": Standing(trusted=True)})
    assert answer_of(shared, 1) is YES
    assert shared.reviewers.disagreements()[State.TRUSTED] == 1
    shared.reviewers.keep({"ann": Standing()})
    assert answer_of(shared, 1) is NO


def test_who_looked_again_is_not_asked_once_more(shared: Library) -> None:
    ann, ben = Hand(shared, "ann"), Hand(shared, "ben")
    ann.says(1, YES)
    ben.says(1, NO)
    ben.now += 5000
    ben.says(1, NO, origin=Origin.SETTLE)
    assert answer_of(shared, 1) is NO
    assert shared.reviewers.to_settle("ann") == []
    shared.decisions.undo_last("ben")
    assert len(shared.reviewers.to_settle("ann")) == 1


def test_second_answers_are_asked_of_pairs_of_others_alone(shared: Library) -> None:
    tag_id = shared.tags.ids()[TAG]
    Hand(shared, "ann").says(1, YES)
    Hand(shared, "ann").says(2, Answer.UNSURE)
    Hand(shared, "ben").says(3, NO)
    asked = shared.reviewers.answered_by_others("ben", tag_id, 1)
    assert asked is not None
    assert (asked.image_id, asked.origin) == (1, Origin.SECOND)
    Hand(shared, "ben").says(1, YES, origin=Origin.SECOND)
    assert shared.reviewers.answered_by_others("ben", tag_id, 1) is None
    other = shared.reviewers.answered_by_others("ann", tag_id, 4)
    assert other is not None
    assert other.image_id == 3


def test_a_control_settles_nothing_and_disagrees_with_nobody(shared: Library) -> None:
    Hand(shared, "ann").says(1, YES)
    Hand(shared, "ben").says(1, NO, origin=Origin.CONTROL)
    assert answer_of(shared, 1) is YES
    assert sum(shared.reviewers.disagreements().values()) == 0


def test_a_flag_keeps_why_its_question_was_asked(shared: Library) -> None:
    flagged = Question(1, 1, Side.WRONG, 0.5, 0.25, "v1", Origin.CONTROL)
    shared.flags.put(flagged, 7)
    assert shared.flags.all() == [flagged]


def test_answers_of_before_are_settled_when_they_are_weighed(shared: Library) -> None:
    Hand(shared, "ann").says(1, YES)
    Hand(shared, "ben").says(1, NO)
    with sqlite3.connect(shared.workspace.database) as connection:
        # As a file is that was written before reviewers were told apart.
        connection.execute("DELETE FROM superseded")
        connection.execute("DELETE FROM disagreement")
    connection.close()
    assert answer_of(shared, 1) is NO
    shared.reviewers.keep({})
    assert answer_of(shared, 1) is YES
    assert shared.reviewers.disagreements()[State.OPEN] == 1


def test_weighing_anew_with_the_same_weights_changes_nothing(shared: Library) -> None:
    for image_id in range(1, 6):
        Hand(shared, "ann").says(image_id, YES)
        Hand(shared, "ben").says(image_id, NO if image_id % 2 else YES)
    before = [answer_of(shared, image_id) for image_id in range(1, 6)]
    states = shared.reviewers.disagreements()
    shared.reviewers.keep({})
    assert [answer_of(shared, image_id) for image_id in range(1, 6)] == before
    assert shared.reviewers.disagreements() == states
