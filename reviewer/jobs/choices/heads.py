"""How likely each of several exclusive labels is, for every image, from heads that did not see it.

Two linear heads, one on the tagger's embeddings and one on the other tags of an image, each fitted
on four fifths of the images and asked about the last; a third, as small as can be, weighs the two
against each other and makes their word a probability. Near-duplicates stay in one fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

FOLDS = 5
MOST_FITTED = 30_000
"""Images that a head is fitted on; more change its weights no more."""
AT_ONCE = 65_536
"""Images asked about at once: memory stays bounded at millions."""
FEWEST = 10
"""Images that a label needs to be told from the others."""
EMBEDDING_PULL, TAG_PULL = 0.02, 0.1
"""Inverse penalties of the two heads (scikit-learn's C): embeddings standardised, tags 0 or 1."""
_FLOOR = 1e-4


class Looks(Protocol):
    """The embeddings of N images, read a part at a time."""

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, D) float32 of some rows (n,)."""


@dataclass(frozen=True)
class ChoiceData:
    """What is known of N images and their label.

    Attributes:
        embeddings: Of the N images.
        tags: (N, T) sparse, 1 where an image has a tag; none of the labels among them.
        labels: (N,) int64 in 0..R - 1; -1 where there is none to learn from.
        groups: (N,) int64, near-duplicates have one number.
        count: R.
    """

    embeddings: Looks
    tags: sparse.csr_matrix
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    count: int


def out_of_sample(
    data: ChoiceData, *, seed: int = 0, told: Callable[[int, int], None] | None = None
) -> NDArray[np.float32]:
    """Asks heads about images that they were not fitted on.

    Args:
        data: The images.
        seed: Of folds and samples.
        told: Is told how many folds are done, and of how many.

    Returns:
        (N, R) float32 probabilities, each row sums to 1. They are chances of the label as it was
        written, its noise included.

    Raises:
        ValueError: Fewer than two labels are on enough images.
    """
    rng = np.random.default_rng(seed)
    known = np.bincount(data.labels[data.labels >= 0], minlength=data.count)
    if (known >= FEWEST).sum() < 2:
        raise ValueError(f"fewer than two labels are on {FEWEST} images")
    fold = rng.integers(0, FOLDS, int(data.groups.max(initial=0)) + 1)[data.groups]
    words = np.full((len(data.labels), 2 * data.count), np.log(_FLOOR), np.float32)
    for number in range(FOLDS):
        learn = _sample(data.labels, fold != number, rng)
        asked = np.flatnonzero(fold == number)
        _ask(data, learn, asked, words)
        if told is not None:
            told(number + 1, FOLDS)
    return _weighed(words, data, fold, rng)


def _sample(
    labels: NDArray[np.int64], there: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.int64]:
    rows = np.flatnonzero(there & (labels >= 0))
    if len(rows) > MOST_FITTED:
        rows = np.sort(rng.choice(rows, MOST_FITTED, replace=False))
    return rows


def _ask(
    data: ChoiceData, learn: NDArray[np.int64], asked: NDArray[np.int64], words: NDArray[np.float32]
) -> None:
    """Writes what two heads say of some images into their rows."""
    labels = data.labels[learn]
    seen = data.embeddings.take(learn)
    middle, scale = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-3)
    by_look = _head(EMBEDDING_PULL).fit((seen - middle) / scale, labels)
    by_tags = _head(TAG_PULL).fit(data.tags[learn], labels)
    for start in range(0, len(asked), AT_ONCE):
        rows = asked[start : start + AT_ONCE]
        look = (data.embeddings.take(rows) - middle) / scale
        words[np.ix_(rows, by_look.classes_)] = _logs(by_look.predict_proba(look))
        columns = by_tags.classes_ + data.count
        words[np.ix_(rows, columns)] = _logs(by_tags.predict_proba(data.tags[rows]))


def _weighed(
    words: NDArray[np.float32],
    data: ChoiceData,
    fold: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """(N, R) probabilities from what both heads say, weighed on the other folds."""
    found = np.zeros((len(words), data.count), np.float32)
    for number in range(FOLDS):
        learn = _sample(data.labels, fold != number, rng)
        head = _head(1.0).fit(words[learn], data.labels[learn])
        rows = np.flatnonzero(fold == number)
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            found[np.ix_(part, head.classes_)] = head.predict_proba(words[part])
    return found


def _head(pull: float) -> LogisticRegression:
    # It takes longer to load than most commands take, whose help names the one that needs it.
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=pull, max_iter=300, tol=1e-3)


def _logs(probabilities: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.log(np.maximum(probabilities, _FLOOR)).astype(np.float32)


def share_wrong(probabilities: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """The share of labels that are likely wrong, by counting those that another label outbids.

    A label counts as wrong where another one is at least as likely as it is, on average, on the
    images that carry it (confident learning, Northcutt et al. 2021, without its rescaling).

    Args:
        probabilities: (n, R) out of sample.
        labels: (n,) in 0..R - 1.

    Returns:
        A share in 0..0.5.
    """
    count = probabilities.shape[1]
    usual = np.array(
        [
            probabilities[labels == k, k].mean() if (labels == k).any() else np.inf
            for k in range(count)
        ]
    )
    sure = probabilities >= usual
    best = np.where(sure, probabilities, -1).argmax(axis=1)
    counted = sure.any(axis=1)
    if not counted.any():
        return 0.0
    return float(min((best[counted] != labels[counted]).mean(), 0.5))


def without_noise(
    probabilities: NDArray[np.float32], labels: NDArray[np.int64], wrong: float
) -> NDArray[np.float32]:
    """Chances of the true label, from those of the written one and what is written.

    Wrong labels are taken to be spread evenly over the others. What a source wrote is evidence
    of its own: an image that could be either is most likely what it is said to be.

    Args:
        probabilities: (n, R) of the written label, out of sample.
        labels: (n,) written; -1 where nothing is.
        wrong: Share of written labels that are wrong, 0 <= wrong < 1.

    Returns:
        (n, R) float32, rows sum to 1.
    """
    count = probabilities.shape[1]
    each = wrong / max(count - 1, 1)
    true = np.maximum((probabilities - each) / max(1 - wrong - each, 1e-3), _FLOOR)
    true /= true.sum(axis=1, keepdims=True)
    told = labels >= 0
    weight = np.full((len(labels), count), max(each, 1e-6), np.float32)
    weight[np.flatnonzero(told), labels[told]] = 1 - wrong
    weight[~told] = 1
    both = true * weight
    return np.asarray(both / both.sum(axis=1, keepdims=True), np.float32)
