"""What the vocabulary says of a scan's columns: what they imply, and which may be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.tags.vocabulary import Vocabulary


def ancestor_columns(
    vocabulary: Vocabulary, tags: Sequence[int], columns: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Columns that each column implies, one after another, and where each begins."""
    lines = [
        [
            int(columns[parent])
            for parent in vocabulary.implications.ancestors(tag_id)
            if parent < len(columns) and columns[parent] >= 0
        ]
        for tag_id in tags
    ]
    starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64)
    return starts, np.array([column for line in lines for column in line], np.int32)


def asked_columns(
    vocabulary: Vocabulary,
    tags: Sequence[int],
    counts: NDArray[np.int64],
    minimum: int,
    living: int,
) -> NDArray[np.bool_]:
    """(T,) tags that may be asked about."""
    return np.array(
        [
            tag_id in vocabulary.tags
            and not vocabulary.why_not_asked(
                vocabulary.tags[tag_id], count, minimum, living - count
            )
            for tag_id, count in zip(tags, counts.tolist(), strict=True)
        ],
        bool,
    )
