"""The pairs worth asking about, as columns, and what bounds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import places_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.ranking.evidence import BoolArray, FloatArray, IntArray
    from reviewer.core.ranking.neighbours import NeighbourGraph

Implied = Callable[[int], "BoolArray"]
"""Gives, for a tag, the images that must not be asked about it, shape (N,), bool."""


@dataclass(frozen=True)
class Limits:
    """What bounds the work.

    Attributes:
        pool: Candidates kept for each tag and side.
        wrong_share: Share of present tags that are taken to be wrong before any answer.
        seed: Of the split and of the pairs drawn.
    """

    pool: int
    wrong_share: float
    seed: int


@dataclass(frozen=True)
class Candidates:
    """Pairs that may be asked, with their evidence, sorted by (tag, row).

    Attributes:
        n_images, n_tags: Of the collection.
        tag, row: The pairs, shape (M,), int32.
        side: Shape (M,), uint8.
        score: Out-of-sample logit, shape (M,), float32.
        coverage: Of the image, shape (M,), float32.
        opinions: Log-odds that the metadata is wrong, before feedback, of the stack, the score
            and (with a graph) the neighbours, shape (M, C), float32.
        frequency: Images that carry each tag, shape (T,), int64.
        groups: Near-duplicate group of each image, shape (N,), or `None`.
        neighbours: The graph, or `None`.
        kin: Artist or set of each image, -1 for none, shape (N,), or `None`.
        company: The strongest reason for an error among the image's other tags, 0 or more, and
            the strongest against one, 0 or less, shape (M, 2), float32; `None` if not known.
        blank: Whether there is next to nothing in the image, shape (M,), bool; `None` if unknown.
    """

    n_images: int
    n_tags: int
    tag: IntArray
    row: IntArray
    side: NDArray[np.uint8]
    score: FloatArray
    coverage: FloatArray
    opinions: FloatArray
    frequency: NDArray[np.int64]
    groups: NDArray[np.int64] | None
    neighbours: NeighbourGraph | None
    kin: NDArray[np.int64] | None = None
    company: FloatArray | None = None
    blank: BoolArray | None = None

    def __len__(self) -> int:
        return int(self.tag.size)

    def take(self, at: NDArray[np.int64]) -> Candidates:
        """Some of the pairs.

        Args:
            at: Their positions, rising, shape (m,).
        """
        return replace(
            self,
            tag=self.tag[at],
            row=self.row[at],
            side=self.side[at],
            score=self.score[at],
            coverage=self.coverage[at],
            opinions=self.opinions[at],
            company=None if self.company is None else self.company[at],
            blank=None if self.blank is None else self.blank[at],
        )

    def keys(self) -> NDArray[np.int64]:
        """One rising number for each pair, shape (M,)."""
        return self.tag.astype(np.int64) * self.n_images + self.row

    def find(self, tag: NDArray[np.int32], row: NDArray[np.int32]) -> NDArray[np.int64]:
        """Position of each pair, -1 where it is no candidate.

        Args:
            tag: Tag column of each pair, shape (n,).
            row: Image row of each, shape (n,).
        """
        return places_of(tag.astype(np.int64) * self.n_images + row, self.keys())


@dataclass(frozen=True)
class Scope:
    """What the caller leaves out, and which images belong together.

    Attributes:
        implied: Images not to be asked about a tag, or `None`.
        only: Images that are asked about, shape (N,), bool; all where it is `None`.
        groups: Near-duplicate group of each image, shape (N,), or `None`.
        kin: Artist or set of each image, -1 for none, shape (N,), or `None`.
        trust: What each image's own tags count for when scores are calibrated to them, shape
            (N,), 0..1, or `None` where all count alike.
        blank: Images with next to nothing in them, shape (N,), bool, or `None`.
    """

    implied: Implied | None = None
    only: BoolArray | None = None
    groups: NDArray[np.int64] | None = None
    kin: NDArray[np.int64] | None = None
    trust: FloatArray | None = None
    blank: BoolArray | None = None

    def check(self, n_images: int) -> None:
        """Refuses what is not about so many images.

        Raises:
            ValueError: Something has another length.
        """
        for name in ("only", "groups", "kin", "trust", "blank"):
            given = getattr(self, name)
            if given is not None and len(given) != n_images:
                raise ValueError(f"{len(given)} {name} for {n_images} images")

    def left_out(self, tag: int) -> BoolArray | None:
        """Images that are not asked about a tag, shape (N,), bool; `None` where all may be."""
        implied = None if self.implied is None else self.implied(tag)
        if self.only is None:
            return implied
        return ~self.only if implied is None else implied | ~self.only
