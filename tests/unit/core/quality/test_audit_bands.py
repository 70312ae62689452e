"""Rare and common tags apart: each band by its own answers, none by too few."""

from __future__ import annotations

import pytest

from reviewer.core.quality.audit import BANDS, Outcome, Part, Stratum, estimate
from reviewer.core.quality.audit_bands import FEWEST_OF_A_BAND, NAMES, band_words, estimate_bands
from reviewer.core.types import Side


def outcome(side: Side, band: int, pairs: int, answered: int, errors: int) -> Outcome:
    return Outcome(Stratum(side, band, Part.REST, pairs), answered=answered, errors=errors)


def test_each_band_has_an_estimate_of_its_own_answers() -> None:
    rare = [outcome(Side.MISSING, 0, 400, 400, 100), outcome(Side.WRONG, 0, 100, 100, 0)]
    common = [outcome(Side.MISSING, 2, 3000, 3000, 100), outcome(Side.WRONG, 2, 900, 900, 0)]
    found = estimate_bands([*common, *rare])
    assert [band.name for band in found] == ["rare", "common"]
    assert [band.answered for band in found] == [500, 3900]
    recalls = [band.found.before.recall.share for band in found if band.found]
    assert recalls == pytest.approx([100 / 200, 900 / 1000])
    assert found[0].found == estimate(rare)


def test_too_few_answers_tell_nothing() -> None:
    few = [outcome(Side.MISSING, 1, 400, FEWEST_OF_A_BAND - 1, 3)]
    (band,) = estimate_bands(few)
    assert band.found is None
    assert band.answered == FEWEST_OF_A_BAND - 1
    (band,) = estimate_bands([outcome(Side.MISSING, 1, 400, FEWEST_OF_A_BAND, 3)])
    assert band.found is not None


def test_every_band_has_a_name_and_words() -> None:
    assert len(NAMES) == len(BANDS) + 1
    words = [band_words(band) for band in range(len(NAMES))]
    assert words == [
        "tags on fewer than 50 images",
        "tags on 50 to 499 images",
        "tags on 500 images or more",
    ]
