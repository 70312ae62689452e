"""How a collection's questions are ranked: as was said last, so that a refresh keeps to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.ranking.order import ORDERS
from reviewer.core.ranking.rank import RankOptions
from reviewer.store.rankings import ORDER

if TYPE_CHECKING:
    from reviewer.store.library import Library

_LIMIT, _FLOOR = "rank.limit", "rank.floor"
"""Keys of the store's state."""


def rank_options(
    library: Library,
    order: str | None = None,
    limit: int | None = None,
    floor: float | None = None,
) -> RankOptions:
    """The options of the next ranking: as given, else as given before for this collection.

    What is given is kept: the window ranks again every few hundred answers, and would undo it.

    Args:
        library: The collection.
        order: One of `ORDERS`; `None` for nothing said.
        limit: Questions kept for each tag and side; `None` for nothing said.
        floor: Suspicion below which a pair is not asked, 0..1; `None` for nothing said.

    Raises:
        UsageError: A value is outside its range.
        StoreError: The collection cannot be read or written.
    """
    usual = RankOptions()
    state = library.state
    known = state.get(ORDER)
    options = RankOptions(
        order=order or (known if known in ORDERS else usual.order),
        limit=limit or int(state.get(_LIMIT) or usual.limit),
        floor=float(state.get(_FLOOR) or usual.floor) if floor is None else floor,
    )
    for key, given in ((ORDER, order), (_LIMIT, limit), (_FLOOR, floor)):
        if given is not None:
            state.set(key, str(given))
    return options
