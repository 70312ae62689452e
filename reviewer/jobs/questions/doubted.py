"""Which answers look wrong, as questions to be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from reviewer.core.ranking.doubted import DOUBTED, doubt_answers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.candidates import Candidates
    from reviewer.core.ranking.evidence import Answers
    from reviewer.store.library import Library

LEAST = 0.25
"""Chance to be wrong below which an answer is left alone. Where it was tried with one answer in
twenty wrong, 35 to 70 % of those above were wrong, and half to nine tenths of the wrong above."""

MOST = 500
"""Answers that are asked about; the next ranking brings others."""


def doubted_questions(
    library: Library,
    candidates: Candidates,
    answers: Answers,
    images: NDArray[np.int64],
    tags: NDArray[np.int64],
) -> NDArray[np.void]:
    """The answers that look wrong, in the order to look at them again.

    Those that somebody looked at a second time are left out, whatever came of it.

    Args:
        library: The collection.
        candidates: From the ranking's own pass.
        answers: All that the ranking knows of.
        images: (N,) ids of the ranking's rows.
        tags: (T,) ids of its columns.

    Returns:
        (n,) `DOUBTED`: runs of one tag, those with the most to find first.

    Raises:
        StoreError: The log cannot be read.
    """
    doubts = doubt_answers(candidates, answers.latest())
    found = np.zeros(len(doubts), DOUBTED)
    found["image"], found["tag"] = images[doubts.row], tags[doubts.tag]
    found["side"], found["score"] = doubts.side, expit(candidates.score[doubts.position])
    found["suspicion"], found["wrong"] = doubts.expected, doubts.wrong
    found = found[found["wrong"] >= LEAST]
    twice = library.reviewers.asked_twice()
    pairs = zip(found["image"].tolist(), found["tag"].tolist(), strict=True)
    found = found[np.array([pair not in twice for pair in pairs], bool)]
    return in_runs(found[np.argsort(-found["wrong"], kind="stable")][:MOST])


def both_doubted(
    before: NDArray[np.void] | None, new: NDArray[np.void] | None, tags: NDArray[np.int64]
) -> NDArray[np.void] | None:
    """What looks wrong of all tags, where some were looked at anew.

    Args:
        before: (n,) `DOUBTED` of the ranking before; `None` if nobody looked.
        new: (m,) of these tags.
        tags: Their ids.
    """
    if before is None or new is None:
        return new
    return in_runs(np.concatenate([before[~np.isin(before["tag"], tags)], new])[:MOST])


def in_runs(found: NDArray[np.void]) -> NDArray[np.void]:
    """The same, tag by tag: the tag with the most to find first, in it the likeliest."""
    tags, place = np.unique(found["tag"], return_inverse=True)
    total = np.bincount(place, weights=found["wrong"], minlength=tags.size)
    return found[np.lexsort((found["image"], -found["wrong"], place, -total[place]))]
