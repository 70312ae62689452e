"""Which faces a person is asked about, and whom is offered: "Which character?"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reviewer.core.choices.character_scores import doubts
from reviewer.core.choices.choice import ChoiceRanking
from reviewer.core.choices.few_faces import FewSureness, nearest, sums_of
from reviewer.core.types import ChangeSet
from reviewer.jobs.characters.crops import cut_out
from reviewer.jobs.characters.faces import FEW, LEARN, NOBODY, gather_faces
from reviewer.jobs.characters.scoring import in_parts, score_faces, sureness_of
from reviewer.jobs.characters.training import network_folder, newest_network
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.character_examples import CharacterExamples, examples_folder, save_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.choices.character_scores import Floats, Ints, Sureness
    from reviewer.jobs.characters.crops import Crops
    from reviewer.jobs.characters.faces import FaceList
    from reviewer.jobs.characters.scoring import FaceScores
    from reviewer.jobs.context import Listener
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
    own = np.isin(found.characters, learnt) & (found.parts != LEARN)
    looked = np.flatnonzero(crops.readable & ~found.confirmed & (own | (found.parts == NOBODY)))
    guesses = _guesses(scores, sureness, looked, found.classes)
    sure = guesses.chances >= sureness.level
    other = ~own[looked] | (scores.first[looked] != found.classes[looked])
    suspicions = guesses.chances.copy()
    suspicions[own[looked]] = doubts(guesses.own[own[looked]], len(learnt))
    unsure = looked[~sure & (found.parts[looked] == NOBODY)]
    entries = [
        *_asked(found, looked, guesses, np.flatnonzero(sure & other), suspicions),
        *_few_asked(found, scores, unsure, figures, sureness.level),
    ]
    ranking = _ranking(found, crops.parts, entries)
    ranking = replace(ranking, version=f"characters {name}", decided=found.decided)
    library.choices(KIND).save(ranking)
    _keep_examples(library, found, crops, scores, ranking)
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
    ranking: ChoiceRanking,
) -> None:
    """Keeps the most typical head of every character that is offered, for the window to show."""
    typical = np.where(scores.first == found.classes, scores.cosines, -1.0)
    typical[(found.parts != LEARN) & ~found.confirmed] -= 2
    typical[~crops.readable] = -np.inf
    tags, rows = [], []
    for tag_id in np.unique(ranking.tags[ranking.tags >= 0]).tolist():
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


@dataclass(frozen=True)
class _Guesses:
    """What is said of some faces.

    Attributes:
        classes: (n, K) int64, the likeliest first.
        probabilities: (n, K) float32.
        chances: (n,) float32, that the first is right.
        own: (n,) float32, of the character that the face is said to be; 0 for nobody.
    """

    classes: Ints
    probabilities: Floats
    chances: Floats
    own: Floats


_KEPT = OFFERED + 5
"""Likeliest characters that are looked at: some may have been settled already."""


def _guesses(scores: FaceScores, sureness: Sureness, rows: Ints, classes: Ints) -> _Guesses:
    """The likeliest characters of some faces."""
    parts: list[_Guesses] = []
    for part in in_parts(rows):
        logits, cosines, said = scores.logits(part), scores.cosines[part], classes[part]
        given = sureness.probabilities(logits, cosines)
        best = np.argsort(-given, axis=1, kind="stable")[:, :_KEPT]
        own = np.where(said >= 0, given[np.arange(len(part)), np.maximum(said, 0)], 0)
        parts.append(
            _Guesses(
                best,
                np.take_along_axis(given, best, axis=1),
                sureness.chances(logits, cosines),
                own.astype(np.float32),
            )
        )
    if not parts:
        none = np.zeros(0, np.float32)
        return _Guesses(np.zeros((0, 1), np.int64), np.zeros((0, 1), np.float32), none, none)
    return _Guesses(
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate([part.chances for part in parts]),
        np.concatenate([part.own for part in parts]),
    )


def _asked(
    found: FaceList, looked: Ints, guesses: _Guesses, places: Ints, suspicions: Floats
) -> list[_Asked]:
    """Faces with the likeliest of the characters that were learnt; `places` are in `looked`."""
    entries = []
    for place in places.tolist():
        row = int(looked[place])
        current = int(found.characters[row])
        likeliest = [
            (int(found.learnt[c]), float(p))
            for c, p in zip(guesses.classes[place], guesses.probabilities[place], strict=True)
        ]
        own = (current, float(guesses.own[place]))
        offered = _offered(likeliest, own, _refused(found, row) - {current})
        if offered:
            entries.append(_Asked(row, offered, float(suspicions[place])))
    return entries


def _refused(found: FaceList, row: int) -> frozenset[int]:
    """Tags of a face's image that a person settled either way: they are not to be asked again."""
    image_id = found.faces[row].image_id
    nobody: frozenset[int] = frozenset()
    return found.denied.get(image_id, nobody) | found.said.get(image_id, nobody)


def _few_asked(
    found: FaceList,
    scores: FaceScores,
    rows: Ints,
    figures: dict[str, Any],
    level: float,
) -> list[_Asked]:
    """Faces that are none of those learnt, with the nearest of the characters with few faces."""
    embeddings = scores.embeddings
    few = np.flatnonzero(found.parts == FEW)
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
    likeliest: list[tuple[int, float]], own: tuple[int, float], refused: frozenset[int]
) -> list[tuple[int, float]]:
    """(tag id, chance) of the likeliest characters, the present one among them in any case."""
    kept = [(tag_id, p) for tag_id, p in likeliest if tag_id not in refused][:OFFERED]
    if own[0] >= 0 and own[0] not in dict(kept):
        kept = [*kept[: OFFERED - 1], own]
    return kept if any(tag_id != own[0] for tag_id, _ in kept) else []


def _padded(rows: Sequence[Sequence[float]], filler: int) -> NDArray[np.float64]:
    """(M, `OFFERED`) rows that may be shorter."""
    table = np.full((len(rows), OFFERED), filler, np.float64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table
