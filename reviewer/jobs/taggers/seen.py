"""Whether a brought tagger may have been trained on the labels that it is to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.store.library import Library


def seen_key(version: str) -> str:
    """Where the store remembers whether a version may have seen the collection's labels."""
    return f"seen_labels:{version}"


def may_have_seen(library: Library, version: str) -> bool:
    """Whether a brought version may have been trained on this collection's own labels."""
    return library.state.get(seen_key(version)) in {"yes", "may", "unknown"}


def surely_unseen(library: Library, version: str) -> bool:
    """Whether a brought version was certainly trained on other labels than this collection's."""
    return library.state.get(seen_key(version)) == "no"
