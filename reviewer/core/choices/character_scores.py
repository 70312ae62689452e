"""How well characters are told apart: by frequency, from few faces, and knowing when not to say.

No torch: logits and embeddings in, figures out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

BAND_EDGES = (1, 10, 20, 50, 100, 1000)
"""Images to learn from with which a band of frequency begins."""
UNKNOWN = -1
"""Stands for a character that the network was not taught."""
_MOST_FEW = 10_000
"""Faces of characters with few that are asked about, at most."""
_FIRST_WRONG = 0.05
"""Share of the names that is taken to be wrong before any face was looked at."""
_LIKE_WRONG = (1.0, 20.0)
"""That is worth one wrong name among twenty faces."""
_RIDGE = 1.0
"""Pull towards weights of 0: a handful of faces must not make anything certain."""


def band_name(band: int) -> str:
    """The band in words: "10-19", "1000+"."""
    low = BAND_EDGES[band]
    return f"{low}+" if band + 1 == len(BAND_EDGES) else f"{low}-{BAND_EDGES[band + 1] - 1}"


def bands_of(counts: Ints) -> Ints:
    """(C,) band of each class by the images that it was learnt from."""
    return np.searchsorted(BAND_EDGES, counts, side="right") - 1


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often the right character was the first, or among the first five.

    Attributes:
        faces: How many were asked.
        characters: How many different ones.
        top1, top5: Shares of the faces, 0..1; nan without faces.
        mean1: Mean over the characters of the share of their faces, 0..1: a rare one counts as
            much as a frequent one.
    """

    faces: int
    characters: int
    top1: float
    top5: float
    mean1: float


def places_of(logits: Floats, labels: Ints) -> Ints:
    """(N,) place of the right class among all by its logit, 0 for the first; ties count against."""
    right = np.take_along_axis(logits, labels[:, None], axis=1)
    return np.asarray((logits >= right).sum(axis=1) - 1, np.int64)


def accuracy(places: Ints, labels: Ints) -> Accuracy:
    """Accuracy from the places of the right classes."""
    if len(labels) == 0:
        return Accuracy(0, 0, float("nan"), float("nan"), float("nan"))
    classes, inverse = np.unique(labels, return_inverse=True)
    each = np.bincount(inverse, places == 0) / np.bincount(inverse)
    return Accuracy(
        len(labels),
        len(classes),
        float((places == 0).mean()),
        float((places < 5).mean()),
        float(each.mean()),
    )


def by_band(places: Ints, labels: Ints, counts: Ints) -> dict[str, Accuracy]:
    """Accuracy of the faces whose characters were learnt from so many images, rare ones first."""
    bands = bands_of(counts)[labels]
    return {
        band_name(band): accuracy(places[bands == band], labels[bands == band])
        for band in np.unique(bands).tolist()
    }


def directions(embeddings: Floats) -> Floats:
    """(N, D) float32 embeddings at length 1."""
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.asarray(embeddings / np.maximum(lengths, 1e-12), np.float32)


def prototypes(embeddings: Floats, labels: Ints, classes: int) -> Floats:
    """Mean directions of classes.

    Args:
        embeddings: (N, D) faces.
        labels: (N,) their classes.
        classes: C.

    Returns:
        (C, D) float32 of length 1; zeros for a class without a face.
    """
    sums = np.zeros((classes, embeddings.shape[1]), np.float32)
    np.add.at(sums, labels, directions(embeddings))
    return directions(sums)


