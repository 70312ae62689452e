"""Examples: the nearest confirmed ones first, unreviewed ones only where too few are confirmed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.examples import SHOWN, Examples, choose_examples, cosines
from reviewer.core.types import Answer

IMAGES = st.integers(1, 20)
ANSWERS = st.dictionaries(IMAGES, st.sampled_from(list(Answer)))


@given(
    image=IMAGES,
    answers=ANSWERS,
    typical=st.lists(IMAGES, unique=True),
    nearness=st.dictionaries(IMAGES, st.floats(-1, 1)),
)
def test_the_nearest_confirmed_come_first(
    image: int, answers: dict[int, Answer], typical: list[int], nearness: dict[int, float]
) -> None:
    found = choose_examples(image, answers, typical, nearness)
    assert image not in {example.image_id for example in found.all}
    for said, shown in ((Answer.YES, found.yes), (Answer.NO, found.no)):
        confirmed = [example.image_id for example in shown if example.confirmed]
        able = [other for other, given in answers.items() if given is said and other != image]
        assert len(confirmed) == min(len(able), SHOWN)
        assert set(confirmed) <= set(able)
        left = [nearness.get(other, -1) for other in able if other not in confirmed]
        assert all(nearness.get(other, -1) >= max(left, default=-1) for other in confirmed)
    assert all(example.confirmed for example in found.no)
    unreviewed = [example for example in found.yes if not example.confirmed]
    assert all(example.image_id in set(typical) - set(answers) for example in unreviewed)
    assert list(found.yes) == sorted(found.yes, key=lambda example: not example.confirmed)
    assert len(found.yes) <= SHOWN
    if len(found.yes) < SHOWN:
        assert set(typical) - set(answers) - {image} <= {e.image_id for e in unreviewed}


def test_of_nothing_there_are_no_examples() -> None:
    assert choose_examples(1, {}, [], {}) == Examples()


def test_nearness_is_the_cosine() -> None:
    others = np.array([[2, 0], [0, 3], [-1, 0], [0, 0]], np.float32)
    assert cosines(np.array([1, 0], np.float32), others).tolist() == [1, 0, -1, 0]
