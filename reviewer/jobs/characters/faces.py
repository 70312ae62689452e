"""Which faces a collection has, whose they are by now, and what each is for: learn, check, test."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.choices.faces import Face
from reviewer.core.lookup import places_of
from reviewer.core.types import Answer, Category
from reviewer.jobs.characters.sets import LEAST
from reviewer.jobs.labels import gather_labels
from reviewer.sources.characters import CONFIDENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reviewer.store.library import Library

LEARN, CHECK, TEST, FEW, NOBODY = 0, 1, 2, 3, 4
"""What a face is for: to learn from, to calibrate on, to measure on; of a character with too few
faces to be learnt; of nobody that is known."""
SHARES = (0.7, 0.1)
"""Of a character's faces: to learn from and to calibrate on; the rest is measured on."""
_PARTS = {"train": LEARN, "val": CHECK, "test": TEST}


@dataclass(frozen=True)
class FaceList:
    """Faces in the order of their images.

    Attributes:
        faces: All that are sure enough.
        characters: (N,) int64 tag id of each face's character; -1 where nobody is known.
        confirmed: (N,) bool, a person said so.
        alone: (N,) bool, the only face of its image.
        parts: (N,) int64, `LEARN` to `NOBODY`.
        learnt: (C,) int64 tag ids of the characters with enough faces, ascending.
        said: Tag ids that a person confirmed, by image id.
        denied: Tag ids that a person denied or was unsure of, by image id.
        doubtful: Faces left out because their detection is not sure enough.
        whole: Whether they are whole images because there are no boxes.
        decided: Id of the last decision taken in.
    """

    faces: Sequence[Face]
    characters: NDArray[np.int64]
    confirmed: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    parts: NDArray[np.int64]
    learnt: NDArray[np.int64]
    said: Mapping[int, frozenset[int]]
    denied: Mapping[int, frozenset[int]]
    doubtful: int
    whole: bool
    decided: int

    @property
    def classes(self) -> NDArray[np.int64]:
        """(N,) places of the faces' characters in `learnt`; -1 for those that are not learnt."""
        return places_of(self.characters, self.learnt)


def gather_faces(
    library: Library, *, seed: int = 0, least: int = LEAST, floor: float = CONFIDENT
) -> FaceList:
    """Reads the faces with what is known of them by now, answers taken in.

    A face is who its source says, unless a person denied that. Where the source does not say, or
    was denied, the only face of an image is who the image's only character tag says. Where no
    faces are stored, images are taken whole.

    Args:
        library: The collection.
        seed: Of the division; a face stays in its part whatever else is added or answered.
        least: Faces that a character needs to be learnt.
        floor: Confidence of the detection below which a face is left out.
    """
    askable = library.images.askable()
    vocabulary = library.vocabulary()
    labels = gather_labels(library, [image_id for image_id, _, _ in askable], vocabulary)
    people = {t for t, tag in vocabulary.tags.items() if tag.category is Category.CHARACTER}
    stored = list(library.faces.askable())
    kept = _one_source([face for face in stored if face.confidence >= floor])
    faces = kept or ([] if stored else [Face(image_id, None) for image_id, _, _ in askable])
    on_image = Counter(face.image_id for face in faces)
    characters = np.full(len(faces), -1, np.int64)
    confirmed = np.zeros(len(faces), bool)
    rows = np.searchsorted(labels.images, [face.image_id for face in faces])
    for place, (face, row) in enumerate(zip(faces, rows.tolist(), strict=True)):
        answers = labels.answers.get(face.image_id, {})
        original = set(labels.original.of_image(row).tolist()) & people
        who = _who(face, original, answers, people, alone=on_image[face.image_id] == 1)
        characters[place] = who
        confirmed[place] = answers.get(who) is Answer.YES
    counts = Counter(characters[characters >= 0].tolist())
    learnt = np.array(sorted(t for t, count in counts.items() if count >= least), np.int64)
    digests = {image_id: digest for image_id, _, digest in askable}
    return FaceList(
        faces=faces,
        characters=characters,
        confirmed=confirmed,
        alone=np.array([on_image[face.image_id] == 1 for face in faces], bool),
        parts=_divided(faces, characters, learnt, digests, seed),
        learnt=learnt,
        said=_answered(labels.answers, yes=True),
        denied=_answered(labels.answers, yes=False),
        doubtful=len(stored) - len(kept),
        whole=not stored,
        decided=labels.decided,
    )


def _answered(
    answers: Mapping[int, Mapping[int, Answer]], *, yes: bool
) -> dict[int, frozenset[int]]:
    """Of each image the tags that were answered Yes, or the others that were answered."""
    return {
        image_id: frozenset(t for t, answer in given.items() if (answer is Answer.YES) == yes)
        for image_id, given in answers.items()
    }


def _one_source(faces: Sequence[Face]) -> list[Face]:
    """Of each image the faces of one source: a set's, which name them, before a detector's."""
    best: dict[int, str] = {}
    for face in faces:
        before = best.setdefault(face.image_id, face.source)
        if before.startswith("detector") and not face.source.startswith("detector"):
            best[face.image_id] = face.source
    return [face for face in faces if face.source == best[face.image_id]]


def _who(
    face: Face,
    original: set[int],
    answers: Mapping[int, Answer],
    people: set[int],
    *,
    alone: bool,
) -> int:
    """The tag id of a face's character; -1 where nobody is known."""
    refused = {t for t, answer in answers.items() if answer is not Answer.YES}
    if face.tag_id is not None and face.tag_id not in refused:
        return face.tag_id
    said = {t for t, answer in answers.items() if answer is Answer.YES} & people
    present = (original | said) - refused
    return next(iter(present)) if alone and len(present) == 1 else -1


def _divided(
    faces: Sequence[Face],
    characters: NDArray[np.int64],
    learnt: NDArray[np.int64],
    digests: Mapping[int, bytes],
    seed: int,
) -> NDArray[np.int64]:
    """(N,) what each face is for: as its set has it, else by lot within its character."""
    parts = np.where(characters >= 0, FEW, NOBODY).astype(np.int64)
    lots = np.array([_lot(digests[face.image_id], seed) for face in faces], np.uint64)
    by_character = np.lexsort((lots, characters))
    starts, stops = (
        np.searchsorted(characters[by_character], learnt, side).tolist()
        for side in ("left", "right")
    )
    for start, stop in zip(starts, stops, strict=True):
        ordered = by_character[start:stop]
        first = max(round(len(ordered) * SHARES[0]), 1)
        second = max(round(len(ordered) * sum(SHARES)), first + 1)
        parts[ordered[:first]] = LEARN
        parts[ordered[first:second]] = CHECK
        parts[ordered[second:]] = TEST
    given = [(place, _PARTS.get(face.split)) for place, face in enumerate(faces) if face.split]
    for place, part in given:
        if part is not None and parts[place] in (LEARN, CHECK, TEST):
            parts[place] = part
    return parts


def _lot(digest: bytes, seed: int) -> int:
    """A number that hangs on the image's content and the seed alone."""
    return int.from_bytes(hashlib.sha256(digest + str(seed).encode()).digest()[:8], "big")
