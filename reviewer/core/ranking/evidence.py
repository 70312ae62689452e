"""What the ranking looks at: scores and tags by column, and the answers so far.

Everything is read one tag at a time, so a collection of millions of images needs a few vectors
of one value an image in memory and never a dense matrix of images by tags.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reviewer.core.types import Answer, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.core.ranking.neighbours import NeighbourGraph
    from reviewer.core.types import Decision

FloatArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int32]

UNSURE = -1
"""The value of `Answers.changed` for "Can't tell"."""

BY_TAGS_WEIGHT = 0.05
"""What an answer to a question that the tags alone asked says to the feedback on a tagger's
ranking. Such questions are chosen by other evidence and find errors where the tagger sees none;
taken at 1 they made later promises 12 and 14 points too high on hard sets (4 and 0 at 0.05), and
found no more errors."""


class Evidence(Protocol):
    """What is known about every (image, tag) pair, by column.

    Rows are images 0..n_images-1 and columns are tags 0..n_tags-1, both the caller's numbering.
    """

    @property
    def n_images(self) -> int:
        """Number of rows."""

    @property
    def n_tags(self) -> int:
        """Number of columns."""

    @property
    def neighbours(self) -> NeighbourGraph | None:
        """The nearest images of each image; `None` where there are no embeddings."""

    def score(self, tag: int) -> FloatArray:
        """Out-of-sample logit of one tag, shape (n_images,), float32."""

    def present(self, tag: int) -> BoolArray:
        """Whether each image's original tags hold the tag, shape (n_images,), bool."""


@dataclass(frozen=True)
class ArrayEvidence:
    """Evidence from dense arrays, for small collections and tests.

    Attributes:
        logits: Out-of-sample logits, shape (N, T), any float type.
        tags: Original tags, shape (N, T), bool.
        neighbours: The nearest images of each image, or `None`.

    Raises:
        ValueError: If the shapes do not agree.
    """

    logits: NDArray[Any]
    tags: BoolArray
    neighbours: NeighbourGraph | None = None

    def __post_init__(self) -> None:
        if self.logits.ndim != 2 or self.logits.shape != self.tags.shape:
            raise ValueError(f"logits {self.logits.shape} and tags {self.tags.shape} differ")
        if self.neighbours is not None and self.neighbours.n_images != self.tags.shape[0]:
            raise ValueError("the neighbour graph is of another number of images")

    @property
    def n_images(self) -> int:
        """Number of rows."""
        return int(self.tags.shape[0])

    @property
    def n_tags(self) -> int:
        """Number of columns."""
        return int(self.tags.shape[1])

    def score(self, tag: int) -> FloatArray:
        """Out-of-sample logit of one tag, shape (N,), float32."""
        return np.ascontiguousarray(self.logits[:, tag], dtype=np.float32)

    def present(self, tag: int) -> BoolArray:
        """Original tags of one column, shape (N,), bool."""
        return np.ascontiguousarray(self.tags[:, tag], dtype=np.bool_)


@dataclass(frozen=True)
class Answers:
    """The reviewer's answers so far, as columns of equal length.

    Attributes:
        row: Image rows, shape (A,), int32.
        tag: Tag columns, shape (A,), int32.
        side: `Side` of each question, shape (A,), uint8.
        changed: 1 where the answer changed the metadata, 0 where it confirmed it, `UNSURE` (-1)
            where the reviewer could not tell; shape (A,), int8.
        weight: What each says to the feedback, 0..1, shape (A,), float32; `None` for 1 each.

    Raises:
        ValueError: If the lengths differ.
    """

    row: IntArray
    tag: IntArray
    side: NDArray[np.uint8]
    changed: NDArray[np.int8]
    weight: FloatArray | None = None

    def __post_init__(self) -> None:
        for name, kind in (("row", np.int32), ("tag", np.int32), ("side", np.uint8)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind))
        object.__setattr__(self, "changed", np.asarray(self.changed, dtype=np.int8))
        if len({column.shape for column in (self.row, self.tag, self.side, self.changed)}) != 1:
            raise ValueError("the columns of the answers differ in length")
        if self.weight is not None and self.weight.shape != self.row.shape:
            raise ValueError("the answers' weights are not as many as the answers")

    @classmethod
    def none(cls) -> Answers:
        """No answers yet."""
        empty = np.zeros(0, dtype=np.int32)
        return cls(empty, empty, empty.astype(np.uint8), empty.astype(np.int8))

    @classmethod
    def among(
        cls,
        decisions: Sequence[Decision],
        images: NDArray[np.int64],
        tags: Sequence[int],
        by_tags: float = BY_TAGS_WEIGHT,
    ) -> Answers:
        """The answers on pairs of some images and tags, in their numbering.

        Args:
            decisions: All that count.
            images: Ids by row, shape (N,); of several rows of one image the last one counts.
            tags: Ids by column.
            by_tags: What an answer to a question that the tags alone asked says, 0..1.
        """
        columns = {tag_id: column for column, tag_id in enumerate(tags)}
        known = [decision for decision in decisions if decision.tag_id in columns]
        if not known or not len(images):
            return cls.none()
        order = np.argsort(images, kind="stable")
        ids = np.array([decision.image_id for decision in known], np.int64)
        rows = order[np.maximum(np.searchsorted(images[order], ids, side="right") - 1, 0)]
        early = [decision.origin.ranked and not decision.version for decision in known]
        answer = [UNSURE if d.answer is Answer.UNSURE else int(d.changes_metadata) for d in known]
        return cls(
            row=rows.astype(np.int32),
            tag=np.array([columns[d.tag_id] for d in known], np.int32),
            side=np.array([int(d.side) for d in known], np.uint8),
            changed=np.array(answer, np.int8),
            weight=np.where(early, np.float32(by_tags), np.float32(1.0)).astype(np.float32),
        ).take(images[rows] == ids)

    def __len__(self) -> int:
        return int(self.row.size)

    def take(self, which: NDArray[Any]) -> Answers:
        """The answers at a mask or at positions.

        Args:
            which: Bool mask of shape (A,) or integer positions.
        """
        weight = None if self.weight is None else self.weight[which]
        return Answers(
            self.row[which], self.tag[which], self.side[which], self.changed[which], weight
        )

    def weights(self) -> NDArray[np.float64]:
        """What each says to the feedback, shape (A,), float64."""
        if self.weight is None:
            return np.ones(len(self))
        return self.weight.astype(np.float64)

    def latest(self) -> Answers:
        """One answer a pair, the last one given, sorted by (tag, row)."""
        if not len(self):
            return self
        order = np.lexsort((np.arange(len(self)), self.row, self.tag))
        ordered = self.take(order)
        last = np.ones(len(ordered), dtype=np.bool_)
        last[:-1] = (np.diff(ordered.row) != 0) | (np.diff(ordered.tag) != 0)
        return ordered.take(last)

    def settled(self) -> Answers:
        """The answers that say something: the unsure ones left out."""
        return self.take(self.changed != UNSURE)

    def shows(self) -> BoolArray:
        """Whether the reviewer says that the image shows the tag, shape (A,), bool.

        Only meaningful for settled answers.
        """
        shows: BoolArray = (self.side == Side.MISSING) == (self.changed == 1)
        return shows

    def of_tag(self, tag: int) -> slice:
        """Where one tag's answers lie; the answers must be sorted by tag (`latest`)."""
        low, high = np.searchsorted(self.tag, [tag, tag + 1])
        return slice(int(low), int(high))
