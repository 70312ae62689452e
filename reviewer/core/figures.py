"""What a collection is like, as figures that are worked out by a job and shown by the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.quality.audit import TagQuality  # noqa: TC001 - read at run time, to check files

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two tags and how often they meet.

    Attributes:
        first, second: Names.
        together: Images that carry both.
        expected: As many by chance.
    """

    first: str
    second: str
    together: int
    expected: float

    @property
    def lift(self) -> float:
        """How much more often together than by chance; 0 where chance would not have them meet."""
        return self.together / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class CollectionFigures:
    """A collection by its original tags.

    Attributes:
        images, instances, tags: How many; tags that some image carries.
        per_image: (tags, images), ascending: so many images carry so many tags.
        by_category: (category in words, instances, tags), the most instances first.
        tail: (images, tags): how many tags are on that many images, up to twice as many.
        ratings: (rating, images) by name.
        frequent: (name, category's number, images), the most frequent first.
        together, apart: Pairs that meet more often, and hardly ever, the surest first.
        suggested: (tag, implied tag, images of the tag, of those how many lack the other).
        gaps: The same of implications that are listed and not kept.
        clusters: Names of tags that keep company.
        sizes: Images of each part of time, oldest first; empty without post numbers.
        posts: The smallest post number of each part.
        fresh: Tags seen for the first time in each part.
        popularity: (name, images of each part that carry it), the most frequent first.
    """

    images: int
    instances: int
    tags: int
    per_image: tuple[tuple[int, int], ...]
    by_category: tuple[tuple[str, int, int], ...]
    tail: tuple[tuple[int, int], ...]
    ratings: tuple[tuple[str, int], ...]
    frequent: tuple[tuple[str, int, int], ...]
    together: tuple[Meeting, ...]
    apart: tuple[Meeting, ...]
    suggested: tuple[tuple[str, str, int, int], ...]
    gaps: tuple[tuple[str, str, int, int], ...]
    clusters: tuple[tuple[str, ...], ...]
    sizes: tuple[int, ...]
    posts: tuple[int, ...]
    fresh: tuple[int, ...]
    popularity: tuple[tuple[str, tuple[int, ...]], ...]

    def most_changed(self, count: int) -> list[tuple[str, tuple[int, ...]]]:
        """Of `popularity` the tags whose share changed most over time, in standard errors.

        Args:
            count: Tags at most.
        """
        if not self.popularity:
            return []
        sizes = np.array(self.sizes, float)
        shares = np.array([counts for _, counts in self.popularity], float) / sizes
        mean = shares.mean(axis=1)
        error = np.sqrt(np.maximum(mean * (1 - mean), 1e-9) / sizes.mean())
        order = np.argsort(-shares.std(axis=1) / error)[:count]
        return [self.popularity[place] for place in order.tolist()]


@dataclass(frozen=True, slots=True)
class ScoreError:
    """How far off a way to predict a score is, in points.

    Attributes:
        validation, test: Mean absolute errors on what was not learnt from.
        document: What the document tells of its own collection; empty where it does not.
    """

    name: str
    validation: float
    test: float
    document: str


@dataclass(frozen=True, slots=True)
class UnderRated:
    """An image that is predicted well above the score it got."""

    image_id: int
    path: str
    score: float
    predicted: float


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One node of a regression tree on tags.

    Attributes:
        tag: That it asks about; empty for a leaf.
        mean: Mean score of the images that come here.
        share: Of the images that were learnt from, 0..1.
        absent, present: Places of the nodes that follow, in the tree's list; -1 for a leaf.
    """

    tag: str
    mean: float
    share: float
    absent: int = -1
    present: int = -1


def tree_places(tree: Sequence[TreeNode]) -> list[tuple[float, int]]:
    """Where each node of a tree is drawn: leaves one step apart, parents over their middle.

    Args:
        tree: The root first.

    Returns:
        (steps from the left, depth from 0) of each node.
    """
    found: dict[int, tuple[float, int]] = {}
    leaves = 0

    def place(at: int, depth: int) -> float:
        nonlocal leaves
        node = tree[at]
        if node.absent < 0:
            leaves += 1
            middle = leaves - 0.5
        else:
            middle = (place(node.absent, depth + 1) + place(node.present, depth + 1)) / 2
        found[at] = (middle, depth)
        return middle

    if tree:
        place(0, 0)
    return [found[at] for at in range(len(tree))]


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """What scores and tags have to do with each other.

    Attributes:
        samples: Images that were sampled.
        errors: A line a model.
        best: Name of the model with the smallest error in validation.
        histogram: (score, images) of the whole collection, ascending.
        with_score: (tag, correlation with the score, -1..1), the strongest first.
        under_rated: The largest gap first.
        tree: The decision tree, the root first; empty in files of earlier releases.
    """

    samples: int
    errors: tuple[ScoreError, ...]
    best: str
    histogram: tuple[tuple[int, int], ...]
    with_score: tuple[tuple[str, float], ...]
    under_rated: tuple[UnderRated, ...]
    tree: tuple[TreeNode, ...] = ()


@dataclass(frozen=True, slots=True)
class TagFigures:
    """One tag of the report.

    Attributes:
        tag, category: The tag.
        original: Images that carried it as they came.
        images: That carry it, as corrected.
        prior: Share of images that carry it, 0..1: the precision of guessing.
        precision, recall, f1: Of the out-of-sample scores against the corrected tags, at
            `threshold`, 0..1.
        average_precision: Of the same scores, 0..1; by chance it is `prior`.
        times_chance: `average_precision` over `prior`.
        threshold: Probability at which F1 is best, 0..1.
        answers: Pairs that a person settled.
        fixed: Of those, how many were errors.
        questions: Pairs that were suspicious enough to be asked and are not answered.
        reviewed: Share of the questions there ever were that is answered, 0..1.
        verified: Share of the images that carry the tag where a person confirmed it, 0..1.
        missing_left, wrong_left: Errors expected among the questions that are left.
        audited: How good the tag itself is, from the audit; `None` where it does not tell.
    """

    tag: str
    category: str
    original: int
    images: int
    prior: float
    precision: float
    recall: float
    f1: float
    average_precision: float
    times_chance: float
    threshold: float
    answers: int
    fixed: int
    questions: int
    reviewed: float
    verified: float
    missing_left: float
    wrong_left: float
    audited: TagQuality | None = None
