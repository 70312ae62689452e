"""How sure it is that a version does better than another, by what both say of the same pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ROUNDS = 400
"""Samples of the images that the interval of answered pairs rests on."""

MOST_COMPARED = 20_000
"""Couples of an answered Yes and an answered No that are compared; more tell the same."""

FEWEST_COMPARED = 20
"""Couples below which nothing is said of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of two versions, and how sure its change is.

    Attributes:
        before, after: 0..1.
        low, high: 95 % interval of the change.
        counted: What it rests on: tags, or answered pairs.
    """

    before: float
    after: float
    low: float
    high: float
    counted: int

    @property
    def change(self) -> float:
        """By how much it rose."""
        return self.after - self.before

    @property
    def surely_worse(self) -> bool:
        """Whether it fell by more than chance has it."""
        return self.high < 0


def over_tags(before: Sequence[float], after: Sequence[float]) -> Change | None:
    """The mean of a figure over tags; each tag's change is one of a sample (Student's t).

    Args:
        before: Of each tag, 0..1.
        after: Of the same tags.

    Returns:
        `None` with fewer than two tags: one alone tells no spread.
    """
    gains = np.asarray(after, np.float64) - np.asarray(before, np.float64)
    if gains.size < 2:
        return None
    half = float(stdtrit(gains.size - 1, 0.975) * gains.std(ddof=1) / np.sqrt(gains.size))
    middle = float(gains.mean())
    return Change(
        float(np.mean(before)), float(np.mean(after)), middle - half, middle + half, gains.size
    )


@dataclass(frozen=True)
class AnsweredPairs:
    """Pairs that a person answered, with what two versions say of them.

    Attributes:
        image, tag: (n,) int64, which image and tag each is of.
        shows: (n,) bool, the answer.
        before, after: (n,) scores of the two versions.
    """

    image: NDArray[np.int64]
    tag: NDArray[np.int64]
    shows: NDArray[np.bool_]
    before: NDArray[np.float32]
    after: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.image.size)


def on_answers(pairs: AnsweredPairs, seed: int = 0) -> Change | None:
    """How often a pair answered Yes scores above one of its tag answered No; even ones count half.

    The interval is a bootstrap over images, which are drawn with all their answers.

    Args:
        pairs: On images that neither version learnt from.
        seed: Of the draws.

    Returns:
        `None` where too few answers can be compared.
    """
    rng = np.random.default_rng(seed)
    yes, no = _couples(pairs, rng)
    if yes.size < FEWEST_COMPARED:
        return None
    old, new = (_above(scores, yes, no) for scores in (pairs.before, pairs.after))
    images, place = np.unique(pairs.image, return_inverse=True)
    changes = np.zeros(ROUNDS)
    for one in range(ROUNDS):
        drawn = np.bincount(rng.integers(0, images.size, images.size), minlength=images.size)
        weight = drawn[place[yes]] * drawn[place[no]]
        changes[one] = weight @ (new - old) / max(int(weight.sum()), 1)
    low, high = np.quantile(changes, [0.025, 0.975])
    return Change(float(old.mean()), float(new.mean()), float(low), float(high), len(pairs))


def _couples(
    pairs: AnsweredPairs, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of an answered Yes and of an answered No, both of one tag.

    Couples are numbered, not listed: thousands of answers on one tag make millions of them.
    """
    order = np.lexsort((pairs.tag, ~pairs.shows))
    yes, no = order[pairs.shows[order]], order[~pairs.shows[order]]
    tags = np.unique(pairs.tag)
    first_yes, first_no = (
        np.searchsorted(pairs.tag[yes], tags),
        np.searchsorted(pairs.tag[no], tags),
    )
    n_no = np.searchsorted(pairs.tag[no], tags, "right") - first_no
    upto = np.cumsum((np.searchsorted(pairs.tag[yes], tags, "right") - first_yes) * n_no)
    total = int(upto[-1]) if upto.size else 0
    many = total > MOST_COMPARED
    couple = rng.choice(total, MOST_COMPARED, replace=False) if many else np.arange(total)
    group = np.searchsorted(upto, couple, "right")
    within = couple - np.append(0, upto)[group]
    return yes[first_yes[group] + within // n_no[group]], no[first_no[group] + within % n_no[group]]


def _above(
    scores: NDArray[np.float32], yes: NDArray[np.int64], no: NDArray[np.int64]
) -> NDArray[np.float64]:
    """1 where the first scores higher, one half where both score the same, else 0."""
    higher = (scores[yes] > scores[no]) + 0.5 * (scores[yes] == scores[no])
    return np.asarray(higher, np.float64)
