"""Which tags are siblings: one is right where another is wrong (`blonde_hair`, `pink_hair`).

Siblings exclude each other, and are mistaken for each other. Exclusion is how much rarer two tags
are together than chance would have it, told among images of a single subject where enough carry
them: two persons may well have two hair colours. A family is what ends in the same word; in it
exclusion tells colours from lengths, helped by the other families that know the same two words
(`blue`, `red`: hair, eyes, dress). Outside of families two tags must also stand among the same
other tags, and one must be frequent where the tagger suspects the other in vain.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from reviewer.core.lookup import carriers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    FloatArray: TypeAlias = NDArray[np.float32]

MOST = 9
"""Siblings of a tag: as many as there are digits."""
ALONE = "solo"
"""The tag of images with a single subject, on every booru."""
ENOUGH_ALONE = 0.3
"""Share of the expected meetings that must be left among images of a single subject."""
BLOCK = 256
"""Tags that are compared with all others at a time."""
CONTEXTS = 512
"""Most frequent tags that make up the company a tag is known by."""
HARD = (30, 200)
"""Fewest and most images, without a tag, where the tagger suspects it most."""
PRIOR = 2.0
"""Meetings that what is known of two words beforehand is worth."""
FAMILY_EXCLUSION = 0.75
EXCLUSION = 0.3
CONFUSION = 1.5
COMPANY = 0.3
"""Within a family the first is asked for, outside of it the other three."""
FAMILY_BONUS = 2.0
LEAST = 1e-3


@dataclass(frozen=True)
class SiblingEvidence:
    """What siblings are learnt from.

    Attributes:
        names: (T,) of the tags.
        kinds: (T,) categories; siblings are of one.
        present: (N, T) sparse, who carries what.
        logits: Gives a tag's (N,) out-of-sample logits.
        kin: Gives the columns that a tag implies or is implied by: they are no siblings.
    """

    names: Sequence[str]
    kinds: NDArray[np.int64]
    present: sparse.csc_matrix
    logits: Callable[[int], FloatArray]
    kin: Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class _Meetings:
    """How often two tags are on one image (T, T by blocks), over some images."""

    by_tag: sparse.csc_matrix
    counts: NDArray[np.float64]
    images: int

    @classmethod
    def among(cls, present: sparse.csc_matrix) -> _Meetings:
        by_tag = present.astype(np.float32)
        return cls(by_tag, np.asarray(by_tag.sum(axis=0), np.float64).ravel(), present.shape[0])

    def block(self, tags: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Meetings seen and expected by chance, each (B, T)."""
        seen = (self.by_tag[:, tags].T @ self.by_tag).toarray().astype(np.float64)
        return seen, np.outer(self.counts[tags], self.counts) / max(self.images, 1)


def find_siblings(
    evidence: SiblingEvidence, told: Callable[[int], None] = lambda _: None
) -> list[list[int]]:
    """The siblings of each tag, the likeliest first.

    Args:
        evidence: What there is to learn from.
        told: Hears how many tags are done.

    Returns:
        (T,) lists of columns, at most `MOST` each. Those of the tag's family come first, the most
        frequent ones in front, so that a family has one order whichever of it is asked about.
    """
    pairs = dict(_candidates(evidence, told))
    counts = np.asarray(evidence.present.sum(axis=0)).ravel()
    last = [name.rpartition("_")[2] for name in evidence.names]
    scored: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (tag, other), (base, confusion) in pairs.items():
        # Confusion counts from both sides, where both are known.
        back = pairs.get((other, tag), (0.0, confusion))[1]
        scored[tag].append((base + 0.5 * (confusion + back), other))
    found = []
    for tag in range(len(evidence.names)):
        best = [other for _, other in sorted(scored[tag], reverse=True)[:MOST]]
        family = [other for other in best if last[other] == last[tag]]
        others = [other for other in best if last[other] != last[tag]]
        found.append([*sorted(family, key=lambda other: (-counts[other], other)), *others])
    return found


def _candidates(
    evidence: SiblingEvidence, told: Callable[[int], None]
) -> Iterator[tuple[tuple[int, int], tuple[float, float]]]:
    """Pairs that may be siblings, with the merit of the pair and the log of its confusion."""
    everyone = _Meetings.among(evidence.present)
    alone = _alone(evidence)
    families = _Families(evidence.names, alone or everyone)
    company = _company(everyone)
    by_image = evidence.present.tocsr().astype(np.float32)
    n_tags = len(evidence.names)
    for start in range(0, n_tags, BLOCK):
        tags = slice(start, min(start + BLOCK, n_tags))
        seen, expected = _meetings(everyone, alone, tags)
        near = company[tags] @ company.T
        for row, tag in enumerate(range(tags.start, tags.stop)):
            kept = (evidence.kinds == evidence.kinds[tag]) & (everyone.counts > 0)
            kept[[tag, *evidence.kin(tag)]] = False
            family = families.of(tag)
            prior = families.prior(tag)
            lift = (seen[row] + PRIOR * prior) / (expected[row] + PRIOR)
            confusion = _confusion(evidence, by_image, everyone, tag)
            inside = kept & family & (lift < FAMILY_EXCLUSION)
            outside = kept & ~family & (lift < EXCLUSION) & (confusion > CONFUSION)
            outside &= near[row] > COMPANY
            for other in np.flatnonzero(inside | outside).tolist():
                merit = -math.log(max(lift[other], LEAST))
                merit += FAMILY_BONUS if family[other] else math.log(near[row, other])
                yield (tag, other), (merit, math.log(max(confusion[other], LEAST)))
            told(tag + 1)


