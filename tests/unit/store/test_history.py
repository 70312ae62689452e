"""The log as it is looked through, and what it says of controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.types import Answer, Decision, Image, Origin, Side
from reviewer.store.history import HistoryFilter
from reviewer.store.images import ImageRow

if TYPE_CHECKING:
    from reviewer.store.library import Library

DAY = 24 * 3600 * 1000
T0 = 1_700_000_000_000
TAGS = ("hat", "red_hat", "sky")


def fill(library: Library, images: int = 8) -> None:
    library.tags.add(dict.fromkeys(TAGS))
    names = [
        f"a_b/{number}.png" if number % 2 else f"100%/{number}.PNG" for number in range(images)
    ]
    library.images.write(
        [
            ImageRow(None, Image(0, name, 10, bytes([number]) * 32), 1, frozenset())
            for number, name in enumerate(names)
        ]
    )


def said(image: int, tag: int, answer: Answer = Answer.YES, **more: object) -> Decision:
    made = Decision(image, tag, answer, Side.MISSING, 0.5, 0.5, "v1", "me", T0)
    return replace(made, **more)  # type: ignore[arg-type] # fields of a decision, by name


@pytest.fixture
def filled(library: Library) -> Library:
    """Twelve answers: of two reviewers, over twelve days, every third No, the last taken back."""
    fill(library)
    for number in range(12):
        library.decisions.append(
            [
                said(
                    1 + number % 8,
                    1 + number % 3,
                    Answer.NO if number % 3 == 2 else Answer.YES,
                    answered_at=T0 + number * DAY,
                    reviewer="me" if number < 9 else "ann",
                    origin=Origin.PAGE if number == 4 else Origin.QUEUE,
                )
            ]
        )
    library.decisions.undo_last("ann")
    return library


def found(library: Library, **wanted: object) -> list[int]:
    return library.history.ids(HistoryFilter(**wanted), 0, 100)  # type: ignore[arg-type] # by name


def test_the_newest_come_first_and_go_on_where_the_last_page_ended(filled: Library) -> None:
    everything = found(filled)
    assert everything == list(range(12, 0, -1))
    paged: list[int] = []
    while page := filled.history.ids(HistoryFilter(), paged[-1] if paged else 0, 5):
        paged += page
    assert paged == everything


def test_what_was_taken_back_is_there_and_says_so(filled: Library) -> None:
    rows = filled.history.rows([12, 11])
    assert rows[12].undone
    assert not rows[11].undone
    assert rows[12].decision.reviewer == "ann"
    assert rows[12].path == filled.images.get(rows[12].decision.image_id).path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"tags": (3,)}, [12, 9, 6, 3]),
        ({"tags": (2, 3)}, [12, 11, 9, 8, 6, 5, 3, 2]),
        ({"tags": ()}, []),
        ({"answer": Answer.NO}, [12, 9, 6, 3]),
        ({"origin": Origin.PAGE}, [5]),
        ({"reviewer": "ann"}, [12, 11, 10]),
        ({"since_ms": T0 + 10 * DAY}, [12, 11]),
        ({"since_ms": T0 + 2 * DAY, "until_ms": T0 + 4 * DAY}, [4, 3]),
        ({"fixes": True, "reviewer": "ann"}, [11, 10]),
        ({"path": "A_B/1."}, [10, 2]),
        ({"path": "100%/0"}, [9, 1]),
        ({"path": "_"}, [12, 10, 8, 6, 4, 2]),
        ({"path": "%"}, [11, 9, 7, 5, 3, 1]),
        ({"path": "!"}, []),
        ({"path": "a_b", "tags": (2,), "answer": Answer.YES}, [8, 2]),
    ],
)
def test_what_is_looked_for_is_found(
    filled: Library, wanted: dict[str, object], expected: list[int]
) -> None:
    assert found(filled, **wanted) == expected
    count, taken_back = filled.history.count(HistoryFilter(**wanted))  # type: ignore[arg-type] # by name
    assert count == len(expected)
    assert taken_back == sum(row.undone for row in filled.history.rows(expected).values())


def test_everyone_who_answered_is_known(filled: Library) -> None:
    assert filled.history.reviewers() == ["ann", "me"]


def test_columns_are_the_live_answers_of_one_reviewer(filled: Library) -> None:
    mine = filled.history.columns("me")
    assert len(mine) == 9
    assert mine.tag.tolist() == [1, 2, 3] * 3
    assert mine.fix.tolist() == [True, True, False] * 3
    assert mine.ranked.all()
    assert (np.diff(mine.at) == DAY).all()
    assert len(filled.history.columns("ann")) == 2
    assert len(filled.history.columns("me", T0 + 8 * DAY)) == 1
    assert len(filled.history.columns("nobody")) == 0


def test_the_yield_of_a_tag_is_that_of_its_queue(filled: Library) -> None:
    assert filled.history.last_of_tag(1, 100) == [True, True, True, True]
    assert filled.history.last_of_tag(3, 2) == [False, False]
    filled.decisions.append([said(8, 3, origin=Origin.EDIT)])
    assert filled.history.last_of_tag(3, 1) == [False]


def test_pairs_of_a_tag_that_a_person_answered(filled: Library) -> None:
    filled.decisions.append([said(7, 1, Answer.UNSURE), said(6, 1, origin=Origin.BATCH)])
    assert filled.controls.answered(1, 1, 10) == [(1, 1), (4, 1), (7, 1), (2, 1)]
    assert filled.controls.answered(1, 5, 10) == [(7, 1), (2, 1), (1, 1), (4, 1)]
    assert filled.controls.answered(1, 5, 3) == [(7, 1), (2, 1), (1, 1)]
    assert filled.controls.answered(99, 1, 10) == []


def test_controls_are_read_with_what_they_were_compared_with(filled: Library) -> None:
    filled.decisions.append([said(1, 1, Answer.NO, origin=Origin.CONTROL, answered_at=T0 + 5)])
    filled.decisions.append([said(2, 2, Answer.YES, origin=Origin.CONTROL, answered_at=T0 + 6)])
    first, second = filled.controls.records("me")
    assert (first.agrees, first.expected.id) == (False, 1)
    assert (second.agrees, second.expected.id) == (True, 2)
    assert filled.controls.records("me", T0 + 6) == [second]
    assert filled.controls.records_of_tag("me", 1, 10) == [first]
    assert filled.controls.records("ann") == []
    # Neither changes an answer nor a count.
    assert filled.decisions.answers(1)[1] is Answer.YES
    assert filled.decisions.counts_by_tag()[1] == (4, 4)
    filled.decisions.undo_last("me")
    assert filled.controls.records("me") == [first]


def test_a_search_by_tag_and_the_choice_of_controls_use_indexes(filled: Library) -> None:
    read = filled.history._database.read()

    def plan(sql: str, *values: object) -> str:
        return " ".join(row[3] for row in read.execute(f"EXPLAIN QUERY PLAN {sql}", values))

    from reviewer.store import controls, history

    assert "decision_by_tag" in plan(controls._ANSWERED, 1, 0, 10, 5)
    assert "decision_by_tag" in plan(history._LAST_OF_TAG, 1, 100)
    assert "decision_by_control" in plan(controls._OF_TAG, "me", 1, 20)
    assert "decision_by_pair" in plan(controls._HISTORY, 1, 1)


def test_the_answers_of_a_day_are_those_of_one_reviewer(filled: Library) -> None:
    assert filled.decisions.since(T0, "me") == 9
    assert filled.decisions.since(T0 + 6 * DAY, "me") == 3
    assert filled.decisions.since(T0, "ann") == 2, "the last was taken back"
    assert filled.decisions.since(T0, "nobody") == 0
