"""What an audit tells of rare and common tags apart: recall differs most between these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.quality.audit import BANDS, Estimate, Outcome, estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = ("rare", "middling", "common")
"""Of the bands, rarest first."""

FEWEST_OF_A_BAND = 30
"""Answers of a band from which on it has estimates of its own."""


@dataclass(frozen=True, slots=True)
class BandEstimate:
    """How good the tags of one band of frequency are.

    Attributes:
        name: One of `NAMES`.
        words: Which tags these are.
        answered: Answers of the sample that it rests on.
        found: What follows; `None` where there are too few answers.
    """

    name: str
    words: str
    answered: int
    found: Estimate | None


def estimate_bands(outcomes: Sequence[Outcome]) -> tuple[BandEstimate, ...]:
    """Estimates for each band of frequency that the sample has pairs of, rarest first.

    Args:
        outcomes: Every stratum of the sample.
    """
    estimates = []
    for band in sorted({entry.stratum.band for entry in outcomes}):
        mine = [entry for entry in outcomes if entry.stratum.band == band]
        answered = sum(entry.answered for entry in mine)
        found = estimate(mine) if answered >= FEWEST_OF_A_BAND else None
        estimates.append(BandEstimate(NAMES[band], band_words(band), answered, found))
    return tuple(estimates)


def band_words(band: int) -> str:
    """Which tags a band holds, by the images that carry them.

    Args:
        band: 0 for the rarest, up to the number of `BANDS`.
    """
    if band == 0:
        return f"tags on fewer than {BANDS[0]} images"
    if band == len(BANDS):
        return f"tags on {BANDS[-1]} images or more"
    return f"tags on {BANDS[band - 1]} to {BANDS[band] - 1} images"
