"""Logs of two people, merged both ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.review.disagreement import State
from reviewer.core.types import Answer, Image, Origin
from reviewer.jobs.context import Silent
from reviewer.jobs.exports.copies import export
from reviewer.jobs.merging import match_images, merge_log, read_log, take_back_merge
from reviewer.store.images import ImageRow
from tests.unit.jobs.reviewed import TAG, Hand, collection, labels

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.UNSURE


def log_of(library: Library, to: Path) -> Path:
    export(library, Silent(), to, ["log"])
    return to / "log.jsonl"


def merge(library: Library, log: Path) -> dict[str, int | float | str]:
    return merge_log(library, log, Silent()).summary


def test_two_copies_reviewed_apart_come_to_the_same(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    with collection(tmp_path / "a", 60) as here, collection(tmp_path / "b", 60) as there:
        Hand(here, "ann").says_all(draw.random(60) < 0.5, range(1, 41))
        Hand(there, "ben", 1_700_000_500_000).says_all(draw.random(60) < 0.5, range(21, 61))
        there.tags.add({"a_tag_only_there": None})
        Hand(there, "ben", 1_700_000_900_000).says(5, YES, tag="a_tag_only_there")
        Hand(there, "ben", 1_700_000_910_000).says(6, YES, origin=Origin.EDIT)
        there.decisions.undo_last("ben")
        first, second = log_of(here, tmp_path / "1"), log_of(there, tmp_path / "2")
        assert merge(here, second)["answers"] == 42
        assert merge(there, first)["answers"] == 40
        assert labels(here) == labels(there)
        assert len(labels(here)) == 61
        assert here.reviewers.disagreements() == there.reviewers.disagreements()
        assert here.reviewers.disagreements()[State.OPEN] > 3
        # The same logs again, and the merged ones, bring nothing.
        assert merge(here, second)["answers"] == 0
        rows = here.decisions.last_id()
        assert merge(here, log_of(there, tmp_path / "3"))["answers"] == 0
        assert here.decisions.last_id() == rows
        # A second round of answers travels by itself.
        Hand(there, "ben", 1_700_001_000_000).says(7, NO, tag="hat")
        assert merge(here, log_of(there, tmp_path / "4"))["answers"] == 1
        assert labels(here) == labels(there)


def test_nothing_here_is_overwritten_and_conflicts_are_questions(tmp_path: Path) -> None:
    with collection(tmp_path / "a", 4) as here, collection(tmp_path / "b", 4) as there:
        Hand(here, "ann").says(1, YES)
        Hand(here, "ann").says(2, NO)
        Hand(there, "ben", 1_800_000_000_000).says(1, NO)
        Hand(there, "ben", 1_800_000_000_000).says(2, NO)
        summary = merge(here, log_of(there, tmp_path / "log"))
        assert (summary["new_disagreements"], summary["images_matched"]) == (1, 2)
        assert labels(here) == {("00001.png", TAG): YES, ("00002.png", TAG): NO}
        assert [q.image_id for q in here.reviewers.to_settle("ann")] == [1]
        # Undo of the window goes on with what ann did here, not with the merge.
        assert [d.image_id for d in here.decisions.undo_last("ann")] == [2]
        assert [d.image_id for d in here.decisions.undo_last("ben")] == []


def test_a_merge_is_taken_back_as_a_whole_and_comes_again(tmp_path: Path) -> None:
    with collection(tmp_path / "a", 6) as here, collection(tmp_path / "b", 6) as there:
        Hand(here, "ann").says(1, YES)
        for image_id in range(1, 5):
            Hand(there, "ben", 1_800_000_000_000 + image_id).says(image_id, NO)
        log = log_of(there, tmp_path / "log")
        merge(here, log)
        both = labels(here)
        assert take_back_merge(here, Silent()).summary == {"taken_back": 4}
        assert labels(here) == {("00001.png", TAG): YES}
        assert sum(here.reviewers.disagreements().values()) == 0
        # What was taken back here is nobody's business there.
        assert merge(there, log_of(here, tmp_path / "back"))["answers"] == 1
        assert labels(there)["00003.png", TAG] is NO
        merge(here, log)
        assert labels(here) == both
        take_back_merge(here, Silent())
        with pytest.raises(UsageError, match="No merge"):
            take_back_merge(here, Silent())


def test_what_was_taken_back_there_is_taken_back_here_and_returns_with_undo(tmp_path: Path) -> None:
    with collection(tmp_path / "a", 3) as here, collection(tmp_path / "b", 3) as there:
        Hand(there, "ben").says(1, YES)
        merge(here, log_of(there, tmp_path / "1"))
        there.decisions.undo_last("ben")
        merge(here, log_of(there, tmp_path / "2"))
        assert labels(here) == {}
        take_back_merge(here, Silent())
        assert labels(here) == {("00001.png", TAG): YES}


def test_images_are_found_by_hash_then_post_then_path(tmp_path: Path) -> None:
    with (
        collection(tmp_path / "a", 2) as here,
        collection(tmp_path / "b", 2, prefix="moved/") as there,
    ):
        there.images.write(
            [
                ImageRow(None, Image(0, "x.png", 1, b"", site="s", remote_id="7"), 1, frozenset()),
                ImageRow(None, Image(0, "y.png", 1, b""), 1, frozenset()),
                ImageRow(None, Image(0, "00002.png", 1, bytes([9]) * 32), 1, frozenset()),
            ]
        )
        here.images.write(
            [
                ImageRow(None, Image(0, "z.png", 1, b"", site="s", remote_id="7"), 1, frozenset()),
                ImageRow(None, Image(0, "y.png", 1, bytes([8]) * 32), 1, frozenset()),
            ]
        )
        for image_id in range(1, 6):
            Hand(there, "ben", 1_800_000_000_000 + image_id).says(image_id, YES)
        found = match_images(here, read_log(log_of(there, tmp_path / "log")))
        assert found.ids == {"moved/00001.png": 1, "moved/00002.png": 2, "x.png": 3, "y.png": 4}
        assert dict(found.by) == {"hash": 2, "post": 1, "path": 1}
        # The same name with another hash is another picture.
        assert found.lost == ["00002.png"]


def test_one_name_on_two_machines_is_asked_where_it_differs(tmp_path: Path) -> None:
    with collection(tmp_path / "a", 3) as here, collection(tmp_path / "b", 3) as there:
        Hand(here, "ann", 1_700_000_000_000).says(1, YES)
        Hand(there, "ann", 1_800_000_000_000).says(1, NO)
        assert merge(here, log_of(there, tmp_path / "1"))["new_disagreements"] == 1
        (question,) = here.reviewers.to_settle("ann")
        Hand(here, "ann", 1_900_000_000_000).says(question.image_id, YES, origin=Origin.SETTLE)
        assert here.reviewers.to_settle("ann") == []
        assert labels(here) == {("00001.png", TAG): YES}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json\n", "Line 1 of .* is no row of a log"),
        ('{"id": 1}\n', "is no row of a log"),
        (
            json.dumps(
                {
                    "id": 1,
                    "image": "00001.png",
                    "tag": "x",
                    "answer": "perhaps",
                    "original": "absent",
                    "reviewer": "ben",
                    "answered_at": "2023-11-14T22:13:20.123+00:00",
                }
            ),
            "perhaps",
        ),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "log.jsonl").write_text(text, encoding="utf-8")
    with collection(tmp_path / "a", 1) as here:
        with pytest.raises(SourceError, match=said):
            merge(here, tmp_path / "log.jsonl")
        with pytest.raises(SourceError, match="cannot be read"):
            merge(here, tmp_path / "none.jsonl")
        assert here.decisions.last_id() == 0


def test_the_log_of_another_collection_is_refused(tmp_path: Path) -> None:
    with (
        collection(tmp_path / "a", 2) as here,
        collection(tmp_path / "b", 2, first=50, prefix="other/") as there,
    ):
        Hand(there, "ben").says(1, YES)
        with pytest.raises(UsageError, match="None of the 1 images"):
            merge(here, log_of(there, tmp_path / "log"))
