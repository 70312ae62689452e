"""Tags that other tags of an image imply, by the list or by the data, and that are missing.

A rule says that what shows its child shows its parent. The list's rules hold by definition; others
hold on nearly all images of the child. Where an image has the child and lacks the parent, that is a
broken implication: mostly the parent is missing, now and then the child is wrong or the rule has an
exception. A person tells, and the answers on a rule's gaps tell how far its others can be believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.statistics import wilson
from reviewer.core.tags.tagstats import FEWEST, WIDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

NEARLY = 0.9
"""Share of a child's images that carry the parent, from which on the data suggest a rule."""
AT_LEAST = 0.85
"""The lower end of that share's interval (95 %): a few images suggest nothing."""

TELLING = 0.25
"""Gaps are at most this share of those that chance would leave: nothing implies a tag that nearly
every image has."""

PRIOR = {True: 0.95, False: 0.7}
"""Chance that a gap is a missing tag before any answer on the rule: of the list, of the data. On a
sample with known truth it was 0.96 of 1,446 and 0.69 of 216."""
PRIOR_WEIGHT = 5.0
"""Answers that the prior is worth."""

SCORE_WEIGHT = 0.8
"""What the logit of the tagger's score counts beside that of a rule: fitted on that sample."""

LEAST = 0.1
"""A rule whose gaps are believed less than this is not asked about any more."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What shows the child shows the parent.

    Attributes:
        child, parent: Tag ids.
        listed: Whether the list of implications says so; else the data do.
        images: That carry the child.
        missing: Of those, how many lack the parent.
        answered, confirmed: Answers on such gaps, and how many were Yes.
    """

    child: int
    parent: int
    listed: bool
    images: int
    missing: int
    answered: int = 0
    confirmed: int = 0

    @property
    def share(self) -> float:
        """Of the child's images that carry the parent, 0..1."""
        return 1 - self.missing / self.images if self.images else 0.0

    @property
    def chance(self) -> float:
        """How likely a gap is a missing tag, 0..1."""
        before = PRIOR_WEIGHT * PRIOR[self.listed]
        return (before + self.confirmed) / (PRIOR_WEIGHT + self.answered)

    def with_answers(self, answered: int, confirmed: int) -> Rule:
        """The same rule with the answers on its gaps."""
        return replace(self, answered=answered, confirmed=confirmed)


def suggested(
    together: NDArray[np.float64],
    images: int,
    tags: Sequence[int],
    known: frozenset[tuple[int, int]],
) -> list[Rule]:
    """Rules that the data suggest and the list lacks.

    A parent must be more frequent than its child, or the two would imply each other.

    Args:
        together: (T, T) images that carry two tags both, from `tagstats.meetings`.
        images: On which they were counted.
        tags: (T,) ids of the columns.
        known: (child, parent) tag ids that the list implies already.
    """
    counts = np.diag(together)
    share = together / np.maximum(counts[:, None], 1)
    wanted = (share >= NEARLY) & (counts[:, None] >= FEWEST)
    wanted &= counts[None, :] >= WIDER * counts[:, None]
    wanted &= 1 - share <= TELLING * (1 - counts[None, :] / max(images, 1))
    np.fill_diagonal(wanted, val=False)
    rules = []
    for child, parent in np.argwhere(wanted).tolist():
        carrying, both = int(counts[child]), int(together[child, parent])
        pair = (int(tags[child]), int(tags[parent]))
        if pair not in known and wilson(both, carrying).low >= AT_LEAST:
            rules.append(Rule(*pair, listed=False, images=carrying, missing=carrying - both))
    return rules


def told_by_answers(
    rules: Iterable[Rule],
    tags_of: Mapping[int, frozenset[int]],
    answers: Mapping[int, Mapping[int, bool]],
) -> list[Rule]:
    """Rules with the answers on their gaps counted.

    Args:
        rules: Any.
        tags_of: Original tags of the images that have answers.
        answers: Yes or No by image and tag; what nobody could tell is left out.
    """
    found = list(rules)
    by_parent: dict[int, list[int]] = {}
    for number, rule in enumerate(found):
        by_parent.setdefault(rule.parent, []).append(number)
    answered, confirmed = [0] * len(found), [0] * len(found)
    for image_id, given in answers.items():
        original = tags_of.get(image_id, frozenset())
        for tag_id, is_yes in given.items():
            if tag_id in original:
                continue
            for number in by_parent.get(tag_id, ()):
                if found[number].child in original:
                    answered[number] += 1
                    confirmed[number] += is_yes
    return [
        rule.with_answers(answered[number], confirmed[number]) for number, rule in enumerate(found)
    ]


def with_scores(chances: NDArray[np.float32], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Chances of gaps by what the tagger sees too; their mean stays what the rules say.

    Args:
        chances: (M,) by the rules, inside 0..1.
        scores: (M,) of the tagger out of sample, 0..1; 0 where it does not know the tag.

    Returns:
        (M,) chances, inside 0..1.
    """
    known = scores > 0
    if not known.any():
        return chances
    inside = np.clip(scores[known].astype(np.float64), 1e-3, 1 - 1e-3)
    believed = np.clip(chances[known].astype(np.float64), 1e-3, 1 - 1e-3)
    logit = np.log(believed / (1 - believed)) + SCORE_WEIGHT * np.log(inside / (1 - inside))
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-logit - middle))).mean() < believed.mean():
            low = middle
        else:
            high = middle
    told = chances.copy()
    told[known] = 1 / (1 + np.exp(-logit - (low + high) / 2))
    return told


def reasons(rules: Iterable[Rule], parent: int, tags: frozenset[int]) -> list[Rule]:
    """The rules by which some of an image's tags imply another, the most believed first.

    Args:
        rules: Any.
        parent: The tag that may be implied.
        tags: Of the image.
    """
    found = [rule for rule in rules if rule.parent == parent and rule.child in tags]
    return sorted(found, key=lambda rule: (-rule.listed, -rule.chance, -rule.images))
