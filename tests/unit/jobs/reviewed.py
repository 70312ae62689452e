"""A collection of plain images that several people review, without a tagger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Decision, Image, Origin, Side
from reviewer.store.images import ImageRow
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np

TAG = "cat_ears"
BEGAN = 1_700_000_000_000


def collection(place: Path, count: int, *, first: int = 0, prefix: str = "") -> Library:
    """Opens a collection of so many images that differ by their hash; close it."""
    (place / "images").mkdir(parents=True, exist_ok=True)
    library = Library.create(place / "workspace", place / "images")
    ids = library.tags.add({TAG: None, "hat": None})
    library.images.write(
        [
            ImageRow(
                None,
                Image(0, f"{prefix}{number:05}.png", 10, number.to_bytes(32, "big")),
                1,
                frozenset({ids["hat"]}),
            )
            for number in range(1 + first, count + first + 1)
        ]
    )
    return library


@dataclass
class Hand:
    """Someone who answers, a second a question."""

    library: Library
    name: str
    now: int = BEGAN

    def says(
        self,
        image_id: int,
        answer: Answer,
        *,
        tag: str = TAG,
        origin: Origin = Origin.QUEUE,
    ) -> Decision:
        tag_id = self.library.tags.ids()[tag]
        self.now += 1000
        (stored,) = self.library.decisions.append(
            [
                Decision(
                    image_id=image_id,
                    tag_id=tag_id,
                    answer=answer,
                    side=Side.MISSING,
                    score=0.5,
                    suspicion=0.25,
                    version="v1",
                    reviewer=self.name,
                    answered_at=self.now,
                    elapsed_ms=900,
                    origin=origin,
                )
            ]
        )
        return stored

    def says_all(self, yes: np.ndarray, images: Iterable[int]) -> None:
        """Answers a tag of many images as one step, which is quicker to store."""
        tag_id = self.library.tags.ids()[TAG]
        rows = []
        for image_id in images:
            self.now += 1000
            answer = Answer.YES if yes[image_id - 1] else Answer.NO
            rows.append(
                Decision(
                    image_id, tag_id, answer, Side.MISSING, 0.5, 0.25, "v1", self.name, self.now
                )
            )
        self.library.decisions.append(rows)


def labels(library: Library) -> dict[tuple[str, str], Answer]:
    """What counts for each answered pair, by path and tag."""
    vocabulary = library.vocabulary()
    return {
        (library.images.get(d.image_id).path, vocabulary.name(d.tag_id)): d.answer
        for d in library.decisions.live()
    }
