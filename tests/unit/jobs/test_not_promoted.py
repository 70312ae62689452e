"""A version that was taught wrong answers does not take the place of the one in use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.held_out import held_out
from reviewer.core.quality.version_change import Change
from reviewer.core.types import Answer
from reviewer.jobs.learning.comparing import Comparison
from reviewer.jobs.learning.retraining import retrain
from tests.conftest import Heard
from tests.unit.jobs.conftest import CHOICES, answer

if TYPE_CHECKING:
    from reviewer.store.library import Library

ROW = ("mAP", 0.8, 0.8)


def test_a_version_that_is_worse_stays_a_candidate_and_is_told_why(
    shapes: tuple[Library, dict[str, frozenset[str]]],
) -> None:
    library, truth = shapes
    images = library.images.askable()
    kept = held_out([digest for _, _, digest in images]).tolist()
    for (_, name, _), is_kept in zip(images, kept, strict=True):
        if not is_kept:
            for tag in ("circle", "square", "red", "blue"):
                # The contrary of what is there, on every image that is learnt from.
                answer(library, name, tag, Answer.NO if tag in truth[name] else Answer.YES)
    before = library.rankings.stamp()
    heard = Heard()
    changes, comparison = retrain(library, heard, replace(CHOICES, epochs=20))
    assert comparison.worse.startswith("mAP ")
    assert (changes.summary["promoted"], changes.summary["worse"]) == (0, comparison.worse)
    assert heard.notes[-1] == (
        "Version v2 is kept as a candidate, and v1 stays in use, as it does worse on images that "
        f"neither learnt from ({comparison.worse}). Use it all the same with: reviewer versions "
        "--use v2"
    )
    active = library.versions.active()
    assert active is not None
    assert active.name == "v1"
    assert library.rankings.stamp() == before
    assert library.scan("v2") is None


def test_what_cannot_be_told_is_not_shown_to_be_no_worse() -> None:
    unknown = Comparison(9, 0, 0, (("mAP", float("nan"), 0.5),), ())
    assert not unknown.is_no_worse
    assert replace(unknown, rows=(ROW, ("micro F1", 0.9, 0.1))).is_no_worse
    assert replace(unknown, rows=(ROW, ("audited AP", 0.9, 0.88))).is_no_worse
    assert replace(unknown, rows=(ROW, ("audited AP", 0.9, 0.8))).worse == (
        "audited AP 0.900 to 0.800"
    )


def test_answers_that_the_new_version_orders_worse_keep_it_out_unless_that_may_be_chance() -> None:
    sure = Change(0.9, 0.7, -0.3, -0.1, 80)
    rows = (ROW, ("Yes above No", 0.9, 0.7))
    assert Comparison(9, 80, 0, rows, (), None, sure).worse == "Yes above No 0.900 to 0.700"
    assert Comparison(9, 80, 0, rows, (), None, replace(sure, high=0.01)).is_no_worse


def test_it_is_said_how_sure_a_change_is_and_what_it_rests_on() -> None:
    tags = Change(0.8, 0.81, -0.02, 0.04, 12)
    answers = Change(0.7, 0.8, 0.02, 0.18, 80)
    told = Comparison(9, 80, 12, (ROW,), (), tags, answers).how_sure
    assert told == (
        "mAP rose by 0.010 (95 %: -0.020 to +0.040), which may be chance. That is by the tags as "
        "they are, of which 80 were answered: a version that repeats wrong tags looks better by "
        "them. By the 80 answers alone the share of Yes above No rose by 0.100 (95 %: +0.020 to "
        "+0.180), more than chance. An audit tells more: 12 of its pairs on these images are "
        "answered, 40 are needed (reviewer audit)."
    )
    few = Comparison(9, 3, 40, (ROW,), ()).how_sure
    assert few.endswith("Too few are answered to compare by answers alone.")
    same = Comparison(9, 60, 40, (ROW,), (), None, Change(0.7, 0.7, 0.0, 0.0, 60)).how_sure
    assert same.endswith("By the 60 answers alone the share of Yes above No did not change.")
