"""What a byte of a scan is worth: calibrated log-odds for each tag, from histograms alone.

A collection of billions of pairs is calibrated on counts: how often each byte occurs among the
images that carry a tag and among the others. The fit is `pooled`, as that of small collections:
shared weights, and an offset and a slope for each tag that are pulled towards them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.ranking.pooled import PooledProblem, fit_pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

BIN = 8
"""Bytes that are taken together in the fit: 0.8 of a logit."""

LOGITS = (np.arange(256) - 128) / 10
"""Of the bytes of a scan."""


def shown_levels(
    absent: NDArray[np.floating], present: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Log-odds that an image is tagged, for every byte of every tag.

    Args:
        absent: (T, 256) how many images without the tag have each byte.
        present: (T, 256) how many images with the tag would have each byte.

    Returns:
        (T, 256) float32; never falls within a line.
    """
    n_tags = len(absent)
    if not n_tags:
        return np.zeros((0, 256), np.float32)
    value = LOGITS.reshape(-1, BIN).mean(axis=1)
    groups, logits, targets, weights = [], [], [], []
    for target, counts in ((0.0, absent), (1.0, present)):
        binned = counts.reshape(n_tags, -1, BIN).sum(axis=2)
        tag, place = np.nonzero(binned)
        groups.append(tag)
        logits.append(value[place])
        targets.append(np.full(len(tag), target))
        weights.append(binned[tag, place].astype(np.float64))
    logit = np.concatenate(logits)
    design = np.stack([np.ones(len(logit)), logit], axis=1)
    fit = fit_pooled(
        PooledProblem(
            design=design,
            local=design,
            group=np.concatenate(groups),
            n_groups=n_tags,
            target=np.concatenate(targets),
            weight=np.concatenate(weights),
            prior_mean=np.array([0.0, 1.0]),
            # As in `calibration`: weak on what all tags share, a tag's own about 1 and 0.3.
            prior_precision=np.full(2, 0.1),
            own_precision=np.array([1.0, 10.0]),
        )
    )
    offset = fit.beta[0] + fit.own[:, :1]
    slope = np.maximum(fit.beta[1] + fit.own[:, 1:], 0.0)
    return np.asarray(offset + slope * LOGITS, np.float32)


def wrong_levels(
    shown: NDArray[np.float32], present: NDArray[np.floating], n_images: int, wrong_share: float
) -> NDArray[np.float32]:
    """Log-odds that a present tag is wrong, for every doubt (256 less the byte) of every tag.

    An inverse lift: what counts is how far below the tag's own share an image lies, so that a tag
    which the tagger cannot see does not drown the others.

    Args:
        shown: (T, 256) from `shown_levels`.
        present: (T, 256) as there.
        n_images: N.
        wrong_share: Share of present tags taken to be wrong before any answer, inside 0..1.

    Returns:
        (T, 256) float32; never falls within a line; the doubt 0 does not occur.
    """
    share = np.clip(present.sum(axis=1) / max(n_images, 1), 1e-7, 0.999)
    base = np.log(share / (1 - share)) + np.log(wrong_share / (1 - wrong_share))
    levels = np.empty(shown.shape, np.float32)
    levels[:, 1:] = base[:, None] - shown[:, :0:-1]
    levels[:, 0] = levels[:, 1]
    return levels
