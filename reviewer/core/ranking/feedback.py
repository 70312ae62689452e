"""Learning from the answers which tags, and which pairs, really hold errors.

For each side, a logistic model of "this answer changed the metadata": the cold start's opinions
with weights that sum to 1 a priori, small weights on other evidence, and an offset for each tag,
pulled to 0. The posterior mode is refitted after every batch of answers; nothing is kept between
fits, so an answer taken back is simply not there the next time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from reviewer.core.ranking.coldstart import opinion_weights
from reviewer.core.ranking.pooled import PooledFit, PooledProblem, fit_pooled
from reviewer.core.types import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.candidates import Candidates
    from reviewer.core.ranking.evidence import Answers

OPINION_SD = 0.2
"""Of each opinion's weight round `opinion_weights`."""

PIVOT = -1.0
"""Log-odds at which questions are asked, roughly: doubt about the opinions' weights turns the
beliefs round this point, and so says nothing against the level."""

PRIOR_MEAN = np.array([PIVOT, 0.0, 0.75, 0.0, 0.0, 0.0, 0.0, 2.0])
PRIOR_SD = np.array([0.7, 0.3, 0.6, 0.4, 0.4, 0.3, 0.3, 1.0])
"""Of the weights of 1, coverage, rarity, reviewed neighbours that speak for a change and reviewed
neighbours that speak against one, the company's reason for an error and that against one, and of
there being nothing in the image. Rarer tags are forgotten more often, hence rarity's mean; a blank
image lacks every tag, hence its own."""

TAG_SD = (0.3, 2.5)
"""Bounds of the prior's standard deviation of a tag's offset; it starts at 1 and is learned."""

TAG_SD_STEPS = 3
"""Rounds of learning that standard deviation; it settles quickly."""


@dataclass(frozen=True)
class Belief:
    """What is believed about each candidate after the answers.

    Attributes:
        logit: Log-odds that the metadata is wrong, shape (M,), float64.
        sd: Standard deviation of the tag's level on that side, shape (M,), float64.
        answered: Whether the pair has been answered (unsure counts), shape (M,), bool.
    """

    logit: NDArray[np.float64]
    sd: NDArray[np.float64]
    answered: NDArray[np.bool_]

    def suspicion(self) -> NDArray[np.float64]:
        """Chance that the metadata is wrong, the doubt about the tag averaged in, 0..1."""
        # MacKay's approximation of a logistic averaged over a normal.
        chance: NDArray[np.float64] = expit(self.logit / np.sqrt(1.0 + np.pi / 8.0 * self.sd**2))
        return chance


def learn(candidates: Candidates, answers: Answers) -> Belief:
    """Fit the model of each side to the answers and apply it to every candidate.

    Args:
        candidates: The pairs with their evidence.
        answers: One answer a pair (`Answers.latest`), unsure ones included.

    Returns:
        The belief about every candidate.
    """
    at = candidates.find(answers.tag, answers.row)
    answered = np.zeros(len(candidates), dtype=np.bool_)
    answered[at[at >= 0]] = True
    settled = answers.settled()
    position = candidates.find(settled.tag, settled.row)
    for_, against = _reviewed_neighbours(candidates, settled)
    logit, sd = np.zeros(len(candidates)), np.zeros(len(candidates))
    for side in Side:
        where = np.flatnonzero(candidates.side == side)
        shows, hides = (for_, against) if side is Side.MISSING else (against, for_)
        features = _features(candidates, where, shows[where], hides[where])
        # The pair's own side counts: an answer is about the original tags, and so is the side.
        mine = np.flatnonzero(position >= 0)
        mine = mine[candidates.side[position[mine]] == side]
        known = np.searchsorted(where, position[mine])
        fit = _fit(
            features[known],
            candidates.tag[position[mine]].astype(np.int64),
            candidates.n_tags,
            (settled.changed[mine] == 1).astype(np.float64),
            settled.weights()[mine],
        )
        logit[where], sd[where] = _apply(fit, features, candidates.tag[where])
    return Belief(logit, sd, answered)