def few_shot(embeddings: Floats, labels: Ints, others: Floats | None = None) -> Accuracy:
    """Accuracy by the nearest prototype, each face left out of its own character's prototype.

    Args:
        embeddings: (N, D) faces of characters that were not learnt.
        labels: (N,) their classes 0..C-1; those with one face have no prototype without it.
        others: (K, D) prototypes of other characters that may be taken for them.
    """
    classes = int(labels.max(initial=-1)) + 1
    counts = np.bincount(labels, minlength=classes)
    asked = np.flatnonzero(counts[labels] > 1)
    # More would take hours where there are tens of thousands of characters, and tell no more.
    asked = asked[np.linspace(0, len(asked) - 1, min(len(asked), _MOST_FEW)).astype(np.int64)]
    unit = directions(embeddings)
    sums = np.zeros((classes, unit.shape[1]), np.float32)
    np.add.at(sums, labels, unit)
    all_of = directions(sums) if others is None else np.concatenate([directions(sums), others])
    places = np.zeros(len(asked), np.int64)
    for row, face in enumerate(asked.tolist()):
        logits = all_of @ unit[face]
        own = sums[labels[face]] - unit[face]
        logits[labels[face]] = own @ unit[face] / max(float(np.linalg.norm(own)), 1e-12)
        places[row] = places_of(logits[None], labels[face : face + 1])[0]
    return accuracy(places, labels[asked])


@dataclass(frozen=True, slots=True)
class Sureness:
    """How likely the first guess is right, from two signs of it; logistic.

    Attributes:
        weights: Of the chance that the logits give the first, of the cosine to its prototype,
            and the constant.
        temperature: By which the logits are divided first.
        level: Chance from which a face is named at all; below it is "unknown".
    """

    weights: tuple[float, float, float] = (0.0, 0.0, 0.0)
    temperature: float = 1.0
    level: float = 0.5

    def chances(self, logits: Floats, cosines: Floats) -> Floats:
        """(N,) chance that the class of the highest logit is right, 0..1.

        Args:
            logits: (N, C).
            cosines: (N,) of each face to the prototype of that class.
        """
        signs = _signs(logits / self.temperature, cosines)
        return logistic(signs @ np.array(self.weights)).astype(np.float32)

    def probabilities(self, logits: Floats, cosines: Floats) -> Floats:
        """(N, C) chance of each class; they sum to 1 at most, the rest is for none of them.

        The first has the chance of `chances`; the others share what is left as before, none more
        than it had beside the first.
        """
        given = softmax(logits / self.temperature).astype(np.float64)
        rows, best = np.arange(len(given)), given.argmax(axis=1)
        first, chances = given[rows, best], self.chances(logits, cosines).astype(np.float64)
        factor = np.minimum(chances / first, (1 - chances) / np.maximum(1 - first, 1e-9))
        given *= factor[:, None]
        given[rows, best] = chances
        return np.asarray(given, np.float32)


def fit_sureness(logits: Floats, cosines: Floats, labels: Ints, level: float = 0.5) -> Sureness:
    """Learns from faces of known and of untaught characters when the first guess is right.

    Args:
        logits: (N, C) of faces that nothing was learnt from.
        cosines: (N,) of each face to the prototype of the class of its highest logit.
        labels: (N,) right classes; `UNKNOWN` for characters that were not taught.
        level: Chance from which a face is named.
    """
    known = labels >= 0
    if not known.any():
        return Sureness(level=level)
    temperature = _temperature(logits[known], labels[known])
    signs = _signs(logits / temperature, cosines)
    first, second, third = fit_logistic(signs, logits.argmax(axis=1) == labels).tolist()
    return Sureness((first, second, third), temperature, level)


