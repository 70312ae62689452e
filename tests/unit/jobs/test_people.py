"""Three simulated reviewers: all together are better than the best, and the bad one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import UsageError
from reviewer.core.review.disagreement import State
from reviewer.core.types import Answer, Origin
from reviewer.jobs.people import people, people_lines, trust, weigh_reviewers
from tests.unit.jobs.reviewed import BEGAN, Hand, collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.store.library import Library

COUNT = 1500
FAULTS = {"ann": 0.02, "ben": 0.05, "cat": 0.2}


@pytest.fixture(scope="module")
def three(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Library, np.ndarray, dict[str, np.ndarray]]]:
    """Everyone answered everything, each wrong at random in a known share."""
    draw = np.random.default_rng(11)
    truth = draw.random(COUNT) < 0.4
    said = {name: truth ^ (draw.random(COUNT) < share) for name, share in FAULTS.items()}
    with collection(tmp_path_factory.mktemp("three"), COUNT) as library:
        for place, name in enumerate(("cat", "ann", "ben")):
            hand = Hand(library, name, BEGAN + place * 100_000_000)
            hand.says_all(said[name], range(1, COUNT + 1))
        weigh_reviewers(library)
        yield library, truth, said


def wrong_of(library: Library, truth: np.ndarray) -> int:
    live = list(library.decisions.live())
    assert len(live) == COUNT
    return sum((d.answer is Answer.YES) != truth[d.image_id - 1] for d in live)


def test_settled_labels_are_better_than_the_best_reviewers(
    three: tuple[Library, np.ndarray, dict[str, np.ndarray]],
) -> None:
    library, truth, said = three
    best = min(int((answers != truth).sum()) for answers in said.values())
    assert wrong_of(library, truth) < best
    counts = library.reviewers.disagreements()
    assert counts[State.OPEN] == 0
    differing = int((~((said["ann"] == said["ben"]) & (said["ben"] == said["cat"]))).sum())
    assert counts[State.WEIGHED] == differing


def test_the_bad_reviewer_is_named_with_figures_and_nobody_else(
    three: tuple[Library, np.ndarray, dict[str, np.ndarray]],
) -> None:
    library, _, said = three
    told = {person.who.name: person for person in people(library).persons}
    assert [name for name, person in told.items() if person.stands_out] == ["cat"]
    for name, share in FAULTS.items():
        wrong = told[name].wrong
        assert wrong is not None
        assert wrong.low <= share <= wrong.high
    alike = int((said["ann"] == said["cat"]).sum())
    assert told["ann"].accords["cat"].alike == alike
    assert told["ann"].accords["ben"].kappa > told["ann"].accords["cat"].kappa  # type: ignore[operator] # told
    lines = "\n".join(people_lines(people(library)))
    assert "cat differs from what all answers together come to in" in lines
    assert "of 1,500 answers" in lines


def test_between_two_nobody_is_named_until_one_is_trusted(tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    truth = draw.random(200) < 0.5
    with collection(tmp_path, 200) as library:
        Hand(library, "ann").says_all(truth, range(1, 201))
        bad = truth ^ (draw.random(200) < 0.3)
        Hand(library, "ben", BEGAN + 10_000_000).says_all(bad, range(1, 201))
        weigh_reviewers(library)
        told = people(library)
        assert not any(person.stands_out or person.wrong for person in told.persons)
        open_ones = told.disagreements[State.OPEN]
        assert open_ones == int((bad != truth).sum())
        trust(library, "ann", trusted=True)
        told = people(library)
        assert [person.who.name for person in told.persons if person.stands_out] == ["ben"]
        assert told.disagreements[State.OPEN] == 0
        assert all(
            (d.answer is Answer.YES) == truth[d.image_id - 1] for d in library.decisions.live()
        )
        trust(library, "ann", trusted=False)
        assert people(library).disagreements[State.OPEN] == open_ones


def test_a_second_look_does_not_make_up_for_the_first(tmp_path: Path) -> None:
    with collection(tmp_path, 40) as library:
        yes = np.ones(40, bool)
        Hand(library, "ann").says_all(yes, range(1, 41))
        Hand(library, "ben", BEGAN + 10_000_000).says_all(~yes, range(1, 41))
        ben = Hand(library, "ben", BEGAN + 20_000_000)
        for image_id in range(1, 21):
            ben.says(image_id, Answer.YES, origin=Origin.SETTLE)
        trust(library, "ann", trusted=True)
        (other,) = [person for person in people(library).persons if person.who.name == "ben"]
        assert other.wrong is not None
        assert other.wrong.share == 1.0


def test_trust_in_a_stranger_is_refused(tmp_path: Path) -> None:
    with collection(tmp_path, 2) as library:
        Hand(library, "ann").says(1, Answer.YES)
        with pytest.raises(UsageError, match="Nobody called dan"):
            trust(library, "dan", trusted=True)


def test_alone_there_is_little_to_tell(tmp_path: Path) -> None:
    with collection(tmp_path, 2) as library:
        assert people_lines(people(library)) == []
        Hand(library, "ann").says(1, Answer.YES)
        assert people_lines(people(library)) == ["ann: 1 answers"]
