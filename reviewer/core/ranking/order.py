"""Orders: which question comes first, and how a queue is laid out.

An order is a function from what is believed about the candidates to a non-negative priority for
each; queues are laid out by falling priority and listed by what their next questions promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TWIN_PENALTY = 0.7
"""Factor on the priority for each near-duplicate of an image that comes earlier in its queue."""

KIN_PENALTY = 0.97
"""The same for each image of the same artist or set: mild, because quotas cost finds."""

KIN_COUNTED = 12
"""Earlier images of an artist or set beyond this count no further."""


@dataclass(frozen=True)
class OrderView:
    """What an order may look at, one entry a candidate.

    Attributes:
        tag: Shape (M,), int32.
        suspicion: Shape (M,), float64, 0..1.
        frequency: Images that carry the candidate's tag, shape (M,), int64.
        seed: For orders that draw.
        surprise: How far the score is from what the metadata would say once corrected, shape
            (M,), float64, 0..1; `None` where nothing is known of it.
        cost: Seconds that the question costs, shape (M,), above 0; `None` where all cost alike.
    """

    tag: NDArray[np.int32]
    suspicion: NDArray[np.float64]
    frequency: NDArray[np.int64]
    seed: int
    surprise: NDArray[np.float64] | None = None
    cost: NDArray[np.float64] | None = None


Order = Callable[[OrderView], "NDArray[np.float64]"]
"""Gives each candidate's priority, shape (M,), 0 or more; higher is asked earlier."""


def errors(view: OrderView) -> NDArray[np.float64]:
    """Most likely errors first."""
    return view.suspicion


def uncertainty(view: OrderView) -> NDArray[np.float64]:
    """Closest to even first."""
    return view.suspicion * (1.0 - view.suspicion)


def shuffled(view: OrderView) -> NDArray[np.float64]:
    """At random, from the seed."""
    return np.random.default_rng(view.seed).random(view.tag.size)


def rare(view: OrderView) -> NDArray[np.float64]:
    """Likely errors of rare tags first: each find counts against the root of the tag's size."""
    priority: NDArray[np.float64] = view.suspicion / np.sqrt(1.0 + view.frequency)
    return priority


def value(view: OrderView) -> NDArray[np.float64]:
    """Most fixes a minute first: likely errors that are quickly answered."""
    return view.suspicion if view.cost is None else view.suspicion * 60.0 / view.cost


def learning(view: OrderView) -> NDArray[np.float64]:
    """What changes the next version most: likely errors that it does not yet expect.

    The expected length of a linear head's first step (Settles, Craven and Ray 2008): the chance
    of a correction, times the distance of the score from the corrected label, over the root of
    the tag's size, which is how much a head with that many examples still moves.
    """
    surprise = 1.0 if view.surprise is None else view.surprise
    priority: NDArray[np.float64] = view.suspicion * surprise / np.sqrt(1.0 + view.frequency)
    return priority


ORDERS: dict[str, Order] = {
    "errors": errors,
    "value": value,
    "learning": learning,
    "uncertainty": uncertainty,
    "random": shuffled,
    "rare": rare,
}


def order_by(name: str) -> Order:
    """The order of that name.

    Args:
        name: One of `ORDERS`.

    Raises:
        UsageError: If there is none.
    """
    order = ORDERS.get(name)
    if order is None:
        raise UsageError(f"There is no order named {name}; choose one of {', '.join(ORDERS)}.")
    return order


def laid_out(
    tag: NDArray[np.int32],
    row: NDArray[np.int32],
    priority: NDArray[np.float64],
    groups: NDArray[np.int64] | None,
    kin: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Sort candidates by tag and falling priority, near-duplicates and kin apart.

    Args:
        tag: Tag column of each pair, shape (M,).
        row: Image row of each, shape (M,).
        priority: Shape (M,), 0 or more.
        groups: Near-duplicate group of each image, shape (N,), or `None`.
        kin: Artist or set of each image, -1 for none, shape (N,), or `None`.

    Returns:
        Positions, shape (M,); ties fall to the lower row.
    """
    order = np.lexsort((row, -priority, tag))
    if not order.size:
        return order
    damped = priority.copy()
    if kin is not None:
        family = kin[row[order]]
        earlier = np.minimum(_earlier_twins(tag[order], family), KIN_COUNTED)
        damped[order] *= KIN_PENALTY ** np.where(family >= 0, earlier, 0)
        order = np.lexsort((row, -damped, tag))
    if groups is None:
        return order
    group = groups[row]
    earlier = _earlier_twins(tag[order], group[order])
    if not earlier.any():
        return order
    damped[order] *= TWIN_PENALTY**earlier
    return _parted(np.lexsort((row, -damped, tag)), tag, group)


def _earlier_twins(tag: NDArray[np.int32], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many entries of the same tag and group come before each, shape (M,)."""
    order = np.lexsort((np.arange(tag.size), group, tag))
    new = np.ones(tag.size, dtype=np.bool_)
    new[1:] = (np.diff(tag[order]) != 0) | (np.diff(group[order]) != 0)
    start = np.flatnonzero(new)
    within = np.arange(tag.size) - np.repeat(start, np.diff(np.append(start, tag.size)))
    earlier = np.empty(tag.size, dtype=np.int64)
    earlier[order] = within
    return earlier


def _parted(
    order: NDArray[np.int64], tag: NDArray[np.int32], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Move entries apart that stand next to one of their own group in the same queue."""
    order = order.copy()
    tags, twins = tag[order], group[order]
    clash = (tags[1:] == tags[:-1]) & (twins[1:] == twins[:-1])
    for one in np.unique(tags[1:][clash]):
        start, end = np.searchsorted(tags, [one, one + 1])
        order[start:end] = order[start:end][_alternated(twins[start:end])]
    return order


def _alternated(twins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of one queue such that no two of a group are neighbours while others are left."""
    place = np.arange(twins.size)
    at = 1
    while at < twins.size:
        line = twins[place]
        clash = np.flatnonzero(line[at:] == line[at - 1 : -1])
        if not clash.size:
            break
        at += int(clash[0])
        other = np.flatnonzero(line[at:] != line[at])
        if not other.size:
            break
        take = at + int(other[0])
        place[at : take + 1] = np.roll(place[at : take + 1], 1)
        at += 1
    return place