def fit_logistic(signs: NDArray[Any], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights with which signs tell best what is right; all but the last are kept small.

    Args:
        signs: (N, K), the last column 1.
        right: (N,).

    Returns:
        (K,).
    """
    x, y = signs.astype(np.float64), right.astype(np.float64)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ weights
        value = np.logaddexp(0, z).sum() - y @ z + _RIDGE / 2 * (weights[:-1] ** 2).sum()
        slope = x.T @ (logistic(z) - y)
        slope[:-1] += _RIDGE * weights[:-1]
        return float(value), slope

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return np.asarray(found, np.float64)


@dataclass(frozen=True, slots=True)
class OpenSet:
    """What naming faces only where it is sure is worth.

    Attributes:
        known, untaught: How many faces of either kind were asked.
        named: Share of the known that were named at all, 0..1.
        right: Share of the named, of both kinds, that were named rightly; nan if none was.
        refused: Share of the untaught that were told "unknown".
        expected: Mean chance of the named, which `right` should be near.
        separation: Chance that a known face rightly guessed is surer than one that is not (the
            area under the ROC curve).
    """

    known: int
    untaught: int
    named: float
    right: float
    refused: float
    expected: float
    separation: float


def open_set(sureness: Sureness, logits: Floats, cosines: Floats, labels: Ints) -> OpenSet:
    """Measures a sureness on faces that neither it nor the network has learnt from."""
    chances = sureness.chances(logits, cosines)
    named = chances >= sureness.level
    known, right = labels >= 0, logits.argmax(axis=1) == labels
    return OpenSet(
        int(known.sum()),
        int((~known).sum()),
        _share(named[known]),
        _share(right[named]),
        _share(~named[~known]),
        float(chances[named].mean()) if named.any() else float("nan"),
        _area(chances[right], chances[~right]),
    )


_ROUNDS = 30
"""Of the estimation of how many names are wrong."""


def doubts(said: Floats, classes: int) -> Floats:
    """How likely each face's name is wrong, from what a network says that never learnt from it.

    A wrong name is taken for any of the others alike; how many are wrong is told by the faces
    themselves (expectation maximisation). So a face that looks like its name's twin is doubted
    less than one that looks like nobody of that name.

    Args:
        said: (N,) chance of the class that the name says, 0..1.
        classes: C.

    Returns:
        (N,) 0..1.
    """
    others = max(classes, 2) - 1
    own = said.astype(np.float64).clip(1e-9, 1)
    wrong = _FIRST_WRONG
    posterior = np.full(len(own), wrong)
    for _ in range(_ROUNDS):
        if len(own) == 0:
            break
        right = (1 - wrong) * own
        posterior = 1 - right / (right + wrong * (1 - own) / others)
        wrong = float(np.clip((posterior.sum() + _LIKE_WRONG[0]) / (len(own) + _LIKE_WRONG[1]),
                              1e-4, 0.5))  # fmt: skip
    return posterior.astype(np.float32)


def softmax(logits: Floats) -> Floats:
    """(N, C) chances that sum to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _temperature(logits: Floats, labels: Ints) -> float:
    """The division of the logits after which their chances fit best (Guo et al. 2017)."""
    tried = np.geomspace(0.25, 8, 41)
    rows = np.arange(len(labels))
    losses = [-float(np.log(softmax(logits / t)[rows, labels].clip(1e-9)).mean()) for t in tried]
    return float(tried[int(np.argmin(losses))])


def _signs(logits: Floats, cosines: Floats) -> NDArray[np.float64]:
    """(N, 3): log-odds of the first class's chance, the cosine to its prototype, and 1."""
    first = softmax(logits).max(axis=1).astype(np.float64).clip(1e-4, 1 - 1e-4)
    return np.stack([np.log(first / (1 - first)), 4 * cosines, np.ones(len(cosines))], axis=1)


def logistic(z: NDArray[Any]) -> NDArray[np.float64]:
    """Chances of log-odds, 0..1."""
    return np.asarray(1 / (1 + np.exp(-z.clip(-60, 60))), np.float64)


def _share(of: NDArray[np.bool_]) -> float:
    return float(of.mean()) if len(of) else float("nan")


def _area(higher: Floats, lower: Floats) -> float:
    if len(higher) == 0 or len(lower) == 0:
        return float("nan")
    ordered = np.sort(lower)
    below = np.searchsorted(ordered, higher, side="left")
    upto = np.searchsorted(ordered, higher, side="right")
    return float((below + upto).mean() / 2 / len(lower))
