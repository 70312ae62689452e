"""Which faces a person is asked about, and whom is offered: "Which character?"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.character_scores import doubts
from reviewer.core.choice import ChoiceRanking
from reviewer.core.types import ChangeSet
from reviewer.jobs.character_faces import LEARN, NOBODY, gather_faces
from reviewer.jobs.character_training import (
    network_folder,
    newest_network,
    score_faces,
    sureness_of,
)
from reviewer.jobs.face_crops import cut_out
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.character_examples import CharacterExamples, examples_folder, save_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.character_scores import Floats
    from reviewer.jobs.character_faces import FaceList
    from reviewer.jobs.character_training import FaceScores
    from reviewer.jobs.context import Listener
    from reviewer.jobs.face_crops import Crops
    from reviewer.store.library import Library

KIND = "characters"
OFFERED = 5
"""Characters that a question offers, a digit key each."""
MOST = 20_000
"""Questions that are kept, the likeliest corrections first."""


def find_questions(library: Library, listener: Listener, *, device: str = "auto") -> ChangeSet:
    """Asks about faces that are nobody's yet, and about those that look like somebody else.

    Only where the network is sure enough that its first guess is right; the others are "unknown".
    Faces that the network learnt from are not asked about: it has learnt what they are said to be.

    Raises:
        UsageError: No network is trained, or its characters are no longer there.
        TaggerError: The network cannot be loaded.
        StoreError: The questions cannot be written.
    """
    from model.characters import FaceModel

    name = newest_network(library)
    with tagger_errors():
        model = FaceModel.load(network_folder(library, name), device)
    figures = model.record.figures
    learnt = np.asarray(figures["learnt"], np.int64)
    found = gather_faces(
        library,
        seed=model.record.config.seed,
        least=figures["least"],
        floor=figures["floor"],
    )
    crops = cut_out(library, listener, found.faces, model.record.config.kept_px)
    found = replace(found, learnt=learnt)
    scores = score_faces(listener, model, crops, found)
    sureness = sureness_of(figures)
    chances = sureness.chances(scores.logits, scores.cosines)
    probabilities = sureness.probabilities(scores.logits, scores.cosines)
    asked = crops.readable & ~found.confirmed & (chances >= sureness.level)
    first = learnt[scores.logits.argmax(axis=1)]
    own = np.isin(found.characters, learnt) & (found.parts != LEARN)
    asked &= (found.parts == NOBODY) | (own & (first != found.characters))
    suspicions = np.array(probabilities.max(axis=1), np.float32)
    rows = np.flatnonzero(own)
    suspicions[rows] = doubts(probabilities[rows], np.searchsorted(learnt, found.characters[rows]))
    ranking, unknown = _ranking(found, crops.parts, asked, probabilities, suspicions, learnt)
    ranking = replace(ranking, version=f"characters {name}", decided=found.decided)
    library.choices(KIND).save(ranking)
    _keep_examples(library, found, crops, scores, learnt)
    nobody = crops.readable & (found.parts == NOBODY)
    summary: dict[str, int | float | str] = {
        "network": name,
        "questions": len(ranking),
        "nobody_yet": int((ranking.current < 0).sum()),
        "somebody_else": int((ranking.current >= 0).sum()),
        "unknown": int((nobody & (chances < sureness.level)).sum()) + unknown,
    }
    return ChangeSet(ranking=True, summary=summary)


def _keep_examples(
    library: Library,
    found: FaceList,
    crops: Crops,
    scores: FaceScores,
    learnt: NDArray[np.int64],
) -> None:
    """Keeps the most typical head of every character, for the window to show."""
    typical = np.where(scores.logits.argmax(axis=1) == found.classes, scores.cosines, -1.0)
    typical[(found.parts != LEARN) & ~found.confirmed] -= 2
    typical[~crops.readable] = -np.inf
    tags, rows = [], []
    for tag_id in learnt.tolist():
        own = np.flatnonzero(found.characters == tag_id)
        if len(own):
            tags.append(tag_id)
            rows.append(int(own[typical[own].argmax()]))
    heads = np.array(crops.pixels[rows], np.uint8)
    examples = CharacterExamples(np.array(tags, np.int64), heads)
    save_examples(examples_folder(library.workspace.path), examples)


def _ranking(
    found: FaceList,
    parts: NDArray[np.float32],
    asked: NDArray[np.bool_],
    probabilities: Floats,
    chances: Floats,
    learnt: NDArray[np.int64],
) -> tuple[ChoiceRanking, int]:
    """The questions, and how many have nobody left to offer."""
    rows, tags, shown = [], [], []
    for row in np.flatnonzero(asked).tolist():
        current = int(found.characters[row])
        said = found.said.get(found.faces[row].image_id, frozenset())
        refused = found.denied.get(found.faces[row].image_id, frozenset()) | (said - {current})
        offered = _offered(probabilities[row], learnt, current, refused)
        if not offered:
            continue
        rows.append(row)
        tags.append([tag_id for tag_id, _ in offered])
        shown.append([chance for _, chance in offered])
    suspicions = chances[np.array(rows, np.int64)]
    order = np.argsort(-suspicions, kind="stable")[:MOST]
    kept = np.array(rows, np.int64)[order]
    boxes = np.array(parts[kept], np.float32)
    boxes[[found.faces[row].box is None for row in kept.tolist()]] = np.nan
    ranking = ChoiceRanking(
        images=np.array([found.faces[row].image_id for row in kept.tolist()], np.int64),
        tags=_padded([tags[n] for n in order.tolist()], -1).astype(np.int64),
        probabilities=_padded([shown[n] for n in order.tolist()], 0).astype(np.float32),
        current=np.where(found.alone[kept], found.characters[kept], -1),
        suspicions=suspicions[order],
        boxes=boxes,
        alone=found.alone[kept],
    )
    return ranking, int(asked.sum()) - len(rows)


def _offered(
    probabilities: Floats,
    learnt: NDArray[np.int64],
    current: int,
    refused: frozenset[int],
) -> list[tuple[int, float]]:
    """(tag id, chance) of the likeliest characters, the present one among them in any case."""
    ordered = np.argsort(-probabilities, kind="stable")[: OFFERED + len(refused)].tolist()
    likeliest = [(int(learnt[c]), float(probabilities[c])) for c in ordered]
    likeliest = [(tag_id, p) for tag_id, p in likeliest if tag_id not in refused][:OFFERED]
    if current >= 0 and current not in dict(likeliest):
        place = int(np.searchsorted(learnt, current))
        likeliest = [*likeliest[: OFFERED - 1], (current, float(probabilities[place]))]
    return likeliest if any(tag_id != current for tag_id, _ in likeliest) else []


def _padded(rows: Sequence[Sequence[float]], filler: int) -> NDArray[np.float64]:
    """(M, `OFFERED`) rows that may be shorter."""
    table = np.full((len(rows), OFFERED), filler, np.float64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table
