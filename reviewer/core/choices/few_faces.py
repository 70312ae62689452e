"""Characters with too few faces to be learnt: told by the nearest mean direction of theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reviewer.core.choices.character_scores import Floats, Ints, directions, fit_logistic, logistic

_ROWS = 256
"""Faces that are compared with all characters at once."""
NEAREST = 6
"""Characters that are looked at: five to offer, and one to see how far off the next is."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The characters nearest to faces.

    Attributes:
        classes: (N, K) int64, the nearest first.
        cosines: (N, K) float32, -1..1.
    """

    classes: Ints
    cosines: Floats


def sums_of(embeddings: Floats, labels: Ints, classes: int) -> Floats:
    """(C, D) sums of the directions of each class's faces: their prototypes at any length."""
    sums = np.zeros((classes, embeddings.shape[1]), np.float32)
    np.add.at(sums, labels, directions(embeddings))
    return sums


def nearest(embeddings: Floats, sums: Floats, own: Ints, count: int = NEAREST) -> Nearest:
    """Finds the nearest characters of faces, no face compared with itself.

    Args:
        embeddings: (N, D).
        sums: (C, D), see `sums_of`.
        own: (N,) class in whose sum a face is; -1 for none. It is taken out of that one.
        count: K, of those there are.
    """
    unit, means = directions(embeddings), directions(sums)
    kept = min(count, len(sums))
    classes = np.zeros((len(unit), kept), np.int64)
    cosines = np.zeros((len(unit), kept), np.float32)
    for start in range(0, len(unit), _ROWS):
        rows = slice(start, start + _ROWS)
        found = unit[rows] @ means.T
        inside = np.flatnonzero(own[rows] >= 0)
        members = own[rows][inside]
        without = sums[members] - unit[rows][inside]
        lengths = np.linalg.norm(without, axis=1)
        apart = (without * unit[rows][inside]).sum(axis=1) / np.maximum(lengths, 1e-6)
        # Without itself a character of one face has no prototype.
        found[inside, members] = np.where(lengths > 1e-3, apart, -1)
        best = np.argsort(-found, axis=1, kind="stable")[:, :kept]
        classes[rows], cosines[rows] = best, np.take_along_axis(found, best, axis=1)
    return Nearest(classes, cosines)


@dataclass(frozen=True, slots=True)
class FewSureness:
    """How likely the nearest character is right.

    Attributes:
        weights: Of its cosine, of how far the next is off, and the constant.
    """

    weights: tuple[float, float, float] = (0.0, 0.0, -10.0)

    def chances(self, found: Nearest) -> Floats:
        """(N,) chance that the first is right, 0..1."""
        return logistic(_signs(found) @ np.array(self.weights)).astype(np.float32)


def fit_few(found: Nearest, labels: Ints) -> FewSureness:
    """Learns when the nearest is right.

    Args:
        found: Of faces of these characters, left out of their own, and of others.
        labels: (N,) right classes; -1 for faces of others.
    """
    right = labels == found.classes[:, 0] if len(labels) else np.zeros(0, bool)
    if not right.any():
        return FewSureness()
    first, second, third = fit_logistic(_signs(found), right).tolist()
    return FewSureness((first, second, third))


def _signs(found: Nearest) -> Floats:
    """(N, 3): the cosine, its lead, both on a scale on which weights are about 1, and 1."""
    first = found.cosines[:, 0]
    lead = first - found.cosines[:, 1] if found.cosines.shape[1] > 1 else first
    return np.stack([8 * first, 8 * lead, np.ones(len(first))], axis=1).astype(np.float32)
