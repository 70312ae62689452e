"""What whoever opens a collection should know of where it is; each is said once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.store.moved import news_of_move, stored_folder
from reviewer.store.shares import share_kind, share_sentence
from reviewer.store.workspace import DATABASE, data_folder

if TYPE_CHECKING:
    from reviewer.store.library import Library

SHARE_TOLD = "share.told"
"""Key of the store's state: the workspace that was said to be on a network share."""
NESTING_TOLD = "nesting.told"
"""Key of the store's state: whether collections round this one or in it were looked for."""


def news(library: Library) -> list[str]:
    """Sentences that nobody was told yet, in the order of their weight."""
    said = (news_of_move(library.state), _news_of_share(library), _news_of_nesting(library))
    return [sentence for sentence in said if sentence]


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


def _news_of_nesting(library: Library) -> str:
    """That the images, or some of them, are those of another collection too."""
    if library.state.get(NESTING_TOLD):
        return ""
    with suppress(StoreError):
        library.state.set(NESTING_TOLD, "looked")
    here = library.folder
    own = library.workspace.database
    for database in sorted((data_folder() / "collections").glob(f"*/{DATABASE}")):
        there = stored_folder(database) if database != own else ""
        if there and here.is_relative_to(there) and here != Path(there):
            return (
                f"This folder is part of another collection, {there}: what was answered there is "
                f"not known here. To go on with that one: reviewer open {there}"
            )
        if there and Path(there).is_relative_to(here) and here != Path(there):
            return (
                f"A folder in this one is a collection by itself, {there}: what was answered there "
                f"is not known here. To go on with that one: reviewer open {there}"
            )
    return ""
