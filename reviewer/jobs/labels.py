"""From the store's original tags and answers to the tagger's label matrix."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from reviewer.core.labels import settled
from reviewer.core.types import Answer, Tag
from reviewer.jobs.vetting import image_shares

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from model.labels import LabelMatrix
    from reviewer.core.tags.tagrows import TagRows
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.store.library import Library

ABSENT_WEIGHT = 0.7
"""Weight of an unreviewed absence of a tag that nobody has reviewed: many are missing tags. It
rises to 1 as the tag's questions are answered."""

REVIEWED_ENOUGH = 200
"""Answers on a tag after which its unreviewed absences are worth as much as half way up."""


@dataclass(frozen=True)
class Labels:
    """What is known of every pair, in the store's terms.

    Attributes:
        images: (N,) image ids, ascending.
        original: Their original tags, in the order of `images`.
        answers: Settled answers (direct and derived) by image id.
        decided: Id of the last decision taken in.
        shares: (N,) float32, 0..1, what each image's own tags weigh in training; `None` where no
            image is vetted.
    """

    images: NDArray[np.int64]
    original: TagRows
    answers: Mapping[int, Mapping[int, Answer]]
    decided: int
    shares: NDArray[np.float32] | None = None

    def take(self, places: NDArray[np.int64]) -> Labels:
        """What is known of some of the images, by their places, ascending."""
        images = self.images[places]
        known = np.fromiter(self.answers, np.int64, len(self.answers))
        there = known[np.isin(known, images)].tolist()
        return Labels(
            images,
            self.original.take(places),
            {image_id: self.answers[image_id] for image_id in there},
            self.decided,
            None if self.shares is None else self.shares[places],
        )


def gather_labels(
    library: Library, images: NDArray[np.int64] | Sequence[int], vocabulary: Vocabulary
) -> Labels:
    """Reads the labels of some images.

    Args:
        library: The collection.
        images: Image ids, ascending.
        vocabulary: Of the collection, for what answers imply.
    """
    wanted = np.array(images, np.int64)
    original = library.images.tag_rows().of(wanted)
    decided = library.decisions.last_id()
    live = [decision for decision in library.decisions.live() if decision.id <= decided]
    answered = np.unique(np.array([decision.image_id for decision in live], np.int64))
    # Of millions of images a few thousand are answered: no set is made of the millions.
    there = set(answered[np.isin(answered, wanted)].tolist())
    direct: dict[int, dict[int, Answer]] = {}
    for decision in live:
        if decision.image_id in there:
            direct.setdefault(decision.image_id, {})[decision.tag_id] = decision.answer
    answers = {
        image_id: settled(given, vocabulary.implications) for image_id, given in direct.items()
    }
    return Labels(wanted, original, answers, decided, image_shares(library, wanted))


@dataclass(frozen=True)
class TagChoice:
    """Which tags are learnt, and why the others are not.

    Attributes:
        tags: Learnt, by id.
        left_out: Reasons, with the number of tags each.
    """

    tags: tuple[Tag, ...]
    left_out: Mapping[str, int]


def choose_tags(labels: Labels, vocabulary: Vocabulary, minimum: int) -> TagChoice:
    """Tags that occur often enough and that a picture can show.

    Args:
        labels: Of the images that are there.
        vocabulary: Of the collection.
        minimum: Images that a tag needs.
    """
    counts = tag_counts(labels)
    reasons: Counter[str] = Counter()
    chosen = []
    for tag_id, tag in sorted(vocabulary.tags.items()):
        count = counts.get(tag_id, 0)
        if count == 0:
            continue
        reason = vocabulary.why_not_asked(tag, count, minimum, len(labels.images) - count)
        if reason:
            reasons[reason] += 1
        else:
            chosen.append(tag)
    return TagChoice(tuple(chosen), dict(reasons))


def tag_counts(labels: Labels) -> dict[int, int]:
    """Images that carry each tag, answers taken in."""
    counts = labels.original.counts()
    found = {tag_id: int(counts[tag_id]) for tag_id in np.flatnonzero(counts).tolist()}
    for image_id, place in _places(labels).items():
        present = set(labels.original.of_image(place).tolist())
        for tag_id, answer in labels.answers[image_id].items():
            was = tag_id in present
            found[tag_id] = found.get(tag_id, 0) + (answer is Answer.YES and not was)
            found[tag_id] -= answer is Answer.NO and was
    return found


def label_matrix(labels: Labels, tags: Sequence[int]) -> LabelMatrix:
    """The labels of all images for some tags, with what each pair weighs in training.

    Confirmed labels weigh 1, unsure ones nothing, unreviewed absences less than 1; where images
    are vetted, the unreviewed pairs of the others weigh less.

    Args:
        labels: The labels.
        tags: Tag ids in the order of the columns.
    """
    from model.labels import LabelMatrix

    columns = {tag_id: column for column, tag_id in enumerate(tags)}
    shape = (len(labels.images), len(tags))
    pairs: dict[Answer, list[tuple[int, int]]] = {answer: [] for answer in Answer}
    reviewed = np.zeros(len(tags))
    for image_id, place in _places(labels).items():
        for tag_id, answer in labels.answers[image_id].items():
            if tag_id in columns:
                pairs[answer].append((place, columns[tag_id]))
                reviewed[columns[tag_id]] += 1
    absent = ABSENT_WEIGHT + (1 - ABSENT_WEIGHT) * reviewed / (reviewed + REVIEWED_ENOUGH)
    matrix = LabelMatrix.from_parts(
        labels.original.columns(tags),
        confirmed=_sparse(pairs[Answer.YES], shape),
        confirmed_absent=_sparse(pairs[Answer.NO], shape),
        unsure=_sparse(pairs[Answer.UNSURE], shape),
        absent_weight=absent.astype(np.float32),
    )
    return matrix if labels.shares is None else matrix.weighed(labels.shares)


def _places(labels: Labels) -> dict[int, int]:
    """Positions in `labels.images` of the images that have answers."""
    answered = list(labels.answers)
    found = np.searchsorted(labels.images, np.asarray(answered, np.int64))
    return dict(zip(answered, found.tolist(), strict=True))


def _sparse(pairs: Sequence[tuple[int, int]], shape: tuple[int, int]) -> sparse.coo_matrix:
    rows = [row for row, _ in pairs]
    columns = [column for _, column in pairs]
    return sparse.coo_matrix((np.ones(len(pairs), bool), (rows, columns)), shape=shape)
