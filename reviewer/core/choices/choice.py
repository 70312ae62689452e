"""One out of several: "Rating of this image?", "Which character?" and the decisions that follow.

A question offers a few tags of which one is right. The answer is stored like any other: Yes to
the tag that was chosen, No to what it replaces, in one step. So the log, undo, labels, controls
of what is sent, and every export know nothing of choices. What is not offered, or not replaced,
is not denied: a second face may well be somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import Answer, Origin, Question, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the picture's width and height, 0..1."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the tags that a question offers.

    Attributes:
        tag_id: The tag.
        probability: That it is the right one, calibrated, 0..1.
    """

    tag_id: int
    probability: float


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """One picture, or a part of it, with the tags to choose from.

    Attributes:
        image_id: The image.
        choices: In the order of their digit keys.
        current: The tag that it has now, which another choice replaces; `None` without one.
        original: Those of the offered tags, and of `current`, that the metadata give the image.
        suspicion: Chance that `current` is wrong, or that a choice is right where there is none.
        version: Of the tagger whose embeddings the probabilities rest on.
        box: The part that is meant; `None` for the whole picture.
        alone: No other part of the image could show an offered tag.
    """

    image_id: int
    choices: tuple[Choice, ...]
    current: int | None = None
    original: frozenset[int] = frozenset()
    suspicion: float = 0.0
    version: str = ""
    box: Box | None = None
    alone: bool = True

    def probability(self, tag_id: int) -> float:
        """That a tag is right; 0 for one that is not offered."""
        return next((c.probability for c in self.choices if c.tag_id == tag_id), 0.0)


Step = list[tuple[Question, Answer]]
"""Pairs with their answers, stored together and taken back together."""


def chosen(question: ChoiceQuestion, tag_id: int) -> Step:
    """What is stored when a tag is chosen: Yes to it, No to the one that it replaces."""
    step = [(_pair(question, tag_id), Answer.YES)]
    if question.current is not None and question.current != tag_id:
        step.append((_pair(question, question.current), Answer.NO))
    return step


def unsure(question: ChoiceQuestion) -> Step:
    """What is stored for Can't tell: of the tag that the image has, else of the likeliest."""
    tag_id = question.current
    if tag_id is None:
        tag_id = max(question.choices, key=lambda choice: choice.probability).tag_id
    return [(_pair(question, tag_id), Answer.UNSURE)]


def none_of_them(question: ChoiceQuestion) -> Step:
    """What is stored where none of the offered tags is right: No to each, and to the current.

    Where another part of the image may show one of them, none is denied: it is unsure.
    """
    if not question.alone:
        return unsure(question)
    offered = [choice.tag_id for choice in question.choices]
    if question.current is not None:
        offered.append(question.current)
    return [(_pair(question, tag_id), Answer.NO) for tag_id in dict.fromkeys(offered)]


def _pair(question: ChoiceQuestion, tag_id: int) -> Question:
    there = tag_id in question.original
    probability = question.probability(tag_id)
    return Question(
        question.image_id,
        tag_id,
        Side.WRONG if there else Side.MISSING,
        score=probability,
        suspicion=1 - probability if there else probability,
        version=question.version,
        origin=Origin.CHOICE,
    )


@dataclass(frozen=True)
class ChoiceRanking:
    """All questions of one kind, the most doubtful first.

    Attributes:
        images: (M,) int64 image ids; one image may come with several boxes.
        tags: (M, K) int64 offered tag ids in the order of their keys; -1 where there are fewer.
        probabilities: (M, K) float32, 0..1.
        current: (M,) int64 tag id that another choice replaces; -1 for none.
        suspicions: (M,) float32, 0..1.
        boxes: (M, 4) float32, see `Box`; NaN for whole pictures; `None` where all are.
        alone: (M,) bool, no other part of the image could show an offered tag; `None` where
            that is so of all.
        version: Name of the version whose embeddings were used.
        decided: Id of the last decision that was known of.
    """

    images: NDArray[np.int64]
    tags: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    current: NDArray[np.int64]
    suspicions: NDArray[np.float32]
    boxes: NDArray[np.float32] | None = None
    alone: NDArray[np.bool_] | None = None
    version: str = ""
    decided: int = 0

    @classmethod
    def empty(cls) -> ChoiceRanking:
        """A ranking without questions."""
        return cls(
            images=np.zeros(0, np.int64),
            tags=np.zeros((0, 1), np.int64),
            probabilities=np.zeros((0, 1), np.float32),
            current=np.zeros(0, np.int64),
            suspicions=np.zeros(0, np.float32),
        )

    def __len__(self) -> int:
        return len(self.images)

    def tag_ids(self, place: int) -> list[int]:
        """The tags that a question is about: those offered, and the current one."""
        ids = [int(tag) for tag in self.tags[place] if tag >= 0]
        current = int(self.current[place])
        return ids if current < 0 or current in ids else [*ids, current]

    def question(self, place: int, original: frozenset[int]) -> ChoiceQuestion:
        """A question as a value.

        Args:
            place: Its position, 0..M - 1.
            original: Tags of the image that the metadata give it, of this set or any.
        """
        offered = self.tags[place] >= 0
        current = int(self.current[place])
        box = None if self.boxes is None else self.boxes[place]
        whole = box is None or bool(np.isnan(box).any())
        return ChoiceQuestion(
            image_id=int(self.images[place]),
            choices=tuple(
                Choice(int(tag), float(probability))
                for tag, probability in zip(
                    self.tags[place][offered], self.probabilities[place][offered], strict=True
                )
            ),
            current=None if current < 0 else current,
            original=original & frozenset(self.tag_ids(place)),
            suspicion=float(self.suspicions[place]),
            version=self.version,
            box=None if whole or box is None else _box(box),
            alone=self.alone is None or bool(self.alone[place]),
        )


def _box(values: NDArray[np.float32]) -> Box:
    left, top, right, bottom = (float(value) for value in values)
    return (left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class ChoiceKind:
    """What a kind of choice asks, in words.

    Attributes:
        id: Stable name; the folder of its questions, and the command that opens its page.
        lead: The question.
        about: A sentence or two for the page.
        job: Title and words of the command that makes the questions.
        nothing: What the page says while there are no questions.
        none: Title of "none of these"; empty where one of them must be right.
        letters: A letter key for some tags, by the tag's name.
        titles: How to write some tags, by the tag's name; others are written as they are.
    """

    id: str
    lead: str
    about: str
    job: tuple[str, tuple[str, ...]]
    nothing: str
    none: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