def _alone(evidence: SiblingEvidence) -> _Meetings | None:
    """The meetings on images of a single subject; `None` where none are told to be so."""
    if ALONE not in evidence.names:
        return None
    column = list(evidence.names).index(ALONE)
    rows = evidence.present[:, [column]].nonzero()[0]
    return _Meetings.among(evidence.present.tocsr()[rows].tocsc()) if len(rows) else None


def _meetings(
    everyone: _Meetings, alone: _Meetings | None, tags: slice
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Meetings seen and expected, on images of a single subject where that tells enough."""
    seen, expected = everyone.block(tags)
    if alone is None:
        return seen, expected
    seen_alone, expected_alone = alone.block(tags)
    tells = expected_alone >= ENOUGH_ALONE * expected
    return np.where(tells, seen_alone, seen), np.where(tells, expected_alone, expected)


class _Families:
    """Tags by their last word, and how the words before it exclude each other."""

    def __init__(self, names: Sequence[str], meetings: _Meetings) -> None:
        parts = [name.rpartition("_") for name in names]
        self._first = [first for first, _, _ in parts]
        self._last = np.array([last if first else "" for first, _, last in parts])
        self._members: dict[str, list[int]] = defaultdict(list)
        for tag, last in enumerate(self._last.tolist()):
            if last:
                self._members[last].append(tag)
        seen: dict[tuple[str, str], float] = defaultdict(float)
        expected: dict[tuple[str, str], float] = defaultdict(float)
        for members in self._members.values():
            here = meetings.by_tag[:, members]
            met = (here.T @ here).toarray()
            counts = meetings.counts[members]
            chance = np.outer(counts, counts) / max(meetings.images, 1)
            for row, tag in enumerate(members):
                for column, other in enumerate(members):
                    words = (self._first[tag], self._first[other])
                    seen[words] += float(met[row, column])
                    expected[words] += float(chance[row, column])
        self._prior = {
            words: min((seen[words] + 1.0) / (expected[words] + 1.0), 1.0) for words in seen
        }

    def of(self, tag: int) -> NDArray[np.bool_]:
        """(T,) whether each tag ends in the same word."""
        if not self._last[tag]:
            return np.zeros(len(self._last), bool)
        found: NDArray[np.bool_] = self._last == self._last[tag]
        return found

    def prior(self, tag: int) -> NDArray[np.float64]:
        """(T,) how much rarer than by chance the words before the last meet, in all families."""
        prior = np.ones(len(self._last))
        for other in self._members.get(str(self._last[tag]), []):
            prior[other] = self._prior[self._first[tag], self._first[other]]
        return prior


def _company(meetings: _Meetings) -> FloatArray:
    """(T, C) unit rows: with which frequent tags each tag is found more than by chance."""
    frequent = np.argsort(-meetings.counts, kind="stable")[:CONTEXTS]
    met = (meetings.by_tag.T @ meetings.by_tag[:, frequent]).toarray()
    chance = np.outer(meetings.counts, meetings.counts[frequent]) / max(meetings.images, 1)
    more = np.maximum(np.log((met + 1.0) / (chance + 1.0)), 0.0)
    more[frequent, np.arange(len(frequent))] = 0.0
    lengths = np.linalg.norm(more, axis=1, keepdims=True)
    company: FloatArray = (more / np.maximum(lengths, LEAST)).astype(np.float32)
    return company


def _confusion(
    evidence: SiblingEvidence, by_image: sparse.csr_matrix, meetings: _Meetings, tag: int
) -> NDArray[np.float64]:
    """(T,) how much more frequent each tag is where the tagger suspects this one in vain."""
    logits = np.array(evidence.logits(tag), np.float32)
    tagged = carriers(evidence.present, tag)
    logits[tagged] = -np.inf
    fewest, most = HARD
    count = min(max(len(tagged), fewest), most, len(logits) - 1)
    if count < 1:
        return np.ones(len(meetings.counts))
    hard = np.argpartition(-logits, count)[:count]
    found = np.asarray(by_image[hard].sum(axis=0), np.float64).ravel()
    return (found + 1.0) / (count * meetings.counts / max(meetings.images, 1) + 1.0)
