"""A collection over time: its images in equal parts, in the order in which their site got them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PARTS = 24
"""Points of a line over time."""


@dataclass(frozen=True)
class OverTime:
    """Equal parts of the images, oldest first; nothing where too few have a post number.

    Attributes:
        parts: Number of images of each, and of those the images of each tag id.
        posts: The smallest post number of each.
        fresh: Tags that are seen for the first time in each.
    """

    parts: tuple[tuple[int, Counter[int]], ...] = ()
    posts: tuple[int, ...] = ()
    fresh: tuple[int, ...] = ()


def over_time(
    facts: Sequence[tuple[int, str, str]], starts: NDArray[np.int64], tags: NDArray[np.uint32]
) -> OverTime:
    """Counts tags in equal parts of the images, by the numbers of their posts.

    Sites number their posts as they come, which tells time where no date was imported.

    Args:
        facts: (image id, rating, the site's id) of N images.
        starts: (N + 1,) int64, where the tags of each image begin.
        tags: (M,) uint32, tag ids of all images.
    """
    numbered = [
        (int(remote), row) for row, (_, _, remote) in enumerate(facts) if remote.isdecimal()
    ]
    if len(numbered) < PARTS * 4:
        return OverTime()
    numbered.sort()
    parts, posts, fresh, seen = [], [], [], set[int]()
    for span in np.array_split(np.arange(len(numbered)), PARTS):
        here: Counter[int] = Counter()
        for place in span.tolist():
            row = numbered[place][1]
            here.update(tags[starts[row] : starts[row + 1]].tolist())
        fresh.append(len(here.keys() - seen))
        seen |= here.keys()
        parts.append((len(span), here))
        posts.append(numbered[int(span[0])][0])
    return OverTime(tuple(parts), tuple(posts), tuple(fresh))
