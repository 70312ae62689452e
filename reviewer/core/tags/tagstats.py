"""What tags have to do with each other: together, apart, and one inside another. Pure arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

FEWEST = 30
"""Images on which a statement about two tags rests, seen or expected by chance."""
NEARLY_ALWAYS = 0.97
"""Share of a tag's images that carry another one, from which on it seems to imply it."""
WIDER = 1.2
"""The implied tag must be so much more frequent: two tags of the same images imply nothing."""
APART = 0.1
"""Two tags exclude each other when they are together less than this share of chance."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tags.

    Attributes:
        first, second: Columns.
        together: Images that carry both.
        expected: As many by chance.
        strength: Log-likelihood ratio against chance (Dunning 1993).
    """

    first: int
    second: int
    together: int
    expected: float
    strength: float


@dataclass(frozen=True, slots=True)
class Suggested:
    """An implication that the data suggest.

    Attributes:
        child, parent: Columns: what shows the one shows the other.
        images: That carry the child.
        missing: Of those, how many lack the parent.
    """

    child: int
    parent: int
    images: int
    missing: int


def meetings(present: sparse.csc_matrix) -> NDArray[np.float64]:
    """(T, T) images that carry two tags both; the diagonal holds those of each tag.

    Args:
        present: (N, T) sparse, who carries what.
    """
    wide = present.astype(np.float32)
    counts: NDArray[np.float64] = (wide.T @ wide).toarray().astype(np.float64)
    return counts


def strongest(together: NDArray[np.float64], images: int, count: int) -> tuple[Pair, ...]:
    """Pairs that are together more than by chance, the surest first."""
    strength, expected = _strength(together, images)
    more = (together > expected) & (together >= FEWEST)
    return _pairs(np.where(more, strength, 0.0), together, expected, strength, count)


def exclusive(together: NDArray[np.float64], images: int, count: int) -> tuple[Pair, ...]:
    """Pairs that are hardly ever together although chance would have it, the surest first."""
    strength, expected = _strength(together, images)
    apart = (together <= APART * expected) & (expected >= FEWEST)
    return _pairs(np.where(apart, strength, 0.0), together, expected, strength, count)


def suggest_implications(
    together: NDArray[np.float64], known: frozenset[tuple[int, int]] = frozenset()
) -> tuple[Suggested, ...]:
    """Implications that hold nearly always and are not listed, those of most images first.

    Args:
        together: (T, T) from `meetings`.
        known: (child, parent) columns that are implied already.
    """
    counts = np.diag(together)
    share = together / np.maximum(counts[:, None], 1)
    wanted = (share >= NEARLY_ALWAYS) & (counts[:, None] >= FEWEST)
    wanted &= counts[None, :] >= WIDER * counts[:, None]
    np.fill_diagonal(wanted, val=False)
    found = [
        Suggested(child, parent, int(counts[child]), int(counts[child] - together[child, parent]))
        for child, parent in np.argwhere(wanted).tolist()
        if (child, parent) not in known
    ]
    return tuple(sorted(found, key=lambda entry: (-entry.images, entry.child, entry.parent)))


def broken(
    together: NDArray[np.float64], known: frozenset[tuple[int, int]]
) -> tuple[Suggested, ...]:
    """Listed implications that some images do not keep, those with most gaps first."""
    found = [
        Suggested(
            child,
            parent,
            int(together[child, child]),
            int(together[child, child] - together[child, parent]),
        )
        for child, parent in known
    ]
    gaps = [entry for entry in found if entry.missing > 0]
    return tuple(sorted(gaps, key=lambda entry: (-entry.missing, entry.child, entry.parent)))


def _strength(
    together: NDArray[np.float64], images: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(T, T) log-likelihood ratios of the fourfold tables, and what chance would have."""
    counts = np.diag(together)
    only = counts[:, None] - together
    other = counts[None, :] - together
    neither = images - together - only - other
    expected = np.outer(counts, counts) / max(images, 1)

    def part(
        seen: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        chance: NDArray[np.float64] = rows * columns / max(images, 1)
        ratio = np.divide(seen, chance, out=np.ones_like(seen), where=(chance > 0) & (seen > 0))
        told: NDArray[np.float64] = seen * np.log(ratio)
        return told

    rest = images - counts
    total = part(together, counts[:, None], counts[None, :])
    total = total + part(only, counts[:, None], rest[None, :])
    total = total + part(other, rest[:, None], counts[None, :])
    total = total + part(neither, rest[:, None], rest[None, :])
    return 2 * total, expected


def _pairs(
    order: NDArray[np.float64],
    together: NDArray[np.float64],
    expected: NDArray[np.float64],
    strength: NDArray[np.float64],
    count: int,
) -> tuple[Pair, ...]:
    upper = np.triu(order, 1)
    flat = np.argsort(-upper, axis=None, kind="stable")[:count]
    rows, columns = np.unravel_index(flat, upper.shape)
    return tuple(
        Pair(r, c, int(together[r, c]), float(expected[r, c]), float(strength[r, c]))
        for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
        if upper[r, c] > 0
    )