def _features(
    candidates: Candidates,
    where: NDArray[np.int64],
    change: NDArray[np.float64],
    keep: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Inputs of the model for one side's candidates, shape (n, C + 8)."""
    company = candidates.company
    reasons = np.zeros((where.size, 2)) if company is None else company[where].astype(np.float64)
    frequency = np.log(candidates.frequency[candidates.tag[where]] + 1.0)
    other = np.stack(
        [
            np.ones(where.size),
            -_standard(candidates.coverage[where]),
            -_standard(frequency),
            change,
            keep,
        ],
        axis=1,
    )
    opinions = candidates.opinions[where].astype(np.float64) - PIVOT
    nothing = np.zeros(where.size)
    if candidates.blank is not None:
        # What is not there speaks for an error of a present tag, and against a missing one.
        wrong = candidates.side[where] == Side.WRONG
        nothing[candidates.blank[where]] = 1.0
        nothing[~wrong] *= -1.0
    return np.hstack([opinions, other, reasons, nothing[:, None]])


def _standard(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Values with mean 0 and standard deviation 1; constants become 0."""
    wide = values.astype(np.float64)
    spread = float(wide.std()) if wide.size else 0.0
    if spread < 1e-9:
        return np.zeros(wide.size)
    standard: NDArray[np.float64] = (wide - wide.mean()) / spread
    return standard


def _reviewed_neighbours(
    candidates: Candidates, settled: Answers
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For every candidate, how many near images were said to show the tag, and not to.

    Weighted by the graph and saturating at 1; near-duplicates are no neighbours (see the graph).

    Returns:
        Showing and not showing, both of shape (M,), 0..1.
    """
    size = len(candidates)
    sums = np.zeros((2, size))
    if len(settled) and candidates.neighbours is not None:
        which, origin, weight = candidates.neighbours.pointing_at(settled.row)
        at = candidates.find(settled.tag[which], origin)
        real = at >= 0
        for value in (0, 1):
            mine = real & (settled.shows()[which] == bool(value))
            sums[value] = np.bincount(at[mine], weights=weight[mine], minlength=size)
    saturated = sums / (1.0 + sums)
    return saturated[1], saturated[0]


def _fit(
    features: NDArray[np.float64],
    tag: NDArray[np.int64],
    n_tags: int,
    changed: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> PooledFit:
    """The posterior mode for one side, the spread of the tags' offsets learned with it."""
    # Only tags that were answered have an offset of their own to find.
    seen, group = np.unique(tag, return_inverse=True)
    tag_sd = 1.0
    fit = fit_pooled(_problem(features, group, (changed, weight), tag_sd))
    for _ in range(TAG_SD_STEPS if seen.size > 1 else 0):
        spread = float(np.sqrt(np.mean(fit.own[:, 0] ** 2 + fit.own_inverse[:, 0, 0])))
        tag_sd = float(np.clip(spread, *TAG_SD))
        fit = fit_pooled(_problem(features, group, (changed, weight), tag_sd))
    return _spread_out(fit, seen, n_tags, tag_sd)


def _problem(
    features: NDArray[np.float64],
    group: NDArray[np.int64],
    answers: tuple[NDArray[np.float64], NDArray[np.float64]],
    tag_sd: float,
) -> PooledProblem:
    """The regression for one side on answers and their weights, given how far offsets spread."""
    changed, weight = answers
    n_opinions = features.shape[1] - PRIOR_SD.size
    mean = np.zeros(features.shape[1])
    mean[:n_opinions] = opinion_weights(n_opinions)
    mean[n_opinions:] = PRIOR_MEAN
    sd = np.concatenate([np.full(n_opinions, OPINION_SD), PRIOR_SD])
    return PooledProblem(
        design=features,
        local=np.ones((len(features), 1)),
        group=group,
        n_groups=int(group.max(initial=-1)) + 1,
        target=changed,
        weight=weight,
        prior_mean=mean,
        prior_precision=1.0 / sd**2,
        own_precision=np.array([1.0 / tag_sd**2]),
    )


def _spread_out(fit: PooledFit, seen: NDArray[np.int64], n_tags: int, tag_sd: float) -> PooledFit:
    """The same fit with a row for every tag; unanswered tags keep the prior."""
    width = fit.beta.size
    own, inverse = np.zeros((n_tags, 1)), np.full((n_tags, 1, 1), tag_sd**2)
    coupling = np.zeros((n_tags, 1, width))
    own[seen], inverse[seen], coupling[seen] = fit.own, fit.own_inverse, fit.coupling
    return PooledFit(fit.beta, own, fit.covariance, inverse, coupling)


def _apply(
    fit: PooledFit, features: NDArray[np.float64], tag: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logit and standard deviation of the tag's level, for each row of features."""
    beta = fit.beta.copy()
    # No opinion falls as the score rises, so weights of at least 0 keep the order monotone.
    n_opinions = features.shape[1] - PRIOR_SD.size
    beta[:n_opinions] = np.maximum(beta[:n_opinions], 0.02)
    logit = features @ beta + fit.own[tag, 0]
    n_tags = fit.own.shape[0]
    count = np.maximum(np.bincount(tag, minlength=n_tags), 1)
    typical = np.zeros((n_tags, features.shape[1]))
    # A tag's level is that of its questions at the pivot, where all opinions are 0.
    for at in range(n_opinions, features.shape[1]):
        typical[:, at] = np.bincount(tag, weights=features[:, at], minlength=n_tags) / count
    return logit, np.sqrt(np.maximum(fit.level_variance(typical), 0.0))[tag]
