"""Which faces a person is asked about, and whom is offered: "Which character?"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reviewer.core.character_scores import doubts
from reviewer.core.choice import ChoiceRanking
from reviewer.core.few_faces import FewSureness, nearest, sums_of
from reviewer.core.types import ChangeSet
from reviewer.jobs.character_faces import FEW, LEARN, NOBODY, gather_faces
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
    unsure = crops.readable & (found.parts == NOBODY) & (chances < sureness.level)
    entries = [
        *_asked(found, np.flatnonzero(asked), probabilities, suspicions, learnt),
        *_few_asked(found, scores, unsure, figures, sureness.level),
    ]
    ranking = _ranking(found, crops.parts, entries)
    ranking = replace(ranking, version=f"characters {name}", decided=found.decided)
    library.choices(KIND).save(ranking)
    _keep_examples(library, found, crops, scores, learnt)
    asked_now = {entry.row for entry in entries}
    nobody = np.flatnonzero(crops.readable & (found.parts == NOBODY)).tolist()
    summary: dict[str, int | float | str] = {
        "network": name,
        "questions": len(ranking),
        "nobody_yet": int((ranking.current < 0).sum()),
        "somebody_else": int((ranking.current >= 0).sum()),
        "unknown": sum(row not in asked_now for row in nobody),
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
    few = np.unique(found.characters[found.parts == FEW])
    for tag_id in np.union1d(learnt, few).tolist():
        own = np.flatnonzero(found.characters == tag_id)
        if len(own):
            tags.append(tag_id)
            rows.append(int(own[typical[own].argmax()]))
    heads = np.array(crops.pixels[rows], np.uint8)
    examples = CharacterExamples(np.array(tags, np.int64), heads)
    save_examples(examples_folder(library.workspace.path), examples)


class _Asked(NamedTuple):
    """A face to ask about: its row, (tag id, chance) of whom to offer, and the suspicion."""

    row: int
    offered: list[tuple[int, float]]
    suspicion: float


def _asked(
    found: FaceList,
    rows: NDArray[np.int64],
    probabilities: Floats,
    suspicions: Floats,
    learnt: NDArray[np.int64],
) -> list[_Asked]:
    """Faces with the likeliest of the characters that were learnt."""
    entries = []
    for row in rows.tolist():
        current = int(found.characters[row])
        offered = _offered(probabilities[row], learnt, current, _refused(found, row) - {current})
        if offered:
            entries.append(_Asked(row, offered, float(suspicions[row])))
    return entries


def _refused(found: FaceList, row: int) -> frozenset[int]:
    """Tags of a face's image that a person settled either way: they are not to be asked again."""
    image_id = found.faces[row].image_id
    nobody: frozenset[int] = frozenset()
    return found.denied.get(image_id, nobody) | found.said.get(image_id, nobody)


def _few_asked(
    found: FaceList,
    scores: FaceScores,
    unsure: NDArray[np.bool_],
    figures: dict[str, Any],
    level: float,
) -> list[_Asked]:
    """Faces that are none of those learnt, with the nearest of the characters with few faces."""
    embeddings = scores.embeddings
    few, rows = np.flatnonzero(found.parts == FEW), np.flatnonzero(unsure)
    if len(few) == 0 or len(rows) == 0:
        return []
    names, members = np.unique(found.characters[few], return_inverse=True)
    sums = sums_of(embeddings[few], members, len(names))
    near = nearest(embeddings[rows], sums, np.full(len(rows), -1))
    first, second, third = figures["few_weights"]
    chances = FewSureness((first, second, third)).chances(near)
    entries = []
    # Who is nearer to a character that was learnt is not one of the others.
    likely = (chances >= level) & (near.cosines[:, 0] > scores.cosines[rows])
    for place in np.flatnonzero(likely).tolist():
        row = int(rows[place])
        chance, refused = float(chances[place]), _refused(found, row)
        offered = [
            # What the first leaves is shared by the others, the nearer the more.
            (int(names[c]), chance if rank == 0 else (1 - chance) / 2 ** (rank + 1))
            for rank, c in enumerate(near.classes[place, :OFFERED].tolist())
            if int(names[c]) not in refused
        ]
        if offered and offered[0][0] == int(names[near.classes[place, 0]]):
            entries.append(_Asked(row, offered, chance))
    return entries


def _ranking(
    found: FaceList, parts: NDArray[np.float32], entries: Sequence[_Asked]
) -> ChoiceRanking:
    """The questions in columns, the likeliest corrections first."""
    ordered = sorted(entries, key=lambda entry: -entry.suspicion)[:MOST]
    kept = np.array([entry.row for entry in ordered], np.int64)
    boxes = np.array(parts[kept], np.float32)
    boxes[[found.faces[row].box is None for row in kept.tolist()]] = np.nan
    tags = [[tag_id for tag_id, _ in entry.offered] for entry in ordered]
    chances = [[chance for _, chance in entry.offered] for entry in ordered]
    return ChoiceRanking(
        images=np.array([found.faces[row].image_id for row in kept.tolist()], np.int64),
        tags=_padded(tags, -1).astype(np.int64),
        probabilities=_padded(chances, 0).astype(np.float32),
        current=np.where(found.alone[kept], found.characters[kept], -1),
        suspicions=np.array([entry.suspicion for entry in ordered], np.float32),
        boxes=boxes,
        alone=found.alone[kept],
    )


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
