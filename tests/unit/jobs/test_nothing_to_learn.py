"""What is said where no tag has enough images: a remedy that helps in this very collection."""

from __future__ import annotations

from reviewer.jobs.learning.fewest import FEWEST
from reviewer.jobs.learning.training import nothing_to_learn


def test_a_lower_limit_is_offered_where_there_is_one():
    said = nothing_to_learn(20)
    assert "20 images" in said
    assert f"--min-images {FEWEST}" in said


def test_no_limit_is_offered_that_is_higher_than_the_one_in_use():
    said = nothing_to_learn(FEWEST)
    assert "--min-images" not in said
    assert "bring" in said


def test_images_without_any_tag_need_a_tagger_and_no_lower_limit() -> None:
    said = nothing_to_learn(20, untagged=True)
    assert "--tagger" in said
    assert "--min-images" not in said
