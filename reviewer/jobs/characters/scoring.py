"""What a network of characters says of faces, and how right it is: a few thousand at a time.

Logits are never held for all faces at once: a million faces of ten thousand characters would need
forty gigabytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.choices.character_scores import (
    UNKNOWN,
    Sureness,
    accuracy,
    by_band,
    directions,
    few_shot,
    fit_sureness,
    open_set,
    places_of,
    prototypes,
)
from reviewer.core.choices.few_faces import FewSureness, fit_few, nearest, sums_of
from reviewer.jobs.characters.faces import CHECK, FEW, LEARN, TEST
from reviewer.jobs.context import stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.characters import FaceModel
    from reviewer.core.choices.character_scores import Accuracy, Floats, Ints
    from reviewer.jobs.characters.crops import Crops
    from reviewer.jobs.characters.faces import FaceList
    from reviewer.jobs.context import Listener

AT_ONCE = 1024
"""Faces whose logits are held."""
_CALIBRATED_ON = 5000
"""Faces that tell a chance well enough."""
_COMPARED = 10_000
"""Faces that are compared with every character of few."""


@dataclass(frozen=True)
class FaceScores:
    """What a network says of all faces.

    Attributes:
        model: The network.
        embeddings: (N, D) float32.
        first: (N,) int64, the class of its first guess.
        cosines: (N,) float32 of each face to the prototype of that class.
    """

    model: FaceModel
    embeddings: Floats
    first: Ints
    cosines: Floats

    def logits(self, rows: Ints) -> Floats:
        """(n, C) float32 logits of some faces."""
        return self.model.logits(self.embeddings[rows])


def in_parts(rows: Ints) -> Iterator[Ints]:
    """Rows, so many at a time that their logits can be held."""
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def score_faces(listener: Listener, model: FaceModel, crops: Crops, found: FaceList) -> FaceScores:
    """Runs a network over all crops; the prototypes are of the faces that it learnt from."""
    count = len(crops.pixels)
    embeddings = np.zeros((count, model.record.config.embedding), np.float32)
    first = np.zeros(count, np.int64)
    with stage(listener, "look at heads", count, "heads") as told:
        for rows in in_parts(np.arange(count)):
            embeddings[rows] = model.embed(crops.pixels[rows[0] : rows[-1] + 1])
            first[rows] = model.logits(embeddings[rows]).argmax(axis=1)
            told.advance(len(rows))
    means = _means(found, embeddings, len(model.record.names))
    cosines = np.zeros(count, np.float32)
    for rows in in_parts(np.arange(count)):
        cosines[rows] = (directions(embeddings[rows]) * means[first[rows]]).sum(axis=1)
    return FaceScores(model, embeddings, first, cosines)


def _means(found: FaceList, embeddings: Floats, classes: int) -> Floats:
    """(C, D) prototypes of the characters, of the faces that were learnt from."""
    rows = np.flatnonzero((found.parts == LEARN) & (found.classes >= 0))
    return prototypes(embeddings[rows], found.classes[rows], classes)


def measure(found: FaceList, scores: FaceScores, level: float) -> dict[str, Any]:
    """Accuracy on faces that nothing was learnt from, as plain JSON values.

    Half of the characters with too few faces stand for strangers when it is calibrated when to
    say "unknown", the other half when that is measured.
    """
    classes = found.classes
    counts = np.bincount(classes[found.parts == LEARN], minlength=len(found.learnt))
    test, few = np.flatnonzero(found.parts == TEST), np.flatnonzero(found.parts == FEW)
    means = _means(found, scores.embeddings, len(found.learnt))
    places, by_prototype = _places(scores, test, classes, means)
    strangers, members = np.unique(found.characters[few], return_inverse=True)
    odd = members % 2 == 1
    labels = np.where(found.parts == FEW, UNKNOWN, classes)
    check = _some(np.concatenate([np.flatnonzero(found.parts == CHECK), few[~odd]]))
    tested = _some(np.concatenate([test, few[odd]]))
    sureness = fit_sureness(scores.logits(check), scores.cosines[check], labels[check], level)
    opened = open_set(sureness, scores.logits(tested), scores.cosines[tested], labels[tested])
    return {
        "overall": asdict(accuracy(places, classes[test])),
        "prototypes": asdict(accuracy(by_prototype, classes[test])),
        "bands": {k: asdict(v) for k, v in by_band(places, classes[test], counts).items()},
        "few_weights": list(_few_sureness(found, scores).weights),
        "few": asdict(few_shot(scores.embeddings[few], members)),
        "few_among_all": asdict(few_shot(scores.embeddings[few], members, means)),
        "few_characters": len(strangers),
        "open_set": asdict(opened),
        "sureness": asdict(sureness),
        "each": _each(places, classes[test], counts),
        "faces": {name: int((found.parts == part).sum()) for name, part in _PART_NAMES.items()},
        "learnt": found.learnt.tolist(),
    }


def _places(scores: FaceScores, rows: Ints, classes: Ints, means: Floats) -> tuple[Ints, Ints]:
    """(n,) places of the right classes by the logits, and by the nearest prototype."""
    by_logits, by_means = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for part in in_parts(rows):
        by_logits.append(places_of(scores.logits(part), classes[part]))
        by_means.append(places_of(directions(scores.embeddings[part]) @ means.T, classes[part]))
    return np.concatenate(by_logits), np.concatenate(by_means)


def _some(rows: Ints) -> Ints:
    """Rows, evenly thinned out where there are more than are needed."""
    count = min(len(rows), _CALIBRATED_ON)
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)] if count else rows


def _few_sureness(found: FaceList, scores: FaceScores) -> FewSureness:
    """When the nearest of the characters with few faces is right; others are told as not."""
    few, others = np.flatnonzero(found.parts == FEW), np.flatnonzero(found.parts == CHECK)
    if len(few) == 0:
        return FewSureness()
    names, members = np.unique(found.characters[few], return_inverse=True)
    sums = sums_of(scores.embeddings[few], members, len(names))
    rows = np.concatenate([few, others])
    labels = np.concatenate([members, np.full(len(others), UNKNOWN)])
    # Enough to tell a chance from, and no more: each is compared with every character.
    some = np.linspace(0, len(rows) - 1, min(len(rows), _COMPARED)).astype(np.int64)
    return fit_few(nearest(scores.embeddings[rows[some]], sums, labels[some]), labels[some])


_PART_NAMES = {"learnt": LEARN, "calibrated on": CHECK, "tested": TEST, "of few": FEW}


def _each(places: Ints, labels: Ints, counts: Ints) -> list[dict[str, Any]]:
    """For every character: the images learnt from, and accuracy on those tested."""
    each: list[Accuracy] = [
        accuracy(places[labels == c], labels[labels == c]) for c in range(len(counts))
    ]
    return [
        {"learnt": int(n), "tested": a.faces, "top1": a.top1, "top5": a.top5}
        for n, a in zip(counts, each, strict=True)
    ]


def sureness_of(figures: dict[str, Any]) -> Sureness:
    """The calibration that `measure` kept."""
    kept = figures["sureness"]
    first, second, third = kept["weights"]
    return Sureness((first, second, third), kept["temperature"], kept["level"])
