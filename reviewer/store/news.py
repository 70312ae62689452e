"""What whoever opens a collection should know of where it is; each is said once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.store.moved import news_of_move
from reviewer.store.shares import share_kind, share_sentence

if TYPE_CHECKING:
    from reviewer.store.library import Library

SHARE_TOLD = "share.told"
"""Key of the store's state: the workspace that was said to be on a network share."""


def news(library: Library) -> list[str]:
    """Sentences that nobody was told yet, in the order of their weight."""
    return [said for said in (news_of_move(library.state), _news_of_share(library)) if said]


def _news_of_share(library: Library) -> str:
    place = library.workspace.path
    if library.state.get(SHARE_TOLD) == str(place):
        return ""
    kind = share_kind(place)
    if not kind:
        return ""
    with suppress(StoreError):
        library.state.set(SHARE_TOLD, str(place))
    return share_sentence(place, kind)
